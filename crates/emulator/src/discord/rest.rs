//! The REST door: one path for every request, from its last byte to its answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, Uri, header};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::body::{self, Upload};
use super::fault::{Fault, When};
use super::journal;
use super::line::Line;
use super::refusal::{Refusal, json_response};
use super::target::{Route, Target};
use super::world::{World, lock, unix_time};
use super::{cdn, channels, commands, interactions, toll};

/// A request that has come whole.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) route: Route,
    pub(super) path: String,
    pub(super) query: HashMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) started: Instant,
    pub(super) received: Instant,
    /// A fault or a hold was arranged for it.
    pub(super) disturbed: bool,
}

impl Call {
    pub(super) fn flag(&self, name: &str) -> bool {
        self.query.get(name).is_some_and(|value| value == "true" || value == "1")
    }

    pub(super) fn upload(&self) -> Result<Upload, Refusal> {
        Upload::parse(&self.headers, &self.body)
    }
}

/// A status and a JSON body; `Null` is none.
pub(super) type Reply = Result<(u16, Value), Refusal>;

pub(super) async fn serve(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let received = body::receive(body, &parts.headers).await;
    let target = read_target(&world, &parts.uri);
    let route = target.route(&parts.method);
    let arranged = lock(&world.switchboard).take(route);
    let query = parts.uri.query().unwrap_or_default();
    let call = Call {
        route,
        target,
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        method: parts.method,
        headers: parts.headers,
        body: received.bytes,
        started,
        received: received.at,
        disturbed: arranged.is_some(),
    };
    if call.disturbed {
        interactions::disturb(&world, &call);
    }
    let (before, after) = match arranged.gate {
        Some(gate) if gate.when == When::Before => (Some(gate), None),
        gate => (None, gate),
    };
    if let Some(gate) = before {
        stand(&world, &gate).await;
    }
    let early = arranged.fault.as_ref().and_then(|fault| fault.answer(&world, &call, &line));
    let response = match early {
        Some(response) => response,
        None if !received.complete => refuse(&world, &call, &Refusal::too_large()),
        None => apply(&world, &call),
    };
    if let Some(gate) = after {
        stand(&world, &gate).await;
    }
    let mut status = response.status().as_u16();
    match arranged.fault {
        Some(Fault::DropAfterApply) => line.cut(),
        Some(Fault::Slow(delay)) => pause(delay).await,
        _ => {}
    }
    if matches!(arranged.fault, Some(Fault::Drop | Fault::DropAfterApply)) {
        status = 0;
    }
    record(&world, &call, &parts.uri, status, &response);
    response
}

async fn stand(world: &World, gate: &super::fault::Gate) {
    tokio::select! {
        () = gate.stand() => {}
        () = world.stopping.cancelled() => {}
    }
}

#[expect(clippy::disallowed_methods, reason = "a slow server is one that waits for the clock")]
async fn pause(delay: Duration) {
    tokio::time::sleep(delay).await;
}

fn read_target(world: &World, uri: &Uri) -> Target {
    let path = uri.path();
    if path.starts_with("/attachments/") || path.starts_with("/ephemeral-attachments/") {
        return Target::Cdn;
    }
    let Some(below) = path.strip_prefix("/api/v10/") else {
        world.violation(format!("{path} is neither REST v10 nor a file"));
        return Target::Unknown;
    };
    Target::read(below)
}

fn record(world: &World, call: &Call, uri: &Uri, status: u16, response: &Response<Body>) {
    let mut path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut interaction = None;
    if let Some(token) = call.target.token() {
        path = path.replace(token, "{token}");
        interaction = world.interaction_by_token(token).map(|found| found.id);
    }
    let scope = response.headers().get("x-ratelimit-scope").map(HeaderValue::as_bytes);
    let invalid = matches!(status, 401 | 403) || (status == 429 && scope != Some(b"shared"));
    let method = call.method.to_string();
    let (at, route, bytes) = (call.received, call.route, call.body.len());
    let request = journal::Request { at, method, path, route, interaction, status, bytes };
    {
        let mut journal = lock(&world.journal);
        journal.invalid += usize::from(invalid);
        journal.requests.push(request);
    }
    world.journal_changed.ring();
}

fn apply(world: &Arc<World>, call: &Call) -> Response<Body> {
    if call.target == Target::Cdn {
        return cdn::serve(world, call);
    }
    if let Err(refusal) = admit(world, call) {
        return refuse(world, call, &refusal);
    }
    let standing = match toll::count(world, call) {
        Ok(standing) => standing,
        Err(over) => return over.response(),
    };
    let mut response = match dispatch(world, call) {
        Ok((status, body)) => json_response(status, &body),
        Err(refusal) => refuse(world, call, &refusal),
    };
    if let Some(standing) = standing {
        standing.write(response.headers_mut(), unix_time().as_secs_f64());
    }
    response
}

fn refuse(world: &World, call: &Call, refusal: &Refusal) -> Response<Body> {
    if !refusal.arranged {
        world.violation(format!("{} {:?}: {}", call.method, call.route, refusal.describe()));
    }
    refusal.response()
}

fn admit(world: &World, call: &Call) -> Result<(), Refusal> {
    let header = |name| call.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let agent = header(header::USER_AGENT).unwrap_or_default();
    if !agent.strip_prefix("DiscordBot (").is_some_and(|rest| rest.contains(", ") && rest.contains(')')) {
        let message = "internal network error: the User-Agent must be DiscordBot ($url, $version)";
        return Err(Refusal::new(403, 40333, message));
    }
    let expected = format!("Bot {}", world.options.token);
    if call.target.needs_bot() && header(header::AUTHORIZATION) != Some(expected.as_str()) {
        return Err(Refusal::new(401, 0, "401: Unauthorized"));
    }
    Ok(())
}

fn dispatch(world: &Arc<World>, call: &Call) -> Reply {
    match call.route {
        Route::Gateway | Route::Application | Route::User | Route::Guild | Route::Channel => {
            channels::describe(world, call)
        }
        Route::Commands => commands::serve(world, call),
        Route::Callback => interactions::callback(world, call),
        Route::EditOriginal | Route::GetOriginal | Route::DeleteOriginal => {
            interactions::original(world, call)
        }
        Route::Followup | Route::EditFollowup | Route::GetFollowup | Route::DeleteFollowup => {
            interactions::followup(world, call)
        }
        Route::CreateMessage
        | Route::ListMessages
        | Route::GetMessage
        | Route::EditMessage
        | Route::DeleteMessage
        | Route::CreateDm
        | Route::StartThread
        | Route::Typing => channels::serve(world, call),
        Route::Unknown | Route::Cdn | Route::Any if call.target == Target::Unknown => {
            Err(Refusal::new(404, 0, "404: Not Found"))
        }
        Route::Unknown | Route::Cdn | Route::Any => Err(Refusal::new(405, 0, "405: Method Not Allowed")),
    }
}
