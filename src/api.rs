//! The images API: `POST /images`, `GET /images/{id}`, and the document that describes them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Door};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use futures_util::StreamExt;

mod document;
mod image;
mod keys;
mod order;
mod problem;

pub use keys::{Keys, is_name};

use crate::app::App;
use crate::digest::sha256_hex;
use crate::job::{ApiOrigin, Claim, JobId, Repeat};
use image::{Accepted, Image};
use order::Order;
use problem::{Problem, ProblemBody};

/// Bytes that an order may have.
const BODY_LIMIT: usize = 64 * 1024;
/// How long an order may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Seconds that `?wait=` may ask for.
const LONGEST_WAIT: u64 = 60;
/// What API Gateway leaves of that: it gives up after 29 seconds.
const LONGEST_WAIT_IN_LAMBDA: Duration = Duration::from_secs(25);
/// How often a job that somebody waits for is looked at: another process may be painting it.
const BEAT: Duration = Duration::from_millis(250);
/// Looks at a finished job until its pictures are in the archive; then the answer goes out without.
const LOOKS_FOR_ARCHIVE: u32 = 8;

/// What the API needs.
struct Api {
    app: Arc<App>,
    keys: Keys,
}

/// The routes, for the holders of `keys`.
pub fn router(app: Arc<App>, keys: Keys) -> Router {
    Router::new()
        .route(
            "/images",
            post(order_images).fallback(async |uri: Uri| Problem::wrong_method("POST").at(uri.path())),
        )
        .route("/images/{id}", get(show_image).fallback(only_get))
        .route("/images/{id}/{picture}", get(show_picture).fallback(only_get))
        .route("/openapi.json", get(async || Json(document::document())).fallback(only_get))
        .with_state(Arc::new(Api { app, keys }))
}

async fn only_get(uri: Uri) -> Response {
    Problem::wrong_method("GET, HEAD").at(uri.path())
}

/// Order pictures
#[utoipa::path(
    post, path = "/images", security(("key" = [])), request_body = Order,
    params(
        ("wait" = Option<u32>, Query, description = "Seconds to wait for the end, 1 to 60; behind API Gateway no more than 25 are waited", minimum = 1, maximum = 60),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own name for this order, 1 to 200 visible ASCII characters: the same order under the same name is taken once", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 200, description = "It came to its end within `wait`", body = Image),
        (status = 202, description = "It is taken, and under way", body = Accepted, headers(("Location" = String, description = "Where to look for it"))),
        (status = 400, description = "Not JSON, not an order, or a wrong parameter or header", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 405, description = "Another method than POST", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The order under this Idempotency-Key was taken back", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "More than 64 KiB", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "Another content type than application/json", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Refused, for the reason in `why`; or another order has this Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many orders in a minute", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
        (status = 503, description = "The order could not be written down, or Easel is stopping", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
async fn order_images(Door(api): Door<Arc<Api>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    ordered(&api, request).await.unwrap_or_else(|problem| problem.at(&path))
}

async fn ordered(api: &Api, request: Request) -> Result<Response, Problem> {
    let now = api.app.now();
    let key = api.keys.shown(request.headers(), now)?;
    let wait = wait(request.uri())?;
    is_json(request.headers())?;
    let name = idempotency_key(request.headers())?;
    let body = body(request.into_body()).await?;
    let hash = || sha256_hex(&body);
    let repeat = name.map(|id| Repeat { id, body: hash() });
    let (id, mut state) = order::place(&api.app, &key, order::read(&body)?, repeat, now).await?;
    if let Some(wait) = wait
        && let Some(claim) = ended(&api.app, id, wait).await?
    {
        state = claim.state;
        if let Some(origin) = claim.job.origin.by_key(&key.name) {
            return Ok(Json(image::image(&api.app, &claim, origin).await).into_response());
        }
    }
    let headers = [(LOCATION, image::location(id))];
    Ok((StatusCode::ACCEPTED, headers, Json(Accepted::new(id, state))).into_response())
}

/// Look at an order
#[utoipa::path(
    get, path = "/images/{id}", security(("key" = [])), params(("id" = String, Path, description = "The job's id")),
    responses(
        (status = 200, description = "The order and its pictures", body = Image),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 404, description = "This key has ordered nothing of that name", body = ProblemBody, content_type = "application/problem+json"),
        (status = 405, description = "Another method than GET", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The store does not answer", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
async fn show_image(Door(api): Door<Arc<Api>>, uri: Uri, headers: HeaderMap) -> Response {
    let shown = async {
        let (claim, origin) = asked_for(&api, &uri, &headers).await?;
        Ok(Json(image::image(&api.app, &claim, &origin).await).into_response())
    };
    shown.await.unwrap_or_else(|problem: Problem| problem.at(uri.path()))
}

/// A picture's bytes, as the model sent them
#[utoipa::path(
    get, path = "/images/{id}/{n}.png", security(("key" = [])),
    params(("id" = String, Path, description = "The job's id"), ("n" = u32, Path, description = "The picture's number, from 0")),
    responses(
        (status = 200, description = "The picture", body = Vec<u8>, content_type = "image/png"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 404, description = "There is no such picture, or not yet", body = ProblemBody, content_type = "application/problem+json"),
        (status = 405, description = "Another method than GET", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Store or archive do not answer", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
async fn show_picture(Door(api): Door<Arc<Api>>, uri: Uri, headers: HeaderMap) -> Response {
    picture(&api, &uri, &headers).await.unwrap_or_else(|problem| problem.at(uri.path()))
}

async fn picture(api: &Api, uri: &Uri, headers: &HeaderMap) -> Result<Response, Problem> {
    let (claim, _) = asked_for(api, uri, headers).await?;
    let file = uri.path().rsplit('/').next().and_then(|file| file.strip_suffix(".png"));
    let picture = claim.pictures.iter().find(|picture| Some(picture.n.to_string().as_str()) == file);
    let n = picture.filter(|picture| picture.painted().is_some()).ok_or_else(Problem::not_found)?.n;
    let bytes = api.app.picture(&claim.job, n).await.map_err(|error| {
        tracing::error!(job = %claim.job.id, error = format!("{error:#}"), "a picture could not be read");
        Problem::later("The archive cannot be reached at the moment.")
    })?;
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "private, immutable")], bytes).into_response())
}

/// The job that the path names, if it is this key's.
async fn asked_for(api: &Api, uri: &Uri, headers: &HeaderMap) -> Result<(Claim, ApiOrigin), Problem> {
    let now = api.app.now();
    let key = api.keys.shown(headers, now)?;
    let id = uri.path().split('/').nth(2).and_then(|id| id.parse::<JobId>().ok());
    let claim = match id {
        Some(id) => order::find(&api.app, id, now).await?,
        None => None,
    };
    let claim = claim.ok_or_else(Problem::not_found)?;
    let origin = claim.job.origin.by_key(&key.name).cloned().ok_or_else(Problem::not_found)?;
    Ok((claim, origin))
}

/// The job once it has ended and its pictures are where their links lead; `None` when the time is over before.
async fn ended(app: &App, id: JobId, wait: Duration) -> Result<Option<Claim>, Problem> {
    let wait = if app.config.function.is_some() { wait.min(LONGEST_WAIT_IN_LAMBDA) } else { wait };
    let watch = async {
        let (mut beat, mut looks) = (tokio::time::interval(BEAT), 0);
        loop {
            beat.tick().await;
            let found = order::find(app, id, app.now()).await?;
            let Some(claim) = found.filter(|claim| claim.state.is_final()) else { continue };
            looks += 1;
            let archived = |claim: &Claim| {
                claim.pictures.iter().all(|picture| picture.painted().is_none() || picture.archived.is_some())
            };
            if archived(&claim) || looks > LOOKS_FOR_ARCHIVE {
                return Ok(Some(claim));
            }
        }
    };
    tokio::select! {
        watched = tokio::time::timeout(wait, watch) => watched.unwrap_or(Ok(None)),
        () = app.stopping.cancelled() => Ok(None),
    }
}

fn wait(uri: &Uri) -> Result<Option<Duration>, Problem> {
    let mut wait = None;
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        let seconds = value.parse().ok().filter(|seconds| (1..=LONGEST_WAIT).contains(seconds));
        match (name.as_ref(), seconds) {
            ("wait", Some(seconds)) => wait = Some(Duration::from_secs(seconds)),
            ("wait", None) => {
                return Err(Problem::bad_request("`wait` must be a whole number of seconds from 1 to 60."));
            }
            _ => return Err(Problem::bad_request("The only parameter here is `wait`.")),
        }
    }
    Ok(wait)
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
