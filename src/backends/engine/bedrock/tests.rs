use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_bedrockruntime::config::{BehaviorVersion, Credentials, SharedCredentialsProvider};
use base64_simd::STANDARD;
use easel_sketch::Look;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::*;
use crate::backends::engine::Filter;
use crate::backends::engine::tests::plain_request;
use crate::domain::catalogue::Catalogue;
use crate::domain::job::{Bill, MadeFrom};

/// A server that gives every request the same answer and then hangs up.
struct Server {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Answers as soon as `together` requests are there.
    async fn start(answer: Vec<u8>, together: usize) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, barrier, mut tasks) = (Arc::clone(&seen), Arc::new(Barrier::new(together)), JoinSet::new());
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answer, log, barrier) = (answer.clone(), Arc::clone(&log), Arc::clone(&barrier));
                calls.spawn(async move {
                    let request = read_request(&mut stream).await;
                    log.lock().unwrap().push(request);
                    barrier.wait().await;
                    stream.write_all(&answer).await.unwrap();
                });
            }
        });
        Server { address, seen, _tasks: tasks }
    }

    fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn config(&self) -> SdkConfig {
        config(&self.address)
    }

    fn bedrock(&self) -> Bedrock {
        Bedrock::new(&self.config(), &Http::default(), PictureLimiter::new(8))
    }
}

fn config(address: &str) -> SdkConfig {
    let credentials = Credentials::new("AKID", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(address)
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        stream.read_buf(&mut read).await.unwrap();
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text.into_owned();
            }
        }
    }
}

fn http(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn png() -> Vec<u8> {
    easel_sketch::paint("a fox", Look::Watercolour, 7, (1024, 1024)).unwrap()
}

fn good_answer() -> Vec<u8> {
    let body = json!({"seeds": [7], "finish_reasons": [null], "images": [STANDARD.encode_to_string(png())]});
    http(200, "", body.to_string().as_bytes())
}

fn model(name: &str) -> Model {
    Catalogue::bedrock().find(name).unwrap().clone()
}

async fn generate(bedrock: &Bedrock) -> Result<ModelOutput, Failure> {
    bedrock.generate(&model("core"), &plain_request(), 42, None).await
}

async fn class_of(answer: Vec<u8>) -> Class {
    let server = Server::start(answer, 1).await;
    let failure = generate(&server.bedrock()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1, "each attempt is one request: {:#}", failure.cause);
    failure.class
}

#[tokio::test]
async fn a_picture_is_asked_for_once_and_arrives_byte_for_byte() {
    let server = Server::start(good_answer(), 1).await;
    let output = generate(&server.bedrock()).await.unwrap();
    assert_eq!(output.file.file(), png());
    assert_eq!(output.seed, 7);
    let [request] = <[String; 1]>::try_from(server.requests()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    for part in [
        "POST /model/stability.stable-image-core-v1%3A1/invoke HTTP/1.1",
        "\r\ncontent-type: application/json\r\n",
        "\r\naccept: application/json\r\n",
        "/us-west-2/bedrock/aws4_request",
    ] {
        assert!(head.contains(part), "{part} in {head}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["prompt"], "a fox");
    assert_eq!(body["seed"], 42);
}

#[tokio::test]
async fn an_answer_in_chunks_is_put_together() {
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let body = json!({"images": [STANDARD.encode_to_string(png())]}).to_string();
    for chunk in body.as_bytes().chunks(1000) {
        answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    let server = Server::start(answer, 1).await;
    let output = generate(&server.bedrock()).await.unwrap();
    assert_eq!(output.file.file(), png());
    assert_eq!(output.seed, 42, "without a reported seed it is the one that was sent");
}

#[tokio::test]
async fn every_error_has_its_class_and_is_never_repeated() {
    let busy = Class::Busy { after: None };
    for (status, kind, class) in [
        (429, "ThrottlingException", busy),
        (429, "ModelNotReadyException", busy),
        (503, "ServiceUnavailableException", busy),
        (500, "InternalServerException", Class::Broken),
        (408, "ModelTimeoutException", Class::Broken),
        (424, "ModelErrorException", Class::Broken),
        (529, "overloaded_error", Class::Broken),
        (400, "ValidationException", Class::Rejected),
        (413, "RequestEntityTooLarge", Class::Rejected),
        (403, "AccessDeniedException", Class::Unavailable),
        (404, "ResourceNotFoundException", Class::Unavailable),
        (302, "", Class::Unavailable),
    ] {
        let header = format!(
            "x-amzn-errortype: {kind}:http://internal.amazon.com/coral/com.amazon.bedrock/\r\nlocation: /elsewhere\r\n"
        );
        assert_eq!(class_of(http(status, &header, br#"{"message":"no"}"#)).await, class, "{status} {kind}");
        assert_eq!(class_of(http(status, "", b"<html>")).await, class);
    }
}

#[tokio::test]
async fn a_code_says_more_than_its_status() {
    for (status, kind, text, class) in [
        (400, "ExpiredTokenException", "expired", Class::Unauthenticated),
        (403, "UnrecognizedClientException", "invalid", Class::Unauthenticated),
        (400, "ServiceQuotaExceededException", "too many", Class::Unavailable),
        (400, "ValidationException", "The provided model identifier is invalid.", Class::Unavailable),
        (400, "ValidationException", "English is the only supported language", Class::NotEnglish),
    ] {
        let header = format!("x-amzn-errortype: {kind}\r\n");
        let body = json!({ "message": text }).to_string();
        let class_told = class_of(http(status, &header, body.as_bytes())).await;
        assert_eq!((class_told, class.bill()), (class, Bill::Free), "{kind}: {text}");
    }
}

#[tokio::test]
async fn the_log_gets_the_cause_and_the_requests_id() {
    let headers = "x-amzn-requestid: 4f1e\r\nx-amzn-errortype: ValidationException\r\n";
    let server = Server::start(http(400, headers, br#"{"message":"prompt too rude"}"#), 1).await;
    let said = format!("{:#}", generate(&server.bedrock()).await.unwrap_err().cause);
    for part in ["stable-image-core", "us-west-2", "HTTP 400", "4f1e", "prompt too rude"] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[tokio::test]
async fn a_busy_model_says_how_long_to_wait() {
    for (header, after) in [("x-amz-retry-after: 1500\r\n", 1_500), ("retry-after: 3\r\n", 3_000)] {
        let after = Some(Duration::from_millis(after));
        assert_eq!(class_of(http(429, header, b"{}")).await, Class::Busy { after });
    }
}

#[tokio::test]
async fn an_answer_that_does_not_arrive_whole_is_broken() {
    let mut cut = good_answer();
    cut.truncate(cut.len() - 10);
    let huge = b"HTTP/1.1 200 OK\r\ncontent-length: 25165825\r\n\r\n".to_vec();
    for answer in [Vec::new(), b"HTTP/1.1 200".to_vec(), cut, huge, http(200, "", b"{}")] {
        assert_eq!(class_of(answer).await, Class::Broken);
    }
    let mut cut_error = http(429, "", br#"{"message":"wait"}"#);
    cut_error.truncate(cut_error.len() - 10);
    assert_eq!(class_of(cut_error).await, Class::Busy { after: None }, "the status is enough");
}

#[tokio::test]
async fn a_filtered_prompt_is_not_a_fault() {
    let answer = http(200, "", br#"{"finish_reasons":["Filter reason: prompt"]}"#);
    let class = class_of(answer).await;
    assert_eq!(class, Class::Filtered(Filter::Prompt));
    assert_eq!(class.bill(), Bill::Due);
}

#[tokio::test]
async fn what_was_never_sent_was_never_paid() {
    let server = Server::start(good_answer(), 1).await;
    let nobody =
        SdkConfig::builder().behavior_version(BehaviorVersion::latest()).endpoint_url(&server.address);
    let failure =
        generate(&Bedrock::new(&nobody.build(), &Http::default(), PictureLimiter::new(8))).await.unwrap_err();
    assert_eq!(failure.class, Class::Unsigned, "{:#}", failure.cause);
    assert!(server.requests().is_empty());

    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let config = server.config().into_builder().endpoint_url(format!("http://{closed}")).build();
    let failure =
        generate(&Bedrock::new(&config, &Http::default(), PictureLimiter::new(8))).await.unwrap_err();
    assert_eq!(failure.class, Class::NotSent, "{:#}", failure.cause);
    assert_eq!(failure.class.bill(), Bill::NoCall);
}

#[tokio::test]
async fn a_model_that_never_answers_is_not_asked_again() {
    // The server waits for a second request, which must not come.
    let server = Server::start(good_answer(), 2).await;
    let config = server.config();
    let bedrock =
        Bedrock::with_timeout(&config, &Http::default(), PictureLimiter::new(8), Duration::from_millis(300));
    let failure = generate(&bedrock).await.unwrap_err();
    assert_eq!(failure.class, Class::TimedOut);
    assert!(server.requests().len() < 2);
}

#[tokio::test]
async fn all_may_wait_for_a_model_and_few_hold_a_picture() {
    const JOBS: usize = 12;
    let server = Server::start(good_answer(), JOBS).await;
    let bedrock = Bedrock::new(&server.config(), &Http::default(), PictureLimiter::new(2));
    let (held, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut jobs = JoinSet::new();
    for _ in 0..JOBS {
        let (bedrock, held, most) = (bedrock.clone(), Arc::clone(&held), Arc::clone(&most));
        jobs.spawn(async move {
            let output = generate(&bedrock).await.unwrap();
            most.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            held.fetch_sub(1, Ordering::SeqCst);
            assert_eq!(output.file.file(), png());
        });
    }
    assert_eq!(jobs.join_all().await.len(), JOBS);
    assert!(most.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn the_limiter_comes_before_the_body() {
    let server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 25165825\r\n\r\n".to_vec(), 1).await;
    let limiter = PictureLimiter::new(1);
    let bedrock = Bedrock::new(&server.config(), &Http::default(), limiter.clone());
    let permit = limiter.enter().await;
    let mut job = JoinSet::new();
    job.spawn(async move { generate(&bedrock).await.unwrap_err() });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    assert!(job.try_join_next().is_none(), "it waits for its place");
    drop(permit);
    assert_eq!(job.join_next().await.unwrap().unwrap().class, Class::Broken);
}

#[test]
fn the_region_is_the_models_or_its_arns_or_the_configured_one() {
    let own = |id: &str, region: Option<&str>| Model {
        id: id.to_owned(),
        region: region.map(str::to_owned),
        ..model("core")
    };
    let arn = "arn:aws:sagemaker:us-east-2:123456789012:endpoint/my-sdxl";
    let bedrock = Bedrock::new(&config("http://127.0.0.1:9"), &Http::default(), PictureLimiter::new(1));
    for (model, expected) in [
        (model("core"), "us-west-2"),
        (own("x.y-v1:0", None), "eu-central-1"),
        (own(arn, None), "us-east-2"),
        (own(arn, Some("us-west-2")), "us-west-2"),
        (own("arn:aws:bedrock::123456789012:x/y", None), "eu-central-1"),
    ] {
        assert_eq!(bedrock.region_of(&model).as_deref(), Some(expected), "{}", model.id);
    }
}

#[tokio::test]
async fn a_forgotten_start_picture_is_never_paid_for() {
    let server = Server::start(good_answer(), 1).await;
    let (image, size) = (bytes::Bytes::from_static(b"picture"), (64, 64));
    let start = Inputs { image, size, mask: None, style_image: None, made_from: MadeFrom::default() };
    let request = plain_request();
    let failure = server.bedrock().generate(&model("sd3.5"), &request, 1, Some(&start)).await.unwrap_err();
    assert_eq!(failure.class, Class::Rejected);
    assert!(server.requests().is_empty());
}
