//! How often somebody asks, counted for all processes that use the table: one item for each asker and rate.

use anyhow::Context as _;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use time::{Duration, OffsetDateTime};

use super::Dynamo;
use super::item::{Item, Key, integer, number, string, text};
use super::table::{Backoff, is_transient};
use crate::domain::limits::{Asker, Rate};

/// Seconds for which an item is kept though it says nothing any more: longer than clocks differ.
const RATE_KEPT: i64 = 60 * 60;

impl Dynamo {
    /// Takes one request of `asker`, or says when the next one is free. Nothing is read before: the write decides.
    ///
    /// `tat` is the moment at which the whole burst is free again, in Unix microseconds; each request puts it off by
    /// the rate's period. How long the table keeps an item that says nothing any more makes no difference.
    pub(crate) async fn take_request(
        &self,
        asker: &Asker,
        rate: Rate,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<(), OffsetDateTime>> {
        let (at, period) = (micros(now), i64::try_from(rate.period().as_micros())?);
        let ahead = period * i64::from(rate.burst.get() - 1);
        let expires = (at + ahead + period) / 1_000_000 + RATE_KEPT;
        // Sent again after an answer that was lost, it knows its own write.
        let writer = format!("{:016x}", rand::random::<u64>());
        let take = Take { dynamo: self, key: Key::rate(asker, rate), writer, expires };

        let rested = "attribute_not_exists(tat) OR tat <= :now";
        let next = [(":now", number(at)), (":next", number(at + period))];
        let Some(found) = take.write(":next", rested, next).await? else { return Ok(Ok(())) };
        let found = if integer(&found, "tat")? > at + ahead {
            found
        } else {
            let room = "tat <= :latest AND writer <> :writer";
            let more = [(":latest", number(at + ahead)), (":period", number(period))];
            let Some(found) = take.write("tat + :period", room, more).await? else { return Ok(Ok(())) };
            found
        };
        Ok(Err(now + Duration::microseconds(integer(&found, "tat")? - ahead - at)))
    }
}

/// One request on its way.
struct Take<'a> {
    dynamo: &'a Dynamo,
    key: Key,
    writer: String,
    expires: i64,
}

impl Take<'_> {
    /// Sets `tat` on this condition. `None` if the request is taken, else the item that stands in its way.
    async fn write(
        &self,
        tat: &str,
        condition: &str,
        values: [(&str, AttributeValue); 2],
    ) -> anyhow::Result<Option<Item>> {
        let table = &self.dynamo.table;
        let update = format!("SET tat = {tat}, writer = :writer, expires = :expires");
        let own = [(":writer", text(&self.writer)), (":expires", number(self.expires))];
        let values: Item =
            values.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value)).collect();
        let mut backoff = Backoff::new();
        loop {
            let asked = table.client.update_item().table_name(&table.name).set_key(Some(self.key.item()));
            let asked = asked
                .update_expression(&update)
                .condition_expression(condition)
                .set_expression_attribute_values(Some(values.clone()))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            let sent = Box::pin(asked.send()).await;
            let Err(error) = sent else { return Ok(None) };
            match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let found = failed.item().cloned().unwrap_or_default();
                    let own = string(&found, "writer").with_context(|| table.context())? == self.writer;
                    return Ok((!own).then_some(found));
                }
                Some(fault) if fault.code().is_some_and(is_transient) => backoff.again().await?,
                _ => return Err(error).with_context(|| table.context()),
            }
        }
    }
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}
