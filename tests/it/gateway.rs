//! The connection to Discord: what it survives, and what ends the process.

use std::time::Duration;

use easel_emulator::discord::{Discord, Fault, InteractionBuilder, Route};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Setup, World, in_time};

/// Breaks the connection while the model works; the picture comes, and the bot is back for the next one.
async fn survives(trouble: impl Fn(&Discord), resumed: bool) {
    let world = World::new().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    trouble(&world.discord);
    in_time(world.discord.logged_in(2)).await;
    held.release();
    in_time(interaction.picture()).await;
    let next = world.ask(InteractionBuilder::command("imagine").option("prompt", "an owl").by(8)).await;
    in_time(next.picture()).await;
    let (identified, resumes) = world.discord.logins();
    assert_eq!(resumes > 0, resumed, "{identified} and {resumes}");
    assert_eq!(world.bedrock.calls().len(), 2);
    world.end().await;
}

#[tokio::test]
async fn a_call_to_reconnect_is_followed_with_a_job_under_way() {
    survives(Discord::reconnect_gateway, true).await;
}

#[tokio::test]
async fn a_cut_connection_comes_back_with_a_job_under_way() {
    survives(Discord::drop_gateway, true).await;
}

#[tokio::test]
async fn an_invalid_session_is_begun_anew_with_a_job_under_way() {
    survives(|discord| discord.invalidate_session(false), false).await;
}

#[tokio::test]
async fn an_interaction_that_was_missed_is_served_after_the_resume() {
    let world = World::new().await;
    world.discord.drop_gateway();
    let interaction =
        world.discord.interact_regardless(InteractionBuilder::command("imagine").option("prompt", "a fox"));
    in_time(interaction.picture()).await;
    world.settled().await;
    assert_eq!(world.pictures_for(&interaction).len(), 1);
    world.end().await;
}

#[tokio::test]
async fn an_interaction_that_a_resume_repeats_makes_one_picture() {
    let world = World::new().await;
    let interaction = world.imagine("a fox").await;
    in_time(interaction.picture()).await;
    world.discord.drop_gateway();
    in_time(world.discord.logged_in(2)).await;
    world.discord.replay(&interaction).await;
    // Events come in turn, so the repetition has been seen once this one is answered.
    let next = world.ask(InteractionBuilder::command("help").by(8)).await;
    in_time(next.answered()).await;
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.states().len()), (1, 1));
    world.end().await;
}

#[tokio::test]
async fn a_frame_that_cannot_be_read_is_not_quoted_in_the_log() {
    let variables = vec![("EASEL_LOG", "trace".to_owned())];
    let world = World::with(Setup { variables, ..Setup::default() }).await;
    let interaction = world.imagine("a fox").await;
    in_time(interaction.picture()).await;
    let frame = json!({ "op": 0, "t": "INTERACTION_CREATE", "s": 9, "d": interaction.payload() });
    let mut wrong = frame.clone();
    wrong["d"]["type"] = json!(interaction.token());
    let mut without_number = frame.clone();
    without_number["s"] = json!(null);
    let whole = frame.to_string();
    for text in [&wrong.to_string(), &without_number.to_string(), &whole[..whole.len() - 2]] {
        world.discord.send_frame(text);
    }
    // Frames come in turn, so those have been seen once this one is answered.
    let next = world.ask(InteractionBuilder::command("help").by(8)).await;
    in_time(next.answered()).await;
    let log = world.log();
    assert!(!log.contains(interaction.token()), "{log}");
    assert!(log.contains("an interaction of an unknown shape was not understood"), "{log}");
    world.end().await;
}

/// What a dead connection says, and that it ends the process. Nothing was asked for, so there is no ledger to check.
async fn ends_with(code: u16, remedy: &str, connected: bool) {
    let mut world = World::without_bot(Setup::default()).await;
    if connected {
        world.start().await;
        world.discord.reject_identify_with(Some(code));
        world.discord.close_gateway(code);
    } else {
        world.discord.reject_identify_with(Some(code));
        world.spawn();
    }
    assert_eq!(world.ended().await, 1, "{}", world.log());
    let log = world.log();
    // serenity's thread may still have a word to say after it.
    let said = log.lines().find(|line| line.starts_with("easel: ")).unwrap_or_default();
    assert!(said.contains(&code.to_string()) && said.contains(remedy), "{log}");
    let (identified, resumes) = world.discord.logins();
    assert!(identified + resumes <= 3, "it spun: {identified} and {resumes}");
    assert_eq!(world.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_close_code_that_is_final_ends_the_process_with_its_remedy() {
    for (code, remedy) in [
        (4003, "Restart Easel"),
        (4004, "DISCORD_TOKEN"),
        (4010, "Restart Easel"),
        (4011, "Restart Easel"),
        (4012, "Update Easel"),
        (4013, "Update Easel"),
        (4014, "Update Easel"),
    ] {
        for connected in [false, true] {
            ends_with(code, remedy, connected).await;
        }
    }
}

#[tokio::test]
async fn a_final_close_lets_the_picture_under_way_arrive() {
    let mut world = World::new().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.discord.close_gateway(4011);
    in_time(world.discord.disconnected()).await;
    held.release();
    in_time(interaction.picture()).await;
    assert_eq!(world.ended().await, 1, "{}", world.log());
    assert_eq!(world.states(), ["delivered"]);
    world.end().await;
}

/// The line of the log that says what is waited for at the start.
const NO_ANSWER: &str = "Discord does not say how to connect; asking until it does";
const NO_SESSION: &str = "Discord counts how often a bot connects";

fn lines_with(world: &World, words: &str) -> usize {
    world.log().lines().filter(|line| line.contains(words)).count()
}

async fn starts_in_spite_of(fault: Fault, times: usize) {
    let mut world = World::without_bot(Setup::default()).await;
    world.discord.fault(Route::Gateway, fault.clone(), times);
    world.start().await;
    let said = (lines_with(&world, NO_ANSWER), lines_with(&world, "Discord answers again"));
    assert_eq!(said, (1, 1), "{fault:?}: {}", world.log());
    in_time(world.imagine("a fox").await.picture()).await;
    world.end().await;
}

#[tokio::test]
async fn a_start_waits_for_a_discord_that_is_out_of_order() {
    let limited = Fault::RateLimited { retry_after: 0.3, scope: "user" };
    let faults = [(Fault::Status(500), 2), (Fault::CloudflareHtml(502), 1), (Fault::Drop, 1), (limited, 2)];
    join_all(faults.map(|(fault, times)| starts_in_spite_of(fault, times))).await;
}

#[tokio::test]
async fn told_to_stop_while_it_waits_for_discord_a_start_ends_well() {
    let mut world = World::without_bot(Setup::default()).await;
    world.set("DISCORD_API_URL", "http://127.0.0.1:9");
    world.spawn();
    in_time(world.until(|world| lines_with(world, NO_ANSWER) > 0)).await;
    assert!(world.log().contains("check the network and DISCORD_API_URL"), "{}", world.log());
    world.stop().await;
    world.set("DISCORD_API_URL", world.discord.base_url());
    world.discord.use_up_session_starts(Duration::from_secs(24 * 60 * 60));
    world.spawn();
    in_time(world.until(|world| lines_with(world, NO_SESSION) > 0)).await;
    world.stop().await;
    assert_eq!((world.discord.logins(), world.discord.violations()), ((0, 0), Vec::new()));
}

#[tokio::test]
async fn without_a_session_left_a_start_waits_until_discord_counts_anew() {
    let mut world = World::without_bot(Setup::default()).await;
    world.discord.use_up_session_starts(Duration::from_millis(300));
    world.spawn();
    in_time(world.until(|world| lines_with(world, NO_SESSION) > 0)).await;
    // Another process of the bot has begun them all again by then.
    world.discord.use_up_session_starts(Duration::from_millis(1_500));
    in_time(world.discord.connected()).await;
    let said = (lines_with(&world, NO_SESSION), lines_with(&world, "Discord lets the bot connect again"));
    assert_eq!(said, (1, 1), "{}", world.log());
    assert_eq!(world.discord.logins(), (1, 0));
    in_time(world.imagine("a fox").await.picture()).await;
    world.end().await;
}

#[tokio::test]
async fn a_wrong_token_stops_the_start_with_a_sentence() {
    let mut world = World::without_bot(Setup::default()).await;
    world.set("DISCORD_TOKEN", "this-is-the-token-of-nobody");
    let (code, _, said) = world.run(&["run"]).await;
    assert_eq!(code, 1);
    assert!(said.contains("easel: ") && said.contains("DISCORD_TOKEN"), "{said}");
    assert!(!said.contains("token-of-nobody"), "{said}");
    assert_eq!(world.discord.invalid_requests(), 1);
}

#[tokio::test]
async fn a_process_can_serve_some_of_the_shards() {
    let mut world = World::without_bot(Setup::default()).await;
    world.set("EASEL_SHARDS", "1/2");
    world.start().await;
    // A server's shard is its id without the lowest 22 bits, modulo the number of shards.
    let ask =
        InteractionBuilder::command("imagine").option("prompt", "a fox").in_guild(1 << 22).in_channel(77);
    in_time(world.ask(ask).await.picture()).await;
    let other = world.discord.interact_regardless(InteractionBuilder::command("help"));
    in_time(world.discord.registered(None)).await;
    assert!(other.ack().is_none(), "its server is another process's");
    assert_eq!(world.discord.logins(), (1, 0));
    world.end().await;
}
