//! The page's files, which are part of the program.

use axum::body::Body;
use axum::http::{Response, StatusCode, Uri, header};

struct File {
    path: &'static str,
    kind: &'static str,
    content: &'static str,
}

macro_rules! file {
    ($path:literal, $name:literal, $kind:literal) => {
        File { path: $path, kind: $kind, content: include_str!(concat!("page/", $name)) }
    };
}

const FILES: &[File] = &[file!("/", "index.html", "text/html; charset=utf-8")];

pub(super) async fn serve(uri: Uri) -> Response<Body> {
    let Some(file) = FILES.iter().find(|file| file.path == uri.path()) else {
        let mut missing = Response::new(Body::from("There is no such page."));
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let mut response = Response::new(Body::from(file.content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(file.kind));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

/// Whether a path needs no token.
pub(super) fn is_public(path: &str) -> bool {
    FILES.iter().any(|file| file.path == path)
}
