//! What a request says, taken apart before its handler runs. Whatever is wrong with it is a [`Problem`].

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;

use super::Api;
use super::keys::Key;
use super::order;
use super::problem::Problem;
use crate::domain::digest::sha256_hex;
use crate::domain::job::Repeat;
use crate::domain::request::Ask;

/// Bytes that an order may have.
const BODY_LIMIT: usize = 64 * 1024;
/// How long an order may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Seconds that `?wait=` may ask for.
const LONGEST_WAIT: u64 = 60;

pub(super) struct Holder(pub(super) Arc<Key>);

impl FromRequestParts<Arc<Api>> for Holder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Holder, Problem> {
        api.keys.shown(&parts.headers, api.app.now()).map(Holder)
    }
}

/// How long to wait for the end of an order.
pub(super) struct Wait(pub(super) Option<Duration>);

impl FromRequestParts<Arc<Api>> for Wait {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Wait, Problem> {
        let Query(parameters) = Query::<Vec<(String, String)>>::from_request_parts(parts, api).await?;
        let mut wait = None;
        for (name, value) in parameters {
            let seconds = value.parse().ok().filter(|seconds| (1..=LONGEST_WAIT).contains(seconds));
            match (name.as_str(), seconds) {
                ("wait", Some(seconds)) => wait = Some(Duration::from_secs(seconds)),
                ("wait", None) => {
                    return Err(Problem::bad_request(
                        "`wait` must be a whole number of seconds from 1 to 60.",
                    ));
                }
                _ => return Err(Problem::bad_request("The only parameter here is `wait`.")),
            }
        }
        Ok(Wait(wait))
    }
}

pub(super) struct Sent {
    pub(super) ask: Ask,
    pub(super) repeat: Option<Repeat>,
}

impl FromRequest<Arc<Api>> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<Api>) -> Result<Sent, Problem> {
        is_json(request.headers())?;
        let id = idempotency_key(request.headers())?;
        let body = body(request.into_body()).await?;
        let repeat = id.map(|id| Repeat { id, body: sha256_hex(&body) });
        Ok(Sent { ask: order::read(&body)?, repeat })
    }
}

/// A path that cannot be parsed names nothing.
impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Problem {
        Problem::not_found()
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Problem {
        Problem::bad_request(rejection.body_text())
    }
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = named.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "Send JSON, with `Content-Type: application/json`.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=200).contains(&text.len()));
    match text.filter(|text| text.chars().all(|c| c.is_ascii_graphic())) {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err(Problem::bad_request("`Idempotency-Key` must be 1 to 200 visible ASCII characters.")),
    }
}

/// The whole body, if it is small and comes quickly.
async fn body(body: Body) -> Result<Vec<u8>, Problem> {
    let whole = async {
        let (mut parts, mut whole) = (body.into_data_stream(), Vec::new());
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| Problem::bad_request("The body broke off."))?;
            if whole.len() + part.len() > BODY_LIMIT {
                let detail = "An order may have 65536 bytes.";
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
            }
            whole.extend_from_slice(&part);
        }
        Ok(whole)
    };
    let late = || Problem::new(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time.");
    tokio::time::timeout(BODY_TIME, whole).await.unwrap_or_else(|_| Err(late()))
}
