//! Members who are to be forgotten.

use super::Dynamo;
use super::item::{FORGETTING, Key, from_json, integer, json, number, string, text};
use super::table::{Backoff, Range, Written};
use super::write::Write;
use crate::domain::forgetting::Forgetting;

impl Dynamo {
    pub(in crate::backends::store) async fn update_forgetting<T>(
        &self,
        member: u64,
        step: impl Fn(&mut Option<Forgetting>) -> T,
    ) -> anyhow::Result<T> {
        let key = Key::forgetting(member);
        let mut backoff = Backoff::new();
        loop {
            let item = self.table.get(key.clone()).await?;
            let before: Option<Forgetting> = item.as_ref().map(|item| from_json(item, "doc")).transpose()?;
            let revision = item.as_ref().map(|item| integer(item, "rev")).transpose()?;
            let mut after = before.clone();
            let answer = step(&mut after);
            if after == before {
                return Ok(answer);
            }
            let write = match &after {
                Some(forgetting) => put(forgetting, revision)?,
                None => Write::delete(key.clone()),
            };
            let write = match revision {
                Some(revision) => write.only_if("rev = :rev", [(":rev", number(revision))]),
                None => write.if_absent(),
            };
            match self.table.write(vec![write]).await? {
                Written::Done => return Ok(answer),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    /// Members with whom somebody is to go on at `until` or earlier, in Unix milliseconds.
    pub(in crate::backends::store) async fn to_forget(&self, until: i64) -> anyhow::Result<Vec<u64>> {
        self.table.queued(FORGETTING, until, usize::MAX).await?.iter().map(Key::id).collect()
    }

    /// Deletes what lies with a member beside their jobs, and beside the sessions that they are in.
    pub(in crate::backends::store) async fn forget_member(&self, member: u64) -> anyhow::Result<()> {
        let sessions = self.sessions_of_member(member).await?.into_iter().map(|record| record.session);
        let theirs = sessions.filter(|session| session.has_to_do_with(member));
        let kept: Vec<Key> = theirs.map(|session| Key::member_session(member, session.id)).collect();
        for item in self.table.query(Range::all(format!("member#{member}")), false, usize::MAX).await? {
            let of_itself = |kind: &str| string(&item, "sk").is_ok_and(|sk| sk.starts_with(kind));
            let key = Key::of(&item)?;
            if !of_itself("job#") && !of_itself(FORGETTING) && !kept.contains(&key) {
                self.delete(key).await?;
            }
        }
        Ok(())
    }

    async fn delete(&self, key: Key) -> anyhow::Result<()> {
        let mut backoff = Backoff::new();
        while self.table.write(vec![Write::delete(key.clone())]).await? == Written::Conflict {
            backoff.again().await?;
        }
        Ok(())
    }
}

/// With one revision more.
pub(super) fn put(forgetting: &Forgetting, revision: Option<i64>) -> anyhow::Result<Write> {
    let attributes = [
        ("doc", json(forgetting)?),
        ("rev", number(revision.unwrap_or_default() + 1)),
        ("queue", text(FORGETTING)),
        ("due", number(forgetting.due_ms())),
    ];
    Ok(Write::put(&Key::forgetting(forgetting.member), attributes))
}
