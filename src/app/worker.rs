//! From an admitted job to its end: claim, generate, archive and deliver, settle. [`process`] may be called for
//! the same job any number of times, by anybody, after any crash.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::app::messages::picture::Remarks;
use crate::app::messages::{self, Reader};
use crate::backends::archive::{Prices, Record, picture_key, record_key};
use crate::backends::engine::Permit;
use crate::domain::catalogue::Model;
use crate::domain::job::{
    Bill, CallId, Claim, Conclusion, GeneratedImage, JobId, Picture, Posted, Progress, Settlement, State,
};
use crate::domain::refusal::Refusal;

mod consumer;
mod deliver;
mod ending;
mod erase;
mod follow_up;
mod generate;
mod inputs;
mod line;
mod moderate;
mod recover;
mod shrink;
mod start;
mod status;

pub use consumer::{enqueue_forgotten, run, sweep};
pub use ending::fail_dead_letter;
pub(crate) use line::Line;
pub use line::{process_next, tell_places};
pub(crate) use start::{Place, Start, here};
use status::Status;

/// How long a silent worker keeps its job from others.
const LEASE: Duration = Duration::from_secs(60);
/// How often a worker says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Until the archive is tried again: doubled with each claim of the job, up to the longest.
const ARCHIVE_PAUSE_MS: i64 = 2_000;
const LONGEST_PAUSE_MS: i64 = 60_000;

/// How long a delivered job waits to be written down together with its archived pictures. A crash in between delivers the
/// same message once more, which puts it in its own place.
const CLOSING_TIME: Duration = Duration::from_millis(500);

/// How often a job is taken up before the person is told that it failed.
const MAX_FAILED_CLAIMS: i64 = 4;

/// How far a worker came with a job, for whatever woke it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing is left to do for this message. The sweeper enqueues the job again if it needs more later.
    Done,
    /// Given back unfinished, because the process ends.
    GivenBack,
    /// The store could not say whether there is something to do.
    Unknown,
}

struct Work<'a> {
    app: &'a App,
    claim: Claim,
    /// Pictures of the job that other messages show.
    others: Vec<Picture>,
    /// Calls that are in the ledger already and that nobody has made, by picture.
    prepared: Mutex<Vec<(u32, CallId)>>,
    /// The person has the response, whether or not that could be stored.
    told: AtomicBool,
    /// Where the pictures are shown, if everybody there can see them.
    posted: OnceLock<Posted>,
    status: Status,
}

/// Another worker has the job: this one may write nothing more.
#[derive(Debug, thiserror::Error)]
#[error("another worker has the job")]
struct Stale;

/// Takes a job as far as it can go, or gives it back when it is `abandoned`. Does nothing if somebody else has it or
/// nothing is left to do.
pub async fn process(app: &App, id: JobId, abandoned: &CancellationToken) -> End {
    match Work::claim(app, id).await {
        Ok(work) => work.process(abandoned).await,
        Err(end) => end,
    }
}

impl Work<'_> {
    async fn process(mut self, abandoned: &CancellationToken) -> End {
        let (app, id, fence) = (self.app, self.claim.job.id, self.claim.fence);
        let result = tokio::select! {
            // Given back before it has begun, if it is abandoned already.
            biased;
            () = abandoned.cancelled() => None,
            result = Box::pin(self.run()) => Some(result),
            () = keep_lease(app, id, fence) => Some(Err(Stale.into())),
        };
        let result = match result {
            Some(result) => result,
            None => match self.give_back(0).await {
                Ok(()) => return End::GivenBack,
                Err(error) => Err(error),
            },
        };
        let Err(error) = result else { return End::Done };
        if error.is::<Stale>() {
            tracing::warn!(job = %id, "another worker has taken the job over");
            return End::Done;
        }
        tracing::error!(job = %id, error = format!("{error:#}"), "the job failed");
        if let Err(error) = self.failed().await {
            // Its lease runs out, and the sweeper finds it.
            tracing::error!(job = %id, error = format!("{error:#}"), "the job could not be given back");
        }
        End::Done
    }

    /// Gives it back for a while. Calls that were not made are no calls.
    async fn give_back(&self, pause_ms: i64) -> anyhow::Result<()> {
        let prepared = std::mem::take(&mut *self.prepared.lock().unwrap_or_else(PoisonError::into_inner));
        let (job, fence) = (self.claim.job.id, self.claim.fence);
        for (n, call) in prepared {
            let settlement = Settlement { n, call: Some(call), bill: Bill::NoCall, outcome: None };
            self.app.store.settle(job, fence, settlement).await?;
        }
        release(self.app, job, fence, pause_ms).await
    }

    /// The call for a picture that was put into the ledger with the admission.
    fn take_prepared(&self, n: u32) -> Option<CallId> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        let at = prepared.iter().position(|(number, _)| *number == n)?;
        Some(prepared.swap_remove(at).1)
    }
}

/// Ends when the lease is lost.
async fn keep_lease(app: &App, id: JobId, fence: i64) {
    loop {
        #[expect(clippy::disallowed_methods, reason = "a heartbeat")]
        tokio::time::sleep(HEARTBEAT).await;
        match app.store.extend(id, fence, app.now(), LEASE).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job = %id, error = format!("{error:#}"), "the lease could not be extended")
            }
        }
    }
}

fn pause_ms(fence: i64) -> i64 {
    ARCHIVE_PAUSE_MS.saturating_mul(1 << fence.clamp(1, 10)).min(LONGEST_PAUSE_MS)
}

async fn release(app: &App, id: JobId, fence: i64, pause_ms: i64) -> anyhow::Result<()> {
    let progress = Progress { release_for: Some(pause_ms), ..Progress::default() };
    app.store.progress(id, fence, progress, app.now()).await.map(drop)
}

/// Pictures in memory, by number, and the permit of the picture limiter that they hold.
#[derive(Default)]
struct Loaded {
    pictures: Vec<(u32, Bytes)>,
    permit: Mutex<Option<Permit>>,
}

impl Loaded {
    fn new(pictures: Vec<(u32, Bytes)>, permit: Option<Permit>) -> Loaded {
        Loaded { pictures, permit: Mutex::new(permit) }
    }

    /// Takes out the pictures with these numbers.
    fn take(&mut self, is_wanted: impl Fn(u32) -> bool) -> Loaded {
        let (wanted, rest) = std::mem::take(&mut self.pictures).into_iter().partition(|(n, _)| is_wanted(*n));
        self.pictures = rest;
        Loaded::new(wanted, None)
    }

    /// Releases the permit while this job waits for another service. How many wait is bounded by the workers.
    fn step_aside(&self) {
        drop(self.permit.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl<'a> Work<'a> {
    fn new(app: &'a App, claim: Claim, prepared: Vec<(u32, CallId)>) -> Work<'a> {
        Work {
            app,
            claim,
            others: Vec::new(),
            prepared: Mutex::new(prepared),
            told: AtomicBool::new(false),
            posted: OnceLock::new(),
            status: Status::default(),
        }
    }

    /// Takes hold of a job, if it can be had.
    async fn claim(app: &'a App, id: JobId) -> Result<Work<'a>, End> {
        if app.config.token.is_none() && is_of_discord(app, id).await? {
            return Err(End::Done);
        }
        match app.store.claim(id, &app.owner, app.now(), LEASE).await {
            Ok(Some(claim)) => Ok(Work::new(app, claim, Vec::new())),
            Ok(None) => Err(End::Done),
            Err(error) => {
                tracing::error!(job = %id, error = format!("{error:#}"), "the job could not be claimed");
                Err(End::Unknown)
            }
        }
    }
}

/// Whether the answer goes to Discord: a process without a token leaves such a job to others.
async fn is_of_discord(app: &App, id: JobId) -> Result<bool, End> {
    match app.store.find(id).await {
        Ok(found) => Ok(found.is_some_and(|claim| claim.job.origin.discord().is_some())),
        Err(error) => {
            tracing::error!(job = %id, error = format!("{error:#}"), "the job could not be looked at");
            Err(End::Unknown)
        }
    }
}

impl Work<'_> {
    async fn run(&mut self) -> anyhow::Result<()> {
        if self.claim.is_erased {
            return self.erase().await;
        }
        if self.claim.state.is_final() {
            return self.archive_late().await;
        }
        let (mut loaded, pictures) = self.generate_and_tell().await?;
        self.claim.pictures = pictures;
        self.send_follow_ups(&mut loaded).await?;
        self.keep_to_first_message();
        self.hand_over(loaded).await
    }

    fn model(&self) -> Option<&Model> {
        self.app.catalogue.find(&self.claim.job.request.model)
    }

    fn model_of(&self, n: u32) -> Option<&Model> {
        self.app.catalogue.find(&self.claim.job.request.of(n).model)
    }

    fn generated(&self) -> impl Iterator<Item = (&Picture, &GeneratedImage)> {
        self.claim.pictures.iter().filter_map(|picture| Some((picture, picture.generated()?)))
    }

    /// Archive and delivery side by side. If both are done soon, they are written down together; otherwise what is done
    /// first is written down first.
    async fn hand_over(&mut self, loaded: Loaded) -> anyhow::Result<()> {
        let loaded = self.load(loaded).await?;
        let too_large = self.too_large(&loaded);
        let this = &*self;
        let archive = this.archive(&loaded.pictures);
        let (archived, delivered) = if too_large {
            // The link to the original works once the original is there.
            let archived = archive.await;
            let files = this.shrunk(&loaded.pictures, &archived).await?;
            (archived, this.deliver(&loaded, files).await)
        } else {
            let deliver = this.deliver(&loaded, deliver::Files::Original);
            tokio::pin!(archive, deliver);
            tokio::select! {
                archived = &mut archive => (archived, deliver.await),
                delivered = &mut deliver => {
                    let archived = match timeout(CLOSING_TIME, &mut archive).await {
                        Ok(archived) => archived,
                        Err(_) => {
                            loaded.step_aside();
                            let concluded = Some(this.conclusion(delivered));
                            this.advance(Progress { concluded, ..Progress::default() }).await?;
                            archive.await
                        }
                    };
                    (archived, delivered)
                }
            }
        };
        let concluded = Some(this.conclusion(delivered));
        drop(loaded);
        self.close(concluded, archived).await
    }

    /// Writes the end down. Pictures that are in the archive leave the spool; the others stay there.
    async fn close(
        &self,
        concluded: Option<Conclusion>,
        archived: anyhow::Result<Vec<(u32, String)>>,
    ) -> anyhow::Result<()> {
        let id = self.claim.job.id;
        let archived = match archived {
            Ok(archived) => archived,
            Err(error) => {
                tracing::warn!(job = %id, error = format!("{error:#}"), "the archive could not be reached; it is tried again later");
                if concluded.as_ref().is_some_and(|end| end.state == State::Delivered) {
                    let remarks = Remarks { not_archived: true, shrunk: self.shrunk_ones(false).await? };
                    self.remark(&remarks).await;
                }
                let release_for = Some(self.pause_ms());
                return self.advance(Progress { concluded, release_for, ..Progress::default() }).await;
            }
        };
        let numbers: Vec<u32> = archived.iter().map(|(n, _)| *n).collect();
        self.advance(Progress { concluded, archived, release_for: Some(0), ..Progress::default() }).await?;
        self.empty_spool(&numbers).await
    }

    async fn empty_spool(&self, numbers: &[u32]) -> anyhow::Result<()> {
        for n in numbers {
            self.app.spool.forget(self.claim.job.id, *n).await.context("emptying the spool")?;
        }
        Ok(())
    }

    /// The message is out, the archive was out of reach: archive again, and remove the remark.
    async fn archive_late(&mut self) -> anyhow::Result<()> {
        let parts = self.archive_parts().await;
        self.keep_to_first_message();
        let loaded = self.load(Loaded::default()).await;
        let Some(loaded) = self.without_what_is_lost(loaded).await? else { return Ok(()) };
        let archived = self.archive(&loaded.pictures).await;
        let archived = parts.and_then(|parts| Ok(parts.into_iter().chain(archived?).collect()));
        drop(loaded);
        if archived.is_ok() && self.claim.state == State::Delivered {
            self.remark(&Remarks { not_archived: false, shrunk: self.shrunk_ones(true).await? }).await;
        }
        self.close(None, archived).await
    }

    /// Puts pictures and the job's record into the archive; returns numbers and keys.
    async fn archive(&self, pictures: &[(u32, Bytes)]) -> anyhow::Result<Vec<(u32, String)>> {
        let archived = self.archive_pictures(pictures).await?;
        let whole = self.whole();
        let is_empty = whole.pictures.iter().all(|picture| picture.generated().is_none());
        if let (false, Some(model)) = (is_empty, self.model()) {
            let in_words = |refusal: &Refusal| messages::refusal(refusal, Reader::Plain);
            let prices = Prices { each: whole.each(), attempted: whole.spent() };
            let record = Record::new(&whole, model, prices, &in_words);
            self.app.archive.put_record(&record_key(&self.claim.job), &record).await?;
        }
        Ok(archived)
    }

    async fn archive_pictures(&self, pictures: &[(u32, Bytes)]) -> anyhow::Result<Vec<(u32, String)>> {
        let job = &self.claim.job;
        let mut archived = Vec::new();
        for (n, bytes) in pictures {
            let generated =
                self.claim.pictures.iter().find(|picture| picture.n == *n).and_then(Picture::generated);
            let generated = generated.context("a picture without a hash")?;
            let key = picture_key(job, *n, generated.format);
            self.app.archive.put_image(&key, bytes.clone(), generated.format, &generated.sha256).await?;
            archived.push((*n, key));
        }
        Ok(archived)
    }

    /// All generated pictures: those that are not in memory come from wherever they are.
    async fn load(&self, mut loaded: Loaded) -> anyhow::Result<Loaded> {
        let missing: Vec<_> = self
            .generated()
            .filter(|(picture, _)| loaded.pictures.iter().all(|(known, _)| *known != picture.n))
            .collect();
        if missing.is_empty() {
            return Ok(loaded);
        }
        let permit = self.app.picture_limiter.enter().await;
        for (picture, generated) in missing {
            loaded.pictures.push((picture.n, self.wherever_it_is(picture.n, generated).await?));
        }
        loaded.pictures.sort_by_key(|(n, _)| *n);
        Ok(Loaded::new(loaded.pictures, Some(permit)))
    }

    fn pause_ms(&self) -> i64 {
        pause_ms(self.claim.fence)
    }

    async fn advance(&self, progress: Progress) -> anyhow::Result<()> {
        let fresh =
            self.app.store.progress(self.claim.job.id, self.claim.fence, progress, self.app.now()).await?;
        if fresh { Ok(()) } else { Err(Stale.into()) }
    }
}
