//! Pictures are found again: one's own, a channel's, and by words of the prompt.

use std::collections::HashSet;
use std::time::Duration;

use easel_emulator::discord::{InteractionBuilder, Message};
use rand::RngExt;
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{Setup, World, admin, in_time, seed};

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

#[tokio::test]
async fn an_export_that_was_killed_leaves_nothing_and_can_be_asked_for_again() {
    let mut random = seed::random();
    for mut world in worlds().await {
        for n in 0..4 {
            painted(&world, imagine(&format!("owl {n} --n 4"))).await;
        }
        let export = || InteractionBuilder::command("export");
        let killed = world.ask(export()).await;
        in_time(killed.acknowledged()).await;
        let moment = Duration::from_millis(random.random_range(0..120));
        drop(timeout(moment, killed.answered()).await);
        world.kill_and_restart().await;
        let sent = told(&world, export()).await;
        assert!(sent.content.starts_with("**Your pictures**: 16 pictures"), "{}", sent.content);
        let file = std::io::Cursor::new(sent.attachments[0].bytes.clone());
        assert_eq!(zip::ZipArchive::new(file).unwrap().len(), 21, "pictures, records and a page");
        assert_eq!(world.archived("png").len(), 16);
        world.end().await;
    }
}

#[tokio::test]
async fn what_does_not_fit_into_one_export_is_on_its_next_page() {
    let world = World::registered().await;
    let generous = admin("limits set").option("daily", 500).option("burst", 100).option("per_minute", 100);
    world.said(generous.option("in_flight", 50)).await;
    for order in 0..13 {
        let offer = told(&world, imagine(&format!("owl {order} --repeat 16"))).await;
        let start = offer.custom_ids().into_iter().find(|id| id.starts_with("v1:retry:")).unwrap();
        let interaction = world.ask(InteractionBuilder::click(&offer, &start)).await;
        in_time(interaction.followed_up(3)).await;
        world.settled().await;
    }
    let mut names = HashSet::new();
    for (page, count) in [(1, 200), (2, 8)] {
        let sent = told(&world, InteractionBuilder::command("export").option("page", page)).await;
        assert!(
            sent.content.starts_with(&format!("**Your pictures**: {count} pictures")),
            "{}",
            sent.content
        );
        assert_eq!(sent.content.contains("page: 2"), page == 1, "{}", sent.content);
        let file = std::io::Cursor::new(sent.attachments[0].bytes.clone());
        let zip = zip::ZipArchive::new(file).unwrap();
        names.extend(
            zip.file_names().map(|name| name.unwrap().into_owned()).filter(|name| name.ends_with(".png")),
        );
    }
    assert_eq!(names.len(), 208, "each picture is on one page");
    world.end().await;
}

/// The lines about the family of a picture that is shown, and how many pictures the message has.
async fn family(world: &World, picture: &Message, by: u64) -> (Vec<String>, usize) {
    let show =
        InteractionBuilder::command("show").option("picture", picture.attachments[0].filename.as_str());
    let shown = world.ask(show.by(by)).await;
    in_time(shown.answered()).await;
    let beside = in_time(shown.followed_up(1)).await.remove(0);
    assert!(beside.ephemeral && beside.content.contains("Only you read this."), "{}", beside.content);
    let lines = beside.text().lines().skip(1).map(str::to_owned).collect();
    (lines, beside.attachments.len())
}

/// The picture that a member makes of another one with the form of **Remix**.
async fn remixed(world: &World, message: &Message, prompt: &str, by: u64) -> Message {
    let form = in_time(world.ask(press(message, "Remix").by(by)).await.acknowledged()).await;
    let id = form.data["custom_id"].as_str().unwrap();
    let fields = [("prompt", prompt), ("aspect", "21:9"), ("seed", "")];
    painted(world, InteractionBuilder::submit(Some(message), id, &fields).by(by)).await
}

#[tokio::test]
async fn a_picture_is_shown_with_what_it_comes_from_and_what_came_of_it() {
    for world in worlds().await {
        let fox = painted(&world, imagine("a red fox in snow")).await;
        let night = remixed(&world, &fox, "a blue fox in snow at night", 8).await;
        painted(&world, press(&night, "Again $0.04").by(8)).await;
        let other = remixed(&world, &night, "a secret", 9).await;
        let (lines, sheets) = family(&world, &night, 8).await;
        assert_eq!(sheets, 1);
        assert!(
            lines[0].starts_with("**1** a red fox in snow · [show](https://discord.com/channels/"),
            "{lines:?}"
        );
        assert!(lines[0].ends_with(&format!("/{})", fox.id)), "{lines:?}");
        assert_eq!(lines[1], "**2** This one: − red · + blue · + at night · aspect `1:1` → `21:9`");
        assert_eq!(lines[2], "**What came of it**, the latest first:");
        assert!(lines[3].starts_with("**3** − blue fox in snow at night"), "{lines:?}");
        assert!(lines[4].starts_with("**4** another seed · [show]("), "{lines:?}");
        assert_eq!(lines.len(), 5);
        let (lines, _) = family(&world, &other, 8).await;
        assert!(lines[2].starts_with("**3** This one: "), "{lines:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn of_a_large_family_the_nearest_are_shown() {
    for world in worlds().await {
        let mut line = vec![painted(&world, imagine("fox 10")).await];
        for n in 11..18 {
            let next = remixed(&world, line.last().unwrap(), &format!("fox {n}"), 7).await;
            line.push(next);
        }
        for member in 20..30 {
            painted(&world, press(&line[7], "Again $0.04").by(member)).await;
        }
        let (lines, _) = family(&world, &line[7], 8).await;
        assert!(lines[0].starts_with("There are earlier ones"), "{lines:?}");
        assert!(lines[1].starts_with("**1** fox 12 · "), "{lines:?}");
        assert!(lines[6].starts_with("**6** This one: − 16 · + 17"), "{lines:?}");
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (18, Some("There are more.")));
        world.end().await;
    }
}

#[tokio::test]
async fn pictures_of_one_order_that_differ_are_found_by_the_words_of_each() {
    for world in worlds().await {
        let offer = in_time(world.ask(imagine("{red, green} owl")).await.answered()).await;
        let id = offer.custom_ids().into_iter().find(|id| id.starts_with("v1:retry:")).unwrap();
        painted(&world, InteractionBuilder::click(&offer, &id)).await;
        for words in ["green owl", "red"] {
            let page = told(&world, search(words)).await;
            assert_eq!(listed(&page), ["red owl"], "{words}");
            assert_eq!(menu(&page)[0].0, "1 (2 pictures) red owl");
        }
        world.end().await;
    }
}
