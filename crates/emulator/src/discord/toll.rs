//! Which rate limit a request falls under, and the 429 it gets.

use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use serde_json::json;
use tokio::time::Instant;

use super::limits::{Limited, Standing, set};
use super::refusal::json_response;
use super::rest::Call;
use super::target::{Route, Target};
use super::world::{World, lock, unix_time};

/// A request that is over a limit.
pub(super) struct Over {
    limited: Limited,
    scope: &'static str,
}

/// The key under which a request is counted.
fn bucket(world: &World, call: &Call) -> String {
    match (&call.target, call.target.token()) {
        (Target::Callback { id, .. }, _) => format!("callback:{id}"),
        // Measured on the real Discord: one bucket for all webhook requests of an interaction.
        (_, Some(token)) => match world.interaction_by_token(token) {
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
        ) => format!("{:?}:{id}", call.route),
        _ => format!("{:?}", call.route),
    }
}

/// The hidden bucket of all interactions in a channel.
fn shared_bucket(world: &World, call: &Call) -> Option<String> {
    world.options.channel_limit?;
    if call.route == Route::Callback {
        return None;
    }
    let interaction = world.interaction_by_token(call.target.token()?)?;
    Some(format!("channel:{}", interaction.channel))
}

/// Counts a request in its buckets.
pub(super) fn count(world: &World, call: &Call) -> Result<Option<Standing>, Over> {
    let now = Instant::now();
    let key = bucket(world, call);
    let shared = shared_bucket(world, call);
    // The requests of an interaction are not bound by the global limit.
    let global = call.target.token().is_none().then(|| ("global".to_owned(), "global"));
    let keys = [Some((key.clone(), "user")), global, shared.clone().map(|key| (key, "shared"))];
    let mut buckets = lock(&world.buckets);
    for (key, scope) in keys.into_iter().flatten() {
        if let Some(limited) = buckets.blocked(&key, call.started, now) {
            drop(buckets);
            if limited.early {
                let text = "sent before retry_after was over";
                world.violation(format!("{} {:?}: {text}", call.method, call.route));
            }
            return Err(Over { limited, scope });
        }
    }
    if let (Some(key), Some(limit)) = (shared, world.options.channel_limit) {
        buckets.take(&key, limit, now).map_err(|limited| Over { limited, scope: "shared" })?;
    }
    let limit = match call.route {
        Route::Callback => None,
        Route::CreateMessage => world.options.message_limit,
        _ if call.target.token().is_some() => world.options.token_limit,
        _ => None,
    };
    let Some(limit) = limit else { return Ok(None) };
    buckets.take(&key, limit, now).map(Some).map_err(|limited| Over { limited, scope: "user" })
}

/// A 429 that a test has arranged; from then on its bucket is closed.
pub(super) fn arranged(world: &World, call: &Call, wait: Duration, scope: &'static str) -> Over {
    let key = if scope == "global" { "global".to_owned() } else { bucket(world, call) };
    lock(&world.buckets).block(&key, Instant::now(), wait);
    Over { limited: Limited { standing: None, wait, early: false }, scope }
}

impl Over {
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
        if let Some(standing) = &self.limited.standing {
            standing.write(headers, unix_time().as_secs_f64());
        }
        set(headers, "retry-after", format!("{}", wait.ceil()));
        set(headers, "x-ratelimit-scope", self.scope.to_owned());
        if global {
            set(headers, "x-ratelimit-global", "true".to_owned());
        }
        response
    }
}
