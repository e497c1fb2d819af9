//! The images API: orders and pictures for the holders of keys, and the document that describes it all.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{Json, Response};
use axum::routing::get;
use tokio::sync::Semaphore;

mod awaited;
mod document;
mod edits;
mod extract;
mod image;
mod images;
mod keys;
mod models;
mod openai;
mod order;
mod problem;
mod start_image;

pub use keys::{Keys, is_name};

use crate::app::App;
use problem::Problem;

/// Bodies with a picture in them that are in memory at a time.
const LARGE_BODIES: usize = 4;

struct Api {
    app: Arc<App>,
    keys: Keys,
    large_bodies: Arc<Semaphore>,
}

type Answer = Result<Response, Problem>;

/// The routes, for the holders of `keys`. Another site's pages may not use them: there is no CORS.
pub fn router(app: Arc<App>, keys: Keys) -> Router {
    let large_bodies = Arc::new(Semaphore::new(LARGE_BODIES));
    Router::new()
        .merge(images::router())
        .merge(edits::router())
        .route("/models", get(models::list).fallback(only_get))
        .route("/openapi.json", get(async || Json(document::document())).fallback(only_get))
        .nest("/v1", openai::router())
        .fallback(no_such_path)
        .layer(middleware::from_fn(with_the_path))
        .with_state(Arc::new(Api { app, keys, large_bodies }))
}

async fn only_get() -> Problem {
    Problem::wrong_method("GET, HEAD")
}

async fn no_such_path(request: Request) -> Problem {
    Problem::no_such_path(request.uri().path())
}

async fn with_the_path(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem.at(&path),
        None => response,
    }
}
