//! What is to be kept no longer: the same on every back end.

use super::Store;
use super::dynamo::Item;
use crate::domain::job::JobId;

/// Orders that are looked at together.
pub(super) const PAGE: u8 = 100;

/// Where a look at all orders goes on.
#[derive(Debug, Clone)]
pub struct Page(At);

#[derive(Debug, Clone)]
enum At {
    After(JobId),
    Item(Item),
}

impl Store {
    /// Some orders with ids below `before` that are not erased, and where the next ones begin, if there are any. In a table
    /// it reads everything.
    pub async fn kept_below(
        &self,
        before: JobId,
        cursor: Option<Page>,
    ) -> anyhow::Result<(Vec<JobId>, Option<Page>)> {
        match self {
            Store::Sqlite(sqlite) => {
                let after = match cursor {
                    Some(Page(At::After(job))) => job,
                    _ => JobId::MIN,
                };
                let jobs = sqlite.kept_between(after, before).await?;
                let last = jobs.last().copied().filter(|_| jobs.len() == usize::from(PAGE));
                Ok((jobs, last.map(|job| Page(At::After(job)))))
            }
            Store::Dynamo(dynamo) => {
                let start = match cursor {
                    Some(Page(At::Item(item))) => Some(item),
                    _ => None,
                };
                let (jobs, next) = dynamo.kept_below(before, start).await?;
                Ok((jobs, next.map(|item| Page(At::Item(item)))))
            }
        }
    }
}
