//! The queue in Amazon SQS. A message is a job's id and nothing else: no prompt and no token lies in it, or in its
//! dead-letter queue.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{Builder, Region};
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use serde_json::Value;
use url::Url;

use super::{BATCH, Delivery};
use crate::domain::job::JobId;

/// The longest that SQS allows to wait for a message.
const LONG_POLL: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPT: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;
/// For how long an extended message is hidden: as long as a silent worker keeps its job in the store.
const HIDDEN: Duration = Duration::from_secs(60);
/// A job enqueued so lately is on its way: behind a long queue the sweepers would otherwise pile up messages.
const ON_ITS_WAY: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Sqs {
    client: Client,
    url: String,
    /// What this process enqueued, until it sees it again or it is [`ON_ITS_WAY`] no more.
    sent: Mutex<HashMap<JobId, Instant>>,
}

/// What a queue was made with, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Properties {
    /// For how long a message is hidden that was handed out and not extended.
    pub visibility: Duration,
    /// How often a message is handed out before it goes to the dead-letter queue; `None` without one.
    pub receives: Option<u64>,
}

impl Sqs {
    /// The queue at `url`.
    pub fn new(aws: &SdkConfig, url: &Url) -> Sqs {
        let config = Builder::from(aws)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts(ATTEMPT));
        let config = match region(url) {
            Some(region) => config.region(Region::new(region.to_owned())),
            // The SDK would ask AWS, whatever the queue's address says.
            None => config.endpoint_url(url.origin().ascii_serialization()),
        };
        Sqs { client: Client::from_conf(config.build()), url: url.to_string(), sent: Mutex::default() }
    }

    pub(super) async fn push(&self, job: JobId) -> anyhow::Result<()> {
        self.sent().insert(job, Instant::now());
        let send = self.client.send_message().queue_url(&self.url).message_body(job.to_string());
        let sent = Box::pin(send.send()).await;
        if sent.is_err() {
            self.sent().remove(&job);
        }
        sent.map(drop).context("SQS does not take a job")
    }

    pub(super) async fn next(&self, at_most: usize) -> anyhow::Result<Vec<Delivery>> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(at_most.clamp(1, BATCH))?)
            .wait_time_seconds(i32::try_from(LONG_POLL.as_secs())?)
            .customize()
            .config_override(Builder::new().timeout_config(timeouts(LONG_POLL + ATTEMPT)))
            .send()
            .await
            .context("SQS cannot be asked for jobs")?;
        let deliveries: Vec<_> =
            received.messages.unwrap_or_default().into_iter().filter_map(delivery).collect();
        let mut sent = self.sent();
        for delivery in &deliveries {
            sent.remove(&delivery.job);
        }
        Ok(deliveries)
    }

    pub(super) async fn extend(&self, receipt: &str) -> anyhow::Result<()> {
        self.hide(receipt, HIDDEN).await.context("a message cannot be kept")
    }

    pub(super) async fn give_back(&self, receipt: &str) -> anyhow::Result<()> {
        self.hide(receipt, Duration::ZERO).await.context("a message cannot be given back")
    }

    pub(super) async fn done(&self, receipt: &str) -> anyhow::Result<()> {
        let deleted = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt).send().await;
        deleted.map(drop).context("a message cannot be removed")
    }

    /// How the queue was made.
    ///
    /// # Errors
    /// There is no such queue, or it may not be asked.
    pub async fn properties(&self) -> anyhow::Result<Properties> {
        let (timeout, redrive) = (QueueAttributeName::VisibilityTimeout, QueueAttributeName::RedrivePolicy);
        let asked = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(timeout.clone())
            .attribute_names(redrive.clone())
            .send()
            .await?;
        let told = |name| asked.attributes().and_then(|attributes| attributes.get(name));
        let seconds = told(&timeout).context("SQS told no visibility timeout")?.parse()?;
        let receives = match told(&redrive) {
            Some(policy) => times(&serde_json::from_str::<Value>(policy)?["maxReceiveCount"]),
            None => None,
        };
        Ok(Properties { visibility: Duration::from_secs(seconds), receives })
    }

    async fn hide(&self, receipt: &str, duration: Duration) -> anyhow::Result<()> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(i32::try_from(duration.as_secs())?)
            .send()
            .await?;
        Ok(())
    }

    /// Whether this process has enqueued the job a moment ago.
    pub(super) fn is_on_its_way(&self, job: JobId) -> bool {
        self.sent().contains_key(&job)
    }

    /// What is on its way.
    fn sent(&self) -> MutexGuard<'_, HashMap<JobId, Instant>> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.retain(|_, then| then.elapsed() < ON_ITS_WAY);
        sent
    }
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(attempt).build()
}

/// The region in an address of AWS's own, such as `https://sqs.eu-central-1.amazonaws.com/…`.
fn region(url: &Url) -> Option<&str> {
    let (region, domain) = url.host_str()?.strip_prefix("sqs.")?.split_once('.')?;
    matches!(domain, "amazonaws.com" | "amazonaws.com.cn").then_some(region)
}

/// A body that is no job's id is left alone, and ends in the dead-letter queue.
fn delivery(message: Message) -> Option<Delivery> {
    Delivery::of_sqs(message.message_id.as_deref(), message.body.as_deref(), message.receipt_handle)
}

/// AWS has a number here, or a number in quotes, as the queue was configured.
fn times(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_that_of_the_queue() {
        for (url, expected) in [
            ("https://sqs.eu-central-1.amazonaws.com/123456789012/easel", Some("eu-central-1")),
            ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/easel", Some("cn-north-1")),
            ("https://vpce-1.sqs.us-east-1.vpce.amazonaws.com/123456789012/easel", None),
            ("https://sqs.us-east-1.amazonaws.com.example/123456789012/easel", None),
            ("http://127.0.0.1:4566/000000000000/easel", None),
        ] {
            assert_eq!(region(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
