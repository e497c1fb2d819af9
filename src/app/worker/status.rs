//! What the member is told while a model is at work: how far the job is, and pictures as they come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::{Loaded, Work};
use crate::app::App;
use crate::app::messages::picture;
use crate::app::messages::progress::{self, At, Progress};
use crate::backends::discord_api::message::{File, Message};
use crate::backends::discord_api::retry::Retry;
use crate::domain::job::{Claim, DiscordOrigin, Job, Picture};

/// A job that takes longer says how far it is.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// From one edit of a message to the next.
pub(super) const EVERY: Duration = Duration::from_secs(2);
/// How long the first picture that is ready waits for others, to be shown together with them.
const TOGETHER: Duration = Duration::from_millis(700);
/// An edit of words alone that takes longer holds up what comes after it no more.
pub(super) const EDIT_TIMEOUT: Duration = Duration::from_secs(3);

/// How far a job is, and what of it the member sees.
#[derive(Debug, Default)]
pub(super) struct Status {
    busy: AtomicBool,
    /// Pictures that have their answer, good or not.
    answered: Mutex<Vec<Picture>>,
    /// There is something to tell in the reply.
    news: Notify,
    /// A picture more has its answer.
    more: Notify,
    /// Held while the reply is edited, so that no older state comes last.
    editing: AsyncMutex<()>,
    /// The reply says more than that Easel is thinking.
    is_edited: AtomicBool,
    /// Messages behind the first one, and whether they reached their member: those that did not cannot.
    handed_out: Mutex<Vec<(u32, bool)>>,
    /// Files that the message has, by name, with their ids.
    shown: Mutex<Vec<(String, u64)>>,
    /// An edit may still reach Discord after what came later.
    overtaken: AtomicBool,
}

impl Status {
    /// The model has turned the job away; the member is told at once.
    pub(super) fn set_busy(&self) {
        self.busy.store(true, Ordering::Relaxed);
        self.news.notify_one();
    }

    pub(super) fn set_at_work(&self) {
        self.busy.store(false, Ordering::Relaxed);
    }

    fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    pub(super) fn add_answered(&self, picture: &Picture) {
        locked(&self.answered).push(picture.clone());
        self.news.notify_one();
        self.more.notify_one();
    }

    /// A picture that had its answer before this worker came.
    pub(super) fn add_known(&self, picture: &Picture) {
        locked(&self.answered).push(picture.clone());
        self.more.notify_one();
    }

    /// Waits until a picture more has its answer.
    pub(super) async fn one_more(&self) {
        self.more.notified().await;
    }

    /// The claim with the answers that there are so far.
    pub(super) fn so_far(&self, claim: &Claim) -> Claim {
        let mut so_far = claim.clone();
        for picture in locked(&self.answered).iter() {
            if let Some(known) = so_far.pictures.iter_mut().find(|known| known.n == picture.n) {
                known.clone_from(picture);
            }
        }
        so_far
    }

    fn ready(&self) -> usize {
        locked(&self.answered).iter().filter(|picture| picture.generated().is_some()).count()
    }

    pub(super) fn set_handed_out(&self, at: u32, sent: bool) {
        locked(&self.handed_out).push((at, sent));
    }

    /// Whether a message behind the first one reached its member; `None` if it was not tried.
    pub(super) fn was_sent(&self, at: u32) -> Option<bool> {
        locked(&self.handed_out).iter().find(|(tried, _)| *tried == at).map(|(_, sent)| *sent)
    }

    /// The id of a file that the message has.
    pub(super) fn id_of(&self, name: &str) -> Option<u64> {
        locked(&self.shown).iter().find(|(shown, _)| shown == name).map(|(_, id)| *id)
    }

    pub(super) fn forget_shown(&self) {
        locked(&self.shown).clear();
    }

    pub(super) fn is_overtaken(&self) -> bool {
        self.overtaken.load(Ordering::Relaxed)
    }
}

impl Work<'_> {
    /// [`Work::generate`], with what the member is told and sent meanwhile. No edit is under way any more when it is over.
    pub(super) async fn generate_and_tell(&self) -> anyhow::Result<(Loaded, Vec<Picture>)> {
        let over = CancellationToken::new();
        let generate = async {
            let generated = self.generate().await;
            over.cancel();
            generated
        };
        let (generated, (), sent) =
            tokio::join!(generate, self.tell_how_far(&over), self.send_complete_messages(&over));
        sent.and(generated)
    }

    /// Discord takes what is sent after a deferral that still stands for an edit of it.
    pub(super) async fn edit_deferral(&self, origin: &DiscordOrigin) {
        let _editing = self.status.editing.lock().await;
        if !self.token_lives() || self.status.is_edited.load(Ordering::Relaxed) {
            return;
        }
        let message = progress_of(self.app, &self.claim.job, At::Ready(self.status.ready())).await;
        let message = Message { keep_files: true, ..message };
        let edit = || self.app.discord.edit_original(origin.application, &origin.token, &message);
        match Retry::deferred().until_known(edit).await {
            Ok(_) => self.status.is_edited.store(true, Ordering::Relaxed),
            Err(fault) => {
                tracing::debug!(job = %self.claim.job.id, %fault, "a deferral could not be edited");
            }
        }
    }

    async fn tell_how_far(&self, over: &CancellationToken) {
        let Some(origin) = self.claim.job.origin.discord() else { return };
        let waited = (self.app.now() - self.claim.job.created).try_into().unwrap_or_default();
        let mut next = Instant::now() + PATIENCE.saturating_sub(waited);
        let mut earliest = Instant::now();
        loop {
            tokio::select! {
                () = over.cancelled() => return,
                () = self.status.news.notified() => {
                    let soon = if self.status.is_busy() { Duration::ZERO } else { TOGETHER };
                    next = next.min(earliest.max(Instant::now() + soon));
                    continue;
                }
                () = until(next) => {}
            }
            if !self.token_lives() || self.is_over_for_member().await {
                return;
            }
            self.show_how_far(origin).await;
            (earliest, next) = (Instant::now() + EVERY, Instant::now() + EVERY);
        }
    }

    /// Whether the job was cancelled, or is another worker's.
    async fn is_over_for_member(&self) -> bool {
        match self.app.store.find(self.claim.job.id).await {
            Ok(Some(found)) => found.stopping || found.fence != self.claim.fence,
            Ok(None) => true,
            Err(_) => false,
        }
    }

    async fn show_how_far(&self, origin: &DiscordOrigin) {
        let files = self.ready_files(origin).await;
        let has_news = files.iter().any(|file| file.kept.is_none());
        let rests = self.app.edits.rest_of(origin.interaction).is_some();
        let _editing = self.status.editing.lock().await;
        if rests || (!has_news && !self.app.edits.allows(origin.channel, origin.interaction)) {
            return;
        }
        let at = match self.status.ready() {
            0 if self.status.is_busy() => At::Busy,
            ready => At::Ready(ready),
        };
        let words = progress_of(self.app, &self.claim.job, at).await;
        let edit = async |message: &Message| {
            self.app.discord.edit_original(origin.application, &origin.token, message).await
        };
        if !has_news {
            // Without a word about files, those that are there stay.
            let message = Message { keep_files: true, ..words };
            match timeout(EDIT_TIMEOUT, edit(&message)).await {
                Ok(Ok(_)) => self.status.is_edited.store(true, Ordering::Relaxed),
                Ok(Err(fault)) => {
                    self.app.edits.heed(origin.interaction, &fault);
                    tracing::debug!(job = %self.claim.job.id, %fault, "progress was not shown");
                }
                Err(_) => self.status.overtaken.store(true, Ordering::Relaxed),
            }
            return;
        }
        match edit(&Message { files, ..words }).await {
            Ok(shown) => {
                self.status.is_edited.store(true, Ordering::Relaxed);
                if let Some(shown) = shown {
                    *locked(&self.status.shown) = shown.files;
                }
            }
            Err(fault) => {
                self.app.edits.heed(origin.interaction, &fault);
                tracing::debug!(job = %self.claim.job.id, %fault, "a picture was not shown before the others");
            }
        }
    }

    /// The pictures that are ready, with what the message has already; none that does not fit into it as it is.
    async fn ready_files(&self, origin: &DiscordOrigin) -> Vec<File> {
        let claim = self.status.so_far(&self.claim);
        let mut files = Vec::new();
        for picture in claim.in_message(0).0.pictures {
            if picture.generated().is_none_or(|generated| generated.bytes > origin.file_limit) {
                continue;
            }
            let n = picture.n;
            let kept = self.status.id_of(&picture::file_name(&claim, n));
            let bytes = match kept {
                Some(_) => Some(bytes::Bytes::new()),
                None => self.app.picture(&claim, n).await.ok().flatten(),
            };
            files.extend(bytes.map(|bytes| File { kept, ..picture::file(&claim, n, bytes, false) }));
        }
        files
    }
}

/// The words for a job that is not finished.
pub(super) async fn progress_of(app: &App, job: &Job, at: At) -> Message {
    let gone = (app.now() - job.created).try_into().unwrap_or_default();
    progress::progress(job, &Progress { at, gone, usual: usual_of_all(app, job).await })
}

/// How long the slowest of its models usually takes.
async fn usual_of_all(app: &App, job: &Job) -> Duration {
    let mut longest = Duration::ZERO;
    for model in job.request.models() {
        longest = longest.max(usual(app, model).await);
    }
    longest
}

/// How long one picture of a model usually takes: here, or else according to whoever knows the model.
async fn usual(app: &App, model: &str) -> Duration {
    let here = match app.store.durations(model).await {
        Ok(durations) => durations.usual(),
        Err(error) => {
            tracing::debug!(error = format!("{error:#}"), "nobody knows how long a model takes");
            None
        }
    };
    here.or_else(|| app.catalogue.find(model).map(|model| model.usual_time)).unwrap_or_default()
}

pub(super) async fn until(moment: Instant) {
    tokio::time::sleep_until(moment).await;
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
