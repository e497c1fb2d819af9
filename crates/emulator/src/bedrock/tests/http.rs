//! How the SDKs of these tests send their requests. Their own client would bring a second TLS library into every build.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

#[derive(Debug, Clone, Default)]
struct Reqwest(reqwest::Client);

pub(super) fn client() -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Reqwest::default());
    http_client_fn(move |_, _| connector.clone())
}

impl Reqwest {
    async fn send(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let request = request.map(|body| body.bytes().expect("nothing is streamed here").to_vec());
        let request =
            request.try_into().map_err(|error: reqwest::Error| ConnectorError::user(error.into()))?;
        let answer = self.0.execute(request).await.map_err(|error| ConnectorError::io(error.into()))?;
        let answer = axum::http::Response::<reqwest::Body>::from(answer).map(SdkBody::from_body_1_x);
        answer.try_into().map_err(|error: aws_smithy_runtime_api::http::HttpError| {
            ConnectorError::other(error.into(), None)
        })
    }
}

impl HttpConnector for Reqwest {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().send(request))
    }
}
