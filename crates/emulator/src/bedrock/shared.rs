//! What the handlers of requests share.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::call_log::CallLog;
use super::fault::Script;
use super::options::BedrockOptions;
use super::rejection::Rejection;
use crate::sync::lock;

#[derive(Clone, Debug, Default)]
pub struct Guardrail {
    /// Its identifier; it is also found by its ARN.
    pub id: String,
    /// A number, or `DRAFT`.
    pub version: String,
    /// Texts with one of these are blocked, in any case of letters.
    pub blocked_words: Vec<String>,
    /// How many pictures are blocked before the others pass.
    pub blocked_images: usize,
    /// Whether it looks at words only, on their way in and out.
    pub texts_only: bool,
}

/// What the handlers share. It holds no handle, so the last handle can stop the server.
pub(super) struct Shared {
    pub(super) options: BedrockOptions,
    pub(super) log: Arc<CallLog>,
    pub(super) script: Mutex<Script>,
    pub(super) guardrail_script: Mutex<Script>,
    pub(super) identity_script: Mutex<Script>,
    pub(super) denied: Mutex<HashSet<String>>,
    pub(super) latency: Mutex<Duration>,
    pub(super) forbidden: Mutex<HashSet<String>>,
    pub(super) guardrails: Mutex<Vec<Guardrail>>,
    pub(super) stop: CancellationToken,
}

impl Shared {
    pub(super) fn new(options: BedrockOptions) -> Self {
        Self {
            log: Arc::new(CallLog::new(options.whole_calls)),
            script: Mutex::default(),
            guardrail_script: Mutex::default(),
            identity_script: Mutex::default(),
            denied: Mutex::default(),
            latency: Mutex::new(options.latency),
            forbidden: Mutex::default(),
            guardrails: Mutex::default(),
            stop: CancellationToken::new(),
            options,
        }
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    pub(super) fn identity_script(&self) -> MutexGuard<'_, Script> {
        lock(&self.identity_script)
    }

    pub(super) fn guardrail_script(&self) -> MutexGuard<'_, Script> {
        lock(&self.guardrail_script)
    }

    pub(super) fn latency(&self) -> Duration {
        *lock(&self.latency)
    }

    pub(super) fn is_forbidden(&self, model: &str) -> bool {
        lock(&self.forbidden).contains(model)
    }

    /// Notes a rejection that is a violation.
    pub(super) fn note(&self, request: &str, rejection: &Rejection) {
        if rejection.is_violation {
            self.log.violation(format!("{request}: {}", rejection.message));
        }
    }
}

pub(super) fn random() -> u64 {
    ulid::Ulid::new().random() as u64
}

/// A request ID in the service's form, a UUID.
pub(super) fn request_id() -> String {
    let id = format!("{:032x}", ulid::Ulid::new().0);
    format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..])
}
