//! What people see while they wait, and how they stop waiting.

use easel_emulator::bedrock::ModelFault;
use easel_emulator::discord::{InteractionBuilder, Message, Route};

use crate::support::{Setup, World, in_time};

async fn worlds(variables: &[(&'static str, String)]) -> [World; 2] {
    let setup = || Setup { variables: variables.to_vec(), ..Setup::default() };
    World::on_both_frontends(setup).await
}

fn cancel(message: &Message) -> InteractionBuilder {
    let ids = message.custom_ids();
    let id = ids.iter().find(|id| id.starts_with("v1:cancel:")).unwrap_or_else(|| panic!("{ids:?}"));
    InteractionBuilder::click(message, id)
}

/// The message as the press of its button has changed it.
async fn pressed(world: &World, ask: InteractionBuilder) -> Message {
    let interaction = world.ask(ask).await;
    let ack = in_time(interaction.acknowledged()).await;
    assert_eq!(ack.kind, 7, "{}", ack.data);
    in_time(interaction.until(|message| !message.loading)).await
}

#[tokio::test]
async fn a_job_that_takes_longer_says_how_far_it_is() {
    for world in worlds(&[]).await {
        let held = world.bedrock.hold();
        let interaction = world.imagine("a *fox*").await;
        let early = in_time(interaction.first(|message| message.content.contains("is at work"))).await;
        assert!(
            early.content.starts_with("> a \\*fox\\*\n-# `core` is at work · 2 s so far, usually 4 s."),
            "{}",
            early.content
        );
        let later = in_time(interaction.first(|message| message.content.contains("4 s so far"))).await;
        assert!(later.attachments.is_empty());
        held.release();
        let picture = in_time(interaction.picture()).await;
        assert!(!picture.content.contains("so far") && picture.attachments.len() == 1, "{}", picture.content);
        assert!(!picture.custom_ids().iter().any(|id| id.contains("cancel")));
        world.settled().await;

        let held = world.bedrock.hold();
        let second = world.imagine("a fox").await;
        let usual = in_time(second.first(|message| message.content.contains("is at work"))).await;
        let took =
            usual.content.rsplit("usually ").next().unwrap().trim_end_matches(" s.").parse::<u32>().unwrap();
        assert!((3..=5).contains(&took), "what the last one took: {}", usual.content);
        held.release();
        in_time(second.picture()).await;
        world.end().await;
    }
}

#[tokio::test]
async fn pictures_that_are_ready_are_shown_before_the_others_and_sent_once() {
    for world in worlds(&[]).await {
        let held = world.bedrock.hold();
        let interaction = world
            .ask(InteractionBuilder::command("imagine").option("prompt", "a fox").option("count", 3))
            .await;
        let partly = in_time(interaction.first(|message| message.attachments.len() == 2)).await;
        assert!(
            partly.content.contains("-# 2 of 3 pictures are ready; `core` is at work"),
            "{}",
            partly.content
        );
        held.release();
        let whole = in_time(interaction.until(|message| message.attachments.len() == 3)).await;
        assert!(whole.content.contains("seeds"), "{}", whole.content);
        let ids = |message: &Message| message.attachments.iter().map(|file| file.id).collect::<Vec<_>>();
        assert!(ids(&partly).iter().all(|id| ids(&whole).contains(id)), "those that were there stay");
        world.settled().await;
        world.delivered_equals_archived(&[whole]);
        assert_eq!(world.bedrock.calls().len(), 3);
        world.end().await;
    }
}

#[tokio::test]
async fn a_job_whose_message_lost_its_first_pictures_sends_them_again() {
    let world = World::new().await;
    let held = world.bedrock.hold();
    let interaction =
        world.ask(InteractionBuilder::command("imagine").option("prompt", "a fox").option("count", 2)).await;
    in_time(interaction.first(|message| message.attachments.len() == 1)).await;
    world.discord.fault(
        Route::EditOriginal,
        easel_emulator::discord::Fault::Code { status: 400, code: 50035 },
        1,
    );
    held.release();
    let whole = in_time(interaction.until(|message| message.attachments.len() == 2)).await;
    world.settled().await;
    world.delivered_equals_archived(&[whole]);
    world.end().await;
}

#[tokio::test]
async fn a_running_job_that_is_cancelled_shows_nothing_and_says_what_it_cost() {
    for world in worlds(&[]).await {
        let held = world.bedrock.hold();
        let interaction = world.imagine("a fox").await;
        let waiting = in_time(interaction.first(|message| message.content.contains("is at work"))).await;
        let others = world.refused(cancel(&waiting).by(8)).await;
        assert!(others.starts_with("Only whoever ordered that picture"), "{others}");
        let message = pressed(&world, cancel(&waiting)).await;
        assert!(message.content.starts_with("Cancelling."), "{}", message.content);
        held.release();
        let end = in_time(interaction.until(|message| message.content.starts_with("Cancelled."))).await;
        assert!(
            end.content.contains("$0.04 of your budget is used") && end.attachments.is_empty(),
            "{}",
            end.content
        );
        world.settled().await;
        assert_eq!(world.states(), ["cancelled"]);
        assert_eq!((world.sum("spent"), world.sum("delivered"), world.archived("png").len()), (40_000, 0, 0));
        world.end().await;
    }
}

#[tokio::test]
async fn a_job_that_no_model_answered_yet_costs_nothing_when_it_is_cancelled() {
    for world in worlds(&[]).await {
        world.bedrock.fault(ModelFault::Throttled, 20);
        let interaction = world.imagine("a fox").await;
        let busy = in_time(interaction.first(|message| message.content.contains("is busy"))).await;
        pressed(&world, cancel(&busy)).await;
        let end = in_time(interaction.until(|message| message.content.starts_with("Cancelled."))).await;
        assert_eq!(end.content, "Cancelled.\n-# Nothing was charged.");
        world.settled().await;
        assert_eq!((world.states(), world.sum("spent")), (vec!["cancelled".to_owned()], 0));
        let late = world.refused(cancel(&busy)).await;
        assert!(late.starts_with("There is nothing left to cancel"), "{late}");
        world.end().await;
    }
}

#[tokio::test]
async fn what_is_ready_when_a_job_is_cancelled_is_delivered() {
    let mut world = World::registered().await;
    let held = world.bedrock.hold();
    let interaction =
        world.ask(InteractionBuilder::command("imagine").option("prompt", "a fox").option("count", 2)).await;
    let partly = in_time(interaction.first(|message| message.attachments.len() == 1)).await;
    // A moderator of the channel.
    pressed(&world, cancel(&partly).by(8).permissions(1 << 13)).await;
    world.kill_and_restart().await;
    held.release();
    let end = in_time(interaction.until(|message| message.content.contains("Cancelled."))).await;
    assert_eq!(end.attachments.len(), 1, "{}", end.content);
    world.settled().await;
    assert_eq!(world.states(), ["delivered"]);
    assert_eq!(world.sum("delivered"), 1);
    assert_eq!(world.bedrock.calls().len(), 2, "nothing is asked again");
    world.end().await;
}
