//! The truth about jobs and money. Every operation that decides is one atomic write.

use std::path::Path;

use anyhow::Context as _;
use aws_config::SdkConfig;
use time::OffsetDateTime;

use crate::config::StoreUrl;
use crate::domain::durations::Durations;
use crate::domain::job::{Admission, FIRST_FENCE, Job, JobId, Worker};
use crate::domain::limits::AdmissionLimits;
use crate::domain::money::Micros;
use crate::domain::policy::Entry;
use crate::domain::session::Session;
use crate::domain::settings::Settings;
use crate::domain::usage::BlockedRow;

mod context;
mod dynamo;
mod erasing;
mod forgetting;
mod gallery;
mod item;
mod jobs;
mod ledger;
pub mod migration;
mod observed;
mod policies;
mod retention;
mod sessions;
mod sqlite;

pub use context::{Context, LastPicture};
pub use dynamo::{Count, Dynamo, Kind};
pub use gallery::{Cursor, GalleryPage};
pub use jobs::KeptPicture;
pub use ledger::{Sum, Whose};
pub use observed::{Observed, ObservedCall, ObservedJob, observe, observe_sessions};
pub use retention::Page as RetentionPage;
pub use sqlite::Sqlite;

/// One of the two places. An operation fails if the database does; it has changed nothing then.
#[derive(Debug)]
pub enum Store {
    /// A file on this machine.
    Sqlite(Sqlite),
    /// A table in Amazon DynamoDB.
    Dynamo(Dynamo),
}

/// Methods that both places have.
macro_rules! in_both {
    ($($(#[doc = $doc:literal])+ fn $name:ident($($argument:ident: $of:ty),*) -> $answer:ty;)+) => {
        impl Store {
            $($(#[doc = $doc])+
            pub async fn $name(&self, $($argument: $of),*) -> anyhow::Result<$answer> {
                match self {
                    Store::Sqlite(sqlite) => sqlite.$name($($argument),*).await,
                    Store::Dynamo(dynamo) => dynamo.$name($($argument),*).await,
                }
            })+
        }
    };
}

impl Store {
    /// [`Store::admit_for`] without a worker.
    pub async fn admit(
        &self,
        job: &Job,
        price: Micros,
        limits: &AdmissionLimits,
        now: OffsetDateTime,
    ) -> anyhow::Result<Admission> {
        self.admit_for(job, price, limits, None, now).await
    }

    /// The store that `EASEL_STORE` names. A table is asked nothing.
    ///
    /// # Errors
    /// A sentence with the variable and the remedy.
    pub fn at(url: &StoreUrl, aws: Option<&SdkConfig>) -> anyhow::Result<Store> {
        match url {
            StoreUrl::Sqlite(path) => Store::open(path),
            StoreUrl::Dynamo(table) => {
                let aws = aws.context("EASEL_STORE: a table needs AWS credentials and a region")?;
                Ok(Store::dynamo(aws, table))
            }
        }
    }

    /// Opens or makes the `SQLite` database at `path`.
    ///
    /// A process that finds itself alone with the file knows that every lease in it belongs to a dead one, and
    /// frees them, pauses included: a restart goes on at once.
    ///
    /// # Errors
    /// A sentence with the path and the remedy.
    pub fn open(path: &Path) -> anyhow::Result<Store> {
        Sqlite::open(path).map(Store::Sqlite)
    }

    /// The store in this table. Nothing is asked over the network.
    ///
    /// The lease of a process that died ends by itself.
    pub fn dynamo(aws: &SdkConfig, table: &str) -> Store {
        Store::Dynamo(Dynamo::new(aws, table))
    }

    /// Whether it may be worked with: a table that `easel migrate` has begun to fill has to be full.
    ///
    /// # Errors
    /// A sentence with the remedy.
    pub async fn ready(&self) -> anyhow::Result<()> {
        match self {
            Store::Sqlite(_) => Ok(()),
            Store::Dynamo(dynamo) => dynamo.ready().await,
        }
    }

    /// Whether several machines may use it at once.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Store::Dynamo(_))
    }

    /// Takes back a job whose `admit` nobody waits for any more, even if it is still being written; `begun` if a worker
    /// was there for it, which then never hears of it. `SQLite` does it, whatever becomes of the answer, before anything
    /// that it is asked for later.
    pub fn cancel_soon(
        &self,
        job: JobId,
        begun: bool,
        now: OffsetDateTime,
    ) -> impl Future<Output = anyhow::Result<bool>> + Send + use<> {
        let fence = begun.then_some(FIRST_FENCE);
        let asked = match self {
            Store::Sqlite(sqlite) => Ok(sqlite.cancel_soon(job, fence, now)),
            Store::Dynamo(dynamo) => Err(dynamo.clone()),
        };
        async move {
            match asked {
                Ok(answer) => answer.await.context("the store's thread has ended")?,
                Err(dynamo) => match dynamo.take_back(job, now).await? {
                    Some(taken_back) => Ok(taken_back),
                    None => Store::Dynamo(dynamo).take_back(job, fence, now).await,
                },
            }
        }
    }
}

in_both! {
    /// Writes the job down, reserves its price and counts its pictures, if they fit under its `limits`, or says why
    /// not: one write.
    ///
    /// If a `worker` is there for it, the same write claims it and puts a call for each picture into the ledger.
    ///
    /// A caller that stops waiting before it is this call's turn leaves nothing behind.
    fn admit_for(job: &Job, price: Micros, limits: &AdmissionLimits, worker: Option<&Worker>, now: OffsetDateTime) -> Admission;

    /// How long the latest pictures of a model took.
    fn durations(model: &str) -> Durations;

    /// Whether it answers, in a time that does not depend on how much it holds.
    fn ping() -> ();

    /// The job of the request of this [`Job::dedupe_key`], if it was admitted within the last sixty days.
    fn known(request: String, now: OffsetDateTime) -> Option<JobId>;

    /// As [`Store::known`], after everything that this process has asked the store to write: an admission that is not
    /// answered yet counts too.
    fn known_in_turn(request: String, now: OffsetDateTime) -> Option<JobId>;

    /// Up to `limit` entries of the audit trail with numbers below `before`, the latest first.
    fn audit(guild: u64, before: Option<i64>, limit: u32) -> Vec<Entry>;

    /// Changes a member's preferences.
    fn prefer(member: u64, change: impl Fn(&mut Settings) + Send + 'static) -> ();

    /// The latest session of a channel, ended or not.
    fn latest_session(channel: u64) -> Option<Session>;

    /// Up to `limit` jobs of a server of which the guardrail held something back, the latest first: one row for the
    /// prompt, one for all pictures.
    fn blocked(guild: u64, limit: u32) -> Vec<BlockedRow>;
}
