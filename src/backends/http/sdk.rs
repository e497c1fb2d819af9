//! How the AWS SDKs send their requests.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper::{Request, Response};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};

use super::{Body, CONNECT_TIME, Http, HttpError, is_timeout};

pub(super) fn client(http: &Http) -> SharedHttpClient {
    let http = http.clone();
    http_client_fn(move |settings, _| {
        SharedHttpConnector::new(SdkConnector {
            http: http.clone(),
            connect: settings.connect_timeout().unwrap_or(CONNECT_TIME),
            read: settings.read_timeout(),
        })
    })
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
        let sent = client.send(to_request(request)?);
        let response = match self.read {
            Some(time) => {
                tokio::time::timeout(time, sent).await.map_err(|late| ConnectorError::timeout(late.into()))?
            }
            None => sent.await,
        };
        let (parts, body) = response.map_err(connector_error)?.into_parts();
        let mut answer = head(&Response::from_parts(parts, ()))?;
        *answer.body_mut() = SdkBody::from_body_1_x(body);
        Ok(answer)
    }
}

impl HttpConnector for SdkConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().send(request))
    }
}

/// What an SDK wants to send. After an error that may pass, it wants the next request on another connection.
pub(crate) fn to_request(request: HttpRequest) -> Result<Request<Body>, ConnectorError> {
    let mut request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    if let Some(asker) = request.extensions().get::<CaptureSmithyConnection>().cloned() {
        let used = Arc::new(capture_connection(&mut request));
        asker.set_connection_retriever(move || {
            used.connection_metadata().as_ref()?;
            let used = Arc::clone(&used);
            Some(ConnectionMetadata::builder().proxied(false).poison_fn(move || give_up(&used)).build())
        });
    }
    Ok(request)
}

/// No other request will use this connection.
fn give_up(used: &CaptureConnection) {
    if let Some(connection) = used.connection_metadata().as_ref() {
        connection.poison();
    }
}

/// Why an SDK gets no answer, in the terms by which it decides whether to try again.
pub(crate) fn connector_error(error: HttpError) -> ConnectorError {
    if is_timeout(&error) { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}

/// An answer for an SDK, without its body.
pub(crate) fn head<B>(response: &Response<B>) -> Result<HttpResponse, ConnectorError> {
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
