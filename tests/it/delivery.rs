//! How a picture gets to the person when Discord fails.

use std::io::Cursor;

use easel_emulator::bedrock::Picture;
use easel_emulator::discord::{Fault, InteractionBuilder, Message, Route, TestInteraction, When};
use image::ImageDecoder;
use image::codecs::jpeg::JpegDecoder;

use crate::support::{Setup, World, in_time};

const CHANNEL: u64 = 5;
const MEMBER: u64 = 7;

/// One picture came in one message, and the ledger agrees.
async fn delivered_once(world: World, interaction: &TestInteraction) {
    world.settled().await;
    let messages = world.pictures_for(interaction);
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(world.bedrock.calls().len(), 1, "never generated again");
    world.delivered_equals_archived(&messages);
    world.end().await;
}

#[tokio::test]
async fn a_fault_of_the_final_edit_is_not_noticed() {
    let limited = Fault::RateLimited { retry_after: 1.3, scope: "user" };
    let unknown_webhook = Fault::Code { status: 404, code: 10015 };
    for (fault, times) in [
        (limited, 1),
        (Fault::Status(500), 2),
        (Fault::Status(503), 1),
        (Fault::Drop, 1),
        (Fault::DropAfterApply, 1),
        (unknown_webhook, 1),
        (Fault::CloudflareHtml(502), 1),
        (Fault::CloudflareHtml(403), 1),
        (Fault::CloudflareHtml(429), 1),
    ] {
        let world = World::new().await;
        world.discord.fault(Route::EditOriginal, fault.clone(), times);
        let interaction = world.imagine("a fox").await;
        let message = in_time(interaction.picture()).await;
        assert!(message.content.contains("a fox"), "{fault:?}");
        delivered_once(world, &interaction).await;
    }
}

#[tokio::test]
async fn an_edit_that_was_done_and_then_denied_is_not_repeated_elsewhere() {
    let world = World::new().await;
    world.discord.fault(Route::EditOriginal, Fault::DropAfterApply, 1);
    world.discord.fault(Route::EditOriginal, Fault::Code { status: 404, code: 10008 }, 10);
    let interaction = world.imagine("a fox").await;
    in_time(interaction.picture()).await;
    world.settled().await;
    assert_eq!(world.discord.count(Route::EditOriginal), 2, "one look at the message was enough");
    delivered_once(world, &interaction).await;
}

#[tokio::test]
async fn an_edit_whose_answer_takes_long_is_waited_for() {
    let world = World::new().await;
    let held = world.discord.hold(Route::EditOriginal, When::After);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    assert_eq!(world.sum("delivered"), 0, "nobody knows yet");
    held.release();
    delivered_once(world, &interaction).await;
}

/// A interaction whose picture is done when its token is dead already.
async fn too_late(world: &World, ask: InteractionBuilder) -> TestInteraction {
    let held = world.bedrock.hold();
    let interaction = world.ask(ask).await;
    in_time(interaction.acknowledged()).await;
    in_time(held.reached()).await;
    world.discord.expire(&interaction);
    held.release();
    interaction
}

fn order() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a fox")
}

fn names_without_ping(message: &Message, interaction: &TestInteraction) {
    assert!(message.content.contains("<@7>, this took longer"), "{}", message.content);
    assert_eq!((message.mentions.as_slice(), message.mentions_everyone), (&[][..], false));
    assert_eq!(message.nonce, Some(interaction.id.to_string()));
}

#[tokio::test]
async fn after_the_tokens_end_the_picture_comes_into_the_channel_and_pings_nobody() {
    let world = World::new().await;
    let interaction = too_late(&world, order()).await;
    let message = in_time(world.discord.next_channel_message(CHANNEL)).await;
    names_without_ping(&message, &interaction);
    world.settled().await;
    assert_eq!(world.discord.invalid_requests(), 1, "a dead token is used once");
    delivered_once(world, &interaction).await;
}

#[tokio::test]
async fn a_late_message_whose_answer_is_lost_is_posted_once() {
    let world = World::new().await;
    world.discord.fault(Route::CreateMessage, Fault::DropAfterApply, 1);
    let interaction = too_late(&world, order()).await;
    in_time(world.discord.next_channel_message(CHANNEL)).await;
    delivered_once(world, &interaction).await;
}

#[tokio::test]
async fn an_edit_that_was_done_without_an_answer_before_the_tokens_end_is_found_in_the_channel() {
    let world = World::new().await;
    world.discord.fault(Route::EditOriginal, Fault::DropAfterApply, 1);
    let interaction = world.imagine("a fox").await;
    in_time(interaction.picture()).await;
    world.discord.expire(&interaction);
    delivered_once(world, &interaction).await;
}

#[tokio::test]
async fn where_the_bot_may_not_speak_the_picture_comes_as_a_private_message() {
    let world = World::new().await;
    world.discord.forbid_channel(CHANNEL, 50013);
    let interaction = too_late(&world, order()).await;
    world.settled().await;
    let room = world.discord.dm_channel(MEMBER).expect("a private conversation");
    let message = in_time(world.discord.next_channel_message(room)).await;
    names_without_ping(&message, &interaction);
    delivered_once(world, &interaction).await;
}

#[tokio::test]
async fn with_every_way_closed_the_job_fails_and_the_picture_stays_in_the_archive() {
    let world = World::new().await;
    world.discord.forbid_channel(CHANNEL, 50013);
    world.discord.close_dms(MEMBER);
    let interaction = too_late(&world, order()).await;
    world.settled().await;
    assert_eq!(world.pictures_for(&interaction).len(), 0);
    assert_eq!((world.states(), world.sum("delivered")), (vec!["failed".to_owned()], 0));
    assert_eq!(world.archived("png").len(), 1);
    assert_eq!(world.sum("attempted"), 1);
    world.end().await;
}

#[tokio::test]
async fn a_private_picture_never_comes_into_the_channel() {
    let world = World::new().await;
    let interaction = too_late(&world, order().option("private", true)).await;
    world.settled().await;
    let public = world.discord.channel_messages(CHANNEL).into_iter().filter(|message| !message.ephemeral);
    assert_eq!(public.count(), 0);
    let room = world.discord.dm_channel(MEMBER).expect("a private conversation");
    assert_eq!(in_time(world.discord.next_channel_message(room)).await.attachments.len(), 1);
    delivered_once(world, &interaction).await;
}

#[tokio::test]
async fn a_fault_of_the_first_answer_is_not_noticed() {
    for fault in [Fault::Status(500), Fault::Drop, Fault::DropAfterApply, Fault::CloudflareHtml(502)] {
        let world = World::new().await;
        world.discord.fault(Route::Callback, fault.clone(), 1);
        let interaction = world.imagine("a fox").await;
        in_time(interaction.picture()).await;
        delivered_once(world, &interaction).await;
    }
}

#[tokio::test]
async fn a_first_answer_that_was_taken_but_never_confirmed_counts() {
    let world = World::new().await;
    let _held = world.discord.hold(Route::Callback, When::After);
    let interaction = world.imagine("a fox").await;
    in_time(interaction.picture()).await;
    delivered_once(world, &interaction).await;
}

/// Nobody would see the picture: the job is cancelled and costs nothing.
async fn taken_back(world: World) {
    in_time(world.until(|world| world.states() == ["cancelled"])).await;
    assert_eq!((world.bedrock.calls().len(), world.sum("spent")), (0, 0));
    world.end().await;
}

#[tokio::test]
async fn an_order_whose_first_answer_came_too_late_is_taken_back() {
    let world = World::new().await;
    world.discord.fault(Route::Callback, Fault::Code { status: 404, code: 10062 }, 1);
    let held = world.discord.hold(Route::Callback, When::Before);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    held.release();
    taken_back(world).await;
    assert!(interaction.ack().is_none());
}

#[tokio::test]
async fn an_order_whose_first_answer_never_reached_discord_is_taken_back() {
    let world = World::new().await;
    let held = world.discord.hold(Route::Callback, When::Before);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    taken_back(world).await;
    assert!(interaction.ack().is_none());
}

#[tokio::test]
async fn a_message_that_discord_finds_too_large_comes_again_with_a_smaller_copy() {
    let mut setup = Setup::default();
    setup.bedrock.picture = Picture::Sized(900_000);
    let world = World::with(setup).await;
    world.discord.fault(Route::EditOriginal, Fault::Code { status: 413, code: 40005 }, 1);
    let interaction = world.imagine("a fox").await;
    let message = in_time(interaction.picture()).await;
    let copy = &message.attachments[0];
    assert!(copy.bytes.len() <= 450_000 && copy.filename.ends_with(".jpg"), "{}", copy.bytes.len());
    assert!(message.content.contains("smaller copy"), "{}", message.content);
    let mut decoder = JpegDecoder::new(Cursor::new(&copy.bytes)).unwrap();
    let packet = String::from_utf8(decoder.xmp_metadata().unwrap().unwrap()).unwrap();
    assert!(packet.contains("/digitalsourcetype/trainedAlgorithmicMedia"), "marked as generated: {packet}");
    world.settled().await;
    assert_eq!((world.sum("delivered"), world.pictures_for(&interaction).len()), (1, 1));
    assert!(world.archived("png") == [world.bedrock.calls()[0].picture().unwrap()], "the original");
    world.end().await;
}

#[tokio::test]
async fn an_edit_that_is_refused_leads_into_the_channel_whatever_its_code() {
    for (status, code) in [(403, 50001), (403, 50013), (400, 50083), (403, 160_005), (400, 50035)] {
        let world = World::new().await;
        world.discord.fault(Route::EditOriginal, Fault::Code { status, code }, 1);
        let interaction = world.imagine("a fox").await;
        let message = in_time(world.discord.next_channel_message(CHANNEL)).await;
        assert!(message.content.starts_with("<@7>, Discord did not let Easel answer"), "{}", message.content);
        assert_eq!((message.mentions.as_slice(), message.mentions_everyone), (&[][..], false));
        delivered_once(world, &interaction).await;
    }
}

#[tokio::test]
async fn a_picture_that_neither_edit_nor_channel_takes_comes_as_a_private_message() {
    for private in [false, true] {
        let world = World::new().await;
        world.discord.forbid_channel(CHANNEL, 50001);
        world.discord.fault(Route::EditOriginal, Fault::Code { status: 403, code: 50013 }, 1);
        let interaction = world.ask(order().option("private", private)).await;
        in_time(world.until(|world| world.discord.dm_channel(MEMBER).is_some())).await;
        let room = world.discord.dm_channel(MEMBER).unwrap();
        assert_eq!(in_time(world.discord.next_channel_message(room)).await.attachments.len(), 1);
        delivered_once(world, &interaction).await;
    }
}

#[tokio::test]
async fn what_discords_own_filter_holds_back_is_said_as_such_and_tried_no_other_way() {
    for code in [20009, 200_000, 240_000] {
        let world = World::new().await;
        world.discord.fault(Route::EditOriginal, Fault::Code { status: 400, code }, 1);
        let interaction = world.imagine("a fox").await;
        let message = in_time(interaction.answered()).await;
        assert!(message.content.starts_with("Discord's own filter held"), "{}", message.content);
        assert!(message.content.contains("but $0.04 of your budget is used"), "{}", message.content);
        world.settled().await;
        assert_eq!((world.states(), world.archived("png").len()), (vec!["failed".to_owned()], 1));
        assert_eq!(world.discord.count(Route::CreateMessage), 0);
        world.end().await;
    }
}

#[tokio::test]
async fn an_interaction_that_another_copy_of_the_bot_has_is_left_to_it() {
    let world = World::new().await;
    world.discord.fault(Route::Callback, Fault::Code { status: 400, code: 40060 }, 1);
    world.imagine("a fox").await;
    taken_back(world).await;
}

#[tokio::test]
async fn a_message_that_discord_refuses_every_way_leaves_a_sentence_and_the_archived_picture() {
    let world = World::new().await;
    let refused = Fault::Code { status: 400, code: 50035 };
    world.discord.fault(Route::EditOriginal, refused.clone(), 1);
    world.discord.fault(Route::CreateMessage, refused, 2);
    let interaction = world.imagine("a fox").await;
    let message = in_time(interaction.answered()).await;
    assert!(message.content.contains("Something went wrong on Easel's side"), "{}", message.content);
    world.settled().await;
    assert_eq!((world.states(), world.archived("png").len()), (vec!["failed".to_owned()], 1));
    world.end().await;
}

#[tokio::test]
async fn a_rate_limit_longer_than_the_token_lives_leads_into_the_channel() {
    let world = World::new().await;
    let limited = Fault::RateLimited { retry_after: 3600.0, scope: "user" };
    world.discord.fault(Route::EditOriginal, limited, 1);
    let interaction = world.imagine("a fox").await;
    let message = in_time(world.discord.next_channel_message(CHANNEL)).await;
    names_without_ping(&message, &interaction);
    world.settled().await;
    assert_eq!(world.discord.count(Route::EditOriginal), 1);
    delivered_once(world, &interaction).await;
}

#[tokio::test]
async fn two_orders_do_not_wait_for_each_others_rate_limit() {
    let world = World::new().await;
    let limited = Fault::RateLimited { retry_after: 5.0, scope: "user" };
    world.discord.fault(Route::EditOriginal, limited, 1);
    let slow = world.imagine("a fox").await;
    in_time(world.discord.requested(Route::EditOriginal, 1)).await;
    let quick = world.ask(order().by(8)).await;
    in_time(quick.picture()).await;
    assert!(slow.message().unwrap().attachments.is_empty(), "still waiting");
    in_time(slow.picture()).await;
    world.end().await;
}
