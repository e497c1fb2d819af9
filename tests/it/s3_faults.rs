//! The archive while S3 misbehaves: a proxy before moto plays one fault a request, and remembers what it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use easel::backends::archive::Archive;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::archive::{aws, bucket, make_bucket, picture, put, server};

mod relatives;

const KEY: &str = "1/2/2026/11/22/a-0.png";

/// What happens to one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// None: passed on.
    Nothing,
    /// Not passed on; an error of S3 instead.
    Answer(u16, &'static str),
    /// Passed on, and nothing comes back.
    LoseAnswer,
    /// Not passed on, and nothing comes back until the client has gone.
    Hold,
}

/// What a server of another maker does otherwise than Amazon's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// It takes only what is signed for this region, and names it.
    In(&'static str),
    /// As [`Manner::In`], in the body alone.
    SaysInWordsThatItIsIn(&'static str),
    /// `If-None-Match` is answered with this status.
    RefusesConditions(u16),
    /// `If-None-Match` is not heard.
    IgnoresConditions,
    /// Checksums in headers or behind the body are answered with this status.
    RefusesChecksums(u16),
    /// A list that is longer comes in parts.
    ListsTwoAtATime,
    /// It has never heard of them.
    KnowsNoVersions,
}

impl Manner {
    /// What it answers instead of passing the request on.
    fn refusal(self, path: &mut String, headers: &mut HeaderMap) -> Option<Response> {
        let refuse = |status: u16, code: &str, more: &str| {
            let body = format!("<Error><Code>{code}</Code><Message>injected</Message>{more}</Error>");
            (StatusCode::from_u16(status).unwrap(), body)
        };
        let is_checksum = |name: &str| {
            name.starts_with("x-amz-checksum-")
                || name == "x-amz-trailer"
                || name == "x-amz-sdk-checksum-algorithm"
        };
        let signed_for = headers.get("authorization").map(|signed| signed.to_str().unwrap().to_owned());
        let elsewhere = |region: &str| {
            signed_for.as_ref().is_some_and(|signed| !signed.contains(&format!("/{region}/s3/")))
        };
        match self {
            Manner::In(region) if elsewhere(region) => {
                let named = [("x-amz-bucket-region", region)];
                Some((named, refuse(301, "PermanentRedirect", "")).into_response())
            }
            Manner::SaysInWordsThatItIsIn(region) if elsewhere(region) => {
                let named = format!("<Region>{region}</Region>");
                Some(refuse(400, "AuthorizationHeaderMalformed", &named).into_response())
            }
            Manner::RefusesConditions(status) if headers.contains_key("if-none-match") => {
                Some(refuse(status, "NotImplemented", "").into_response())
            }
            Manner::IgnoresConditions => {
                headers.remove("if-none-match");
                None
            }
            Manner::RefusesChecksums(status) if headers.keys().any(|name| is_checksum(name.as_str())) => {
                Some(refuse(status, "InvalidArgument", "").into_response())
            }
            Manner::KnowsNoVersions if path.contains("?versions") => {
                Some(refuse(501, "NotImplemented", "").into_response())
            }
            Manner::ListsTwoAtATime => {
                if path.contains("?versions") || path.contains("?list-type") {
                    path.push_str("&max-keys=2");
                }
                None
            }
            _ => None,
        }
    }
}

/// Whether the server is too busy for this operation, of which so many requests have come.
pub(crate) type Throttled = fn(&str, usize) -> bool;

/// One request as it arrived.
struct Seen {
    method: Method,
    path: String,
    headers: HeaderMap,
}

pub(crate) struct Proxy {
    upstream: String,
    client: reqwest::Client,
    faults: Mutex<VecDeque<Fault>>,
    throttled: Mutex<Option<Throttled>>,
    manners: Mutex<&'static [Manner]>,
    seen: Mutex<Vec<Seen>>,
    came: watch::Sender<usize>,
}

impl Proxy {
    /// Before the server at `upstream`; also its own address. It ends with what is returned last.
    pub(crate) async fn start(upstream: String, faults: &[Fault]) -> (Arc<Proxy>, String, JoinSet<()>) {
        let proxy = Arc::new(Proxy {
            upstream,
            client: reqwest::Client::new(),
            faults: Mutex::new(faults.iter().copied().collect()),
            throttled: Mutex::default(),
            manners: Mutex::default(),
            seen: Mutex::default(),
            came: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // A name, not a number: for numbers the SDK takes the path style by itself.
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let router = Router::new().fallback(pass).with_state(proxy.clone());
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });
        (proxy, address, server)
    }

    /// Waits until so many requests have come.
    pub(crate) async fn seen(&self, count: usize) {
        self.came.subscribe().wait_for(|came| *came >= count).await.unwrap();
    }

    /// The operations of AWS that requests named, oldest first.
    pub(crate) fn operations(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let named = seen.iter().filter_map(|seen| seen.headers.get("x-amz-target"));
        named.map(|target| target.to_str().unwrap().rsplit('.').next().unwrap().to_owned()).collect()
    }

    /// How many requests have come.
    pub(crate) fn count(&self) -> usize {
        *self.came.borrow()
    }

    /// From here on a table's server is too busy for these calls of its API.
    pub(crate) fn throttle(&self, which: Throttled) {
        *self.throttled.lock().unwrap() = Some(which);
    }

    /// From here on the server has these manners.
    pub(crate) fn behave(&self, manners: &'static [Manner]) {
        *self.manners.lock().unwrap() = manners;
    }

    /// Takes back the faults that no request has met.
    pub(crate) fn mend(&self) {
        *self.throttled.lock().unwrap() = None;
        self.faults.lock().unwrap().clear();
    }
}

/// An archive behind the proxy. Ends with the test.
struct Trouble {
    archive: Archive,
    proxy: Arc<Proxy>,
    _server: JoinSet<()>,
}

impl Trouble {
    async fn with(faults: &[Fault]) -> Trouble {
        let upstream = server("EASEL_TEST_S3_MOTO");
        make_bucket(&aws(&upstream)).await;
        let (proxy, address, server) = Proxy::start(upstream, &[]).await;
        let archive = bucket(&aws(&address));
        // What it tries out about a server comes before the faults.
        archive.prepare().await;
        proxy.seen.lock().unwrap().clear();
        proxy.faults.lock().unwrap().extend(faults);
        Trouble { archive, proxy, _server: server }
    }

    fn methods(&self) -> Vec<Method> {
        self.proxy.seen.lock().unwrap().iter().map(|seen| seen.method.clone()).collect()
    }
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut path = parts.uri.path_and_query().unwrap().to_string();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let seen = Seen { method: parts.method.clone(), path: path.clone(), headers: parts.headers.clone() };
    proxy.seen.lock().unwrap().push(seen);
    proxy.came.send_modify(|came| *came += 1);
    let fault = proxy.faults.lock().unwrap().pop_front();
    if let Some(Fault::Answer(status, code)) = fault {
        let body = match parts.headers.get("x-amz-target") {
            Some(_) => format!(r#"{{"__type": "{code}", "message": "injected"}}"#),
            None => format!("<Error><Code>{code}</Code><Message>injected</Message></Error>"),
        };
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    if let Some(Fault::Hold) = fault {
        std::future::pending::<()>().await;
    }
    if let Some(busy) = too_busy(&proxy, &parts.headers) {
        return busy;
    }
    let manners = *proxy.manners.lock().unwrap();
    if let Some(refusal) = manners.iter().find_map(|manner| manner.refusal(&mut path, &mut parts.headers)) {
        return refusal;
    }
    let url = format!("{}{path}", proxy.upstream);
    let sent =
        proxy.client.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
    if let Some(Fault::LoseAnswer) = fault {
        // Ends the connection's task, and with it the connection, without the noise of a panic.
        std::panic::resume_unwind(Box::new("the answer is lost"));
    }
    let (status, headers) = (sent.status(), sent.headers().clone());
    (status, headers, Body::from(sent.bytes().await.unwrap())).into_response()
}

/// What DynamoDB says when it is throttled, in each of its ways.
fn too_busy(proxy: &Proxy, headers: &HeaderMap) -> Option<Response> {
    let throttled = (*proxy.throttled.lock().unwrap())?;
    let operation = headers.get("x-amz-target")?.to_str().unwrap().split('.').next_back()?;
    let alike = |seen: &Seen| seen.headers.get("x-amz-target") == headers.get("x-amz-target");
    let number = proxy.seen.lock().unwrap().iter().filter(|seen| alike(seen)).count();
    if !throttled(operation, number) {
        return None;
    }
    let names = [
        "com.amazon.coral.availability#ThrottlingException",
        "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    ];
    let kinds = if operation == "TransactWriteItems" { 3 } else { 2 };
    let said = json!({
        "__type": names[number % kinds],
        "message": "injected",
        "CancellationReasons": [{ "Code": "None" }, { "Code": "ThrottlingError" }],
    });
    Some(
        (StatusCode::BAD_REQUEST, [("content-type", "application/x-amz-json-1.0")], said.to_string())
            .into_response(),
    )
}

#[tokio::test]
async fn a_picture_goes_out_with_its_own_checksum_and_is_hashed_no_second_time() {
    let trouble = Trouble::with(&[]).await;
    put(&trouble.archive, KEY, &Bytes::from_static(b"abc")).await.unwrap();

    let seen = trouble.proxy.seen.lock().unwrap();
    let [Seen { path, headers, .. }] = seen.as_slice() else { panic!("one request") };
    assert!(path.starts_with("/easel-conformance/tests/"), "path style: {path}");
    for (name, value) in [
        ("if-none-match", "*"),
        ("content-type", "image/png"),
        ("content-length", "3"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("x-amz-checksum-sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        ("x-amz-meta-sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let signed = headers["authorization"].to_str().unwrap();
    assert!(signed.contains("if-none-match;") && signed.contains("x-amz-checksum-sha256;"), "{signed}");
    for absent in
        ["content-encoding", "x-amz-trailer", "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm"]
    {
        assert!(!headers.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn a_conflict_a_fault_and_a_plea_to_slow_down_are_tried_again() {
    for (status, code) in [(409, "ConditionalRequestConflict"), (500, "InternalError"), (503, "SlowDown")] {
        let trouble = Trouble::with(&[Fault::Answer(status, code)]).await;
        let bytes = picture(1, 1_000);
        put(&trouble.archive, KEY, &bytes).await.unwrap();
        assert_eq!(trouble.methods(), [Method::PUT, Method::PUT], "{code}");
        assert_eq!(trouble.archive.get(KEY).await.unwrap(), Some(bytes));
    }
}

#[tokio::test]
async fn a_picture_whose_answer_was_lost_is_recognised() {
    let trouble = Trouble::with(&[Fault::LoseAnswer]).await;
    let bytes = picture(1, 100_000);
    put(&trouble.archive, KEY, &bytes).await.unwrap();
    assert_eq!(trouble.methods(), [Method::PUT, Method::PUT, Method::HEAD]);
    assert_eq!(trouble.archive.get(KEY).await.unwrap(), Some(bytes));
}

#[tokio::test]
async fn what_will_not_pass_is_given_up_with_its_cause_and_place() {
    for (fault, tries) in [
        (Fault::Answer(403, "AccessDenied"), 1),
        (Fault::Answer(503, "SlowDown"), 3),
        (Fault::Answer(409, "ConditionalRequestConflict"), 3),
    ] {
        let trouble = Trouble::with(&[fault; 3]).await;
        let said = format!("{:#}", put(&trouble.archive, KEY, &picture(1, 10)).await.unwrap_err());
        let Fault::Answer(_, code) = fault else { unreachable!() };
        assert!(
            said.contains(code) && said.contains("s3://easel-conformance/") && said.contains(KEY),
            "{said}"
        );
        assert_eq!(trouble.methods().len(), tries, "{said}");
    }
}

#[tokio::test]
async fn a_missing_bucket_is_an_error_and_no_missing_picture() {
    let trouble = Trouble::with(&[Fault::Answer(404, "NoSuchBucket")]).await;
    let said = format!("{:#}", trouble.archive.get(KEY).await.unwrap_err());
    assert!(said.contains("NoSuchBucket"), "{said}");
}

#[tokio::test]
async fn a_check_passes_without_the_right_to_delete() {
    let denied = Fault::Answer(403, "AccessDenied");
    let trouble = Trouble::with(&[Fault::Nothing, denied, Fault::Nothing, denied]).await;
    trouble.archive.probe("host").await.unwrap();
    trouble.archive.probe("host").await.unwrap();
    assert_eq!(trouble.methods(), [Method::PUT, Method::DELETE, Method::PUT, Method::DELETE]);
}

#[tokio::test]
async fn a_check_without_the_right_to_write_says_where() {
    let trouble = Trouble::with(&[Fault::Answer(403, "AccessDenied")]).await;
    let said = format!("{:#}", trouble.archive.probe("host").await.unwrap_err());
    assert!(said.contains("AccessDenied") && said.contains("/.easel-check/host"), "{said}");
}

#[tokio::test]
async fn when_nobody_is_there_it_is_known_in_seconds() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let archive = bucket(&aws(&format!("http://{closed}")));
    let bytes = picture(1, 10);
    let ended = tokio::time::timeout(Duration::from_secs(10), put(&archive, KEY, &bytes)).await;
    let said = format!("{:#}", ended.expect("an answer in time").unwrap_err());
    assert!(said.contains("cannot write s3://easel-conformance/"), "{said}");
}
