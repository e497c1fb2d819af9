//! `/imagine` when nothing goes wrong.

use easel::backends::store::Store;
use easel::domain::job::Origin;
use easel_emulator::discord::InteractionBuilder;
use serde_json::json;

use crate::support::{Setup, World, in_time};

#[tokio::test]
async fn an_order_becomes_a_picture_with_alt_text_in_the_channel_and_in_the_archive() {
    let world = World::new().await;
    let interaction = world.imagine("a cat eating ice cream").await;
    let ack = in_time(interaction.acknowledged()).await;
    assert_eq!((ack.kind, ack.ephemeral), (5, false));
    let message = in_time(interaction.picture()).await;
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.attachments[0].content_type, "image/png");
    assert_eq!(
        message.attachments[0].description.as_deref(),
        Some("A picture made from the words: a cat eating ice cream")
    );
    assert_eq!(Some(message.attachments[0].bytes.to_vec()), world.bedrock.calls()[0].picture());
    assert!(
        message.content.contains("a cat eating ice cream") && message.content.contains("`core` · 1:1 · seed"),
        "{}",
        message.content
    );
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    let record: serde_json::Value = serde_json::from_slice(&world.archived("json")[0]).unwrap();
    assert_eq!(record["request"]["prompt"], "a cat eating ice cream");
    assert_eq!(record["attempts"], 1);
    world.end().await;
}

#[tokio::test]
async fn four_pictures_come_in_one_message_with_seeds_of_their_own() {
    let world = World::new().await;
    let ask = InteractionBuilder::command("imagine")
        .option("prompt", "a lighthouse --ar 16:9")
        .option("count", 4)
        .option("seed", 7);
    let message = in_time(world.ask(ask).await.picture()).await;
    assert_eq!(message.attachments.len(), 4);
    let mut seeds: Vec<_> = world.bedrock.calls().iter().filter_map(|call| call.seed).collect();
    seeds.sort_unstable();
    assert_eq!(seeds, [7, 8, 9, 10]);
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn a_job_keeps_the_languages_of_its_member_and_server() {
    for world in [World::new().await, World::serving(Setup::default()).await] {
        let ask = InteractionBuilder::command("imagine").option("prompt", "ein Fuchs").locale("de");
        let message = in_time(world.ask(ask.field("guild_locale", json!("fr"))).await.picture()).await;
        world.settled().await;
        let name = &message.attachments[0].filename;
        let id = name.strip_prefix("easel-").and_then(|name| name.strip_suffix("-0.png")).unwrap();
        let store = Store::open(&world.path("data/easel.db")).unwrap();
        let claim = store.find(id.parse().unwrap()).await.unwrap().unwrap();
        let Origin::Discord(origin) = claim.job.origin else { panic!("from elsewhere") };
        assert_eq!((origin.locale.as_deref(), origin.guild_locale.as_deref()), (Some("de"), Some("fr")));
        world.end().await;
    }
}

#[tokio::test]
async fn a_private_picture_is_seen_by_the_member_alone() {
    let world = World::new().await;
    let interaction = world
        .ask(InteractionBuilder::command("imagine").option("prompt", "a secret").option("private", true))
        .await;
    assert!(in_time(interaction.acknowledged()).await.ephemeral);
    assert!(in_time(interaction.picture()).await.ephemeral);
    world.end().await;
}

#[tokio::test]
async fn the_same_interaction_delivered_twice_makes_one_picture() {
    let world = World::new().await;
    let interaction = world.imagine("only once").await;
    world.discord.replay(&interaction).await;
    in_time(interaction.picture()).await;
    world.discord.replay(&interaction).await;
    let next = world.ask(InteractionBuilder::command("help").by(8)).await;
    in_time(next.answered()).await;
    assert_eq!(world.bedrock.calls().len(), 1);
    world.end().await;
}
