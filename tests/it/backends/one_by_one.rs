//! A proxy that lets one request through at a time, and never one beside another that somebody gave up.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

type Waiting = (Request, oneshot::Sender<Response>);

/// Its address, and what ends it when it is dropped.
pub(super) async fn start(upstream: String) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (line, waiting) = mpsc::channel(1_000);
    let router = Router::new().fallback(wait).with_state(line);
    let mut server = JoinSet::new();
    server.spawn(async { axum::serve(listener, router).await.unwrap() });
    server.spawn(pass_all(waiting, upstream));
    (address, server)
}

async fn wait(State(line): State<mpsc::Sender<Waiting>>, request: Request) -> Response {
    let (answer, answered) = oneshot::channel();
    line.send((request, answer)).await.unwrap();
    answered.await.unwrap()
}

async fn pass_all(mut waiting: mpsc::Receiver<Waiting>, upstream: String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    while let Some((request, answer)) = waiting.recv().await {
        let (parts, body) = request.into_parts();
        // Whoever gave up before it was complete asked for nothing.
        let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else { continue };
        let sent = client.request(parts.method, &upstream).headers(parts.headers).body(body).send();
        let sent = sent.await.unwrap();
        let (status, headers) = (sent.status(), sent.headers().clone());
        let _ = answer.send((status, headers, Body::from(sent.bytes().await.unwrap())).into_response());
    }
}
