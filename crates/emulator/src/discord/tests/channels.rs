//! Channels and threads.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bot, code, quick};
use crate::discord::{DiscordOptions, Fault, InteractionBuilder, RateLimit, Route, When};

const CREATE_PUBLIC_THREADS: u64 = 0x8_0000_0000;

async fn body(response: reqwest::Response) -> Value {
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_channel_tells_its_age_restriction_and_is_counted() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.discord.interact(InteractionBuilder::command("imagine").nsfw()).await;
    let shown = body(bot.get("/channels/5").await).await;
    assert_eq!((&shown["nsfw"], &shown["type"], &shown["guild_id"]), (&json!(true), &json!(0), &json!("3")));
    assert_eq!(interaction.payload()["channel"]["nsfw"], true);
    bot.discord.set_nsfw(5, false);
    assert_eq!(body(bot.get("/channels/5").await).await["nsfw"], false);
    assert_eq!(bot.discord.count(Route::Channel), 2);
    bot.discord.interact(InteractionBuilder::command("imagine").in_dm(9)).await;
    assert_eq!(body(bot.get("/channels/9").await).await["type"], 1);
    bot.discord.fault(Route::Channel, Fault::Status(503), 1);
    assert_eq!(bot.get("/channels/5").await.status(), 503);
    let held = bot.discord.hold(Route::Channel, When::Before);
    let release = async {
        held.reached().await;
        held.release();
    };
    assert_eq!(tokio::join!(bot.get("/channels/5"), release).0.status(), 200);
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
    bot.discord.interact(InteractionBuilder::command("imagine").user_install().in_channel(6)).await;
    assert_eq!(code(bot.get("/channels/6").await).await, (403, 50001), "the bot is not in there");
}

#[tokio::test]
async fn a_thread_is_a_channel_below_another() {
    let mut bot = Bot::start(quick()).await;
    bot.discord.add_channel(5, 3, true);
    let thread = json!({ "name": "Easel session", "type": 11, "auto_archive_duration": 1440 });
    let made = bot.post("/channels/5/threads", thread).await;
    assert_eq!(made.status(), 201);
    let made = body(made).await;
    assert_eq!((&made["type"], &made["parent_id"], &made["nsfw"]), (&json!(11), &json!("5"), &Value::Null));
    assert_eq!(made["thread_metadata"]["auto_archive_duration"], 1440);
    let thread: u64 = made["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(bot.discord.threads(5), [thread]);
    assert_eq!(bot.send(thread, json!({ "content": "hello" })).await.status(), 200);
    assert_eq!(bot.discord.next_channel_message(thread).await.content, "hello");
    let interaction = bot.discord.interact(InteractionBuilder::command("imagine").in_channel(thread)).await;
    let channel = &interaction.payload()["channel"];
    assert_eq!((&channel["type"], &channel["parent_id"]), (&json!(11), &json!("5")));
    let command = bot.seen.recv().await.unwrap().1.command().unwrap();
    assert_eq!(command.channel.unwrap().parent_id.unwrap(), 5);
    let shown = body(bot.get(&format!("/channels/{thread}")).await).await;
    assert_eq!((&shown["name"], &shown["message_count"]), (&json!("Easel session"), &json!(1)));
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_thread_needs_a_name_a_place_and_permissions() {
    let bot = Bot::start(quick()).await;
    bot.discord.add_channel(5, 3, false);
    bot.discord.add_thread(52, 5);
    let thread = |key: &str, value: Value| {
        let mut thread = json!({ "name": "n", "type": 11 });
        thread[key] = value;
        thread
    };
    let wrong = [
        thread("name", json!("")),
        thread("name", json!("x".repeat(101))),
        thread("name", Value::Null),
        thread("type", json!(0)),
        thread("auto_archive_duration", json!(90)),
        thread("rate_limit_per_user", json!(21_601)),
    ];
    for body in wrong {
        assert_eq!(code(bot.post("/channels/5/threads", body.clone()).await).await, (400, 50035), "{body}");
    }
    let plain = || thread("name", json!("n"));
    assert_eq!(code(bot.post("/channels/52/threads", plain()).await).await, (400, 50024));
    assert_eq!(code(bot.post("/channels/6/threads", plain()).await).await, (404, 10003));
    assert_eq!(body(bot.post("/channels/5/threads", json!({ "name": "n" })).await).await["type"], 12);
    bot.discord.take_violations();
    bot.discord.deny(5, CREATE_PUBLIC_THREADS | 0x800);
    assert_eq!(code(bot.post("/channels/5/threads", plain()).await).await, (403, 50013));
    assert_eq!(code(bot.send(5, json!({ "content": "x" })).await).await, (403, 50013));
    assert_eq!(bot.send(52, json!({ "content": "x" })).await.status(), 200, "another permission");
    let interaction = bot.discord.interact(InteractionBuilder::command("imagine").in_channel(52)).await;
    let bits: u64 = interaction.payload()["app_permissions"].as_str().unwrap().parse().unwrap();
    assert_eq!(bits & (CREATE_PUBLIC_THREADS | 0x800), 0);
    bot.discord.deny(5, 1 << 38);
    assert_eq!(code(bot.send(52, json!({ "content": "x" })).await).await, (403, 50013));
    assert_eq!(bot.discord.violations(), Vec::<String>::new(), "the test arranged it");
    bot.discord.forbid_channel(5, 50001);
    assert_eq!(code(bot.get("/channels/52").await).await, (403, 50001));
}

#[tokio::test]
async fn starting_a_thread_can_fail_like_any_request() {
    let limit = Some(RateLimit::new(1, Duration::from_secs(3600)));
    let bot = Bot::start(DiscordOptions { message_limit: limit, ..quick() }).await;
    bot.discord.add_channel(5, 3, false);
    bot.discord.fault(Route::StartThread, Fault::RateLimited { retry_after: 3000.0, scope: "user" }, 1);
    let thread = || json!({ "name": "n", "type": 11 });
    assert_eq!(bot.post("/channels/5/threads", thread()).await.status(), 429);
    assert_eq!(bot.post("/channels/5/threads", thread()).await.status(), 429, "its bucket is closed");
    assert_eq!(bot.discord.threads(5), [0; 0]);
    assert_eq!(bot.send(5, json!({ "content": "another bucket" })).await.status(), 200);
}
