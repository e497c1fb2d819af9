//! The HTTP frontend: Discord posts interactions, signed, and takes what is told at once out of the response.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use futures_util::TryFutureExt;
use serde_json::json;

use crate::app::App;
use crate::domain::signature::PublicKey;
use crate::frontends::discord::deferred;
use crate::frontends::discord::doubts::Doubts;
use crate::frontends::discord::interaction::{Incoming, read};
use crate::frontends::discord::response::{self, Next, respond};

/// Bytes that one interaction may have; Discord's own are a few kilobytes.
const BODY_LIMIT: usize = 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(2);
/// How long the queue may take, of Discord's three seconds.
const QUEUE_TIME: Duration = Duration::from_millis(500);

struct Endpoint {
    app: Arc<App>,
    key: PublicKey,
    doubts: Doubts,
}

/// The route `POST /interactions`, signed under `key`.
pub fn router(app: Arc<App>, key: PublicKey) -> Router {
    let endpoint = Arc::new(Endpoint { app, key, doubts: Doubts::default() });
    Router::new().route("/interactions", post(interactions)).with_state(endpoint)
}

async fn interactions(
    State(endpoint): State<Arc<Endpoint>>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let now = endpoint.app.now();
    let body = match body(request.into_body()).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (signature, timestamp) = (header("x-signature-ed25519"), header("x-signature-timestamp"));
    if let Err(doubt) = endpoint.key.check(signature, timestamp, &body, now) {
        endpoint.doubts.log(doubt, now);
        return (StatusCode::UNAUTHORIZED, "invalid request signature\n").into_response();
    }
    let interaction = match read(&body) {
        Ok(Incoming::Ping) => return Json(json!({ "type": 1 })).into_response(),
        Ok(Incoming::Interaction(interaction)) => interaction,
        Err(error) => {
            tracing::error!(%error, "an interaction of an unknown shape was not understood; is there a newer Easel?");
            return (StatusCode::BAD_REQUEST, "not an interaction\n").into_response();
        }
    };
    // Sent again, it has its response: 202 says that there is none in this response.
    let Some(response::Response { callback, next }) = respond(&endpoint.app, &interaction, now).await else {
        return StatusCode::ACCEPTED.into_response();
    };
    let next = enqueued(&endpoint.app, next).await;
    let app = endpoint.app.clone();
    endpoint.app.spawn(async move { deferred::follow(&app, &interaction, next).await });
    Json(callback).into_response()
}

/// A job for other processes is enqueued before the response goes out: this process may end after it.
async fn enqueued(app: &App, next: Next) -> Next {
    let start = match next {
        Next::Start(start) if !app.queue.is_local() => start,
        next => return next,
    };
    if tokio::time::timeout(QUEUE_TIME, start.enqueue()).await.is_err() {
        tracing::error!(job = %start.job(), "the queue is slow; the sweeper enqueues the job later");
    }
    Next::Nothing
}

/// The whole body, if it is small and comes quickly.
async fn body(body: Body) -> Result<Bytes, StatusCode> {
    let whole = axum::body::to_bytes(body, BODY_LIMIT).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE);
    tokio::time::timeout(BODY_TIME, whole).await.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}
