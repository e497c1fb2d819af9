//! Changes of a policy, and the audit trail of who made them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Edit, Part, Policy};
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::JobId;

/// What a change replaced by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub before: Part,
    pub after: Part,
}

/// A line of a server's audit trail.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number within the server, from 1.
    pub number: i64,
    pub at: OffsetDateTime,
    pub by: u64,
    pub change: Change,
    /// The entry that this one took back.
    pub undoes: Option<i64>,
}

impl Entry {
    /// The job whose pictures were removed, if that is what it is about.
    pub(crate) fn removed(&self) -> Option<JobId> {
        match self.change.after {
            Part::Removed(job) => job,
            _ => None,
        }
    }
}

/// A server's policy with its audit trail: a store loads it, takes a step, and writes the policy and the entry that
/// the step added.
#[derive(Debug)]
pub(crate) struct PolicyRecord {
    pub(crate) policy: Policy,
    /// The number of the trail's last entry.
    last: i64,
    pub(crate) added: Option<Entry>,
}

impl PolicyRecord {
    pub(crate) fn new(policy: Policy, last: i64) -> PolicyRecord {
        PolicyRecord { policy, last, added: None }
    }

    /// Makes an edit; `None` if it changes nothing.
    pub(crate) fn edit(
        &mut self,
        edit: &Edit,
        by: u64,
        now: OffsetDateTime,
    ) -> Result<Option<Entry>, Refusal> {
        let change = self.policy.edited(edit)?;
        Ok(change.map(|change| self.make(change, None, by, now)))
    }

    /// Takes an entry back, if nothing has changed its part since.
    pub(crate) fn undo(&mut self, entry: &Entry, by: u64, now: OffsetDateTime) -> Result<Entry, Refusal> {
        let change = self.policy.undone(entry.number, &entry.change)?;
        Ok(self.make(change, Some(entry.number), by, now))
    }

    /// Notes that somebody removed the pictures of a member.
    pub(crate) fn note_removal(&mut self, job: JobId, by: u64, now: OffsetDateTime) {
        let change = Change { before: Part::Removed(None), after: Part::Removed(Some(job)) };
        self.make(change, None, by, now);
    }

    fn make(&mut self, change: Change, undoes: Option<i64>, by: u64, now: OffsetDateTime) -> Entry {
        self.policy.put(change.after.clone());
        self.last += 1;
        let entry = Entry { number: self.last, at: now, by, change, undoes };
        self.added.insert(entry).clone()
    }
}

impl Policy {
    pub(super) fn edited(&self, edit: &Edit) -> Result<Option<Change>, Refusal> {
        let after = self.after(edit)?;
        let before = self.part(&after);
        Ok((before != after).then_some(Change { before, after }))
    }

    pub(super) fn undone(&self, number: i64, change: &Change) -> Result<Change, Refusal> {
        if matches!(change.after, Part::Removed(_)) {
            return Err(Refusal::GoneForGood { number });
        }
        if self.part(&change.after) == change.after {
            Ok(Change { before: change.after.clone(), after: change.before.clone() })
        } else {
            Err(Refusal::ChangedSince { number })
        }
    }
}
