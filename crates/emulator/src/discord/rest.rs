//! The REST API: every request from its last byte to its response.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Response, Uri, header};
use tokio::time::Instant;

use super::api_error::ApiError;
use super::body;
use super::cdn;
use super::channels;
use super::commands;
use super::events::Event;
use super::fault::{Fault, RequestHold, When};
use super::interactions;
use super::rate_limit;
use super::request::{ApiRequest, ApiResult};
use super::request_log::LoggedRequest;
use super::response::json_response;
use super::snowflake::unix_time;
use super::state::ServerState;
use super::target::{Route, Target};
use crate::socket::SocketHandle;
use crate::sync::lock;

pub(super) async fn serve(
    State(state): State<Arc<ServerState>>,
    ConnectInfo(socket): ConnectInfo<SocketHandle>,
    incoming: Request,
) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = incoming.into_parts();
    let received = body::receive(body, &parts.headers).await;
    let target = read_target(&state, &parts.uri);
    let route = target.route(&parts.method);
    let planned = lock(&state.fault_plan).take(route);
    let query = parts.uri.query().unwrap_or_default();
    let request = ApiRequest {
        route,
        target,
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        method: parts.method,
        headers: parts.headers,
        body: received.bytes,
        started,
        received: received.at,
        disturbed: planned.is_some(),
    };
    if request.disturbed {
        interactions::mark_disturbed(&state, &request);
    }
    let (before, after) = match planned.hold {
        Some(hold) if hold.when == When::Before => (Some(hold), None),
        hold => (None, hold),
    };
    if let Some(hold) = before {
        wait_for_release(&state, &hold).await;
    }
    let early = planned.fault.as_ref().and_then(|fault| fault.response(&state, &request, &socket));
    let response = match early {
        Some(response) => response,
        None if !received.complete => violation_response(&state, &request, &ApiError::too_large()),
        None => apply(&state, &request),
    };
    if let Some(hold) = after {
        wait_for_release(&state, &hold).await;
    }
    let mut status = response.status().as_u16();
    match planned.fault {
        Some(Fault::DropAfterApply) => socket.cut(),
        Some(Fault::Slow(delay)) => pause(delay).await,
        _ => {}
    }
    if matches!(planned.fault, Some(Fault::Drop | Fault::DropAfterApply)) {
        status = 0;
    }
    record(&state, &request, &parts.uri, status, &response);
    response
}

async fn wait_for_release(state: &ServerState, hold: &RequestHold) {
    tokio::select! {
        () = hold.wait() => {}
        () = state.stopping.cancelled() => {}
    }
}

#[expect(clippy::disallowed_methods, reason = "a slow server is one that waits for the clock")]
async fn pause(delay: Duration) {
    tokio::time::sleep(delay).await;
}

fn read_target(state: &ServerState, uri: &Uri) -> Target {
    let path = uri.path();
    if path.starts_with("/attachments/") || path.starts_with("/ephemeral-attachments/") {
        return Target::Cdn;
    }
    let Some(below) = path.strip_prefix("/api/v10/") else {
        state.violation(format!("{path} is neither REST v10 nor a file"));
        return Target::Unknown;
    };
    Target::read(below)
}

fn record(state: &ServerState, request: &ApiRequest, uri: &Uri, status: u16, response: &Response<Body>) {
    let mut path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut interaction = None;
    if let Some(token) = request.target.token() {
        path = path.replace(token, "{token}");
        interaction = state.interaction_by_token(token).map(|found| found.id);
    }
    let scope = response.headers().get("x-ratelimit-scope").map(HeaderValue::as_bytes);
    let invalid = matches!(status, 401 | 403) || (status == 429 && scope != Some(b"shared"));
    let method = request.method.to_string();
    let (at, route, bytes) = (request.received, request.route, request.body.len());
    let logged = LoggedRequest { at, method, path, route, interaction, status, bytes };
    state.watchers.tell(|| Event::Request(logged.clone()));
    {
        let mut log = lock(&state.log);
        log.invalid += usize::from(invalid);
        log.requests.push(logged);
    }
    state.log_changed.notify();
}

fn apply(state: &Arc<ServerState>, request: &ApiRequest) -> Response<Body> {
    if request.target == Target::Cdn {
        return cdn::serve(state, request);
    }
    if let Err(error) = authorize(state, request) {
        return violation_response(state, request, &error);
    }
    let bucket_state = match rate_limit::count(state, request) {
        Ok(bucket_state) => bucket_state,
        Err(over) => return over.response(),
    };
    let mut response = match dispatch(state, request) {
        Ok((status, body)) => json_response(status, &body),
        Err(error) => violation_response(state, request, &error),
    };
    if let Some(bucket_state) = bucket_state {
        bucket_state.write(response.headers_mut(), unix_time().as_secs_f64());
    }
    response
}

fn violation_response(state: &ServerState, request: &ApiRequest, error: &ApiError) -> Response<Body> {
    if !error.caused_by_test {
        state.violation(format!("{} {:?}: {}", request.method, request.route, error.describe()));
    }
    error.response()
}

fn authorize(state: &ServerState, request: &ApiRequest) -> Result<(), ApiError> {
    let header = |name| request.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let agent = header(header::USER_AGENT).unwrap_or_default();
    if !agent.strip_prefix("DiscordBot (").is_some_and(|rest| rest.contains(", ") && rest.contains(')')) {
        let message = "internal network error: the User-Agent must be DiscordBot ($url, $version)";
        return Err(ApiError::new(403, 40333, message));
    }
    let expected = format!("Bot {}", state.options.token);
    if request.target.needs_bot() && header(header::AUTHORIZATION) != Some(expected.as_str()) {
        return Err(ApiError::new(401, 0, "401: Unauthorized"));
    }
    Ok(())
}

fn dispatch(state: &Arc<ServerState>, request: &ApiRequest) -> ApiResult {
    match request.route {
        Route::Gateway | Route::Application | Route::User | Route::Guild | Route::Channel => {
            channels::describe(state, request)
        }
        Route::Commands => commands::serve(state, request),
        Route::Callback => interactions::callback(state, request),
        Route::EditOriginal | Route::GetOriginal | Route::DeleteOriginal => {
            interactions::original(state, request)
        }
        Route::Followup | Route::EditFollowup | Route::GetFollowup | Route::DeleteFollowup => {
            interactions::followup(state, request)
        }
        Route::CreateMessage
        | Route::ListMessages
        | Route::GetMessage
        | Route::EditMessage
        | Route::DeleteMessage
        | Route::CreateDm
        | Route::StartThread
        | Route::Typing => channels::serve(state, request),
        Route::Unknown | Route::Cdn | Route::Any if request.target == Target::Unknown => {
            Err(ApiError::new(404, 0, "404: Not Found"))
        }
        Route::Unknown | Route::Cdn | Route::Any => Err(ApiError::new(405, 0, "405: Method Not Allowed")),
    }
}
