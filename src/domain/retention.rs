//! How long pictures and their words are kept.

use time::{Duration, OffsetDateTime};

use crate::domain::vocabulary::JobId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    pub days: u32,
}

impl Retention {
    /// Orders below this one are older than they are to be kept.
    pub fn first_kept(self, now: OffsetDateTime) -> JobId {
        JobId::new(now - Duration::days(self.days.into()), 0)
    }
}
