//! The queue within one process: lost with it, and filled again from the store by the sweeper.

use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};

use anyhow::Context;
use tokio::sync::{Mutex, mpsc};

use super::Delivery;
use crate::domain::job::JobId;

/// Ids in the order in which they came; one that waits already is not queued twice.
#[derive(Debug)]
pub struct Local {
    waiting: std::sync::Mutex<HashSet<JobId>>,
    sender: mpsc::UnboundedSender<JobId>,
    receiver: Mutex<mpsc::UnboundedReceiver<JobId>>,
}

impl Default for Local {
    fn default() -> Local {
        let (sender, receiver) = mpsc::unbounded_channel();
        Local { waiting: Default::default(), sender, receiver: Mutex::new(receiver) }
    }
}

impl Local {
    pub(super) fn push(&self, job: JobId) -> anyhow::Result<()> {
        if !self.waiting().insert(job) {
            return Ok(());
        }
        self.sender.send(job).context("the queue is closed")
    }

    pub(super) async fn next(&self) -> anyhow::Result<Delivery> {
        let job = self.receiver.lock().await.recv().await.context("the queue is closed")?;
        self.waiting().remove(&job);
        Ok(Delivery { job, receipt: None })
    }

    fn waiting(&self) -> MutexGuard<'_, HashSet<JobId>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
