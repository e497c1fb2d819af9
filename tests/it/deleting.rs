//! Pictures that somebody deletes are gone from the channel, the archive and the store; what they cost stays.

use std::path::{Path, PathBuf};

use easel::backends::store::Store;
use easel_emulator::bedrock::{BedrockOptions, Picture};
use easel_emulator::discord::{InteractionBuilder, Message, Route, TestInteraction, When};

use crate::backends::orders::{Order, order};
use crate::pictures::{id_of, press, shown};
use crate::support::{Setup, World, admin, in_time, png};

/// What may delete somebody else's message.
const MANAGE_MESSAGES: u64 = 1 << 13;
/// Words that stand nowhere else.
const WORDS: [&str; 2] = ["zanzibar", "quagmire"];

async fn worlds() -> [World; 2] {
    let setup = || Setup {
        bedrock: BedrockOptions { picture: Picture::Real, ..BedrockOptions::default() },
        ..Setup::default()
    };
    World::on_both_frontends(setup).await
}

/// Two pictures with all that can be kept of them: words, what is left out, and a picture to start from.
async fn ordered(world: &World) -> Message {
    let file = world.discord.upload("photo.png", "image/png", png(320, 256));
    let ask = InteractionBuilder::command("imagine")
        .option("prompt", "a zanzibar lighthouse --no quagmire --n 2")
        .option("model", "sd3.5")
        .attachment("image", &file);
    let message = in_time(world.ask(ask).await.picture()).await;
    world.settled().await;
    message
}

/// The question whether to delete these pictures.
async fn asked(world: &World, message: &Message) -> Message {
    let more = shown(world, press(message, "more")).await;
    shown(world, press(&more, "delete")).await
}

async fn delete(world: &World, message: &Message) -> TestInteraction {
    let question = asked(world, message).await;
    let deleted = world.ask(press(&question, "delete-now")).await;
    assert_eq!(in_time(deleted.acknowledged()).await.kind, 7);
    deleted
}

/// Files of Easel's that have one of these words somewhere in them.
pub(crate) fn files_with(world: &World, words: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    visit(&world.path("data"), &mut |path, bytes| {
        let has = |word: &&str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        if words.iter().any(has) {
            found.push(path.to_owned());
        }
    });
    found
}

fn visit(folder: &Path, see: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, see);
        } else if let Ok(bytes) = std::fs::read(&path) {
            see(&path, &bytes);
        }
    }
}

fn is_shown(world: &World, message: &Message) -> bool {
    world.discord.channel_messages(5).iter().any(|shown| shown.id == message.id)
}

/// What is left after a deletion: nothing that anybody wrote or that was made of it.
async fn all_is_gone(world: &World, message: &Message) {
    in_time(world.until(|world| !is_shown(world, message))).await;
    world.settled().await;
    in_time(world.until(|world| files_with(world, &WORDS).is_empty())).await;
    assert_eq!((world.archived("png").len(), world.archived("json").len()), (0, 0));
}

#[tokio::test]
async fn deleted_pictures_are_gone_everywhere_and_have_cost_what_they_cost() {
    for world in worlds().await {
        let message = ordered(&world).await;
        assert!(files_with(&world, &WORDS).len() >= 2, "store and record");
        assert_eq!(world.archived("png").len(), 3, "two pictures, and the one that they start from");
        let spent = world.sum("spent");
        let [theirs, others] =
            ["7", "77"].map(|member| world.path(&format!("data/archive/exports/members/{member}")));
        for folder in [&theirs, &others] {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join("01M8FPG6HX0001BQS7BA6W0000.zip"), "quagmire").unwrap();
        }
        let kept = world.path(&message.attachments[0].filename);
        std::fs::write(&kept, &message.attachments[0].bytes).unwrap();
        let deleted = delete(&world, &message).await;
        let said = deleted.message().unwrap().content;
        assert!(said.starts_with("The pictures are deleted"), "{said}");
        in_time(world.until(|_| !theirs.exists())).await;
        std::fs::remove_dir_all(others).unwrap();
        all_is_gone(&world, &message).await;
        assert_eq!((world.sum("spent"), world.sum("delivered")), (spent, 2));
        assert_eq!(world.states(), ["delivered"]);
        let (code, _, said) = world.run(&["inspect", kept.to_str().unwrap()]).await;
        assert!(code == 1 && said.contains("were deleted, with the words that made them"), "{said}");
        world.end().await;
    }
}

#[tokio::test]
async fn every_button_of_deleted_pictures_says_that_they_were_deleted() {
    for world in worlds().await {
        let message = ordered(&world).await;
        let more = shown(&world, press(&message, "more")).await;
        let question = asked(&world, &message).await;
        delete(&world, &message).await;
        for (shown, action) in [
            (&message, "again"),
            (&message, "vary-subtle"),
            (&message, "upscale"),
            (&message, "remix"),
            (&message, "details"),
            (&message, "more"),
            (&more, "delete"),
            (&question, "delete-now"),
        ] {
            let said = world.refused(InteractionBuilder::click(shown, &id_of(shown, action))).await;
            assert!(said.starts_with("Those pictures were deleted"), "{action}: {said}");
        }
        let show =
            InteractionBuilder::command("show").option("picture", message.attachments[0].filename.as_str());
        let said = world.refused(show).await;
        assert!(said.starts_with("Those pictures were deleted"), "{said}");
        let last = InteractionBuilder::command("edit background").option("from", "last");
        assert!(world.refused(last).await.starts_with("You have no picture in this channel yet"));
        assert_eq!(world.bedrock.calls().len(), 2);
        world.end().await;
    }
}

#[tokio::test]
async fn what_was_made_from_deleted_pictures_stays_whole() {
    for world in worlds().await {
        let message = in_time(world.imagine("a fox").await.picture()).await;
        let varied = in_time(world.ask(press(&message, "vary-subtle").by(8)).await.picture()).await;
        world.settled().await;
        delete(&world, &message).await;
        in_time(world.until(|world| !is_shown(world, &message))).await;
        world.settled().await;
        assert!(is_shown(&world, &varied));
        assert_eq!((world.archived("png").len(), world.archived("json").len()), (1, 1));
        shown(&world, press(&varied, "details").by(8)).await;
        let upscaled = in_time(world.ask(press(&varied, "upscale").by(8)).await.picture()).await;
        assert_eq!(upscaled.attachments.len(), 1);
        let again = in_time(world.ask(press(&varied, "again").by(8)).await.answered()).await;
        assert!(again.content.contains("That picture is in the archive no more"), "{}", again.content);
        world.end().await;
    }
}

#[tokio::test]
async fn a_deletion_goes_on_after_a_kill_at_any_point() {
    for when in [When::Before, When::After] {
        for mut world in worlds().await {
            let message = ordered(&world).await;
            let held = world.discord.hold(Route::DeleteMessage, when);
            delete(&world, &message).await;
            in_time(held.reached()).await;
            world.kill().await;
            drop(held);
            assert_eq!(world.archived("png").len(), 3, "not everything is gone yet");
            world.start().await;
            all_is_gone(&world, &message).await;
            world.end().await;
        }
    }
}

#[tokio::test]
async fn killed_before_anything_was_removed_it_is_deleted_all_the_same() {
    let [mut world, over_http] = worlds().await;
    over_http.end().await;
    let message = ordered(&world).await;
    let question = asked(&world, &message).await;
    // The answer does not come through: the store has it by then.
    let held = world.discord.hold(Route::Callback, When::Before);
    world.ask(press(&question, "delete-now")).await;
    in_time(held.reached()).await;
    assert_eq!(world.sum("open"), 1);
    world.kill().await;
    drop(held);
    world.start().await;
    all_is_gone(&world, &message).await;
    world.end().await;
}

#[tokio::test]
async fn pictures_that_wait_for_the_archive_never_come_there_once_they_are_deleted() {
    for world in worlds().await {
        let archive = world.path("data/archive");
        std::fs::remove_dir_all(&archive).unwrap();
        std::fs::write(&archive, "a file where the folder should be").unwrap();
        let ask = InteractionBuilder::command("imagine").option("prompt", "a zanzibar lighthouse");
        let interaction = world.ask(ask).await;
        let says_so = |message: &Message| message.content.contains("Not archived yet");
        let message = in_time(interaction.first(says_so)).await;
        in_time(world.until(|world| world.sum("lease_until > 0") == 0)).await;
        delete(&world, &message).await;
        in_time(world.until(|world| !is_shown(world, &message))).await;
        std::fs::remove_file(&archive).unwrap();
        std::fs::create_dir(&archive).unwrap();
        all_is_gone(&world, &message).await;
        world.end().await;
    }
}

#[tokio::test]
async fn a_private_picture_can_be_deleted_by_its_member() {
    for world in worlds().await {
        let ask = InteractionBuilder::command("imagine")
            .option("prompt", "a zanzibar lighthouse")
            .option("private", true);
        let message = in_time(world.ask(ask).await.picture()).await;
        world.settled().await;
        delete(&world, &message).await;
        world.settled().await;
        in_time(world.until(|world| files_with(world, &WORDS).is_empty())).await;
        assert_eq!(world.archived("png").len(), 0);
        world.end().await;
    }
}

#[tokio::test]
async fn a_message_that_discord_does_not_let_us_delete_keeps_nothing_else_back() {
    use easel_emulator::discord::Fault;
    for world in worlds().await {
        let message = ordered(&world).await;
        world.discord.fault(Route::DeleteMessage, Fault::Code { status: 403, code: 50_001 }, 1);
        let question = asked(&world, &message).await;
        let moderator = press(&question, "delete-now").by(8).permissions(MANAGE_MESSAGES);
        world.ask(moderator).await;
        world.settled().await;
        in_time(world.until(|world| files_with(world, &WORDS).is_empty())).await;
        assert_eq!(world.archived("png").len(), 0);
        assert!(world.log().contains("whoever moderates the channel can delete it"), "{}", world.log());
        world.end().await;
    }
}

#[tokio::test]
async fn a_moderator_removes_a_picture_and_the_audit_trail_says_whose() {
    for world in worlds().await {
        let message = ordered(&world).await;
        let remove = || InteractionBuilder::on_message("Remove picture", &message).by(8);
        let refused = world.refused(remove().override_permissions()).await;
        assert!(refused.starts_with("Only whoever ordered that picture can do this"), "{refused}");
        let question = shown(&world, remove().permissions(MANAGE_MESSAGES)).await;
        let removed = press(&question, "delete-now").by(8).permissions(MANAGE_MESSAGES);
        assert_eq!(in_time(world.ask(removed).await.acknowledged()).await.kind, 7);
        all_is_gone(&world, &message).await;
        let audit = world.said(admin("audit")).await;
        assert!(audit.contains("<@8>: removed a picture of <@7>"), "{audit}");
        let undone = world.refused(admin("audit").option("undo", 1)).await;
        assert_eq!(undone, "Entry 1 cannot be undone: the pictures are gone for good.");
        world.end().await;
    }
}

#[tokio::test]
async fn pictures_that_are_shown_again_go_with_the_first_ones() {
    for world in worlds().await {
        let message = ordered(&world).await;
        let show =
            InteractionBuilder::command("show").option("picture", message.attachments[0].filename.as_str());
        let copy = in_time(world.ask(show.by(8)).await.picture()).await;
        delete(&world, &message).await;
        all_is_gone(&world, &message).await;
        in_time(world.until(|world| !is_shown(world, &copy))).await;
        world.end().await;
    }
}

#[tokio::test]
async fn what_is_older_than_it_is_to_be_kept_is_erased() {
    let variables = vec![("EASEL_KEEP_DAYS", "30".to_owned())];
    let mut world = World::without_bot(Setup { variables, ..Setup::default() }).await;
    let now = easel::app::clock::Clock::System.now();
    let (old, new) = (now - time::Duration::days(31), now - time::Duration::days(29));
    {
        let store = Store::open(&world.path("data/easel.db")).unwrap();
        for (n, at) in [(1, old), (2, new)] {
            Order { at, key: Some("web"), ..order(n) }.claimed(&store).await.finish().await;
        }
    }
    world.start().await;
    in_time(world.until(|world| world.sum("erased") == 1)).await;
    let kept: u32 = world
        .db()
        .query_row("SELECT count(*) FROM jobs WHERE erased = 0 AND doc LIKE '%a cat%'", [], |row| row.get(0))
        .unwrap();
    let all: u32 = world
        .db()
        .query_row("SELECT count(*) FROM jobs WHERE doc LIKE '%a cat%'", [], |row| row.get(0))
        .unwrap();
    assert_eq!((kept, all), (1, 1));
    world.ask_to_stop();
    assert_eq!(world.ended().await, 0, "{}", world.log());
}
