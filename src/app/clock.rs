//! What time it is. Every [`App`](crate::app::App) has one clock; rules and back ends take the time as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Duration, OffsetDateTime};

#[derive(Debug, Clone)]
pub enum Clock {
    System,
    /// So many milliseconds ahead of the system's clock, for stories that take days.
    Ahead(Arc<AtomicI64>),
}

impl Clock {
    pub fn ahead(by: Duration) -> Clock {
        Clock::Ahead(Arc::new(AtomicI64::new(millis(by))))
    }

    pub fn now(&self) -> OffsetDateTime {
        #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
        let now = OffsetDateTime::now_utc();
        match self {
            Clock::System => now,
            Clock::Ahead(by) => now + Duration::milliseconds(by.load(Ordering::Relaxed)),
        }
    }

    /// Lets so much time pass for everybody who has this clock. The system's clock passes by itself.
    pub fn advance(&self, by: Duration) {
        if let Clock::Ahead(ahead) = self {
            ahead.fetch_add(millis(by), Ordering::Relaxed);
        }
    }
}

fn millis(by: Duration) -> i64 {
    i64::try_from(by.whole_milliseconds()).unwrap_or(i64::MAX)
}
