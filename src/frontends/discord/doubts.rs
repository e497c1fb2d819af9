//! Tells the operator why requests are refused, without a line for each.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::sync::{Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::domain::signature::Doubt;

/// A cause is told this often at the most.
const PAUSE: Duration = Duration::MINUTE;

/// When each cause was told last.
#[derive(Debug, Default)]
pub(super) struct Doubts(Mutex<HashMap<Discriminant<Doubt>, OffsetDateTime>>);

impl Doubts {
    /// Logs why a request was refused, and what is to be done about it if nothing else gets through.
    pub(super) fn log(&self, doubt: Doubt, now: OffsetDateTime) {
        if !self.is_due(doubt, now) {
            return;
        }
        match doubt {
            Doubt::Unsigned => tracing::warn!(
                "a request without a signature was refused: it is not from Discord, or a proxy before Easel drops the headers X-Signature-Ed25519 and X-Signature-Timestamp"
            ),
            Doubt::Key => tracing::warn!(
                "a request was refused that is not signed under DISCORD_PUBLIC_KEY. If none gets through, compare that with Public Key on the General Information page; otherwise it is one of Discord's tests, or not from Discord"
            ),
            Doubt::Time { off } => tracing::warn!(
                "a request of Discord's was refused: this machine's clock is {} s away from Discord's; set it. If others get through, somebody sends an old one again",
                off.whole_seconds()
            ),
        }
    }

    fn is_due(&self, doubt: Doubt, now: OffsetDateTime) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = told.get(&discriminant(&doubt));
        // A clock that is set right may go back.
        if last.is_some_and(|last| (now - *last).abs() < PAUSE) {
            return false;
        }
        told.insert(discriminant(&doubt), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn each_cause_is_told_at_once_and_again_after_a_minute() {
        let doubts = Doubts::default();
        let noon = datetime!(2026-11-25 12:00 UTC);
        let clock = |seconds| Doubt::Time { off: Duration::seconds(seconds) };
        for (doubt, seconds, due) in [
            (Doubt::Key, 0, true),
            (Doubt::Key, 59, false),
            (clock(400), 59, true),
            (clock(-401), 60, false),
            (Doubt::Key, 60, true),
            (Doubt::Unsigned, 60, true),
            (Doubt::Key, -3600, true),
        ] {
            let now = noon + Duration::seconds(seconds);
            assert_eq!(doubts.is_due(doubt, now), due, "{doubt:?} after {seconds} s");
        }
    }
}
