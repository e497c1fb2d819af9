//! The interactions endpoint, as a test sets it.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Discord;
use crate::discord::endpoint::{self, EndpointResponse};
use crate::discord::snowflake::unix_time;
use crate::sync::lock;

impl Discord {
    /// The application's public key, as the General Information page shows it.
    pub fn public_key(&self) -> String {
        endpoint::public_key()
    }

    /// The signature over a timestamp and a body, in hex.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        endpoint::sign(timestamp, body)
    }

    /// Saves the endpoint's address, as the developer portal does: only if a ping is answered, and a badly signed one
    /// refused.
    ///
    /// # Errors
    /// Says what the endpoint did instead.
    pub async fn set_endpoint(&self, url: &str) -> Result<(), String> {
        let ping = Bytes::from_static(br#"{"type":1}"#);
        let now = unix_time().as_secs().to_string();
        let pong = endpoint::post(&self.state, url, &self.sign(&now, &ping), &now, ping.clone()).await?;
        let said: Value = serde_json::from_slice(&pong.body).unwrap_or_default();
        if pong.status != 200
            || said != json!({ "type": 1 })
            || !pong.content_type.starts_with("application/json")
        {
            return Err(format!("a ping was answered with {pong:?}"));
        }
        let refused =
            endpoint::post(&self.state, url, &self.sign(&now, b"something else"), &now, ping).await?;
        if refused.status != 401 {
            return Err(format!("a badly signed ping was answered with {refused:?}"));
        }
        *lock(&self.state.endpoint) = Some(url.to_owned());
        Ok(())
    }

    /// Posts an interaction once more, byte for byte or with other headers.
    ///
    /// # Errors
    /// If the connection fails.
    pub async fn post_again(
        &self,
        body: Bytes,
        signature: &str,
        timestamp: &str,
    ) -> Result<EndpointResponse, String> {
        let url = lock(&self.state.endpoint).clone().unwrap_or_default();
        endpoint::post(&self.state, &url, signature, timestamp, body).await
    }
}
