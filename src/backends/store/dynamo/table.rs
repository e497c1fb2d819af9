//! The table, its items, and the calls to it: reads that see what was written, and writes that all happen or none.
//!
//! The SDK's futures have sixteen kilobytes each. They are on the heap, or everything that may ask a store would have as
//! much, many times over.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Select};
use tokio::time::Instant;

use super::item::{Item, Key, text};
use super::write::Write;

/// One try; a person waits for two seconds at most.
const ATTEMPT: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(2);
/// Tries of one call, with pauses of up to 50, 100, … 800 milliseconds: all of them within those two seconds.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// How long an operation is tried again while others get in its way.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The longest pause before it is tried again.
const PAUSE: Duration = Duration::from_millis(400);
/// Keys that one read may name.
const KEYS: usize = 100;
/// The index of what waits for its moment.
pub(super) const INDEX: &str = "queue";

/// One table of `DynamoDB`.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) name: String,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// All of it is there.
    Done,
    /// None of it: somebody else was faster. Look again, and decide again.
    Conflict,
}

/// Which items of a partition.
pub(super) struct Range {
    pub(super) partition: String,
    pub(super) from: String,
    pub(super) to: String,
}

impl Range {
    /// All of a partition.
    pub(super) fn all(partition: String) -> Range {
        // The earliest character of any of our keys: an empty text is no key.
        Range { partition, from: " ".to_owned(), to: "\u{ffff}".to_owned() }
    }

    /// Everything whose sort key begins like this.
    pub(super) fn beginning(partition: String, prefix: &str) -> Range {
        Range { partition, from: prefix.to_owned(), to: format!("{prefix}\u{ffff}") }
    }
}

impl Table {
    pub(super) fn new(aws: &SdkConfig, name: &str) -> Table {
        Table::with_tries(aws, name, ATTEMPTS)
    }

    /// Nobody waits for an answer, and a table that is told to be slower shall not end what takes hours.
    pub(super) fn patient(aws: &SdkConfig, name: &str) -> Table {
        Table::with_tries(aws, name, 12)
    }

    fn with_tries(aws: &SdkConfig, name: &str, tries: u32) -> Table {
        let timeouts =
            TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
        let config = aws_sdk_dynamodb::config::Builder::from(aws)
            .retry_config(RetryConfig::standard().with_max_attempts(tries).with_initial_backoff(FIRST_PAUSE))
            .timeout_config(timeouts)
            .build();
        Table { client: Client::from_conf(config), name: name.to_owned() }
    }

    pub(super) async fn get(&self, key: Key) -> anyhow::Result<Option<Item>> {
        let asked = self.client.get_item().table_name(&self.name).set_key(Some(key.item()));
        let found = Box::pin(asked.consistent_read(true).send()).await;
        Ok(found.with_context(|| self.context())?.item)
    }

    /// The items of these keys that there are.
    pub(super) async fn get_all(&self, keys: Vec<Key>) -> anyhow::Result<HashMap<Key, Item>> {
        let mut found = HashMap::new();
        for keys in keys.chunks(KEYS) {
            let mut backoff = Backoff::new();
            let mut left: Vec<Item> = keys.iter().map(Key::item).collect();
            while !left.is_empty() {
                let asked =
                    KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true).build()?;
                let answer =
                    Box::pin(self.client.batch_get_item().request_items(&self.name, asked).send()).await;
                let mut answer = answer.with_context(|| self.context())?;
                for item in
                    answer.responses.take().and_then(|mut all| all.remove(&self.name)).into_iter().flatten()
                {
                    found.insert(Key::of(&item)?, item);
                }
                let rest = answer.unprocessed_keys.take().and_then(|mut all| all.remove(&self.name));
                left = rest.map(|rest| rest.keys).unwrap_or_default();
                if !left.is_empty() {
                    backoff.again().await?;
                }
            }
        }
        Ok(found)
    }

    /// Up to `limit` items of a partition by their sort keys, or from the last one on.
    pub(super) async fn query(
        &self,
        range: Range,
        backwards: bool,
        limit: usize,
    ) -> anyhow::Result<Vec<Item>> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let left = limit.saturating_sub(found.len());
            let asked = self.client.query().table_name(&self.name).consistent_read(true);
            let asked = asked
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", text(&range.partition))
                .expression_attribute_values(":from", text(&range.from))
                .expression_attribute_values(":to", text(&range.to))
                .scan_index_forward(!backwards)
                .limit(i32::try_from(left.clamp(1, 1_000))?)
                .set_exclusive_start_key(start);
            let page = Box::pin(asked.send()).await.with_context(|| self.context())?;
            found.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    /// Some of all items, and where the next ones begin.
    pub(super) async fn page(&self, start: Option<Item>) -> anyhow::Result<(Vec<Item>, Option<Item>)> {
        let asked = self.client.scan().table_name(&self.name).consistent_read(true);
        let page = Box::pin(asked.set_exclusive_start_key(start).send()).await;
        let page = page.with_context(|| self.context())?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
    }

    /// Keys of what waits in this queue for a moment until `until`, the earliest first. The index follows the table
    /// after a while: what it says is a hint.
    pub(super) async fn queued(&self, queue: &str, until: i64, limit: usize) -> anyhow::Result<Vec<Key>> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let asked = self.client.query().table_name(&self.name).index_name(INDEX);
            let asked = asked
                .key_condition_expression("queue = :queue AND due <= :until")
                .expression_attribute_values(":queue", text(queue))
                .expression_attribute_values(":until", AttributeValue::N(until.to_string()))
                .select(Select::AllProjectedAttributes)
                .set_limit(i32::try_from(limit).ok())
                .set_exclusive_start_key(start);
            let page = Box::pin(asked.send()).await.with_context(|| self.context())?;
            for item in page.items.unwrap_or_default() {
                found.push(Key::of(&item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    /// Writes all of it, or nothing.
    pub(super) async fn write(&self, mut writes: Vec<Write>) -> anyhow::Result<Written> {
        if writes.len() == 1
            && let Some(Write::Put { item, condition, values, .. }) = writes.pop_if(|write| write.is_put())
        {
            let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
            let put = put.set_condition_expression(condition).set_expression_attribute_values(values);
            return self.outcome(Box::pin(put.send()).await, |_| false);
        }
        let mut items = Vec::with_capacity(writes.len());
        for write in writes {
            items.push(write.in_transaction(&self.name)?);
        }
        let sent = Box::pin(self.client.transact_write_items().set_transact_items(Some(items)).send()).await;
        self.outcome(sent, |error| match error {
            TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                let reasons = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
                let mut reasons = reasons.filter(|code| *code != "None").peekable();
                reasons.peek().is_some() && reasons.all(is_transient)
            }
            _ => false,
        })
    }

    /// A fault, unless it only says that somebody else was faster.
    fn outcome<T, E>(
        &self,
        sent: Result<T, SdkError<E>>,
        lost: impl Fn(&E) -> bool,
    ) -> anyhow::Result<Written>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match sent {
            Ok(_) => Ok(Written::Done),
            Err(error) => match error.as_service_error() {
                Some(fault) if fault.code().is_some_and(is_transient) || lost(fault) => Ok(Written::Conflict),
                _ => Err(error).with_context(|| self.context()),
            },
        }
    }

    pub(super) fn context(&self) -> String {
        format!("the DynamoDB table `{}`", self.name)
    }
}

/// Codes of errors and of reasons that go away when one looks again.
pub(super) fn is_transient(code: &str) -> bool {
    matches!(
        code,
        "ConditionalCheckFailed"
            | "ConditionalCheckFailedException"
            | "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
            | "ThrottlingError"
            | "ThrottlingException"
            | "ProvisionedThroughputExceeded"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
    )
}

/// How long somebody has been in the way.
pub(super) struct Backoff {
    since: Instant,
    pause: Duration,
}

impl Backoff {
    pub(super) fn new() -> Backoff {
        Backoff { since: Instant::now(), pause: Duration::from_millis(10) }
    }

    /// Waits for a moment before the next try.
    ///
    /// # Errors
    /// It has been too long.
    pub(super) async fn again(&mut self) -> anyhow::Result<()> {
        if self.since.elapsed() > TIMEOUT {
            bail!("the table was too busy with others for {TIMEOUT:?}");
        }
        #[expect(clippy::disallowed_methods, reason = "a retry")]
        tokio::time::sleep(self.pause.mul_f64(rand::random())).await;
        self.pause = (self.pause * 2).min(PAUSE);
        Ok(())
    }
}
