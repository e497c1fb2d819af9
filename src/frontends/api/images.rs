//! Orders and their pictures: `/images`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Json};
use axum::routing::get;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::awaited::awaited;
use super::extract::{Holder, Page, Sent, Wait};
use super::image::{self, Accepted, Image, ON_ITS_WAY, Seen};
use super::keys::Key;
use super::order::{self, Order, STORE_TIMEOUT, Taken};
use super::problem::{Problem, ProblemBody};
use super::{Answer, Api, only_get};
use crate::app::{App, before};
use crate::domain::job::{Claim, Erased, JobId};

/// Looks at a finished job until its pictures are in the archive; then the response goes out without presigned links.
const ARCHIVE_CHECKS: u32 = 8;

pub(super) fn router() -> Router<Arc<Api>> {
    let all = get(list_images).post(order_images);
    Router::new()
        .route("/images", all.fallback(async || Problem::wrong_method("GET, HEAD, POST")))
        .route("/images/{id}", get(show_image).delete(delete_image).fallback(show_or_delete))
        .route("/images/{id}/{picture}", get(show_picture).fallback(only_get))
}

/// Order pictures
#[utoipa::path(
    post, path = "/images", tag = "images", security(("key" = [])), request_body = Order,
    params(
        ("wait" = Option<u32>, Query, description = "Seconds to wait for the end, 1 to 60; behind API Gateway no more than 25 are waited", minimum = 1, maximum = 60),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own name for this order, 1 to 200 visible ASCII characters: the same order under the same name is taken once", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 200, description = "It came to its end within `wait`", body = Image),
        (status = 202, description = "It is taken, and under way", body = Accepted, headers(("Location" = String, description = "Where to look for it"))),
        (status = 400, description = "Not JSON, not an order, or a wrong parameter or header", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 405, description = "Another method than GET and POST", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The order under this Idempotency-Key was taken back", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "More than 64 KiB without a picture, or a picture of more than 16 MiB", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "Another content type than application/json", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Refused, for the reason in `why`; or another order has this Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many orders in a minute", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
        (status = 503, description = "The order could not be written down, or Easel is stopping", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
pub(super) async fn order_images(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    Wait(wait): Wait,
    sent: Sent,
) -> Answer {
    let (app, now, holder, repeat) = (&api.app, api.app.now(), key.clone(), sent.repeat.clone());
    let (asked, place) = sent.read(move |body| order::read(body, &holder.name, now)).await?;
    taken(app, order::place(app, &key, asked, repeat, now).await?, place, wait).await
}

/// The answer to an order that was taken; what its body held is let go of before the wait.
pub(super) async fn taken(
    app: &App,
    taken: Taken,
    place: Option<OwnedSemaphorePermit>,
    wait: Option<Duration>,
) -> Answer {
    drop(place);
    let id = taken.id();
    let accepted = match (wait, taken) {
        (Some(wait), _) => match awaited(app, id, wait, ARCHIVE_CHECKS).await {
            Ok(seen) if seen.state.is_final() => {
                return Ok(Json(image::image(app, &seen).await).into_response());
            }
            Ok(seen) => Accepted::still(&seen),
            // It was taken, whether or not the store can say how it stands.
            Err(_) => Accepted::new(id),
        },
        (None, Taken::New(id)) => Accepted::new(id),
        (None, Taken::Before(claim)) => Accepted::still(&Seen::of(app, *claim).await),
    };
    let headers = [(LOCATION, image::location(id))];
    Ok((StatusCode::ACCEPTED, headers, Json(accepted)).into_response())
}

/// What a key has ordered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Images {
    /// The latest first.
    images: Vec<Image>,
    /// Where the next page is, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List what this key has ordered
#[utoipa::path(
    get, path = "/images", tag = "images", security(("key" = [])),
    params(
        ("limit" = Option<u32>, Query, description = "How many, 1 to 50; 20 if it is left out", minimum = 1, maximum = 50),
        ("cursor" = Option<String>, Query, description = "Where to go on: `next` of the page before has it"),
    ),
    responses(
        (status = 200, description = "Its orders, the latest first", body = Images),
        (status = 400, description = "A wrong parameter", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 503, description = "The store does not answer", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
pub(super) async fn list_images(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    Page { limit, before }: Page,
) -> Answer {
    let app = &api.app;
    let mut claims = order::of_key(app, &key, before, limit + 1, app.now()).await?;
    let more = claims.len() > limit;
    claims.truncate(limit);
    let last = claims.last().map(|claim| claim.job.id).filter(|_| more);
    let next = last.map(|last| format!("/images?limit={limit}&cursor={last}"));
    let mut images = Vec::new();
    for claim in claims {
        images.push(image::image(app, &Seen::of(app, claim).await).await);
    }
    Ok(Json(Images { images, next }).into_response())
}

/// Look at an order
#[utoipa::path(
    get, path = "/images/{id}", tag = "images", security(("key" = [])),
    params(
        ("id" = String, Path, description = "The job's id"),
        ("wait" = Option<u32>, Query, description = "Seconds to wait for the end, 1 to 60; behind API Gateway no more than 25 are waited", minimum = 1, maximum = 60),
    ),
    responses(
        (status = 200, description = "The order and its pictures, as far as they are there", body = Image),
        (status = 400, description = "A wrong parameter", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 404, description = "This key has ordered nothing of that name", body = ProblemBody, content_type = "application/problem+json"),
        (status = 405, description = "Another method than GET and DELETE", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The store does not answer", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
pub(super) async fn show_image(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    id: Result<Path<JobId>, PathRejection>,
    Wait(wait): Wait,
) -> Answer {
    let (app, Path(id)) = (&api.app, id?);
    let claim = asked_for(app, &key, id).await?;
    let seen = match wait {
        Some(wait) => awaited(app, id, wait, ARCHIVE_CHECKS).await?,
        None => Seen::of(app, claim).await,
    };
    Ok(Json(image::image(app, &seen).await).into_response())
}

async fn show_or_delete() -> Problem {
    Problem::wrong_method("GET, HEAD, DELETE")
}

/// Delete an order's pictures for good, with the words that made them
#[utoipa::path(
    delete, path = "/images/{id}", tag = "images", security(("key" = [])),
    params(("id" = String, Path, description = "The job's id")),
    responses(
        (status = 204, description = "Nobody can fetch them any more; their files go within a minute"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 404, description = "This key has ordered nothing of that name, or it was deleted", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "They are being made or archived: try again once they are there", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The store does not answer", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
pub(super) async fn delete_image(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    id: Result<Path<JobId>, PathRejection>,
) -> Answer {
    let (app, Path(id), now) = (&api.app, id?, api.app.now());
    asked_for(app, &key, id).await?;
    let erased = before(Instant::now() + STORE_TIMEOUT, app.store.erase(id, now)).await;
    match erased.map_err(|refusal| Problem::refused(&refusal, now))? {
        Some(Erased::Begun) => {
            app.enqueue(id).await;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Some(Erased::AtWork) => Err(Problem::new(
            StatusCode::CONFLICT,
            "These pictures are being made or archived. Once they are there they can be deleted.",
        )),
        Some(Erased::Before) => Err(Problem::deleted()),
        None => Err(Problem::not_found()),
    }
}

/// A picture's bytes, as the model sent them
#[utoipa::path(
    get, path = "/images/{id}/{n}.png", tag = "images", security(("key" = [])),
    params(("id" = String, Path, description = "The job's id"), ("n" = u32, Path, description = "The picture's number, from 0")),
    responses(
        (status = 200, description = "The picture", body = Vec<u8>, content_type = "image/png"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 404, description = "There is no such picture, or not yet", body = ProblemBody, content_type = "application/problem+json"),
        (status = 405, description = "Another method than GET", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Store or archive do not answer", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
pub(super) async fn show_picture(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    path: Result<Path<(JobId, String)>, PathRejection>,
) -> Answer {
    let Path((id, file)) = path?;
    let claim = asked_for(&api.app, &key, id).await?;
    let named = |n| image::file_name(&claim, n) == file;
    let picture = claim.pictures.iter().find(|picture| picture.generated().is_some() && named(picture.n));
    let picture = picture.ok_or_else(Problem::not_found)?;
    let n = picture.n;
    let bytes = api.app.picture(&claim, n).await.map_err(|error| {
        tracing::error!(job = %id, error = format!("{error:#}"), "a picture could not be read");
        Problem::later("The archive cannot be reached at the moment.")
    })?;
    let missing = || match &picture.archived {
        Some(_) => Problem::new(StatusCode::NOT_FOUND, "This picture was taken out of the archive."),
        None => Problem::later(ON_ITS_WAY),
    };
    let bytes = bytes.ok_or_else(missing)?;
    let content_type = claim.format(n).content_type();
    Ok(([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "private, immutable")], bytes).into_response())
}

/// The job of this id, if it is this key's.
pub(super) async fn asked_for(app: &App, key: &Key, id: JobId) -> Result<Claim, Problem> {
    let found = order::find(app, id, app.now()).await?;
    let theirs = found.filter(|claim| claim.job.origin.by_key(&key.name).is_some());
    let claim = theirs.ok_or_else(Problem::not_found)?;
    if claim.is_erased { Err(Problem::deleted()) } else { Ok(claim) }
}
