//! HTTP out. Discord, Bedrock, S3 and all else in AWS are reached through clients of one kind, with one TLS library and one
//! set of trusted certificates, which are read once, with the first client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use native_tls::{Protocol, TlsConnector};
use reqwest::{Client, Request, Response};

/// Until a connection is there, where nobody asks for less: as the AWS SDKs have it.
const CONNECT_TIME: Duration = Duration::from_millis(3_100);
/// For how long a connection rests before it is closed: who is asked again within that time is answered without a
/// handshake before it.
const IDLE_TIME: Duration = Duration::from_secs(90);
/// The same where calls are paid: one on a connection that AWS is just closing looks like one that was lost after that.
const PAID_IDLE_TIME: Duration = Duration::from_secs(15);
/// Resting connections to one host. Each keeps the buffer into which it has read the last picture, up to half a megabyte.
const IDLE_CONNECTIONS: usize = 64;

/// The clients, to be shared.
#[derive(Debug, Clone, Default)]
pub struct Http(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tls: OnceLock<TlsConnector>,
    /// By the time in which they connect, since some of the SDK's own calls are impatient.
    clients: Mutex<HashMap<Duration, Client>>,
}

impl Http {
    /// HTTP/1.1 only: in HTTP/2 all answers share one connection and its window. Pictures that wait for their turn would
    /// fill it, and those that have it would wait for them.
    ///
    /// # Errors
    /// There is no TLS on this machine.
    pub fn client(&self) -> anyhow::Result<Client> {
        self.connecting_within(CONNECT_TIME)
    }

    /// A client with connections that no other part of the process uses.
    ///
    /// # Errors
    /// As for [`Http::client`].
    pub fn separate(&self) -> anyhow::Result<Client> {
        self.build(CONNECT_TIME, IDLE_TIME)
    }

    /// A client for calls that are paid.
    ///
    /// # Errors
    /// As for [`Http::client`].
    pub fn for_paid_calls(&self) -> anyhow::Result<Client> {
        self.build(CONNECT_TIME, PAID_IDLE_TIME)
    }

    /// What the AWS SDKs send their requests through.
    pub fn for_sdks(&self) -> SharedHttpClient {
        let http = self.clone();
        http_client_fn(move |settings, _| {
            SharedHttpConnector::new(SdkConnector {
                http: http.clone(),
                connect: settings.connect_timeout().unwrap_or(CONNECT_TIME),
                read: settings.read_timeout(),
            })
        })
    }

    fn connecting_within(&self, time: Duration) -> anyhow::Result<Client> {
        let mut clients = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&time) {
            return Ok(client.clone());
        }
        let client = self.build(time, IDLE_TIME)?;
        clients.insert(time, client.clone());
        Ok(client)
    }

    fn build(&self, connect: Duration, idle: Duration) -> anyhow::Result<Client> {
        Client::builder()
            .tls_backend_preconfigured(self.tls()?)
            .http1_only()
            .tcp_nodelay(true)
            .connect_timeout(connect)
            .pool_idle_timeout(idle)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            // AWS and Discord have none, and an attachment's host was checked: a redirect could leave it.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .context("cannot set up HTTPS")
    }

    fn tls(&self) -> anyhow::Result<TlsConnector> {
        if let Some(tls) = self.0.tls.get() {
            return Ok(tls.clone());
        }
        let built = TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).build();
        let built = built.context("cannot set up TLS")?;
        Ok(self.0.tls.get_or_init(|| built).clone())
    }
}

#[derive(Debug, Clone)]
struct SdkConnector {
    http: Http,
    connect: Duration,
    read: Option<Duration>,
}

impl SdkConnector {
    async fn send(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let client = self.http.connecting_within(self.connect);
        let client = client.map_err(|error| ConnectorError::user(error.into()))?;
        let sent = client.execute(to_request(request)?);
        let response = match self.read {
            Some(time) => {
                tokio::time::timeout(time, sent).await.map_err(|late| ConnectorError::timeout(late.into()))?
            }
            None => sent.await,
        };
        let response = response.map_err(connector_error)?;
        let mut head = head(&response)?;
        *head.body_mut() = SdkBody::from_body_1_x(reqwest::Body::from(response));
        Ok(head)
    }
}

impl HttpConnector for SdkConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().send(request))
    }
}

/// What an SDK wants to send.
pub(crate) fn to_request(request: HttpRequest) -> Result<Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
        // After an error that may pass, an SDK wants the next request on another connection. This client closes those
        // that are broken, and after a few seconds all that rest.
        let connection = || Some(ConnectionMetadata::builder().proxied(false).poison_fn(|| ()).build());
        capture.set_connection_retriever(connection);
    }
    Request::try_from(request.map(reqwest::Body::wrap)).map_err(|error| ConnectorError::user(error.into()))
}

/// Why an SDK gets no answer, in the terms by which it decides whether to try again.
pub(crate) fn connector_error(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}

/// An answer for an SDK, without its body.
pub(crate) fn head(response: &Response) -> Result<HttpResponse, ConnectorError> {
    let status = response.status().as_u16().try_into();
    let status = status.map_err(|error: aws_smithy_runtime_api::http::HttpError| {
        ConnectorError::other(error.into(), None)
    })?;
    let mut head = HttpResponse::new(status, SdkBody::empty());
    for (name, value) in response.headers() {
        // The SDKs ask for none that is not text.
        if let Ok(value) = value.to_str() {
            head.headers_mut().append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(head)
}
