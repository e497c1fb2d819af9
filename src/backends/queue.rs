//! From admission to a worker. The queue carries ids only: the store holds the truth. A worker that receives an id may
//! find nothing left to do, or the job claimed by another one: the claim decides.

use anyhow::Context;
use aws_config::SdkConfig;

use crate::config::QueueUrl;
use crate::domain::job::JobId;

mod local;
mod sqs;

pub use local::Local;
pub use sqs::{Properties, Sqs};

/// Ids that one call of [`Queue::next`] returns at most.
pub const BATCH: usize = 10;

#[derive(Debug)]
pub enum Queue {
    Local(Local),
    Sqs(Sqs),
}

/// A job to look at. From SQS it is hidden from other workers for a while.
#[derive(Debug)]
pub struct Delivery {
    pub job: JobId,
    /// What SQS knows this delivery by.
    receipt: Option<String>,
}

impl Delivery {
    /// What SQS, or Lambda on its behalf, hands out; `None` for what is no job's id.
    pub fn of_sqs(message: Option<&str>, body: Option<&str>, receipt: Option<String>) -> Option<Delivery> {
        let Some(job) = body.and_then(|body| body.parse().ok()) else {
            tracing::warn!(
                message,
                "a message in the queue is no job's id; is there somebody else's work in it?"
            );
            return None;
        };
        Some(Delivery { job, receipt })
    }
}

impl Queue {
    /// The queue that `EASEL_QUEUE` names. Nothing is asked over the network.
    ///
    /// # Errors
    /// SQS without an AWS configuration.
    pub fn open(url: &QueueUrl, aws: Option<&SdkConfig>) -> anyhow::Result<Queue> {
        match url {
            QueueUrl::Local => Ok(Queue::Local(Local::default())),
            QueueUrl::Sqs(url) => {
                let aws = aws.context("EASEL_QUEUE: SQS needs AWS credentials and a region")?;
                Ok(Queue::Sqs(Sqs::new(aws, url)))
            }
        }
    }

    /// Whether the process that takes an order also runs it.
    pub fn is_local(&self) -> bool {
        matches!(self, Queue::Local(_))
    }

    /// Enqueues a job for which there is something new to do.
    ///
    /// # Errors
    /// SQS did not take it. Nothing is lost: the sweeper finds the job in the store.
    pub async fn push(&self, job: JobId) -> anyhow::Result<()> {
        match self {
            Queue::Local(local) => local.push(job),
            Queue::Sqs(sqs) => sqs.push(job).await,
        }
    }

    /// Enqueues a job that no worker holds, which the sweeper finds every few seconds: not one that this process
    /// enqueued a moment ago.
    ///
    /// # Errors
    /// As for [`Queue::push`].
    pub async fn push_again(&self, job: JobId) -> anyhow::Result<()> {
        match self {
            Queue::Local(local) => local.push(job),
            Queue::Sqs(sqs) if sqs.is_on_its_way(job) => Ok(()),
            Queue::Sqs(sqs) => sqs.push(job).await,
        }
    }

    /// The next jobs, [`BATCH`] or `at_most`; waits for one, and may come back without any.
    ///
    /// # Errors
    /// SQS did not answer.
    pub async fn next(&self, at_most: usize) -> anyhow::Result<Vec<Delivery>> {
        match self {
            Queue::Local(local) => local.next().await.map(|delivery| vec![delivery]),
            Queue::Sqs(sqs) => sqs.next(at_most).await,
        }
    }

    /// Hides a delivery from others for another while, from here on.
    ///
    /// # Errors
    /// SQS did not answer, or has delivered the job to another worker.
    pub async fn extend(&self, delivery: &Delivery) -> anyhow::Result<()> {
        match (self, &delivery.receipt) {
            (Queue::Sqs(sqs), Some(receipt)) => sqs.extend(receipt).await,
            _ => Ok(()),
        }
    }

    /// This delivery has served: it does not come again.
    ///
    /// # Errors
    /// As for [`Queue::extend`]; the job then comes again, which does no harm.
    pub async fn done(&self, delivery: &Delivery) -> anyhow::Result<()> {
        match (self, &delivery.receipt) {
            (Queue::Sqs(sqs), Some(receipt)) => sqs.done(receipt).await,
            _ => Ok(()),
        }
    }

    /// Makes it visible to other workers at once.
    ///
    /// # Errors
    /// As for [`Queue::extend`]; the job then comes again a little later.
    pub async fn give_back(&self, delivery: &Delivery) -> anyhow::Result<()> {
        match (self, &delivery.receipt) {
            (Queue::Sqs(sqs), Some(receipt)) => sqs.give_back(receipt).await,
            (Queue::Local(local), _) => local.push(delivery.job),
            (Queue::Sqs(_), None) => Ok(()),
        }
    }
}
