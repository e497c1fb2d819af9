//! Discord's ids, which carry the time at which they were made.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// 2015-01-01, from which snowflakes count.
const EPOCH_MS: u64 = 1_420_070_400_000;

#[derive(Default)]
pub(super) struct Snowflakes {
    last: AtomicU64,
}

impl Snowflakes {
    /// A snowflake larger than all before.
    pub(super) fn next(&self) -> u64 {
        let now = snowflake_of(unix_time());
        let step = |last: u64| Some(now.max(last + 1));
        let (Ok(last) | Err(last)) = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        now.max(last + 1)
    }
}

/// The smallest snowflake of a time.
fn snowflake_of(time: Duration) -> u64 {
    (time.as_millis() as u64).saturating_sub(EPOCH_MS) << 22
}

/// ISO 8601 time of now.
pub(super) fn timestamp_now() -> String {
    timestamp(snowflake_of(unix_time()))
}

/// ISO 8601 time of a snowflake.
pub(super) fn timestamp(id: u64) -> String {
    let nanos = i128::from((id >> 22) + EPOCH_MS) * 1_000_000;
    let moment = time::OffsetDateTime::from_unix_timestamp_nanos(nanos);
    let moment = moment.unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    moment.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "Discord's own clock, which its ids and signed addresses carry"
)]
pub(super) fn unix_time() -> Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}
