//! One environment of a function as Lambda treats it, by AWS's pages on its Runtime API and its Extensions API: the
//! answer goes out when the runtime has posted it, and once runtime and extension both ask for the next event, the
//! process is frozen. AWS's own emulator keeps the answer back until the extension is done, and freezes nothing.

use std::fs::File;
use std::process::Stdio;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;

use super::{World, in_time};

/// What runtime and extension wait for.
struct Side<T> {
    events: Mutex<mpsc::UnboundedReceiver<T>>,
    hand_out: mpsc::UnboundedSender<T>,
    waits: watch::Sender<bool>,
}

impl<T> Side<T> {
    fn new() -> Side<T> {
        let (hand_out, events) = mpsc::unbounded_channel();
        Side { events: Mutex::new(events), hand_out, waits: watch::Sender::new(false) }
    }

    async fn next(&self, freeze: impl FnOnce()) -> T {
        self.waits.send_replace(true);
        freeze();
        let event = self.events.lock().await.recv().await.unwrap();
        self.waits.send_replace(false);
        event
    }

    async fn asked(&self) {
        in_time(self.waits.subscribe().wait_for(|waits| *waits)).await.unwrap();
    }
}

struct Lambda {
    runtime: Side<Value>,
    extension: Side<()>,
    answers: Mutex<mpsc::UnboundedReceiver<Value>>,
    answer: mpsc::UnboundedSender<Value>,
    process: watch::Sender<Option<u32>>,
}

/// The environment.
pub(crate) struct Sandbox {
    lambda: Arc<Lambda>,
    turn: Mutex<()>,
    _process: Child,
    _server: JoinSet<()>,
}

impl Sandbox {
    /// One of the function with this handler.
    pub(crate) async fn start(world: &World, handler: &str) -> Sandbox {
        let (answer, answers) = mpsc::unbounded_channel();
        let lambda = Arc::new(Lambda {
            runtime: Side::new(),
            extension: Side::new(),
            answers: Mutex::new(answers),
            answer,
            process: watch::Sender::new(None),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2020-01-01/extension/register", post(register))
            .route("/2020-01-01/extension/event/next", get(next_for_extension))
            .with_state(lambda.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });
        let log = File::options().create(true).append(true).open(world.log_path()).unwrap();
        let mut command = world.program(&[]);
        let command = command
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("_HANDLER", handler)
            .env("AWS_LAMBDA_FUNCTION_NAME", handler)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("TMPDIR", world.path("."));
        let process = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        lambda.process.send_replace(process.id());
        Sandbox { lambda, turn: Mutex::default(), _process: process, _server: server }
    }

    /// What the function says to an event, as soon as it says it. The event comes when the one before is over.
    pub(crate) async fn invoke(&self, event: &Value) -> Value {
        let _turn = self.turn.lock().await;
        self.is_frozen().await;
        self.lambda.signal("-CONT");
        self.lambda.extension.hand_out.send(()).unwrap();
        self.lambda.runtime.hand_out.send(event.clone()).unwrap();
        in_time(self.lambda.answers.lock().await.recv()).await.unwrap()
    }

    /// Waits until the environment has nothing left to do.
    pub(crate) async fn is_frozen(&self) {
        self.lambda.runtime.asked().await;
        self.lambda.extension.asked().await;
    }
}

impl Lambda {
    fn freeze_if_idle(&self) {
        if *self.runtime.waits.borrow() && *self.extension.waits.borrow() {
            self.signal("-STOP");
        }
    }

    fn signal(&self, signal: &str) {
        let process = self.process.borrow().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([signal, &process]).status().unwrap().success());
    }
}

async fn next(State(lambda): State<Arc<Lambda>>) -> Response {
    let event = lambda.runtime.next(|| lambda.freeze_if_idle()).await;
    let deadline = (easel::app::clock::Clock::System.now().unix_timestamp() + 60) * 1_000;
    let headers = [
        ("lambda-runtime-aws-request-id", "event".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:front".to_owned(),
        ),
    ];
    (headers, event.to_string()).into_response()
}

async fn answered(State(lambda): State<Arc<Lambda>>, Path(_): Path<String>, body: String) -> StatusCode {
    lambda.answer.send(serde_json::from_str(&body).unwrap()).unwrap();
    StatusCode::ACCEPTED
}

async fn register(headers: HeaderMap, body: String) -> Response {
    assert!(headers.contains_key("lambda-extension-name"));
    // An extension inside the runtime's process may ask for nothing else.
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["events"], json!(["INVOKE"]));
    let told = json!({ "functionName": "front", "functionVersion": "$LATEST", "handler": "front" });
    ([("lambda-extension-identifier", "extension")], told.to_string()).into_response()
}

async fn next_for_extension(State(lambda): State<Arc<Lambda>>, headers: HeaderMap) -> Response {
    assert_eq!(headers["lambda-extension-identifier"], "extension");
    lambda.extension.next(|| lambda.freeze_if_idle()).await;
    let event = json!({
        "eventType": "INVOKE", "deadlineMs": 0, "requestId": "event",
        "invokedFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:front",
        "tracing": { "type": "X-Amzn-Trace-Id", "value": "" }
    });
    event.to_string().into_response()
}
