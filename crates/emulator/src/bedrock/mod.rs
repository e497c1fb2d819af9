//! A strict fake of Amazon Bedrock: `InvokeModel`, `ApplyGuardrail`, and the few calls of the control plane and of STS
//! that a readiness check makes.
//!
//! The real SDK reaches it by `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, `AWS_ENDPOINT_URL_BEDROCK` and
//! `AWS_ENDPOINT_URL_STS`. It refuses what the service is known to refuse, and where the documents differ, what any of
//! them says is refused. A prompt with `[[filter-prompt]]`, `[[filter-output]]`, `[[filter-input]]` or
//! `[[inference-error]]` gets the answer of that name.

mod auth;
mod catalog;
mod connection;
mod control;
mod fault;
mod fields;
mod guardrail;
mod input;
mod invoke;
mod journal;
mod picture;
mod rejection;
mod reply;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use catalog::{Endpoint, Speaks};
pub use fault::{Fault, Held};
pub use guardrail::{Check, Guardrail};
pub use journal::Call;
pub use picture::Picture;

use connection::{Door, Line};
use fault::Script;
use journal::Journal;
use picture::{Format, Painting};
use rejection::Rejection;

/// How the fake starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// The region of requests that name none, which are those with a bearer token.
    pub region: String,
    /// The account of profiles and guardrails.
    pub account: String,
    /// What is painted.
    pub picture: Picture,
    /// How long each picture takes.
    pub latency: Duration,
    /// Endpoints of the account itself, called by their ARN.
    pub known_endpoints: Vec<Endpoint>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            region: "us-west-2".to_owned(),
            account: "123456789012".to_owned(),
            picture: Picture::Tiny,
            latency: Duration::ZERO,
            known_endpoints: Vec::new(),
        }
    }
}

/// A running fake. Clones share it; dropping the last one stops it and cuts the calls that still wait.
#[derive(Clone)]
pub struct Bedrock {
    shared: Arc<Shared>,
    address: SocketAddr,
    _stop: Arc<DropGuard>,
}

impl Bedrock {
    /// Starts with the default options on a free port of the loopback interface.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(Options::default()).await
    }

    /// Starts with these options.
    ///
    /// The square picture is encoded here and not in the first call: a large one takes up to a second.
    #[expect(clippy::disallowed_methods, reason = "the one task, which ends when the last handle is dropped")]
    pub async fn start_with(options: Options) -> io::Result<Self> {
        Painting::new(options.picture, Format::Png, picture::sides("1:1"), false, [0; 24])?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(options));
        let stop = shared.stop.clone();
        let service = routes(Arc::clone(&shared)).into_make_service_with_connect_info::<Line>();
        let server =
            axum::serve(Door(listener), service).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(async move {
            // It ends only by the shutdown: accepting retries by itself.
            let _ = server.await;
        });
        Ok(Self { shared, address, _stop: Arc::new(stop.drop_guard()) })
    }

    /// The endpoint URL of all services, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every `InvokeModel` request so far in order of arrival, refused and faulty ones included.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.journal.calls()
    }

    /// Waits until at least `n` calls have arrived.
    pub async fn called(&self, n: usize) {
        self.shared.journal.called(n).await;
    }

    /// The next `times` valid calls meet this fault, after the faults that were asked for before.
    pub fn fault(&self, fault: Fault, times: usize) {
        self.shared.script().fault(fault, times);
    }

    /// Forgets the faults that no call has met.
    pub fn forget_faults(&self) {
        self.shared.script().forget_faults();
        self.shared.guardrail_script().forget_faults();
    }

    /// The next valid call that is not held already waits for [`Held::release`].
    pub fn hold(&self) -> Held {
        self.shared.script().hold()
    }

    /// Changes how long each picture takes.
    pub fn set_latency(&self, latency: Duration) {
        *lock(&self.shared.latency) = latency;
    }

    /// Every request that a correct client could not have sent, with the reason.
    ///
    /// Dead models, [`Bedrock::forbid`], unknown guardrails and faults are no violations.
    pub fn violations(&self) -> Vec<String> {
        self.shared.journal.violations()
    }

    /// Takes the access to this model away: 403, and not authorized in the control plane. Both the name that is called
    /// and the identifier of the foundation model fit.
    pub fn forbid(&self, model: &str) {
        lock(&self.shared.forbidden).insert(model.to_owned());
    }

    /// Adds a guardrail, or replaces the one of the same identifier and version.
    pub fn guardrail(&self, guardrail: Guardrail) {
        let mut guardrails = lock(&self.shared.guardrails);
        guardrails.retain(|old| (&old.id, &old.version) != (&guardrail.id, &guardrail.version));
        guardrails.push(guardrail);
    }

    /// Every `ApplyGuardrail` request in good form so far, in order of arrival.
    pub fn checks(&self) -> Vec<Check> {
        self.shared.journal.checks()
    }

    /// The next `times` checks by a guardrail are answered with this fault's error.
    pub fn guardrail_fault(&self, fault: Fault, times: usize) {
        self.shared.guardrail_script().fault(fault, times);
    }

    /// The next check by a guardrail that is not held already waits for [`Held::release`].
    pub fn hold_check(&self) -> Held {
        self.shared.guardrail_script().hold()
    }
}

/// What the handlers share. It holds no handle, so the last handle can stop the server.
struct Shared {
    options: Options,
    journal: Arc<Journal>,
    script: Mutex<Script>,
    guardrail_script: Mutex<Script>,
    latency: Mutex<Duration>,
    forbidden: Mutex<HashSet<String>>,
    guardrails: Mutex<Vec<Guardrail>>,
    stop: CancellationToken,
}

impl Shared {
    fn new(options: Options) -> Self {
        Self {
            journal: Arc::new(Journal::new()),
            script: Mutex::default(),
            guardrail_script: Mutex::default(),
            latency: Mutex::new(options.latency),
            forbidden: Mutex::default(),
            guardrails: Mutex::default(),
            stop: CancellationToken::new(),
            options,
        }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    fn guardrail_script(&self) -> MutexGuard<'_, Script> {
        lock(&self.guardrail_script)
    }

    fn latency(&self) -> Duration {
        *lock(&self.latency)
    }

    fn is_forbidden(&self, model: &str) -> bool {
        lock(&self.forbidden).contains(model)
    }

    /// Notes the rejection if it is the client's fault.
    fn refused(&self, request: &str, rejection: &Rejection) {
        if rejection.blames_client {
            self.journal.violation(format!("{request}: {}", rejection.message));
        }
    }
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/model/{id}/invoke", post(invoke::invoke))
        .route("/guardrail/{id}/version/{version}/apply", post(guardrail::apply))
        .route("/foundation-models", get(control::list_models))
        .route("/foundation-models/{id}", get(control::get_model))
        .route("/foundation-model-availability/{id}", get(control::availability))
        .route("/inference-profiles/{id}", get(control::get_profile))
        .route("/", post(control::sts))
        .fallback(control::unknown)
        .method_not_allowed_fallback(control::unknown)
        // The limits are the service's own, and are checked where its texts are.
        .layer(DefaultBodyLimit::disable())
        .with_state(shared)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number that no other call gets, as far as anyone can tell.
fn random() -> u64 {
    ulid::Ulid::new().random() as u64
}

/// A request ID in the service's form, a UUID.
fn request_id() -> String {
    let id = format!("{:032x}", ulid::Ulid::new().0);
    format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..])
}
