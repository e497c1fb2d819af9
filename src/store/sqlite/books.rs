//! The accounts in the database: every change of a job's price or number goes through all accounts of the job.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use super::rows;
use crate::error::Refusal;
use crate::job::{JobId, State};
use crate::limits::{Purse, Terms};
use crate::money::Micros;
use crate::store::Tally;
use crate::store::accounts::{Account, Accounts, Bound, Entry};

impl Accounts {
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

    pub(super) fn book(&self, db: &Connection, entry: Entry) -> rusqlite::Result<()> {
        for Account { scope, period } in self.all() {
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
        tally(db, self.purse(purse).as_ref())
    }

    pub(super) fn in_flight(&self, db: &Connection) -> rusqlite::Result<u32> {
        Ok(tally(db, self.member_ever().as_ref())?.ordered)
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
}

/// Why the first of these bounds that does not hold would be broken.
pub(super) fn first_broken(db: &Connection, bounds: Vec<Bound>) -> rusqlite::Result<Option<Refusal>> {
    for bound in bounds {
        if let Some(refusal) = bound.refusal(&tally(db, bound.account.as_ref())?) {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}

fn tally(db: &Connection, account: Option<&Account>) -> rusqlite::Result<Tally> {
    let Some(Account { scope, period }) = account else { return Ok(Tally::default()) };
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
