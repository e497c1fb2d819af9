//! The way of the Bedrock client onto the wire.
//!
//! The SDK would collect an answer and copy it twice before anyone sees it, as soon as it arrives, for any number of
//! answers at once. Here an answer's head comes in, then its job waits at the [`PictureLimiter`], and only then the body is read,
//! into one buffer. The SDK is left with the head.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use tokio::time::timeout;

use super::{Permit, PictureLimiter};

/// As the AWS SDKs have it.
const CONNECT_TIME: Duration = Duration::from_millis(3_100);
/// Short, because a call on a connection that AWS is just closing looks like one that was lost after it was paid.
const IDLE_TIME: Duration = Duration::from_secs(15);
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
    Answered(Vec<u8>, Permit),
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
    http: reqwest::Client,
    limiter: PictureLimiter,
    timeout: Duration,
}

impl Connector {
    /// A connector with its own connections; a model gets `timeout` to begin its answer.
    ///
    /// HTTP/1.1 only: in HTTP/2 all answers share one connection and its window. Those that wait for the limiter would fill
    /// it, and those that hold a permit would wait for them.
    pub(super) fn new(limiter: PictureLimiter, timeout: Duration) -> anyhow::Result<Connector> {
        let http = reqwest::Client::builder()
            .http1_only()
            .connect_timeout(CONNECT_TIME)
            .pool_idle_timeout(IDLE_TIME)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .context("cannot set up HTTPS")?;
        Ok(Connector { http, limiter, timeout })
    }

    async fn send(
        self,
        request: HttpRequest,
        progress: &Mutex<Progress>,
    ) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap))
            .map_err(|error| ConnectorError::user(error.into()))?;
        *locked(progress) = Progress::Sent;
        match timeout(self.timeout, self.http.execute(request)).await {
            Ok(Ok(response)) => self.receive(response, progress).await,
            Ok(Err(error)) => {
                if error.is_connect() {
                    *locked(progress) = Progress::Unconnected;
                }
                Err(ConnectorError::io(error.into()))
            }
            Err(late) => {
                *locked(progress) = Progress::TimedOut;
                Err(ConnectorError::timeout(late.into()))
            }
        }
    }

    async fn receive(
        &self,
        response: reqwest::Response,
        progress: &Mutex<Progress>,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut head = head(&response)?;
        if response.status().is_success() {
            let permit = self.limiter.enter().await;
            let body = body(response, BODY_LIMIT).await.map_err(|error| ConnectorError::io(error.into()))?;
            *locked(progress) = Progress::Answered(body, permit);
        } else if let Ok(body) = body(response, ERROR_LIMIT).await {
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

fn head(response: &reqwest::Response) -> Result<HttpResponse, ConnectorError> {
    let status = response.status().as_u16().try_into();
    let status = status.map_err(|error: aws_smithy_runtime_api::http::HttpError| {
        ConnectorError::other(error.into(), None)
    })?;
    let mut head = HttpResponse::new(status, SdkBody::empty());
    for (name, value) in response.headers() {
        // The SDK asks for none that is not text.
        if let Ok(value) = value.to_str() {
            head.headers_mut().append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(head)
}

async fn body(mut response: reqwest::Response, limit: u64) -> anyhow::Result<Vec<u8>> {
    let announced = response.content_length().unwrap_or_default();
    ensure!(announced <= limit, "an answer of {announced} bytes");
    let mut body = Vec::with_capacity(usize::try_from(announced)?);
    timeout(BODY_TIME, async {
        while let Some(chunk) = response.chunk().await? {
            ensure!((body.len() + chunk.len()) as u64 <= limit, "an answer of more than {limit} bytes");
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    })
    .await
    .context("the answer stalled")?
}
