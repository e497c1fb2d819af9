//! The CDN: files at signed addresses.

use std::collections::HashMap;
use std::io::Cursor;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::message::Attachment;
use super::request::ApiRequest;
use super::response::set_header;
use super::snowflake::unix_time;
use super::state::{File, ServerState};
use crate::sync::lock;

/// Signed addresses are good for a day.
const LIFE_SECONDS: u64 = 24 * 60 * 60;

/// Stores a file below a folder, which ends in the channel or the application.
pub(super) fn put(
    state: &ServerState,
    folder: &str,
    filename: &str,
    content_type: Option<&str>,
    bytes: &Bytes,
    keep: bool,
) -> Attachment {
    let id = state.next_id();
    let path = format!("/{folder}/{id}/{filename}");
    let content_type = content_type.unwrap_or_else(|| guess(filename)).to_owned();
    let size = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok();
    let size = size.and_then(|reader| reader.into_dimensions().ok());
    if keep {
        let file = File { content_type: content_type.clone(), bytes: bytes.clone() };
        lock(&state.files).insert(path.clone(), file);
    }
    Attachment {
        id,
        filename: filename.to_owned(),
        description: None,
        content_type,
        size: bytes.len() as u64,
        bytes: if keep { bytes.clone() } else { Bytes::new() },
        sha256: None,
        url: format!("{}{path}?{}", state.base_url(), sign(&path, unix_time().as_secs() + LIFE_SECONDS)),
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
    }
}

fn guess(filename: &str) -> &'static str {
    match filename.rsplit('.').next() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        Some("txt") => "text/plain; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("htm" | "html") => "text/html; charset=utf-8",
        Some("zip") => "application/zip",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

fn sign(path: &str, expires: u64) -> String {
    let issued = expires.saturating_sub(LIFE_SECONDS);
    let digest = Sha256::digest(format!("emulated CDN {path} {expires:x}"));
    let hm: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("ex={expires:x}&is={issued:x}&hm={hm}")
}

/// The file at a signed address, given as its path and its query.
pub(super) fn find(state: &ServerState, path: &str, query: &HashMap<String, String>) -> Option<File> {
    let expires = query.get("ex").and_then(|ex| u64::from_str_radix(ex, 16).ok()).unwrap_or_default();
    let hm = query.get("hm").map(String::as_str).unwrap_or_default();
    let signed = hm.len() == 64 && sign(path, expires).ends_with(hm);
    let file = lock(&state.files).get(path).cloned();
    file.filter(|_| signed && expires > unix_time().as_secs())
}

/// `GET` of a signed address.
pub(super) fn serve(state: &ServerState, request: &ApiRequest) -> Response<Body> {
    let Some(file) = find(state, &request.path, &request.query) else {
        let mut response = Response::new(Body::from("This content is no longer available."));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let mut response = Response::new(Body::from(file.bytes));
    set_header(response.headers_mut(), "content-type", file.content_type);
    response
}
