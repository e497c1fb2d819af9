//! An HTTP frontend and two workers that share a table, a queue and a bucket, and one of which is killed.

use easel_emulator::bedrock::{BedrockOptions, Picture};
use easel_emulator::discord::InteractionBuilder;
use futures_util::future::{join, join_all};

use crate::support::cloud::Cloud;
use crate::support::{Setup, World, admin, in_time, in_time_for_sqs, png};

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

/// An HTTP frontend and two workers.
async fn machines(cloud: &Cloud) -> World {
    let mut world = World::serving(cloud.setup()).await;
    for _ in 0..2 {
        world.start_worker().await;
    }
    world
}

#[tokio::test]
async fn every_kind_of_interaction_is_answered_on_ministack() {
    let cloud = Cloud::new().await;
    let mut world = machines(&cloud).await;
    let file = world.discord.upload("fox.png", "image/png", png(128, 128));
    let order = cat().attachment("image", &file).option("model", "sd3.5").option("strength", 0.5);
    let message = in_time(world.ask(order).await.picture()).await;
    assert_eq!(world.bedrock.calls()[0].body["mode"], "image-to-image");
    let limited = admin("limits set").option("daily", 1).role_option("role", 20);
    assert!(world.said(limited).await.starts_with("Done."));
    world.kill_and_restart().await;
    let details = message.custom_ids().into_iter().find(|id| id.starts_with("v1:details:")).unwrap();
    assert!(
        world
            .said(InteractionBuilder::click(&message, &details))
            .await
            .contains("model: **sd3.5** (from the request)")
    );
    let begin = InteractionBuilder::command("session start").option("title", "Owls").option("style", "anime");
    let begun = in_time(world.ask(begin).await.answered()).await;
    assert!(begun.content.starts_with("**Owls**"), "{}", begun.content);
    let four = in_time(world.ask(cat().option("count", 4).by(8)).await.picture()).await;
    assert!(four.attachments.len() == 4 && four.content.contains("· anime ·"), "{}", four.content);
    let private = in_time(world.ask(cat().in_dm(900).by(9)).await.picture()).await;
    assert!(!private.attachments.is_empty());
    assert!(world.refused(cat().by(10).with_roles(&[20]).option("count", 2)).await.contains("1"));
    let ended = in_time(world.ask(InteractionBuilder::command("session end")).await.answered()).await;
    assert!(ended.content.starts_with("**Owls** has ended: 4 pictures"), "{}", ended.content);
    cloud.ended(&world, 6, 6).await;
}

#[tokio::test]
async fn one_of_two_workers_killed_under_load_takes_no_picture_with_it_on_ministack() {
    let cloud = Cloud::new().await;
    let mut world = machines(&cloud).await;
    let held = world.bedrock.hold();
    let mut interactions = Vec::new();
    // On a busy machine a table may not take forty in the time that Discord gives.
    for first in (100..140).step_by(5) {
        let some = join_all((first..first + 5).map(|member| world.ask(cat().by(member)))).await;
        in_time(join_all(some.iter().map(|interaction| interaction.acknowledged()))).await;
        interactions.extend(some);
    }
    in_time(held.reached()).await;
    let dead = world.kill_one_of(&cloud.at_work().await).await;
    drop(held);
    // What the dead worker sent before its end may arrive after it.
    let all_came = async || {
        cloud.leases_end(|owner| owner == Some(dead)).await;
        interactions.iter().all(|interaction| !world.pictures_for(interaction).is_empty())
    };
    in_time_for_sqs(world.until_said(all_came)).await;
    for interaction in &interactions {
        assert_eq!(world.pictures_for(interaction).len(), 1);
    }
    let repeated = world.bedrock.calls().len();
    assert!((40..=80).contains(&repeated), "{repeated} calls for 40 pictures");
    cloud.ended(&world, repeated, 40).await;
}

#[tokio::test]
async fn a_picture_is_worked_on_wherever_it_was_made_on_ministack() {
    let cloud = Cloud::new().await;
    let bedrock = BedrockOptions { picture: Picture::Real, ..BedrockOptions::default() };
    let mut world = World::serving(Setup { bedrock, ..cloud.setup() }).await;
    world.start_worker().await;
    world.start_worker().await;
    let message = in_time(world.ask(cat()).await.picture()).await;
    let id = |action: &str| {
        let start = format!("v1:{action}:");
        message.custom_ids().into_iter().find(|id| id.starts_with(&start)).unwrap()
    };
    let press = |action: &str| InteractionBuilder::click(&message, &id(action));
    for action in ["again", "vary-subtle", "upscale"] {
        let made = in_time(world.ask(press(action).by(8)).await.answered()).await;
        assert!(!made.attachments.is_empty(), "{action}: {}", made.content);
    }
    let erase = InteractionBuilder::command("edit erase").option("area", "10 10 50 50");
    let erased = in_time(world.ask(erase).await.answered()).await;
    assert!(!erased.attachments.is_empty(), "the member's last picture: {}", erased.content);
    let (first, second) = join(world.ask(press("again").by(9)), world.ask(press("again").by(9))).await;
    let acks = in_time(join(first.acknowledged(), second.acknowledged())).await;
    let mut kinds = [acks.0.kind, acks.1.kind];
    kinds.sort_unstable();
    assert_eq!(kinds, [4, 5], "one order, and one sentence");
    in_time(if acks.0.kind == 5 { &first } else { &second }.picture()).await;
    let shown = world
        .ask(InteractionBuilder::command("show").option("picture", message.attachments[0].filename.as_str()))
        .await;
    assert!(in_time(shown.picture()).await.attachments[0].bytes == message.attachments[0].bytes);
    cloud.ended(&world, 6, 6).await;
}
