//! What was used, by whom and for what, and what was held back.

use anyhow::Context;
use time::OffsetDateTime;

use super::Dynamo;
use super::item::{Item, amounts, integer, parsed, string};
use super::table::Range;
use crate::domain::job::accounts::{Amounts, month};
use crate::domain::job::{Stage, from_millis};
use crate::domain::money::Micros;
use crate::domain::usage::{BlockedRow, UsageRow};

impl Dynamo {
    pub(crate) async fn usage(&self, guild: u64, now: OffsetDateTime) -> anyhow::Result<Vec<UsageRow>> {
        let range = Range::all(format!("usage#{guild}#{}", month(now)));
        self.table.query(range, false, usize::MAX).await?.iter().map(usage_row).collect()
    }

    /// What everybody's accounts hold, month by month.
    pub(crate) async fn months(&self) -> anyhow::Result<Vec<Amounts>> {
        let range = Range::all("account#deployment".to_owned());
        self.table.query(range, false, usize::MAX).await?.iter().map(amounts).collect()
    }

    pub(crate) async fn blocked(&self, guild: u64, limit: u32) -> anyhow::Result<Vec<BlockedRow>> {
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
