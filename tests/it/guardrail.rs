//! A guardrail: what it holds back nobody sees, and what it cannot look at neither.

use easel::emulator::bedrock::{self, Guardrail};
use easel::emulator::discord::Ask;

use crate::support::{Setup, World, in_time};

/// What one picture by the default model costs, in millionths of a dollar.
const PRICE: usize = 40_000;

/// A guardrail that blocks badgers and the first pictures.
fn rules(blocked_images: usize) -> Guardrail {
    Guardrail {
        id: "abc123".to_owned(),
        version: "1".to_owned(),
        blocked_words: vec!["badger".to_owned()],
        blocked_images,
        texts_only: false,
    }
}

async fn world_with(guardrail: Guardrail, bedrock: bedrock::Options) -> World {
    let variables = vec![("EASEL_GUARDRAIL", "abc123:1".to_owned())];
    let mut world = World::without_bot(Setup { bedrock, variables, ..Setup::default() }).await;
    world.bedrock.guardrail(guardrail);
    world.start().await;
    world
}

async fn world(blocked_images: usize) -> World {
    world_with(rules(blocked_images), bedrock::Options::default()).await
}

/// What was looked at, in order: source, texts, pictures.
fn looked_at(world: &World) -> Vec<(String, usize, usize)> {
    let checks = world.bedrock.checks();
    checks.into_iter().map(|check| (check.source, check.texts.len(), check.images.len())).collect()
}

fn input(texts: usize, images: usize) -> (String, usize, usize) {
    ("INPUT".to_owned(), texts, images)
}

fn output() -> (String, usize, usize) {
    ("OUTPUT".to_owned(), 0, 1)
}

#[tokio::test]
async fn a_prompt_is_looked_at_before_the_model_is_asked_and_each_picture_before_anybody_sees_it() {
    let world = world(0).await;
    let wish =
        Ask::command("imagine").option("prompt", "a fox").option("negative", "dogs").option("count", 2);
    let message = in_time(world.ask(wish).await.picture()).await;
    assert_eq!(message.attachments.len(), 2);
    assert_eq!(looked_at(&world), [input(2, 0), output(), output()]);
    let (checks, calls) = (world.bedrock.checks(), world.bedrock.calls());
    assert_eq!(checks[0].texts, ["a fox", "dogs"]);
    assert!(calls.iter().all(|call| checks[0].at < call.at));
    for file in &message.attachments {
        assert!(checks.iter().any(|check| check.images.first().is_some_and(|image| *image == file.bytes)));
    }
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn a_blocked_prompt_reaches_no_model_costs_nothing_and_is_not_posted() {
    let world = world(0).await;
    let wish = Ask::command("imagine").option("prompt", "a BADGER at dawn").option("count", 3);
    let message = in_time(world.ask(wish).await.answered()).await;
    assert!(
        message
            .content
            .starts_with("The content check of this Easel held your request back (`blocked word`).")
    );
    assert!(message.attachments.is_empty() && !message.content.contains("BADGER"), "{}", message.content);
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), looked_at(&world)), (0, vec![input(1, 0)]));
    assert_eq!((world.sum("attempted"), world.sum("attempted_micros"), world.sum("delivered")), (0, 0, 0));
    assert_eq!(world.states(), ["failed"]);
    world.end().await;
}

#[tokio::test]
async fn a_blocked_picture_is_neither_posted_nor_kept_and_stays_in_the_dollars_only() {
    let world = world(1).await;
    let message = in_time(world.imagine("a fox").await.answered()).await;
    assert!(message.content.contains("held a finished picture back (`violence`)"), "{}", message.content);
    assert!(message.attachments.is_empty());
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("attempted_micros")), (1, PRICE));
    assert_eq!((world.sum("delivered"), world.painted()), (0, 0));
    assert!(world.archived("png").is_empty() && world.archived("json").is_empty());
    world.end().await;
}
