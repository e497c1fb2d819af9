//! The application's interactions endpoint: while one is set, interactions are response to it, signed, and no Gateway
//! session gets them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use bytes::Bytes;
use ed25519_dalek::{Signer, SigningKey};
use tokio::time::Instant;

use super::interaction::Interaction;
use super::interactions;
use super::request::ApiRequest;
use super::snowflake::unix_time;
use super::state::ServerState;
use super::target::{Route, Target};

/// The secret half of the application's key.
const SECRET: [u8; 32] = [0x5e; 32];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointResponse {
    pub status: u16,
    pub content_type: String,
    pub body: Bytes,
}

/// The public key, in hex.
pub(super) fn public_key() -> String {
    hex(SigningKey::from_bytes(&SECRET).verifying_key().as_bytes())
}

/// The signature over a timestamp and a body, in hex.
pub(super) fn sign(timestamp: &str, body: &[u8]) -> String {
    hex(&SigningKey::from_bytes(&SECRET).sign(&[timestamp.as_bytes(), body].concat()).to_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) async fn post(
    state: &ServerState,
    url: &str,
    signature: &str,
    timestamp: &str,
    body: Bytes,
) -> Result<EndpointResponse, String> {
    let request = state
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
    Ok(EndpointResponse { status, content_type, body })
}

/// Posts an interaction; the body of the response is its first response.
pub(super) async fn deliver(state: Arc<ServerState>, url: String, interaction: Arc<Interaction>) {
    let body = Bytes::from(interaction.payload.to_string());
    let timestamp = unix_time().as_secs().to_string();
    let signature = sign(&timestamp, &body);
    let response =
        tokio::time::timeout(state.options.ack_window, post(&state, &url, &signature, &timestamp, body))
            .await;
    let Ok(Ok(response)) = response else { return };
    match response.status {
        200 if response.content_type.starts_with("application/json") => {
            first_response(&state, &interaction, response.body)
        }
        202 if response.body.is_empty() => {}
        _ => state.violation(format!("the interactions endpoint answered {response:?}")),
    }
}

fn first_response(state: &Arc<ServerState>, interaction: &Interaction, body: Bytes) {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let now = Instant::now();
    let request = ApiRequest {
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
    if let Err(error) = interactions::callback(state, &request) {
        state.violation(format!("the body of a response: {}", error.describe()));
    }
}
