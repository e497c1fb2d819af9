//! A table, a queue and a bucket that nobody else uses, on the stand-in of AWS that fails least.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use easel::store::{Dynamo, Store};
use serde_json::{Value, json};

use super::{Setup, World, in_time};
use crate::archive::{BUCKET, aws, make_bucket, server};
use crate::backends::ledger;
use crate::queues::{Made, make_queue};

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
        let client = aws_sdk_dynamodb::Client::new(&self.aws);
        let found = client.scan().table_name(&self.table).filter_expression("attribute_exists(doc)");
        for mut item in found.send().await.unwrap().items.unwrap() {
            let mut document: Value = serde_json::from_str(item["doc"].as_s().unwrap()).unwrap();
            document["lease_until"] = json!(0);
            item.insert("doc".into(), AttributeValue::S(document.to_string()));
            if let Some(due) = item.get_mut("due") {
                *due = AttributeValue::N("0".into());
            }
            client.put_item().table_name(&self.table).set_item(Some(item)).send().await.unwrap();
        }
    }

    /// After a story: the books are right, so many calls were made and pictures delivered, and nothing is open or
    /// reserved.
    pub(crate) async fn ended(&self, world: &World, calls: usize, delivered: i64) {
        let totals = self.store().totals().await.unwrap();
        assert_eq!(totals.open, 0, "open jobs");
        assert_eq!(world.bedrock.calls().len(), calls, "calls");
        for ([reserved, _, ordered, held, ..], whose) in
            ledger::agrees(&self.aws, &self.table).await.into_iter().map(|(whose, held)| (held, whose))
        {
            assert_eq!((reserved, ordered, held), (0, 0, delivered), "{whose:?}");
        }
        assert_eq!(world.discord.violations(), Vec::<String>::new());
        assert_eq!(world.bedrock.violations(), Vec::<String>::new());
        world.is_presentable(&world.log());
    }
}
