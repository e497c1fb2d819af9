//! A table, a queue and a bucket that nobody else uses, on the stand-in of AWS that fails least.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use easel::backends::archive::Archive;
use easel::backends::store::{Dynamo, Store};
use easel::config::ArchiveUrl;
use easel::domain::usage::Totals;
use serde_json::{Value, json};

use super::{Setup, World, in_time};
use crate::archive::{BUCKET, aws, make_bucket, server};
use crate::backends::ledger;
use crate::queues::{Made, make_queue};

type Item = HashMap<String, AttributeValue>;

/// What several machines share.
pub(crate) struct Cloud {
    pub(crate) aws: SdkConfig,
    pub(crate) queue: Made,
    pub(crate) table: String,
    prefix: String,
    address: String,
}

impl Cloud {
    pub(crate) async fn new() -> Cloud {
        let address = server("EASEL_TEST_S3_MINISTACK");
        let aws = aws(&address);
        make_bucket(&aws).await;
        let name = ulid::Ulid::new();
        let table = format!("easel-{name}");
        Dynamo::new(&aws, &table).create_table().await.unwrap();
        let queue = make_queue(&address, 60).await;
        Cloud { aws, queue, table, prefix: format!("tests/{name}"), address }
    }

    /// What makes a program use it.
    pub(crate) fn setup(&self) -> Setup {
        // A name, not a number: for numbers the SDK takes the path style of S3 by itself.
        let of_s3 = self.address.replace("127.0.0.1", "localhost");
        let variables = vec![
            // Tables and queues of the stand-in belong to a region, and to an account that it takes from the key.
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.address.clone()),
            ("AWS_ENDPOINT_URL_S3", of_s3),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.address.clone()),
            ("EASEL_STORE", format!("dynamodb:{}", self.table)),
            ("EASEL_QUEUE", format!("sqs:{}", self.queue.url)),
            ("EASEL_ARCHIVE", format!("s3://{BUCKET}/{}", self.prefix)),
        ];
        Setup { variables, ..Setup::default() }
    }

    pub(crate) fn store(&self) -> Store {
        Store::dynamo(&self.aws, &self.table)
    }

    pub(crate) fn archive(&self) -> Archive {
        let url = ArchiveUrl::S3 { bucket: BUCKET.into(), prefix: self.prefix.clone() };
        Archive::open(&url, Some(&self.aws)).unwrap()
    }

    /// Waits for the next messages of the queue, as Lambda hands them to a function.
    pub(crate) async fn event(&self) -> Value {
        let received = async {
            loop {
                let asked =
                    self.queue.client.receive_message().queue_url(&self.queue.url).wait_time_seconds(2);
                let messages = asked.send().await.unwrap().messages.unwrap_or_default();
                if let [message] = &messages[..] {
                    break message.clone();
                }
                assert_eq!(messages.len(), 0, "one at a time");
            }
        };
        let message = in_time(received).await;
        self.event_of(message.body().unwrap(), message.receipt_handle().unwrap(), &self.queue.url)
    }

    /// A message as Lambda hands it to a function.
    pub(crate) fn event_of(&self, body: &str, receipt: &str, queue: &str) -> Value {
        let name = queue.rsplit('/').next().unwrap();
        json!({ "Records": [{
            "messageId": "message-1", "receiptHandle": receipt, "body": body, "attributes": {},
            "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:{name}"), "awsRegion": "us-east-1"
        }] })
    }

    /// Lets the time go by for every job: leases have ended, and nothing is too young to be looked for.
    pub(crate) async fn time_goes_by(&self) {
        self.leases_end(|_| true).await;
    }

    /// Ends the leases of those owners: processes that are dead. What changes meanwhile is somebody else's.
    pub(crate) async fn leases_end(&self, whose: impl Fn(Option<u32>) -> bool) {
        let client = aws_sdk_dynamodb::Client::new(&self.aws);
        for mut item in self.jobs().await {
            let mut document = document(&item);
            if !whose(owner(&document)) {
                continue;
            }
            document["lease_until"] = json!(0);
            document["not_before"] = json!(0);
            item.insert("doc".into(), AttributeValue::S(document.to_string()));
            if let Some(due) = item.get_mut("due") {
                *due = AttributeValue::N("0".into());
            }
            let as_it_was = client.put_item().table_name(&self.table).condition_expression("rev = :rev");
            let as_it_was = as_it_was.expression_attribute_values(":rev", item["rev"].clone());
            if let Err(error) = as_it_was.set_item(Some(item)).send().await {
                let error = error.into_service_error();
                assert!(error.is_conditional_check_failed_exception(), "{error}");
            }
        }
    }

    /// Lets every job that nobody has begun be two minutes older: a job's id says when it was ordered.
    pub(crate) async fn grows_old(&self) {
        let client = aws_sdk_dynamodb::Client::new(&self.aws);
        for mut item in self.jobs().await {
            let mut document = document(&item);
            let id: ulid::Ulid = document["id"].as_str().unwrap().parse().unwrap();
            let older = ulid::Ulid::from_parts(id.timestamp_ms() - 120_000, id.random());
            document["id"] = json!(older.to_string());
            let delete = client.delete_item().table_name(&self.table);
            delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
            item.insert("pk".into(), AttributeValue::S(format!("job#{older}")));
            item.insert("doc".into(), AttributeValue::S(document.to_string()));
            client.put_item().table_name(&self.table).set_item(Some(item)).send().await.unwrap();
        }
    }

    async fn jobs(&self) -> Vec<Item> {
        let client = aws_sdk_dynamodb::Client::new(&self.aws);
        let found = client.scan().table_name(&self.table).filter_expression("attribute_exists(doc)");
        found.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap()
    }

    /// Ids of the processes that work on a job.
    pub(crate) async fn at_work(&self) -> Vec<u32> {
        self.jobs().await.iter().filter_map(|item| owner(&document(item))).collect()
    }

    /// After a story: the ledger is right, so many calls were made and pictures delivered, and nothing is open or
    /// reserved.
    pub(crate) async fn ended(&self, world: &World, calls: usize, delivered: u32) {
        assert_eq!(world.bedrock.calls().len(), calls, "calls");
        let totals = in_time(idle(&self.store())).await;
        assert_eq!(totals.delivered, delivered);
        nothing_is_reserved(&self.aws, &self.table).await;
        assert_eq!(world.discord.violations(), Vec::<String>::new());
        assert_eq!(world.bedrock.violations(), Vec::<String>::new());
        world.is_presentable(&world.log());
    }
}

fn document(item: &Item) -> Value {
    serde_json::from_str(item["doc"].as_s().unwrap()).unwrap()
}

/// The process that holds a job.
fn owner(document: &Value) -> Option<u32> {
    document["owner"].as_str()?.split_once('-').unwrap().0.parse().ok()
}

/// Waits until no job is open.
pub(super) async fn idle(store: &Store) -> Totals {
    loop {
        let totals = store.totals().await.unwrap();
        if totals.open == 0 {
            return totals;
        }
    }
}

/// Each account of a table holds what the jobs say, and nothing is reserved or under way.
pub(super) async fn nothing_is_reserved(aws: &SdkConfig, table: &str) {
    for (whose, [reserved, _, ordered, ..]) in ledger::agrees(aws, table).await {
        assert_eq!((reserved, ordered), (0, 0), "{whose:?}");
    }
}
