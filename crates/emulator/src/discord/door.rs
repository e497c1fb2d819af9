//! The application's interactions endpoint: while one is set, interactions are posted to it, signed, and no Gateway
//! session gets them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use bytes::Bytes;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Discord;
use super::interactions::{self, Interaction};
use super::rest::Call;
use super::target::{Route, Target};
use super::world::{World, lock, unix_time};

/// The secret half of the application's key.
const SECRET: [u8; 32] = [0x5e; 32];

/// What the endpoint answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Discord {
    /// The application's public key, as the General Information page shows it.
    pub fn public_key(&self) -> String {
        hex(SigningKey::from_bytes(&SECRET).verifying_key().as_bytes())
    }

    /// The signature over a timestamp and a body, in hex.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let signed = [timestamp.as_bytes(), body].concat();
        hex(&SigningKey::from_bytes(&SECRET).sign(&signed).to_bytes())
    }

    /// Saves the endpoint's address, as the developer portal does: only if a ping is answered, and a badly signed one
    /// refused.
    ///
    /// # Errors
    /// What the endpoint did instead.
    pub async fn set_endpoint(&self, url: &str) -> Result<(), String> {
        let ping = Bytes::from_static(br#"{"type":1}"#);
        let now = unix_time().as_secs().to_string();
        let pong = post(&self.world, url, &self.sign(&now, &ping), &now, ping.clone()).await?;
        let said: Value = serde_json::from_slice(&pong.body).unwrap_or_default();
        if pong.status != 200
            || said != json!({ "type": 1 })
            || !pong.content_type.starts_with("application/json")
        {
            return Err(format!("a ping was answered with {pong:?}"));
        }
        let refused = post(&self.world, url, &self.sign(&now, b"something else"), &now, ping).await?;
        if refused.status != 401 {
            return Err(format!("a badly signed ping was answered with {refused:?}"));
        }
        *lock(&self.world.endpoint) = Some(url.to_owned());
        Ok(())
    }

    /// Posts an interaction once more, byte for byte or with other headers.
    ///
    /// # Errors
    /// A connection that failed.
    pub async fn post_again(&self, body: Bytes, signature: &str, timestamp: &str) -> Result<Posted, String> {
        let url = lock(&self.world.endpoint).clone().unwrap_or_default();
        post(&self.world, &url, signature, timestamp, body).await
    }
}

async fn post(
    world: &World,
    url: &str,
    signature: &str,
    timestamp: &str,
    body: Bytes,
) -> Result<Posted, String> {
    let request = world
        .poster
        .post(url)
        .timeout(Duration::from_secs(10))
        .header("X-Signature-Ed25519", signature)
        .header("X-Signature-Timestamp", timestamp)
        .header(header::CONTENT_TYPE.as_str(), "application/json")
        .header(header::USER_AGENT.as_str(), "Discord-Interactions/1.0 (+https://discord.com)")
        .body(body);
    let response = request.send().await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let kind =
        response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = kind.to_owned();
    let body = response.bytes().await.map_err(|error| error.to_string())?;
    Ok(Posted { status, content_type, body })
}

/// Posts an interaction; what comes in the response is its first answer.
pub(super) async fn deliver(world: Arc<World>, url: String, interaction: Arc<Interaction>) {
    let body = Bytes::from(interaction.payload.to_string());
    let timestamp = unix_time().as_secs().to_string();
    let signed = [timestamp.as_bytes(), &body].concat();
    let signature = hex(&SigningKey::from_bytes(&SECRET).sign(&signed).to_bytes());
    let posted =
        tokio::time::timeout(world.options.ack_window, post(&world, &url, &signature, &timestamp, body))
            .await;
    let Ok(Ok(posted)) = posted else { return };
    match posted.status {
        200 if posted.content_type.starts_with("application/json") => {
            answered(&world, &interaction, posted.body)
        }
        202 if posted.body.is_empty() => {}
        _ => world.violation(format!("the interactions endpoint answered {posted:?}")),
    }
}

fn answered(world: &Arc<World>, interaction: &Interaction, body: Bytes) {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let now = Instant::now();
    let call = Call {
        method: Method::POST,
        target: Target::Callback { id: interaction.id, token: interaction.token.clone() },
        route: Route::Callback,
        path: String::new(),
        query: HashMap::new(),
        headers,
        body,
        started: now,
        received: now,
        disturbed: false,
    };
    if let Err(refusal) = interactions::callback(world, &call) {
        world.violation(format!("an answer in the response: {}", refusal.describe()));
    }
}
