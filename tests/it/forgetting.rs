//! Members who are forgotten: nothing that they wrote, nothing that was made of it and no id of theirs is left anywhere, but
//! in the lines that say what was spent.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::types::BucketVersioningStatus;
use easel_emulator::bedrock::{BedrockOptions, Picture};
use easel_emulator::discord::{InteractionBuilder, Message, TestInteraction};
use rand::RngExt;

use crate::archive::removing::Bucket;
use crate::archive::server;
use crate::backends::ledger::everything;
use crate::deleting::files_with;
use crate::dynamodb::table_on_ministack;
use crate::pictures::{id_of, press};
use crate::support::cloud::Cloud;
use crate::support::{Setup, World, in_time, png, seed};

/// Who is forgotten. The number stands nowhere else.
const ADA: u64 = 770_077_007_700_770_077;
/// Words that stand nowhere else.
const WORDS: [&str; 4] = ["zanzibar", "quagmire", "quixotic", "ylophone"];

fn setup() -> Setup {
    let bedrock = BedrockOptions { picture: Picture::Real, ..BedrockOptions::default() };
    Setup { bedrock, ..Setup::default() }
}

async fn worlds() -> [World; 2] {
    World::on_both_frontends(setup).await
}

fn imagine(prompt: &str) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", prompt)
}

/// Somebody orders, prefers and attaches all kinds of things in a channel, where somebody else has a picture too.
async fn lived(world: &World) -> Message {
    let theirs = in_time(world.ask(imagine("a fox").by(8)).await.picture()).await;
    let session = InteractionBuilder::command("session start").option("title", "Xylophone xylophone");
    in_time(world.ask(session.by(ADA)).await.answered()).await;
    let prefer = InteractionBuilder::command("prefer set").option("suffix", "quixotic");
    world.said(prefer.by(ADA)).await;
    let file = world.discord.upload("xylophone.png", "image/png", png(320, 256));
    let started = imagine("a zanzibar lighthouse --no quagmire --n 2").option("model", "sd3.5");
    let message = in_time(world.ask(started.attachment("image", &file).by(ADA)).await.picture()).await;
    let private = imagine("zanzibar by night").option("private", true);
    in_time(world.ask(private.by(ADA)).await.picture()).await;
    in_time(world.ask(press(&message, "again").by(ADA)).await.answered()).await;
    let name = message.attachments[0].filename.as_str();
    let show = InteractionBuilder::command("show").option("picture", name);
    in_time(world.ask(show.by(8)).await.picture()).await;
    theirs
}

/// What is held is shown, and all of it is to go.
async fn forget(world: &World) -> TestInteraction {
    let asked = world.ask(InteractionBuilder::command("forget-me").by(ADA)).await;
    let held = in_time(asked.answered()).await;
    for line in ["3 orders with their words", "5 pictures", "1 setting that", "1 session that"] {
        assert!(held.content.contains(line), "{line}: {}", held.content);
    }
    world.ask(InteractionBuilder::click(&held, &id_of(&held, "forget")).by(ADA)).await
}

async fn has_receipt(forgetting: &TestInteraction) {
    let receipt =
        |message: &Message| message.content.starts_with("**You are forgotten.** Removed:\n- 3 orders");
    in_time(forgetting.first(receipt)).await;
}

/// What everybody may read in the channel, and what the bot wrote into its log.
fn nothing_is_said(world: &World) {
    let messages = world.discord.channel_messages(5);
    let public = messages.iter().filter(|message| !message.ephemeral);
    let shown: String =
        public.map(|message| format!("{} {:?}\n", message.text(), message.attachments)).collect();
    for text in [shown, world.log()] {
        let found = WORDS.iter().find(|word| text.contains(**word));
        assert!(found.is_none() && !text.contains(&ADA.to_string()), "{found:?} in {text}");
    }
}

/// Places in the database's files where the id stands, beside the lines that say what was spent: accounts, named
/// `member:<server>:<id>`, and the usage of a day, which stands before the id.
fn strays(world: &World) -> usize {
    let ada = ADA.to_string();
    let is_money = |before: &[u8]| {
        let of_day = before.len() > 2 && before[before.len() - 3] == b'-';
        of_day || (before.ends_with(b":") && before.windows(7).rev().take(30).any(|text| text == b"member:"))
    };
    let count = |path| {
        let bytes = std::fs::read(world.path(path)).unwrap_or_default();
        let found = bytes.windows(ada.len()).enumerate().filter(|(_, window)| *window == ada.as_bytes());
        found.filter(|(at, _)| !is_money(&bytes[..*at])).count()
    };
    count("data/easel.db") + count("data/easel.db-wal")
}

async fn nothing_is_left(world: &World, theirs: &Message) {
    in_time(world.until(|world| files_with(world, &WORDS).is_empty())).await;
    in_time(world.until(|world| strays(world) == 0)).await;
    let with_id = files_with(world, &[&ADA.to_string()]);
    assert!(with_id.iter().all(|path| path.to_string_lossy().contains("easel.db")), "{with_id:?}");
    assert_eq!((world.archived("png").len(), world.archived("json").len()), (1, 1), "somebody else's");
    assert!(world.discord.channel_messages(5).iter().any(|message| message.id == theirs.id));
    nothing_is_said(world);
}

#[tokio::test]
async fn nothing_is_left_of_a_forgotten_member_but_what_was_spent() {
    for world in worlds().await {
        let theirs = lived(&world).await;
        world.settled().await;
        let spent = (world.sum("spent"), world.sum("delivered"));
        has_receipt(&forget(&world).await).await;
        nothing_is_left(&world, &theirs).await;
        assert_eq!((world.sum("spent"), world.sum("delivered")), spent);
        let again = world.ask(InteractionBuilder::command("forget-me").by(ADA)).await;
        let held = in_time(again.answered()).await;
        assert!(held.content.starts_with("Easel holds no words"), "{}", held.content);
        world.end().await;
    }
}

#[tokio::test]
async fn killed_at_a_random_moment_it_forgets_all_the_same() {
    let mut random = seed::random();
    for mut world in worlds().await {
        let theirs = lived(&world).await;
        world.settled().await;
        let forgetting = forget(&world).await;
        in_time(forgetting.first(|message| message.content.starts_with("Easel forgets you"))).await;
        for _ in 0..3 {
            let moment = Duration::from_millis(random.random_range(0..4_000));
            drop(tokio::time::timeout(moment, has_receipt(&forgetting)).await);
            world.kill_and_restart().await;
        }
        has_receipt(&forgetting).await;
        nothing_is_left(&world, &theirs).await;
        world.end().await;
    }
}

#[tokio::test]
async fn orders_under_way_are_cancelled_and_forgotten() {
    for world in worlds().await {
        let held = world.bedrock.hold();
        let order = world.ask(imagine("zanzibar").by(ADA)).await;
        in_time(held.reached()).await;
        let asked = world.ask(InteractionBuilder::command("forget-me").by(ADA)).await;
        let shown = in_time(asked.answered()).await;
        let forgetting = world.ask(InteractionBuilder::click(&shown, &id_of(&shown, "forget")).by(ADA)).await;
        in_time(world.until(|world| world.sum("doc ->> '$.stopping'") == 1)).await;
        drop(held);
        in_time(order.first(|message| message.content.contains("ancel"))).await;
        in_time(forgetting.first(|message| message.content.starts_with("**You are forgotten."))).await;
        in_time(world.until(|world| files_with(world, &WORDS).is_empty())).await;
        nothing_is_said(&world);
        world.end().await;
    }
}

#[tokio::test]
async fn an_operator_has_a_member_forgotten_beside_the_running_bot() {
    let world = World::registered().await;
    let theirs = lived(&world).await;
    world.settled().await;
    let ada = ADA.to_string();
    let (code, _, err) = world.run(&["forget", "ada"]).await;
    assert!(code == 1 && err.contains("Copy User ID"), "{err}");
    let (code, out, err) = world.run(&["forget", &ada]).await;
    assert!(code == 0 && out.contains("- 3 orders with their words") && out.contains("--yes"), "{out}{err}");
    assert!(!files_with(&world, &WORDS).is_empty());
    let (code, out, err) = world.run(&["forget", &ada, "--yes"]).await;
    assert!(
        code == 0 && out.ends_with("All of it is removed; what stays is what was spent.\n"),
        "{out}{err}"
    );
    nothing_is_left(&world, &theirs).await;
    world.end().await;
}

fn is_trace(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word)) || text.contains(&ADA.to_string())
}

/// All items of the table that have a word or the id in them, but for the lines that say what was spent.
async fn traces(aws: &SdkConfig, table: &str) -> Vec<String> {
    let items = everything(aws, table).await;
    let is_money = |item: &String| item.contains("account#member:") || item.contains("usage#");
    let shown = items.iter().map(|item| format!("{item:?}"));
    shown.filter(|item| is_trace(item) && !is_money(item)).collect()
}

#[tokio::test]
async fn several_machines_leave_nothing_of_a_forgotten_member_on_ministack() {
    let cloud = Cloud::new().await;
    let versions = Some(BucketVersioningStatus::Enabled);
    let bucket = Bucket::new(&server("EASEL_TEST_S3_MINISTACK"), versions).await;
    let mut shared = Setup { variables: cloud.setup().variables, ..setup() };
    shared.variables.push(("EASEL_ARCHIVE", format!("s3://{}/easel", bucket.name)));
    let mut world = World::serving(shared).await;
    for _ in 0..2 {
        world.start_worker().await;
    }
    lived(&world).await;
    assert!(bucket.contents().await.iter().any(|(_, text)| is_trace(text)), "it is there at first");
    let forgetting = forget(&world).await;
    in_time(forgetting.first(|message| message.content.starts_with("Easel forgets you"))).await;
    world.kill_and_restart().await;
    has_receipt(&forgetting).await;
    assert_eq!(traces(&cloud.aws, &cloud.table).await, Vec::<String>::new());
    let kept = bucket.contents().await;
    let left: Vec<_> = kept.iter().filter(|(key, text)| is_trace(key) || is_trace(text)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(bucket.versions().await.len(), 2, "somebody else's picture with its record");
    nothing_is_said(&world);
    assert_eq!(world.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_left_in_a_table_of_a_forgotten_member_on_ministack() {
    for over_http in [false, true] {
        let (cloud, aws, table) = table_on_ministack().await;
        let both = Setup { variables: cloud.variables, ..setup() };
        let mut world = if over_http { World::serving(both).await } else { World::with(both).await };
        in_time(world.discord.registered(None)).await;
        lived(&world).await;
        let forgetting = forget(&world).await;
        in_time(forgetting.first(|message| message.content.starts_with("Easel forgets you"))).await;
        world.kill_and_restart().await;
        has_receipt(&forgetting).await;
        assert_eq!(traces(&aws, &table).await, Vec::<String>::new());
        assert_eq!(files_with(&world, &WORDS), Vec::<std::path::PathBuf>::new());
        assert_eq!(world.archived("png").len(), 1, "somebody else's");
        nothing_is_said(&world);
        world.ask_to_stop();
        assert_eq!(world.ended().await, 0, "{}", world.log());
        assert_eq!(world.discord.violations(), Vec::<String>::new());
    }
}
