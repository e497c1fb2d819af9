//! What was used, by whom and for what.

use rusqlite::{Row, params};
use time::OffsetDateTime;

use super::Sqlite;
use super::rows;
use crate::domain::job::accounts::month;
use crate::domain::money::Micros;
use crate::domain::usage::UsageRow;

impl Sqlite {
    pub(crate) async fn usage(&self, guild: u64, now: OffsetDateTime) -> anyhow::Result<Vec<UsageRow>> {
        self.look(move |db| {
            db.prepare_cached(
                "SELECT * FROM usage WHERE guild = ?1 AND month = ?2 ORDER BY day, member, model",
            )?
            .query_map(params![guild.to_string(), month(now)], self::row)?
            .collect()
        })
        .await
    }
}

pub(super) fn row(row: &Row<'_>) -> rusqlite::Result<UsageRow> {
    Ok(UsageRow {
        day: row.get("day")?,
        member: rows::parsed(row, "member")?,
        model: row.get("model")?,
        pictures: row.get("delivered")?,
        attempts: row.get("calls")?,
        dollars: Micros(row.get("spent")?),
    })
}
