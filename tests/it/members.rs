//! What members prefer, and what they are told of themselves and of a picture.

use easel_emulator::bedrock::{BedrockOptions, Endpoint, RequestFormat};
use easel_emulator::discord::{InteractionBuilder, Message};

use crate::support::{Setup, World, admin, in_time};

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

fn details(message: &Message) -> InteractionBuilder {
    let ids = message.custom_ids();
    let id = ids.iter().find(|id| id.starts_with("v1:details:")).expect("a button for details");
    InteractionBuilder::click(message, id)
}

#[tokio::test]
async fn preferences_follow_a_member_and_nobody_else() {
    let mut world = World::registered().await;
    let set = InteractionBuilder::command("prefer set").option("style", "anime").option("aspect", "16:9");
    let said = world.said(set).await;
    assert!(said.starts_with("Your preferences, in every server: aspect, style."), "{said}");
    assert!(said.contains("style: **anime** (from the member's preferences)"), "{said}");
    world.kill_and_restart().await;
    let mine = in_time(world.ask(cat()).await.picture()).await;
    assert!(mine.content.contains("16:9 · anime"), "{}", mine.content);
    let theirs = in_time(world.ask(cat().by(8)).await.picture()).await;
    assert!(theirs.content.contains("`core` · 1:1 · seed"), "{}", theirs.content);
    let said = world.said(InteractionBuilder::command("prefer reset").option("field", "style")).await;
    assert!(said.starts_with("Your preferences, in every server: aspect."), "{said}");
    let said = world.said(InteractionBuilder::command("prefer reset")).await;
    assert!(said.starts_with("You have no preferences"), "{said}");
    let refused = world.refused(InteractionBuilder::command("prefer set").option("model", "picasso")).await;
    assert!(refused.starts_with("There is no model `picasso` here. Available: `core`"), "{refused}");
    world.end().await;
}

#[tokio::test]
async fn details_say_where_each_value_came_from() {
    let world = World::registered().await;
    world.said(admin("defaults set").option("negative", "dogs").option("prefix", "a photo of")).await;
    world.said(InteractionBuilder::command("prefer set").option("style", "anime")).await;
    let message = in_time(world.ask(cat().option("count", 2)).await.picture()).await;
    let said = world.said(details(&message).by(8)).await;
    for line in [
        "model: **core** (built in)",
        "style: **anime** (from the member's preferences)",
        "negative: **dogs** (from this server)",
        "count: **2** (from the request)",
        "(drawn at random)",
        "words to the model: a photo of, a cat, anime style",
        "calls of the model: 2, of which AWS may bill 2, $0.08",
        "asked by <@7>",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    world.end().await;
}

#[tokio::test]
async fn details_and_record_name_the_region_that_was_called() {
    let arn = "arn:aws:bedrock:us-east-2:123456789012:provisioned-model/my-sdxl";
    let known_endpoints = vec![Endpoint { arn: arn.into(), format: RequestFormat::SdxlV1 }];
    let bedrock = BedrockOptions { known_endpoints, ..BedrockOptions::default() };
    let variables = vec![("EASEL_MODELS_FILE", "models.toml".to_owned())];
    let mut world = World::without_bot(Setup { bedrock, variables, ..Setup::default() }).await;
    let model = |id: &str, name: &str, family: &str| {
        format!("[[model]]\nid = '{id}'\nname = '{name}'\nfamily = '{family}'\nprice_usd = 0.05\n")
    };
    let plain = model("stability.stable-image-core-v1:1", "plain", "stability");
    world.write("models.toml", model(arn, "mine", "sdxl") + &plain);
    world.start().await;
    let mut messages = Vec::new();
    for (model, region) in [("mine", "us-east-2"), ("plain", "us-west-2")] {
        let message = in_time(world.ask(cat().option("model", model)).await.picture()).await;
        let said = world.said(details(&message)).await;
        assert!(said.contains(&format!("region: `{region}`")), "{said}");
        world.settled().await;
        let records = world.archived("json");
        let named = format!("\"region\": \"{region}\"");
        assert!(records.iter().any(|record| String::from_utf8_lossy(record).contains(&named)), "{named}");
        messages.push((message, region));
    }
    world.stop().await;
    world.write("models.toml", plain + "region = 'eu-central-1'\n");
    world.start().await;
    for (message, region) in messages {
        let said = world.said(details(&message)).await;
        assert!(said.contains(&format!("region: `{region}`")), "as it was called: {said}");
    }
    world.end().await;
}

#[tokio::test]
async fn what_a_picture_cost_stays_when_its_model_gets_another_price() {
    let variables = vec![("EASEL_MODELS_FILE", "models.toml".to_owned())];
    let mut world = World::without_bot(Setup { variables, ..Setup::default() }).await;
    let model = |price| {
        let id = "stability.stable-image-core-v1:1";
        format!("[[model]]\nid = '{id}'\nname = 'mine'\nfamily = 'stability'\nprice_usd = {price}\n")
    };
    world.write("models.toml", model("0.05"));
    world.start().await;
    let message = in_time(world.ask(cat()).await.picture()).await;
    world.settled().await;
    world.stop().await;
    world.write("models.toml", model("0.50"));
    world.start().await;
    let said = world.said(details(&message)).await;
    assert!(said.contains("of which AWS may bill 1, $0.05"), "{said}");
    world.end().await;
}

#[tokio::test]
async fn details_of_a_private_picture_are_for_its_member_only() {
    let mut world = World::registered().await;
    let private = in_time(world.ask(cat().option("private", true)).await.picture()).await;
    let open = in_time(world.ask(cat()).await.picture()).await;
    world.kill_and_restart().await;
    assert!(world.said(details(&private)).await.contains("private: **yes** (from the request)"));
    let refused = world.refused(details(&private).by(8)).await;
    assert!(refused.starts_with("Nothing is known of that picture here"), "{refused}");
    let elsewhere = details(&open).in_guild(4).stale();
    assert!(world.refused(elsewhere).await.starts_with("Nothing is known of that picture here"));
    let broken = InteractionBuilder::click(&open, "v1:details:01M82MR71296GXRQK4S1NTKEXB:0").stale();
    assert!(world.refused(broken).await.starts_with("Nothing is known of that picture here"));
    world.end().await;
}

#[tokio::test]
async fn usage_shows_ones_own_numbers_with_bars() {
    let world = World::registered().await;
    world.said(admin("limits set").option("daily", 4).option("in_flight", 2)).await;
    world.said(admin("budget set").option("month", "1").option("member_day", "0.80")).await;
    in_time(world.ask(cat().option("count", 2)).await.picture()).await;
    world.settled().await;
    let said = world.said(InteractionBuilder::command("usage")).await;
    for line in [
        "▰▰▰▰▰▱▱▱▱▱ pictures today: **2** of 4",
        "▱▱▱▱▱▱▱▱▱▱ pictures under way: **0** of 2",
        "▰▱▱▱▱▱▱▱▱▱ dollars today: **$0.08** of $0.80",
        "dollars this month: **$0.08**, no limit",
        "▱▱▱▱▱▱▱▱▱▱ this server's month: 8 %",
        "requests: 3 at once, then 6 a minute",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let said = world.said(InteractionBuilder::command("usage").by(8)).await;
    assert!(said.contains("pictures today: **0** of 4"), "{said}");
    world.end().await;
}
