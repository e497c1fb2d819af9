//! A creative session: a channel works on one thing together, with settings of its own, until it ends.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::domain::job::Posted;
use crate::domain::money::Micros;
use crate::domain::settings::{Field, Settings};
pub use crate::domain::vocabulary::SessionId;

mod rights;
mod steps;

pub(crate) use rights::{Act, Actor};
pub use steps::{Replaced, Replacement, Start};
pub(crate) use steps::{SessionChange, SessionQueue, SessionRecord, Sessions, WAITING_LIFE};

/// A session ends by itself after so many quiet hours, unless it says otherwise.
pub const DEFAULT_QUIET_HOURS: u32 = 12;
/// The longest quiet time that a session may allow itself: two weeks.
pub const QUIET_HOURS_LIMIT: u32 = 14 * 24;
/// The longest title, in characters.
pub const TITLE_LIMIT: usize = 80;
/// Members that a session may be limited to.
pub const MEMBERS_LIMIT: usize = 50;
/// What a session is called that nobody named.
pub const UNTITLED: &str = "Untitled";

/// What people said about a session, all of which they may change later.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub title: String,
    pub settings: Settings,
    /// Who takes part; empty: everybody.
    pub members: BTreeSet<u64>,
    /// The budget limit of all its pictures together.
    pub budget: Option<Micros>,
    /// The picture that each request starts from which names none: a key in the archive.
    pub reference: Option<String>,
    /// It ends by itself after so many hours without a request.
    pub quiet_hours: Option<u32>,
    /// Messages that say what it is about, and who started it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Posted>,
}

/// What a start or a change says; what it does not say stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanEdit {
    pub title: Option<String>,
    /// Settings that have a value are set.
    pub set: Settings,
    pub reset: Vec<Field>,
    /// Who takes part; empty: everybody.
    pub members: Option<BTreeSet<u64>>,
    /// The budget limit; `Some(None)`: none.
    pub budget: Option<Option<Micros>>,
    /// The picture to start from; `Some(None)`: none.
    pub reference: Option<Option<String>>,
    /// It ends by itself after so many quiet hours.
    pub quiet_hours: Option<u32>,
}

impl Plan {
    #[must_use]
    pub fn with(&self, edit: &PlanEdit) -> Plan {
        let mut plan = self.clone();
        edit.reset.iter().for_each(|field| plan.settings.copy(*field, &Settings::default()));
        edit.set.fields().for_each(|field| plan.settings.copy(field, &edit.set));
        plan.title = edit.title.clone().unwrap_or(plan.title);
        plan.members = edit.members.clone().unwrap_or(plan.members);
        plan.budget = edit.budget.unwrap_or(plan.budget);
        plan.reference = edit.reference.clone().unwrap_or(plan.reference);
        plan.quiet_hours = edit.quiet_hours.or(plan.quiet_hours);
        plan
    }

    /// What is left of it without anything that somebody wrote or attached.
    fn without_words(&self) -> Plan {
        let settings = Settings { negative: None, prefix: None, suffix: None, ..self.settings.clone() };
        Plan { title: UNTITLED.to_owned(), settings, reference: None, told: Vec::new(), ..self.clone() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    /// The server, or `None` in a private conversation.
    pub guild: Option<u64>,
    pub channel: u64,
    /// Who started it.
    pub by: u64,
    pub started: OffsetDateTime,
    /// The last request in it, or the start.
    pub last: OffsetDateTime,
    pub ended: Option<OffsetDateTime>,
    pub plan: Plan,
}

impl Session {
    /// The moment at which it ends by itself if nothing more is asked for.
    pub fn quiet_end(&self) -> OffsetDateTime {
        self.last + Duration::hours(i64::from(self.plan.quiet_hours.unwrap_or(DEFAULT_QUIET_HOURS)))
    }

    /// Whether a member started it or is named in it.
    pub(crate) fn has_to_do_with(&self, member: u64) -> bool {
        self.by == member || self.plan.members.contains(&member)
    }

    /// Whether it takes requests at `now`.
    pub fn is_open(&self, now: OffsetDateTime) -> bool {
        self.ended.is_none() && now < self.quiet_end()
    }
}
