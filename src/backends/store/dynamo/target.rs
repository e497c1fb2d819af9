//! A table that is filled from elsewhere, and the mark that says whether that is over.

use std::time::Duration;

use anyhow::{bail, ensure};
use aws_config::SdkConfig;
use time::OffsetDateTime;

use super::item::{Item, Key, integer, number, string, text};
use super::table::{Backoff, Written};
use super::write::Write;
use super::{Dynamo, Table};
use crate::domain::job::{from_millis, millis};

/// How far a migration into the table has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// There was none.
    Absent,
    /// It has begun. Nobody may use the table.
    UnderWay,
    /// It was finished, and checked.
    Done(OffsetDateTime),
}

/// How long a start waits for the table.
const AT_START: Duration = Duration::from_secs(2);

const UNDER_WAY: &str = "under way";
const DONE: &str = "done";

impl Dynamo {
    /// As [`Dynamo::new`], for somebody who would rather wait than give up.
    pub fn patient(aws: &SdkConfig, table: &str) -> Dynamo {
        Dynamo { table: Table::patient(aws, table), ..Dynamo::new(aws, table) }
    }

    /// Its name in a sentence.
    pub(crate) fn describe(&self) -> String {
        self.table.context()
    }

    /// Whether Easel may run on it. A table that does not answer at once is taken for whole: each request finds out
    /// for itself whether it does.
    ///
    /// # Errors
    /// It is half-filled, with the remedy.
    pub(crate) async fn ready(&self) -> anyhow::Result<()> {
        let asked = tokio::time::timeout(AT_START, self.table.get(Key::migration())).await;
        let Ok(Ok(item)) = asked else {
            tracing::warn!("{} does not answer", self.table.context());
            return Ok(());
        };
        ensure!(
            self.mark_in(item)? != Mark::UnderWay,
            "{} is only half-filled: run `easel migrate` again, to its end",
            self.table.context()
        );
        Ok(())
    }

    pub(crate) async fn mark(&self) -> anyhow::Result<Mark> {
        self.mark_in(self.table.get(Key::migration()).await?)
    }

    fn mark_in(&self, item: Option<Item>) -> anyhow::Result<Mark> {
        let Some(item) = item else { return Ok(Mark::Absent) };
        match string(&item, "state")? {
            UNDER_WAY => Ok(Mark::UnderWay),
            DONE => Ok(Mark::Done(from_millis(integer(&item, "marked")?)?)),
            other => bail!("{}: a migration is `{other}`; a newer Easel made it", self.table.context()),
        }
    }

    pub(crate) async fn set_mark(&self, is_done: bool, now: OffsetDateTime) -> anyhow::Result<()> {
        let state = text(if is_done { DONE } else { UNDER_WAY });
        let mark = [("state", state), ("marked", number(millis(now)))];
        self.table.write(vec![Write::put(&Key::migration(), mark)]).await.map(drop)
    }

    /// Writes an item that is not there. It may be there after all, from a write whose answer was lost.
    pub(crate) async fn put_once(&self, write: Write) -> anyhow::Result<()> {
        let Some(item) = write.item().cloned() else { bail!("only whole items come from elsewhere") };
        let key = Key::of(&item)?;
        let mut backoff = Backoff::new();
        loop {
            if let Written::Done = self.table.write(vec![write.clone()]).await? {
                return Ok(());
            }
            match self.table.get(key.clone()).await? {
                Some(there) if there == item => return Ok(()),
                Some(_) => bail!(
                    "somebody else has written `{}` into {} meanwhile: stop Easel there, delete the table, make it anew, and migrate again",
                    key.pk,
                    self.table.context()
                ),
                None => backoff.again().await?,
            }
        }
    }

    /// Looks at everything in the table but the mark.
    pub(crate) async fn each(
        &self,
        mut take: impl FnMut(Key, Item) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut start = None;
        loop {
            let (items, next) = self.table.page(start).await?;
            for item in items {
                let key = Key::of(&item)?;
                if key != Key::migration() {
                    take(key, item)?;
                }
            }
            start = next;
            if start.is_none() {
                return Ok(());
            }
        }
    }
}
