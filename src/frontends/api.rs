//! The images API: `POST /images`, `GET /images/{id}`, and the document that describes them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};

mod document;
mod extract;
mod image;
mod keys;
mod order;
mod problem;

pub use keys::{Keys, is_name};

use crate::app::App;
use crate::domain::job::{Claim, JobId};
use extract::{Holder, Sent, Wait};
use image::{Accepted, Image};
use keys::Key;
use order::Order;
use problem::{Problem, ProblemBody};

/// What API Gateway leaves of `?wait=`: it gives up after 29 seconds.
const LONGEST_WAIT_IN_LAMBDA: Duration = Duration::from_secs(25);
/// How often an awaited job is read: another process may be running it.
const BEAT: Duration = Duration::from_millis(250);
/// Looks at a finished job until its pictures are in the archive; then the response goes out without links.
const ARCHIVE_CHECKS: u32 = 8;

struct Api {
    app: Arc<App>,
    keys: Keys,
}

type Answer = Result<Response, Problem>;

/// The routes, for the holders of `keys`.
pub fn router(app: Arc<App>, keys: Keys) -> Router {
    Router::new()
        .route("/images", post(order_images).fallback(async || Problem::wrong_method("POST")))
        .route("/images/{id}", get(show_image).fallback(only_get))
        .route("/images/{id}/{picture}", get(show_picture).fallback(only_get))
        .route("/openapi.json", get(async || Json(document::document())).fallback(only_get))
        .layer(middleware::from_fn(with_the_path))
        .with_state(Arc::new(Api { app, keys }))
}

async fn only_get() -> Problem {
    Problem::wrong_method("GET, HEAD")
}

async fn with_the_path(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem.at(&path),
        None => response,
    }
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
async fn order_images(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    Wait(wait): Wait,
    Sent { ask, repeat }: Sent,
) -> Answer {
    let (id, mut state) = order::place(&api.app, &key, ask, repeat, api.app.now()).await?;
    if let Some(wait) = wait
        && let Some(claim) = ended(&api.app, id, wait).await?
    {
        state = claim.state;
        if claim.job.origin.by_key(&key.name).is_some() {
            return Ok(Json(image::image(&api.app, &claim).await).into_response());
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
async fn show_image(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    id: Result<Path<JobId>, PathRejection>,
) -> Answer {
    let Path(id) = id?;
    let claim = asked_for(&api.app, &key, id).await?;
    Ok(Json(image::image(&api.app, &claim).await).into_response())
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
async fn show_picture(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    path: Result<Path<(JobId, String)>, PathRejection>,
) -> Answer {
    let Path((id, file)) = path?;
    let claim = asked_for(&api.app, &key, id).await?;
    let named = |n| image::file_name(&claim, n) == file;
    let picture = claim.pictures.iter().find(|picture| picture.generated().is_some() && named(picture.n));
    let n = picture.ok_or_else(Problem::not_found)?.n;
    let bytes = api.app.picture(&claim, n).await.map_err(|error| {
        tracing::error!(job = %id, error = format!("{error:#}"), "a picture could not be read");
        Problem::later("The archive cannot be reached at the moment.")
    })?;
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    let content_type = claim.format(n).content_type();
    Ok(([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "private, immutable")], bytes).into_response())
}

/// The job of this id, if it is this key's.
async fn asked_for(app: &App, key: &Key, id: JobId) -> Result<Claim, Problem> {
    let found = order::find(app, id, app.now()).await?;
    found.filter(|claim| claim.job.origin.by_key(&key.name).is_some()).ok_or_else(Problem::not_found)
}

/// The job once it has ended and its pictures are where their links lead; `None` when the time is over before.
async fn ended(app: &App, id: JobId, wait: Duration) -> Result<Option<Claim>, Problem> {
    let wait = if app.config.function.is_some() { wait.min(LONGEST_WAIT_IN_LAMBDA) } else { wait };
    let watch = async {
        let (mut beat, mut checks) = (tokio::time::interval(BEAT), 0);
        loop {
            beat.tick().await;
            let found = order::find(app, id, app.now()).await?;
            let Some(claim) = found.filter(|claim| claim.state.is_final()) else { continue };
            checks += 1;
            let archived = |claim: &Claim| {
                claim
                    .pictures
                    .iter()
                    .all(|picture| picture.generated().is_none() || picture.archived.is_some())
            };
            if archived(&claim) || checks > ARCHIVE_CHECKS {
                return Ok(Some(claim));
            }
        }
    };
    tokio::select! {
        watched = tokio::time::timeout(wait, watch) => watched.unwrap_or(Ok(None)),
        () = app.stopping.cancelled() => Ok(None),
    }
}
