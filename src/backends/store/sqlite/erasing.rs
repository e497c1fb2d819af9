//! What is left where something was deleted.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Sqlite, connect, rows};
use crate::backends::store::retention::PAGE;
use crate::domain::job::JobId;

/// What [`Sqlite::kept_between`] asks.
pub(super) const KEPT: &str =
    "SELECT id FROM jobs WHERE erased = 0 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3";
/// Of the time, one part in so many is for writing the file anew.
const RARELY: u32 = 100;

impl Sqlite {
    pub(in crate::backends::store) async fn forget_traces(
        &self,
        job: JobId,
        channel: u64,
        member: u64,
        press: Option<String>,
    ) -> anyhow::Result<()> {
        let job = job.to_string();
        self.run(false, move |tx| {
            tx.prepare_cached("DELETE FROM latest WHERE channel = ?1 AND member = ?2 AND job = ?3")?
                .execute(params![channel.to_string(), member.to_string(), job])?;
            if let Some(press) = press {
                tx.prepare_cached("DELETE FROM requests WHERE request = ?1 AND job = ?2")?
                    .execute(params![press, job])?;
            }
            Ok(())
        })
        .await
    }

    /// The first jobs between these two that are not erased, by their ids.
    pub(in crate::backends::store) async fn kept_between(
        &self,
        after: JobId,
        before: JobId,
    ) -> anyhow::Result<Vec<JobId>> {
        self.look(move |db| {
            db.prepare_cached(KEPT)?
                .query_map(params![after.to_string(), before.to_string(), PAGE], |row| {
                    rows::parsed(row, "id")
                })?
                .collect()
        })
        .await
    }

    /// Writes the file anew if something was erased in it, and empties its log. Though `SQLite` overwrites what it
    /// deletes, copies stay behind where it moves rows between pages.
    ///
    /// Writers wait meanwhile: a large file is written no more often than that takes a small part of the time.
    pub(in crate::backends::store) async fn wipe(&self) -> anyhow::Result<()> {
        let Some(turn) = self.look(turn).await? else { return Ok(()) };
        if !self.wiped().is_long_ago() {
            return Ok(());
        }
        let (path, began) = (self.path.clone(), Instant::now());
        let wiped = tokio::task::spawn_blocking(move || {
            let connection = connect(&path)?;
            connection.execute_batch("VACUUM")?;
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if !busy {
                // No reader was in the way: file and log are without it.
                connection.execute("DELETE FROM unwiped WHERE turn = ?1", [turn])?;
            }
            anyhow::Ok(())
        });
        let wiped = wiped.await.context("a thread ended early")?.context("writing the store anew");
        *self.wiped() = Wiped { last: Some((Instant::now(), began.elapsed())) };
        wiped
    }

    fn wiped(&self) -> MutexGuard<'_, Wiped> {
        self.wiped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When it was last done, and how long that took.
#[derive(Debug, Default)]
pub(super) struct Wiped {
    last: Option<(Instant, Duration)>,
}

impl Wiped {
    fn is_long_ago(&self) -> bool {
        self.last.is_none_or(|(at, took)| at.elapsed() >= took * RARELY)
    }
}

/// Something was erased.
pub(super) fn mark(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO unwiped (one, turn) VALUES (1, 1) ON CONFLICT DO UPDATE SET turn = turn + 1",
    )?
    .execute([])
    .map(drop)
}

fn turn(db: &Connection) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT turn FROM unwiped")?.query_row([], |row| row.get(0)).optional()
}
