//! The requests so far, for the assertions of a test.

use std::sync::Mutex;
use std::time::Instant;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::picture::GeneratedImage;
use crate::sync::lock;

/// One `InvokeModel` request, whatever came of it.
#[derive(Clone, Debug)]
pub struct Call {
    /// When the head of the request was read.
    pub at: Instant,
    /// When the socket took the last byte of the answer; `None` while it is under way, or if it was cut.
    pub answered: Option<Instant>,
    /// The model identifier or ARN as it was sent, percent-decoded.
    pub model: String,
    /// The region of the credential scope.
    pub region: Option<String>,
    /// The body, or null if it was not JSON.
    pub body: Value,
    /// The `amz-sdk-request` header, such as `attempt=1; max=3`.
    pub attempt: Option<String>,
    /// The HTTP status of the answer; `None` if the connection is dropped before any.
    pub status: Option<u16>,
    /// The seed of the picture: the one that was sent, or the one drawn in its place.
    pub seed: Option<u64>,
    /// The `x-amzn-requestid` of the answer.
    pub request_id: String,
    pub(super) generated: Option<GeneratedImage>,
}

impl Call {
    /// The generated file, even if a fault kept it from the client.
    pub fn picture(&self) -> Option<Vec<u8>> {
        self.generated.as_ref().map(GeneratedImage::file)
    }

    /// The SHA-256 of [`Call::picture`], in lower-case hexadecimal.
    pub fn picture_sha256(&self) -> Option<String> {
        let file = self.picture()?;
        Some(Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// One `ApplyGuardrail` request in good form, whatever came of it.
#[derive(Clone, Debug)]
pub struct Check {
    pub at: Instant,
    /// `INPUT` or `OUTPUT`.
    pub source: String,
    pub texts: Vec<String>,
    pub images: Vec<Vec<u8>>,
    pub status: u16,
    pub intervened: bool,
}

/// All calls and violations since the start.
pub(super) struct CallLog {
    calls: Mutex<Vec<Call>>,
    checks: Mutex<Vec<Check>>,
    violations: Mutex<Vec<String>>,
    arrived: watch::Sender<usize>,
    whole_calls: usize,
}

impl CallLog {
    /// Of all calls but the last `whole_calls`, bodies and pictures are forgotten.
    pub(super) fn new(whole_calls: usize) -> Self {
        Self {
            whole_calls,
            calls: Mutex::default(),
            checks: Mutex::default(),
            violations: Mutex::default(),
            arrived: watch::Sender::new(0),
        }
    }

    /// Adds a call and returns its index.
    pub(super) fn add(&self, call: Call) -> usize {
        let mut calls = lock(&self.calls);
        calls.push(call);
        if let Some(old) = (calls.len() - 1).checked_sub(self.whole_calls) {
            (calls[old].body, calls[old].generated) = (Value::Null, None);
        }
        self.arrived.send_replace(calls.len());
        calls.len() - 1
    }

    pub(super) fn answered(&self, call: usize, at: Instant) {
        if let Some(call) = lock(&self.calls).get_mut(call) {
            call.answered = Some(at);
        }
    }

    pub(super) fn check(&self, check: Check) {
        lock(&self.checks).push(check);
    }

    pub(super) fn checks(&self) -> Vec<Check> {
        lock(&self.checks).clone()
    }

    pub(super) fn violation(&self, text: String) {
        lock(&self.violations).push(text);
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        lock(&self.calls).clone()
    }

    pub(super) fn violations(&self) -> Vec<String> {
        lock(&self.violations).clone()
    }

    pub(super) async fn called(&self, n: usize) {
        let mut arrived = self.arrived.subscribe();
        // The sender lives in `self`, so the wait cannot end early.
        let _ = arrived.wait_for(|arrived| *arrived >= n).await;
    }
}
