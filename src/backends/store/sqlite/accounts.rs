//! The accounts in the database.

use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows;
use crate::domain::job::accounts::{Account, Amounts, Balance, Balances};
use crate::domain::job::{JobId, Posting};

/// What these accounts hold.
pub(super) fn balances(db: &Connection, accounts: Vec<Account>) -> rusqlite::Result<Balances> {
    let mut balances = Balances::new();
    let mut find = db.prepare_cached("SELECT * FROM accounts WHERE scope = ?1 AND period = ?2")?;
    for account in accounts {
        if let Entry::Vacant(missing) = balances.entry(account) {
            let Account { scope, period } = missing.key();
            let found = find.query_row([scope, period], balance).optional()?;
            missing.insert(found.unwrap_or_default());
        }
    }
    Ok(balances)
}

pub(super) fn balance(row: &Row<'_>) -> rusqlite::Result<Balance> {
    let warned_by: Option<String> = row.get("warned_by")?;
    let warned_by: Option<JobId> = warned_by.is_some().then(|| rows::parsed(row, "warned_by")).transpose()?;
    Ok(Balance { amounts: amounts(row)?, warned_by, next_turn: row.get("next_turn")? })
}

fn amounts(row: &Row<'_>) -> rusqlite::Result<Amounts> {
    Ok(Amounts {
        reserved: row.get("reserved")?,
        spent: row.get("spent")?,
        ordered: row.get("ordered")?,
        delivered: row.get("delivered")?,
        calls: row.get("calls")?,
    })
}

pub(super) fn post(db: &Connection, posting: &Posting) -> rusqlite::Result<()> {
    let Posting { account: Account { scope, period }, amounts, warning, next_turn } = posting;
    let Amounts { reserved, spent, ordered, delivered, calls } = amounts;
    db.prepare_cached(
        "INSERT INTO accounts (scope, period, reserved, spent, ordered, delivered, calls) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (scope, period) DO UPDATE SET reserved = reserved + excluded.reserved, spent = spent + excluded.spent,
             ordered = ordered + excluded.ordered, delivered = delivered + excluded.delivered,
             calls = calls + excluded.calls",
    )?
    .execute(params![scope, period, reserved, spent, ordered, delivered, calls])?;
    if let Some(change) = warning {
        db.prepare_cached("UPDATE accounts SET warned_by = ?3 WHERE scope = ?1 AND period = ?2")?
            .execute(params![scope, period, change.then.map(|job| job.to_string())])?;
    }
    if let Some(turn) = next_turn {
        db.prepare_cached("UPDATE accounts SET next_turn = ?3 WHERE scope = ?1 AND period = ?2")?
            .execute(params![scope, period, turn])?;
    }
    Ok(())
}

/// What every account of `scope` holds.
pub(super) fn of_scope(db: &Connection, scope: &str) -> rusqlite::Result<Vec<Amounts>> {
    db.prepare_cached("SELECT * FROM accounts WHERE scope = ?1")?.query_map([scope], amounts)?.collect()
}
