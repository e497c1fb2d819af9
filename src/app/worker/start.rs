//! How an admitted job comes to its worker: at once, if the process that admits it has one to spare, else through the
//! queue.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{End, LEASE, Work, process};
use crate::app::App;
use crate::domain::job::{Begun, Job, JobId, Worker};
use crate::domain::request::ImageRequest;

/// An admitted job that nobody works on yet. One that was claimed for this process is given back if this is dropped.
#[derive(Debug)]
pub(crate) struct Start {
    app: Arc<App>,
    job: Box<Job>,
    begun: Option<(Box<Begun>, Place)>,
}

/// A worker of this process that has nothing else to do.
#[derive(Debug)]
pub(crate) struct Place {
    _place: OwnedSemaphorePermit,
}

impl Place {
    /// A worker for this request, if its first step is to ask a model: where a picture has to be fetched before, or a
    /// guardrail be asked, no call is certain. Not where other machines have the same store: the lease of a process that
    /// dies there has to run out, while a job that nobody has claimed is taken up at once.
    pub(crate) fn free(app: &App, request: &ImageRequest) -> Option<Place> {
        let asks_at_once = request.source().is_none() && app.guardrail.is_none();
        if !asks_at_once || !app.queue.is_local() || app.store.is_shared() || app.stopping.is_cancelled() {
            return None;
        }
        Some(Place { _place: Arc::clone(&app.workers).try_acquire_owned().ok()? })
    }
}

/// This process, as a worker.
pub(crate) fn here(app: &App) -> Worker {
    Worker { owner: app.owner.clone(), lease: LEASE }
}

impl Start {
    pub(crate) fn new(app: &Arc<App>, job: &Job, begun: Option<(Box<Begun>, Place)>) -> Start {
        Start { app: Arc::clone(app), job: Box::new(job.clone()), begun }
    }

    pub(crate) fn job(&self) -> JobId {
        self.job.id
    }

    /// Hands it to whoever takes it from the queue.
    pub(crate) async fn enqueue(&self) {
        self.app.line.add(&self.job);
        self.app.enqueue(self.job.id).await;
    }

    /// Works on the job in a task of its own, or hands it to whoever takes it from the queue.
    pub(crate) async fn go(self) {
        let app = Arc::clone(&self.app);
        if self.begun.is_none() {
            self.enqueue().await;
        } else if !app.stopping.is_cancelled() {
            let abandoned = app.abandoned.clone();
            app.spawn(async move {
                self.process(&abandoned).await;
            });
        }
    }

    /// [`process`], of a job that may be claimed already.
    pub(crate) async fn process(mut self, abandoned: &CancellationToken) -> End {
        let Some((begun, _place)) = self.begun.take() else {
            return process(&self.app, self.job.id, abandoned).await;
        };
        let Begun { claim, calls } = *begun;
        Work::new(&self.app, claim, calls).process(abandoned).await
    }

    /// Cancels it: nobody would see the pictures.
    pub(crate) async fn take_back(mut self) {
        let fence = self.begun.take().map(|(begun, _)| begun.claim.fence);
        if let Err(error) = self.app.store.take_back(self.job.id, fence, self.app.now()).await {
            tracing::error!(job = %self.job.id, error = format!("{error:#}"), "an unanswered order could not be taken back");
        }
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        let Some((begun, place)) = self.begun.take() else { return };
        let (app, job) = (Arc::clone(&self.app), self.job.id);
        self.app.spawn(async move {
            let (Begun { claim, calls }, _place) = (*begun, place);
            if let Err(error) = Work::new(&app, claim, calls).give_back(0).await {
                // Its lease runs out, and the sweeper finds it.
                tracing::error!(%job, error = format!("{error:#}"), "the job could not be given back");
            } else if !app.stopping.is_cancelled() {
                app.enqueue(job).await;
            }
        });
    }
}
