//! Members who are to be forgotten.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{self, from_json, to_json};
use super::{Sqlite, erasing, sessions};
use crate::domain::forgetting::Forgetting;
use crate::domain::session::SessionRecord;

impl Sqlite {
    pub(in crate::backends::store) async fn update_forgetting<T: Send + 'static>(
        &self,
        member: u64,
        step: impl Fn(&mut Option<Forgetting>) -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        self.run(false, move |db| {
            let before = db
                .prepare_cached("SELECT doc FROM forgetting WHERE member = ?1")?
                .query_row([member.to_string()], forgetting)
                .optional()?;
            let mut after = before.clone();
            let answer = step(&mut after);
            match &after {
                Some(forgetting) if after != before => put(db, forgetting)?,
                None if before.is_some() => {
                    db.prepare_cached("DELETE FROM forgetting WHERE member = ?1")?
                        .execute([member.to_string()])?;
                    erasing::mark(db)?;
                }
                _ => {}
            }
            Ok(answer)
        })
        .await
    }

    /// Members with whom somebody is to go on at `until` or earlier, in Unix milliseconds.
    pub(in crate::backends::store) async fn to_forget(&self, until: i64) -> anyhow::Result<Vec<u64>> {
        self.look(move |db| {
            db.prepare_cached("SELECT member FROM forgetting WHERE due <= ?1 ORDER BY due")?
                .query_map([until], |row| rows::parsed(row, "member"))?
                .collect()
        })
        .await
    }

    pub(in crate::backends::store) async fn sessions_of_member(
        &self,
        member: u64,
    ) -> anyhow::Result<Vec<SessionRecord>> {
        let named = "SELECT * FROM sessions WHERE by = ?1
                     OR EXISTS (SELECT 1 FROM json_each(plan, '$.members') WHERE CAST(value AS TEXT) = ?1)";
        self.look(move |db| {
            db.prepare_cached(named)?.query_map([member.to_string()], sessions::record)?.collect()
        })
        .await
    }

    pub(in crate::backends::store) async fn forget_member(&self, member: u64) -> anyhow::Result<()> {
        self.run(false, move |db| {
            db.prepare_cached("DELETE FROM preferences WHERE member = ?1")?.execute([member.to_string()])?;
            erasing::mark(db)
        })
        .await
    }
}

fn put(db: &Connection, forgetting: &Forgetting) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO forgetting (member, doc, due) VALUES (?1, ?2, ?3)")?
        .execute(params![forgetting.member.to_string(), to_json(forgetting)?, forgetting.due_ms()])
        .map(drop)
}

pub(super) fn forgetting(row: &Row<'_>) -> rusqlite::Result<Forgetting> {
    from_json(row, "doc")
}

/// Whoever was at work on it is gone for certain.
pub(super) fn free_all(db: &Connection) -> rusqlite::Result<()> {
    let all: Vec<Forgetting> = db
        .prepare("SELECT doc FROM forgetting")?
        .query_map([], forgetting)?
        .collect::<rusqlite::Result<_>>()?;
    for mut forgetting in all {
        forgetting.free();
        put(db, &forgetting)?;
    }
    Ok(())
}
