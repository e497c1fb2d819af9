//! The emulator is driven here as a bot would: over HTTP, and once by the real serenity client.

mod channels;
mod clicks;
mod commands;

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use serenity::all::{Context, CreateInteractionResponse, CreateInteractionResponseMessage, GatewayIntents};
use serenity::all::{EventHandler, HttpBuilder, Interaction};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Discord, DiscordOptions, Fault, InteractionBuilder, RateLimit, Route, TestInteraction, When};

/// A serenity client that hands over the interactions it could parse.
struct Bot {
    http: Client,
    discord: Discord,
    seen: mpsc::UnboundedReceiver<(Context, Interaction)>,
    _tasks: JoinSet<()>,
}

struct Forward(mpsc::UnboundedSender<(Context, Interaction)>);

#[serenity::async_trait]
impl EventHandler for Forward {
    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        self.0.send((context, interaction)).unwrap();
    }
}

impl Bot {
    async fn start(options: DiscordOptions) -> Self {
        let discord = Discord::start_with(options).await.unwrap();
        let (sender, seen) = mpsc::unbounded_channel();
        let http = HttpBuilder::new(discord.token()).proxy(discord.base_url()).ratelimiter_disabled(true);
        let client = serenity::client::ClientBuilder::new_with_http(http.build(), GatewayIntents::empty());
        let mut client = client.event_handler(Forward(sender)).await.unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { client.start().await.unwrap() });
        discord.connected().await;
        let http = Client::builder().user_agent("DiscordBot (https://easel.test, 1)").build().unwrap();
        Self { http, discord, seen, _tasks: tasks }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v10{path}", self.discord.base_url())
    }

    async fn callback(&self, interaction: &TestInteraction, body: Value) -> Response {
        let path = format!("/interactions/{}/{}/callback", interaction.id, interaction.token());
        self.http.post(self.url(&path)).json(&body).send().await.unwrap()
    }

    fn original(&self, interaction: &TestInteraction) -> String {
        let application = DiscordOptions::default().application_id;
        self.url(&format!("/webhooks/{application}/{}/messages/@original", interaction.token()))
    }

    async fn edit(&self, interaction: &TestInteraction, body: Value) -> Response {
        self.http.patch(self.original(interaction)).json(&body).send().await.unwrap()
    }

    async fn send(&self, channel: u64, body: Value) -> Response {
        self.post(&format!("/channels/{channel}/messages"), body).await
    }

    async fn post(&self, path: &str, body: Value) -> Response {
        let token = format!("Bot {}", self.discord.token());
        self.http.post(self.url(path)).header("authorization", token).json(&body).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        let token = format!("Bot {}", self.discord.token());
        self.http.get(self.url(path)).header("authorization", token).send().await.unwrap()
    }

    /// Whether the client refuses to send it.
    fn unsendable(&self, builder: &InteractionBuilder) -> String {
        builder.add_channels(&self.discord.state);
        builder.check_against_schema(&self.discord.state).unwrap_err()
    }

    async fn deferred(&self) -> TestInteraction {
        let interaction =
            self.discord.interact(InteractionBuilder::command("imagine").option("prompt", "a fox")).await;
        assert_eq!(self.callback(&interaction, json!({ "type": 5 })).await.status(), 204);
        interaction
    }
}

async fn code(response: Response) -> (u16, u64) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["code"].as_u64().unwrap())
}

fn quick() -> DiscordOptions {
    DiscordOptions { token_limit: None, message_limit: None, ..DiscordOptions::default() }
}

#[tokio::test]
async fn serenity_identifies_reads_an_interaction_and_answers_it() {
    let mut bot = Bot::start(quick()).await;
    let picture = bot.discord.upload("fox.png", "image/png", &b"not really"[..]);
    let builder = InteractionBuilder::command("imagine")
        .option("prompt", "a fox")
        .option("count", 4)
        .attachment("image", &picture);
    let sent = bot.discord.interact(builder.by(11).in_channel(50)).await;
    let (context, interaction) = bot.seen.recv().await.unwrap();
    let command = interaction.command().unwrap();
    assert_eq!((command.user.id.get(), command.channel_id.get()), (11, 50));
    assert_eq!(command.data.options[0].value.as_str(), Some("a fox"));
    assert_eq!(command.data.resolved.attachments.len(), 1);
    let text = CreateInteractionResponseMessage::new().content("painting").ephemeral(true);
    command.create_response(&context, CreateInteractionResponse::Message(text)).await.unwrap();
    let message = sent.answered().await;
    assert_eq!((message.content.as_str(), message.ephemeral), ("painting", true));
    let read = command.get_response(&context).await.unwrap();
    assert_eq!((read.id.get(), read.content.as_str()), (message.id, "painting"));

    bot.discord.interact(InteractionBuilder::autocomplete("imagine", "style", "wat").in_dm(9)).await;
    let typed = bot.seen.recv().await.unwrap().1.autocomplete().unwrap();
    assert_eq!(typed.data.autocomplete().unwrap().value, "wat");
    let stale = InteractionBuilder::click(&message, "again:1").user_install().stale();
    bot.discord.interact(stale).await;
    assert_eq!(bot.seen.recv().await.unwrap().1.message_component().unwrap().data.custom_id, "again:1");
    let stale = InteractionBuilder::submit(Some(&message), "edit", &[("prompt", "a red fox")]).stale();
    bot.discord.interact(stale).await;
    assert_eq!(bot.seen.recv().await.unwrap().1.modal_submit().unwrap().data.custom_id, "edit");
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_cut_connection_is_resumed_with_what_was_missed() {
    let mut bot = Bot::start(quick()).await;
    let interaction = bot.discord.interact(InteractionBuilder::command("imagine")).await;
    bot.seen.recv().await.unwrap();
    bot.discord.drop_gateway();
    bot.discord.disconnected().await;
    let missed = bot.discord.interact_regardless(InteractionBuilder::command("imagine"));
    assert_eq!(bot.seen.recv().await.unwrap().1.id().get(), missed.id);
    assert_eq!(bot.discord.logins(), (1, 1));
    bot.discord.replay(&interaction).await;
    assert_eq!(bot.seen.recv().await.unwrap().1.id().get(), interaction.id);
    bot.discord.reconnect_gateway();
    bot.discord.logged_in(3).await;
    assert_eq!(bot.discord.logins(), (1, 2));
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_second_response_is_refused() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.deferred().await;
    assert_eq!(code(bot.callback(&interaction, json!({ "type": 5 })).await).await, (400, 40060));
    assert_eq!(bot.discord.violations().len(), 1);
}

#[tokio::test]
async fn a_late_response_is_refused() {
    let bot = Bot::start(DiscordOptions { ack_window: Duration::ZERO, ..quick() }).await;
    let interaction = bot.discord.interact(InteractionBuilder::command("imagine")).await;
    assert_eq!(code(bot.callback(&interaction, json!({ "type": 5 })).await).await, (404, 10062));
    assert!(interaction.ack().is_none());
}

#[tokio::test]
async fn a_response_has_to_fit_the_interaction() {
    let bot = Bot::start(quick()).await;
    let typed = bot.discord.interact(InteractionBuilder::autocomplete("imagine", "style", "")).await;
    assert_eq!(code(bot.callback(&typed, json!({ "type": 5 })).await).await, (400, 50035));
    let choices: Vec<Value> = (0..26).map(|n| json!({ "name": n.to_string(), "value": "v" })).collect();
    let body = |choices: &[Value]| json!({ "type": 8, "data": { "choices": choices } });
    assert_eq!(code(bot.callback(&typed, body(&choices)).await).await, (400, 50035));
    assert_eq!(bot.callback(&typed, body(&choices[..25])).await.status(), 204);
    assert_eq!(typed.choices().await.len(), 25);
    let interaction = bot.discord.interact(InteractionBuilder::command("imagine")).await;
    let flags = json!({ "type": 5, "data": { "flags": 32768 } });
    assert_eq!(code(bot.callback(&interaction, flags).await).await, (400, 50035));
    assert_eq!(code(bot.callback(&interaction, json!({ "type": 7, "data": {} })).await).await, (400, 50035));
}

#[tokio::test]
async fn an_edit_needs_a_living_acknowledged_interaction() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.discord.interact(InteractionBuilder::command("imagine")).await;
    assert_eq!(code(bot.edit(&interaction, json!({ "content": "early" })).await).await, (404, 10015));
    bot.callback(&interaction, json!({ "type": 5, "data": { "flags": 64 } })).await;
    assert!(interaction.message().unwrap().loading);
    let edited: Value = bot.edit(&interaction, json!({ "content": "done" })).await.json().await.unwrap();
    assert_eq!((&edited["flags"], &edited["content"]), (&json!(64), &json!("done")));
    assert_eq!(interaction.edits(), 1);
    bot.discord.expire(&interaction);
    assert_eq!(code(bot.edit(&interaction, json!({ "content": "late" })).await).await, (401, 50027));
    assert_eq!((bot.discord.violations().len(), bot.discord.invalid_requests()), (1, 1));
}

#[tokio::test]
async fn files_and_their_list_have_to_match() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.deferred().await;
    let send = |attachments: Value, bytes: Vec<u8>| {
        let payload = json!({
            "embeds": [{ "image": { "url": "attachment://fox.png" } }], "attachments": attachments,
        });
        let form = Form::new()
            .part("payload_json", Part::text(payload.to_string()).mime_str("application/json").unwrap())
            .part("files[0]", Part::bytes(bytes).file_name("fox.png").mime_str("image/png").unwrap());
        bot.http.patch(bot.original(&interaction)).multipart(form).send()
    };
    let awkward = b"\r\n--\r\n\r\rpixels\r\n-".repeat(1000);
    let mismatch = send(json!([{ "id": 1 }]), awkward.clone()).await.unwrap();
    assert_eq!(code(mismatch).await, (400, 50035));
    let listed = json!([{ "id": 0, "description": "a fox" }]);
    let large = send(listed.clone(), vec![0; 10 * 1024 * 1024 + 1]).await.unwrap();
    assert_eq!(code(large).await, (413, 40005));
    assert_eq!(send(listed, awkward.clone()).await.unwrap().status(), 200);
    let message = interaction.picture().await;
    assert_eq!(message.attachments[0].bytes, awkward);
    assert_eq!(message.attachments[0].description.as_deref(), Some("a fox"));
    let served = bot.http.get(&message.attachments[0].url).send().await.unwrap();
    assert_eq!(served.bytes().await.unwrap(), awkward);
    let forged = message.attachments[0].url.replace("hm=", "hm=0");
    assert_eq!(bot.http.get(forged).send().await.unwrap().status(), 404);

    bot.edit(&interaction, json!({ "content": "kept" })).await;
    assert_eq!(interaction.message().unwrap().attachments.len(), 1);
    bot.edit(&interaction, json!({ "attachments": [], "embeds": [] })).await;
    assert_eq!(interaction.message().unwrap().attachments.len(), 0);
}

#[tokio::test]
async fn a_nonce_makes_a_message_once() {
    let bot = Bot::start(quick()).await;
    bot.discord.add_channel(5, 3, false);
    let body = json!({ "content": "hello", "nonce": "job-1", "enforce_nonce": true });
    let first: Value = bot.send(5, body.clone()).await.json().await.unwrap();
    let second: Value = bot.send(5, body).await.json().await.unwrap();
    assert_eq!(first["id"], second["id"]);
    assert_eq!(bot.discord.channel_messages(5).len(), 1);
    assert_eq!(bot.discord.next_channel_message(5).await.content, "hello");
    assert_eq!(code(bot.send(6, json!({ "content": "hello" })).await).await, (404, 10003));
    bot.discord.forbid_channel(5, 50013);
    assert_eq!(code(bot.send(5, json!({ "content": "hello" })).await).await, (403, 50013));
}

#[tokio::test]
async fn the_sixth_edit_in_two_seconds_is_one_too_many() {
    let limit = Some(RateLimit::new(5, Duration::from_secs(3600)));
    let bot = Bot::start(DiscordOptions { token_limit: limit, ..quick() }).await;
    let interaction = bot.deferred().await;
    for left in (0..5).rev() {
        let response = bot.edit(&interaction, json!({ "content": format!("{left}") })).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-ratelimit-remaining"], left.to_string().as_str());
    }
    let refused = bot.edit(&interaction, json!({ "content": "six" })).await;
    assert_eq!(
        (refused.status().as_u16(), refused.headers()["x-ratelimit-scope"].clone()),
        (429, "user".parse().unwrap())
    );
    let body: Value = refused.json().await.unwrap();
    assert!(body["retry_after"].as_f64().unwrap() > 3500.0);
    let other = bot.deferred().await;
    assert_eq!(bot.edit(&other, json!({ "content": "another token" })).await.status(), 200);
}

#[tokio::test]
async fn arranged_faults_happen_and_are_no_violations() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.deferred().await;
    let body = || json!({ "content": "done" });
    bot.discord.fault(Route::EditOriginal, Fault::Status(502), 1);
    assert_eq!(bot.edit(&interaction, body()).await.status(), 502);
    bot.discord.fault(Route::EditOriginal, Fault::CloudflareHtml(429), 1);
    assert!(bot.edit(&interaction, body()).await.text().await.unwrap().starts_with("<!DOCTYPE"));
    for (fault, edits) in [(Fault::Drop, 0), (Fault::DropAfterApply, 1)] {
        bot.discord.fault(Route::EditOriginal, fault, 1);
        assert!(bot.http.patch(bot.original(&interaction)).json(&body()).send().await.is_err());
        assert_eq!(interaction.edits(), edits);
    }
    let held = bot.discord.hold(Route::EditOriginal, When::After);
    let release = async {
        held.reached().await;
        assert_eq!(interaction.edits(), 2);
        held.release();
    };
    let (response, ()) = tokio::join!(bot.edit(&interaction, body()), release);
    assert_eq!(response.status(), 200);
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn messages_are_checked() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.deferred().await;
    let button = |id: &str| json!({ "type": 2, "style": 1, "label": "x", "custom_id": id });
    let row = |buttons: Value| json!({ "components": [{ "type": 1, "components": buttons }] });
    let wrong = [
        json!({ "content": "x".repeat(2001) }),
        json!({ "embeds": [{ "title": "x".repeat(257) }] }),
        json!({ "embeds": [{ "description": "x".repeat(4000) }, { "description": "x".repeat(2001) }] }),
        json!({ "embeds": [{ "image": { "url": "attachment://none.png" } }] }),
        row(json!([button("a"), button("a")])),
        row(json!([button("a"), button("b"), button("c"), button("d"), button("e"), button("f")])),
        json!({ "components": [{ "type": 10, "content": "V2 without its flag" }] }),
        json!({ "flags": 32768, "content": "V2", "components": [{ "type": 10, "content": "text" }] }),
        json!({ "content": "x", "allowed_mentions": { "parse": ["users"], "users": ["1"] } }),
    ];
    for body in wrong {
        assert_eq!(code(bot.edit(&interaction, body.clone()).await).await, (400, 50035), "{body}");
    }
    assert_eq!(code(bot.edit(&interaction, json!({ "content": "" })).await).await, (400, 50006));
    bot.discord.take_violations();
    let quiet =
        json!({ "content": "<@1> <@2> @everyone", "allowed_mentions": { "parse": [], "users": ["2"] } });
    bot.edit(&interaction, quiet).await;
    let message = interaction.answered().await;
    assert_eq!((message.mentions, message.mentions_everyone), (vec![2], false));
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
    bot.edit(&interaction, json!({ "content": "<@1>" })).await;
    assert_eq!((interaction.message().unwrap().mentions, bot.discord.violations().len()), (vec![1], 1));
    let v2 = json!({ "flags": 32768, "content": null, "components": [{ "type": 10, "content": "text" }] });
    assert_eq!(bot.edit(&interaction, v2).await.status(), 200);
    assert_eq!(interaction.message().unwrap().text(), "text");
}

#[tokio::test]
async fn commands_are_checked_and_give_options_their_types() {
    let mut bot = Bot::start(quick()).await;
    let application = DiscordOptions::default().application_id;
    let put = |commands: Value| {
        let url = bot.url(&format!("/applications/{application}/commands"));
        let token = format!("Bot {}", bot.discord.token());
        bot.http.put(url).header("authorization", token).json(&commands).send()
    };
    let option = |name: &str, required: bool| json!({ "type": 10, "name": name, "description": "d", "required": required });
    let command = |options: Value| json!([{ "name": "imagine", "description": "d", "options": options }]);
    let wrong = [
        json!([{ "name": "Imagine", "description": "d" }]),
        json!([{ "name": "imagine", "description": "" }]),
        json!([{ "name": "a", "description": "d" }, { "name": "a", "description": "d" }]),
        command(json!([option("a", false), option("b", true)])),
        command(json!([option("a", false), option("a", false)])),
        command(json!([{ "type": 3, "name": "a", "description": "d", "min_length": 7000 }])),
    ];
    for commands in wrong {
        assert_eq!(code(put(commands.clone()).await.unwrap()).await, (400, 50035), "{commands}");
    }
    assert_eq!(put(command(json!([option("guidance", false)]))).await.unwrap().status(), 200);
    assert_eq!(bot.discord.commands().len(), 1);
    bot.discord.interact(InteractionBuilder::command("imagine").option("guidance", 7)).await;
    let command = bot.seen.recv().await.unwrap().1.command().unwrap();
    assert_eq!(command.data.options[0].value.as_f64(), Some(7.0));
}

#[tokio::test]
async fn a_stranger_is_kept_out() {
    let discord = Discord::start().await.unwrap();
    let url = format!("{}/api/v10/users/@me", discord.base_url());
    let no_agent = Client::new().get(&url).send().await.unwrap();
    assert_eq!(code(no_agent).await, (403, 40333));
    let no_token = Client::new().get(&url).header("user-agent", "DiscordBot (x, 1)").send().await.unwrap();
    assert_eq!(no_token.status(), 401);
    let old = Client::new().get(url.replace("v10", "v9")).header("user-agent", "DiscordBot (x, 1)").send();
    assert_eq!(old.await.unwrap().status(), 404);
    assert!(discord.violations().len() >= 3);
}

#[tokio::test]
async fn sessions_are_counted_until_the_day_is_over() {
    let bot = Bot::start(quick()).await;
    let limit =
        async || bot.get("/gateway/bot").await.json::<Value>().await.unwrap()["session_start_limit"].clone();
    let counted = limit().await;
    assert_eq!((&counted["total"], &counted["remaining"]), (&json!(1000), &json!(999)));
    assert!((86_000_000..=86_400_000).contains(&counted["reset_after"].as_u64().unwrap()), "{counted}");
    bot.discord.use_up_session_starts(Duration::from_secs(3600));
    let counted = limit().await;
    assert_eq!((&counted["remaining"], &counted["reset_after"]), (&json!(0), &json!(3_600_000)));
    bot.discord.invalidate_session(false);
    let refused = || (!bot.discord.violations().is_empty()).then_some(());
    bot.discord.state.gateway_changed.until(refused).await;
    assert!(bot.discord.take_violations()[0].contains("no session start left"));
    bot.discord.use_up_session_starts(Duration::ZERO);
    assert_eq!(limit().await["remaining"], 1000);
}

#[tokio::test]
async fn the_cdn_can_lie() {
    let discord = Discord::start().await.unwrap();
    let file = discord.upload("fox.png", "image/png", &b"pixels"[..]);
    let http = Client::new();
    assert_eq!(http.get(&file.url).send().await.unwrap().bytes().await.unwrap(), "pixels");
    discord.fault(Route::Cdn, Fault::Declared(1 << 40), 1);
    assert_eq!(http.get(&file.url).send().await.unwrap().content_length(), Some(1 << 40));
    discord.fault(Route::Cdn, Fault::Endless, 1);
    let mut endless = http.get(&file.url).send().await.unwrap();
    let mut read = 0;
    while read < 1 << 20 {
        read += endless.chunk().await.unwrap().unwrap().len();
    }
    discord.fault(Route::Cdn, Fault::Body("else".into()), 1);
    assert_eq!(http.get(&file.url).send().await.unwrap().bytes().await.unwrap(), "else");
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn after_the_token_a_reply_can_be_changed_in_its_channel() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.deferred().await;
    bot.edit(&interaction, json!({ "content": "painting" })).await;
    bot.discord.expire(&interaction);
    let message = interaction.message().unwrap();
    let url = bot.url(&format!("/channels/{}/messages/{}", message.channel, message.id));
    let token = format!("Bot {}", bot.discord.token());
    let edit = bot.http.patch(url).header("authorization", token).json(&json!({ "content": "done" }));
    assert_eq!(edit.send().await.unwrap().status(), 200);
    interaction.first(|message| message.content == "done").await;
    assert_eq!(interaction.states().len(), 3);
    let paths: Vec<String> = bot.discord.requests().into_iter().map(|request| request.path).collect();
    assert!(paths.iter().all(|path| !path.contains(interaction.token())), "{paths:?}");
}
