//! What the guardrail held back, for those who look after a server.

use rusqlite::types::FromSqlError;
use rusqlite::{Row, params};

use super::{Sqlite, rows};
use crate::domain::job::Stage;
use crate::domain::usage::BlockedRow;

impl Sqlite {
    pub(crate) async fn blocked(&self, guild: u64, limit: u32) -> anyhow::Result<Vec<BlockedRow>> {
        self.look(move |db| {
            db.prepare_cached("SELECT * FROM blocked WHERE guild = ?1 ORDER BY job DESC, stage LIMIT ?2")?
                .query_map(params![guild.to_string(), limit], row)?
                .collect()
        })
        .await
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<BlockedRow> {
    Ok(BlockedRow {
        at: rows::time(row, "at")?,
        member: rows::parsed(row, "member")?,
        channel: rows::parsed(row, "channel")?,
        stage: stage(row)?,
        category: row.get("category")?,
    })
}

pub(super) fn stage(row: &Row<'_>) -> rusqlite::Result<Stage> {
    let name: String = row.get("stage")?;
    Ok(Stage::from_name(&name).ok_or(FromSqlError::InvalidType)?)
}
