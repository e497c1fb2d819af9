//! What a test does to the Gateway's connections.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::Discord;
use crate::discord::sessions::Push;
use crate::sync::lock;

impl Discord {
    /// Closes every Gateway connection with a code.
    pub fn close_gateway(&self, code: u16) {
        lock(&self.state.gateway).push_all(|| Push::Close(code));
    }

    /// Asks the bot to reconnect (op 7).
    pub fn reconnect_gateway(&self) {
        lock(&self.state.gateway)
            .push_all(|| Push::Text(json!({ "op": 7, "s": null, "t": null, "d": null }).to_string().into()));
    }

    /// Invalidates every session (op 9).
    pub fn invalidate_session(&self, resumable: bool) {
        lock(&self.state.gateway).push_all(|| Push::Invalid { resumable });
    }

    /// Cuts every Gateway connection without a close frame.
    pub fn drop_gateway(&self) {
        lock(&self.state.gateway).push_all(|| Push::Cut);
    }

    /// Answers every later IDENTIFY with this close code.
    pub fn reject_identify_with(&self, code: Option<u16>) {
        lock(&self.state.gateway).rejecting = code;
    }

    /// Leaves the bot no session that it may begin until so much time has passed. Those that it has go on.
    pub fn use_up_session_starts(&self, reset_after: Duration) {
        lock(&self.state.gateway).starts.use_up(Instant::now(), reset_after);
    }

    /// Sends a text frame to every Gateway connection as it is, whether it is an event or not. A resume does not
    /// repeat it.
    pub fn send_frame(&self, text: &str) {
        lock(&self.state.gateway).push_all(|| Push::Text(text.into()));
    }
}
