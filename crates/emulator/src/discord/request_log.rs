//! The requests so far, and what was wrong with them.

use tokio::time::Instant;

use super::target::Route;

/// A request that was answered (or cut).
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// When its last byte had come.
    pub at: Instant,
    pub method: String,
    /// Path with query; an interaction's token reads `{token}`.
    pub path: String,
    pub route: Route,
    /// The interaction whose token it used.
    pub interaction: Option<u64>,
    /// Status of the answer; 0 if the connection was cut.
    pub status: u16,
    /// Length of its body.
    pub bytes: usize,
}

#[derive(Default)]
pub(super) struct RequestLog {
    pub(super) requests: Vec<LoggedRequest>,
    pub(super) violations: Vec<String>,
    pub(super) invalid: usize,
}

impl RequestLog {
    pub(super) fn violation(&mut self, text: String) {
        tracing::debug!(%text, "emulator: violation");
        self.violations.push(text);
    }
}
