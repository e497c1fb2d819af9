//! What one job asks of a table, counted by a proxy before it: requests, and the units that Amazon's documentation says
//! they take. None of it may grow with what the table holds.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::mem::take;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use easel::backends::store::{Dynamo, Store};
use easel::domain::job::{Bill, Progress, Settlement};
use easel::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use easel::domain::money::Micros;
use easel::domain::session::{Plan, Session};
use serde_json::Value;
use time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::archive::{aws, server};
use crate::backends::orders::{
    GUILD, LEASE, MEMBER, NOW, Order, Worker, concluded, generated, order, session_id,
};

/// Jobs of the same member, server and session between the two that are held against each other.
const HISTORY: u64 = 200;
const CHANNEL: u64 = 2;

#[tokio::test]
async fn what_a_job_costs_does_not_grow_with_what_the_table_holds_on_ministack() {
    let upstream = server("EASEL_TEST_S3_MINISTACK");
    let table = format!("easel-{}", ulid::Ulid::new());
    let aws_beside = aws(&upstream);
    Dynamo::new(&aws_beside, &table).create_table().await.unwrap();
    let beside = Store::dynamo(&aws_beside, &table);
    let session = Session {
        id: session_id(1),
        guild: Some(GUILD),
        channel: CHANNEL,
        by: MEMBER,
        started: NOW,
        last: NOW,
        ended: None,
        plan: Plan { title: "posters".into(), ..Plan::default() },
    };
    beside.start_session(session).await.unwrap();
    let (meter, address, _server) = Meter::start(upstream).await;
    let metered = Store::dynamo(&aws(&address), &table);

    let first = costs(&metered, &meter, &nth(1)).await;
    for n in 2..=HISTORY {
        let worker = nth(n).claimed_under(&beside, &limits()).await;
        worker.generate(0).await;
        assert!(worker.progress(delivered()).await);
    }
    let last = costs(&metered, &meter, &nth(HISTORY + 1)).await;
    assert_eq!(first, last, "on an empty table, and after {HISTORY} jobs");
    insta::assert_snapshot!(first);
}

/// Of one member in one session, one after the other.
fn nth(n: u64) -> Order {
    let at = NOW + Duration::seconds(i64::try_from(n).unwrap());
    Order { session: Some(session_id(1)), at, ..order(n) }
}

/// Of every kind.
fn limits() -> AdmissionLimits {
    let scopes = [
        BudgetScope::Deployment,
        BudgetScope::Guild,
        BudgetScope::MemberDay,
        BudgetScope::MemberMonth,
        BudgetScope::Session,
    ];
    let budgets = scopes.map(|scope| BudgetLimit { scope, limit: Micros(i64::MAX / 4) }).to_vec();
    AdmissionLimits { in_flight: Some(1_000), daily: Some(1_000), budgets }
}

fn delivered() -> Progress {
    Progress { archived: vec![(0, "key-0".into())], release_for: Some(0), ..concluded(1) }
}

/// Each step of a job, and what it costs.
async fn costs(store: &Store, meter: &Meter, order: &Order) -> String {
    let mut table = format!("{:<17} read units  write units  of the index  requests\n", "");
    let mut line = |step: &str| {
        let Cost { requests, read, write, index } = take(&mut *meter.cost.lock().unwrap());
        writeln!(table, "{step:<17} {read:>10}  {write:>11}  {index:>12}  {}", requests.join(", ")).unwrap();
    };
    let places = vec![CHANNEL];
    let request = order.job().dedupe_key();
    let context = store.context_of_order(request, order.guild, places, order.member, order.at).await.unwrap();
    assert!(context.0.is_none() && context.1.session.is_some());
    line("context_of_order");
    assert!(order.fits(store, &limits()).await);
    line("admit");
    let worker = Worker::takes(store, order.id(), order.at).await.unwrap();
    line("claim");
    assert!(store.extend(order.id(), worker.claim.fence, order.at, LEASE * 2).await.unwrap());
    line("extend");
    let call = worker.call(0).await;
    line("attempt");
    let outcome = generated(&format!("{:064}", order.interaction));
    let settlement = Settlement { n: 0, call: Some(call), bill: Bill::Due, outcome };
    assert!(store.settle(order.id(), worker.claim.fence, settlement).await.unwrap().is_stored());
    line("settle");
    assert!(worker.progress(delivered()).await);
    line("progress");
    table
}

/// A proxy that counts.
struct Meter {
    upstream: String,
    client: reqwest::Client,
    cost: Mutex<Cost>,
    /// Where each item that was put stands in the index.
    queued: Mutex<HashMap<String, Value>>,
}

#[derive(Default)]
struct Cost {
    requests: Vec<String>,
    read: usize,
    write: usize,
    /// Write units of the index.
    index: usize,
}

impl Meter {
    /// Its address too; it ends with what is returned last.
    async fn start(upstream: String) -> (Arc<Meter>, String, JoinSet<()>) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let meter = Arc::new(Meter { upstream, client, cost: Mutex::default(), queued: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(meter.clone());
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });
        (meter, address, server)
    }

    fn count(&self, operation: &str, asked: &Value, answer: &Value) {
        let mut cost = self.cost.lock().unwrap();
        cost.requests.push(operation.to_owned());
        match operation {
            "GetItem" => cost.read += read_units(&answer["Item"]),
            "BatchGetItem" => {
                let keys: usize =
                    each(&asked["RequestItems"]).map(|of| of["Keys"].as_array().unwrap().len()).sum();
                let found: Vec<_> =
                    each(&answer["Responses"]).flat_map(|of| of.as_array().unwrap()).collect();
                // A key without an item takes as much as a small item.
                cost.read += keys - found.len() + found.into_iter().map(read_units).sum::<usize>();
            }
            "PutItem" => {
                cost.write += write_units(&asked["Item"]);
                cost.index += self.index_units(&asked["Item"]);
            }
            "TransactWriteItems" => {
                for part in asked["TransactItems"].as_array().unwrap() {
                    let item = &part["Put"]["Item"];
                    // What is updated are accounts, usage and sessions, which are small; nothing in a queue is deleted.
                    cost.write += 2 * if item.is_null() { 1 } else { write_units(item) };
                    cost.index += if item.is_null() { 0 } else { self.index_units(item) };
                }
            }
            other => panic!("{other} has no price yet"),
        }
    }

    /// An entry that comes or goes is a write, and one that moves is both.
    fn index_units(&self, item: &Value) -> usize {
        let place = serde_json::json!([item["queue"], item["due"]]);
        let key = format!("{} {}", item["pk"], item["sk"]);
        let nowhere = serde_json::json!([null, null]);
        let before = self.queued.lock().unwrap().insert(key, place.clone()).unwrap_or(nowhere.clone());
        if before == place {
            return 0;
        }
        usize::from(before != nowhere) + usize::from(place != nowhere)
    }
}

async fn pass(State(meter): State<Arc<Meter>>, headers: HeaderMap, body: Bytes) -> Response {
    let operation = headers["x-amz-target"].to_str().unwrap().rsplit('.').next().unwrap().to_owned();
    let sent = meter.client.post(&meter.upstream).headers(headers).body(body.clone()).send().await.unwrap();
    let (status, headers) = (sent.status(), sent.headers().clone());
    let answer = sent.bytes().await.unwrap();
    assert!(status.is_success(), "{operation}: {answer:?}");
    meter.count(
        &operation,
        &serde_json::from_slice(&body).unwrap(),
        &serde_json::from_slice(&answer).unwrap(),
    );
    (status, headers, Body::from(answer)).into_response()
}

fn each(map: &Value) -> impl Iterator<Item = &Value> {
    map.as_object().unwrap().values()
}

/// A strongly consistent read takes a unit for every 4 KB that are begun, and at least one.
fn read_units(item: &Value) -> usize {
    size(item).div_ceil(4_096).max(1)
}

/// A write takes a unit for every KB that is begun. In a transaction it takes two.
fn write_units(item: &Value) -> usize {
    size(item).div_ceil(1_024).max(1)
}

/// Names and values: texts in UTF-8, and numbers a byte for each two digits, and one.
fn size(item: &Value) -> usize {
    let Some(attributes) = item.as_object() else { return 0 };
    let of = |value: &Value| match (value["S"].as_str(), value["N"].as_str()) {
        (Some(text), _) => text.len(),
        (None, Some(digits)) => digits.len().div_ceil(2) + 1,
        _ => panic!("{value} has no size yet"),
    };
    attributes.iter().map(|(name, value)| name.len() + of(value)).sum()
}
