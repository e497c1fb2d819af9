//! Shelves with pictures.

use rusqlite::{Connection, params};

use super::{ops, rows};
use crate::backends::store::gallery::Direction;
use crate::domain::job::{JobId, JobRecord, Shelf, ShelfChange};

pub(super) fn change(db: &Connection, job: JobId, change: &ShelfChange) -> rusqlite::Result<()> {
    let ShelfChange { shelf, is_there } = change;
    let change = if *is_there {
        "INSERT OR REPLACE INTO shelves (shelf, job) VALUES (?1, ?2)"
    } else {
        "DELETE FROM shelves WHERE shelf = ?1 AND job = ?2"
    };
    db.prepare_cached(change)?.execute([shelf.to_string(), job.to_string()]).map(drop)
}

/// Up to `limit` jobs of a shelf from this one on.
pub(super) fn read(
    db: &Connection,
    shelf: &Shelf,
    from: JobId,
    direction: Direction,
    limit: usize,
) -> rusqlite::Result<Vec<JobId>> {
    let sql = match direction {
        Direction::Older => {
            "SELECT job FROM shelves WHERE shelf = ?1 AND job <= ?2 ORDER BY job DESC LIMIT ?3"
        }
        Direction::Newer => "SELECT job FROM shelves WHERE shelf = ?1 AND job >= ?2 ORDER BY job LIMIT ?3",
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(sql)?
        .query_map(params![shelf.to_string(), from.to_string(), limit], |row| rows::parsed(row, "job"))?
        .collect()
}

/// Those of these jobs that there are.
pub(super) fn records(db: &Connection, jobs: &[JobId]) -> rusqlite::Result<Vec<JobRecord>> {
    let found = jobs.iter().filter_map(|job| ops::find(db, *job).transpose());
    found.collect()
}

/// Puts the jobs of a file from before there were shelves onto them.
pub(super) fn fill(db: &Connection) -> rusqlite::Result<()> {
    let mut jobs = db.prepare("SELECT doc FROM jobs")?;
    for record in jobs.query_map([], ops::record)? {
        let record = record?;
        for shelf in record.shelves() {
            change(db, record.id(), &ShelfChange { shelf, is_there: true })?;
        }
    }
    Ok(())
}
