//! Which rate limit a request falls under, and the 429 it gets.

use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use serde_json::json;
use tokio::time::Instant;

use super::buckets::{BucketState, LimitExceeded};
use super::request::ApiRequest;
use super::response::{json_response, set_header};
use super::snowflake::unix_time;
use super::state::ServerState;
use super::target::{Route, Target};
use crate::sync::lock;

pub(super) struct TooManyRequests {
    limited: LimitExceeded,
    scope: &'static str,
}

/// The key under which a request is counted.
fn bucket(state: &ServerState, request: &ApiRequest) -> String {
    match (&request.target, request.target.token()) {
        (Target::Callback { id, .. }, _) => format!("callback:{id}"),
        // Measured on the real Discord: one bucket for all webhook requests of an interaction.
        (_, Some(token)) => match state.interaction_by_token(token) {
            Some(interaction) => format!("webhook:{}", interaction.id),
            None => "webhook:unknown".to_owned(),
        },
        (
            Target::Messages(id)
            | Target::Message(id, _)
            | Target::Typing(id)
            | Target::Threads(id)
            | Target::Channel(id),
            None,
        ) => format!("{:?}:{id}", request.route),
        _ => format!("{:?}", request.route),
    }
}

/// The hidden bucket of all interactions in a channel.
fn shared_bucket(state: &ServerState, request: &ApiRequest) -> Option<String> {
    state.options.channel_limit?;
    if request.route == Route::Callback {
        return None;
    }
    let interaction = state.interaction_by_token(request.target.token()?)?;
    Some(format!("channel:{}", interaction.channel))
}

/// Counts a request in its buckets.
pub(super) fn count(
    state: &ServerState,
    request: &ApiRequest,
) -> Result<Option<BucketState>, TooManyRequests> {
    let now = Instant::now();
    let key = bucket(state, request);
    let shared = shared_bucket(state, request);
    // The requests of an interaction are not bound by the global limit.
    let global = request.target.token().is_none().then(|| ("global".to_owned(), "global"));
    let keys = [Some((key.clone(), "user")), global, shared.clone().map(|key| (key, "shared"))];
    let mut buckets = lock(&state.buckets);
    for (key, scope) in keys.into_iter().flatten() {
        if let Some(limited) = buckets.blocked(&key, request.started, now) {
            drop(buckets);
            if limited.early {
                let text = "sent before retry_after was over";
                state.violation(format!("{} {:?}: {text}", request.method, request.route));
            }
            return Err(TooManyRequests { limited, scope });
        }
    }
    if let (Some(key), Some(limit)) = (shared, state.options.channel_limit) {
        buckets.take(&key, limit, now).map_err(|limited| TooManyRequests { limited, scope: "shared" })?;
    }
    let limit = match request.route {
        Route::Callback => None,
        Route::CreateMessage => state.options.message_limit,
        _ if request.target.token().is_some() => state.options.token_limit,
        _ => None,
    };
    let Some(limit) = limit else { return Ok(None) };
    buckets.take(&key, limit, now).map(Some).map_err(|limited| TooManyRequests { limited, scope: "user" })
}

/// The 429 of a fault, which blocks the bucket of its request from then on.
pub(super) fn by_fault(
    state: &ServerState,
    request: &ApiRequest,
    wait: Duration,
    scope: &'static str,
) -> TooManyRequests {
    let key = if scope == "global" { "global".to_owned() } else { bucket(state, request) };
    lock(&state.buckets).block(&key, Instant::now(), wait);
    TooManyRequests { limited: LimitExceeded { bucket_state: None, wait, early: false }, scope }
}

impl TooManyRequests {
    pub(super) fn response(&self) -> Response<Body> {
        let wait = self.limited.wait.as_secs_f64();
        let global = self.scope == "global";
        let message = match self.scope {
            "shared" => "The resource is being rate limited.",
            _ => "You are being rate limited.",
        };
        let body = json!({ "message": message, "retry_after": wait, "global": global });
        let mut response = json_response(429, &body);
        let headers = response.headers_mut();
        if let Some(bucket_state) = &self.limited.bucket_state {
            bucket_state.write(headers, unix_time().as_secs_f64());
        }
        set_header(headers, "retry-after", format!("{}", wait.ceil()));
        set_header(headers, "x-ratelimit-scope", self.scope.to_owned());
        if global {
            set_header(headers, "x-ratelimit-global", "true".to_owned());
        }
        response
    }
}
