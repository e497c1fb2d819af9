//! Whose money and whose pictures: every change of a job's price or number goes through all accounts of the job.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::{Date, Month, OffsetDateTime};

use super::rows;
use crate::error::Refusal;
use crate::job::{Job, JobId, Origin, State};
use crate::limits::{Ceiling, Purse, Terms};
use crate::money::Micros;
use crate::store::Tally;

/// An account that never starts anew.
const EVER: &str = "ever";

/// The accounts of one job.
pub(super) struct Accounts {
    guild: Option<String>,
    member: Option<String>,
    session: Option<String>,
    key: Option<String>,
    month: String,
    day: String,
}

/// What is added to each account.
#[derive(Clone, Copy, Default)]
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
        let (guild, member, key) = match &job.origin {
            Origin::Discord(origin) => (origin.guild, Some(origin.member), None),
            Origin::Shell => (None, None, None),
            Origin::Api(origin) => (None, None, Some(origin.key.clone())),
        };
        Accounts {
            guild: guild.map(|id| id.to_string()),
            member: member.map(|id| id.to_string()),
            session: job.session().map(|id| id.to_string()),
            key,
            month: month(job.created),
            day: day(job.created),
        }
    }

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Accounts> {
        Ok(Accounts {
            guild: row.get("guild")?,
            member: row.get("member")?,
            session: row.get("session")?,
            key: row.get("api_key")?,
            month: row.get("period")?,
            day: row.get("day")?,
        })
    }

    /// The accounts of a member who asks for nothing at the moment.
    pub(super) fn at(
        guild: Option<u64>,
        member: u64,
        session: Option<String>,
        now: OffsetDateTime,
    ) -> Accounts {
        Accounts {
            guild: guild.map(|id| id.to_string()),
            member: Some(member.to_string()),
            session,
            key: None,
            month: month(now),
            day: day(now),
        }
    }

    fn member_scope(&self) -> Option<String> {
        let guild = self.guild.as_deref().unwrap_or("dm");
        self.member.as_ref().map(|member| format!("member:{guild}:{member}"))
    }

    /// Scope and period of each account.
    fn all(&self) -> Vec<(String, &str)> {
        let mut all = vec![("deployment".to_owned(), self.month.as_str())];
        all.extend(self.guild.as_ref().map(|guild| (format!("guild:{guild}"), self.month.as_str())));
        if let Some(member) = self.member_scope() {
            all.extend([&self.month, &self.day].map(|period| (member.clone(), period.as_str())));
            all.push((member, EVER));
        }
        all.extend(self.session.as_ref().map(|session| (format!("session:{session}"), EVER)));
        all.extend(self.key.as_ref().map(|key| (format!("key:{key}"), self.month.as_str())));
        all
    }

    /// Scope and period of a purse, if the job has one.
    fn purse(&self, purse: Purse) -> Option<(String, &str)> {
        match purse {
            Purse::Deployment => Some(("deployment".to_owned(), &self.month)),
            Purse::Guild => self.guild.as_ref().map(|guild| (format!("guild:{guild}"), self.month.as_str())),
            Purse::MemberDay => self.member_scope().map(|scope| (scope, self.day.as_str())),
            Purse::MemberMonth => self.member_scope().map(|scope| (scope, self.month.as_str())),
            Purse::Session => self.session.as_ref().map(|session| (format!("session:{session}"), EVER)),
            Purse::Key => self.key.as_ref().map(|key| (format!("key:{key}"), self.month.as_str())),
        }
    }

    pub(super) fn book(&self, db: &Connection, entry: Entry) -> rusqlite::Result<()> {
        for (scope, period) in self.all() {
            db.prepare_cached(
                "INSERT INTO spend (scope, period, reserved, spent, ordered, delivered) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (scope, period) DO UPDATE SET reserved = reserved + excluded.reserved, spent = spent + excluded.spent,
                     ordered = ordered + excluded.ordered, delivered = delivered + excluded.delivered",
            )?
            .execute(params![scope, period, entry.reserved, entry.spent, entry.ordered, entry.delivered])?;
        }
        Ok(())
    }

    /// What a purse holds; nothing if the job has no such purse.
    pub(super) fn tally(&self, db: &Connection, purse: Purse) -> rusqlite::Result<Tally> {
        self.purse(purse).map_or(Ok(Tally::default()), |(scope, period)| tally(db, &scope, period))
    }

    /// What the member has had in this server altogether.
    pub(super) fn member_ever(&self, db: &Connection) -> rusqlite::Result<Tally> {
        self.member_scope().map_or(Ok(Tally::default()), |scope| tally(db, &scope, EVER))
    }

    /// Whether the server's last order of this month came with word that most of the budget is used. The accounts do
    /// not tell: a repeated call may have crossed the line since, or another ceiling may have moved it.
    pub(super) fn guild_was_told(&self, db: &Connection) -> rusqlite::Result<bool> {
        let told = db
            .prepare_cached(
                "SELECT budget_used IS NOT NULL FROM jobs WHERE guild = ?1 AND period = ?2 AND state <> 'cancelled'
                 ORDER BY rowid DESC LIMIT 1",
            )?
            .query_row(params![self.guild, self.month], |row| row.get(0))
            .optional()?;
        Ok(told.unwrap_or_default())
    }

    /// The first ceiling that `more` would go beyond. The accounts are those of the day and month of `created`.
    pub(super) fn over_budget(
        &self,
        db: &Connection,
        ceilings: &[Ceiling],
        more: Micros,
        created: OffsetDateTime,
    ) -> rusqlite::Result<Option<Refusal>> {
        for Ceiling { purse, limit } in ceilings.iter().filter(|_| more.0 > 0) {
            let tally = self.tally(db, *purse)?;
            let used = tally.reserved + tally.spent;
            if used + more > *limit {
                let free_at = free_at(*purse, created).map(OffsetDateTime::unix_timestamp);
                return Ok(Some(Refusal::BudgetUsed { purse: *purse, limit: *limit, used, free_at }));
            }
        }
        Ok(None)
    }

    /// The first number of pictures that `more` would go beyond.
    pub(super) fn over_quota(
        &self,
        db: &Connection,
        terms: &Terms,
        more: u32,
        now: OffsetDateTime,
    ) -> rusqlite::Result<Option<Refusal>> {
        if let Some(limit) = terms.in_flight {
            let used = self.member_ever(db)?.ordered;
            if used + more > limit {
                return Ok(Some(Refusal::InFlight { limit, used }));
            }
        }
        if let Some(limit) = terms.daily {
            let today = self.tally(db, Purse::MemberDay)?;
            let used = today.ordered + today.delivered;
            if used + more > limit {
                let free_at = next_day(now).unix_timestamp();
                return Ok(Some(Refusal::QuotaUsed { limit, used, free_at }));
            }
        }
        Ok(None)
    }
}

fn tally(db: &Connection, scope: &str, period: &str) -> rusqlite::Result<Tally> {
    let found = db
        .prepare_cached(
            "SELECT reserved, spent, ordered, delivered FROM spend WHERE scope = ?1 AND period = ?2",
        )?
        .query_row([scope, period], |row| {
            Ok(Tally {
                reserved: Micros(row.get(0)?),
                spent: Micros(row.get(1)?),
                ordered: row.get(2)?,
                delivered: row.get(3)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// A job that a worker holds, as far as money goes.
pub(super) struct Held {
    pub(super) accounts: Accounts,
    pub(super) created: OffsetDateTime,
    pub(super) state: State,
    pub(super) reserved: i64,
    pub(super) model: String,
    pub(super) terms: Terms,
}

/// The job if this fence still holds it.
pub(super) fn held(db: &Connection, job: JobId, fence: i64) -> rusqlite::Result<Option<Held>> {
    db.prepare_cached("SELECT * FROM jobs WHERE id = ?1 AND fence = ?2 AND owner IS NOT NULL")?
        .query_row(params![job.to_string(), fence], |row| {
            Ok(Held {
                accounts: Accounts::from_row(row)?,
                created: rows::time(row, "created_at")?,
                state: rows::state(row)?,
                reserved: row.get("reserved_micros")?,
                model: row.get("model")?,
                terms: rows::from_json(row, "terms")?,
            })
        })
        .optional()
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
