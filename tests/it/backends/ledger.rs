//! The ledger in a table of DynamoDB: what each account must hold, added up again from the jobs.

use std::collections::{BTreeMap, HashMap};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use time::OffsetDateTime;

type Item = HashMap<String, AttributeValue>;
/// Reserved, spent, ordered, delivered, and the two sums that limits are held against.
type Accounts = BTreeMap<(String, String), [i64; 6]>;

/// Holds the accounts against the jobs.
pub(crate) async fn agrees(aws: &SdkConfig, table: &str) -> Accounts {
    let (mut kept, mut expected) = (Accounts::new(), Accounts::new());
    for item in everything(aws, table).await {
        let pk = item["pk"].as_s().unwrap();
        if let Some(scope) = pk.strip_prefix("account#") {
            let names = ["reserved", "spent", "ordered", "delivered", "used", "taken"];
            let held =
                names.map(|name| item.get(name).map_or(0, |held| held.as_n().unwrap().parse().unwrap()));
            kept.insert((scope.to_owned(), item["sk"].as_s().unwrap().clone()), held);
        }
        if pk.starts_with("job#") && item.contains_key("doc") {
            add(&mut expected, &serde_json::from_str(item["doc"].as_s().unwrap()).unwrap());
        }
    }
    // Whether an account of which everything was given back is there makes no difference.
    for accounts in [&mut kept, &mut expected] {
        accounts.retain(|_, held| *held != [0; 6]);
    }
    assert_eq!(kept, expected, "the accounts are the jobs'");
    kept
}

fn add(accounts: &mut Accounts, job: &Value) {
    let millis = i128::from(job["created"].as_i64().unwrap());
    let created = OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).unwrap();
    let day = created.date().to_string();
    let (month, ever) = (&day[..7], "ever");
    let pictures = i64::try_from(job["pictures"].as_array().unwrap().len()).unwrap();
    let is_over = ["delivered", "failed", "cancelled"].contains(&job["state"].as_str().unwrap());
    let reserved = job["reserved"].as_i64().unwrap();
    let spent = job["charges"].as_array().unwrap().iter().map(|call| call["micros"].as_i64().unwrap()).sum();
    let ordered = if is_over { 0 } else { pictures };
    let delivered = job["delivered"].as_i64().unwrap();
    let share = [reserved, spent, ordered, delivered, reserved + spent, ordered + delivered];
    let mut book = |scope: String, period: &str| {
        let held = accounts.entry((scope, period.to_owned())).or_default();
        held.iter_mut().zip(share).for_each(|(held, more)| *held += more);
    };
    book("deployment".into(), month);
    let origin = &job["origin"];
    let guild = origin["guild"].as_u64();
    if let Some(guild) = guild {
        book(format!("guild:{guild}"), month);
    }
    if let Some(member) = origin["member"].as_u64() {
        let guild = guild.map_or("dm".to_owned(), |guild| guild.to_string());
        for period in [month, &day, ever] {
            book(format!("member:{guild}:{member}"), period);
        }
    }
    if let Some(key) = origin["key"].as_str() {
        book(format!("key:{key}"), month);
    }
    if let Some(session) = origin["session"]["id"].as_str() {
        book(format!("session:{session}"), ever);
    }
}

pub(crate) async fn everything(aws: &SdkConfig, table: &str) -> Vec<Item> {
    let scan =
        Client::new(aws).scan().table_name(table).consistent_read(true).into_paginator().items().send();
    scan.collect::<Result<_, _>>().await.unwrap()
}
