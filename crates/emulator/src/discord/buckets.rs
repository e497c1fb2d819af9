//! Counts requests in windows that open with the first request.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::HeaderMap;
use tokio::time::Instant;

use super::response::set_header;

/// So many requests within so much time.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// Requests that one window admits.
    pub requests: u32,
    /// How long the window stays open.
    pub per: Duration,
}

impl RateLimit {
    /// A limit of `requests` for each `per`.
    pub fn new(requests: u32, per: Duration) -> Self {
        Self { requests, per }
    }
}

/// A client cannot have read an answer in the moment in which it was written.
const READING: Duration = Duration::from_millis(20);

/// How a request stands in its bucket.
#[derive(Clone, Debug)]
pub(super) struct BucketState {
    pub(super) bucket: String,
    limit: u32,
    left: u32,
    reset: Duration,
}

/// A refused request.
#[derive(Debug)]
pub(super) struct LimitExceeded {
    pub(super) bucket_state: Option<BucketState>,
    pub(super) wait: Duration,
    /// It was sent although an earlier answer had said to wait.
    pub(super) early: bool,
}

struct Window {
    ends: Instant,
    left: u32,
}

struct Block {
    since: Instant,
    until: Instant,
}

/// All windows that are open and all keys that were told to wait.
#[derive(Default)]
pub(super) struct Buckets {
    windows: HashMap<String, Window>,
    blocks: HashMap<String, Block>,
}

impl Buckets {
    /// Says whether a client that began a request at `started` had been told to wait, and for how long still.
    pub(super) fn blocked(&self, key: &str, started: Instant, now: Instant) -> Option<LimitExceeded> {
        let block = self.blocks.get(key).filter(|block| now < block.until)?;
        let early = started > block.since + READING;
        Some(LimitExceeded { bucket_state: None, wait: block.until - now, early })
    }

    pub(super) fn block(&mut self, key: &str, now: Instant, wait: Duration) {
        self.blocks.insert(key.to_owned(), Block { since: now, until: now + wait });
    }

    /// Counts a request.
    pub(super) fn take(
        &mut self,
        key: &str,
        limit: RateLimit,
        now: Instant,
    ) -> Result<BucketState, LimitExceeded> {
        if self.windows.len() > 10_000 {
            self.windows.retain(|_, window| window.ends > now);
        }
        let fresh = || Window { ends: now + limit.per, left: limit.requests };
        let window = self.windows.entry(key.to_owned()).or_insert_with(fresh);
        if window.ends <= now {
            *window = fresh();
        }
        let reset = window.ends - now;
        let bucket_state = |left| BucketState { bucket: key.to_owned(), limit: limit.requests, left, reset };
        if window.left == 0 {
            self.block(key, now, reset);
            return Err(LimitExceeded { bucket_state: Some(bucket_state(0)), wait: reset, early: false });
        }
        window.left -= 1;
        Ok(bucket_state(window.left))
    }
}

impl BucketState {
    pub(super) fn write(&self, headers: &mut HeaderMap, unix_seconds: f64) {
        let reset_after = self.reset.as_secs_f64();
        // Discord's bucket names are opaque; a client that reads meaning into them should fail here too.
        let name = self.bucket.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        set_header(headers, "x-ratelimit-limit", self.limit.to_string());
        set_header(headers, "x-ratelimit-remaining", self.left.to_string());
        set_header(headers, "x-ratelimit-reset", format!("{:.3}", unix_seconds + reset_after));
        set_header(headers, "x-ratelimit-reset-after", format!("{reset_after:.3}"));
        set_header(headers, "x-ratelimit-bucket", format!("{name:016x}"));
    }
}
