//! Whose money and whose pictures: the accounts of a job, and the limits of what they may hold.

use std::collections::HashMap;
use std::ops::Sub;

use time::macros::format_description;
use time::{Date, Month, OffsetDateTime};

use super::{Job, JobId, Origin};
use crate::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::SessionId;

/// The period of an account that never starts anew.
const EVER: &str = "ever";
/// How long the account of a day is kept after that day.
const DAY_KEPT: time::Duration = time::Duration::days(400);

/// The accounts of one job.
pub(crate) struct Accounts {
    pub(crate) guild: Option<String>,
    pub(crate) member: Option<String>,
    session: Option<String>,
    key: Option<String>,
    pub(crate) month: String,
    pub(crate) day: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Account {
    pub(crate) scope: String,
    /// A month, a day, or for ever.
    pub(crate) period: String,
}

/// What an account holds, or what is posted to it. Money in micro-dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Amounts {
    /// For calls to come.
    pub(crate) reserved: i64,
    /// What calls may have cost.
    pub(crate) spent: i64,
    /// Pictures under way.
    pub(crate) ordered: i64,
    pub(crate) delivered: i64,
    pub(crate) calls: i64,
}

/// An account as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Balance {
    pub(crate) amounts: Amounts,
    /// The job that came with the warning that most of the budget is used.
    pub(crate) warned_by: Option<JobId>,
    /// The turn of the next order, if something is under way then: see [`super::record::WorkQueue`].
    pub(crate) next_turn: i64,
}

/// Accounts that were read together; what is missing holds nothing.
pub(crate) type Balances = HashMap<Account, Balance>;

/// What an account holds, for those who look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Reserved for calls to come.
    pub reserved: Micros,
    /// What calls may have cost.
    pub spent: Micros,
    /// Pictures under way.
    pub ordered: u32,
    pub delivered: u32,
}

impl Sub for Amounts {
    type Output = Amounts;
    fn sub(self, other: Amounts) -> Amounts {
        Amounts {
            reserved: self.reserved - other.reserved,
            spent: self.spent - other.spent,
            ordered: self.ordered - other.ordered,
            delivered: self.delivered - other.delivered,
            calls: self.calls - other.calls,
        }
    }
}

impl Amounts {
    /// What budgets are held against.
    pub(crate) fn used(&self) -> i64 {
        self.reserved + self.spent
    }

    /// What a member's day is held against.
    pub(crate) fn taken(&self) -> i64 {
        self.ordered + self.delivered
    }

    pub(crate) fn tally(&self) -> Tally {
        let count = |pictures: i64| u32::try_from(pictures.max(0)).unwrap_or(u32::MAX);
        Tally {
            reserved: Micros(self.reserved),
            spent: Micros(self.spent),
            ordered: count(self.ordered),
            delivered: count(self.delivered),
        }
    }
}

impl Account {
    /// The Unix second from which a store may forget it.
    pub(crate) fn kept_until(&self) -> Option<i64> {
        let day = Date::parse(&self.period, format_description!("[year]-[month]-[day]")).ok()?;
        Some((day.midnight().assume_utc() + DAY_KEPT).unix_timestamp())
    }
}

impl Accounts {
    pub(crate) fn of(job: &Job) -> Accounts {
        Accounts::from_origin(&job.origin, job.created)
    }

    pub(crate) fn from_origin(origin: &Origin, created: OffsetDateTime) -> Accounts {
        match origin {
            Origin::Discord(origin) => {
                let session = origin.session.as_ref().map(|session| session.id);
                Accounts::at(origin.guild, Some(origin.member), session, created)
            }
            Origin::Shell => Accounts::at(None, None, None, created),
            Origin::Api(origin) => {
                Accounts { key: Some(origin.key.clone()), ..Accounts::at(None, None, None, created) }
            }
        }
    }

    /// The accounts of a member, whether or not anything is ordered.
    pub(crate) fn at(
        guild: Option<u64>,
        member: Option<u64>,
        session: Option<SessionId>,
        now: OffsetDateTime,
    ) -> Accounts {
        Accounts {
            guild: guild.map(|id| id.to_string()),
            member: member.map(|id| id.to_string()),
            session: session.map(|id| id.to_string()),
            key: None,
            month: month(now),
            day: day(now),
        }
    }

    pub(crate) fn all(&self) -> Vec<Account> {
        use BudgetScope::{Deployment, Guild, Key, MemberDay, MemberMonth, Session};
        let budgets =
            [Deployment, Guild, MemberMonth, MemberDay, Session, Key].map(|scope| self.of_budget(scope));
        budgets.into_iter().chain([self.member_ever()]).flatten().collect()
    }

    pub(crate) fn member_ever(&self) -> Option<Account> {
        self.of_member(EVER)
    }

    /// Whose orders take turns with those of others.
    pub(crate) fn of_turns(&self) -> Option<Account> {
        self.member_ever().or_else(|| self.of_budget(BudgetScope::Key))
    }

    pub(crate) fn of_budget(&self, scope: BudgetScope) -> Option<Account> {
        match scope {
            BudgetScope::Deployment => Some(account("deployment".to_owned(), &self.month)),
            BudgetScope::Guild => {
                self.guild.as_ref().map(|guild| account(format!("guild:{guild}"), &self.month))
            }
            BudgetScope::MemberDay => self.of_member(&self.day),
            BudgetScope::MemberMonth => self.of_member(&self.month),
            BudgetScope::Session => self.session.as_ref().map(|id| account(format!("session:{id}"), EVER)),
            BudgetScope::Key => self.key.as_ref().map(|key| account(format!("key:{key}"), &self.month)),
        }
    }

    fn of_member(&self, period: &str) -> Option<Account> {
        let guild = self.guild.as_deref().unwrap_or("dm");
        self.member.as_ref().map(|member| account(format!("member:{guild}:{member}"), period))
    }

    /// What so many more pictures must fit under, the first to be named first.
    pub(super) fn numbers(&self, limits: &AdmissionLimits, pictures: i64, now: OffsetDateTime) -> Vec<Bound> {
        let in_flight = limits.in_flight.map(|limit| Bound {
            account: self.member_ever(),
            more: pictures,
            limit: Limit::InFlight(limit),
        });
        let daily = limits.daily.map(|limit| Bound {
            account: self.of_budget(BudgetScope::MemberDay),
            more: pictures,
            limit: Limit::Daily { limit, free_at: next_day(now).unix_timestamp() },
        });
        in_flight.into_iter().chain(daily).collect()
    }

    /// What so much more money must fit under. The accounts are those of the day and month of `created`.
    pub(super) fn budget_bounds(
        &self,
        limits: &AdmissionLimits,
        more: Micros,
        created: OffsetDateTime,
    ) -> Vec<Bound> {
        let bound = |budget: &BudgetLimit| Bound {
            account: self.of_budget(budget.scope),
            more: more.0,
            limit: Limit::Budget {
                budget: *budget,
                free_at: free_at(budget.scope, created).map(OffsetDateTime::unix_timestamp),
            },
        };
        limits.budgets.iter().filter(|_| more.0 > 0).map(bound).collect()
    }
}

/// A limit of what an account may hold, before something is added.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    /// `None` if the job has no such account, which counts as an empty one.
    pub(crate) account: Option<Account>,
    more: i64,
    limit: Limit,
}

/// A limit, and when there is room again in Unix seconds.
#[derive(Debug, Clone)]
enum Limit {
    /// Pictures under way.
    InFlight(u32),
    Daily {
        limit: u32,
        free_at: i64,
    },
    Budget {
        budget: BudgetLimit,
        free_at: Option<i64>,
    },
}

/// The amount of an account that a bound holds against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Ordered,
    Taken,
    Used,
}

impl Bound {
    fn refusal(&self, held: &Amounts) -> Option<Refusal> {
        let count = |pictures: i64| u32::try_from(pictures.max(0)).unwrap_or(u32::MAX);
        let (used, refusal) = match self.limit {
            Limit::InFlight(limit) => {
                let used = held.ordered;
                (used, Refusal::InFlight { limit, used: count(used) })
            }
            Limit::Daily { limit, free_at } => {
                let used = held.taken();
                (used, Refusal::QuotaUsed { limit, used: count(used), free_at })
            }
            Limit::Budget { budget: BudgetLimit { scope, limit }, free_at } => {
                let used = held.used();
                (used, Refusal::BudgetUsed { scope, limit, used: Micros(used), free_at })
            }
        };
        (used > self.room()).then_some(refusal)
    }

    /// What the account may hold at most before the addition.
    pub(crate) fn room(&self) -> i64 {
        let limit = match &self.limit {
            Limit::InFlight(limit) | Limit::Daily { limit, .. } => i64::from(*limit),
            Limit::Budget { budget, .. } => budget.limit.0,
        };
        limit.saturating_sub(self.more)
    }

    pub(crate) fn measure(&self) -> Measure {
        match self.limit {
            Limit::InFlight(_) => Measure::Ordered,
            Limit::Daily { .. } => Measure::Taken,
            Limit::Budget { .. } => Measure::Used,
        }
    }
}

/// Why the first of these bounds that does not hold would be broken.
pub(crate) fn first_broken(bounds: &[Bound], balances: &Balances) -> Option<Refusal> {
    bounds.iter().find_map(|bound| {
        let balance = bound.account.as_ref().and_then(|account| balances.get(account));
        bound.refusal(&balance.map(|balance| balance.amounts).unwrap_or_default())
    })
}

fn account(scope: String, period: &str) -> Account {
    Account { scope, period: period.to_owned() }
}

/// The calendar month in UTC, such as `2026-11`.
pub(crate) fn month(now: OffsetDateTime) -> String {
    format!("{:04}-{:02}", now.year(), u8::from(now.month()))
}

/// The calendar day in UTC, such as `2026-11-23`.
fn day(now: OffsetDateTime) -> String {
    format!("{}-{:02}", month(now), now.day())
}

fn free_at(scope: BudgetScope, created: OffsetDateTime) -> Option<OffsetDateTime> {
    match scope {
        BudgetScope::Deployment | BudgetScope::Guild | BudgetScope::MemberMonth | BudgetScope::Key => {
            Some(next_month(created))
        }
        BudgetScope::MemberDay => Some(next_day(created)),
        BudgetScope::Session => None,
    }
}

fn next_day(now: OffsetDateTime) -> OffsetDateTime {
    now.date().next_day().map_or(now, |date| date.midnight().assume_utc())
}

fn next_month(now: OffsetDateTime) -> OffsetDateTime {
    let year = if now.month() == Month::December { now.year() + 1 } else { now.year() };
    let first = Date::from_calendar_date(year, now.month().next(), 1);
    first.map_or(now, |date| date.midnight().assume_utc())
}
