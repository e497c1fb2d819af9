//! What was used, by whom and for what, and what was held back.

use anyhow::Context;
use time::OffsetDateTime;

use super::Dynamo;
use super::item::{Item, Key, integer, parsed, string, tally};
use super::table::Range;
use crate::limits::Purse;
use crate::money::Micros;
use crate::session::SessionId;
use crate::store::accounts::{Account, Accounts, month};
use crate::store::{BlockedRow, Stage, Standing, Tally, Totals, UsageRow, from_millis};

impl Dynamo {
    pub(in crate::store) async fn usage(
        &self,
        guild: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Vec<UsageRow>> {
        let range = Range::all(format!("usage#{guild}#{}", month(now)));
        self.table.query(range, false, usize::MAX).await?.iter().map(usage_row).collect()
    }

    pub(in crate::store) async fn standing(
        &self,
        guild: Option<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Standing> {
        let accounts = Accounts::at(guild, Some(member), None, now);
        let seen = self.table.get_all(accounts.all().iter().map(Key::account).collect()).await?;
        let of =
            |account: Option<Account>| tally(account.and_then(|account| seen.get(&Key::account(&account))));
        Ok(Standing {
            in_flight: of(accounts.member_ever())?.ordered,
            day: of(accounts.purse(Purse::MemberDay))?,
            month: of(accounts.purse(Purse::MemberMonth))?,
            guild: of(accounts.purse(Purse::Guild))?,
            deployment: of(accounts.purse(Purse::Deployment))?,
        })
    }

    pub(in crate::store) async fn session_tally(&self, id: SessionId) -> anyhow::Result<Tally> {
        let accounts = Accounts::at(None, None, Some(id), OffsetDateTime::UNIX_EPOCH);
        let Some(purse) = accounts.purse(Purse::Session) else { return Ok(Tally::default()) };
        tally(self.table.get(Key::account(&purse)).await?.as_ref())
    }

    /// Everybody's accounts, and the queues of the index.
    pub(in crate::store) async fn totals(&self) -> anyhow::Result<Totals> {
        let range = Range::all("account#deployment".to_owned());
        let mut totals = Totals::default();
        for month in self.table.query(range, false, usize::MAX).await? {
            let held = tally(Some(&month))?;
            totals.attempted += u32::try_from(integer(&month, "calls")?)?;
            totals.attempted_micros = totals.attempted_micros + held.spent;
            totals.delivered += held.delivered;
            totals.reserved = totals.reserved + held.reserved;
        }
        for queue in ["admitted", "begun"] {
            totals.open += u32::try_from(self.table.queued(queue, i64::MAX, usize::MAX).await?.len())?;
        }
        Ok(totals)
    }

    pub(in crate::store) async fn blocked(&self, guild: u64, limit: u32) -> anyhow::Result<Vec<BlockedRow>> {
        let range = Range::beginning(format!("guild#{guild}"), "blocked#");
        self.table.query(range, true, limit as usize).await?.iter().map(blocked_row).collect()
    }
}

fn usage_row(item: &Item) -> anyhow::Result<UsageRow> {
    let mut parts = string(item, "sk")?.splitn(3, '#');
    let mut part = || parts.next().context("a row of the usage");
    Ok(UsageRow {
        day: part()?.to_owned(),
        member: part()?.parse()?,
        model: part()?.to_owned(),
        pictures: u32::try_from(integer(item, "delivered")?)?,
        attempts: u32::try_from(integer(item, "calls")?)?,
        dollars: Micros(integer(item, "spent")?),
    })
}

fn blocked_row(item: &Item) -> anyhow::Result<BlockedRow> {
    let name = string(item, "stage")?;
    Ok(BlockedRow {
        at: from_millis(integer(item, "asked")?)?,
        member: parsed(item, "who")?,
        channel: parsed(item, "place")?,
        stage: Stage::from_name(name).with_context(|| format!("`{name}` is no stage"))?,
        category: string(item, "category")?.to_owned(),
    })
}
