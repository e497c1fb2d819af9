//! A channel works on one thing together, until the session ends.

use std::io::{Cursor, Read};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use easel_emulator::bedrock::Picture;
use easel_emulator::discord::{InteractionBuilder, Message, Route};

use crate::support::inside::Inside;
use crate::support::{MANAGE_GUILD, Setup, World, admin, in_time, png};

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

fn session(path: &str) -> InteractionBuilder {
    InteractionBuilder::command(&format!("session {path}"))
}

fn start() -> InteractionBuilder {
    session("start").option("title", "Foxes").option("style", "anime")
}

/// The message that comes in the place of a deferral.
async fn told(world: &World, ask: InteractionBuilder) -> Message {
    in_time(world.ask(ask).await.answered()).await
}

/// The picture, once its delivery is written down: what a session shows follows the store.
async fn picture(world: &World, ask: InteractionBuilder) -> Message {
    let message = in_time(world.ask(ask).await.picture()).await;
    world.settled().await;
    message
}

fn button(message: &Message, action: &str) -> InteractionBuilder {
    let ids = message.custom_ids();
    let id = ids.iter().find(|id| id.starts_with(&format!("v1:{action}:")));
    InteractionBuilder::click(message, id.unwrap_or_else(|| panic!("no {action} among {ids:?}")))
}

/// A world in which nobody asks too fast.
async fn world() -> World {
    let world = World::registered().await;
    world.said(admin("limits set").option("burst", 50)).await;
    world
}

#[tokio::test]
async fn requests_in_the_channel_inherit_a_session_until_it_ends() {
    let mut world = world().await;
    let begun = told(&world, start().option("prefix", "a painting of")).await;
    assert!(begun.content.starts_with("**Foxes** – <@7> has begun a session here."), "{}", begun.content);
    assert!(!begun.ephemeral && begun.text().contains("style: **anime**"), "{}", begun.text());
    world.kill_and_restart().await;

    let inside = picture(&world, cat().by(8)).await;
    assert!(
        inside.content.contains("· anime ·") && inside.content.contains("-# Session: Foxes"),
        "{}",
        inside.content
    );
    assert_eq!(world.bedrock.calls()[0].body["prompt"], "a painting of, a cat, anime style");
    let other = picture(&world, cat().option("style", "origami")).await;
    assert!(other.content.contains("· origami ·"), "{}", other.content);
    let outside = picture(&world, cat().in_channel(6)).await;
    assert!(!outside.content.contains("Session"), "{}", outside.content);

    let shown = world.said(session("show")).await;
    assert!(shown.contains("2 pictures, $0.08") && shown.contains("takes part: everybody"), "{shown}");
    let ended = told(&world, session("end")).await;
    assert!(
        ended.content.starts_with("**Foxes** has ended: 2 pictures, $0.08, by 2 members."),
        "{}",
        ended.content
    );
    assert_eq!(ended.attachments[0].content_type, "image/png");
    assert!(world.refused(session("end")).await.starts_with("No session is running in this channel."));
    let after = picture(&world, cat()).await;
    assert!(!after.content.contains("Session") && !after.content.contains("anime"), "{}", after.content);
    world.end().await;
}

#[tokio::test]
async fn from_last_starts_from_the_sessions_last_picture() {
    let world = world().await;
    let refused = world.refused(cat().option("from", "last").option("model", "sd3.5")).await;
    assert!(refused.starts_with("No session is running in this channel."), "{refused}");
    told(&world, session("start").option("model", "sd3.5").option("strength", 0.4)).await;
    let refused = world.refused(cat().option("from", "last")).await;
    assert!(refused.starts_with("There is no picture in this session yet"), "{refused}");
    let first = picture(&world, cat()).await;
    picture(&world, cat().option("from", "last").by(8)).await;
    let body = world.bedrock.calls()[1].body.clone();
    assert_eq!(body["mode"], "image-to-image");
    assert_eq!(body["image"], BASE64_STANDARD.encode(&first.attachments[0].bytes));
    assert_eq!(body["strength"], 0.4);
    let private = picture(&world, cat().option("private", true).by(9)).await;
    picture(&world, cat().option("from", "last").by(9)).await;
    let body = world.bedrock.calls()[3].body.clone();
    assert_eq!(
        body["image"],
        BASE64_STANDARD.encode(&private.attachments[0].bytes),
        "one's own private picture"
    );
    let open = picture(&world, cat()).await;
    picture(&world, cat().option("private", true).by(9)).await;
    picture(&world, cat().option("from", "last").by(8)).await;
    let image = world.bedrock.calls()[6].body["image"].clone();
    assert_eq!(image, BASE64_STANDARD.encode(&open.attachments[0].bytes), "nobody else's private picture");
    let refused = world.refused(cat().option("from", "last").option("model", "core")).await;
    assert!(refused.starts_with("`core` does not know `image`.") && refused.contains("`sd3.5`"), "{refused}");
    world.end().await;
}

#[tokio::test]
async fn a_reference_picture_is_kept_for_models_that_start_from_one() {
    let mut world = world().await;
    let file = world.discord.upload("fox.png", "image/png", png(128, 128));
    let begun = told(&world, start().attachment("reference", &file)).await;
    assert!(begun.text().contains("starts from: a reference picture"), "{}", begun.text());
    world.kill_and_restart().await;
    picture(&world, cat()).await;
    assert_eq!(world.bedrock.calls()[0].body["image"], serde_json::Value::Null, "core does without");
    picture(&world, cat().option("model", "sd3.5")).await;
    assert_eq!(world.bedrock.calls()[1].body["image"], BASE64_STANDARD.encode(png(128, 128)));
    let changed = told(&world, session("change").option("no_reference", true)).await;
    assert!(!changed.text().contains("starts from"), "{}", changed.text());
    picture(&world, cat().option("model", "sd3.5")).await;
    assert_eq!(world.bedrock.calls()[2].body["mode"], "text-to-image");

    let text = world.discord.upload("fox.txt", "text/plain", "a fox");
    let refused = world.refused(start().attachment("reference", &text).in_channel(6)).await;
    assert!(refused.starts_with("That attachment cannot be used"), "{refused}");
    world.end().await;
}

#[tokio::test]
async fn a_second_session_asks_what_to_do_with_the_first() {
    let mut world = world().await;
    told(&world, start()).await;
    picture(&world, cat()).await;
    let refused = world.refused(start().by(8)).await;
    assert!(refused.contains("only <@7>, who started it"), "{refused}");

    let question = told(&world, session("start").option("title", "Owls")).await;
    assert!(question.ephemeral && question.content.contains("**Foxes** is running"), "{}", question.content);
    let kept = in_time(world.ask(button(&question, "keep")).await.acknowledged()).await;
    assert_eq!((kept.kind, kept.data["content"].as_str()), (7, Some("The session in this channel goes on.")));
    assert!(picture(&world, cat()).await.content.contains("Session: Foxes"));

    let question = told(&world, session("start").option("title", "Owls")).await;
    world.kill_and_restart().await;
    let interaction = world.ask(button(&question, "replace")).await;
    let told_here = in_time(interaction.followed_up(2)).await;
    assert!(told_here[0].content.starts_with("**Foxes** has ended: 2 pictures"), "{}", told_here[0].content);
    assert!(told_here[1].content.starts_with("**Owls** – <@7> has begun"), "{}", told_here[1].content);
    let answered = in_time(interaction.until(|message| message.content.contains("has begun"))).await;
    assert!(answered.custom_ids().is_empty(), "the buttons are gone");
    assert!(picture(&world, cat()).await.content.contains("Session: Owls"));
    let again = in_time(world.ask(button(&question, "replace").stale()).await.acknowledged()).await;
    assert_eq!(again.data["content"], "That session is no longer waiting. `/session start` begins one.");
    world.end().await;
}

#[tokio::test]
async fn a_session_that_began_since_is_not_ended_unasked() {
    let world = world().await;
    told(&world, start()).await;
    let question = told(&world, session("start").option("title", "Owls")).await;
    told(&world, session("end")).await;
    told(&world, session("start").option("title", "Crows")).await;

    let interaction = world.ask(button(&question, "replace")).await;
    let asked_again =
        in_time(interaction.until(|message| message.content.contains("**Crows** is running"))).await;
    assert!(picture(&world, cat()).await.content.contains("Session: Crows"), "it goes on");
    let interaction = world.ask(button(&asked_again, "replace")).await;
    let told_here = in_time(interaction.followed_up(2)).await;
    assert!(told_here[0].content.starts_with("**Crows** has ended: 1 picture"), "{}", told_here[0].content);
    assert!(picture(&world, cat()).await.content.contains("Session: Owls"));

    let question = told(&world, session("start").option("title", "Geese")).await;
    told(&world, session("end")).await;
    told(&world, session("start").option("title", "Herons").by(8)).await;
    let refused = world.refused(button(&question, "replace")).await;
    assert!(refused.contains("Herons, and only <@8>, who started it"), "{refused}");
    assert!(picture(&world, cat()).await.content.contains("Session: Herons"), "it goes on");
    world.end().await;
}

#[tokio::test]
async fn a_session_can_have_a_thread_of_its_own() {
    let world = world().await;
    let said = told(&world, start().option("thread", true)).await;
    let thread = world.discord.threads(5)[0];
    assert_eq!(said.content, format!("**Foxes** – the session has begun in <#{thread}>."));
    let opened = in_time(world.discord.next_channel_message(thread)).await;
    assert!(opened.content.starts_with("**Foxes** – <@7> has begun"), "{}", opened.content);
    assert!(picture(&world, cat().in_channel(thread)).await.content.contains("Session: Foxes"));
    assert!(!picture(&world, cat()).await.content.contains("Session"));
    let refused = world.refused(start().option("thread", true).in_channel(thread)).await;
    assert!(refused.starts_with("Easel cannot make a thread here: this is one already."), "{refused}");
    world.discord.deny(5, 1 << 35);
    let refused = told(&world, start().option("thread", true)).await;
    assert!(
        refused.content.contains("it needs the permissions Create Public Threads"),
        "{}",
        refused.content
    );
    world.discord.take_violations();
    world.end().await;
}

#[tokio::test]
async fn sessions_run_in_every_kind_of_channel_and_make_the_kind_of_thread_that_it_has() {
    const ANNOUNCEMENTS: u64 = 60;
    let world = world().await;
    for (channel, kind) in [(ANNOUNCEMENTS, 5), (61, 2), (62, 13), (63, 15), (64, 16)] {
        world.discord.add_channel(channel, 3, false);
        world.discord.set_channel_kind(channel, kind);
    }
    world.discord.add_thread(65, 63);
    world.discord.add_thread(66, 64);
    world.discord.add_thread(67, ANNOUNCEMENTS);
    let only = "only text and announcement channels have threads";
    for (channel, refusal) in
        [(61, only), (62, only), (65, "this is one"), (66, "this is one"), (67, "this is one")]
    {
        let refused = world.refused(start().option("thread", true).in_channel(channel)).await;
        assert!(refused.contains(refusal), "{channel}: {refused}");
        told(&world, start().in_channel(channel)).await;
        let inside = picture(&world, cat().in_channel(channel)).await;
        assert!(inside.content.contains("Session: Foxes"), "{channel}: {}", inside.content);
    }
    let refused = world.refused(start().option("thread", true).in_dm(99)).await;
    assert!(refused.contains("only a server's channels have threads"), "{refused}");

    told(&world, start().option("thread", true).in_channel(ANNOUNCEMENTS)).await;
    let threads = world.discord.threads(ANNOUNCEMENTS);
    let thread = threads.into_iter().find(|thread| *thread != 67).unwrap();
    in_time(world.discord.next_channel_message(thread)).await;
    assert!(picture(&world, cat().in_channel(thread)).await.content.contains("Session: Foxes"));
    world.end().await;
}

#[tokio::test]
async fn only_those_who_take_part_order_pictures_and_only_its_owner_or_an_admin_changes_it() {
    let world = world().await;
    told(&world, start().option("members", "<@8> <@9>").option("budget", "0.08")).await;
    let refused = world.refused(cat().by(10)).await;
    assert!(
        refused.starts_with("The session in this channel, Foxes, is for chosen members only."),
        "{refused}"
    );
    picture(&world, cat()).await;
    picture(&world, cat().by(8)).await;
    let refused = world.refused(cat().by(9)).await;
    assert!(
        refused.starts_with("This would go beyond this session's budget of $0.08, of which $0.08"),
        "{refused}"
    );
    let refused = world.refused(session("change").option("budget", "1").by(9)).await;
    assert!(refused.starts_with("Only <@7>, who started this session"), "{refused}");
    assert!(world.refused(session("end").by(9)).await.starts_with("Only <@7>"));
    let changed =
        session("change").option("budget", "none").option("reset", "style").option("members", "everyone");
    let changed = told(&world, changed.by(1).permissions(MANAGE_GUILD | 0x8000_0000 | 0x400)).await;
    assert!(!changed.text().contains("budget") && !changed.text().contains("anime"), "{}", changed.text());
    picture(&world, cat().by(10)).await;
    let refused = world.refused(session("change")).await;
    assert!(refused.starts_with("at least one thing to change is missing"), "{refused}");
    let refused = world.refused(session("change").option("members", "mira")).await;
    assert!(refused.starts_with("`members` was `mira`; allowed: mentions"), "{refused}");
    world.end().await;
}

#[tokio::test]
async fn history_comes_in_pages_without_the_private_pictures_of_others() {
    let mut world = world().await;
    told(&world, start()).await;
    for _ in 0..3 {
        picture(&world, cat().option("count", 4)).await;
    }
    picture(&world, cat().option("private", true)).await;
    let mine = told(&world, session("history")).await;
    assert!(
        mine.ephemeral && mine.content.contains("13 pictures, the oldest first; page 1 of 2."),
        "{}",
        mine.content
    );
    let sheet = image::load_from_memory(&mine.attachments[0].bytes).unwrap();
    world.kill_and_restart().await;
    let next = world.ask(button(&mine, "history")).await;
    let second = in_time(next.until(|message| message.content.contains("page 2 of 2"))).await;
    let last = image::load_from_memory(&second.attachments[0].bytes).unwrap();
    assert!(last.height() < sheet.height() && second.attachments.len() == 1);
    let theirs = told(&world, session("history").by(8)).await;
    assert!(theirs.content.contains("12 pictures, the oldest first; page 1 of 1."), "{}", theirs.content);
    assert!(theirs.custom_ids().is_empty());
    world.end().await;
}

#[tokio::test]
async fn an_export_holds_every_picture_with_its_record_and_a_page() {
    let world = world().await;
    told(&world, start()).await;
    let refused = told(&world, session("export")).await;
    assert_eq!(refused.content, "There is no picture in this session yet that you could export.");
    let first = picture(&world, cat().option("count", 2)).await;
    world.settled().await;
    told(&world, session("end")).await;
    let sent = told(&world, session("export")).await;
    assert!(
        sent.ephemeral && sent.content.starts_with("**Foxes**: 2 pictures with their records"),
        "{}",
        sent.content
    );
    let mut zip = zip::ZipArchive::new(Cursor::new(sent.attachments[0].bytes.clone())).unwrap();
    let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    let mut bytes = Vec::new();
    zip.by_index(0).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, first.attachments[0].bytes, "byte for byte");
    let mut record = String::new();
    let name = names.iter().find(|name| name.starts_with("records/")).unwrap();
    zip.by_name(name).unwrap().read_to_string(&mut record).unwrap();
    assert!(record.contains("\"prompt\": \"a cat\""), "{record}");

    world.end().await;
}

type Zip = zip::ZipArchive<Cursor<bytes::Bytes>>;

/// The files of an export: those of the answer, and those that come after it.
async fn exported(world: &World, limit: u64) -> (Vec<Message>, Vec<Zip>) {
    let asked = world.ask(session("export").attachment_size_limit(limit)).await;
    let first = in_time(asked.answered()).await;
    let name = &first.attachments[0].filename;
    let files =
        name.strip_suffix(".zip").unwrap().split_once("-of-").map_or(1, |(_, of)| of.parse().unwrap());
    let more = in_time(asked.followed_up(files - 1)).await;
    let messages: Vec<_> = std::iter::once(first).chain(more).collect();
    let open = |message: &Message| -> Zip {
        let [file] = message.attachments.as_slice() else { panic!("{} files", message.attachments.len()) };
        assert!(file.bytes.len() as u64 <= limit, "{} bytes", file.bytes.len());
        zip::ZipArchive::new(Cursor::new(file.bytes.clone())).unwrap()
    };
    let zips = messages.iter().map(open).collect();
    (messages, zips)
}

fn pictures_in(zips: &mut [Zip]) -> Vec<(String, Vec<u8>)> {
    let mut pictures = Vec::new();
    for zip in zips {
        assert!(zip.by_name("index.html").is_ok());
        for at in 0..zip.len() {
            let mut file = zip.by_index(at).unwrap();
            if let Some(name) = file.name().unwrap().strip_prefix("pictures/") {
                let mut picture = (name.to_owned(), Vec::new());
                file.read_to_end(&mut picture.1).unwrap();
                pictures.push(picture);
            }
        }
    }
    pictures
}

#[tokio::test]
async fn an_export_that_does_not_fit_comes_in_several_files_and_then_in_smaller_copies() {
    let mut setup = Setup::default();
    setup.bedrock.picture = Picture::Sized(400_000);
    let world = World::with(setup).await;
    in_time(world.discord.registered(None)).await;
    world.said(admin("limits set").option("burst", 50)).await;
    told(&world, start()).await;
    let mut originals = Vec::new();
    for _ in 0..3 {
        let message = picture(&world, cat().option("count", 2)).await;
        originals.extend(message.attachments.into_iter().map(|file| file.bytes));
    }
    let largest = originals.iter().map(bytes::Bytes::len).max().unwrap() as u64;

    let (messages, mut zips) = exported(&world, 2 * largest + 40_000).await;
    assert!(messages.len() > 1 && messages.iter().all(|message| message.ephemeral));
    let words = &messages[0].content;
    assert!(words.starts_with("**Foxes**: 6 pictures with their records"), "{words}");
    assert!(
        words.ends_with(&format!(
            "They come in {} files, each with a page of its own; this is the first.",
            messages.len()
        )),
        "{words}"
    );
    assert_eq!(messages[1].content, format!("**Foxes**, file 2 of {}.", messages.len()));
    let sent: Vec<_> = pictures_in(&mut zips).into_iter().map(|(_, bytes)| bytes).collect();
    assert!(sent == originals, "every original is there, byte for byte, in its order");

    let (messages, mut zips) = exported(&world, largest).await;
    assert!(messages.len() <= 5, "{} files", messages.len());
    let words = &messages[0].content;
    assert!(
        words.contains("They are smaller copies (JPEG), because the originals do not fit here;"),
        "{words}"
    );
    let copies = pictures_in(&mut zips);
    assert_eq!(copies.len(), 6);
    assert!(
        copies.iter().all(|(name, bytes)| name.ends_with(".jpg") && image::load_from_memory(bytes).is_ok())
    );
    world.end().await;
}

#[tokio::test]
async fn a_session_ends_by_itself_after_its_quiet_time_and_says_so_once() {
    let bot = Inside::new().await;
    let world = &bot.world;
    told(world, start().option("quiet_hours", 2)).await;
    picture(world, cat()).await;
    bot.pass(time::Duration::hours(1));
    assert!(world.said(session("show")).await.starts_with("**Foxes**"));
    bot.pass(time::Duration::hours(2));
    in_time(world.discord.requested(Route::CreateMessage, 1)).await;
    let ended = |message: &Message| message.content.contains("has ended");
    let summaries: Vec<_> = world.discord.channel_messages(5).into_iter().filter(ended).collect();
    assert_eq!(summaries.len(), 1);
    assert!(summaries[0].content.contains("1 picture,") && summaries[0].attachments.len() == 1);
    assert!(world.refused(session("show")).await.starts_with("No session is running"));
    bot.end().await;
}

#[tokio::test]
async fn a_session_cannot_change_what_the_server_has_locked() {
    let world = world().await;
    world.said(admin("defaults set").option("style", "origami")).await;
    world.said(admin("defaults lock").option("field", "style")).await;
    let refused = world.refused(start()).await;
    assert!(refused.starts_with("`style` cannot be changed here"), "{refused}");
    let refused = world.refused(session("start").option("model", "picasso")).await;
    assert!(refused.starts_with("There is no model `picasso` here."), "{refused}");
    world.end().await;
}
