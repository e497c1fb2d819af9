//! `{red, green} cat` and `--repeat 3`: one order for several pictures that differ.

use std::time::Duration;

use easel_emulator::bedrock::{ModelFault, Picture};
use easel_emulator::discord::{Fault, InteractionBuilder, Message, Route, TestInteraction, When};
use rand::RngExt;
use tokio::time::timeout;

use crate::support::{Setup, World, admin, in_time, seed};

async fn worlds() -> [World; 2] {
    World::on_both_frontends(Setup::default).await
}

fn imagine(prompt: &str) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", prompt)
}

/// What is said before anything is ordered.
async fn offered(world: &World, prompt: &str) -> Message {
    in_time(world.ask(imagine(prompt)).await.answered()).await
}

async fn start(world: &World, offer: &Message) -> TestInteraction {
    let id = offer.custom_ids().into_iter().find(|id| id.starts_with("v1:retry:")).unwrap();
    world.ask(InteractionBuilder::click(offer, &id)).await
}

/// All messages with the pictures of an order, the first one first.
async fn all_messages(interaction: &TestInteraction, messages: usize) -> Vec<Message> {
    let first = in_time(interaction.picture()).await;
    let more = in_time(interaction.followed_up(messages - 1)).await;
    std::iter::once(first).chain(more).collect()
}

fn prompts(world: &World) -> Vec<String> {
    let mut prompts: Vec<_> =
        world.bedrock.calls().iter().map(|call| call.body["prompt"].as_str().unwrap().to_owned()).collect();
    prompts.sort();
    prompts
}

#[tokio::test]
async fn braces_are_offered_with_their_price_and_come_in_one_message() {
    for world in worlds().await {
        let offer = offered(&world, "{red, green} cat in {oil, ink} --seed 7").await;
        assert!(
            offer.content.starts_with(
                "**4 pictures for $0.16.** Nothing is charged before you press the button.\n\
                 **1** red cat in oil · `core` · $0.04\n**2** red cat in ink · `core` · $0.04\n"
            ),
            "{}",
            offer.content
        );
        assert!(offer.components.to_string().contains("Start 4 pictures, $0.16"), "{}", offer.components);
        assert_eq!(world.bedrock.calls().len(), 0);
        let interaction = start(&world, &offer).await;
        let picture = in_time(interaction.picture()).await;
        assert_eq!(picture.attachments.len(), 4);
        assert!(
            picture.content.starts_with("> \\{red, green\\} cat in \\{oil, ink\\}")
                || picture.content.starts_with("> {red, green} cat in {oil, ink}"),
            "{}",
            picture.content
        );
        assert!(
            picture.content.contains("**3** green cat in oil\n-# `core` · 1:1 · seed 7 · $0.04"),
            "{}",
            picture.content
        );
        world.settled().await;
        assert_eq!(
            prompts(&world),
            ["green cat in ink", "green cat in oil", "red cat in ink", "red cat in oil"]
        );
        assert!(
            world.bedrock.calls().iter().all(|call| call.body["seed"] == 7),
            "alike in all but the words"
        );
        assert_eq!((world.sum("spent"), world.sum("delivered")), (160_000, 4));
        world.delivered_equals_archived(&[picture]);
        world.end().await;
    }
}

#[tokio::test]
async fn more_than_four_come_in_a_message_for_each_four() {
    for world in worlds().await {
        let offer = offered(&world, "{red, green} cat --repeat 5").await;
        assert!(offer.content.starts_with("**10 pictures for $0.40.**"), "{}", offer.content);
        let messages = all_messages(&start(&world, &offer).await, 3).await;
        // Each comes when its pictures are ready.
        let (last, others): (Vec<_>, Vec<_>) =
            messages.iter().partition(|message| message.content.contains("**10** green cat"));
        assert!(others.iter().all(|message| message.attachments.len() == 4));
        assert_eq!((others.len(), last.len(), last[0].attachments.len()), (2, 1, 2));
        assert!(last[0].content.starts_with("> "), "{}", last[0].content);
        assert!(!last[0].content.contains("**8**"));
        world.settled().await;
        let mut seeds: Vec<_> =
            world.bedrock.calls().iter().map(|call| call.body["seed"].as_u64().unwrap()).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 5, "repeats have seeds of their own, alternatives share them");
        assert_eq!(world.states().iter().filter(|state| *state == "delivered").count(), 1, "one job");
        world.delivered_equals_archived(&messages);
        world.end().await;
    }
}

#[tokio::test]
async fn models_are_compared_side_by_side_with_their_prices() {
    for world in worlds().await {
        let offer = offered(&world, "a cat --model {core, ultra, sd3.5}").await;
        assert!(offer.content.starts_with("**3 pictures for $0.26.**"), "{}", offer.content);
        let picture = in_time(start(&world, &offer).await.picture()).await;
        for line in ["**1** a cat\n-# `core` · ", "**2** a cat\n-# `ultra` · ", "**3** a cat\n-# `sd3.5` · "]
        {
            assert!(picture.content.contains(line), "{}", picture.content);
        }
        assert!(picture.content.contains("· $0.14") && picture.content.contains("· $0.08"));
        world.settled().await;
        assert_eq!((world.sum("spent"), world.sum("reserved")), (260_000, 0));
        let used = in_time(world.ask(admin("usage")).await.answered()).await.text();
        for model in ["core", "ultra", "sd3.5"] {
            assert!(used.contains(model), "{used}");
        }
        world.end().await;
    }
}

#[tokio::test]
async fn of_pictures_that_differ_one_is_chosen_for_what_comes_next() {
    for world in worlds().await {
        let offer = offered(&world, "{red, green} cat").await;
        let picture = in_time(start(&world, &offer).await.picture()).await;
        let id = |action: &str| {
            let prefix = format!("v1:{action}:");
            picture.custom_ids().into_iter().find(|id| id.starts_with(&prefix)).unwrap()
        };
        let details = world.said(InteractionBuilder::click(&picture, &id("details"))).await;
        assert!(details.contains("**1** red cat") && details.contains("**2** green cat"), "{details}");
        let menu =
            in_time(world.ask(InteractionBuilder::click(&picture, &id("again"))).await.answered()).await;
        let menu_id = menu.custom_ids().pop().unwrap();
        let again = world.ask(InteractionBuilder::choose(&menu, &menu_id, &["2"])).await;
        let again = in_time(again.picture()).await;
        assert!(
            again.content.starts_with("> green cat\n") && again.attachments.len() == 1,
            "{}",
            again.content
        );
        world.settled().await;
        assert_eq!(prompts(&world), ["green cat", "green cat", "red cat"]);
        world.end().await;
    }
}

#[tokio::test]
async fn an_order_that_does_not_fit_under_the_limits_is_refused_as_a_whole() {
    for world in worlds().await {
        world.said(admin("limits set").option("daily", 3)).await;
        let said = world.refused(imagine("{red, green} cat in {oil, ink}")).await;
        assert!(said.starts_with("You can have 3 pictures a day here"), "{said}");
        let offer = offered(&world, "{red, green, blue} cat").await;
        world.said(admin("limits set").option("daily", 2)).await;
        let id = offer.custom_ids().pop().unwrap();
        let said = world.refused(InteractionBuilder::click(&offer, &id)).await;
        assert!(said.starts_with("You can have 2 pictures a day here"), "{said}");
        world.said(admin("limits set").option("daily", 100).option("variants", 2)).await;
        for too_many in ["{red, green, blue} cat", "a cat --repeat 3"] {
            let said = world.refused(imagine(too_many)).await;
            assert!(said.starts_with("One order can bring at most 2 different pictures here."), "{said}");
        }
        let said = world.refused(imagine("{a, b} {c, d} {e, f} {g, h} {i, j}")).await;
        assert!(said.starts_with("One order can bring at most 16 different pictures"), "{said}");
        assert_eq!((world.bedrock.calls().len(), world.sum("reserved")), (0, 0));
        world.end().await;
    }
}

#[tokio::test]
async fn it_is_cancelled_as_one() {
    for world in worlds().await {
        world.bedrock.fault(ModelFault::Throttled, 200);
        let offer = offered(&world, "{red, green} cat --repeat 4").await;
        let interaction = start(&world, &offer).await;
        let busy = in_time(interaction.first(|message| message.content.contains("is busy"))).await;
        let id = busy.custom_ids().into_iter().find(|id| id.starts_with("v1:cancel:")).unwrap();
        world.ask(InteractionBuilder::click(&busy, &id)).await;
        let end = in_time(interaction.until(|message| message.content.starts_with("Cancelled."))).await;
        assert_eq!(end.content, "Cancelled.\n-# Nothing was charged.");
        world.settled().await;
        assert_eq!((world.sum("spent"), world.sum("reserved")), (0, 0));
        world.end().await;
    }
}

#[tokio::test]
async fn what_was_sent_before_a_crash_is_not_sent_again() {
    let mut world = World::registered().await;
    let offer = offered(&world, "{red, green} cat --repeat 5").await;
    // The first message is the last to be finished.
    let held = world.discord.hold(Route::Followup, When::After);
    let interaction = start(&world, &offer).await;
    in_time(held.reached()).await;
    world.kill().await;
    held.release();
    world.start().await;
    let messages = all_messages(&interaction, 3).await;
    world.settled().await;
    assert_eq!(interaction.followups().len(), 2, "none twice");
    assert_eq!(world.bedrock.calls().len(), 10, "none is paid twice");
    world.delivered_equals_archived(&messages);
    world.end().await;
}

#[tokio::test]
async fn each_message_comes_as_soon_as_its_pictures_are_ready() {
    for world in worlds().await {
        let offer = offered(&world, "a cat --repeat 12").await;
        let held = world.bedrock.hold();
        let interaction = start(&world, &offer).await;
        in_time(held.reached()).await;
        // One picture keeps its own message back, and the first one, which ends the order.
        let early = in_time(interaction.followed_up(1)).await;
        assert_eq!(early[0].attachments.len(), 4);
        let reply = in_time(interaction.until(|message| !message.loading)).await;
        assert!(reply.custom_ids().iter().any(|id| id.starts_with("v1:cancel:")), "{}", reply.content);
        held.release();
        let messages = all_messages(&interaction, 3).await;
        world.settled().await;
        assert_eq!(interaction.followups().len(), 2, "none twice");
        assert_eq!((world.sum("delivered"), world.bedrock.calls().len()), (12, 12));
        world.delivered_equals_archived(&messages);
        world.end().await;
    }
}

#[tokio::test]
async fn what_was_sent_before_the_others_were_ready_is_not_sent_again_after_a_crash() {
    let mut world = World::registered().await;
    let offer = offered(&world, "a cat --repeat 12").await;
    let held = world.bedrock.hold();
    let interaction = start(&world, &offer).await;
    in_time(held.reached()).await;
    let early = in_time(interaction.followed_up(1)).await.remove(0);
    world.kill().await;
    held.release();
    world.start().await;
    let messages = all_messages(&interaction, 3).await;
    world.settled().await;
    assert_eq!(interaction.followups().len(), 2, "none twice");
    let urls =
        |message: &Message| message.attachments.iter().map(|file| file.url.clone()).collect::<Vec<_>>();
    assert_eq!(urls(&interaction.followups()[0]), urls(&early), "what was shown stays");
    world.delivered_equals_archived(&messages);
    world.end().await;
}

#[tokio::test]
async fn killed_at_a_random_moment_an_order_comes_whole_and_each_picture_once() {
    let mut random = seed::random();
    for mut world in worlds().await {
        world.bedrock.set_latency(Duration::from_millis(200));
        let offer = offered(&world, "{red, green} cat --repeat 5").await;
        let interaction = start(&world, &offer).await;
        in_time(interaction.acknowledged()).await;
        let moment = Duration::from_millis(random.random_range(0..1_500));
        drop(timeout(moment, all_messages(&interaction, 3)).await);
        world.kill_and_restart().await;
        let messages = all_messages(&interaction, 3).await;
        world.settled().await;
        assert_eq!(interaction.followups().len(), 2, "none twice");
        // A call that was under way may be paid, and is made once more.
        let calls = world.bedrock.calls().len();
        assert!((10..=20).contains(&calls), "{calls} calls");
        assert_eq!((world.sum("delivered"), world.sum("reserved")), (10, 0));
        // One that was booked just before the end may never have left.
        let booked = world.sum("spent") / 40_000;
        assert!((calls..=20).contains(&booked), "{booked} calls in the ledger, and {calls} made");
        world.delivered_equals_archived(&messages);
        world.end().await;
    }
}

#[tokio::test]
async fn a_message_whose_answer_is_lost_comes_once() {
    for world in worlds().await {
        world.discord.fault(Route::Followup, Fault::DropAfterApply, 1);
        let offer = offered(&world, "a cat --repeat 6").await;
        let interaction = start(&world, &offer).await;
        let messages = all_messages(&interaction, 2).await;
        world.settled().await;
        assert_eq!((interaction.followups().len(), messages[1].attachments.len()), (1, 2));
        world.end().await;
    }
}

#[tokio::test]
async fn a_later_message_that_discord_finds_too_large_comes_again_with_smaller_copies() {
    let mut setup = Setup::default();
    setup.bedrock.picture = Picture::Sized(900_000);
    let world = World::with(setup).await;
    in_time(world.discord.registered(None)).await;
    world.discord.fault(Route::Followup, Fault::Code { status: 413, code: 40005 }, 1);
    let offer = offered(&world, "a cat --repeat 6").await;
    let messages = all_messages(&start(&world, &offer).await, 2).await;
    let copies = &messages[1].attachments;
    assert!(copies.len() == 2 && copies.iter().all(|copy| copy.filename.ends_with(".jpg")));
    assert!(messages[1].content.contains("Picture 5 is a smaller copy"), "{}", messages[1].content);
    world.settled().await;
    assert_eq!((world.sum("delivered"), world.archived("png").len()), (6, 6));
    world.end().await;
}

#[tokio::test]
async fn a_later_message_that_discord_filters_is_told_to_its_member() {
    for world in worlds().await {
        world.discord.fault(Route::Followup, Fault::Code { status: 400, code: 240_000 }, 1);
        let offer = offered(&world, "a cat --repeat 6").await;
        let interaction = start(&world, &offer).await;
        let first = in_time(interaction.picture()).await;
        assert_eq!(first.attachments.len(), 4);
        let told = in_time(interaction.followed_up(1)).await.remove(0);
        assert!(
            told.ephemeral && told.attachments.is_empty() && told.content.contains("Discord"),
            "{}",
            told.content
        );
        world.settled().await;
        assert_eq!((world.archived("png").len(), world.sum("delivered")), (6, 4));
        world.end().await;
    }
}

#[tokio::test]
async fn an_order_whose_first_message_is_refused_counts_what_the_others_show() {
    for world in worlds().await {
        let offer = offered(&world, "a cat --repeat 12").await;
        let held = world.bedrock.hold();
        let interaction = start(&world, &offer).await;
        in_time(held.reached()).await;
        in_time(interaction.followed_up(1)).await;
        world.discord.fault(Route::EditOriginal, Fault::Code { status: 400, code: 240_000 }, 20);
        held.release();
        world.settled().await;
        let shown = interaction.followups().iter().filter(|message| message.attachments.len() == 4).count();
        assert_eq!((shown, world.sum("delivered"), world.archived("png").len()), (2, 8, 12));
        world.discord.clear_faults();
        world.end().await;
    }
}
