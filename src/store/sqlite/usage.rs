//! What was used, by whom and for what.

use rusqlite::{Row, params};
use time::OffsetDateTime;

use super::Sqlite;
use super::rows;
use crate::limits::Purse;
use crate::money::Micros;
use crate::session::SessionId;
use crate::store::accounts::{Accounts, month};
use crate::store::{Standing, Tally, UsageRow};

impl Sqlite {
    pub(in crate::store) async fn usage(
        &self,
        guild: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Vec<UsageRow>> {
        self.look(move |db| {
            db.prepare_cached(
                "SELECT day, member, model, sum(delivered) AS pictures, sum(attempted) AS attempts, sum(attempted_micros) AS micros
                 FROM jobs WHERE guild = ?1 AND period = ?2 GROUP BY day, member, model ORDER BY day, member, model",
            )?
            .query_map(params![guild.to_string(), month(now)], self::row)?
            .collect()
        })
        .await
    }

    pub(in crate::store) async fn standing(
        &self,
        guild: Option<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Standing> {
        self.look(move |db| {
            let accounts = Accounts::at(guild, Some(member), None, now);
            Ok(Standing {
                in_flight: accounts.in_flight(db)?,
                day: accounts.tally(db, Purse::MemberDay)?,
                month: accounts.tally(db, Purse::MemberMonth)?,
                guild: accounts.tally(db, Purse::Guild)?,
                deployment: accounts.tally(db, Purse::Deployment)?,
            })
        })
        .await
    }

    pub(in crate::store) async fn session_tally(&self, id: SessionId) -> anyhow::Result<Tally> {
        self.look(move |db| {
            Accounts::at(None, None, Some(id), OffsetDateTime::UNIX_EPOCH).tally(db, Purse::Session)
        })
        .await
    }
}

pub(super) fn row(row: &Row<'_>) -> rusqlite::Result<UsageRow> {
    Ok(UsageRow {
        day: row.get("day")?,
        member: rows::parsed(row, "member")?,
        model: row.get("model")?,
        pictures: row.get("pictures")?,
        attempts: row.get("attempts")?,
        dollars: Micros(row.get("micros")?),
    })
}
