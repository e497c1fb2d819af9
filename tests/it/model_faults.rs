//! What a person sees, and what it costs, when a model has a bad day.

use std::time::Duration;

use easel_emulator::bedrock::ModelFault;
use easel_emulator::discord::{InteractionBuilder, Message};

use crate::support::{World, in_time};

/// What one picture by the default model costs, in millionths of a dollar.
const PRICE: usize = 40_000;

/// More often than anybody calls.
const FOR_EVER: usize = usize::MAX;

fn says_waiting(message: &Message) -> bool {
    message.content.contains("is busy; still waiting")
}

/// By a member of their own, so that nobody is told to slow down.
fn order(member: u64) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a fox").by(member)
}

#[tokio::test]
async fn a_busy_model_is_waited_for_and_the_tries_cost_nothing() {
    for fault in [ModelFault::Throttled, ModelFault::NotReady, ModelFault::Unavailable] {
        let world = World::new().await;
        world.bedrock.fault(fault, 3);
        let interaction = world.imagine("a fox").await;
        let message = in_time(interaction.picture()).await;
        let seen = interaction.states();
        let waiting = seen.iter().filter(|state| says_waiting(state)).count();
        assert!(waiting >= 1 && seen[0].loading, "{fault:?}: thinking, waiting, the picture");
        assert!(!says_waiting(&message));
        world.settled().await;
        assert_eq!(world.bedrock.calls().len(), 4, "{fault:?}");
        assert_eq!(world.sum("spent"), PRICE, "{fault:?}");
        world.delivered_equals_archived(&[message]);
        world.end().await;
    }
}

#[tokio::test]
async fn in_a_storm_of_thirty_everybody_gets_a_picture_in_the_end() {
    let world = World::new().await;
    world.bedrock.fault(ModelFault::Throttled, 60);
    let mut interactions = Vec::new();
    for member in 0..30 {
        interactions.push(world.ask(order(100 + member)).await);
    }
    let mut messages = Vec::new();
    for interaction in &interactions {
        messages.push(in_time(interaction.picture()).await);
        assert!(interaction.states().iter().filter(|state| says_waiting(state)).count() <= 1);
    }
    world.settled().await;
    assert_eq!(world.bedrock.calls().len(), 90);
    assert_eq!(world.sum("spent"), 30 * PRICE);
    world.delivered_equals_archived(&messages);
    world.end().await;
}

#[tokio::test]
async fn a_model_that_stays_busy_is_given_up_with_a_sentence_and_costs_nothing() {
    let world = World::new().await;
    world.bedrock.fault(ModelFault::Throttled, FOR_EVER);
    let interaction = world.imagine("a fox").await;
    let message = in_time(interaction.followed_up(1)).await.remove(0);
    assert!(message.content.contains("too busy") && message.ephemeral, "{message:?}");
    assert!(interaction.message().is_none(), "nobody else is shown that it failed");
    assert!(message.content.contains("Nothing was charged"), "{}", message.content);
    assert!(message.attachments.is_empty());
    world.settled().await;
    assert_eq!((world.states(), world.sum("spent")), (vec!["failed".to_owned()], 0));
    world.end().await;
}

#[tokio::test]
async fn a_call_that_fails_once_is_repeated_once() {
    let world = World::new().await;
    let faults = failures();
    let mut messages = Vec::new();
    for (member, fault) in (100..).zip(faults) {
        world.bedrock.fault(fault, 1);
        let before = world.bedrock.calls().len();
        let message = in_time(world.ask(order(member)).await.picture()).await;
        let calls = world.bedrock.calls();
        assert_eq!(calls.len() - before, 2, "{fault:?}");
        assert_eq!(calls[before].seed, calls[before + 1].seed, "{fault:?}");
        messages.push(message);
    }
    world.settled().await;
    assert_eq!(world.sum("spent"), 2 * faults.len() * PRICE, "each call may be on the bill");
    world.delivered_equals_archived(&messages);
    world.end().await;
}

#[tokio::test]
async fn a_call_that_fails_twice_ends_in_a_sentence_and_is_not_repeated_again() {
    let world = World::new().await;
    let faults = failures();
    for (member, fault) in (100..).zip(faults) {
        world.bedrock.fault(fault, 2);
        let before = world.bedrock.calls().len();
        let message = in_time(world.ask(order(member)).await.answered()).await;
        assert!(message.content.contains("did not finish the picture"), "{fault:?}: {}", message.content);
        assert!(message.attachments.is_empty());
        assert_eq!(world.bedrock.calls().len() - before, 2, "{fault:?}");
    }
    world.settled().await;
    assert_eq!((world.sum("delivered"), world.sum("spent")), (0, 2 * faults.len() * PRICE));
    world.end().await;
}

fn failures() -> [ModelFault; 11] {
    [
        ModelFault::Internal,
        ModelFault::ModelTimeout,
        ModelFault::ModelError,
        ModelFault::Overloaded,
        ModelFault::Drop,
        ModelFault::CutBody,
        ModelFault::BadBase64,
        ModelFault::NotAPicture,
        ModelFault::EmptyImages,
        ModelFault::NoJson,
        ModelFault::InferenceError,
    ]
}

#[tokio::test]
async fn a_refusal_of_the_model_is_told_in_plain_words_and_asked_for_only_once() {
    let world = World::new().await;
    let refusals = [
        (ModelFault::FilteredPrompt, "refused the prompt", PRICE),
        (ModelFault::FilteredOutput, "held the finished picture back", PRICE),
        (ModelFault::EndOfLife, "`core` is not available", 0),
        (ModelFault::AccessDenied, "`core` is not available", 0),
        (ModelFault::TooLarge, "did not accept this request", 0),
    ];
    for (member, (fault, sentence, cost)) in (100..).zip(refusals) {
        world.bedrock.fault(fault, 1);
        let (calls, spent) = (world.bedrock.calls().len(), world.sum("spent"));
        let message = in_time(world.ask(order(member)).await.answered()).await;
        assert!(message.content.contains(sentence), "{fault:?}: {}", message.content);
        let is_billed = message.content.contains("but $0.04 of your budget is used");
        assert_eq!(is_billed, cost > 0, "{fault:?}: {}", message.content);
        assert_eq!(world.bedrock.calls().len() - calls, 1, "{fault:?}");
        world.settled().await;
        assert_eq!(world.sum("spent") - spent, cost, "{fault:?}");
    }
    assert_eq!((world.sum("delivered"), world.sum("reserved")), (0, 0));
    for technical in ["ValidationException", "ResourceNotFoundException"] {
        assert!(world.log().contains(technical), "the operator finds {technical} in the log");
    }
    world.end().await;
}

#[tokio::test]
async fn a_refusal_is_for_the_member_alone_who_may_try_again_where_that_helps() {
    let world = World::new().await;
    let refusals = [
        (ModelFault::FilteredPrompt, false),
        (ModelFault::FilteredOutput, true),
        (ModelFault::EndOfLife, false),
    ];
    for (member, (fault, helps)) in (100..).zip(refusals) {
        world.bedrock.fault(fault, 1);
        let interaction = world.ask(order(member).option("seed", 7).option("aspect", "16:9")).await;
        let refused = in_time(interaction.answered()).await;
        assert!(refused.ephemeral && interaction.message().is_none(), "{fault:?}");
        let ids = refused.custom_ids();
        assert_eq!(ids.len(), usize::from(helps), "{fault:?}: {ids:?}");
        for id in ids {
            let again = InteractionBuilder::click(&refused, &id).by(member);
            in_time(world.ask(again).await.picture()).await;
            let [.., first, second] = &world.bedrock.calls()[..] else { panic!("two calls") };
            assert_eq!(first.body["aspect_ratio"], second.body["aspect_ratio"]);
            assert_ne!(first.seed, second.seed, "the same seed brings what was held back");
            let stranger = InteractionBuilder::click(&refused, &id).by(8).stale();
            assert!(world.refused(stranger).await.starts_with("Nothing is known of that picture here"));
        }
    }
    world.settled().await;
    assert_eq!(world.sum("delivered"), 1);
    world.end().await;
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_and_not_asked_for_again() {
    let world = World::new().await;
    world.bedrock.fault(ModelFault::StallMidBody(Duration::from_secs(12)), 1);
    world.bedrock.fault(ModelFault::SlowFirstByte(Duration::from_secs(6)), 1);
    let (first, second) = (world.ask(order(100)).await, world.ask(order(101)).await);
    let messages = [in_time(first.picture()).await, in_time(second.picture()).await];
    world.settled().await;
    assert_eq!(world.bedrock.calls().len(), 2);
    world.delivered_equals_archived(&messages);
    world.end().await;
}

#[tokio::test]
async fn of_three_pictures_two_come_with_the_reason_for_the_third() {
    let world = World::new().await;
    world.bedrock.fault(ModelFault::FilteredOutput, 1);
    let interaction = world.ask(order(7).option("count", 3)).await;
    let message = in_time(interaction.picture()).await;
    assert_eq!(message.attachments.len(), 2);
    assert!(message.content.contains("held the finished picture back"), "{}", message.content);
    world.settled().await;
    assert_eq!((world.sum("delivered"), world.sum("spent")), (2, 3 * PRICE));
    assert_eq!(interaction.states().len(), 2, "thinking, then one message");
    world.delivered_equals_archived(&[message]);
    world.end().await;
}
