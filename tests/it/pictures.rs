//! What can be done with a picture: the buttons below it, and `/edit`.

use easel_emulator::bedrock::{BedrockOptions, Picture};
use easel_emulator::discord::{InteractionBuilder, Message, Route, TestInteraction};
use serde_json::Value;

use crate::support::{Setup, World, admin, in_time, png};

const SD35: &str = "stability.sd3-5-large-v1:0";
const FAST: &str = "us.stability.stable-fast-upscale-v1:0";
const CREATIVE: &str = "us.stability.stable-creative-upscale-v1:0";

/// Both frontends of Discord, with pictures that services take.
async fn worlds() -> [World; 2] {
    let setup = || Setup {
        bedrock: BedrockOptions { picture: Picture::Real, ..BedrockOptions::default() },
        ..Setup::default()
    };
    World::on_both_frontends(setup).await
}

/// The `custom_id` of the button or menu whose label or action begins like this.
pub(crate) fn id_of(message: &Message, action: &str) -> String {
    let start = format!("v1:{action}:");
    let ids = message.custom_ids();
    ids.iter()
        .find(|id| id.starts_with(&start))
        .unwrap_or_else(|| panic!("no {action} in {ids:?}"))
        .to_owned()
}

fn labels(message: &Message) -> Vec<String> {
    let rows = message.components.as_array().cloned().unwrap_or_default();
    let buttons = rows.iter().flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
    buttons.filter_map(|button| button["label"].as_str().map(str::to_owned)).collect()
}

pub(crate) fn press(message: &Message, action: &str) -> InteractionBuilder {
    InteractionBuilder::click(message, &id_of(message, action))
}

/// The private message that a press brings.
pub(crate) async fn shown(world: &World, ask: InteractionBuilder) -> Message {
    let interaction = world.ask(ask).await;
    let ack = in_time(interaction.acknowledged()).await;
    assert_eq!((ack.kind, ack.ephemeral), (4, true), "{}", ack.data);
    interaction.message().unwrap()
}

async fn picture(interaction: &TestInteraction) -> Message {
    let answer = in_time(interaction.answered()).await;
    assert!(!answer.attachments.is_empty(), "{}", answer.content);
    answer
}

async fn imagined(world: &World, prompt: &str) -> Message {
    picture(&world.imagine(prompt).await).await
}

/// Admins let members ask as often as they like.
async fn without_rate(world: &World) {
    let limits = admin("limits set").option("burst", 100).option("per_minute", 100).option("in_flight", 50);
    world.said(limits.option("daily", 500)).await;
}

fn last_call(world: &World) -> (String, Value) {
    let call = world.bedrock.calls().pop().unwrap();
    (call.model, call.body)
}

#[tokio::test]
async fn every_picture_has_its_buttons_with_prices_in_two_rows() {
    for world in worlds().await {
        let message = imagined(&world, "a fox").await;
        assert_eq!(
            labels(&message),
            [
                "Again $0.04",
                "Vary subtle $0.08",
                "Vary strong $0.08",
                "Upscale $0.03",
                "Remix",
                "Edit…",
                "Details",
                "More…"
            ]
        );
        let more = shown(&world, press(&message, "more")).await;
        assert_eq!(labels(&more), ["Upscale, conservative $0.40", "Upscale, creative $0.60", "Delete"]);
        world.end().await;
    }
}

#[tokio::test]
async fn again_and_vary_make_jobs_of_whoever_presses() {
    for world in worlds().await {
        let message = imagined(&world, "a fox --seed 7 --ar 16:9 --no text").await;
        let again = picture(&world.ask(press(&message, "again").by(8)).await).await;
        let (_, body) = last_call(&world);
        assert_eq!((&body["prompt"], &body["aspect_ratio"]), (&"a fox".into(), &"16:9".into()));
        assert_eq!(body["negative_prompt"], "text");
        assert_ne!(body["seed"], 7);
        for (action, strength) in [("vary-subtle", 0.35), ("vary-strong", 0.75)] {
            picture(&world.ask(press(&again, action).by(9)).await).await;
            let (model, body) = last_call(&world);
            assert_eq!((model.as_str(), &body["strength"]), (SD35, &strength.into()));
            assert_eq!((&body["prompt"], &body["mode"]), (&"a fox".into(), &"image-to-image".into()));
        }
        world.settled().await;
        let records = world.archived("json");
        let records: Vec<Value> =
            records.iter().map(|record| serde_json::from_slice(record).unwrap()).collect();
        let members: Vec<_> =
            records.iter().map(|record| record["who"]["member"].as_str().unwrap()).collect();
        assert!(members.contains(&"8") && members.iter().filter(|member| **member == "9").count() == 2);
        assert_eq!(records.iter().filter(|record| record["parent"].is_null()).count(), 1);
        world.end().await;
    }
}

#[tokio::test]
async fn one_of_several_pictures_is_chosen_from_a_menu() {
    for world in worlds().await {
        let message = imagined(&world, "a fox --n 3 --seed 5").await;
        let menu = shown(&world, press(&message, "upscale")).await;
        let id = id_of(&menu, "upscale");
        let chosen = InteractionBuilder::choose(&menu, &id, &["2"]);
        let upscaled = picture(&world.ask(chosen).await).await;
        let (model, body) = last_call(&world);
        assert_eq!((model.as_str(), body.as_object().unwrap().len()), (FAST, 2));
        assert!(upscaled.content.contains("`upscale-fast`"), "{}", upscaled.content);
        assert!(!upscaled.content.contains("seed"), "{}", upscaled.content);
        world.end().await;
    }
}

#[tokio::test]
async fn an_upscale_that_costs_much_asks_first() {
    for world in worlds().await {
        let message = imagined(&world, "a fox").await;
        let more = shown(&world, press(&message, "more")).await;
        let question = shown(&world, press(&more, "upscale-creative")).await;
        assert!(
            question.content.contains("`upscale-creative` costs **$0.60** a picture"),
            "{}",
            question.content
        );
        assert_eq!(world.bedrock.calls().len(), 1);
        picture(&world.ask(press(&question, "retry")).await).await;
        let (model, body) = last_call(&world);
        assert_eq!((model.as_str(), &body["prompt"]), (CREATIVE, &"a fox".into()));
        assert_eq!(body["output_format"], "webp");
        world.end().await;
    }
}

#[tokio::test]
async fn remix_is_a_form_that_holds_the_request() {
    for (world, kind) in worlds().await.into_iter().zip([1, 18]) {
        let message = imagined(&world, "a fox --seed 7 --style anime").await;
        let id = id_of(&message, "remix");
        let form = in_time(world.ask(press(&message, "remix").by(8)).await.acknowledged()).await;
        assert_eq!((form.kind, &form.data["title"]), (9, &"Remix".into()));
        assert_eq!(form.data["components"][2]["type"], kind, "labels where they come back whole, else rows");
        let shown = form.data.to_string();
        assert!(shown.contains("a fox") && shown.contains("anime") && shown.contains("\"7\""), "{shown}");
        let fields = [("prompt", "a red fox"), ("aspect", "21:9"), ("seed", "")];
        let remixed =
            picture(&world.ask(InteractionBuilder::submit(Some(&message), &id, &fields).by(8)).await).await;
        let (_, body) = last_call(&world);
        assert_eq!(body["prompt"], "a red fox, anime style");
        assert_eq!(body["aspect_ratio"], "21:9");
        assert!(body["seed"] != 7 && remixed.content.contains("a red fox"));
        world.end().await;
    }
}

#[tokio::test]
async fn the_edit_menu_asks_for_what_a_service_needs() {
    for world in worlds().await {
        without_rate(&world).await;
        let message = imagined(&world, "a fox").await;
        let menu = shown(&world, press(&message, "edit")).await;
        assert!(
            menu.content.contains("`/edit inpaint`") && menu.content.contains("from: "),
            "{}",
            menu.content
        );
        let id = id_of(&menu, "edit");
        picture(&world.ask(InteractionBuilder::choose(&menu, &id, &["background"])).await).await;
        assert_eq!(last_call(&world).0, "us.stability.stable-image-remove-background-v1:0");
        for (service, fields, wanted) in [
            (
                "replace",
                vec![("target", "the fox"), ("prompt", "a cat")],
                ("search_prompt", Value::from("the fox")),
            ),
            ("outpaint", vec![("zoom", "2")], ("left", Value::from(512))),
            ("structure", vec![("prompt", "a castle")], ("prompt", Value::from("a castle"))),
        ] {
            let form =
                in_time(world.ask(InteractionBuilder::choose(&menu, &id, &[service])).await.acknowledged())
                    .await;
            assert_eq!(form.kind, 9, "{}", form.data);
            let custom_id = form.data["custom_id"].as_str().unwrap();
            let filled = InteractionBuilder::submit(Some(&menu), custom_id, &fields);
            picture(&world.ask(filled).await).await;
            assert_eq!(last_call(&world).1[wanted.0], wanted.1, "{service}");
        }
        world.end().await;
    }
}

#[tokio::test]
async fn a_button_works_after_a_restart_and_not_for_a_blocked_member() {
    for mut world in worlds().await {
        let message = imagined(&world, "a fox").await;
        world.settled().await;
        world.kill_and_restart().await;
        picture(&world.ask(press(&message, "vary-subtle").by(8)).await).await;
        world.said(admin("access deny").option("what", "use").role_option("role", 30)).await;
        let refused = world.refused(press(&message, "again").by(8).with_roles(&[30])).await;
        assert!(refused.contains("with your roles"), "{refused}");
        world.end().await;
    }
}

#[tokio::test]
async fn two_presses_at_once_are_one_job_for_one_member_and_two_for_two() {
    for world in worlds().await {
        let message = imagined(&world, "a fox").await;
        let held = world.bedrock.hold();
        let again = || press(&message, "again");
        let (first, second, other) =
            tokio::join!(world.ask(again()), world.ask(again()), world.ask(again().by(8)));
        let acks = [in_time(first.acknowledged()).await, in_time(second.acknowledged()).await];
        let mut kinds: Vec<_> = acks.iter().map(|ack| ack.kind).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, [4, 5]);
        let said = acks.iter().find(|ack| ack.kind == 4).unwrap().data["content"].as_str().unwrap();
        assert!(said.starts_with("You pressed that button twice in a second"), "{said}");
        drop(held);
        picture(&other).await;
        world.settled().await;
        assert_eq!(world.bedrock.calls().len(), 3);
        world.end().await;
    }
}

#[tokio::test]
async fn a_private_picture_can_be_published_by_its_member() {
    for world in worlds().await {
        let ask = InteractionBuilder::command("imagine").option("prompt", "a secret").option("private", true);
        let private = picture(&world.ask(ask).await).await;
        world.settled().await;
        let foreign = world.refused(press(&private, "again").by(8)).await;
        assert!(foreign.contains("somebody else's private one"), "{foreign}");
        let published = picture(&world.ask(press(&private, "publish")).await).await;
        assert!(!published.ephemeral);
        assert!(published.attachments[0].bytes == private.attachments[0].bytes, "byte for byte");
        assert!(!labels(&published).contains(&"Publish".to_owned()));
        picture(&world.ask(press(&published, "again").by(8)).await).await;
        world.end().await;
    }
}

#[tokio::test]
async fn whoever_ordered_a_picture_and_moderators_can_delete_it() {
    for world in worlds().await {
        for moderator in [false, true] {
            let message = imagined(&world, "a fox").await;
            world.settled().await;
            let more = shown(&world, press(&message, "more").by(8)).await;
            let foreign = world.refused(press(&more, "delete").by(8)).await;
            assert!(foreign.contains("Only whoever ordered that picture"), "{foreign}");
            let elsewhere = InteractionBuilder::command("show").by(8).in_channel(6);
            let name = message.attachments[0].filename.as_str();
            let again = picture(&world.ask(elsewhere.option("picture", name)).await).await;
            let more_elsewhere = shown(&world, press(&again, "more").by(8)).await;
            let moderates_there = press(&more_elsewhere, "delete").by(8).permissions(1 << 13);
            let foreign = world.refused(moderates_there).await;
            assert!(foreign.contains("Only whoever ordered that picture"), "{foreign}");
            let by = |ask: InteractionBuilder| if moderator { ask.by(8).permissions(1 << 13) } else { ask };
            let question = shown(&world, by(press(&more, "delete"))).await;
            let deleted = world.ask(by(press(&question, "delete-now"))).await;
            assert_eq!(in_time(deleted.acknowledged()).await.kind, 7);
            in_time(world.until_said(async || {
                world.discord.channel_messages(5).iter().all(|shown| shown.id != message.id)
            }))
            .await;
        }
        world.end().await;
    }
}

#[tokio::test]
async fn a_picture_that_is_gone_from_the_archive_is_answered_with_a_sentence() {
    for world in worlds().await {
        let message = imagined(&world, "a fox").await;
        world.settled().await;
        std::fs::remove_dir_all(world.path("data/archive")).unwrap();
        let upscale = world.ask(press(&message, "upscale")).await;
        let said = in_time(upscale.answered()).await;
        assert!(said.content.contains("That picture is in the archive no more"), "{}", said.content);
        world.settled().await;
        assert_eq!(world.bedrock.calls().len(), 1);
        assert_eq!(world.sum("spent"), 40_000);
        world.end().await;
    }
}

#[tokio::test]
async fn edit_takes_a_picture_from_wherever_it_is() {
    for world in worlds().await {
        without_rate(&world).await;
        let edit = |name: &str| InteractionBuilder::command(&format!("edit {name}"));
        let nothing = world.refused(edit("background")).await;
        assert!(nothing.starts_with("You have no picture in this channel yet"), "{nothing}");
        let file = world.discord.upload("photo.png", "image/png", png(320, 256));
        picture(&world.ask(edit("background").attachment("image", &file)).await).await;
        let sent = last_call(&world).1["image"].clone();
        let message = imagined(&world, "a fox").await;
        for (n, ask) in [
            edit("erase").option("area", "10 10 50 50"),
            edit("erase").option("area", "10,10,50,50").option("from", "last"),
            edit("erase")
                .option("area", "10% 10% 50% 50%")
                .option("from", message.attachments[0].filename.as_str()),
            edit("erase")
                .option("area", "10 10 50 50")
                .option("from", format!("https://discord.com/channels/3/5/{}", message.id)),
        ]
        .into_iter()
        .enumerate()
        {
            // The last picture of the member would otherwise be the one that was edited before.
            let ask = if n == 1 { ask.by(7) } else { ask };
            picture(&world.ask(ask).await).await;
            assert_ne!(last_call(&world).1["image"], sent);
        }
        world.discord.add_channel(6, 3, false);
        let file = world.discord.upload("holiday.png", "image/png", png(128, 128));
        let theirs = world.discord.write(9, 5, "look", &[file]);
        let unseen = format!("https://discord.com/channels/3/5/{}", theirs.id);
        let said = in_time(world.ask(edit("background").option("from", unseen)).await.answered()).await;
        assert!(said.content.contains("Discord shows a bot its own messages"), "{}", said.content);
        let ask = InteractionBuilder::command("imagine").option("prompt", "a fox").in_channel(6);
        let elsewhere = picture(&world.ask(ask).await).await;
        let link = format!("https://discord.com/channels/3/6/{}", elsewhere.id);
        picture(&world.ask(edit("background").option("from", link.as_str())).await).await;
        world.discord.show_only_to(6, 20);
        let hidden = edit("background").option("from", link.as_str());
        let said = in_time(world.ask(hidden.clone()).await.answered()).await;
        assert!(said.content.contains("There is no such message here"), "{}", said.content);
        picture(&world.ask(hidden.with_roles(&[20])).await).await;
        for link in ["https://discord.com/channels/4/5/6", "https://discord.com/channels/@me/5/6", "nonsense"]
        {
            let said = world.refused(edit("background").option("from", link)).await;
            assert!(said.starts_with("There is no such message here"), "{said}");
        }
        world.end().await;
    }
}

#[tokio::test]
async fn every_subcommand_reaches_its_service() {
    for world in worlds().await {
        without_rate(&world).await;
        imagined(&world, "a fox").await;
        let style = world.discord.upload("style.png", "image/png", png(128, 128));
        let edit = |name: &str| InteractionBuilder::command(&format!("edit {name}"));
        for (ask, model) in [
            (edit("upscale").option("how", "fast"), "fast-upscale"),
            (edit("background"), "image-remove-background"),
            (edit("erase").option("area", "10 10 50 50").option("grow_mask", 3), "image-erase-object"),
            (edit("inpaint").option("prompt", "a hat").option("area", "0 0 50 50"), "image-inpaint"),
            (edit("outpaint").option("left", 64).option("creativity", 0.5), "outpaint"),
            (edit("replace").option("search", "the dog").option("prompt", "a cat"), "image-search-replace"),
            (edit("recolor").option("select", "the car").option("prompt", "red"), "image-search-recolor"),
            (
                edit("sketch").option("prompt", "a castle").option("control_strength", 0.5),
                "image-control-sketch",
            ),
            (
                edit("structure").option("prompt", "a castle").option("style", "anime"),
                "image-control-structure",
            ),
            (edit("style-guide").option("prompt", "a castle").option("aspect", "16:9"), "image-style-guide"),
            (edit("style-transfer").attachment("style_image", &style), "style-transfer"),
        ] {
            let ask = ask.option("from", "last");
            let made = picture(&world.ask(ask).await).await;
            assert_eq!(last_call(&world).0, format!("us.stability.stable-{model}-v1:0"));
            assert!(!made.attachments.is_empty());
            // So that the next edit starts from a picture of the usual size.
            imagined(&world, "a fox").await;
        }
        let question = shown(&world, edit("upscale").option("how", "conservative")).await;
        picture(&world.ask(press(&question, "retry")).await).await;
        assert_eq!(last_call(&world).1["prompt"], "a fox");
        world.end().await;
    }
}

#[tokio::test]
async fn commands_on_messages_work_on_anybodys_picture() {
    for world in worlds().await {
        without_rate(&world).await;
        let file = world.discord.upload("holiday.png", "image/png", png(320, 256));
        let theirs = world.discord.write(9, 5, "look", &[file]);
        let on = InteractionBuilder::on_message;
        let menu = shown(&world, on("Edit picture", &theirs)).await;
        let id = id_of(&menu, "shown-edit");
        picture(&world.ask(InteractionBuilder::choose(&menu, &id, &["background"])).await).await;
        let choice = InteractionBuilder::choose(&menu, &id, &["recolor"]);
        let form = in_time(world.ask(choice).await.acknowledged()).await;
        let custom_id = form.data["custom_id"].as_str().unwrap();
        let fields = [("target", "the sky"), ("prompt", "red")];
        picture(&world.ask(InteractionBuilder::submit(Some(&menu), custom_id, &fields)).await).await;
        assert_eq!(last_call(&world).1["select_prompt"], "the sky");
        let question = shown(&world, on("Start from this picture", &theirs)).await;
        let form = in_time(world.ask(press(&question, "shown-start")).await.acknowledged()).await;
        let custom_id = form.data["custom_id"].as_str().unwrap();
        let fields = [("prompt", "the same at night"), ("strength", "0.5")];
        picture(&world.ask(InteractionBuilder::submit(Some(&question), custom_id, &fields)).await).await;
        let (model, body) = last_call(&world);
        assert_eq!((model.as_str(), &body["strength"]), (SD35, &0.5.into()));
        let refused = world.refused(on("Make again", &theirs)).await;
        assert!(refused.starts_with("That picture is not one of Easel's"), "{refused}");
        let ours = imagined(&world, "a fox --seed 7").await;
        picture(&world.ask(on("Make again", &ours).by(8)).await).await;
        assert_eq!(last_call(&world).1["prompt"], "a fox");
        let words = world.discord.write(9, 5, "no picture here", &[]);
        let refused = world.refused(on("Edit picture", &words)).await;
        assert!(refused.starts_with("That message has no picture"), "{refused}");
        world.end().await;
    }
}

#[tokio::test]
async fn details_tell_where_a_picture_comes_from_and_how_to_make_it_in_a_shell() {
    for world in worlds().await {
        let first = imagined(&world, "a fox in snow --seed 7 --no text --ar 3:2").await;
        world.settled().await;
        let second = picture(&world.ask(press(&first, "vary-subtle")).await).await;
        world.settled().await;
        let details = world.said(press(&second, "details")).await;
        let link = format!("(https://discord.com/channels/3/5/{})", first.id);
        assert!(details.contains("made from: `core` a fox in snow") && details.contains(&link), "{details}");
        assert!(
            shell_command(&details).contains("--model 'sd3.5' --image FILE --strength 0.35"),
            "{details}"
        );
        let command = shell_command(&world.said(press(&first, "details")).await);
        let mut shell = world.command("sh");
        shell.args(["-c", &command.replacen("easel", env!("CARGO_BIN_EXE_easel"), 1)]);
        let (code, _, err) = world.outcome(shell).await;
        assert_eq!(code, 0, "{command}: {err}");
        let calls = world.bedrock.calls();
        assert_eq!(calls[2].body, calls[0].body, "the very same request");
        world.end().await;
    }
}

/// The command that Details show, as somebody copies it.
fn shell_command(details: &str) -> String {
    let line = details.lines().find(|line| line.starts_with("in a shell: ")).unwrap();
    line.trim_start_matches("in a shell: ").replace('\\', "")
}

#[tokio::test]
async fn any_picture_can_be_shown_again_by_its_name_and_by_its_file() {
    for world in worlds().await {
        let first = imagined(&world, "a fox").await;
        world.settled().await;
        let show = || InteractionBuilder::command("show").by(8).in_channel(6);
        let name = first.attachments[0].filename.as_str();
        let again = picture(&world.ask(show().option("picture", name)).await).await;
        assert!(again.attachments[0].bytes == first.attachments[0].bytes);
        assert!(labels(&again).contains(&"Again $0.04".to_owned()));
        let file = world.discord.upload("saved.png", "image/png", first.attachments[0].bytes.clone());
        let found = picture(&world.ask(show().attachment("file", &file)).await).await;
        assert!(found.ephemeral && found.content.contains("a fox"), "{}", found.content);
        let other = world.discord.upload("other.png", "image/png", png(64, 64));
        let unknown = in_time(world.ask(show().attachment("file", &other)).await.answered()).await;
        assert!(unknown.content.starts_with("Nothing is known of that picture"), "{}", unknown.content);
        let ask = InteractionBuilder::command("imagine").option("prompt", "a secret").option("private", true);
        let secret = picture(&world.ask(ask).await).await;
        world.settled().await;
        let name = secret.attachments[0].filename.as_str();
        let refused = world.refused(show().option("picture", name)).await;
        assert!(refused.starts_with("Nothing is known of that picture"), "{refused}");
        world.end().await;
    }
}

#[tokio::test]
async fn a_service_that_admins_deny_is_refused_wherever_it_is_asked_for() {
    for world in worlds().await {
        let message = imagined(&world, "a fox").await;
        let denied = world.said(admin("models deny").option("model", "upscale-fast")).await;
        assert!(denied.starts_with("Done."), "{denied}");
        let edit = InteractionBuilder::command("edit upscale").option("how", "fast");
        for ask in [edit, press(&message, "upscale")] {
            let refused = world.refused(ask).await;
            assert!(refused.starts_with("`upscale-fast` is not offered here."), "{refused}");
        }
        let listed = world.said(admin("models list")).await;
        assert!(listed.contains("`upscale-fast` $0.03 a picture: not offered"), "{listed}");
        let typed = InteractionBuilder::autocomplete("easel models allow", "model", "upscale").by(1);
        let choices = world.ask(typed.permissions(crate::support::MANAGE_GUILD)).await.choices().await;
        assert_eq!(choices.len(), 3, "{choices:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn a_press_that_is_killed_over_is_finished_once_after_the_restart() {
    for mut world in worlds().await {
        let message = imagined(&world, "a fox").await;
        world.settled().await;
        let held = world.bedrock.hold();
        let varied = world.ask(press(&message, "vary-strong").by(8)).await;
        in_time(held.reached()).await;
        world.kill().await;
        drop(held);
        world.start().await;
        let picture = in_time(varied.picture()).await;
        assert_eq!(world.pictures_for(&varied).len(), 1);
        assert!(picture.content.contains("`sd3.5`"), "{}", picture.content);
        world.settled().await;
        let calls = world.bedrock.calls();
        assert!(calls.len() <= 3, "at most two calls for it: {}", calls.len());
        assert!(calls[1..].iter().all(|call| call.body == calls[1].body), "the same request both times");
        world.end().await;
    }
}

#[tokio::test]
async fn a_picture_that_was_attached_is_kept_so_that_it_can_be_edited_again() {
    for world in worlds().await {
        let file = world.discord.upload("photo.png", "image/png", png(320, 256));
        let mask = world.discord.upload("mask.png", "image/png", white(320, 256));
        let ask =
            InteractionBuilder::command("edit erase").attachment("image", &file).attachment("mask", &mask);
        let erased = picture(&world.ask(ask).await).await;
        let ask = InteractionBuilder::command("imagine").option("prompt", "a fox").attachment("image", &file);
        let started = picture(&world.ask(ask).await).await;
        world.settled().await;
        let fetched = world.discord.count(Route::Cdn);
        for message in [erased, started] {
            let sent = world.bedrock.calls().len();
            picture(&world.ask(press(&message, "again").by(8)).await).await;
            let calls = world.bedrock.calls();
            let same = |n: usize| calls[n].body["image"] == calls[sent].body["image"];
            assert!(same(0) || same(1), "the same picture as before");
        }
        assert_eq!(world.discord.count(Route::Cdn), fetched, "Discord's copy is gone after a day");
        world.end().await;
    }
}

fn white(width: u32, height: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let white = image::GrayImage::from_pixel(width, height, image::Luma([255]));
    white.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[tokio::test]
async fn what_holds_for_orders_holds_for_buttons() {
    for world in worlds().await {
        let message = imagined(&world, "a fox --model ultra").await;
        world.said(admin("defaults set").option("model", "core")).await;
        world.said(admin("defaults lock").option("field", "model")).await;
        let locked = world.refused(press(&message, "vary-subtle").by(8)).await;
        assert!(locked.contains("the admins have fixed it at `core`"), "{locked}");
        world.said(admin("budget set").option("month", "0.10")).await;
        let dear = world.refused(press(&message, "upscale").by(8)).await;
        assert!(dear.contains("this server's monthly budget of $0.10"), "{dear}");
        world.said(admin("words add").option("phrase", "dragon")).await;
        let form =
            InteractionBuilder::command("edit replace").option("search", "a dragon").option("prompt", "x");
        let word = world.refused(form.option("from", "last")).await;
        assert!(word.contains("blocked"), "{word}");
        world.end().await;
    }
}
