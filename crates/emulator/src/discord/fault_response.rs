//! What a request gets that meets a fault.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::api_error::ApiError;
use super::fault::Fault;
use super::rate_limit;
use super::request::ApiRequest;
use super::response::{json_response, set_header};
use super::state::ServerState;
use crate::socket::SocketHandle;

impl Fault {
    /// The response that replaces the request, unless the fault lets it be applied.
    pub(super) fn response(
        &self,
        state: &ServerState,
        request: &ApiRequest,
        socket: &SocketHandle,
    ) -> Option<Response<Body>> {
        let plain = |body: Body| Some(Response::new(body));
        match self {
            Self::Status(status) => {
                let reason = StatusCode::from_u16(*status).ok().and_then(|code| code.canonical_reason());
                let message = format!("{status}: {}", reason.unwrap_or("Fault"));
                Some(json_response(*status, &json!({ "message": message, "code": 0 })))
            }
            Self::Code { status, code } => {
                Some(ApiError::new(*status, *code, "Arranged by the test").response())
            }
            Self::RateLimited { retry_after, scope } => {
                let wait = Duration::try_from_secs_f64(*retry_after).unwrap_or_default();
                Some(rate_limit::by_fault(state, request, wait, scope).response())
            }
            Self::CloudflareHtml(status) => Some(cloudflare(*status)),
            Self::Drop => {
                socket.cut();
                plain(Body::empty())
            }
            Self::Body(bytes) => plain(Body::from(bytes.clone())),
            Self::Declared(size) => {
                let start = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"\x89PNG"))]);
                let mut response = Response::new(Body::from_stream(start.chain(stream::pending())));
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(*size));
                Some(response)
            }
            Self::Endless => {
                let chunk = Bytes::from_static(&[0; 64 * 1024]);
                plain(Body::from_stream(stream::repeat(chunk).map(Ok::<_, std::io::Error>)))
            }
            Self::Stalled => plain(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>())),
            Self::DropAfterApply | Self::Slow(_) => None,
        }
    }
}

fn cloudflare(status: u16) -> Response<Body> {
    let page = format!(
        "<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare to restrict access</title>\
         </head><body><h1>Error {status}</h1><p>You are being rate limited</p></body></html>"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    let headers = response.headers_mut();
    set_header(headers, "content-type", "text/html; charset=UTF-8".to_owned());
    set_header(headers, "server", "cloudflare".to_owned());
    response
}
