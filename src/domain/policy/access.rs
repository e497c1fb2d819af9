//! Who may do what: rules for using Easel at all, for private pictures, and for single models.

use std::collections::{BTreeMap, BTreeSet};

pub use crate::domain::vocabulary::Barrier;
use serde::{Deserialize, Serialize};

use super::PLACES_LIMIT;
use crate::domain::refusal::PolicyList;
use crate::domain::refusal::Refusal;

/// Rules by what they guard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Who may use Easel at all.
    #[serde(rename = "paint")]
    pub generate: Rule,
    /// Who may have pictures that only they see.
    pub private: Rule,
    /// Who may use a model, by its name.
    pub models: BTreeMap<String, Rule>,
}

/// Roles and channels that may, and that may not. An empty list of those that may lets everybody in; a denial wins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// One of these roles is needed.
    pub roles: BTreeSet<u64>,
    /// None of these.
    pub denied_roles: BTreeSet<u64>,
    pub channels: BTreeSet<u64>,
    pub denied_channels: BTreeSet<u64>,
}

/// What a rule guards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guarded {
    /// Using Easel at all.
    Generate,
    Private,
    Model(String),
}

/// A role and a channel, either or both, to let in or to keep out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEdit {
    pub guarded: Guarded,
    pub role: Option<u64>,
    pub channel: Option<u64>,
    pub allowed: bool,
}

/// Who asks, from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker<'a> {
    /// Every role, that of everybody (the server's own id) among them.
    pub roles: &'a [u64],
    /// The channel and, for a thread, the one above it.
    pub places: &'a [u64],
}

impl Access {
    /// These rules after an edit.
    pub fn with(&self, edit: &AccessEdit) -> Result<Access, Refusal> {
        let mut access = self.clone();
        let rule = match &edit.guarded {
            Guarded::Generate => &mut access.generate,
            Guarded::Private => &mut access.private,
            Guarded::Model(name) => access.models.entry(name.clone()).or_default(),
        };
        if let Some(role) = edit.role {
            put(&mut rule.roles, &mut rule.denied_roles, role, edit.allowed);
        }
        if let Some(channel) = edit.channel {
            put(&mut rule.channels, &mut rule.denied_channels, channel, edit.allowed);
        }
        let lists = [&rule.roles, &rule.denied_roles, &rule.channels, &rule.denied_channels];
        if lists.iter().any(|list| list.len() > PLACES_LIMIT) {
            return Err(Refusal::PolicyFull { what: PolicyList::RulePlaces.into(), limit: PLACES_LIMIT });
        }
        Ok(access)
    }

    /// Whether the asker may use Easel at all.
    pub fn check(&self, asker: Asker<'_>) -> Result<(), Refusal> {
        self.generate.check(asker).map_err(|barrier| Refusal::NoAccess { barrier })
    }

    /// Whether the asker may have pictures that nobody else sees.
    pub fn check_private(&self, asker: Asker<'_>) -> Result<(), Refusal> {
        self.private.check(asker).map_err(|barrier| Refusal::NoPrivate { barrier })
    }

    /// Whether the asker may use the model of this name.
    pub fn offers(&self, asker: Asker<'_>, model: &str) -> bool {
        self.models.get(model).is_none_or(|rule| rule.check(asker).is_ok())
    }
}

impl Rule {
    fn check(&self, asker: Asker<'_>) -> Result<(), Barrier> {
        let any = |set: &BTreeSet<u64>, ids: &[u64]| ids.iter().any(|id| set.contains(id));
        if any(&self.denied_channels, asker.places)
            || !(self.channels.is_empty() || any(&self.channels, asker.places))
        {
            return Err(Barrier::Channel);
        }
        if any(&self.denied_roles, asker.roles) || !(self.roles.is_empty() || any(&self.roles, asker.roles)) {
            return Err(Barrier::Roles);
        }
        Ok(())
    }
}

fn put(allowed: &mut BTreeSet<u64>, denied: &mut BTreeSet<u64>, id: u64, is_allowed: bool) {
    let (to, from) = if is_allowed { (allowed, denied) } else { (denied, allowed) };
    from.remove(&id);
    to.insert(id);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(roles: &[u64], denied_roles: &[u64], channels: &[u64], denied_channels: &[u64]) -> Rule {
        let set = |ids: &[u64]| ids.iter().copied().collect();
        Rule {
            roles: set(roles),
            denied_roles: set(denied_roles),
            channels: set(channels),
            denied_channels: set(denied_channels),
        }
    }

    #[test]
    fn a_denial_wins_and_a_list_of_the_allowed_keeps_the_rest_out() {
        let asker = Asker { roles: &[3, 20], places: &[5, 50] };
        for (rule, expected) in [
            (rule(&[], &[], &[], &[]), Ok(())),
            (rule(&[20], &[], &[], &[]), Ok(())),
            (rule(&[21], &[], &[], &[]), Err(Barrier::Roles)),
            (rule(&[20], &[3], &[], &[]), Err(Barrier::Roles)),
            (rule(&[], &[], &[50], &[]), Ok(())),
            (rule(&[], &[], &[6], &[]), Err(Barrier::Channel)),
            (rule(&[], &[], &[5], &[50]), Err(Barrier::Channel)),
        ] {
            assert_eq!(rule.check(asker), expected, "{rule:?}");
        }
    }
}
