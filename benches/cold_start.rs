//! How long a new environment of the function `front` takes to its first answer: `cargo bench --bench cold_start`.
//!
//! The release build is started as Lambda starts it, over and over, against an API of the runtime, a table and a secret in
//! this process that answer at once: what is measured is Easel's own share, and the network and Lambda's own come on top.
//! Options, after `--`: `--starts 30`, and `--bot FILE` for another build, as of the profile `lambda`. The numbers go to
//! `target/bench/cold_start.json` as well.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use easel::app::clock::Clock;
use easel_emulator::discord::Discord;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::rig::options::{number, pairs};
use crate::rig::percentile;
use crate::rig::report::Report;

#[expect(dead_code, reason = "no bot is started but Lambda's")]
mod rig;

/// Longer than any start.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a start is told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// It asks for its first event.
    Ready,
    /// It has answered it.
    Answered,
}

struct Lambda {
    discord: Discord,
    reached: mpsc::UnboundedSender<(Reached, Instant)>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options { starts, bot } = options()?;
    let (reached, mut seen) = mpsc::unbounded_channel();
    let lambda = Arc::new(Lambda { discord: Discord::start().await?, reached });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
        .route(
            "/2020-01-01/extension/register",
            post(async || ([("lambda-extension-identifier", "x")], "{}")),
        )
        .route("/2020-01-01/extension/event/next", get(std::future::pending::<()>))
        .route("/", post(aws))
        .with_state(lambda.clone());
    let mut server = JoinSet::new();
    server.spawn(async { axum::serve(listener, router).await });
    let (mut ready, mut answered) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let begun = Instant::now();
        let mut process = front(&lambda, &bot, &address).spawn()?;
        for times in [(Reached::Ready, &mut ready), (Reached::Answered, &mut answered)] {
            // What the one before asked for with its last breath comes from before this one began.
            let own = async {
                while let Some(told) = seen.recv().await {
                    if told.1 > begun {
                        return Some(told);
                    }
                }
                None
            };
            let told = tokio::time::timeout(PATIENCE, own).await.context("it does not start")?;
            let (reached, at) = told.context("it has ended")?;
            ensure!(reached == times.0, "{reached:?} comes out of turn");
            times.1.push(at - begun);
        }
        process.kill()?;
        process.wait()?;
    }
    println!(
        "| {starts} starts, ms from the start of the process | p50 | p90 | max |\n| --- | --- | --- | --- |"
    );
    let mut report = Report::new("cold_start");
    for (name, mut times) in [("asks for its first event", ready), ("has answered a signed ping", answered)] {
        times.sort();
        let [p50, p90, max] = [50, 90, 100].map(|percent| percentile(&times, percent));
        println!("| {name} | {p50:.1} | {p90:.1} | {max:.1} |");
        report.add(name, [("p50", p50), ("p90", p90), ("max", max)]);
    }
    println!("written to {}", report.save()?.display());
    Ok(())
}

struct Options {
    starts: usize,
    bot: PathBuf,
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { starts: 30, bot: PathBuf::from(env!("CARGO_BIN_EXE_easel")) };
    for (option, value) in pairs(std::env::args().skip(1))? {
        match option.as_str() {
            "--starts" => options.starts = number(&option, &value)?.max(1),
            "--bot" => options.bot = PathBuf::from(value),
            _ => bail!("`{option}` is unknown; there are --starts and --bot"),
        }
    }
    Ok(options)
}

/// The function as Lambda starts it.
fn front(lambda: &Lambda, bot: &Path, address: &str) -> Command {
    let aws = format!("http://{address}");
    let mut command = Command::new(bot);
    command
        .env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", address),
            ("_HANDLER", "front"),
            ("AWS_LAMBDA_FUNCTION_NAME", "front"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", "us-west-2"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &aws),
            ("DISCORD_API_URL", &lambda.discord.base_url()),
            ("DISCORD_PUBLIC_KEY", &lambda.discord.public_key()),
            ("DISCORD_TOKEN", "arn:aws:secretsmanager:us-west-2:123456789012:secret:easel"),
            ("EASEL_STORE", "dynamodb:easel"),
            ("EASEL_QUEUE", &format!("sqs:{aws}/123456789012/easel")),
            ("EASEL_ARCHIVE", "s3://bucket/easel"),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A ping, as API Gateway passes it on.
async fn next(State(lambda): State<Arc<Lambda>>) -> Response {
    // The second event never comes.
    if lambda.reached.send((Reached::Ready, Instant::now())).is_err() {
        std::future::pending::<()>().await;
    }
    let (body, at) = (r#"{"type":1}"#, Clock::System.now().unix_timestamp().to_string());
    let signature = lambda.discord.sign(&at, body.as_bytes());
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/interactions", "rawQueryString": "",
        "headers": { "x-signature-ed25519": signature, "x-signature-timestamp": at, "content-type": "application/json" },
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "requestId": "id", "routeKey": "$default", "stage": "$default",
            "http": { "method": "POST", "path": "/interactions", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "x" },
            "time": "24/Nov/2026:00:00:00 +0000", "timeEpoch": 1_795_478_400_000_i64
        },
        "body": body, "isBase64Encoded": false
    });
    let deadline = ((Clock::System.now().unix_timestamp() + 60) * 1_000).to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", "event".to_owned()),
        ("lambda-runtime-deadline-ms", deadline),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-west-2:123456789012:function:front".to_owned(),
        ),
    ];
    (headers, event.to_string()).into_response()
}

async fn answered(State(lambda): State<Arc<Lambda>>, body: String) -> StatusCode {
    // Anything but a pong ends the measurement: nothing is told, and nothing comes.
    if body.contains(r#"{\"type\":1}"#) && lambda.reached.send((Reached::Answered, Instant::now())).is_ok() {
        return StatusCode::ACCEPTED;
    }
    StatusCode::BAD_REQUEST
}

/// A secret, or an empty table.
async fn aws(headers: HeaderMap) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let body = if target.ends_with("GetSecretValue") {
        json!({ "ARN": "arn", "Name": "easel", "SecretString": "a-token-that-is-long-enough" })
    } else {
        json!({})
    };
    ([("content-type", "application/x-amz-json-1.1")], body.to_string()).into_response()
}
