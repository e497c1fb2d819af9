//! The images API in the shape that OpenAI's has, for clients that speak it: the same keys, limits and ledger.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

mod edit;
mod failure;
mod generated;
mod generation;

use super::awaited::awaited;
use super::extract::{Holder, Sent};
use super::keys::Key;
use super::order::Asked;
use super::problem::Problem;
use super::{Api, no_such_path, only_get, order};
use crate::app::App;
use crate::backends::archive::Archive;
use crate::domain::catalogue::{Family, Model};
use crate::domain::job::Repeat;
use crate::domain::request::IMAGE_BYTES_LIMIT;
use edit::EditForm;
use failure::{ErrorBody, Failure};
use generated::{Generated, generated, still_under_way};
use generation::{Generation, ResponseFormat};

/// Clients of this shape can only wait. Most of them wait for ten minutes, and what stands before Easel for less.
const WAIT: Duration = Duration::from_secs(120);

/// How long a form with pictures may take to arrive.
const UPLOAD_TIME: Duration = Duration::from_secs(120);
/// Bytes of such a form.
const FORM_LIMIT: usize = 2 * IMAGE_BYTES_LIMIT as usize + 1024 * 1024;

type Answer = Result<Response, Failure>;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new()
        .route("/images/generations", post(generate).fallback(async || Problem::wrong_method("POST")))
        .route("/images/edits", post(edit).fallback(async || Problem::wrong_method("POST")))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .route("/models", get(list_models).fallback(only_get))
        .route("/models/{*id}", get(show_model).fallback(only_get))
        .fallback(no_such_path)
        .layer(middleware::from_fn(in_this_shape))
}

/// What the other parts of the API have to say of a request, in this shape.
async fn in_this_shape(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => Failure::from(problem).into_response(),
        None => response,
    }
}

/// Order pictures and wait for them, as with OpenAI's API
#[utoipa::path(
    post, path = "/v1/images/generations", tag = "openai", security(("key" = [])), request_body = Generation,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own name for this order: the same order under the same name is taken once", min_length = 1, max_length = 200)),
    responses(
        (status = 200, description = "The pictures", body = Generated, headers(("Location" = String, description = "Where the order is, with seeds and price"))),
        (status = 400, description = "Not an order, or one that is refused", body = ErrorBody),
        (status = 401, description = "No key, or one that is not known", body = ErrorBody),
        (status = 404, description = "No model of that name", body = ErrorBody),
        (status = 429, description = "Too many orders in a minute, or the month's budget is used", body = ErrorBody),
        (status = 500, description = "The model did not finish the picture", body = ErrorBody),
        (status = 503, description = "The order could not be written down, or Easel is stopping", body = ErrorBody),
        (status = 504, description = "It is not over within two minutes and goes on: `Location` says where it is", body = ErrorBody, headers(("Location" = String, description = "Where to look for it"))),
    )
)]
pub(super) async fn generate(State(api): State<Arc<Api>>, Holder(key): Holder, sent: Sent) -> Answer {
    let (app, repeat) = (&api.app, sent.repeat.clone());
    let (body, place) = sent.read(|body| order::check_size(body).and_then(|()| order::parsed(body))).await?;
    let (asked, format) = generation::read(body)?;
    ordered(app, &key, asked, place, repeat, format).await
}

/// Edit a picture and wait for the result, as with OpenAI's API
#[utoipa::path(
    post, path = "/v1/images/edits", tag = "openai", security(("key" = [])),
    request_body(content = EditForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The picture", body = Generated, headers(("Location" = String, description = "Where the order is, with seed and price"))),
        (status = 400, description = "Not an order, or one that is refused", body = ErrorBody),
        (status = 401, description = "No key, or one that is not known", body = ErrorBody),
        (status = 404, description = "No model of that name", body = ErrorBody),
        (status = 413, description = "Pictures that are too large", body = ErrorBody),
        (status = 429, description = "Too many orders in a minute, or the month's budget is used", body = ErrorBody),
        (status = 500, description = "The service did not finish the picture", body = ErrorBody),
        (status = 503, description = "The order could not be written down, or Easel is stopping", body = ErrorBody),
        (status = 504, description = "It is not over within two minutes and goes on: `Location` says where it is", body = ErrorBody, headers(("Location" = String, description = "Where to look for it"))),
    )
)]
pub(super) async fn edit(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    form: Result<Multipart, MultipartRejection>,
) -> Answer {
    let app = &api.app;
    let form = form.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    // A few pictures fit into memory.
    let place = api.large_bodies.clone().acquire_owned().await.ok();
    let read = tokio::time::timeout(UPLOAD_TIME, edit::read(form, key.name.clone(), app.now())).await;
    let late = || Problem::new(StatusCode::REQUEST_TIMEOUT, "The form did not arrive in time.");
    let (asked, format) = read.map_err(|_| late())??;
    ordered(app, &key, asked, place, None, format).await
}

/// Orders, lets go of what the body held, and waits for the pictures.
async fn ordered(
    app: &Arc<App>,
    key: &Key,
    asked: Asked,
    place: Option<OwnedSemaphorePermit>,
    repeat: Option<Repeat>,
    format: ResponseFormat,
) -> Answer {
    let now = app.now();
    if format == ResponseFormat::Url && matches!(app.archive, Archive::Folder(_)) {
        let detail = "Pictures lie in a folder here, to which there are no links that work without the key: ask for `b64_json`.";
        return Err(Failure::of("response_format", detail));
    }
    let prompt = asked.ask.prompt.clone();
    let id = order::place(app, key, asked, repeat, now).await?.id();
    drop(place);
    let archive_checks = if format == ResponseFormat::Url { u32::MAX } else { 0 };
    match awaited(app, id, WAIT, archive_checks).await {
        Ok(seen) => generated(app, &seen, format, &prompt).await,
        // It was taken, whether or not the store can say how it stands.
        Err(_) => Err(still_under_way(id, None)),
    }
}

/// A model, as OpenAI's API tells of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModel)]
pub(super) struct ModelObject {
    /// What `model` of an order takes.
    id: String,
    /// Always `model`.
    object: &'static str,
    /// Always 0: nobody knows when it was made.
    created: u32,
    /// Who serves it.
    owned_by: &'static str,
}

/// The models that may be ordered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModels)]
pub(super) struct ModelList {
    /// Always `list`.
    object: &'static str,
    /// The models. `GET /models` tells their prices.
    data: Vec<ModelObject>,
}

impl ModelObject {
    fn of(model: &Model) -> ModelObject {
        let owned_by = if model.family == Family::Sketch { "easel" } else { "amazon-bedrock" };
        ModelObject { id: model.name.clone(), object: "model", created: 0, owned_by }
    }
}

/// List the models, as with OpenAI's API
#[utoipa::path(
    get, path = "/v1/models", tag = "openai", security(("key" = [])),
    responses(
        (status = 200, description = "The models that may be ordered", body = ModelList),
        (status = 401, description = "No key, or one that is not known", body = ErrorBody),
    )
)]
pub(super) async fn list_models(State(api): State<Arc<Api>>, Holder(_): Holder) -> Answer {
    let models = api.app.catalogue.image_models(api.app.now().date());
    let data = models.map(ModelObject::of).collect();
    Ok(Json(ModelList { object: "list", data }).into_response())
}

/// Look at a model, as with OpenAI's API
#[utoipa::path(
    get, path = "/v1/models/{id}", tag = "openai", security(("key" = [])),
    params(("id" = String, Path, description = "The model's name or id")),
    responses(
        (status = 200, description = "It may be ordered", body = ModelObject),
        (status = 401, description = "No key, or one that is not known", body = ErrorBody),
        (status = 404, description = "No model of that name may be ordered", body = ErrorBody),
    )
)]
pub(super) async fn show_model(
    State(api): State<Arc<Api>>,
    Holder(_): Holder,
    Path(id): Path<String>,
) -> Answer {
    let now = api.app.now();
    let model = api.app.catalogue.image_model(Some(&id), now.date());
    let model = model.map_err(|refusal| Problem::refused(&refusal, now))?;
    Ok(Json(ModelObject::of(model)).into_response())
}
