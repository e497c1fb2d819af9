//! An S3 that accepts everything and keeps nothing.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
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
            let app = Router::new().fallback(swallow);
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

async fn swallow(request: Request) -> (StatusCode, [(HeaderName, &'static str); 1]) {
    let known = [Method::PUT, Method::HEAD].contains(request.method());
    let mut body = request.into_body().into_data_stream();
    while let Some(Ok(_)) = body.next().await {}
    let status = if known { StatusCode::OK } else { StatusCode::NOT_IMPLEMENTED };
    (status, [(header::ETAG, "\"swallowed\"")])
}
