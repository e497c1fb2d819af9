//! Pictures are found again: one's own, a channel's, and by words of the prompt.

use easel_emulator::discord::{InteractionBuilder, Message};
use serde_json::Value;

use crate::support::{Setup, World, admin, in_time};

/// Both frontends of Discord, where members may ask as often as they like.
pub(crate) async fn worlds() -> [World; 2] {
    let worlds = [World::registered().await, World::serving(Setup::default()).await];
    for world in &worlds {
        let limits = admin("limits set").option("burst", 100).option("per_minute", 100);
        world.said(limits.option("in_flight", 50).option("daily", 500)).await;
    }
    worlds
}

pub(crate) fn gallery(path: &str) -> InteractionBuilder {
    InteractionBuilder::command(&format!("gallery {path}"))
}

fn search(words: &str) -> InteractionBuilder {
    gallery("search").option("words", words)
}

pub(crate) fn imagine(prompt: &str) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", prompt)
}

/// A picture that was delivered.
pub(crate) async fn painted(world: &World, ask: InteractionBuilder) -> Message {
    let message = in_time(world.ask(ask).await.picture()).await;
    world.settled().await;
    message
}

/// A private message that comes in the place of a deferral.
pub(crate) async fn told(world: &World, ask: InteractionBuilder) -> Message {
    let message = in_time(world.ask(ask).await.answered()).await;
    assert!(message.ephemeral, "{}", message.content);
    message
}

/// The prompts of a page, in their order.
fn listed(message: &Message) -> Vec<String> {
    let lines = message.content.lines().filter_map(|line| line.strip_prefix("**")?.split_once("** "));
    let numbered = lines.filter(|(number, _)| number.parse::<u32>().is_ok());
    numbered.map(|(_, line)| line.split(" · ").next().unwrap().to_owned()).collect()
}

async fn found(world: &World, ask: InteractionBuilder) -> Vec<String> {
    listed(&told(world, ask).await)
}

/// The button with this label.
fn press(message: &Message, label: &str) -> InteractionBuilder {
    let rows = message.components.as_array().cloned().unwrap_or_default();
    let buttons = rows.iter().flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
    let id = buttons.into_iter().find(|button| button["label"] == label);
    let id = id.unwrap_or_else(|| panic!("no {label} in {:?}", message.custom_ids()))["custom_id"].clone();
    InteractionBuilder::click(message, id.as_str().unwrap())
}

/// What the menu of a page offers: labels with values.
fn menu(message: &Message) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let options = message.components[0]["components"][0]["options"].as_array().unwrap();
    options.iter().map(|option| (text(&option["label"]), text(&option["value"]))).collect()
}

#[tokio::test]
async fn pictures_are_found_by_their_member_their_channel_and_their_words() {
    for world in worlds().await {
        let fox = painted(&world, imagine("A red FOX, at the café")).await;
        painted(&world, imagine("a red owl").by(8)).await;
        painted(&world, imagine("a red fox cub").by(8).option("private", true)).await;
        painted(&world, imagine("a red crab").by(8).in_channel(6)).await;

        let mine = told(&world, gallery("mine")).await;
        assert_eq!(listed(&mine), ["A red FOX, at the café"]);
        let link = format!("/5/{})", fox.id);
        assert!(mine.content.contains("https://discord.com/channels/"), "{}", mine.content);
        assert!(mine.content.contains(&link), "{link} in {}", mine.content);
        let sheet = image::load_from_memory(&mine.attachments[0].bytes).unwrap();
        assert!(sheet.width() > 300 && mine.attachments[0].content_type == "image/png");

        assert_eq!(found(&world, gallery("channel")).await, ["a red owl", "A red FOX, at the café"]);
        let all = ["a red fox cub", "a red owl", "A red FOX, at the café"];
        assert_eq!(found(&world, gallery("channel").by(8)).await, all);
        assert_eq!(found(&world, search("Red")).await, ["a red owl", "A red FOX, at the café"]);
        assert_eq!(found(&world, search("CAFE, the fox").by(8)).await, ["A red FOX, at the café"]);
        let own = [&["a red crab"][..], &all].concat();
        assert_eq!(found(&world, search("red").by(8)).await, own, "one's own from other channels too");
        let closed = found(&world, search("red").permissions(1 << 10)).await;
        assert_eq!(closed, ["A red FOX, at the café"], "who may not read what was written before");
        let elsewhere = found(&world, search("red").by(8).in_guild(12).in_channel(77)).await;
        assert_eq!(elsewhere, ["a red fox cub"], "what everybody sees stays in its server");
        world.end().await;
    }
}

#[tokio::test]
async fn one_is_opened_with_its_buttons_for_the_member_alone() {
    for world in worlds().await {
        painted(&world, imagine("a fox --n 2")).await;
        painted(&world, imagine("an owl")).await;
        let page = told(&world, gallery("channel").by(8)).await;
        let options = menu(&page);
        let labels: Vec<_> = options.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["1 an owl", "2 (2 pictures) a fox"]);
        let open = InteractionBuilder::choose(&page, "v1:open:0:0", &[&options[1].1]).by(8);
        let opened = told(&world, open).await;
        assert_eq!(opened.attachments.len(), 2);
        assert!(opened.content.starts_with("> a fox\n"), "{}", opened.content);
        painted(&world, press(&opened, "Again $0.08").by(8)).await;
        assert_eq!(found(&world, gallery("mine").by(8)).await, ["a fox"]);
        world.end().await;
    }
}

#[tokio::test]
async fn pages_are_turned_after_a_restart_while_pictures_come() {
    for mut world in worlds().await {
        for n in 10..21 {
            painted(&world, imagine(&format!("fox {n}"))).await;
        }
        let first = told(&world, search("fox")).await;
        assert_eq!(listed(&first).len(), 9);
        assert!(!first.text().contains("Newer"));
        world.kill_and_restart().await;
        painted(&world, imagine("fox 21")).await;
        let turned = world.ask(press(&first, "Older")).await;
        let second = in_time(turned.until(|message| message.content.contains("fox 10"))).await;
        assert_eq!(listed(&second), ["fox 11", "fox 10"]);
        assert_eq!((second.id, second.attachments.len()), (first.id, 1));
        let turned = world.ask(press(&second, "Newer")).await;
        let back = in_time(turned.until(|message| message.content.contains("fox 20"))).await;
        assert_eq!(listed(&back), listed(&first));
        let turned = world.ask(press(&back, "Newer")).await;
        let latest = in_time(turned.until(|message| message.content.contains("fox 21"))).await;
        assert_eq!(listed(&latest).len(), 9, "the latest page is full");
        world.end().await;
    }
}

#[tokio::test]
async fn where_nothing_is_found_people_read_what_helps() {
    for world in worlds().await {
        for (ask, words) in [
            (gallery("mine"), "You have no picture here yet: `/imagine` makes one."),
            (gallery("channel"), "There is no picture in this channel yet that you may see"),
            (search("red fox"), "has all of these words in its prompt: red, fox. Leave some out"),
        ] {
            let nothing = told(&world, ask).await;
            assert!(nothing.content.contains(words), "{words} in {}", nothing.content);
            assert!(nothing.attachments.is_empty() && nothing.custom_ids().is_empty());
        }
        let refused = world.refused(search("the …")).await;
        assert!(refused.starts_with("There is nothing in that to search for."), "{refused}");
        world.end().await;
    }
}

#[tokio::test]
async fn a_member_exports_their_own_pictures_of_every_server() {
    for world in worlds().await {
        let first = painted(&world, imagine("a fox --n 2")).await;
        painted(&world, imagine("an owl").in_guild(12).in_channel(77).option("private", true)).await;
        painted(&world, imagine("a crab").by(8)).await;
        let export = || InteractionBuilder::command("export");
        let sent = told(&world, export()).await;
        assert!(
            sent.content.starts_with("**Your pictures**: 3 pictures with their records"),
            "{}",
            sent.content
        );
        let file = std::io::Cursor::new(sent.attachments[0].bytes.clone());
        let mut zip = zip::ZipArchive::new(file).unwrap();
        let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names.len(), 6, "{names:?}");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut zip.by_index(0).unwrap(), &mut bytes).unwrap();
        assert_eq!(bytes, first.attachments[0].bytes, "byte for byte, the oldest first");
        for nothing in [export().option("page", 2), export().by(9)] {
            let nothing = told(&world, nothing).await;
            assert!(
                nothing.content.starts_with("You have no picture on that page yet"),
                "{}",
                nothing.content
            );
        }
        world.end().await;
    }
}
