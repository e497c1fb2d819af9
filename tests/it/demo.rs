//! The playground, through its socket: what a page sees, what other pages do not, and what goes wrong on demand.

mod bedrock;
#[cfg(target_os = "linux")]
mod terminal;

use std::process::Stdio;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{in_time, terminate};

const MIRA: &str = "2002";
const ADA: &str = "2001";
const SAM: &str = "2009";
const PAINTINGS: &str = "1001";
const POSTER: &str = "1003";

struct Playground {
    process: Child,
    /// What it may write to, and has to leave empty.
    place: TempDir,
    address: String,
    token: String,
}

impl Playground {
    async fn start() -> Playground {
        Playground::with(&[]).await
    }

    async fn with(arguments: &[&str]) -> Playground {
        Playground::in_environment(&[], arguments).await
    }

    async fn in_environment(variables: &[(&str, &str)], arguments: &[&str]) -> Playground {
        let place = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_easel"))
            .arg("demo")
            .args(arguments)
            .current_dir(place.path())
            .env_clear()
            // Neither of them may reach the bot.
            .env("EASEL_ENGINE", "nonsense")
            .env("DISCORD_TOKEN", "nonsense")
            .env("TMPDIR", place.path())
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = in_time(lines.next_line()).await.unwrap().expect("an address");
        let url = line.split_whitespace().last().unwrap();
        let (address, token) = url.split_once("/?token=").unwrap();
        Playground { place, address: address.to_owned(), token: token.to_owned(), process }
    }

    async fn page(&self) -> Page {
        let url = format!("{}/socket?token={}", self.address.replace("http", "ws"), self.token);
        let (socket, _) = in_time(connect_async(url)).await.unwrap();
        let mut page = Page { socket, hello: Value::Null, nonce: 0 };
        page.hello = page.next("hello").await;
        page
    }

    /// A page whose bot has declared its commands, with a channel open.
    async fn page_in(&self, channel: &str) -> Page {
        let mut page = self.page().await;
        let mut opened = page.open(channel).await;
        while opened["commands"].as_array().unwrap().is_empty() {
            opened = page.next("commands").await;
        }
        page
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> StatusCode {
        let mut request = reqwest::Client::new().request(Method::GET, format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        in_time(request.send()).await.unwrap().status()
    }

    /// The file of an attachment, as the page gets it.
    async fn file(&self, page: &Page, url: &str) -> Vec<u8> {
        let path = url.strip_prefix(page.hello["cdn"].as_str().unwrap()).unwrap();
        let url = format!("{}/cdn{path}&token={}", self.address, self.token);
        let response = in_time(reqwest::get(url)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.bytes().await.unwrap().to_vec()
    }

    /// SIGTERM; what is left in its place then.
    async fn ended(mut self) -> Vec<String> {
        terminate(&self.process);
        assert_eq!(in_time(self.process.wait()).await.unwrap().code(), Some(0));
        let left = std::fs::read_dir(self.place.path()).unwrap();
        left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    hello: Value,
    nonce: u32,
}

impl Page {
    async fn send(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn frame(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next frame that is wanted; others are passed over.
    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Vec::new();
        let found = async {
            loop {
                let frame = self.frame().await;
                if wanted(&frame) {
                    return frame;
                }
                seen.push(frame.to_string().chars().take(300).collect::<String>());
            }
        };
        let found = tokio::time::timeout(std::time::Duration::from_secs(60), found).await;
        found.unwrap_or_else(|_| {
            panic!("it did not come; the last frames: {:#?}", &seen[seen.len().saturating_sub(12)..])
        })
    }

    async fn next(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["type"] == kind).await
    }

    async fn open(&mut self, channel: &str) -> Value {
        self.send(json!({ "type": "open", "channel": channel })).await;
        self.next("opened").await
    }

    async fn interact(&mut self, channel: &str, action: Value) -> String {
        self.nonce += 1;
        let nonce = self.nonce.to_string();
        self.send(json!({ "type": "interact", "nonce": nonce, "channel": channel, "action": action })).await;
        nonce
    }

    async fn imagine(&mut self, prompt: &str, private: bool) -> String {
        let options = json!([{ "name": "prompt", "value": prompt }, { "name": "private", "value": private }]);
        self.interact(PAINTINGS, json!({ "kind": "command", "path": "imagine", "options": options })).await
    }

    /// The message with the pictures of the latest `/imagine`.
    async fn picture(&mut self) -> Value {
        self.until(|frame| frame["type"] == "message" && !pictures(&frame["message"]).is_empty()).await["message"].take()
    }

    async fn switch(&mut self, fault: &str, on: bool) {
        self.send(json!({ "type": "fault", "id": fault, "on": on })).await;
        let is_told = |frame: &Value| {
            let mut rows = frame["faults"].as_array().into_iter().flatten();
            rows.any(|row| row["id"] == fault && (row["on"] == on || row["once"] == true))
        };
        self.until(is_told).await;
    }

    /// The ledger once everything in it is as promised.
    async fn balanced(&mut self, paid: u32) -> Value {
        self.until(|frame| {
            frame["type"] == "ledger" && frame["state"] == "balanced" && frame["pictures"]["paid"] == paid
        })
        .await
    }
}

fn pictures(message: &Value) -> Vec<&str> {
    let files = message["attachments"].as_array().into_iter().flatten();
    files.filter_map(|file| file["url"].as_str()).collect()
}

/// The `custom_id` of a button with this action.
fn custom_id(message: &Value, action: &str) -> String {
    let text = message.to_string();
    let start = text.find(&format!("v1:{action}:")).unwrap();
    text[start..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_command_from_the_page_brings_a_picture_that_the_page_can_load() {
    let playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    assert_eq!(page.hello["member"], MIRA);
    assert_eq!(page.hello["suggestions"].as_array().unwrap().len(), 3);
    let nonce = page.imagine("a lighthouse in a storm", false).await;
    let response = page.next("response").await;
    assert_eq!((&response["nonce"], &response["kind"]), (&json!(nonce), &json!(5)));
    let message = page.picture().await;
    assert_eq!(message["interaction_metadata"]["user"]["global_name"], "Mira");
    let file = playground.file(&page, pictures(&message)[0]).await;
    let picture = image::load_from_memory(&file).unwrap();
    assert_eq!((picture.width(), picture.height()), (1024, 1024));
    page.send(json!({ "type": "panel", "on": true })).await;
    let jobs = page.until(|frame| frame["type"] == "jobs" && frame["jobs"][0]["state"] == "delivered").await;
    let job = &jobs["jobs"][0];
    assert_eq!((&job["spent"], &job["returned"], &job["reserved"]), (&json!(40_000), &json!(0), &json!(0)));
    assert_eq!(page.balanced(1).await["verdict"], "Every paid picture is archived and shown");
    let files = page.until(|frame| frame["type"] == "files" && frame["total"] == 2).await;
    assert!(files["files"].to_string().contains(".png"), "{files}");
    assert_eq!(playground.ended().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_private_reply_reaches_its_member_alone() {
    let playground = Playground::start().await;
    let mut mira = playground.page_in(PAINTINGS).await;
    let mut ada = playground.page_in(PAINTINGS).await;
    ada.send(json!({ "type": "be", "member": ADA })).await;
    assert_eq!(ada.next("hello").await["member"], ADA);
    mira.imagine("a secret cat", true).await;
    let private = mira.picture().await;
    assert_eq!(private["flags"].as_u64().unwrap() & 64, 64);
    // Frames come in turn: this one is behind all that the other page was told of the channel.
    let said = json!({ "type": "say", "channel": PAINTINGS, "content": "hello", "files": [] });
    mira.send(said).await;
    let first =
        ada.until(|frame| frame["type"] == "message" && frame["message"]["channel_id"] == PAINTINGS).await;
    assert_eq!(first["message"]["content"], "hello");
    assert_eq!(first["message"]["author"]["global_name"], "Mira");
    let shown = ada.open(PAINTINGS).await.to_string();
    assert!(!shown.contains("secret cat") && shown.contains("hello"), "{shown}");
    playground.ended().await;
}

#[tokio::test]
async fn what_the_client_completes_opens_and_lists_comes_from_the_bot() {
    let playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    let typed = json!({ "kind": "autocomplete", "path": "imagine", "focused": "style", "options": [
        { "name": "prompt", "value": "a fox" }, { "name": "style", "value": "ani" },
    ] });
    page.interact(PAINTINGS, typed).await;
    let response = page.next("response").await;
    assert_eq!(response["kind"], 8);
    assert!(response["data"]["choices"].to_string().contains("anime"), "{response}");
    page.imagine("a fox", false).await;
    let message =
        page.until(|frame| frame["message"].to_string().contains("v1:remix:")).await["message"].take();
    let id = message["id"].clone();
    page.interact(
        PAINTINGS,
        json!({ "kind": "click", "message": id, "custom_id": custom_id(&message, "remix") }),
    )
    .await;
    let form = page.until(|frame| frame["type"] == "response" && frame["kind"] == 9).await;
    let fields = json!([
        { "custom_id": "prompt", "value": "a fox in snow" }, { "custom_id": "aspect", "values": ["16:9"] },
    ]);
    let filled =
        json!({ "kind": "submit", "message": id, "custom_id": form["data"]["custom_id"], "fields": fields });
    page.interact(PAINTINGS, filled).await;
    let remixed = page.picture().await;
    assert!(remixed.to_string().contains("a fox in snow"), "{remixed}");
    let file = playground.file(&page, pictures(&remixed)[0]).await;
    assert_eq!(image::load_from_memory(&file).unwrap().width(), 1344);
    let gone = json!({ "kind": "click", "message": id, "custom_id": "v1:nothing" });
    page.interact(PAINTINGS, gone).await;
    assert!(page.next("failed").await["reason"].as_str().unwrap().contains("no component"));
    playground.ended().await;
}

#[tokio::test]
async fn a_stranger_has_the_direct_conversation_alone() {
    let playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    let listed = page.open(PAINTINGS).await["commands"].to_string();
    page.send(json!({ "type": "be", "member": SAM })).await;
    let hello = page.next("hello").await;
    assert_eq!((&hello["servers"], &hello["direct"]), (&json!([]), &json!([])));
    page.send(json!({ "type": "open", "channel": PAINTINGS })).await;
    assert_eq!(page.next("bad").await["reason"], "There is no such channel.");
    page.send(json!({ "type": "direct" })).await;
    let channel = page.until(|frame| frame["channel"]["type"] == 1).await["channel"].take();
    let direct = channel["id"].as_str().unwrap();
    let commands = page.open(direct).await["commands"].to_string();
    let admins = r#""name":"easel","#;
    assert!(!commands.contains(admins) && !listed.contains(admins), "{commands}");
    let options = json!([{ "name": "prompt", "value": "an owl" }]);
    page.interact(direct, json!({ "kind": "command", "path": "imagine", "options": options })).await;
    assert_eq!(page.picture().await["channel_id"], direct);
    playground.ended().await;
}

#[tokio::test]
async fn who_does_not_come_from_the_page_is_refused() {
    let playground = Playground::start().await;
    let (token, host) = (&playground.token, playground.address.strip_prefix("http://").unwrap());
    let with_token = format!("/?token={token}");
    assert_eq!(playground.get("/", &[]).await, StatusCode::OK);
    let socket = format!("/socket?token={token}");
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")];
    let upgrade = [&upgrade[..], &[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")]].concat();
    let local = format!("http://{host}").replace("127.0.0.1", "localhost");
    let with = |more: &[(&'static str, &'static str)]| [&upgrade[..], more].concat();
    assert_eq!(playground.get(&socket, &upgrade).await, StatusCode::SWITCHING_PROTOCOLS);
    let own = [&upgrade[..], &[("origin", &*local)]].concat();
    assert_eq!(playground.get(&socket, &own).await, StatusCode::SWITCHING_PROTOCOLS);
    for (path, headers) in [
        ("/socket", upgrade.clone()),
        ("/socket?token=0", upgrade.clone()),
        ("/cdn/attachments/1/2/cat.png", vec![]),
        (&socket, with(&[("origin", "http://example.com")])),
        (&socket, with(&[("origin", "null")])),
        (&socket, with(&[("host", "example.com")])),
        (&socket, with(&[("host", "127.0.0.1")])),
        (&with_token, vec![("host", "example.com")]),
    ] {
        assert_eq!(playground.get(path, &headers).await, StatusCode::FORBIDDEN, "{path} {headers:?}");
    }
    playground.ended().await;
}

#[tokio::test]
async fn a_bot_that_is_killed_at_work_brings_its_picture_and_pays_once() {
    let playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    page.send(json!({ "type": "panel", "on": true })).await;
    page.switch("bedrock-slow", true).await;
    page.imagine("a fox", false).await;
    let is_asked = |frame: &Value| frame["type"] == "ledger" && frame["calls"]["made"] == 1;
    page.until(is_asked).await;
    page.switch("bedrock-slow", false).await;
    page.send(json!({ "type": "fault", "id": "bot-killed", "on": true })).await;
    let bot = |state: &'static str| move |frame: &Value| frame["type"] == "bot" && frame["state"] == state;
    page.until(bot("stopped")).await;
    assert_eq!(page.until(bot("running")).await["starts"], 2);
    page.picture().await;
    // The call that was lost may have been paid, so that it counts beside its one repetition.
    let ledger = page.balanced(1).await;
    assert_eq!((&ledger["calls"]["made"], &ledger["pictures"]["shown"]), (&json!(2), &json!(1)), "{ledger}");
    assert!(ledger["verdict"].as_str().unwrap().ends_with("1 call was lost, and repeated"), "{ledger}");
    playground.ended().await;
}

#[tokio::test]
async fn a_bot_that_is_killed_after_the_models_answer_asks_for_nothing_again() {
    let playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    page.send(json!({ "type": "panel", "on": true })).await;
    page.switch("archive-away", true).await;
    page.imagine("a fox", false).await;
    page.until(|frame| frame["type"] == "ledger" && frame["calls"]["answered"] == 1).await;
    page.send(json!({ "type": "fault", "id": "bot-killed", "on": true })).await;
    page.until(|frame| frame["type"] == "bot" && frame["state"] == "stopped").await;
    page.switch("archive-away", false).await;
    let ledger = page.balanced(1).await;
    assert_eq!((&ledger["calls"]["made"], &ledger["spent"]), (&json!(1), &json!(40_000)), "{ledger}");
    assert_eq!(ledger["verdict"], "Every paid picture is archived and shown");
    playground.ended().await;
}

/// Ada lets everybody ask as fast as they like.
async fn nobody_is_too_fast(page: &mut Page) {
    page.send(json!({ "type": "be", "member": ADA })).await;
    let options = json!([{ "name": "burst", "value": 50 }]);
    let action = json!({ "kind": "command", "path": "easel limits set", "options": options });
    page.interact(PAINTINGS, action).await;
    page.next("response").await;
    page.send(json!({ "type": "be", "member": MIRA })).await;
    page.open(PAINTINGS).await;
}

#[tokio::test]
async fn each_fault_is_switched_on_and_off_and_the_picture_comes() {
    let playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    nobody_is_too_fast(&mut page).await;
    page.send(json!({ "type": "panel", "on": true })).await;
    let rows = page.next("faults").await["faults"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 9);
    let held = ["bedrock-throttled", "archive-away"];
    let met = ["bedrock-slow", "bedrock-out-of-order", "discord-429", "discord-403", "gateway-dropped"];
    let mut paid = 0;
    for fault in held.iter().chain(&met) {
        page.switch(fault, true).await;
        page.imagine(&format!("a cat in {fault}"), false).await;
        if *fault == "bedrock-throttled" {
            page.until(|frame| frame["type"] == "jobs" && frame["jobs"][0]["state"] == "generating").await;
            page.switch(fault, false).await;
        }
        let message = page.picture().await;
        assert!(message.to_string().contains(fault), "{message}");
        page.switch(fault, false).await;
        paid += 1;
        page.balanced(paid).await;
    }
    page.switch("bedrock-filtered", true).await;
    page.imagine("a cat that nobody may see", false).await;
    page.until(|frame| frame["type"] == "jobs" && frame["jobs"][0]["state"] == "failed").await;
    playground.ended().await;
}

#[tokio::test]
async fn what_is_to_be_kept_stays_and_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kept");
    let arguments = ["--data", data.to_str().unwrap()];
    let playground = Playground::with(&[&arguments[..], &["--keep"]].concat()).await;
    let mut page = playground.page_in(PAINTINGS).await;
    page.imagine("a fox", false).await;
    page.picture().await;
    playground.ended().await;
    assert!(data.join("data/easel.db").is_file());
    let playground = Playground::with(&arguments).await;
    let mut page = playground.page_in(PAINTINGS).await;
    page.send(json!({ "type": "panel", "on": true })).await;
    page.until(|frame| frame["type"] == "jobs" && frame["jobs"][0]["prompt"] == "a fox").await;
    playground.ended().await;
    assert!(data.join("data/easel.db").is_file(), "an earlier playground's data are not this one's");
}

#[tokio::test]
async fn the_bot_does_not_outlive_a_playground_that_was_killed() {
    let mut playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    page.send(json!({ "type": "panel", "on": true })).await;
    let bot = page.hello["bot"]["pid"].clone();
    playground.process.kill().await.unwrap();
    let path = format!("/proc/{bot}/stat");
    let ended = async {
        // Nobody waits for the orphan: it may stay as what init has not collected yet.
        let mut beat = tokio::time::interval(std::time::Duration::from_millis(20));
        while std::fs::read_to_string(&path).is_ok_and(|stat| !stat.contains(") Z ")) {
            beat.tick().await;
        }
    };
    in_time(ended).await;
}

fn session_in<'h>(hello: &'h Value, channel: &str) -> &'h Value {
    let channels =
        hello["servers"].as_array().unwrap().iter().flat_map(|server| server["channels"].as_array().unwrap());
    &channels.into_iter().find(|one| one["id"] == channel).unwrap()["session"]
}

#[tokio::test]
async fn a_channel_is_marked_while_it_has_a_session() {
    let playground = Playground::start().await;
    let mut page = playground.page_in(PAINTINGS).await;
    let marked = |id: &'static str, session: Value| {
        move |frame: &Value| {
            frame["type"] == "channel"
                && frame["channel"]["id"] == id
                && frame["channel"]["session"] == session
        }
    };
    let options = json!([{ "name": "title", "value": "Autumn" }]);
    let action = json!({ "kind": "command", "path": "session start", "options": options });
    page.interact(PAINTINGS, action).await;
    page.until(marked(PAINTINGS, json!("Autumn"))).await;
    // Whoever comes later sees it too, and the one that was there from the start.
    let mut later = playground.page().await;
    assert_eq!(session_in(&later.hello, PAINTINGS), "Autumn");
    let first = "Poster for the spring fair";
    if session_in(&later.hello, POSTER) != first {
        later.until(marked(POSTER, json!(first))).await;
    }
    page.interact(PAINTINGS, json!({ "kind": "command", "path": "session end" })).await;
    page.until(marked(PAINTINGS, Value::Null)).await;
    playground.ended().await;
}
