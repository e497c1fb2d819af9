//! Responses in pieces, which can pause or break off anywhere.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

use super::call_log::CallLog;
use crate::socket::SocketHandle;

/// The largest body of an answer, in bytes.
pub(super) const MAX_ANSWER: usize = 16_777_216;

/// One step of sending a body.
#[derive(Clone)]
pub(super) enum Piece {
    Data(Bytes),
    Pause(Duration),
    /// Closes the connection with the rest unsent.
    Cut,
}

pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    /// The name of the error, for `x-amzn-errortype`.
    pub(super) error: Option<&'static str>,
    pub(super) retry_after: Option<u32>,
    pub(super) pieces: Vec<Piece>,
}

impl Reply {
    /// Status 200 with a JSON body.
    pub(super) fn json(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        let pieces = pieces.into_iter().map(Piece::Data).collect();
        Self { status: 200, content_type: "application/json", error: None, retry_after: None, pieces }
    }

    /// The length of the body in bytes.
    pub(super) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| if let Piece::Data(data) = piece { data.len() } else { 0 }).sum()
    }

    /// Does `piece` once half of the body is sent.
    pub(super) fn interrupt(&mut self, piece: Piece) {
        let mut left = self.len() / 2;
        let mut pieces = Vec::with_capacity(self.pieces.len() + 2);
        let mut interruption = Some(piece);
        for piece in self.pieces.drain(..) {
            match piece {
                Piece::Data(data) if interruption.is_some() && data.len() >= left => {
                    pieces.push(Piece::Data(data.slice(..left)));
                    pieces.extend(interruption.take());
                    pieces.push(Piece::Data(data.slice(left..)));
                }
                Piece::Data(data) => {
                    left = left.saturating_sub(data.len());
                    pieces.push(Piece::Data(data));
                }
                other => pieces.push(other),
            }
        }
        self.pieces = pieces;
    }

    /// The response. `sent` notes the time of the last byte; `since` is when the request arrived.
    pub(super) fn respond(self, request_id: &str, since: Instant, sent: Option<Sent>) -> Response {
        let length = self.len();
        let ending = Ending { pieces: self.pieces.into(), sent };
        let mut response = Body::from_stream(stream::unfold(ending, next)).into_response();
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(error) = self.error {
            let kind = format!("{error}:http://internal.amazon.com/coral/com.amazon.bedrock/");
            if let Ok(kind) = HeaderValue::from_str(&kind) {
                headers.insert("x-amzn-errortype", kind);
            }
        } else {
            let milliseconds = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            headers.insert("x-amzn-bedrock-invocation-latency", HeaderValue::from(milliseconds));
        }
        response
    }
}

/// Where the time of the last byte is noted.
pub(super) struct Sent {
    pub(super) socket: SocketHandle,
    pub(super) log: Arc<CallLog>,
    pub(super) call: usize,
}

/// A body that is being sent. The HTTP layer drops it after its last byte without asking for more.
struct Ending {
    pieces: VecDeque<Piece>,
    sent: Option<Sent>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(Sent { socket, log, call }) = self.sent.take()
            && self.pieces.is_empty()
        {
            socket.on_flush(move || log.answered(call, Instant::now()));
        }
    }
}

async fn next(mut ending: Ending) -> Option<(io::Result<Bytes>, Ending)> {
    loop {
        match ending.pieces.pop_front()? {
            Piece::Data(data) => return Some((Ok(data), ending)),
            Piece::Pause(length) => pause(length).await,
            Piece::Cut => {
                // Waiting once makes the HTTP layer write what it has: a cut before the head would be `ModelFault::Drop`.
                tokio::task::yield_now().await;
                ending.sent = None;
                return Some((Err(io::ErrorKind::ConnectionReset.into()), ending));
            }
        }
    }
}

/// Waits as a slow service would.
#[expect(
    clippy::disallowed_methods,
    reason = "the fake plays a slow service: the wait is what it is asked for"
)]
pub(super) async fn pause(length: Duration) {
    if !length.is_zero() {
        tokio::time::sleep(length).await;
    }
}
