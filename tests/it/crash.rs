//! `kill -9` at the worst moments, and SIGTERM at busy ones: one picture each, paid for at most twice, and the ledger
//! agree.

use std::time::Duration;

use easel_emulator::bedrock::ModelFault;
use easel_emulator::discord::{InteractionBuilder, Route, TestInteraction, When};
use rand::RngExt;

#[cfg(target_os = "linux")]
use crate::support::Setup;
use crate::support::{World, in_time, png, seed};

const CHANNEL: u64 = 5;

/// The end of every story here; `calls` says how often the model was asked.
async fn one_picture_for(world: World, interaction: &TestInteraction, calls: usize) {
    world.settled().await;
    let messages = world.pictures_for(interaction);
    assert_eq!(messages.len(), 1, "{messages:?}");
    let asked = world.bedrock.calls();
    assert_eq!(asked.len(), calls);
    assert!(asked.iter().all(|call| call.seed == asked[0].seed), "the same picture each time");
    world.delivered_equals_archived(&messages);
    world.end().await;
}

/// Nobody can know that the process before was killed short of its response, was told to wait, or had deleted its
/// deferral.
pub(crate) fn no_violations_but_those_of_the_killed(world: &World) {
    let excused = ["10015 Unknown Webhook", "retry_after", "Original: 404 10008 Unknown Message"];
    let unexcused = |said: &String| !excused.iter().any(|excused| said.contains(excused));
    let violations: Vec<_> = world.discord.take_violations().into_iter().filter(unexcused).collect();
    assert_eq!(violations, Vec::<String>::new());
}

#[tokio::test]
async fn before_the_first_answer_arrived_the_picture_comes_into_the_channel() {
    let mut world = World::new().await;
    let held = world.discord.hold(Route::Callback, When::Before);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill_before_a_call().await;
    world.start().await;
    let message = in_time(world.discord.next_channel_message(CHANNEL)).await;
    assert!(message.content.contains("<@7>"), "{}", message.content);
    one_picture_for(world, &interaction, 1).await;
}

#[tokio::test]
async fn after_the_first_answer_arrived_the_picture_takes_its_place() {
    let mut world = World::new().await;
    let held = world.discord.hold(Route::Callback, When::After);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill_before_a_call().await;
    world.start().await;
    in_time(interaction.picture()).await;
    one_picture_for(world, &interaction, 1).await;
}

#[tokio::test]
async fn while_the_model_generates_it_is_asked_once_more_for_the_same_picture() {
    let mut world = World::new().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill_and_restart().await;
    in_time(interaction.picture()).await;
    one_picture_for(world, &interaction, 2).await;
}

#[tokio::test]
async fn twice_while_the_model_generates_is_the_end_with_a_sentence() {
    let mut world = World::new().await;
    let (first, second) = (world.bedrock.hold(), world.bedrock.hold());
    let interaction = world.imagine("a fox").await;
    in_time(first.reached()).await;
    world.kill_and_restart().await;
    in_time(second.reached()).await;
    world.kill_and_restart().await;
    let message = in_time(interaction.answered()).await;
    assert!(message.content.contains("did not finish the picture"), "{}", message.content);
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (2, 0));
    world.end().await;
}

#[tokio::test]
async fn with_the_picture_in_the_spool_the_model_is_not_asked_again() {
    for when in [When::Before, When::After] {
        let mut world = World::new().await;
        let held = world.discord.hold(Route::EditOriginal, when);
        let interaction = world.imagine("a fox").await;
        in_time(held.reached()).await;
        world.kill_and_restart().await;
        one_picture_for(world, &interaction, 1).await;
    }
}

/// How often the model is asked for a picture whose process is killed in this call on its slot of the spool.
#[cfg(target_os = "linux")]
async fn killed_in(call: &str, calls: usize) {
    let mut world = World::without_bot(Setup::default()).await;
    world.may_hold_slots(call);
    world.start().await;
    // Its slot is used again for the fox. The two differ in more than the emulator's stamp.
    in_time(world.imagine("an owl").await.picture()).await;
    world.settled().await;
    world.hold();
    let fox = InteractionBuilder::command("imagine").option("prompt", "a fox").option("aspect", "16:9");
    let interaction = world.ask(fox.by(8)).await;
    world.held().await;
    world.kill().await;
    world.mend_disk();
    world.start().await;
    in_time(interaction.picture()).await;
    world.settled().await;
    let messages: Vec<_> = world.discord.channel_messages(CHANNEL);
    assert_eq!(messages.iter().filter(|message| !message.attachments.is_empty()).count(), 2);
    world.delivered_equals_archived(&messages);
    assert_eq!(world.bedrock.calls().len(), 1 + calls, "{call}");
    world.end().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn before_the_picture_is_written_it_is_asked_for_once_more() {
    killed_in("write", 2).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn with_half_a_picture_in_the_slot_of_another_it_is_asked_for_once_more() {
    killed_in("tear", 2).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn between_the_spool_and_the_store_the_picture_is_found() {
    killed_in("synced", 1).await;
}

#[tokio::test]
async fn a_picture_that_an_earlier_version_kept_is_taken_along() {
    let mut world = World::new().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill().await;
    let job: String = world.db().query_row("SELECT id FROM jobs", [], |row| row.get(0)).unwrap();
    let kept = png(64, 48);
    world.write(&format!("data/spool/{job}-0.png"), &kept);
    world.start().await;
    let message = in_time(interaction.picture()).await;
    assert_eq!(message.attachments[0].bytes, kept);
    one_picture_for(world, &interaction, 1).await;
}

#[tokio::test]
async fn restarted_after_the_tokens_end_the_picture_comes_into_the_channel() {
    let mut world = World::new().await;
    let held = world.discord.hold(Route::EditOriginal, When::Before);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill().await;
    world.discord.expire(&interaction);
    world.start().await;
    let message = in_time(world.discord.next_channel_message(CHANNEL)).await;
    assert!(message.content.contains("<@7>") && message.mentions.is_empty(), "{}", message.content);
    one_picture_for(world, &interaction, 1).await;
}

#[tokio::test]
async fn a_picture_that_was_delivered_before_the_crash_is_not_posted_again_after_the_tokens_end() {
    let mut world = World::new().await;
    let held = world.discord.hold(Route::EditOriginal, When::After);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill().await;
    world.discord.expire(&interaction);
    world.start().await;
    one_picture_for(world, &interaction, 1).await;
}

#[tokio::test]
async fn of_four_pictures_only_the_missing_ones_are_asked_for_again() {
    let mut world = World::new().await;
    let (first, second) = (world.bedrock.hold(), world.bedrock.hold());
    let interaction =
        world.ask(InteractionBuilder::command("imagine").option("prompt", "a fox").option("count", 4)).await;
    in_time(async { tokio::join!(first.reached(), second.reached()) }).await;
    in_time(world.until(|world| world.generated() == 2)).await;
    world.kill_and_restart().await;
    let message = in_time(interaction.picture()).await;
    assert_eq!(message.attachments.len(), 4);
    world.settled().await;
    assert_eq!(world.bedrock.calls().len(), 6);
    assert_eq!(world.pictures_for(&interaction).len(), 1);
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn while_a_busy_model_is_waited_for_nothing_is_lost() {
    let mut world = World::new().await;
    world.bedrock.fault(ModelFault::Throttled, usize::MAX);
    let interaction = world.imagine("a fox").await;
    in_time(interaction.first(|message| message.content.contains("is busy"))).await;
    world.kill().await;
    world.bedrock.clear_faults();
    world.start().await;
    in_time(interaction.picture()).await;
    world.settled().await;
    let calls = world.bedrock.calls().len();
    one_picture_for(world, &interaction, calls).await;
}

#[tokio::test]
async fn killed_at_random_again_and_again_everybody_gets_one_answer_and_the_ledger_balances() {
    let mut random = seed::random();
    let mut world = World::new().await;
    world.may_count_calls_that_were_not_made();
    world.bedrock.set_latency(Duration::from_millis(30));
    let mut interactions = Vec::new();
    for round in 0..25 {
        for member in 0..4 {
            let count: u32 = random.random_range(1..=2);
            let ask = InteractionBuilder::command("imagine")
                .option("prompt", format!("fox {round}"))
                .option("count", count);
            interactions.push(world.ask(ask.by(1_000 + round * 10 + member)).await);
        }
        let moment = Duration::from_millis(random.random_range(0..250));
        tokio::time::interval_at(tokio::time::Instant::now() + moment, moment.max(Duration::from_secs(1)))
            .tick()
            .await;
        world.kill_and_restart().await;
    }
    world.settled().await;
    let mut messages = Vec::new();
    for interaction in &interactions {
        let pictures = world.pictures_for(interaction);
        assert!(pictures.len() <= 1, "twice: {pictures:?}");
        if interaction.ack().is_some() {
            let answered = interaction.message().is_some_and(|message| !message.loading)
                || !interaction.followups().is_empty();
            assert!(answered || pictures.len() == 1, "still thinking: {:?}", interaction.states());
        }
        messages.extend(pictures);
    }
    assert!(!messages.is_empty());
    world.delivered_equals_archived(&messages);
    let verdict: String = world.db().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    no_violations_but_those_of_the_killed(&world);
    world.end().await;
}

#[tokio::test]
async fn told_to_stop_it_delivers_what_is_under_way_and_ends_well() {
    let mut world = World::new().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.ask_to_stop();
    in_time(world.discord.disconnected()).await;
    assert!(interaction.message().is_none_or(|message| message.loading), "not yet");
    held.release();
    in_time(interaction.picture()).await;
    assert_eq!(world.ended().await, 0, "{}", world.log());
    assert_eq!(world.states(), ["delivered"]);
    one_picture_for(world, &interaction, 1).await;
}

#[tokio::test]
async fn told_twice_to_stop_it_ends_at_once_and_the_next_start_goes_on() {
    let mut world = World::new().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.ask_to_stop();
    in_time(world.discord.disconnected()).await;
    world.ask_to_stop();
    world.ended().await;
    world.start().await;
    in_time(interaction.picture()).await;
    one_picture_for(world, &interaction, 2).await;
}

#[tokio::test]
async fn stopped_before_its_worker_began_a_job_is_given_back_and_its_call_was_none() {
    let mut world = World::new().await;
    let held = world.discord.hold(Route::Callback, When::Before);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    assert_eq!(world.sum("attempted"), 1, "its worker is there for it");
    world.ask_to_stop();
    in_time(world.discord.disconnected()).await;
    held.release();
    assert_eq!(world.ended().await, 0, "{}", world.log());
    assert_eq!((world.sum("attempted"), world.sum("open"), world.bedrock.calls().len()), (0, 1, 0));
    world.start().await;
    in_time(interaction.picture()).await;
    assert_eq!(world.sum("attempted"), 1);
    one_picture_for(world, &interaction, 1).await;
}

#[tokio::test]
async fn a_locked_database_makes_a_polite_refusal_in_time_and_leaves_nothing_behind() {
    let world = World::new().await;
    let locked = world.lock_database();
    let interaction = world.imagine("a fox").await;
    let ack = in_time(interaction.acknowledged()).await;
    assert!(ack.ephemeral && ack.after < Duration::from_millis(2_500), "{ack:?}");
    let message = in_time(interaction.answered()).await;
    assert!(message.content.contains("Nothing was charged"), "{}", message.content);
    drop(locked);
    // The store works in turn: what was waiting before this one is done.
    let next = world.ask(InteractionBuilder::command("imagine").option("prompt", "an owl").by(8)).await;
    in_time(next.picture()).await;
    assert_eq!(world.bedrock.calls().len(), 1, "the owl");
    world.settled().await;
    assert_eq!(world.states(), ["delivered"], "the owl");
    world.end().await;
}
