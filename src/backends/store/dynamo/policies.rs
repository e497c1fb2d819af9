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
use crate::domain::policy::{Entry, Policy, PolicyRecord};
use crate::domain::settings::Settings;

/// A document that is changed as a whole.
pub(super) struct Document<T> {
    pub(super) value: T,
    pub(super) revision: Option<i64>,
    /// Of the last line of its trail.
    pub(super) number: i64,
}

impl Dynamo {
    pub(crate) async fn context(
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

    pub(crate) async fn update_policy<T>(
        &self,
        guild: u64,
        step: impl Fn(&mut PolicyRecord) -> T,
    ) -> anyhow::Result<T> {
        let key = Key::policy(guild);
        let mut backoff = Backoff::new();
        loop {
            let Document { value, revision, number } = document(self.table.get(key.clone()).await?)?;
            let mut record = PolicyRecord::new(value, number);
            let answer = step(&mut record);
            let Some(entry) = &record.added else { return Ok(answer) };
            let policy = Document { value: &record.policy, revision, number: entry.number };
            let writes = vec![policy.write(&key)?, trail_line(guild, entry)?.if_absent()];
            match self.table.write(writes).await? {
                Written::Done => return Ok(answer),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(crate) async fn audit(
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

    pub(crate) async fn prefer(
        &self,
        member: u64,
        change: impl Fn(&mut Settings) + Send + 'static,
    ) -> anyhow::Result<()> {
        let key = Key::preferences(member);
        let mut backoff = Backoff::new();
        loop {
            let mut own: Document<Settings> = document(self.table.get(key.clone()).await?)?;
            change(&mut own.value);
            match self.table.write(vec![own.write(&key)?]).await? {
                Written::Done => return Ok(()),
                Written::Conflict => backoff.again().await?,
            }
        }
    }
}

impl<T: serde::Serialize> Document<T> {
    /// With one revision more.
    pub(super) fn put(&self, key: &Key) -> anyhow::Result<Write> {
        let revision = number(self.revision.unwrap_or_default() + 1);
        Ok(Write::put(key, [("doc", json(&self.value)?), ("rev", revision), ("lines", number(self.number))]))
    }

    fn write(&self, key: &Key) -> anyhow::Result<Write> {
        let put = self.put(key)?;
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
        ("change", json(&entry.change)?),
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
