//! Faults and held requests: what a test arranges for the next requests of a route.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::sync::watch;

use super::limits::set;
use super::line::Line;
use super::refusal::{Refusal, json_response};
use super::rest::Call;
use super::target::Route;
use super::toll;
use super::world::World;

/// What goes wrong with a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, and `{"message", "code": 0}`; nothing is applied.
    Status(u16),
    /// This status with one of Discord's error codes; nothing is applied.
    Code {
        /// HTTP status.
        status: u16,
        /// Discord's `code`.
        code: u32,
    },
    /// 429 with `Retry-After`; nothing is applied.
    RateLimited {
        /// Seconds to wait.
        retry_after: f64,
        /// `user`, `global` or `shared`.
        scope: &'static str,
    },
    /// This status with Cloudflare's HTML in place of JSON; nothing is applied.
    CloudflareHtml(u16),
    /// The connection is cut; nothing is applied.
    Drop,
    /// The request is applied, then the connection is cut.
    DropAfterApply,
    /// The request is applied, the answer comes so much later.
    Slow(Duration),
    /// 200 with these bytes (for [`Route::Cdn`]).
    Body(Bytes),
    /// 200 with a body that announces so many bytes and sends only a few.
    Declared(u64),
    /// 200 with a body that never ends.
    Endless,
    /// 200 with a body of which nothing ever comes.
    Stalled,
}

impl Fault {
    /// The answer in place of which nothing is applied, if it is such a fault.
    pub(super) fn answer(&self, world: &World, call: &Call, line: &Line) -> Option<Response<Body>> {
        let plain = |body: Body| Some(Response::new(body));
        match self {
            Self::Status(status) => {
                let reason = StatusCode::from_u16(*status).ok().and_then(|code| code.canonical_reason());
                let message = format!("{status}: {}", reason.unwrap_or("Fault"));
                Some(json_response(*status, &json!({ "message": message, "code": 0 })))
            }
            Self::Code { status, code } => {
                Some(Refusal::new(*status, *code, "Arranged by the test").response())
            }
            Self::RateLimited { retry_after, scope } => {
                let wait = Duration::try_from_secs_f64(*retry_after).unwrap_or_default();
                Some(toll::arranged(world, call, wait, scope).response())
            }
            Self::CloudflareHtml(status) => Some(cloudflare(*status)),
            Self::Drop => {
                line.cut();
                plain(Body::empty())
            }
            Self::Body(bytes) => plain(Body::from(bytes.clone())),
            Self::Declared(size) => {
                let start = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"\x89PNG"))]);
                let mut response = Response::new(Body::from_stream(start.chain(stream::pending())));
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(*size));
                Some(response)
            }
            Self::Endless => {
                let chunk = Bytes::from_static(&[0; 64 * 1024]);
                plain(Body::from_stream(stream::repeat(chunk).map(Ok::<_, std::io::Error>)))
            }
            Self::Stalled => plain(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>())),
            Self::DropAfterApply | Self::Slow(_) => None,
        }
    }
}

fn cloudflare(status: u16) -> Response<Body> {
    let page = format!(
        "<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare to restrict access</title>\
         </head><body><h1>Error {status}</h1><p>You are being rate limited</p></body></html>"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    let headers = response.headers_mut();
    set(headers, "content-type", "text/html; charset=UTF-8".to_owned());
    set(headers, "server", "cloudflare".to_owned());
    response
}

/// Where a held request stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Received whole, not applied.
    Before,
    /// Applied, not answered.
    After,
}

/// A request that is held back, or that will be once it comes. Dropping it releases the request.
#[derive(Debug)]
pub struct Held {
    gate: Arc<Gate>,
}

impl Held {
    /// Waits until the request is there and stands still.
    pub async fn reached(&self) {
        let mut reached = self.gate.reached.subscribe();
        // The sender lives in `self`.
        let _open = reached.wait_for(|reached| *reached).await;
    }

    /// Lets the request go on.
    pub fn release(&self) {
        self.gate.released.send_replace(true);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}

#[derive(Debug)]
pub(super) struct Gate {
    pub(super) when: When,
    reached: watch::Sender<bool>,
    released: watch::Sender<bool>,
}

impl Gate {
    pub(super) async fn stand(&self) {
        self.reached.send_replace(true);
        let mut released = self.released.subscribe();
        let _open = released.wait_for(|released| *released).await;
    }
}

/// What was arranged for one request.
#[derive(Default)]
pub(super) struct Arrangement {
    pub(super) fault: Option<Fault>,
    pub(super) gate: Option<Arc<Gate>>,
}

impl Arrangement {
    pub(super) fn is_some(&self) -> bool {
        self.fault.is_some() || self.gate.is_some()
    }
}

#[derive(Default)]
pub(super) struct Switchboard {
    faults: VecDeque<(Route, Fault, usize)>,
    gates: VecDeque<(Route, Arc<Gate>)>,
}

impl Switchboard {
    pub(super) fn fault(&mut self, route: Route, fault: Fault, times: usize) {
        if times > 0 {
            self.faults.push_back((route, fault, times));
        }
    }

    pub(super) fn hold(&mut self, route: Route, when: When) -> Held {
        let gate =
            Arc::new(Gate { when, reached: watch::Sender::new(false), released: watch::Sender::new(false) });
        self.gates.push_back((route, Arc::clone(&gate)));
        Held { gate }
    }

    pub(super) fn clear(&mut self) {
        self.faults.clear();
    }

    /// Takes what is arranged for the request that has just come.
    pub(super) fn take(&mut self, route: Route) -> Arrangement {
        let gate = self
            .gates
            .iter()
            .position(|(wanted, _)| wanted.admits(route))
            .and_then(|at| self.gates.remove(at))
            .map(|(_, gate)| gate);
        let mut fault = None;
        if let Some(at) = self.faults.iter().position(|(wanted, ..)| wanted.admits(route))
            && let Some((_, arranged, times)) = self.faults.get_mut(at)
        {
            fault = Some(arranged.clone());
            *times -= 1;
            if *times == 0 {
                self.faults.remove(at);
            }
        }
        Arrangement { fault, gate }
    }
}
