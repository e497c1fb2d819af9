//! Pages of pictures that are found on shelves: the same on every back end.

use std::collections::VecDeque;

use super::Store;
use crate::domain::job::{Claim, JobId, JobRecord, Shelf, Viewer, Wanted};

/// Jobs that are read of a shelf at a time: at first, and once many of them were in vain.
const FIRST_READ: usize = 32;
const LARGEST_READ: usize = 256;
/// Reads of a group of shelves for one page: more than it has shelves. What is left is the next page's.
const READS: usize = 48;

/// Where a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    Latest,
    /// Of those with ids below this one, the latest.
    Before(JobId),
    /// Of those with ids above this one, the oldest; where they are no full page, the latest of all.
    After(JobId),
}

/// Jobs with pictures, the latest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GalleryPage {
    pub jobs: Vec<Claim>,
    /// Later ones, if there can be any, have ids above this one,
    pub newer: Option<JobId>,
    /// and older ones have ids below this one.
    pub older: Option<JobId>,
}

/// Which way a shelf is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Older,
    Newer,
}

/// Jobs in the order in which they were read, and where there may be more.
struct Found {
    jobs: Vec<JobId>,
    rest: Option<JobId>,
}

/// A shelf that is read on and on.
struct Reader {
    shelf: Shelf,
    read: VecDeque<JobId>,
    size: usize,
    /// Nothing lies below what was read.
    is_whole: bool,
}

/// Jobs that lie on all of these shelves.
struct Group {
    readers: Vec<Reader>,
    reads: usize,
}

/// Where a reader stands.
enum Next {
    Job(JobId),
    Nothing,
    /// There were too many reads. What is above this id was looked through.
    Stopped(JobId),
}

impl Store {
    /// Up to `limit` jobs with pictures that are wanted and may be seen.
    ///
    /// Where many jobs have one of the words and few have all of them, a page can have fewer though there are others.
    pub async fn gallery(
        &self,
        wanted: &Wanted,
        viewer: Viewer,
        cursor: Cursor,
        limit: usize,
    ) -> anyhow::Result<GalleryPage> {
        if let Cursor::After(job) = cursor {
            let found = self.found(wanted, viewer, (job.above(), Direction::Newer), limit).await?;
            if let Some(newer) = found.rest {
                let older = found.jobs.first().copied().unwrap_or(job.above());
                return self.page(viewer, found.jobs, (Some(newer), Some(older))).await;
            }
        }
        let before = if let Cursor::Before(job) = cursor { Some(job.below()) } else { None };
        let from = before.unwrap_or(JobId::MAX);
        let Found { jobs, rest } = self.found(wanted, viewer, (from, Direction::Older), limit).await?;
        let newer = before.map(|before| jobs.first().copied().unwrap_or(before));
        self.page(viewer, jobs, (newer, rest)).await
    }

    async fn page(
        &self,
        viewer: Viewer,
        jobs: Vec<JobId>,
        (newer, older): (Option<JobId>, Option<JobId>),
    ) -> anyhow::Result<GalleryPage> {
        let mut jobs: Vec<_> = self.records(jobs).await?.iter().map(JobRecord::to_claim).collect();
        jobs.retain(|claim| viewer.sees(claim));
        jobs.sort_unstable_by_key(|claim| std::cmp::Reverse(claim.job.id));
        Ok(GalleryPage { jobs, newer, older })
    }

    /// Up to `limit` jobs from one on, in a direction. Below, all ids are turned, so that the direction is always to
    /// lower ones.
    async fn found(
        &self,
        wanted: &Wanted,
        viewer: Viewer,
        (from, direction): (JobId, Direction),
        limit: usize,
    ) -> anyhow::Result<Found> {
        let mut groups: Vec<Group> = viewer.shelves(wanted).into_iter().map(Group::new).collect();
        let mut from = direction.turned(from);
        let mut jobs = Vec::new();
        let rest = loop {
            match self.next_of(&mut groups, from, direction).await? {
                Next::Job(_) if jobs.len() == limit => break jobs.last().copied(),
                Next::Job(job) => {
                    jobs.push(job);
                    from = job.below();
                }
                Next::Stopped(from) => break Some(from.above()),
                Next::Nothing => break None,
            }
        };
        let back = |job| direction.turned(job);
        Ok(Found { jobs: jobs.into_iter().map(back).collect(), rest: rest.map(back) })
    }

    /// The next job of any of the groups, `from` or below.
    async fn next_of(&self, groups: &mut [Group], from: JobId, direction: Direction) -> anyhow::Result<Next> {
        let mut next = Next::Nothing;
        for group in groups {
            let found = self.next_on_all(group, from, direction).await?;
            next = next.or_above(found);
        }
        Ok(next)
    }

    /// The next job that lies on all shelves of a group, `from` or below: each shelf is read on from the job that another
    /// one has next.
    async fn next_on_all(
        &self,
        group: &mut Group,
        from: JobId,
        direction: Direction,
    ) -> anyhow::Result<Next> {
        let (mut wanted, mut agreed) = (from, 0);
        for at in (0..group.readers.len()).cycle() {
            let Some(reader) = group.readers.get_mut(at) else { break };
            if reader.needs_more(wanted) {
                if group.reads == READS {
                    return Ok(Next::Stopped(wanted));
                }
                group.reads += 1;
                let read =
                    self.shelf(&reader.shelf, direction.turned(wanted), direction, reader.size).await?;
                reader.take(read.into_iter().map(|job| direction.turned(job)).collect());
            }
            let Some(next) = reader.read.front().copied() else { return Ok(Next::Nothing) };
            agreed = if next == wanted { agreed + 1 } else { 1 };
            wanted = next;
            if agreed == group.readers.len() {
                return Ok(Next::Job(wanted));
            }
        }
        Ok(Next::Nothing)
    }

    /// Up to `limit` jobs of a shelf from this one on.
    async fn shelf(
        &self,
        shelf: &Shelf,
        from: JobId,
        direction: Direction,
        limit: usize,
    ) -> anyhow::Result<Vec<JobId>> {
        match self {
            Store::Sqlite(sqlite) => sqlite.shelf(shelf, from, direction, limit).await,
            Store::Dynamo(dynamo) => dynamo.shelf(shelf, from, direction, limit).await,
        }
    }

    /// Those of these jobs that there are, in no order.
    async fn records(&self, jobs: Vec<JobId>) -> anyhow::Result<Vec<JobRecord>> {
        match self {
            Store::Sqlite(sqlite) => sqlite.records(jobs).await,
            Store::Dynamo(dynamo) => dynamo.records(jobs).await,
        }
    }
}

impl Direction {
    /// The id, or where ids are read upwards the one that lies as far from the other end; turned again, it is itself.
    fn turned(self, job: JobId) -> JobId {
        match self {
            Direction::Older => job,
            Direction::Newer => job.mirrored(),
        }
    }
}

impl Next {
    /// What comes first.
    fn or_above(self, other: Next) -> Next {
        match (&self, &other) {
            (_, Next::Nothing) => self,
            (Next::Nothing, _) => other,
            (Next::Job(one) | Next::Stopped(one), Next::Job(another) | Next::Stopped(another))
                if one > another =>
            {
                self
            }
            // The same job may lie where it was not yet looked for.
            (Next::Stopped(one), Next::Job(another)) if one == another => self,
            _ => other,
        }
    }
}

impl Group {
    fn new(shelves: Vec<Shelf>) -> Group {
        let reader = |shelf| Reader { shelf, read: VecDeque::new(), size: FIRST_READ, is_whole: false };
        Group { readers: shelves.into_iter().map(reader).collect(), reads: 0 }
    }
}

impl Reader {
    /// Forgets what is above `wanted`; whether more has to be read for the next one.
    fn needs_more(&mut self, wanted: JobId) -> bool {
        while self.read.front().is_some_and(|job| *job > wanted) {
            self.read.pop_front();
        }
        self.read.is_empty() && !self.is_whole
    }

    fn take(&mut self, read: VecDeque<JobId>) {
        self.is_whole = read.len() < self.size;
        self.size = (self.size * 2).min(LARGEST_READ);
        self.read = read;
    }
}
