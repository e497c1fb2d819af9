//! The page over HTTP, on this machine only.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Json, Redirect};
use axum::routing::{get, post};

use super::hub::Hub;
use super::page;
use super::socket;

/// Bytes of a person's file.
const FILE_LIMIT: usize = 25 * 1024 * 1024;
/// Bytes of what a page says at once.
const FRAME_LIMIT: usize = 256 * 1024;

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

type Parameters = Query<HashMap<String, String>>;

pub(super) fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route("/enter", get(enter))
        .route("/socket", get(open_socket))
        .route("/files", post(upload))
        .route("/cdn/{*path}", get(file))
        .fallback(get(page::serve))
        .layer(DefaultBodyLimit::max(FILE_LIMIT))
        .layer(from_fn_with_state(hub.clone(), guard))
        .with_state(hub)
}

/// Lets in what comes from the page alone: pages of other origins, and of names that lead here, are refused.
async fn guard(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response<Body> {
    let mut response = match check(&hub, request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(reason) => (StatusCode::FORBIDDEN, reason).into_response(),
    };
    response.headers_mut().extend(HEADERS);
    response
}

fn check(hub: &Hub, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), &'static str> {
    let port = hub.port.unwrap_or_default();
    let places = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
    let is_own = |place: &HeaderValue| places.iter().any(|own| own.as_bytes() == place.as_bytes());
    let is_own_origin = |origin: &HeaderValue| {
        places.iter().any(|own| format!("http://{own}").as_bytes() == origin.as_bytes())
    };
    let mut hosts = headers.get_all(header::HOST).iter().peekable();
    if hosts.peek().is_none() || !hosts.all(is_own) {
        return Err("This is the playground of a program on this machine.");
    }
    if !headers.get_all(header::ORIGIN).iter().all(is_own_origin) {
        return Err("Another page has no business here.");
    }
    let parameter = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value)
    };
    let is_public = matches!(*method, Method::GET | Method::HEAD) && page::is_public(uri.path());
    let enters = || {
        *method == Method::GET
            && uri.path() == "/enter"
            && parameter("key").is_some_and(|key| hub.enter(&key))
    };
    if is_public || parameter("token").is_some_and(|token| token == hub.token) || enters() {
        return Ok(());
    }
    Err("The address lacks its token: use the one that `easel demo` printed.")
}

/// Leads whoever had the key to the page.
async fn enter(State(hub): State<Arc<Hub>>) -> Response<Body> {
    Redirect::to(&format!("/?token={}", hub.token)).into_response()
}

async fn open_socket(State(hub): State<Arc<Hub>>, upgrade: WebSocketUpgrade) -> Response<Body> {
    upgrade.max_message_size(FRAME_LIMIT).on_upgrade(|socket| socket::serve(hub, socket))
}

async fn upload(
    State(hub): State<Arc<Hub>>,
    Query(parameters): Parameters,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let name = parameters.get("name").map(String::as_str).filter(|name| !name.is_empty()).unwrap_or("file");
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let file = hub.discord.upload(name, kind.unwrap_or("application/octet-stream"), body);
    let shown = file.json();
    hub.keep_file(file);
    Json(shown).into_response()
}

/// A file of the emulated CDN. Only pictures are shown in place: anything else that somebody uploaded is no part of the page.
async fn file(State(hub): State<Arc<Hub>>, uri: Uri, Query(parameters): Parameters) -> Response<Body> {
    let path = uri.path().trim_start_matches("/cdn");
    let Some((kind, bytes)) = hub.discord.file(path, &parameters) else {
        return (StatusCode::NOT_FOUND, "This content is no longer available.").into_response();
    };
    let is_picture = matches!(&*kind, "image/png" | "image/jpeg" | "image/webp" | "image/gif");
    let mut response = Response::new(Body::from(bytes));
    let shown = HeaderValue::from_str(&kind).ok().filter(|_| is_picture);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    if shown.is_none() {
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    let kind = shown.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    response
}
