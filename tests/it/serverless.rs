//! The template of deploy/serverless on a stand-in that runs the real program behind an HTTP API and a queue, under the
//! roles of the template.

use easel::domain::digest::sha256_hex;
use easel_emulator::discord::{InteractionBuilder, TestInteraction};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::stack::Stack;
use crate::support::{Setup, World, admin, in_time, png};

mod roles;

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

async fn live() -> Stack {
    let stack = Stack::deploy(World::without_bot(Setup::default()).await, &[]).await;
    stack.goes_live().await;
    stack
}

#[tokio::test]
async fn every_kind_of_interaction_is_answered() {
    let stack = live().await;
    let world = &stack.world;
    let file = world.discord.upload("fox.png", "image/png", png(128, 128));
    let order = cat().attachment("image", &file).option("model", "sd3.5").option("strength", 0.5);
    let message = in_time(world.ask(order).await.picture()).await;
    assert_eq!(world.bedrock.calls()[0].body["mode"], "image-to-image");
    let choices =
        in_time(world.ask(InteractionBuilder::autocomplete("imagine", "style", "ani")).await.choices()).await;
    assert_eq!(choices[0].0, "anime");
    let limited = admin("limits set").option("daily", 1).role_option("role", 20);
    assert!(world.said(limited).await.starts_with("Done."));
    let details = message.custom_ids().into_iter().find(|id| id.starts_with("v1:details:")).unwrap();
    assert!(
        world
            .said(InteractionBuilder::click(&message, &details))
            .await
            .contains("model: **sd3.5** (from the request)")
    );
    let begin = InteractionBuilder::command("session start").option("title", "Owls");
    let begun = in_time(world.ask(begin).await.answered()).await;
    assert!(begun.content.starts_with("**Owls**"), "{}", begun.content);
    let private = in_time(world.ask(cat().in_dm(900).by(9)).await.picture()).await;
    assert!(!private.attachments.is_empty());
    assert!(world.refused(cat().option("style", "cubism").stale()).await.starts_with("`style` was `cubism`"));
    stack.ended(2, 2).await;
}

#[tokio::test]
async fn members_at_once_get_a_picture_each() {
    let stack = live().await;
    let interactions = join_all((100..108).map(|member| stack.world.ask(cat().by(member)))).await;
    in_time(join_all(interactions.iter().map(TestInteraction::picture))).await;
    for interaction in &interactions {
        assert_eq!(stack.world.pictures_for(interaction).len(), 1);
    }
    stack.ended(8, 8).await;
}

#[tokio::test]
async fn a_program_gets_its_picture_by_the_key_that_lies_beside_the_binary() {
    let world = World::without_bot(Setup::default()).await;
    let hash = sha256_hex("easel_web");
    world.write(
        "keys.toml",
        format!("[[key]]\nname = \"web\"\nsha256 = \"{hash}\"\nmonthly_budget_usd = 1\n"),
    );
    let keys = format!("--variable=EASEL_API_KEYS_FILE={}", world.path("keys.toml").display());
    let stack = Stack::deploy(world, &[&keys]).await;
    let http = reqwest::Client::new();
    let order = |key: &str| {
        let posted = http.post(format!("{}/images?wait=60", stack.told("api"))).bearer_auth(key);
        posted.json(&json!({ "message": "a cat eating ice cream" })).send()
    };
    assert_eq!(in_time(order("guessed")).await.unwrap().status(), 401);
    let answer = in_time(order("easel_web")).await.unwrap();
    assert_eq!(answer.status(), 200);
    let image: Value = answer.json().await.unwrap();
    let link = image["pictures"][0]["link"].as_str().unwrap_or_else(|| panic!("no link in {image}"));
    let png = in_time(reqwest::get(link)).await.unwrap().bytes().await.unwrap();
    assert!(png.starts_with(b"\x89PNG"), "{link}");
    let shown = http.get(format!("{}/images/{}", stack.told("api"), image["id"].as_str().unwrap()));
    let shown: Value = shown.bearer_auth("easel_web").send().await.unwrap().json().await.unwrap();
    assert_eq!((&shown["state"], &shown["id"]), (&json!("delivered"), &image["id"]));
    stack.ended(1, 1).await;
}

#[tokio::test]
async fn a_job_that_no_try_brings_to_its_end_has_failed_and_costs_nothing() {
    let world = World::without_bot(Setup::default()).await;
    // Three seconds are what giving back needs: none is left for the model.
    let stack = Stack::deploy(world, &["--set=Work.Timeout=3"]).await;
    stack.goes_live().await;
    let told = in_time(stack.world.ask(cat()).await.answered()).await;
    assert!(
        told.content.starts_with("Something went wrong") && told.attachments.is_empty(),
        "{}",
        told.content
    );
    stack.ended(0, 0).await;
}
