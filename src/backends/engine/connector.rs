//! The way of the Bedrock client onto the wire.
//!
//! The SDK would collect an answer and copy it twice before anyone sees it, as soon as it arrives, for any number of
//! answers at once. Here an answer's head comes in, then its job waits at the [`PictureLimiter`], and only then the body is
//! read, by a [`Receiver`]. The SDK is left with the head.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper::Response;
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

use super::receiver::{Received, Receiver};
use super::{Permit, PictureLimiter};
use crate::backends::http::{Client, connector_error, each_piece, head, to_request};

/// From an answer's head to its end, the wait for the picture limiter left out.
const BODY_TIME: Duration = Duration::from_secs(60);
/// Bedrock's own limit is 16 MiB; an operator's endpoint may have another.
const BODY_LIMIT: u64 = 24 * 1024 * 1024;
const ERROR_LIMIT: u64 = 64 * 1024;

tokio::task_local! {
    static PROGRESS: Arc<Mutex<Progress>>;
}

/// How far a call came.
#[derive(Debug, Default)]
pub(super) enum Progress {
    /// There was nothing to send: no credentials, no region.
    #[default]
    Unsigned,
    Unconnected,
    /// The request went out, or part of it.
    Sent,
    /// The request went out, and no answer came in time.
    TimedOut,
    Answered(Received, Permit),
}

/// Runs `call`, which sends one request through a [`Connector`], and tells how far that came.
pub(super) async fn followed<F: Future>(call: F) -> (F::Output, Progress) {
    let progress = Arc::default();
    let output = PROGRESS.scope(Arc::clone(&progress), call).await;
    let progress = std::mem::take(&mut *locked(&progress));
    (output, progress)
}

fn locked(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug, Clone)]
pub(super) struct Connector {
    http: Client,
    limiter: PictureLimiter,
    timeout: Duration,
}

impl Connector {
    /// A connector over `http`; a model gets `timeout` to begin its answer.
    pub(super) fn new(http: Client, limiter: PictureLimiter, timeout: Duration) -> Connector {
        Connector { http, limiter, timeout }
    }

    async fn send(
        self,
        request: HttpRequest,
        progress: &Mutex<Progress>,
    ) -> Result<HttpResponse, ConnectorError> {
        let request = to_request(request)?;
        *locked(progress) = Progress::Sent;
        match timeout(self.timeout, self.http.send(request)).await {
            Ok(Ok(response)) => self.receive(response, progress).await,
            Ok(Err(error)) => {
                if error.is_connect() {
                    *locked(progress) = Progress::Unconnected;
                }
                Err(connector_error(error))
            }
            Err(late) => {
                *locked(progress) = Progress::TimedOut;
                Err(ConnectorError::timeout(late.into()))
            }
        }
    }

    async fn receive(
        &self,
        response: Response<Incoming>,
        progress: &Mutex<Progress>,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut head = head(&response)?;
        if response.status().is_success() {
            let permit = self.limiter.enter().await;
            let received =
                receive(response.into_body()).await.map_err(|error| ConnectorError::io(error.into()))?;
            *locked(progress) = Progress::Answered(received, permit);
        } else if let Ok(body) = error_body(response.into_body()).await {
            // An error's status says enough if its text is lost.
            *head.body_mut() = SdkBody::from(body);
        }
        Ok(head)
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        let progress = PROGRESS.try_with(Arc::clone).unwrap_or_default();
        HttpConnectorFuture::new(async move { connector.send(request, &progress).await })
    }
}

async fn receive(body: Incoming) -> anyhow::Result<Received> {
    let mut receiver = Receiver::new(usize::try_from(body.size_hint().lower())?);
    read(body, BODY_LIMIT, |piece| receiver.push(piece)).await?;
    Ok(receiver.finish())
}

async fn error_body(body: Incoming) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read(body, ERROR_LIMIT, |piece| bytes.extend_from_slice(piece)).await?;
    Ok(bytes)
}

async fn read(body: Incoming, limit: u64, take: impl FnMut(&[u8])) -> anyhow::Result<()> {
    let whole = timeout(BODY_TIME, each_piece(body, limit, take)).await.context("the answer stalled")??;
    ensure!(whole, "an answer of more than {limit} bytes");
    Ok(())
}
