//! What a database holds, for somebody who watches and changes nothing. Times are Unix milliseconds.

use std::path::Path;

use time::OffsetDateTime;

use super::sqlite;
use crate::domain::job::Claim;
use crate::domain::money::Micros;
use crate::domain::session::Session;

#[derive(Debug)]
pub struct Observed {
    /// The latest first.
    pub jobs: Vec<ObservedJob>,
    /// Reserved in the month's account of the deployment.
    pub reserved: Micros,
    /// Spent in it.
    pub spent: Micros,
}

#[derive(Debug)]
pub struct ObservedJob {
    pub claim: Claim,
    /// What is still reserved for it.
    pub reserved: Micros,
    pub finished_at: Option<i64>,
    /// Calls of a model, in their order.
    pub calls: Vec<ObservedCall>,
}

#[derive(Debug)]
pub struct ObservedCall {
    pub picture: u32,
    pub price: Micros,
    /// The model may have been asked for something.
    pub paid: bool,
    pub answered: bool,
    pub at: i64,
}

/// Reads all jobs of a `SQLite` file, which another process may have open.
///
/// # Errors
/// There is no such file, or it is no database of this version.
pub fn observe(path: &Path, now: OffsetDateTime) -> anyhow::Result<Observed> {
    sqlite::observe(path, now)
}

/// The sessions of a `SQLite` file that take requests at `now`.
///
/// # Errors
/// As [`observe`].
pub fn observe_sessions(path: &Path, now: OffsetDateTime) -> anyhow::Result<Vec<Session>> {
    sqlite::observe_sessions(path, now)
}
