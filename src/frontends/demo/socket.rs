//! One page's socket: whom it plays, which channel it looks at, and what it is told.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::{Message as WebMessage, WebSocket};
use easel_emulator::discord::Message;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::actions;
use super::faults;
use super::hub::{Hub, Push};
use super::panel;
use super::protocol::{Action, Frame};
use super::world::{self, MEMBERS, Member};
use crate::config::EngineChoice;

/// Messages in one answer.
const PAGE: usize = 100;

/// The page has gone, or is too far behind.
struct Gone;

struct Session {
    hub: Arc<Hub>,
    socket: WebSocket,
    member: &'static Member,
    open: Option<u64>,
    /// The nonces of interactions that wait for a response.
    waiting: HashMap<u64, Value>,
    panel: bool,
}

pub(super) async fn serve(hub: Arc<Hub>, socket: WebSocket) {
    let stopping = hub.stopping.clone();
    let (member, waiting) = (&MEMBERS[0], HashMap::new());
    let mut session = Session { hub, socket, member, open: None, waiting, panel: false };
    // The page opens another socket when this one has ended.
    let _ended = stopping.run_until_cancelled(session.run()).await;
    session.set_panel(false);
}

impl Session {
    async fn run(&mut self) -> Result<(), Gone> {
        let mut pushes = self.hub.pushes();
        self.hello().await?;
        loop {
            tokio::select! {
                frame = self.socket.recv() => match frame {
                    Some(Ok(WebMessage::Text(text))) => self.receive(&text).await?,
                    Some(Ok(WebMessage::Close(_)) | Err(_)) | None => return Err(Gone),
                    Some(Ok(_)) => {}
                },
                push = pushes.recv() => match push {
                    Ok(push) => self.pass_on(push).await?,
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return Err(Gone),
                },
            }
        }
    }

    async fn send(&mut self, frame: &Value) -> Result<(), Gone> {
        self.socket.send(WebMessage::Text(frame.to_string().into())).await.map_err(|_| Gone)
    }

    async fn bad(&mut self, reason: &str) -> Result<(), Gone> {
        self.send(&json!({ "type": "bad", "reason": reason })).await
    }

    async fn hello(&mut self) -> Result<(), Gone> {
        let hub = &self.hub;
        let engine = match hub.engine {
            EngineChoice::Bedrock => "bedrock",
            EngineChoice::Sketch => "sketch",
        };
        let mut hello = json!({
            "type": "hello", "cdn": hub.discord.base_url(), "engine": engine, "bot": hub.bot_json(),
        });
        for part in [world::for_all(&hub.discord), world::seen_by(self.member, hub)] {
            if let (Some(hello), Value::Object(part)) = (hello.as_object_mut(), part) {
                hello.extend(part);
            }
        }
        self.send(&hello).await
    }

    async fn receive(&mut self, text: &str) -> Result<(), Gone> {
        let frame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(error) => return self.bad(&format!("not understood: {error}")).await,
        };
        match frame {
            Frame::Be { member } => match Member::find(member.0) {
                Some(member) => {
                    (self.member, self.open) = (member, None);
                    self.hello().await
                }
                None => self.bad("There is no such member.").await,
            },
            Frame::Open { channel } => self.open(channel.0).await,
            Frame::Older { channel, before } => self.older(channel.0, before.0).await,
            Frame::Say { channel, content, files } => {
                let files = files.iter().filter_map(|id| self.hub.file(id.0)).collect::<Vec<_>>();
                if !self.sees(channel.0) || (content.trim().is_empty() && files.is_empty()) {
                    return self.bad("There is nothing to say here.").await;
                }
                self.hub.discord.write(self.member.id, channel.0, &content, &files);
                Ok(())
            }
            Frame::Direct {} => {
                let id = self.hub.discord.open_dm(self.member.id);
                self.tell_of_channel(id).await
            }
            Frame::Interact { nonce, channel, action } => self.interact(nonce, channel.0, &action).await,
            Frame::Panel { on } => {
                self.set_panel(on);
                if !on {
                    return Ok(());
                }
                for frame in panel::opened(&self.hub).await {
                    self.send(&frame).await?;
                }
                Ok(())
            }
            Frame::Fault { id, on } => match faults::switch(&self.hub, &id, on) {
                Ok(()) => Ok(()),
                Err(error) => self.bad(&format!("{error:#}")).await,
            },
        }
    }

    fn set_panel(&mut self, on: bool) {
        if on != self.panel {
            let change = |panels: &mut usize| *panels = if on { *panels + 1 } else { *panels - 1 };
            self.hub.panels.send_modify(change);
            self.panel = on;
        }
    }

    fn sees(&self, channel: u64) -> bool {
        self.hub.can_see(self.member, channel)
    }

    /// Up to a page of messages that the member sees, oldest first, and whether there are older ones.
    fn messages(&self, channel: u64, before: Option<u64>) -> (Vec<Value>, bool) {
        let is_shown = |message: &Message| {
            message.only_for().is_none_or(|only| only == self.member.id)
                && before.is_none_or(|before| message.id < before)
        };
        let mut found = self.hub.discord.channel_messages(channel);
        found.retain(is_shown);
        let first = found.len().saturating_sub(PAGE);
        let shown = found[first..].iter().map(|message| self.hub.discord.message_object(message));
        (shown.collect(), first > 0)
    }

    async fn open(&mut self, channel: u64) -> Result<(), Gone> {
        if !self.sees(channel) {
            return self.bad("There is no such channel.").await;
        }
        self.open = Some(channel);
        let (messages, more) = self.messages(channel, None);
        self.send(&json!({
            "type": "opened", "channel": channel.to_string(), "messages": messages, "more": more,
            "commands": self.hub.commands(self.member, channel), "permissions": self.member.permissions().to_string(),
        }))
        .await
    }

    async fn older(&mut self, channel: u64, before: u64) -> Result<(), Gone> {
        if !self.sees(channel) {
            return self.bad("There is no such channel.").await;
        }
        let (messages, more) = self.messages(channel, Some(before));
        self.send(&json!({
            "type": "older", "channel": channel.to_string(), "before": before.to_string(),
            "messages": messages, "more": more,
        }))
        .await
    }

    async fn interact(&mut self, nonce: Value, channel: u64, action: &Action) -> Result<(), Gone> {
        match actions::send(&self.hub, self.member, channel, action) {
            Ok(sent) => {
                self.waiting.insert(sent.id, nonce);
                Ok(())
            }
            Err(reason) => self.send(&json!({ "type": "failed", "nonce": nonce, "reason": reason })).await,
        }
    }

    async fn tell_of_channel(&mut self, id: u64) -> Result<(), Gone> {
        let server = self.hub.server_of(id).flatten();
        let channel =
            if server.is_some() { self.hub.channel(id) } else { world::direct_channel(&self.hub, id) };
        let server = server.map(|server| server.to_string());
        self.send(&json!({ "type": "channel", "server": server, "channel": channel })).await
    }

    async fn pass_on(&mut self, push: Push) -> Result<(), Gone> {
        let own = self.member.id;
        let is_for_own = |only: Option<u64>| only.is_none_or(|only| only == own);
        match push {
            Push::Message { channel, only_for, message } if is_for_own(only_for) && self.sees(channel) => {
                self.send(&json!({ "type": "message", "message": *message })).await
            }
            Push::Gone { channel, only_for, id } if is_for_own(only_for) && self.sees(channel) => {
                let (channel, id) = (channel.to_string(), id.to_string());
                self.send(&json!({ "type": "gone", "channel": channel, "id": id })).await
            }
            Push::Channel(id) if self.sees(id) => self.tell_of_channel(id).await,
            Push::Commands => {
                let Some(channel) = self.open else { return Ok(()) };
                let (commands, channel) = (self.hub.commands(self.member, channel), channel.to_string());
                self.send(&json!({ "type": "commands", "channel": channel, "commands": commands })).await
            }
            Push::Response { interaction, kind, data } => {
                let Some(nonce) = self.waiting.remove(&interaction) else { return Ok(()) };
                let mut frame = json!({
                    "type": "response", "nonce": nonce, "interaction": interaction.to_string(), "kind": kind,
                });
                if matches!(kind, 8 | 9) {
                    frame["data"] = Value::clone(&data);
                }
                self.send(&frame).await
            }
            Push::Unanswered { interaction } => {
                let Some(nonce) = self.waiting.remove(&interaction) else { return Ok(()) };
                let reason = "The application did not respond";
                self.send(&json!({ "type": "failed", "nonce": nonce, "reason": reason })).await
            }
            Push::Everybody(frame) => self.send(&frame).await,
            Push::Panel(frame) if self.panel => self.send(&frame).await,
            _ => Ok(()),
        }
    }
}
