//! All that a database holds, as it was at one moment, without changing it.

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use rusqlite::{Connection, OpenFlags, Row};

use super::{LOCK_WAIT, MIGRATIONS, lock_path, private_file, rows, rules, sessions, usage};
use crate::job::JobId;
use crate::limits::Terms;
use crate::money::Micros;
use crate::store::Tally;
use crate::store::accounts::Account;
use crate::store::ledger::Ledger;
use crate::store::thing::{Balance, Call, Thing, Whole};

/// Each account, with the calls of its jobs and the last of them.
const ACCOUNTS: &str = "
    WITH spans AS (
             SELECT 'deployment' AS scope, period AS span, attempted, created_at FROM jobs
             UNION ALL SELECT 'guild:' || guild, period, attempted, created_at FROM jobs WHERE guild IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, period, attempted, created_at
                       FROM jobs WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, day, attempted, created_at
                       FROM jobs WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, 'ever', attempted, created_at
                       FROM jobs WHERE member IS NOT NULL
             UNION ALL SELECT 'key:' || api_key, period, attempted, created_at FROM jobs WHERE api_key IS NOT NULL
             UNION ALL SELECT 'session:' || session, 'ever', attempted, created_at FROM jobs WHERE session IS NOT NULL),
         made AS (SELECT scope, span, sum(attempted) AS calls, max(created_at) AS last FROM spans GROUP BY 1, 2)
    SELECT s.*, coalesce(m.calls, 0) AS calls, iif(length(s.period) = 10, m.last, NULL) AS last
    FROM spend s LEFT JOIN made m ON m.scope = s.scope AND m.span = s.period ORDER BY s.scope, s.period";

/// What is used by nobody's row says nothing.
const USAGE: &str = "
    SELECT * FROM (SELECT guild, period, day, member, model, sum(delivered) AS pictures, sum(attempted) AS attempts,
                          sum(attempted_micros) AS micros
                   FROM jobs WHERE guild IS NOT NULL GROUP BY guild, period, day, member, model)
    WHERE pictures <> 0 OR attempts <> 0 OR micros <> 0";

/// A database that nobody else has open, as it was when this was made.
#[derive(Debug)]
pub(in crate::store) struct Source {
    connection: Connection,
    /// Held alone: whoever opens the store meanwhile waits.
    _lock: File,
}

/// Jobs that told that most of a server's month is used.
struct Tellers {
    /// Those that told first.
    crossed: HashSet<JobId>,
    /// By server and month, whose word still holds.
    last: HashMap<(String, String), JobId>,
}

impl Source {
    pub(in crate::store) fn open(path: &Path) -> anyhow::Result<Source> {
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
    pub(in crate::store) fn each(
        &self,
        mut take: impl FnMut(Thing) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let db = &self.connection;
        let tellers = tellers(db)?;
        let jobs: Vec<JobId> = all(db, "SELECT id FROM jobs ORDER BY id", |row| rows::id(row, "id"))?;
        for job in jobs {
            take(Thing::Job(Box::new(whole(db, job, &tellers)?)))?;
        }
        every(db, ACCOUNTS, |row| balance(row, &tellers), |balance| take(Thing::Account(balance)))?;
        every(db, USAGE, used, &mut take)?;
        let policies =
            "SELECT p.*, coalesce((SELECT max(number) FROM audit a WHERE a.guild = p.guild), 0) AS last
                        FROM policies p ORDER BY guild";
        every(db, policies, policy, &mut take)?;
        every(db, "SELECT * FROM audit ORDER BY guild, number", line, &mut take)?;
        every(db, "SELECT * FROM preferences ORDER BY member", preferences, &mut take)?;
        every(db, "SELECT * FROM sessions ORDER BY id", session, &mut take)
    }

    /// The sums of the ledger, from its own tables.
    pub(in crate::store) fn ledger(&self) -> anyhow::Result<Ledger> {
        let mut ledger = Ledger::default();
        let (db, mut add) =
            (&self.connection, |(scope, period, reserved, spent): (String, String, i64, i64)| {
                ledger.account(&scope, &period, Micros(reserved), Micros(spent));
                Ok(())
            });
        let account = |row: &Row<'_>| {
            Ok((row.get("scope")?, row.get("period")?, row.get("reserved")?, row.get("spent")?))
        };
        every(db, "SELECT * FROM spend", account, &mut add)?;
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

fn all<T>(
    db: &Connection,
    query: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> anyhow::Result<Vec<T>> {
    let mut found = Vec::new();
    every(db, query, read, |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

/// As `admit` sees it: whether the server's last order of the month, if it was not cancelled, came with word.
fn tellers(db: &Connection) -> anyhow::Result<Tellers> {
    let mut tellers = Tellers { crossed: HashSet::new(), last: HashMap::new() };
    let orders = "SELECT id, guild, period, budget_used IS NOT NULL AS told FROM jobs
                  WHERE guild IS NOT NULL AND state <> 'cancelled' ORDER BY rowid";
    let order = |row: &Row<'_>| {
        let told: bool = row.get("told")?;
        Ok((rows::id(row, "id")?, (row.get("guild")?, row.get("period")?), told))
    };
    every(db, orders, order, |(job, place, told)| {
        if !told {
            tellers.last.remove(&place);
        } else if !tellers.last.contains_key(&place) {
            tellers.crossed.insert(job);
            tellers.last.insert(place, job);
        }
        Ok(())
    })?;
    Ok(tellers)
}

/// The leases of whoever worked on it are over, pauses included, as at the start of a process that is alone.
fn whole(db: &Connection, id: JobId, tellers: &Tellers) -> anyhow::Result<Whole> {
    let claim = rows::load(db, id)?.context("a job is gone")?;
    let calls = db
        .prepare_cached("SELECT * FROM charges WHERE job = ?1 ORDER BY id")?
        .query_map([id.to_string()], call)?
        .collect::<rusqlite::Result<_>>()?;
    let whole =
        db.prepare_cached("SELECT * FROM jobs WHERE id = ?1")?.query_row([id.to_string()], |row| {
            let open: bool = row.get("open")?;
            let unless_open = |column| if open { Ok(0) } else { row.get(column) };
            let refusal: Option<String> = row.get("refusal")?;
            Ok(Whole {
                claim,
                terms: rows::from_json::<Terms>(row, "terms")?,
                open,
                owner: row.get("owner")?,
                lease_until: unless_open("lease_until")?,
                not_before: unless_open("not_before")?,
                finished_at: row.get("finished_at")?,
                reserved: row.get("reserved_micros")?,
                delivered: row.get("delivered")?,
                refusal: refusal.is_some().then(|| rows::from_json(row, "refusal")).transpose()?,
                crossed: tellers.crossed.contains(&id),
                calls,
            })
        })?;
    Ok(whole)
}

/// What is not paid costs nothing.
fn call(row: &Row<'_>) -> rusqlite::Result<Call> {
    let paid = row.get("paid")?;
    Ok(Call {
        id: row.get("id")?,
        n: row.get("n")?,
        micros: if paid { row.get("micros")? } else { 0 },
        paid,
        settled: row.get("settled")?,
        at: row.get("at")?,
    })
}

fn balance(row: &Row<'_>, tellers: &Tellers) -> rusqlite::Result<Balance> {
    let account = Account { scope: row.get("scope")?, period: row.get("period")? };
    let guild = account.scope.strip_prefix("guild:");
    let told_by = guild.and_then(|guild| tellers.last.get(&(guild.to_owned(), account.period.clone())));
    let last: Option<i64> = row.get("last")?;
    Ok(Balance {
        told_by: told_by.copied(),
        account,
        tally: Tally {
            reserved: Micros(row.get("reserved")?),
            spent: Micros(row.get("spent")?),
            ordered: row.get("ordered")?,
            delivered: row.get("delivered")?,
        },
        calls: row.get("calls")?,
        last_order: last.is_some().then(|| rows::time(row, "last")).transpose()?,
    })
}

fn used(row: &Row<'_>) -> rusqlite::Result<Thing> {
    Ok(Thing::Usage { guild: row.get("guild")?, month: row.get("period")?, row: usage::row(row)? })
}

fn policy(row: &Row<'_>) -> rusqlite::Result<Thing> {
    Ok(Thing::Policy {
        guild: rows::parsed(row, "guild")?,
        policy: rows::from_json(row, "policy")?,
        last: row.get("last")?,
    })
}

fn line(row: &Row<'_>) -> rusqlite::Result<Thing> {
    Ok(Thing::Line { guild: rows::parsed(row, "guild")?, entry: rules::entry(row)? })
}

fn preferences(row: &Row<'_>) -> rusqlite::Result<Thing> {
    Ok(Thing::Preferences {
        member: rows::parsed(row, "member")?,
        settings: rows::from_json(row, "settings")?,
    })
}

fn session(row: &Row<'_>) -> rusqlite::Result<Thing> {
    Ok(Thing::Session { session: sessions::session(row)?, waiting: row.get("waiting")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before a column is added to this list, [`Source::each`] has to give it away, and the table to take it.
    const KNOWN: &[(&str, &str)] = &[
        ("audit", "guild number at by change undoes"),
        ("charges", "id job n model micros paid settled at"),
        (
            "jobs",
            "id dedupe state guild channel member model origin request parent period pictures attempted \
             attempted_micros delivered reserved_micros refusal open fence owner lease_until not_before created_at \
             finished_at session day terms budget_used api_key",
        ),
        ("pictures", "job n seed outcome sha256 archived guarded"),
        ("policies", "guild policy"),
        ("preferences", "member settings"),
        ("sessions", "id guild channel by started last ended waiting plan"),
        ("spend", "scope period reserved spent ordered delivered"),
    ];

    #[test]
    fn nothing_that_the_schema_holds_is_forgotten() {
        let db = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|migration| db.execute_batch(migration).unwrap());
        let names =
            "SELECT t.name, group_concat(c.name, ' ') FROM sqlite_master t, pragma_table_info(t.name) c
                     WHERE t.type = 'table' GROUP BY t.name ORDER BY t.name";
        let tables: Vec<(String, String)> = all(&db, names, |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
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
