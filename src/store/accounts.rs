//! Whose money and whose pictures: the accounts of a job, and what must have room in them. Pure.

use time::{Date, Month, OffsetDateTime};

use super::Tally;
use crate::error::Refusal;
use crate::job::{Job, Origin};
use crate::limits::{Ceiling, Purse, Terms};
use crate::money::Micros;
use crate::session::SessionId;

/// An account that never starts anew.
const EVER: &str = "ever";

/// The accounts of one job.
pub(super) struct Accounts {
    pub(super) guild: Option<String>,
    pub(super) member: Option<String>,
    pub(super) session: Option<String>,
    pub(super) key: Option<String>,
    pub(super) month: String,
    pub(super) day: String,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Account {
    /// Whose.
    pub(super) scope: String,
    /// A month, a day, or for ever.
    pub(super) period: String,
}

/// What is added to each account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Entry {
    /// Micro-dollars reserved.
    pub(super) reserved: i64,
    /// Micro-dollars spent.
    pub(super) spent: i64,
    /// Pictures under way.
    pub(super) ordered: i64,
    /// Pictures delivered.
    pub(super) delivered: i64,
}

impl Accounts {
    pub(super) fn of(job: &Job) -> Accounts {
        Accounts::from_origin(&job.origin, job.created)
    }

    pub(super) fn from_origin(origin: &Origin, created: OffsetDateTime) -> Accounts {
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

    /// The accounts of a member, whether or not anything is asked for.
    pub(super) fn at(
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

    pub(super) fn all(&self) -> Vec<Account> {
        use Purse::{Deployment, Guild, Key, MemberDay, MemberMonth, Session};
        let purses = [Deployment, Guild, MemberMonth, MemberDay, Session, Key].map(|purse| self.purse(purse));
        purses.into_iter().chain([self.member_ever()]).flatten().collect()
    }

    /// What the member has had in this server altogether.
    pub(super) fn member_ever(&self) -> Option<Account> {
        self.of_member(EVER)
    }

    /// A purse, if the job has one.
    pub(super) fn purse(&self, purse: Purse) -> Option<Account> {
        match purse {
            Purse::Deployment => Some(account("deployment".to_owned(), &self.month)),
            Purse::Guild => self.guild.as_ref().map(|guild| account(format!("guild:{guild}"), &self.month)),
            Purse::MemberDay => self.of_member(&self.day),
            Purse::MemberMonth => self.of_member(&self.month),
            Purse::Session => self.session.as_ref().map(|id| account(format!("session:{id}"), EVER)),
            Purse::Key => self.key.as_ref().map(|key| account(format!("key:{key}"), &self.month)),
        }
    }

    fn of_member(&self, period: &str) -> Option<Account> {
        let guild = self.guild.as_deref().unwrap_or("dm");
        self.member.as_ref().map(|member| account(format!("member:{guild}:{member}"), period))
    }

    /// What so many more pictures must fit under, the first to be named first.
    pub(super) fn numbers(&self, terms: &Terms, pictures: u32, now: OffsetDateTime) -> Vec<Bound> {
        let in_flight = terms.in_flight.map(|limit| Bound {
            account: self.member_ever(),
            more: pictures.into(),
            limit: Limit::InFlight(limit),
        });
        let daily = terms.daily.map(|limit| Bound {
            account: self.purse(Purse::MemberDay),
            more: pictures.into(),
            limit: Limit::Daily { limit, free_at: next_day(now).unix_timestamp() },
        });
        in_flight.into_iter().chain(daily).collect()
    }

    /// What so much more money must fit under. The accounts are those of the day and month of `created`.
    pub(super) fn ceilings(&self, terms: &Terms, more: Micros, created: OffsetDateTime) -> Vec<Bound> {
        let bound = |ceiling: &Ceiling| Bound {
            account: self.purse(ceiling.purse),
            more: more.0,
            limit: Limit::Ceiling {
                ceiling: *ceiling,
                free_at: free_at(ceiling.purse, created).map(OffsetDateTime::unix_timestamp),
            },
        };
        terms.ceilings.iter().filter(|_| more.0 > 0).map(bound).collect()
    }
}

/// A limit of what an account may hold, before something is added.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    /// None if the job has no such account, which counts as an empty one.
    pub(super) account: Option<Account>,
    pub(super) more: i64,
    pub(super) limit: Limit,
}

/// A limit, and when there is room again.
#[derive(Debug, Clone)]
pub(super) enum Limit {
    /// Pictures under way.
    InFlight(u32),
    /// Pictures of a day, under way or delivered.
    Daily { limit: u32, free_at: i64 },
    /// Money, reserved or spent.
    Ceiling { ceiling: Ceiling, free_at: Option<i64> },
}

impl Bound {
    /// Why it does not fit, if it does not, into an account that holds this.
    pub(super) fn refusal(&self, tally: &Tally) -> Option<Refusal> {
        let (used, refusal) = match self.limit {
            Limit::InFlight(limit) => {
                let used = tally.ordered;
                (used.into(), Refusal::InFlight { limit, used })
            }
            Limit::Daily { limit, free_at } => {
                let used = tally.ordered + tally.delivered;
                (used.into(), Refusal::QuotaUsed { limit, used, free_at })
            }
            Limit::Ceiling { ceiling: Ceiling { purse, limit }, free_at } => {
                let used = tally.reserved + tally.spent;
                (used.0, Refusal::BudgetUsed { purse, limit, used, free_at })
            }
        };
        (used > self.room()).then_some(refusal)
    }

    /// What the account may hold at most.
    pub(super) fn room(&self) -> i64 {
        let limit = match &self.limit {
            Limit::InFlight(limit) | Limit::Daily { limit, .. } => i64::from(*limit),
            Limit::Ceiling { ceiling, .. } => ceiling.limit.0,
        };
        limit.saturating_sub(self.more)
    }
}

fn account(scope: String, period: &str) -> Account {
    Account { scope, period: period.to_owned() }
}

/// The calendar month in UTC, such as `2026-11`.
pub(super) fn month(now: OffsetDateTime) -> String {
    format!("{:04}-{:02}", now.year(), u8::from(now.month()))
}

/// The calendar day in UTC, such as `2026-11-23`.
pub(super) fn day(now: OffsetDateTime) -> String {
    format!("{}-{:02}", month(now), now.day())
}

fn free_at(purse: Purse, created: OffsetDateTime) -> Option<OffsetDateTime> {
    match purse {
        Purse::Deployment | Purse::Guild | Purse::MemberMonth | Purse::Key => Some(next_month(created)),
        Purse::MemberDay => Some(next_day(created)),
        Purse::Session => None,
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
