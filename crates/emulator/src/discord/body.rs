//! Request bodies: received in one buffer, cut into parts without copying them again.

use std::collections::BTreeMap;
use std::io::BufRead;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::api_error::ApiError;

/// Discord documents 25 MiB for a whole request; parts and headers come on top.
pub(super) const REQUEST_LIMIT: usize = 25 * 1024 * 1024;

pub(super) struct Received {
    pub(super) bytes: Bytes,
    pub(super) at: Instant,
    pub(super) complete: bool,
}

/// Reads a body up to the request limit.
pub(super) async fn receive(body: Body, headers: &HeaderMap) -> Received {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0).min(REQUEST_LIMIT));
    let mut complete = true;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        match chunk {
            // The rest is read and dropped: a client that is still writing would miss the response.
            Ok(chunk) if bytes.len() + chunk.len() <= REQUEST_LIMIT => bytes.extend_from_slice(&chunk),
            Ok(_) => complete = false,
            Err(_) => {
                complete = false;
                break;
            }
        }
    }
    Received { bytes: bytes.freeze(), at: Instant::now(), complete }
}

/// A file that came as a part named `files[n]`.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) filename: String,
    pub(super) content_type: Option<String>,
    pub(super) bytes: Bytes,
}

/// A message body: its JSON and its files by `n`.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pub(super) payload: Map<String, Value>,
    pub(super) files: BTreeMap<u64, Part>,
}

impl Upload {
    /// Reads JSON or `multipart/form-data`.
    pub(super) fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, ApiError> {
        let kind =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            return Self::from_parts(kind, bytes);
        }
        if !bytes.is_empty() && !kind.starts_with("application/json") {
            return Err(ApiError::form(
                "_",
                "CONTENT_TYPE_INVALID",
                "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}",
            ));
        }
        Ok(Self { payload: object(bytes)?, files: BTreeMap::new() })
    }

    fn from_parts(kind: &str, bytes: &Bytes) -> Result<Self, ApiError> {
        let broken = || ApiError::new(400, 50035, "Invalid Form Body: the multipart body is broken");
        let parts = boundary(kind).and_then(|boundary| split(bytes, &boundary)).ok_or_else(broken)?;
        let mut upload = Self::default();
        for (name, part) in parts {
            if name == "payload_json" {
                upload.payload = object(&part.bytes)?;
                continue;
            }
            let number = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']'));
            let Some(number) = number.and_then(|digits| digits.parse().ok()) else {
                let message = "A part must be named payload_json or files[n].";
                return Err(ApiError::form(&name, "PART_NAME_INVALID", message));
            };
            if upload.files.insert(number, part).is_some() {
                return Err(ApiError::form(&name, "PART_REPEATED", "This part was sent twice."));
            }
        }
        Ok(upload)
    }
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(ApiError::new(400, 50109, "The request body contains invalid JSON.")),
    }
}

fn boundary(kind: &str) -> Option<String> {
    let (_, rest) = kind.split_once("boundary=")?;
    let value = rest.split(';').next()?.trim().trim_matches('"');
    (!value.is_empty()).then(|| value.to_owned())
}

fn split(body: &Bytes, boundary: &str) -> Option<Vec<(String, Part)>> {
    let opening = format!("--{boundary}");
    let closing = format!("\r\n--{boundary}");
    let mut parts = Vec::new();
    let mut at = find(body, 0, opening.as_bytes())? + opening.len();
    while !body.get(at..)?.starts_with(b"--") {
        let head = find(body, at, b"\r\n")? + 2;
        let content = find(body, head, b"\r\n\r\n")? + 4;
        let end = find(body, content, closing.as_bytes())?;
        let headers = std::str::from_utf8(body.get(head..content)?).ok()?;
        let (name, filename, content_type) = part_headers(headers)?;
        let part = Part { filename, content_type, bytes: body.slice(content..end) };
        parts.push((name, part));
        at = end + closing.len();
    }
    Some(parts)
}

/// `skip_until` searches with the standard library's own optimised code, which a loop over the bytes in a debug
/// build is far from; pictures are megabytes.
fn find(haystack: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = from;
    loop {
        let mut rest = haystack.get(at..)?;
        let skipped = rest.skip_until(first).ok()?;
        let candidate = (at + skipped).checked_sub(1)?;
        if skipped == 0 || haystack.get(candidate) != Some(&first) {
            return None;
        }
        if haystack.get(candidate..)?.starts_with(needle) {
            return Some(candidate);
        }
        at = candidate + 1;
    }
}

fn part_headers(headers: &str) -> Option<(String, String, Option<String>)> {
    let (mut name, mut filename, mut content_type) = (None, None, None);
    for line in headers.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        match key.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => {
                name = parameter(value, "name=");
                filename = encoded(value).or_else(|| parameter(value, "filename="));
            }
            "content-type" => content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    Some((name?, filename.unwrap_or_default(), content_type))
}

fn parameter(value: &str, key: &str) -> Option<String> {
    let quoted = value.split("; ").find_map(|piece| piece.trim().strip_prefix(key))?;
    Some(quoted.trim_matches('"').replace("\\\"", "\"").replace("%22", "\""))
}

/// `filename*=utf-8''…`, which is how a client sends a name beyond ASCII.
fn encoded(value: &str) -> Option<String> {
    let text = value.split("; ").find_map(|piece| piece.trim().strip_prefix("filename*="))?;
    let text = text.strip_prefix("utf-8''").or_else(|| text.strip_prefix("UTF-8''"))?;
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}
