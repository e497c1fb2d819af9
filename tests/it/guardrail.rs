//! A guardrail: what it holds back nobody sees, and what it cannot look at neither.

use std::time::Duration;

use easel_emulator::bedrock::{BedrockOptions, Guardrail, ModelFault, Picture};
use easel_emulator::discord::InteractionBuilder;
use image::ImageFormat;

use crate::crash::no_violations_but_those_of_the_killed;
use crate::support::{Setup, World, admin, in_time, png};

/// What one picture by the default model costs, in millionths of a dollar.
const PRICE: usize = 40_000;

/// Calls that the SDK makes before it gives a check up.
const TRIES: usize = 3;

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

async fn world_with(guardrail: Guardrail, bedrock: BedrockOptions) -> World {
    let variables = vec![("EASEL_GUARDRAIL", "abc123:1".to_owned())];
    let mut world = World::without_bot(Setup { bedrock, variables, ..Setup::default() }).await;
    world.bedrock.guardrail(guardrail);
    world.start().await;
    world
}

async fn world(blocked_images: usize) -> World {
    world_with(rules(blocked_images), BedrockOptions::default()).await
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
    let held = world.bedrock.hold_check();
    let order = InteractionBuilder::command("imagine")
        .option("prompt", "a fox")
        .option("negative", "dogs")
        .option("count", 2);
    let interaction = world.ask(order).await;
    in_time(held.reached()).await;
    assert_eq!(in_time(interaction.acknowledged()).await.kind, 5, "nobody waits for the guardrail");
    held.release();
    let message = in_time(interaction.picture()).await;
    assert_eq!(message.attachments.len(), 2);
    assert_eq!(looked_at(&world), [input(2, 0), output(), output()]);
    let (checks, calls) = (world.bedrock.checks(), world.bedrock.calls());
    assert_eq!(checks[0].texts, ["a fox", "dogs"]);
    assert!(calls.iter().all(|call| checks[0].at < call.at));
    for file in &message.attachments {
        assert!(checks[1..].iter().any(|check| check.images[0] == file.bytes));
    }
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn a_blocked_prompt_reaches_no_model_costs_nothing_and_is_not_posted() {
    let world = world(0).await;
    let order =
        InteractionBuilder::command("imagine").option("prompt", "a BADGER at dawn").option("count", 3);
    let message = in_time(world.ask(order).await.answered()).await;
    let words = "The content check of this Easel held your request back (`blocked word`).";
    assert!(message.content.starts_with(words), "{}", message.content);
    assert!(message.attachments.is_empty() && !message.content.contains("BADGER"), "{}", message.content);
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), looked_at(&world)), (0, vec![input(1, 0)]));
    assert_eq!((world.sum("attempted"), world.sum("spent"), world.sum("delivered")), (0, 0, 0));
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
    assert_eq!((world.bedrock.calls().len(), world.sum("spent")), (1, PRICE));
    assert_eq!((world.sum("delivered"), world.generated()), (0, 0));
    assert!(world.archived("png").is_empty() && world.archived("json").is_empty());
    world.end().await;
}

#[tokio::test]
async fn of_four_pictures_three_come_with_the_reason_for_the_fourth() {
    let world = world(1).await;
    let order = InteractionBuilder::command("imagine").option("prompt", "a fox").option("count", 4);
    let message = in_time(world.ask(order).await.picture()).await;
    assert_eq!(message.attachments.len(), 3);
    assert!(message.content.contains("held a finished picture back"), "{}", message.content);
    let blocked = world.bedrock.checks().into_iter().find(|check| check.intervened).unwrap();
    assert!(message.attachments.iter().all(|file| file.bytes != blocked.images[0]));
    world.settled().await;
    assert_eq!((world.sum("delivered"), world.sum("spent")), (3, 4 * PRICE));
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn what_was_held_back_leaves_the_quota_alone_and_the_admins_find_it_without_the_words() {
    let world = world(1).await;
    in_time(world.discord.registered(None)).await;
    assert_eq!(world.said(admin("audit")).await, "Nobody has changed anything here yet.");
    world.said(admin("limits set").option("daily", 1).option("burst", 9)).await;
    for prompt in ["a badger", "a fox"] {
        in_time(world.imagine(prompt).await.answered()).await;
        world.settled().await;
    }
    in_time(world.imagine("a fox").await.picture()).await;
    world.settled().await;
    let refused = world.refused(InteractionBuilder::command("imagine").option("prompt", "a fox")).await;
    assert!(refused.starts_with("You can have 1 picture a day here"), "{refused}");

    let audit = world.said(admin("audit")).await;
    let (_, below) = audit.split_once("**Held back by the guardrail, the latest first**\n").unwrap();
    let lines: Vec<_> = below.lines().collect();
    assert_eq!(lines.len(), 2, "{below}");
    for (line, end) in lines.iter().zip(["picture: violence", "prompt: blocked word"]) {
        assert!(
            line.starts_with("<t:") && line.contains(":f> <@7> in <#5>, ") && line.ends_with(end),
            "{line}"
        );
    }
    assert!(audit.contains("limits") && !audit.contains("badger"), "{audit}");
    let earlier = world.said(admin("audit").option("before", 1)).await;
    assert!(!earlier.contains("guardrail"), "{earlier}");
    world.end().await;
}

#[tokio::test]
async fn a_large_picture_is_looked_at_as_a_smaller_copy_and_posted_as_it_is() {
    let bedrock = BedrockOptions { picture: Picture::Sized(6_000_000), ..BedrockOptions::default() };
    let world = world_with(rules(0), bedrock).await;
    let message = in_time(world.imagine("a mountain").await.picture()).await;
    let check = world.bedrock.checks().pop().unwrap();
    assert!(check.images[0].len() <= 4_000_000, "{}", check.images[0].len());
    assert_eq!(image::guess_format(&check.images[0]).unwrap(), ImageFormat::Jpeg);
    assert_eq!(message.attachments[0].bytes, world.bedrock.calls()[0].picture().unwrap());
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn a_picture_to_start_from_is_looked_at_with_the_prompt() {
    let world = world(0).await;
    let picture = image::load_from_memory(&png(640, 480)).unwrap();
    let mut webp = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut webp, ImageFormat::WebP).unwrap();
    let file = world.discord.upload("start.webp", "image/webp", webp.into_inner());
    let start = |member| {
        InteractionBuilder::command("imagine")
            .option("prompt", "winter")
            .option("model", "sd3.5")
            .by(member)
            .attachment("image", &file)
    };
    in_time(world.ask(start(7)).await.picture()).await;
    assert_eq!(looked_at(&world), [input(1, 1), output()]);
    world.bedrock.guardrail(rules(1));
    let message = in_time(world.ask(start(8)).await.answered()).await;
    assert!(message.content.contains("held your request back (`violence`)"), "{}", message.content);
    assert_eq!(world.bedrock.calls().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn while_the_guardrail_is_out_of_reach_no_model_is_asked() {
    for fault in [ModelFault::Unavailable, ModelFault::AccessDenied] {
        let world = world(0).await;
        world.bedrock.guardrail_fault(fault, usize::MAX);
        let message = in_time(world.imagine("a fox").await.answered()).await;
        assert!(message.content.contains("cannot be reached at the moment"), "{}", message.content);
        world.settled().await;
        assert_eq!((world.bedrock.calls().len(), world.sum("attempted")), (0, 0));
        assert_eq!(world.states(), ["failed"]);
        world.end().await;
    }
}

#[tokio::test]
async fn a_picture_waits_for_a_guardrail_that_comes_back_and_is_paid_once() {
    let world = world(0).await;
    let output = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(output.reached()).await;
    world.bedrock.guardrail_fault(ModelFault::Unavailable, TRIES);
    output.release();
    let message = in_time(interaction.picture()).await;
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("spent")), (1, PRICE));
    assert_eq!(looked_at(&world).len(), 1 + TRIES + 1, "the prompt is not looked at again");
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn a_picture_that_no_guardrail_ever_looked_at_is_given_up_in_the_end() {
    let mut world = world(0).await;
    let output = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(output.reached()).await;
    world.bedrock.guardrail_fault(ModelFault::Unavailable, usize::MAX);
    output.release();
    for turn in 1..4 {
        in_time(world.until(|world| world.bedrock.checks().len() == 1 + turn * TRIES)).await;
        // A restart does not wait for the pause to end.
        world.kill_and_restart().await;
    }
    let message = in_time(interaction.answered()).await;
    assert!(message.content.contains("cannot be reached at the moment"), "{}", message.content);
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("spent")), (1, PRICE));
    assert_eq!((world.sum("delivered"), world.states()), (0, vec!["failed".to_owned()]));
    assert!(world.archived("png").is_empty());
    world.end().await;
}

#[tokio::test]
async fn killed_before_the_verdict_the_picture_is_looked_at_again_and_not_generated_again() {
    for blocked_images in [0, 1] {
        let mut world = world(0).await;
        let held = world.bedrock.hold();
        let interaction = world.imagine("a fox").await;
        in_time(held.reached()).await;
        let verdict = world.bedrock.hold_check();
        held.release();
        in_time(verdict.reached()).await;
        world.kill().await;
        world.bedrock.guardrail(rules(blocked_images));
        world.start().await;
        in_time(interaction.answered()).await;
        world.settled().await;
        assert_eq!((world.bedrock.calls().len(), world.sum("spent")), (1, PRICE));
        assert_eq!(looked_at(&world), [input(1, 0), output(), output()]);
        let messages = world.pictures_for(&interaction);
        assert_eq!(messages.len(), 1 - blocked_images);
        world.delivered_equals_archived(&messages);
        world.end().await;
    }
}

#[tokio::test]
async fn killed_again_and_again_nobody_sees_what_was_not_looked_at() {
    let mut world = world(3).await;
    world.may_count_calls_that_were_not_made();
    world.bedrock.set_latency(Duration::from_millis(30));
    let mut interactions = Vec::new();
    for round in 0..6 {
        for member in 0..4 {
            let ask = InteractionBuilder::command("imagine")
                .option("prompt", format!("fox {round}"))
                .option("count", 2);
            interactions.push(world.ask(ask.by(1_000 + round * 10 + member)).await);
        }
        in_time(world.until(|world| world.bedrock.checks().len() as u64 > round * 6)).await;
        world.kill_and_restart().await;
    }
    world.settled().await;
    let messages: Vec<_> =
        interactions.iter().flat_map(|interaction| world.pictures_for(interaction)).collect();
    let checks = world.bedrock.checks();
    for file in messages.iter().flat_map(|message| &message.attachments) {
        assert!(checks.iter().any(|check| !check.intervened && check.images.contains(&file.bytes.to_vec())));
    }
    assert!(!messages.is_empty());
    world.delivered_equals_archived(&messages);
    no_violations_but_those_of_the_killed(&world);
    world.end().await;
}

#[tokio::test]
async fn what_a_killed_process_left_in_the_spool_goes_with_the_next_start() {
    let mut world = world(1).await;
    in_time(world.imagine("a fox").await.answered()).await;
    world.settled().await;
    world.stop().await;
    let job: String = world.db().query_row("SELECT id FROM jobs", [], |row| row.get(0)).unwrap();
    let left = format!("data/spool/{job}-0.png");
    world.write(&left, png(64, 64));
    world.start().await;
    in_time(world.until(|world| !world.path(&left).exists())).await;
    world.end().await;
}

#[tokio::test]
async fn the_shell_and_the_built_in_engine_are_looked_at_too() {
    let variables = vec![("EASEL_GUARDRAIL", "abc123:1".to_owned())];
    let world = World::without_bot(Setup { variables, ..Setup::default() }).await;
    world.bedrock.guardrail(rules(1));
    for (prompt, words) in [("a badger", "held your request back"), ("a fox", "held a finished picture back")]
    {
        let (code, out, err) = world.run(&["imagine", "--engine", "sketch", prompt]).await;
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.contains(words), "{err}");
    }
    world.is_tidy();
    let (code, out, err) = world.run(&["imagine", "--engine", "sketch", "a fox"]).await;
    assert!(code == 0 && out.contains(".png"), "{out}{err}");
}

#[tokio::test]
async fn check_says_whether_the_guardrail_can_be_applied() {
    let variables = vec![("EASEL_GUARDRAIL", "abc123:1".to_owned())];
    let world = World::without_bot(Setup { variables, ..Setup::default() }).await;
    world.run(&["register"]).await;
    for (guardrail, line) in [
        (None, "FAIL  guardrail    EASEL_GUARDRAIL cannot be applied; does it exist under this id"),
        (Some(rules(0)), "ok    guardrail    abc123, version 1, looks at prompts and pictures"),
        (Some(rules(1)), "FAIL  guardrail    it blocks a harmless picture (violence)"),
        (
            Some(Guardrail { texts_only: true, ..rules(0) }),
            "FAIL  guardrail    EASEL_GUARDRAIL: the guardrail looks at no pictures",
        ),
    ] {
        if let Some(guardrail) = guardrail {
            world.bedrock.guardrail(guardrail);
        }
        let (code, out, err) = world.run(&["check"]).await;
        assert_eq!(code == 0, line.starts_with("ok"), "{out}{err}");
        assert!(out.lines().any(|said| said.starts_with(line)), "{line} in {out}");
    }
    world.bedrock.guardrail_fault(ModelFault::AccessDenied, 1);
    let (_, out, _) = world.run(&["check"]).await;
    assert!(out.contains("is bedrock:ApplyGuardrail allowed?"), "{out}");
    assert!(world.bedrock.calls().is_empty(), "no picture is paid");
    world.end().await;
}

#[tokio::test]
async fn an_edit_without_words_is_looked_at_by_its_picture() {
    let world = world(0).await;
    let file = world.discord.upload("start.png", "image/png", png(128, 128));
    let edit = |member| InteractionBuilder::command("edit background").by(member).attachment("image", &file);
    in_time(world.ask(edit(7)).await.picture()).await;
    assert_eq!(looked_at(&world), [input(0, 1), output()]);
    world.bedrock.guardrail(rules(1));
    let message = in_time(world.ask(edit(8)).await.answered()).await;
    assert!(message.content.contains("held your request back (`violence`)"), "{}", message.content);
    assert_eq!(world.bedrock.calls().len(), 1);
    world.end().await;
}
