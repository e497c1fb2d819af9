//! The way from admission to a worker. It carries ids only: the store holds the truth.

use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};

use tokio::sync::{Mutex, mpsc};

use crate::job::JobId;

/// The queue of one process: lost with it, and filled again from the store by the sweeper.
///
/// The sweeper hands in whatever nobody works on, again and again: an id that waits already is not queued twice.
#[derive(Debug)]
pub struct Queue {
    waiting: std::sync::Mutex<HashSet<JobId>>,
    sender: mpsc::UnboundedSender<JobId>,
    receiver: Mutex<mpsc::UnboundedReceiver<JobId>>,
}

impl Queue {
    /// An empty queue.
    pub fn local() -> Queue {
        let (sender, receiver) = mpsc::unbounded_channel();
        Queue { waiting: Default::default(), sender, receiver: Mutex::new(receiver) }
    }

    /// Hands a job to the next free worker. Handing it in twice does no harm: it can be claimed once.
    pub fn push(&self, job: JobId) {
        if !self.waiting().insert(job) {
            return;
        }
        if self.sender.send(job).is_err() {
            tracing::error!(%job, "the queue is closed; the sweeper finds the job");
        }
    }

    /// The next job, when there is one.
    pub async fn next(&self) -> Option<JobId> {
        let job = self.receiver.lock().await.recv().await?;
        self.waiting().remove(&job);
        Some(job)
    }

    fn waiting(&self) -> MutexGuard<'_, HashSet<JobId>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
