//! Who comes first when all workers are busy, and what those who wait are told.

use easel_emulator::bedrock::BedrockOptions;
use easel_emulator::discord::{InteractionBuilder, TestInteraction};
use std::time::Duration;

use crate::support::cloud::Cloud;
use crate::support::{Setup, World, admin, in_time};

const GREEDY: u64 = 7;
const LATENCY: Duration = Duration::from_millis(30);

fn single(setup: Setup) -> Setup {
    let mut setup = setup;
    setup.variables.push(("EASEL_WORKERS", "1".to_owned()));
    Setup { bedrock: BedrockOptions { latency: LATENCY, ..setup.bedrock }, ..setup }
}

async fn worlds() -> [World; 2] {
    World::on_both_frontends(|| single(Setup::default())).await
}

fn order(prompt: &str, member: u64) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", prompt).by(member)
}

async fn ordered(world: &World, ask: InteractionBuilder) -> TestInteraction {
    let interaction = world.ask(ask).await;
    in_time(interaction.acknowledged()).await;
    interaction
}

/// Forty orders of one member, and ten of others while the first of those is with the model; in this order they are to
/// reach it.
async fn ten_others_come_before_all_but_one_of_forty(world: &World) {
    let limits = admin("limits set").option("burst", 100).option("per_minute", 100);
    world.said(limits.option("in_flight", 50).option("daily", 500)).await;
    let held = world.bedrock.hold();
    let first = world.ask(order("of many", GREEDY)).await;
    in_time(held.reached()).await;
    // One after the other: orders of one moment write to the same accounts, and are in each other's way.
    let (mut more, mut others) = (Vec::new(), Vec::new());
    for _ in 0..39 {
        more.push(ordered(world, order("of many", GREEDY)).await);
    }
    for member in 100..110 {
        others.push(ordered(world, order("alone", member)).await);
    }
    held.release();
    for interaction in more.iter().chain(&others).chain([&first]) {
        in_time(interaction.picture()).await;
    }
    let prompts: Vec<_> = world.bedrock.calls().iter().map(|call| call.body["prompt"].clone()).collect();
    let place = |prompt: &str| prompts.iter().rposition(|asked| asked == prompt).unwrap();
    assert_eq!((place("alone"), place("of many"), prompts.len()), (10, 49, 50), "{prompts:?}");
}

#[tokio::test]
async fn nobodys_many_orders_hold_up_anothers_first() {
    for world in worlds().await {
        ten_others_come_before_all_but_one_of_forty(&world).await;
        world.settled().await;
        world.end().await;
    }
}

#[tokio::test]
async fn nobodys_many_orders_hold_up_anothers_first_on_ministack() {
    let cloud = Cloud::new().await;
    let mut world = World::serving(single(cloud.setup())).await;
    world.start_worker().await;
    ten_others_come_before_all_but_one_of_forty(&world).await;
    cloud.ended(&world, 50, 50).await;
}

#[tokio::test]
async fn who_waits_is_told_their_place_and_moves_up_when_another_cancels() {
    for world in worlds().await {
        let held = world.bedrock.hold();
        let first = world.ask(order("a fox", 8)).await;
        in_time(held.reached()).await;
        let second = world.ask(order("a dog", 9)).await;
        let third = world.ask(order("a cow", 10)).await;
        let told = in_time(second.first(|message| message.content.contains("Place 1 in line"))).await;
        assert!(
            told.content.starts_with("> a dog\n-# Place 1 in line · ")
                && told.content.contains("`core` usually"),
            "{}",
            told.content
        );
        in_time(third.first(|message| message.content.contains("Place 2 in line"))).await;
        let id = told.custom_ids().into_iter().find(|id| id.starts_with("v1:cancel:")).unwrap();
        world.ask(InteractionBuilder::click(&told, &id).by(9)).await;
        let end = in_time(second.until(|message| message.content.starts_with("Cancelled."))).await;
        assert_eq!(end.content, "Cancelled.\n-# Nothing was charged.");
        in_time(third.first(|message| message.content.contains("Place 1 in line"))).await;
        held.release();
        in_time(first.picture()).await;
        let picture = in_time(third.picture()).await;
        assert!(!picture.content.contains("in line"), "{}", picture.content);
        world.settled().await;
        assert_eq!((world.bedrock.calls().len(), world.sum("spent")), (2, 80_000));
        world.end().await;
    }
}

#[tokio::test]
async fn who_waited_before_a_crash_is_told_their_place_after_it() {
    let mut world = World::with(single(Setup::default())).await;
    in_time(world.discord.registered(None)).await;
    let held = world.bedrock.hold();
    let first = world.ask(order("a fox", 8)).await;
    in_time(held.reached()).await;
    let second = world.ask(order("a dog", 9)).await;
    in_time(second.acknowledged()).await;
    let again = world.bedrock.hold();
    world.kill_and_restart().await;
    in_time(again.reached()).await;
    in_time(second.first(|message| message.content.contains("Place 1 in line"))).await;
    again.release();
    in_time(first.picture()).await;
    in_time(second.picture()).await;
    world.settled().await;
    world.end().await;
}
