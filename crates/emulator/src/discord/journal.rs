//! What the bot did.

use tokio::time::Instant;

use super::target::Route;

/// A request that was answered (or cut).
#[derive(Clone, Debug)]
pub struct Request {
    /// When its last byte had come.
    pub at: Instant,
    /// HTTP method.
    pub method: String,
    /// Path with query; an interaction's token reads `{token}`.
    pub path: String,
    /// What it was about.
    pub route: Route,
    /// The interaction whose token it used.
    pub interaction: Option<u64>,
    /// Status of the answer; 0 if the connection was cut.
    pub status: u16,
    /// Bytes of its body.
    pub bytes: usize,
}

#[derive(Default)]
pub(super) struct Journal {
    pub(super) requests: Vec<Request>,
    pub(super) violations: Vec<String>,
    pub(super) invalid: usize,
}

impl Journal {
    pub(super) fn violation(&mut self, text: String) {
        tracing::debug!(%text, "emulator: violation");
        self.violations.push(text);
    }
}
