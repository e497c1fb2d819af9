//! What was used, by whom and for what.

use rusqlite::params;
use time::OffsetDateTime;

use super::Sqlite;
use super::books::{Accounts, month};
use super::rows;
use crate::limits::Purse;
use crate::money::Micros;
use crate::session::SessionId;
use crate::store::{Standing, Tally, UsageRow};

impl Sqlite {
    /// What a server used in the calendar month (UTC) of `now`: a row for each day, member and model.
    ///
    /// # Errors
    /// The database failed.
    pub async fn usage(&self, guild: u64, now: OffsetDateTime) -> anyhow::Result<Vec<UsageRow>> {
        self.look(move |db| {
            db.prepare_cached(
                "SELECT day, member, model, sum(delivered) AS pictures, sum(attempted) AS attempts, sum(attempted_micros) AS micros
                 FROM jobs WHERE guild = ?1 AND period = ?2 GROUP BY day, member, model ORDER BY day, member, model",
            )?
            .query_map(params![guild.to_string(), month(now)], |row| {
                Ok(UsageRow {
                    day: row.get("day")?,
                    member: rows::parsed(row, "member")?,
                    model: row.get("model")?,
                    pictures: row.get("pictures")?,
                    attempts: row.get("attempts")?,
                    dollars: Micros(row.get("micros")?),
                })
            })?
            .collect()
        })
        .await
    }

    /// Where a member stands in a server at `now`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn standing(
        &self,
        guild: Option<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Standing> {
        self.look(move |db| {
            let accounts = Accounts::at(guild, member, None, now);
            Ok(Standing {
                in_flight: accounts.member_ever(db)?.ordered,
                day: accounts.tally(db, Purse::MemberDay)?,
                month: accounts.tally(db, Purse::MemberMonth)?,
                guild: accounts.tally(db, Purse::Guild)?,
                deployment: accounts.tally(db, Purse::Deployment)?,
            })
        })
        .await
    }

    /// What a session has used.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session_tally(&self, id: SessionId) -> anyhow::Result<Tally> {
        self.look(move |db| {
            Accounts::at(None, 0, Some(id.to_string()), OffsetDateTime::UNIX_EPOCH).tally(db, Purse::Session)
        })
        .await
    }
}
