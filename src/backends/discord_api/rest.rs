//! Calls to Discord's REST API v10. Each method makes one call and says how it ended; who calls decides what to
//! repeat. No URL is ever logged: webhook URLs hold the interaction's token.

use std::time::Duration;

use anyhow::anyhow;
use bytes::{Bytes, BytesMut};
use hyper::header;
use hyper::{Method, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use crate::backends::causes::in_own_words;
use crate::backends::discord_api::call::Call;
use crate::backends::discord_api::message::Message;
use crate::backends::http::{Client, Http, each_piece, is_timeout};
use crate::domain::job::Posted;

/// A call without an answer for this long counts as lost.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
const TOO_LATE: &str = "no answer in time";
/// Of an answer in JSON: a hundred messages, or all commands in every language, are much less.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;

/// Why a call did not do what it should.
#[derive(Debug, Error)]
pub enum Fault {
    /// 429: nothing was done; ask again after this time.
    #[error("rate limited for {after:?}")]
    Limited { after: Duration },
    /// 4xx: nothing was done, and repeating does not help.
    #[error("Discord answered {status}, code {code}: {message}")]
    Refused { status: u16, code: u64, message: String },
    /// 5xx, a page in place of an answer, or nothing: it may have been done.
    #[error("Discord is out of order: {0}")]
    Lost(String),
}

impl Fault {
    /// The interaction's token is dead: 401.
    pub fn is_dead_token(&self) -> bool {
        matches!(self, Fault::Refused { status: 401, .. })
    }

    /// Something is gone, or Discord is slow to know it: 404.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Fault::Refused { status: 404, .. })
    }

    pub fn is_too_large(&self) -> bool {
        matches!(self, Fault::Refused { status: 413, .. } | Fault::Refused { code: 40005 | 50045, .. })
    }

    /// Discord's own filters object to what the message shows: explicit content, `AutoMod`, harmful links.
    pub fn is_filtered(&self) -> bool {
        matches!(self, Fault::Refused { code: 20009 | 200_000 | 200_001 | 240_000, .. })
    }

    /// It is about the message itself: no other way to the person takes it either.
    pub fn is_about_the_message(&self) -> bool {
        self.is_too_large() || self.is_filtered()
    }
}

/// The threads that everybody in the channel can read, by Discord's number of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    /// In an announcement channel, which has no others.
    Announcement = 10,
    Public = 11,
}

#[derive(Debug, Clone)]
pub struct Rest {
    http: Client,
    base: Url,
    token: Option<SecretString>,
}

impl Rest {
    /// A client of the API at `base`; `token` is the bot's.
    pub fn new(base: &Url, token: Option<SecretString>, http: &Http) -> Rest {
        Rest { http: http.client(), base: base.clone(), token }
    }

    pub fn token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }

    /// Answers an interaction. `answer` is `{type, data}`.
    ///
    /// # Errors
    /// [`Fault`]; code 40060 says that it was answered before, 10062 that it is too late.
    pub async fn callback(&self, interaction: u64, token: &str, answer: &Value) -> Result<(), Fault> {
        let id = interaction.to_string();
        let call = self.call(Method::POST, &["interactions", &id, token, "callback"]);
        self.send(call.json(answer)).await.map(drop)
    }

    /// Replaces the response to an interaction; the message, if Discord says which one it is.
    pub async fn edit_original(
        &self,
        application: u64,
        token: &str,
        message: &Message,
    ) -> Result<Option<Shown>, Fault> {
        let call = self.call(Method::PATCH, &original(&application.to_string(), token));
        self.posted(call.message(message, None)).await
    }

    /// The response to an interaction as it stands.
    pub async fn original_response(&self, application: u64, token: &str) -> Result<Value, Fault> {
        self.json(self.call(Method::GET, &original(&application.to_string(), token))).await
    }

    /// Posts a message as the bot. Discord drops a second one with the same `nonce` (25 characters at most) for a
    /// few minutes.
    pub async fn post(&self, channel: u64, message: &Message, nonce: &str) -> Result<Option<Shown>, Fault> {
        let call = self.as_bot(Method::POST, &["channels", &channel.to_string(), "messages"]);
        self.posted(call.message(message, Some(nonce))).await
    }

    /// Deletes a message of a channel.
    pub(crate) async fn delete(&self, channel: u64, message: u64) -> Result<(), Fault> {
        let path = ["channels", &channel.to_string(), "messages", &message.to_string()];
        self.send(self.as_bot(Method::DELETE, &path)).await.map(drop)
    }

    /// Deletes the response to an interaction.
    pub(crate) async fn delete_original(&self, application: u64, token: &str) -> Result<(), Fault> {
        self.send(self.call(Method::DELETE, &original(&application.to_string(), token))).await.map(drop)
    }

    /// Sends another message after the response to an interaction. After a deferral, which must be edited or deleted
    /// first, Discord takes it for an edit.
    pub async fn follow_up(
        &self,
        application: u64,
        token: &str,
        message: &Message,
    ) -> Result<Option<Shown>, Fault> {
        let call = self.call(Method::POST, &["webhooks", &application.to_string(), token]);
        self.posted(call.message(message, None)).await
    }

    /// Starts a thread in a channel, which Discord archives after so many quiet minutes (60, 1440, 4320 or 10080); its
    /// id.
    pub async fn start_thread(
        &self,
        channel: u64,
        kind: ThreadKind,
        name: &str,
        minutes: u32,
    ) -> Result<u64, Fault> {
        let body = json!({ "name": name, "type": kind as u8, "auto_archive_duration": minutes });
        let call = self.as_bot(Method::POST, &["channels", &channel.to_string(), "threads"]);
        id_of(&self.json(call.json(&body)).await?)
    }

    /// A message of a channel.
    pub async fn message(&self, channel: u64, message: u64) -> Result<Value, Fault> {
        self.get(&["channels", &channel.to_string(), "messages", &message.to_string()]).await
    }

    /// Up to 100 messages of a channel that are newer than the snowflake `after`.
    pub async fn messages_after(&self, channel: u64, after: u64) -> Result<Value, Fault> {
        let path = ["channels", &channel.to_string(), "messages"];
        let mut url = self.url(&path);
        url.set_query(Some(&format!("after={after}&limit=100")));
        self.json(self.with_token(Call::new(Method::GET, url.as_str()))).await
    }

    /// The channel of the private conversation with a user.
    pub async fn private_channel(&self, user: u64) -> Result<u64, Fault> {
        let call = self.as_bot(Method::POST, &["users", "@me", "channels"]);
        id_of(&self.json(call.json(&json!({ "recipient_id": user.to_string() }))).await?)
    }

    /// Any GET on behalf of the bot, such as `["applications", "@me"]`.
    pub async fn get(&self, path: &[&str]) -> Result<Value, Fault> {
        self.json(self.as_bot(Method::GET, path)).await
    }

    /// All commands, of the application or of one server, in every language.
    pub async fn commands(&self, path: &[&str]) -> Result<Value, Fault> {
        let mut url = self.url(path);
        url.set_query(Some("with_localizations=true"));
        self.json(self.with_token(Call::new(Method::GET, url.as_str()))).await
    }

    /// Replaces all commands, of the application or of one server; as Discord has them then, with their ids.
    pub async fn put_commands(&self, path: &[&str], commands: &Value) -> Result<Value, Fault> {
        self.json(self.as_bot(Method::PUT, path).json(commands)).await
    }

    /// The bytes behind an attachment's address, at most `limit`; `None` if there are more.
    ///
    /// The caller has checked the host.
    pub async fn file(&self, url: &str, limit: u64) -> Result<Option<Bytes>, Fault> {
        accepted(self.exchange(Call::new(Method::GET, url), limit).await?)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(["api", "v10"]).extend(path);
        }
        url
    }

    fn call(&self, method: Method, path: &[&str]) -> Call {
        Call::new(method, self.url(path).as_str())
    }

    fn as_bot(&self, method: Method, path: &[&str]) -> Call {
        self.with_token(self.call(method, path))
    }

    fn with_token(&self, call: Call) -> Call {
        match &self.token {
            Some(token) => call.header(header::AUTHORIZATION, format!("Bot {}", token.expose_secret())),
            None => call,
        }
    }

    /// Sends a message. Once it is out, an answer that cannot be read is no fault.
    async fn posted(&self, call: Call) -> Result<Option<Shown>, Fault> {
        let answer = self.send(call).await?;
        Ok(serde_json::from_slice(&answer).ok().and_then(SentMessage::shown))
    }

    async fn json(&self, call: Call) -> Result<Value, Fault> {
        serde_json::from_slice(&self.send(call).await?)
            .map_err(|error| Fault::Lost(format!("an answer that is not JSON: {error}")))
    }

    async fn send(&self, call: Call) -> Result<Bytes, Fault> {
        let answer = accepted(self.exchange(call, ANSWER_LIMIT).await?)?;
        answer.ok_or_else(|| Fault::Lost(format!("an answer of more than {ANSWER_LIMIT} bytes")))
    }

    /// The answer, whatever it is, with `None` for a body of more than `limit` bytes.
    async fn exchange(&self, call: Call, limit: u64) -> Result<Response<Option<Bytes>>, Fault> {
        let request = call.into_request().map_err(|error| Fault::Lost(error.to_string()))?;
        let exchange = async {
            let (head, body) = self.http.send(request).await.map_err(|error| lost(&error))?.into_parts();
            let mut bytes = BytesMut::new();
            let whole = each_piece(body, limit, |piece| bytes.extend_from_slice(piece)).await;
            let whole = whole.map_err(|error| lost(&error))?;
            Ok(Response::from_parts(head, whole.then(|| bytes.freeze())))
        };
        timeout(CALL_TIMEOUT, exchange).await.map_err(|_| Fault::Lost(TOO_LATE.into()))?
    }
}

/// Where a message is that Discord has shown.
pub(crate) fn posted(message: &Value) -> Option<Posted> {
    let id = |name: &str| message[name].as_str()?.parse().ok();
    Some(Posted { channel: id("channel_id")?, message: id("id")? })
}

/// A message that Discord has taken.
#[derive(Debug, Clone)]
pub struct Shown {
    pub posted: Posted,
    /// The names of its files, and the ids by which they stay with an edit.
    pub files: Vec<(String, u64)>,
}

/// As much as counts of it in Discord's answer.
#[derive(Deserialize)]
struct SentMessage {
    id: String,
    channel_id: String,
    #[serde(default)]
    attachments: Vec<SentFile>,
}

#[derive(Deserialize)]
struct SentFile {
    id: String,
    filename: String,
}

impl SentMessage {
    fn shown(self) -> Option<Shown> {
        let posted = Posted { channel: self.channel_id.parse().ok()?, message: self.id.parse().ok()? };
        let file = |file: SentFile| Some((file.filename, file.id.parse().ok()?));
        Some(Shown { posted, files: self.attachments.into_iter().filter_map(file).collect() })
    }
}

fn original<'a>(application: &'a str, token: &'a str) -> [&'a str; 5] {
    ["webhooks", application, token, "messages", "@original"]
}

fn id_of(channel: &Value) -> Result<u64, Fault> {
    let id = channel["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Fault::Lost("a channel without id".into()))
}

/// The body of an answer that says yes.
fn accepted(response: Response<Option<Bytes>>) -> Result<Option<Bytes>, Fault> {
    let (head, body) = response.into_parts();
    let (status, headers) = (head.status, head.headers);
    if status.is_success() {
        return Ok(body);
    }
    let retry_after = headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
    let is_page = headers
        .get("content-type")
        .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/html"));
    let body: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or(Value::Null);
    if status == StatusCode::TOO_MANY_REQUESTS {
        let seconds = body["retry_after"].as_f64().or(retry_after).unwrap_or(5.0);
        let after = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(5));
        return Err(Fault::Limited { after });
    }
    // A page comes from something in front of Discord, whose refusals are about the moment, not about the request.
    if status.is_server_error() || (is_page && status != StatusCode::PAYLOAD_TOO_LARGE) {
        return Err(Fault::Lost(format!("status {status}")));
    }
    let message = body["message"].as_str().unwrap_or_default().to_owned()
        + &body.get("errors").map(|errors| format!(" {errors}")).unwrap_or_default();
    Err(Fault::Refused { status: status.as_u16(), code: body["code"].as_u64().unwrap_or_default(), message })
}

/// The causes, without the URL, which may hold a token.
fn lost(error: &(dyn std::error::Error + 'static)) -> Fault {
    let kind = if is_timeout(error) { TOO_LATE } else { "connection failed" };
    Fault::Lost(format!("{kind}: {}", in_own_words(error)))
}

/// A sentence for the operator.
impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        anyhow!(fault).to_string()
    }
}
