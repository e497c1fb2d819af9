//! What the guardrail held back, for those who look after a server.

use rusqlite::types::FromSqlError;
use rusqlite::{Row, params};

use super::{Sqlite, rows};
use crate::store::{BlockedRow, Stage};

impl Sqlite {
    pub(in crate::store) async fn blocked(&self, guild: u64, limit: u32) -> anyhow::Result<Vec<BlockedRow>> {
        self.look(move |db| {
            // A server has many jobs, and what is held back is rare: that is where to begin.
            db.prepare_cached(
                "SELECT j.created_at AS at, j.member, j.channel, p.guarded AS stage,
                        json_group_array(DISTINCT json_extract(p.outcome, '$.refusal.category')) AS categories
                 FROM pictures p INDEXED BY pictures_guarded CROSS JOIN jobs j ON j.id = p.job
                 WHERE p.guarded IS NOT NULL AND j.guild = ?1
                 GROUP BY p.job, p.guarded ORDER BY p.job DESC, p.guarded LIMIT ?2",
            )?
            .query_map(params![guild.to_string(), limit], row)?
            .collect()
        })
        .await
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<BlockedRow> {
    let name: String = row.get("stage")?;
    let categories: Vec<String> = rows::from_json(row, "categories")?;
    Ok(BlockedRow {
        at: rows::time(row, "at")?,
        member: rows::parsed(row, "member")?,
        channel: rows::parsed(row, "channel")?,
        stage: Stage::from_name(&name).ok_or(FromSqlError::InvalidType)?,
        category: categories.join("; "),
    })
}
