//! What a request says, taken apart before its handler runs. Whatever is wrong with it is a [`Problem`].

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use tokio::sync::OwnedSemaphorePermit;

use super::Api;
use super::keys::Key;
use super::order::ORDER_LIMIT;
use super::problem::Problem;
use crate::domain::digest::sha256_hex;
use crate::domain::job::{JobId, Repeat};
use crate::domain::request::IMAGE_BYTES_LIMIT;

/// Bytes that an order with a picture may have: the picture in base64, and the rest.
const PICTURE_ORDER_LIMIT: usize = IMAGE_BYTES_LIMIT as usize / 3 * 4 + ORDER_LIMIT;
/// How long an order may take to arrive, and how much longer one with a picture.
const BODY_TIME: Duration = Duration::from_secs(10);
const PICTURE_TIME: Duration = Duration::from_secs(110);
/// Bytes of a body that is too large which are read and thrown away.
const DRAINED: usize = 64 * 1024 * 1024;
/// Orders of one page, and the most that can be asked for.
const PAGE: usize = 20;
const LONGEST_PAGE: usize = 50;
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

/// Which of a key's orders.
pub(super) struct Page {
    pub(super) limit: usize,
    /// Only those before this one.
    pub(super) before: Option<JobId>,
}

impl FromRequestParts<Arc<Api>> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Page, Problem> {
        let Query(parameters) = Query::<Vec<(String, String)>>::from_request_parts(parts, api).await?;
        let mut page = Page { limit: PAGE, before: None };
        for (name, value) in parameters {
            match name.as_str() {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit));
                    page.limit = limit.ok_or_else(|| {
                        Problem::bad_request(format!(
                            "`limit` must be a whole number from 1 to {LONGEST_PAGE}."
                        ))
                    })?;
                }
                "cursor" => {
                    let before = value.parse().map_err(|_| {
                        Problem::bad_request("`cursor` must be as `next` of the page before has it.")
                    })?;
                    page.before = Some(before);
                }
                _ => return Err(Problem::bad_request("The only parameters here are `limit` and `cursor`.")),
            }
        }
        Ok(page)
    }
}

/// A body that has arrived and was not looked at.
pub(super) struct Sent {
    body: Vec<u8>,
    pub(super) repeat: Option<Repeat>,
    /// A body that is as large as a picture holds one of the places for such until this is dropped.
    place: Option<OwnedSemaphorePermit>,
}

impl Sent {
    /// What the body asks for, and the place that the caller holds until it lets go of that.
    pub(super) async fn read<T: Send + 'static>(
        self,
        read: impl FnOnce(&[u8]) -> Result<T, Problem> + Send + 'static,
    ) -> Result<(T, Option<OwnedSemaphorePermit>), Problem> {
        let Sent { body, place, .. } = self;
        if place.is_none() {
            return Ok((read(&body)?, place));
        }
        // Megabytes take their time.
        let read = tokio::task::spawn_blocking(move || read(&body)).await;
        Ok((read.unwrap_or_else(|_| Err(Problem::later("The order could not be read.")))?, place))
    }
}

impl FromRequest<Arc<Api>> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Sent, Problem> {
        is_json(request.headers())?;
        let id = idempotency_key(request.headers())?;
        let length =
            request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: usize| length > PICTURE_ORDER_LIMIT) {
            drain(&mut request.into_body().into_data_stream()).await;
            return Err(too_large());
        }
        let (body, place) = body(api, request.into_body()).await?;
        let repeat = id.map(|id| Repeat { id, body: sha256_hex(&body) });
        Ok(Sent { body, repeat, place })
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

/// The whole body, if it comes quickly. One that is larger than an order without a picture waits for a place first: a few
/// of them fit into memory.
async fn body(api: &Api, body: Body) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Problem> {
    let (mut parts, mut whole) = (body.into_data_stream(), Vec::new());
    if in_time(BODY_TIME, fill(&mut parts, &mut whole, ORDER_LIMIT)).await? {
        return Ok((whole, None));
    }
    let rest = async {
        // It is never closed.
        let place = api.large_bodies.clone().acquire_owned().await.ok();
        if fill(&mut parts, &mut whole, PICTURE_ORDER_LIMIT).await? {
            return Ok(place);
        }
        drain(&mut parts).await;
        Err(too_large())
    };
    let place = in_time(PICTURE_TIME, rest).await?;
    Ok((whole, place))
}

/// Takes parts until there are no more, or more than `limit`; whether that was all.
async fn fill(parts: &mut BodyDataStream, whole: &mut Vec<u8>, limit: usize) -> Result<bool, Problem> {
    while whole.len() <= limit {
        match parts.next().await {
            Some(part) => {
                whole.extend_from_slice(&part.map_err(|_| Problem::bad_request("The body broke off."))?);
            }
            None => return Ok(true),
        }
    }
    Ok(false)
}

/// Lets the client send the rest, within limits: one that is cut off while it sends does not read why.
async fn drain(parts: &mut BodyDataStream) {
    let rest = async {
        let mut left = DRAINED;
        while let Some(Ok(part)) = parts.next().await
            && left > 0
        {
            left = left.saturating_sub(part.len());
        }
    };
    drop(tokio::time::timeout(BODY_TIME, rest).await);
}

async fn in_time<T>(time: Duration, awaited: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let late = || Problem::new(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time.");
    tokio::time::timeout(time, awaited).await.unwrap_or_else(|_| Err(late()))
}

fn too_large() -> Problem {
    let detail = format!("An order may have {PICTURE_ORDER_LIMIT} bytes, with its picture.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}
