//! What can be set before the emulator starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::buckets::RateLimit;

/// How Discord answers on a token that is no longer good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadToken {
    /// 401, code 50027.
    InvalidWebhookToken,
    /// 404, code 10015.
    UnknownWebhook,
}

/// Settings with which an emulator starts.
#[derive(Clone, Debug)]
pub struct DiscordOptions {
    /// Where to listen.
    pub address: SocketAddr,
    /// The bot's token.
    pub token: String,
    /// The bot's application, which is also its user id.
    pub application_id: u64,
    /// Told to the bot in HELLO.
    pub heartbeat_interval: Duration,
    /// Close with 4009 when no heartbeat came within one and a half intervals.
    pub enforce_heartbeats: bool,
    /// Privileged intents that the application was granted.
    pub privileged_intents: u64,
    /// How long an interaction waits for its first response.
    pub ack_window: Duration,
    /// How long an interaction's token is good.
    pub token_life: Duration,
    /// The answer on a dead token.
    pub dead_token: DeadToken,
    /// For all webhook requests of one interaction.
    pub token_limit: Option<RateLimit>,
    /// The hidden limit for all webhook requests in one channel (30 in 60 s on the real Discord).
    pub channel_limit: Option<RateLimit>,
    /// For new messages in one channel, sent with the bot's token.
    pub message_limit: Option<RateLimit>,
    /// Keep the bytes of what the bot uploads; otherwise only size and digest.
    pub keep_pictures: bool,
}

impl Default for DiscordOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: "MTE3.emulated.bot-token-that-is-no-secret".to_owned(),
            application_id: 1_170_000_000_000_000_001,
            heartbeat_interval: Duration::from_millis(41_250),
            enforce_heartbeats: false,
            privileged_intents: 0,
            ack_window: Duration::from_secs(3),
            token_life: Duration::from_secs(15 * 60),
            dead_token: DeadToken::InvalidWebhookToken,
            token_limit: Some(RateLimit::new(5, Duration::from_secs(2))),
            channel_limit: None,
            message_limit: Some(RateLimit::new(5, Duration::from_secs(5))),
            keep_pictures: true,
        }
    }
}
