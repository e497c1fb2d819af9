//! Limits that hold, and what they say: which one, how much of it is used, and when it is free again.

use easel_emulator::bedrock::HeldCall;
use easel_emulator::discord::InteractionBuilder;
use futures_util::future::join_all;

use crate::support::{Setup, World, admin, in_time};

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

/// How many of the requests were taken.
async fn taken(world: &World, asks: impl Iterator<Item = InteractionBuilder>) -> usize {
    let interactions = join_all(asks.map(|ask| world.ask(ask))).await;
    let acks = in_time(join_all(interactions.iter().map(|interaction| interaction.acknowledged()))).await;
    world.settled().await;
    acks.iter().filter(|ack| ack.kind == 5).count()
}

#[tokio::test]
async fn the_rate_is_that_of_the_server_or_of_the_role() {
    let world = World::registered().await;
    world.said(admin("limits set").option("burst", 1).option("per_minute", 2)).await;
    world.said(admin("limits set").option("burst", 3).role_option("role", 20)).await;
    in_time(world.ask(cat()).await.picture()).await;
    let refused = world.refused(cat()).await;
    assert!(
        refused.starts_with("That was quick! You can send 1 request at once here and then 2 a minute")
            && refused.contains("The next one is free <t:"),
        "{refused}"
    );
    for _ in 0..3 {
        in_time(world.ask(cat().by(8).with_roles(&[20])).await.picture()).await;
    }
    assert!(world.refused(cat().by(8).with_roles(&[20])).await.starts_with("That was quick!"));
    world.end().await;
}

#[tokio::test]
async fn pictures_under_way_are_limited_until_they_arrive() {
    let world = World::registered().await;
    world.said(admin("limits set").option("in_flight", 2).option("burst", 9)).await;
    let refused = world.refused(cat().option("count", 3)).await;
    assert!(
        refused.starts_with("You can have 2 pictures under way at a time here, and 0 still are."),
        "{refused}"
    );
    let held = [world.bedrock.hold(), world.bedrock.hold()];
    let first = world.ask(cat().option("count", 2)).await;
    in_time(world.bedrock.called(2)).await;
    let refused = world.refused(cat()).await;
    assert!(refused.contains("and 2 still are. Ask again once they have arrived."), "{refused}");
    in_time(world.ask(cat().by(8)).await.acknowledged()).await;
    held.into_iter().for_each(HeldCall::release);
    in_time(first.picture()).await;
    world.settled().await;
    in_time(world.ask(cat()).await.picture()).await;
    world.end().await;
}

#[tokio::test]
async fn a_members_daily_pictures_and_daily_budget_hold_beside_each_other() {
    let world = World::registered().await;
    world.said(admin("budget set").option("member_day", "0.12").option("member_month", "1")).await;
    world.said(admin("limits set").option("burst", 50).option("daily", 3)).await;
    assert_eq!(taken(&world, (0..20).map(|_| cat())).await, 3);
    let refused = world.refused(cat()).await;
    assert!(
        refused.starts_with("You can have 3 pictures a day here, and 3 are delivered or under way."),
        "{refused}"
    );
    world.said(admin("limits set").option("daily", 9)).await;
    let refused = world.refused(cat()).await;
    assert!(
        refused.starts_with(
            "This would go beyond your daily budget here of $0.12, of which $0.12 is spent or reserved."
        ) && refused.contains("The next day (UTC) begins <t:"),
        "{refused}"
    );
    assert_eq!(taken(&world, (100..105).map(|member| cat().by(member))).await, 5, "others have their own");
    world.end().await;
}

#[tokio::test]
async fn the_deployments_budget_holds_over_all_servers() {
    let variables = vec![("EASEL_MONTHLY_BUDGET_USD", "0.20".to_owned())];
    let world = World::with(Setup { variables, ..Setup::default() }).await;
    in_time(world.discord.registered(None)).await;
    let asks =
        (0..60).map(|member| cat().by(1000 + member).in_guild(member % 3 + 3).in_channel(50 + member % 3));
    assert_eq!(taken(&world, asks).await, 5);
    let refused = world.refused(cat()).await;
    assert!(refused.contains("this Easel's monthly budget of $0.20, of which $0.20 is spent"), "{refused}");
    assert!(refused.contains("The next month (UTC) begins <t:"), "{refused}");
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (5, 5));
    world.end().await;
}
