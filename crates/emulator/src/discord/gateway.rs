//! The Gateway: one task for each connection, and the sessions that outlive them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::sessions::{Connected, Gateway, Push};
use super::state::ServerState;
use crate::sync::lock;

const PAYLOAD: usize = 4096;
const SENDS: usize = 120;
const SENDS_PER: Duration = Duration::from_secs(60);
/// For the client's side of a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Bits that Discord has given a meaning to.
const INTENTS: u64 = 0x0331_FFFF;
/// `GUILD_MEMBERS`, `GUILD_PRESENCES`, `MESSAGE_CONTENT`.
const PRIVILEGED: u64 = 1 << 1 | 1 << 8 | 1 << 15;
/// After these closes a session cannot be resumed.
const FINAL: [u16; 10] = [1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014];
/// `GET /gw`
pub(super) async fn upgrade(
    State(state): State<Arc<ServerState>>,
    Query(query): Query<HashMap<String, String>>,
    socket: WebSocketUpgrade,
) -> Response {
    socket.max_message_size(1024 * 1024).on_upgrade(|socket| async move {
        let (sender, pushes) = mpsc::unbounded_channel();
        let now = Instant::now();
        let connection = Connection {
            state,
            socket,
            sender,
            pushes,
            session: None,
            last_heartbeat: now,
            sends: VecDeque::new(),
        };
        connection.run(&query).await;
    })
}

struct Connection {
    state: Arc<ServerState>,
    socket: WebSocket,
    sender: Connected,
    pushes: mpsc::UnboundedReceiver<Push>,
    session: Option<String>,
    last_heartbeat: Instant,
    sends: VecDeque<Instant>,
}

enum End {
    /// The emulator closes with this code.
    Close(u16),
    /// The client closed with this code.
    Closed(u16),
    /// The connection broke, or is broken on purpose.
    Broken,
}

impl Connection {
    async fn run(mut self, query: &HashMap<String, String>) {
        let end = match self.run_protocol(query).await {
            Ok(()) => End::Broken,
            Err(end) => end,
        };
        let code = match end {
            End::Close(code) => {
                let frame = CloseFrame { code, reason: Utf8Bytes::from_static("emulated") };
                if self.socket.send(Frame::Close(Some(frame))).await.is_err() {
                    tracing::debug!("emulator: the client was gone before the close");
                }
                Some(code)
            }
            End::Closed(code) => Some(code),
            End::Broken => None,
        };
        {
            let state = Arc::clone(&self.state);
            let mut gateway = lock(&state.gateway);
            if let Some(id) = self.take_session(&gateway) {
                gateway.detach(&id, code.is_none_or(|code| !FINAL.contains(&code)));
            }
        }
        self.state.gateway_changed.notify();
        if let End::Close(_) = end {
            self.drain().await;
        }
    }

    /// Reads what is still on its way: a socket that closes with unread bytes resets the connection, and the client
    /// would never see the close code.
    async fn drain(&mut self) {
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        if tokio::time::timeout(CLOSE_TIMEOUT, rest).await.is_err() {
            tracing::debug!("emulator: the client did not close its side");
        }
    }

    /// The connection's session, unless another connection has resumed it.
    fn take_session(&mut self, gateway: &Gateway) -> Option<String> {
        let id = self.session.take()?;
        gateway.uses(&id, &self.sender).then_some(id)
    }

    async fn run_protocol(&mut self, query: &HashMap<String, String>) -> Result<(), End> {
        if query.get("v").map(String::as_str) != Some("10") {
            self.state.violation("the Gateway was asked for a version other than 10");
            return Err(End::Close(4012));
        }
        if query.contains_key("compress") || query.get("encoding").is_some_and(|encoding| encoding != "json")
        {
            self.state.violation("the emulated Gateway speaks plain JSON only");
            return Err(End::Close(4002));
        }
        let interval = self.state.options.heartbeat_interval;
        self.send(json!({ "op": 10, "s": null, "t": null, "d": { "heartbeat_interval": interval.as_millis() as u64 } }))
            .await?;
        let state = Arc::clone(&self.state);
        let timeout = interval.mul_f64(1.5);
        loop {
            tokio::select! {
                frame = self.socket.recv() => match frame {
                    Some(Ok(Frame::Text(text))) => self.receive(&text).await?,
                    Some(Ok(Frame::Binary(_))) => return Err(self.violation(4002, "a binary frame")),
                    Some(Ok(Frame::Close(frame))) => {
                        return Err(End::Closed(frame.map_or(1005, |frame| frame.code)));
                    }
                    Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                    Some(Err(_)) | None => return Ok(()),
                },
                Some(push) = self.pushes.recv() => self.apply(push).await?,
                () = tokio::time::sleep_until(self.last_heartbeat + timeout), if state.options.enforce_heartbeats => {
                    return Err(self.violation(4009, "no heartbeat came in time"));
                }
                () = state.stopping.cancelled() => return Err(End::Close(1001)),
            }
        }
    }

    async fn send(&mut self, value: Value) -> Result<(), End> {
        self.socket.send(Frame::Text(value.to_string().into())).await.map_err(|_| End::Broken)
    }

    async fn apply(&mut self, push: Push) -> Result<(), End> {
        match push {
            Push::Text(text) => self.socket.send(Frame::Text(text)).await.map_err(|_| End::Broken),
            Push::Close(code) => Err(End::Close(code)),
            Push::Cut => Err(End::Broken),
            Push::Invalid { resumable } => {
                {
                    let state = Arc::clone(&self.state);
                    let mut gateway = lock(&state.gateway);
                    if let Some(id) = self.take_session(&gateway) {
                        gateway.detach(&id, resumable);
                    }
                }
                self.state.gateway_changed.notify();
                self.send(json!({ "op": 9, "s": null, "t": null, "d": resumable })).await
            }
        }
    }

    fn violation(&self, code: u16, text: &str) -> End {
        self.state.violation(format!("Gateway: {text} (close {code})"));
        End::Close(code)
    }

    async fn receive(&mut self, text: &str) -> Result<(), End> {
        let now = Instant::now();
        self.sends.push_back(now);
        while self.sends.front().is_some_and(|sent| now - *sent > SENDS_PER) {
            self.sends.pop_front();
        }
        if self.sends.len() > SENDS {
            return Err(self.violation(4008, "more than 120 messages in a minute"));
        }
        if text.len() > PAYLOAD {
            return Err(self.violation(4002, "a payload above 4096 bytes"));
        }
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            return Err(self.violation(4002, "a payload that is no JSON"));
        };
        let data = &message["d"];
        match message["op"].as_u64() {
            Some(1) => self.heartbeat(data).await,
            Some(2) => self.identify(data),
            Some(6) => self.resume(data).await,
            Some(3 | 4 | 8 | 31) if self.session.is_some() => Ok(()),
            Some(3 | 4 | 8 | 31) => Err(self.violation(4003, "a message before IDENTIFY")),
            _ => Err(self.violation(4001, "an unknown opcode")),
        }
    }

    async fn heartbeat(&mut self, data: &Value) -> Result<(), End> {
        self.last_heartbeat = Instant::now();
        let last = {
            let mut gateway = lock(&self.state.gateway);
            self.session.as_deref().map_or(0, |id| gateway.last_event(id))
        };
        let plausible =
            data.is_null() || data.as_u64().is_some_and(|seq| self.session.is_none() || seq <= last);
        if !plausible {
            return Err(self.violation(4007, "a heartbeat with a sequence that was never sent"));
        }
        self.send(json!({ "op": 11, "s": null, "t": null, "d": null })).await
    }

    fn check_token(&self, data: &Value) -> Result<(), End> {
        let token = data["token"].as_str().unwrap_or_default();
        // The real Gateway takes the token with and without its prefix.
        if token.strip_prefix("Bot ").unwrap_or(token) == self.state.options.token {
            return Ok(());
        }
        Err(self.violation(4004, "a wrong token"))
    }

    fn check_identify(&self, data: &Value) -> Result<(u64, u64), End> {
        self.check_token(data)?;
        let Some(intents) = data["intents"].as_u64() else {
            return Err(self.violation(4013, "IDENTIFY without intents"));
        };
        if intents & !INTENTS != 0 {
            return Err(self.violation(4013, "unknown intents"));
        }
        if intents & PRIVILEGED & !self.state.options.privileged_intents != 0 {
            return Err(self.violation(4014, "privileged intents that were not granted"));
        }
        let named = |key: &str| {
            data["properties"][key].is_string() || data["properties"][format!("${key}")].is_string()
        };
        if !["os", "browser", "device"].iter().all(|key| named(key)) {
            return Err(self.violation(4002, "IDENTIFY without properties"));
        }
        let shard = match &data["shard"] {
            Value::Null => Some((0, 1)),
            shard => shard[0].as_u64().zip(shard[1].as_u64()).filter(|(id, count)| id < count),
        };
        shard.ok_or_else(|| self.violation(4010, "an impossible shard"))
    }

    fn identify(&mut self, data: &Value) -> Result<(), End> {
        if self.session.is_some() {
            return Err(self.violation(4005, "a second IDENTIFY"));
        }
        let (rejecting, allowed) = {
            let mut gateway = lock(&self.state.gateway);
            gateway.identifies += 1;
            (gateway.rejecting, gateway.starts.take(Instant::now()))
        };
        if !allowed {
            return Err(self.violation(4004, "IDENTIFY with no session start left, which resets the token"));
        }
        if let Some(code) = rejecting {
            return Err(End::Close(code));
        }
        let shard = self.check_identify(data)?;
        let id = format!("{:032x}", self.state.next_id());
        let application = self.state.options.application_id.to_string();
        let ready = json!({
            "v": 10,
            "user": self.state.bot_user(),
            "guilds": [],
            "session_id": id,
            "resume_gateway_url": format!("ws://{}/gw", self.state.address),
            "session_type": "normal",
            "shard": [shard.0, shard.1],
            "application": { "id": application, "flags": 0 },
        });
        lock(&self.state.gateway).open(&id, shard, &ready, self.sender.clone());
        self.session = Some(id);
        self.state.gateway_changed.notify();
        Ok(())
    }

    async fn resume(&mut self, data: &Value) -> Result<(), End> {
        if self.session.is_some() {
            return Err(self.violation(4005, "RESUME in a session"));
        }
        self.check_token(data)?;
        let id = data["session_id"].as_str().unwrap_or_default();
        let known = lock(&self.state.gateway).resume(id, data["seq"].as_u64(), self.sender.clone());
        if !known {
            return self.send(json!({ "op": 9, "s": null, "t": null, "d": false })).await;
        }
        self.session = Some(id.to_owned());
        self.state.gateway_changed.notify();
        Ok(())
    }
}
