//! What is left where something was deleted.

use std::sync::atomic::Ordering;

use anyhow::Context;
use rusqlite::params;

use super::{Sqlite, connect};
use crate::domain::job::JobId;

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

    /// The next [`Sqlite::wipe`] has something to do.
    pub(in crate::backends::store) fn has_erased(&self) {
        self.has_erased.store(true, Ordering::Release);
    }

    /// Writes the log back and empties it: pages of before an erasure are in it.
    pub(in crate::backends::store) async fn wipe(&self) -> anyhow::Result<()> {
        if !self.has_erased.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let path = self.path.clone();
        let emptied = tokio::task::spawn_blocking(move || {
            let connection = connect(&path)?;
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            anyhow::Ok(!busy)
        });
        let emptied = emptied.await.context("a thread ended early")?.context("emptying the store's log");
        if !matches!(emptied, Ok(true)) {
            // A reader was in the way.
            self.has_erased();
        }
        emptied.map(drop)
    }
}
