//! What admins and members have said, and who changed it.

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::item::{Item, Key, from_json, integer, json, number, parsed, text};
use super::table::{Backoff, Range, Written};
use super::write::Write;
use super::{Dynamo, orders};
use crate::backends::store::Context;
use crate::domain::job::{JobId, from_millis, millis};
use crate::domain::policy::{Change, Edit, Entry, Policy};
use crate::domain::refusal::Refusal;
use crate::domain::settings::Settings;

/// A document that is changed as a whole.
pub(super) struct Document<T> {
    pub(super) value: T,
    pub(super) revision: Option<i64>,
    /// Of the last line of its trail.
    pub(super) number: i64,
}

impl Dynamo {
    pub(in crate::backends::store) async fn context(
        &self,
        request: Option<String>,
        guild: Option<u64>,
        places: Vec<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<(Option<JobId>, Context)> {
        let request = request.map(|request| Key::request(&request));
        let policy = guild.map(Key::policy);
        let running = places.first().map(|channel| Key::running(*channel));
        let preferences = Key::preferences(member);
        let keys = policy.iter().chain(&running).chain(&request).chain([&preferences]).cloned().collect();
        let mut seen = self.table.get_all(keys).await?;
        let policy: Document<Policy> = document(policy.and_then(|key| seen.remove(&key)))?;
        let preferences: Document<Settings> = document(seen.remove(&preferences))?;
        let session = match running.and_then(|key| seen.remove(&key)) {
            Some(item) => self.session_record(parsed(&item, "which")?).await?.map(|record| record.session),
            None => None,
        };
        let known = request.and_then(|key| seen.remove(&key)).filter(|item| orders::is_known(item, now));
        let known = known.map(|item| parsed(&item, "job")).transpose()?;
        Ok((known, Context { policy: policy.value, session, preferences: preferences.value, places }))
    }

    pub(in crate::backends::store) async fn edit(
        &self,
        guild: u64,
        by: u64,
        edit: Edit,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<Option<Entry>, Refusal>> {
        let mut backoff = Backoff::new();
        loop {
            let policy: Document<Policy> = document(self.table.get(Key::policy(guild)).await?)?;
            let change = match policy.value.edited(&edit) {
                Ok(Some(change)) => change,
                Ok(None) => return Ok(Ok(None)),
                Err(refusal) => return Ok(Err(refusal)),
            };
            let entry = Entry { number: policy.number + 1, at: now, by, change, undoes: None };
            match self.put_policy(guild, policy, &entry).await? {
                Written::Done => return Ok(Ok(Some(entry))),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(in crate::backends::store) async fn undo(
        &self,
        guild: u64,
        by: u64,
        number: i64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<Entry, Refusal>> {
        let line = if number > 0 { self.table.get(Key::audit(guild, number)).await? } else { None };
        let Some(undone) = line else { return Ok(Err(Refusal::NoEntry { number })) };
        let undone = entry(&undone)?;
        let mut backoff = Backoff::new();
        loop {
            let policy: Document<Policy> = document(self.table.get(Key::policy(guild)).await?)?;
            let change = match policy.value.undone(number, &undone.change) {
                Ok(change) => change,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let entry = Entry { number: policy.number + 1, at: now, by, change, undoes: Some(number) };
            match self.put_policy(guild, policy, &entry).await? {
                Written::Done => return Ok(Ok(entry)),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    /// The policy with this change, and its line in the trail.
    async fn put_policy(
        &self,
        guild: u64,
        mut policy: Document<Policy>,
        entry: &Entry,
    ) -> anyhow::Result<Written> {
        policy.value.put(entry.change.after.clone());
        let doc = policy.write(&Key::policy(guild), entry.number)?;
        self.table.write(vec![doc, trail_line(guild, entry)?.if_absent()]).await
    }

    pub(in crate::backends::store) async fn audit(
        &self,
        guild: u64,
        before: Option<i64>,
        limit: u32,
    ) -> anyhow::Result<Vec<Entry>> {
        let last = before.unwrap_or(i64::MAX).saturating_sub(1).max(0);
        let (from, to) = (Key::audit(guild, 0), Key::audit(guild, last));
        let trail = Range { partition: from.pk, from: from.sk, to: to.sk };
        self.table.query(trail, true, limit as usize).await?.iter().map(entry).collect()
    }

    pub(in crate::backends::store) async fn prefer(
        &self,
        member: u64,
        change: impl Fn(&mut Settings) + Send + 'static,
    ) -> anyhow::Result<()> {
        let key = Key::preferences(member);
        let mut backoff = Backoff::new();
        loop {
            let mut own: Document<Settings> = document(self.table.get(key.clone()).await?)?;
            change(&mut own.value);
            match self.table.write(vec![own.write(&key, 0)?]).await? {
                Written::Done => return Ok(()),
                Written::Conflict => backoff.again().await?,
            }
        }
    }
}

impl<T: serde::Serialize> Document<T> {
    /// With one revision more, and the number of its trail's last line.
    pub(super) fn put(&self, key: &Key, last: i64) -> anyhow::Result<Write> {
        let revision = number(self.revision.unwrap_or_default() + 1);
        Ok(Write::put(key, [("doc", json(&self.value)?), ("rev", revision), ("lines", number(last))]))
    }

    fn write(&self, key: &Key, last: i64) -> anyhow::Result<Write> {
        let put = self.put(key, last)?;
        Ok(match self.revision {
            Some(revision) => put.only_if("rev = :rev", [(":rev", number(revision))]),
            None => put.if_absent(),
        })
    }
}

fn document<T: DeserializeOwned + Default>(item: Option<Item>) -> anyhow::Result<Document<T>> {
    let Some(item) = item else {
        return Ok(Document { value: T::default(), revision: None, number: 0 });
    };
    let (revision, number) = (integer(&item, "rev")?, integer(&item, "lines")?);
    Ok(Document { value: from_json(&item, "doc")?, revision: Some(revision), number })
}

pub(super) fn trail_line(guild: u64, entry: &Entry) -> anyhow::Result<Write> {
    let mut line = vec![
        ("line", number(entry.number)),
        ("made", number(millis(entry.at))),
        ("who", text(&entry.by.to_string())),
        ("change", json::<Change>(&entry.change)?),
    ];
    line.extend(entry.undoes.map(|undoes| ("undoes", number(undoes))));
    Ok(Write::put(&Key::audit(guild, entry.number), line))
}

fn entry(item: &Item) -> anyhow::Result<Entry> {
    let undoes = item.contains_key("undoes").then(|| integer(item, "undoes")).transpose()?;
    Ok(Entry {
        number: integer(item, "line")?,
        at: from_millis(integer(item, "made")?).context("an entry of the trail")?,
        by: parsed(item, "who")?,
        change: from_json(item, "change")?,
        undoes,
    })
}
