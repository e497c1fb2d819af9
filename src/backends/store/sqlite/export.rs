//! All that a database holds, as it was at one moment, without changing it.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use rusqlite::{Connection, OpenFlags, Row};

use super::{
    LOCK_WAIT, MIGRATIONS, accounts, blocked, durations, forgetting, lock_path, ops, policies, private_file,
    rows, sessions, usage,
};
use crate::backends::store::item::StoreItem;
use crate::backends::store::ledger::Ledger;
use crate::domain::job::accounts::Account;
use crate::domain::job::{BlockedChange, Latest};
use crate::domain::money::Micros;

/// A database that nobody else has open, as it was when this was made.
#[derive(Debug)]
pub(crate) struct Source {
    connection: Connection,
    /// Held alone: whoever opens the store meanwhile waits.
    _lock: File,
}

impl Source {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Source> {
        let shown = path.display();
        ensure!(path.is_file(), "there is no database `{shown}`");
        let lock = lock_path(path);
        let lock = private_file(&lock)
            .with_context(|| format!("cannot write `{}`; give this user the folder", lock.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another process has `{shown}` open: stop Easel there first, and start it when this is over"
                )
            }
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock its file"),
        }
        let unusable = || format!("`{shown}` cannot be read as a database");
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).with_context(unusable)?;
        connection.busy_timeout(LOCK_WAIT)?;
        // What is read first begins the transaction: everything later is as it was then.
        connection.execute_batch("BEGIN").with_context(unusable)?;
        let version: u32 =
            connection.pragma_query_value(None, "user_version", |row| row.get(0)).with_context(unusable)?;
        let known = u32::try_from(MIGRATIONS.len())?;
        ensure!(
            version <= known,
            "`{shown}` was made by a newer Easel (version {version}); this one knows {known}"
        );
        ensure!(
            version == known,
            "`{shown}` was made by an older Easel (version {version} of {known}): \
             run `easel check` with EASEL_STORE=sqlite:{shown} once, which brings it up to date"
        );
        Ok(Source { connection, _lock: lock })
    }

    /// Gives away each thing, in the same order every time.
    pub(crate) fn each(&self, mut take: impl FnMut(StoreItem) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let db = &self.connection;
        every(db, "SELECT doc FROM jobs ORDER BY id", job, &mut take)?;
        every(db, "SELECT * FROM requests ORDER BY request", request, &mut take)?;
        every(db, "SELECT * FROM accounts ORDER BY scope, period", account, &mut take)?;
        every(db, "SELECT * FROM digests ORDER BY sha256, job, n", digest, &mut take)?;
        every(db, "SELECT * FROM latest ORDER BY channel, member", latest, &mut take)?;
        every(db, "SELECT * FROM durations ORDER BY model", durations_of, &mut take)?;
        every(db, "SELECT * FROM blocked ORDER BY guild, job, stage", held_back, &mut take)?;
        every(db, "SELECT * FROM usage ORDER BY guild, month, day, member, model", used, &mut take)?;
        let policies =
            "SELECT p.*, coalesce((SELECT max(number) FROM audit a WHERE a.guild = p.guild), 0) AS last
                        FROM policies p ORDER BY guild";
        every(db, policies, policy, &mut take)?;
        every(db, "SELECT * FROM audit ORDER BY guild, number", line, &mut take)?;
        every(db, "SELECT * FROM preferences ORDER BY member", preferences, &mut take)?;
        every(db, "SELECT * FROM sessions ORDER BY id", session, &mut take)?;
        every(db, "SELECT * FROM forgetting ORDER BY member", to_forget, &mut take)
    }

    /// The sums of the ledger, from its own tables.
    pub(crate) fn ledger(&self) -> anyhow::Result<Ledger> {
        let mut ledger = Ledger::default();
        let (db, mut add) =
            (&self.connection, |(scope, period, reserved, spent): (String, String, i64, i64)| {
                ledger.account(&scope, &period, Micros(reserved), Micros(spent));
                Ok(())
            });
        let account = |row: &Row<'_>| {
            Ok((row.get("scope")?, row.get("period")?, row.get("reserved")?, row.get("spent")?))
        };
        every(db, "SELECT * FROM accounts", account, &mut add)?;
        let calls = "SELECT count(*), coalesce(sum(iif(paid, micros, 0)), 0) FROM charges";
        let (calls, spent) = db.query_row(calls, [], |row| Ok((row.get(0)?, Micros(row.get(1)?))))?;
        let count = "SELECT count(*) FROM pictures";
        let pictures = db.query_row(count, [], |row| row.get(0))?;
        ledger.of_jobs(pictures, calls, spent);
        Ok(ledger)
    }
}

fn every<T>(
    db: &Connection,
    query: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut statement = db.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(read(row)?)?;
    }
    Ok(())
}

/// The leases of whoever worked on it are over, pauses included, as at the start of a process that is alone.
fn job(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    let mut record = ops::record(row)?;
    record.free();
    Ok(StoreItem::Job(Box::new(record)))
}

fn request(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Request {
        request: row.get("request")?,
        job: rows::parsed(row, "job")?,
        expires: row.get("expires")?,
    })
}

fn account(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    let account = Account { scope: row.get("scope")?, period: row.get("period")? };
    Ok(StoreItem::Account(account, accounts::balance(row)?))
}

fn digest(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Digest { sha256: row.get("sha256")?, job: rows::parsed(row, "job")?, n: row.get("n")? })
}

fn latest(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Latest {
        of: Latest { channel: rows::parsed(row, "channel")?, member: rows::parsed(row, "member")? },
        job: rows::parsed(row, "job")?,
    })
}

fn durations_of(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Durations { model: row.get("model")?, durations: durations::durations(row)? })
}

fn held_back(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    let line = BlockedChange {
        guild: rows::parsed(row, "guild")?,
        channel: rows::parsed(row, "channel")?,
        member: rows::parsed(row, "member")?,
        stage: blocked::stage(row)?,
        category: Some(row.get("category")?),
    };
    Ok(StoreItem::Blocked { job: rows::parsed(row, "job")?, at: row.get("at")?, line })
}

fn used(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Usage { guild: row.get("guild")?, month: row.get("month")?, row: usage::row(row)? })
}

fn policy(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Policy {
        guild: rows::parsed(row, "guild")?,
        policy: rows::from_json(row, "policy")?,
        last: row.get("last")?,
    })
}

fn line(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::AuditLine { guild: rows::parsed(row, "guild")?, entry: policies::entry(row)? })
}

fn preferences(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Preferences {
        member: rows::parsed(row, "member")?,
        settings: rows::from_json(row, "settings")?,
    })
}

fn session(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    Ok(StoreItem::Session(Box::new(sessions::record(row)?)))
}

fn to_forget(row: &Row<'_>) -> rusqlite::Result<StoreItem> {
    let mut forgetting = forgetting::forgetting(row)?;
    forgetting.free();
    Ok(StoreItem::Forgetting(forgetting))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before a column is added to this list, [`Source::each`] has to give it away, and the table to take it.
    const KNOWN: &[(&str, &str)] = &[
        ("accounts", "scope period reserved spent ordered delivered calls warned_by next_turn"),
        ("audit", "guild number at by change undoes"),
        ("blocked", "guild job stage at member channel category"),
        ("digests", "sha256 job n"),
        ("durations", "model millis"),
        ("forgetting", "member doc due"),
        ("jobs", "id doc queue due session created_at"),
        ("latest", "channel member job"),
        ("policies", "guild policy"),
        ("preferences", "member settings"),
        ("requests", "request job expires"),
        ("sessions", "id guild channel by started last ended waiting plan quiet_at"),
        // Made of the jobs.
        ("shelves", "shelf job"),
        // About the file's own pages.
        ("unwiped", "one turn"),
        ("usage", "guild month day member model delivered calls spent"),
    ];

    #[test]
    fn nothing_that_the_schema_holds_is_forgotten() {
        let db = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|migration| db.execute_batch(migration).unwrap());
        let names =
            "SELECT t.name, group_concat(c.name, ' ') FROM sqlite_master t, pragma_table_info(t.name) c
                     WHERE t.type = 'table' GROUP BY t.name ORDER BY t.name";
        let mut tables: Vec<(String, String)> = Vec::new();
        every(
            &db,
            names,
            |row| Ok((row.get(0)?, row.get(1)?)),
            |table| {
                tables.push(table);
                Ok(())
            },
        )
        .unwrap();
        let known: Vec<_> = KNOWN.iter().map(|(table, of)| ((*table).to_owned(), (*of).to_owned())).collect();
        assert_eq!(tables, known);
    }

    #[test]
    fn a_file_of_another_version_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("easel.db");
        let known = u32::try_from(MIGRATIONS.len()).unwrap();
        for (version, said) in [(known - 1, "an older Easel (version"), (known + 1, "a newer Easel (version")]
        {
            Connection::open(&path).unwrap().pragma_update(None, "user_version", version).unwrap();
            let before = std::fs::read(&path).unwrap();
            let fault = Source::open(&path).unwrap_err().to_string();
            assert!(fault.contains(said), "{fault}");
            assert!(std::fs::read(&path).unwrap() == before);
        }
    }
}
