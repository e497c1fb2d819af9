//! The table as Easel wants it: two keys, one index, a time to live.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification, TimeToLiveStatus,
};

use super::Dynamo;
use super::table::INDEX;

/// Items are gone some time after this moment, in Unix seconds.
const EXPIRES: &str = "expires";
/// Amazon makes a table in seconds.
const MADE_WITHIN: Duration = Duration::from_secs(120);

impl Dynamo {
    /// Makes the table: string keys `pk` and `sk`, on demand; the index `queue` (`queue`, and `due` as a number) with
    /// keys only; the time to live in `expires`.
    ///
    /// # Errors
    /// The table cannot be made, or is there already.
    pub async fn create_table(&self) -> anyhow::Result<()> {
        let index = GlobalSecondaryIndex::builder()
            .index_name(INDEX)
            .set_key_schema(Some(keys("queue", "due")?))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()?;
        let made = self.table.client.create_table().table_name(&self.table.name);
        made.billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(keys("pk", "sk")?))
            .set_attribute_definitions(Some(attributes()?.into()))
            .global_secondary_indexes(index)
            .send()
            .await
            .with_context(|| self.table.context())?;
        let there = self.table.client.wait_until_table_exists().table_name(&self.table.name);
        there.wait(MADE_WITHIN).await.with_context(|| self.table.context())?;
        let expires = TimeToLiveSpecification::builder().attribute_name(EXPIRES).enabled(true).build()?;
        let live = self.table.client.update_time_to_live().table_name(&self.table.name);
        live.time_to_live_specification(expires).send().await.with_context(|| self.table.context())?;
        Ok(())
    }

    /// Whether the table is there and is as [`Dynamo::create_table`] makes it.
    ///
    /// # Errors
    /// A sentence with what is missing and the remedy.
    pub async fn check_table(&self) -> anyhow::Result<()> {
        let shown = self.table.context();
        let found = self.table.client.describe_table().table_name(&self.table.name).send().await;
        let found = found.with_context(|| {
            format!("{shown} cannot be looked at; does it exist, in this region, and is dynamodb:DescribeTable allowed?")
        })?;
        let found = found.table.with_context(|| shown.clone())?;
        let fits = |found: &[KeySchemaElement], wanted: Vec<KeySchemaElement>| found == wanted.as_slice();
        let typed = attributes()?.iter().all(|wanted| found.attribute_definitions().contains(wanted));
        ensure!(
            fits(found.key_schema(), keys("pk", "sk")?),
            "{shown} must have the string keys `pk` and `sk`; name a table that was made for Easel"
        );
        let index = found.global_secondary_indexes().iter().find(|index| index.index_name() == Some(INDEX));
        let Some(index) = index else {
            bail!("{shown} has no index `{INDEX}`; add it, with the keys `queue` (text) and `due` (number)");
        };
        ensure!(
            typed && fits(index.key_schema(), keys("queue", "due")?),
            "the index `{INDEX}` of {shown} must have the keys `queue` (text) and `due` (number)"
        );
        let live = self.table.client.describe_time_to_live().table_name(&self.table.name).send().await;
        let live = live.with_context(|| format!("{shown}: is dynamodb:DescribeTimeToLive allowed?"))?;
        let live = live.time_to_live_description.filter(|live| {
            let on = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Enabling];
            live.time_to_live_status().is_some_and(|status| on.contains(status))
        });
        ensure!(
            live.is_some_and(|live| live.attribute_name() == Some(EXPIRES)),
            "{shown} keeps for ever what may go; switch its time to live on, with the attribute `{EXPIRES}`"
        );
        Ok(())
    }
}

fn keys(hash: &str, range: &str) -> anyhow::Result<Vec<KeySchemaElement>> {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok(vec![key(hash, KeyType::Hash)?, key(range, KeyType::Range)?])
}

fn attributes() -> anyhow::Result<[AttributeDefinition; 4]> {
    let attribute =
        |name, kind| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build();
    let text = |name| attribute(name, ScalarAttributeType::S);
    Ok([text("pk")?, text("sk")?, text("queue")?, attribute("due", ScalarAttributeType::N)?])
}
