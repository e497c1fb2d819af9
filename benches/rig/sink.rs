//! An S3 that accepts everything once and keeps nothing but the keys.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// It stops when this is dropped.
pub(crate) struct Sink {
    address: SocketAddr,
    _server: JoinSet<()>,
}

impl Sink {
    pub(crate) async fn start() -> anyhow::Result<Sink> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("a port for S3")?;
        let address = listener.local_addr()?;
        let mut server = JoinSet::new();
        server.spawn(async move {
            let app = Router::new().fallback(swallow).with_state(Keys::default());
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the sink has ended");
            }
        });
        Ok(Sink { address, _server: server })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// What was stored.
type Keys = Arc<Mutex<HashSet<String>>>;

async fn swallow(
    State(keys): State<Keys>,
    request: Request,
) -> (StatusCode, [(HeaderName, &'static str); 1]) {
    let key = request.uri().path().to_owned();
    let (put, head) = (request.method() == Method::PUT, request.method() == Method::HEAD);
    let only_new = request.headers().contains_key(header::IF_NONE_MATCH);
    let mut body = request.into_body().into_data_stream();
    while let Some(Ok(_)) = body.next().await {}
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    let is_known = keys.contains(&key);
    let status = match (put, head) {
        (true, _) if is_known && only_new => StatusCode::PRECONDITION_FAILED,
        (true, _) => StatusCode::OK,
        // A bucket has no key.
        (_, true) if is_known || key.matches('/').count() < 2 => StatusCode::OK,
        (_, true) => StatusCode::NOT_FOUND,
        _ => StatusCode::NOT_IMPLEMENTED,
    };
    if put {
        keys.insert(key);
    }
    (status, [(header::ETAG, "\"swallowed\"")])
}
