//! What a server's admins say: defaults, models, access, limits, budgets, words. Pure; the store keeps it, together
//! with who changed what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::limits::Limits;
use crate::domain::money::Micros;
use crate::domain::refusal::{PolicyList, Refusal};
use crate::domain::settings::{Defaults, Field, Settings};
use crate::domain::vocabulary::JobId;
use crate::domain::words::WordRule;

mod access;
mod trail;

pub use access::{Access, AccessEdit, Asker, Barrier, Guarded, Rule};
pub(crate) use trail::PolicyRecord;
pub use trail::{Change, Entry};

/// Channels and roles that may have settings of their own, so that a policy stays small.
pub const PLACES_LIMIT: usize = 100;
/// Blocked words and phrases of one server.
pub const WORDS_LIMIT: usize = 500;

/// One server's rules.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    pub defaults: Defaults,
    pub channels: BTreeMap<u64, Defaults>,
    pub models: ModelRules,
    pub access: Access,
    /// Limits of every member.
    pub limits: Limits,
    /// Limits of members with a role, in place of the general ones.
    pub roles: BTreeMap<u64, Limits>,
    pub budget: Budget,
    pub words: Vec<WordRule>,
    /// Nobody may order pictures, for this reason.
    pub paused: Option<String>,
}

/// Which models a server offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelRules {
    /// These and no others, by name, as far as they are not denied; empty: all.
    pub only: BTreeSet<String>,
    pub denied: BTreeSet<String>,
}

impl ModelRules {
    /// Whether the model of this name is offered.
    pub fn allow(&self, name: &str) -> bool {
        !self.denied.contains(name) && (self.only.is_empty() || self.only.contains(name))
    }
}

/// Budget limits in dollars, over calendar days and months in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Budget {
    /// Of the whole server, a month.
    pub month: Option<Micros>,
    /// Of each member, a day.
    pub member_day: Option<Micros>,
    /// Of each member, a month.
    pub member_month: Option<Micros>,
    /// The channel that is told when 80 % of the server's month are used.
    pub warn_in: Option<u64>,
}

/// Budget limits to set, as in [`Budget`]; `Some(None)` takes one away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BudgetEdit {
    pub month: Option<Option<Micros>>,
    pub member_day: Option<Option<Micros>>,
    pub member_month: Option<Option<Micros>>,
    pub warn_in: Option<Option<u64>>,
}

impl Budget {
    fn with(&self, edit: &BudgetEdit) -> Budget {
        Budget {
            month: edit.month.unwrap_or(self.month),
            member_day: edit.member_day.unwrap_or(self.member_day),
            member_month: edit.member_month.unwrap_or(self.member_month),
            warn_in: edit.warn_in.unwrap_or(self.warn_in),
        }
    }
}

/// A part of a policy with its value: what one change replaces, and what undoing it puts back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The layer of the server, or of one channel.
    Defaults(Option<u64>, Defaults),
    Models(ModelRules),
    Access(Access),
    /// Limits of everybody, or of one role.
    Limits(Option<u64>, Limits),
    Budget(Budget),
    Words(Vec<WordRule>),
    /// Whether nobody may order pictures.
    Paused(Option<String>),
    /// The pictures of this job were removed by somebody who moderates the server: a note, and no part of its rules.
    Removed(Option<JobId>),
}

/// What an admin wants changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Sets those of the fields that have a value, for the server or a channel.
    SetDefaults(Option<u64>, Settings),
    /// Takes the values of these fields away; all fields and locks if there are none.
    ResetDefaults(Option<u64>, Vec<Field>),
    Lock(Option<u64>, Field, bool),
    /// Offers a model again, or nothing else than what was named so far and this one (`only`).
    AllowModel {
        name: String,
        /// Only models that were allowed by name are offered.
        only: bool,
    },
    DenyModel(String),
    /// Lets a role or a channel do something, or not.
    Access(AccessEdit),
    /// Lets everybody do everything.
    ResetAccess,
    /// Sets those of the limits that have a value, of everybody or of a role.
    SetLimits(Option<u64>, Limits),
    /// Takes all limits away, of everybody or of a role.
    ResetLimits(Option<u64>),
    /// Sets those budget limits that are named; `Some(None)` takes one away.
    SetBudget(BudgetEdit),
    ResetBudget,
    AddWord(WordRule),
    RemoveWord(String),
    Pause(Option<String>),
}

impl Policy {
    /// The part that `like` is about, as it stands.
    fn part(&self, like: &Part) -> Part {
        match like {
            Part::Defaults(None, _) => Part::Defaults(None, self.defaults.clone()),
            Part::Defaults(Some(channel), _) => {
                Part::Defaults(Some(*channel), self.channels.get(channel).cloned().unwrap_or_default())
            }
            Part::Models(_) => Part::Models(self.models.clone()),
            Part::Access(_) => Part::Access(self.access.clone()),
            Part::Limits(None, _) => Part::Limits(None, self.limits.clone()),
            Part::Limits(Some(role), _) => {
                Part::Limits(Some(*role), self.roles.get(role).cloned().unwrap_or_default())
            }
            Part::Budget(_) => Part::Budget(self.budget.clone()),
            Part::Words(_) => Part::Words(self.words.clone()),
            Part::Paused(_) => Part::Paused(self.paused.clone()),
            Part::Removed(_) => Part::Removed(None),
        }
    }

    /// Puts a part in its place.
    fn put(&mut self, part: Part) {
        match part {
            Part::Defaults(None, defaults) => self.defaults = defaults,
            Part::Defaults(Some(channel), defaults) => put_or_remove(&mut self.channels, channel, defaults),
            Part::Models(models) => self.models = models,
            Part::Access(access) => self.access = access,
            Part::Limits(None, limits) => self.limits = limits,
            Part::Limits(Some(role), limits) => put_or_remove(&mut self.roles, role, limits),
            Part::Budget(budget) => self.budget = budget,
            Part::Words(words) => self.words = words,
            Part::Paused(reason) => self.paused = reason,
            Part::Removed(_) => {}
        }
    }

    fn after(&self, edit: &Edit) -> Result<Part, Refusal> {
        Ok(match edit {
            Edit::SetDefaults(channel, set) => self.with_defaults(*channel, |defaults| {
                set.fields().for_each(|field| defaults.settings.copy(field, set));
            })?,
            Edit::ResetDefaults(channel, fields) => self.with_defaults(*channel, |defaults| {
                if fields.is_empty() {
                    *defaults = Defaults::default();
                }
                fields.iter().for_each(|field| defaults.settings.copy(*field, &Settings::default()));
            })?,
            Edit::Lock(channel, field, locked) => self.with_defaults(*channel, |defaults| {
                if *locked {
                    defaults.locks.insert(*field);
                } else {
                    defaults.locks.remove(field);
                }
            })?,
            Edit::AllowModel { name, only } => Part::Models(self.models_with(name, *only)),
            Edit::DenyModel(name) => Part::Models(self.models_without(name)),
            Edit::Access(edit) => Part::Access(self.access.with(edit)?),
            Edit::ResetAccess => Part::Access(Access::default()),
            Edit::SetLimits(role, set) => {
                if let Some(role) = role {
                    has_room(&self.roles, *role, PolicyList::RoleLimits)?;
                }
                let Part::Limits(_, limits) = self.part(&Part::Limits(*role, Limits::default())) else {
                    return Err(Refusal::NothingToChange);
                };
                Part::Limits(*role, set.or(&limits))
            }
            Edit::ResetLimits(role) => Part::Limits(*role, Limits::default()),
            Edit::SetBudget(edit) => Part::Budget(self.budget.with(edit)),
            Edit::ResetBudget => Part::Budget(Budget::default()),
            Edit::AddWord(rule) => Part::Words(self.words_with(rule)?),
            Edit::RemoveWord(phrase) => Part::Words(self.words_without(phrase)?),
            Edit::Pause(reason) => Part::Paused(reason.clone()),
        })
    }

    fn with_defaults(
        &self,
        channel: Option<u64>,
        change: impl FnOnce(&mut Defaults),
    ) -> Result<Part, Refusal> {
        let mut defaults = match channel {
            None => self.defaults.clone(),
            Some(channel) => {
                has_room(&self.channels, channel, PolicyList::ChannelDefaults)?;
                self.channels.get(&channel).cloned().unwrap_or_default()
            }
        };
        change(&mut defaults);
        Ok(Part::Defaults(channel, defaults))
    }

    fn models_with(&self, name: &str, only: bool) -> ModelRules {
        let mut models = self.models.clone();
        models.denied.remove(name);
        if only || !models.only.is_empty() {
            models.only.insert(name.to_owned());
        }
        models
    }

    fn models_without(&self, name: &str) -> ModelRules {
        let mut models = self.models.clone();
        models.denied.insert(name.to_owned());
        models
    }

    fn words_with(&self, rule: &WordRule) -> Result<Vec<WordRule>, Refusal> {
        let mut words = self.words.clone();
        match words.iter_mut().find(|known| known.is_about(&rule.phrase)) {
            Some(known) => *known = rule.clone(),
            None => words.push(rule.clone()),
        }
        if words.len() > WORDS_LIMIT {
            return Err(Refusal::PolicyFull { what: PolicyList::Words.into(), limit: WORDS_LIMIT });
        }
        Ok(words)
    }

    fn words_without(&self, phrase: &str) -> Result<Vec<WordRule>, Refusal> {
        let words: Vec<_> = self.words.iter().filter(|rule| !rule.is_about(phrase)).cloned().collect();
        if words.len() == self.words.len() {
            return Err(Refusal::NotBlocked { phrase: phrase.to_owned() });
        }
        Ok(words)
    }

    /// The layer of a channel; a thread without one has that of the channel above it.
    pub fn channel_defaults(&self, places: &[u64]) -> Option<&Defaults> {
        places.iter().find_map(|place| self.channels.get(place))
    }

    /// The limits of a member with these roles: of the roles that set one, the most generous.
    pub fn limits_of(&self, roles: &[u64]) -> Limits {
        let of_roles = roles.iter().filter_map(|role| self.roles.get(role));
        let generous = of_roles.fold(None, |sum: Option<Limits>, limits| {
            Some(sum.map_or_else(|| limits.clone(), |sum| sum.most_generous(limits)))
        });
        generous.map_or_else(|| self.limits.clone(), |limits| limits.or(&self.limits))
    }
}

fn has_room<T>(known: &BTreeMap<u64, T>, key: u64, what: PolicyList) -> Result<(), Refusal> {
    if known.contains_key(&key) || known.len() < PLACES_LIMIT {
        return Ok(());
    }
    Err(Refusal::PolicyFull { what: what.into(), limit: PLACES_LIMIT })
}

fn put_or_remove<T: Default + PartialEq>(map: &mut BTreeMap<u64, T>, key: u64, value: T) {
    if value == T::default() {
        map.remove(&key);
    } else {
        map.insert(key, value);
    }
}

#[cfg(test)]
mod tests;
