//! The handle of a running emulator.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio_util::sync::DropGuard;

use super::call_log::{Call, Check};
use super::control;
use super::fault::{HeldCall, ModelFault, Standing};
use super::guardrail;
use super::invoke;
use super::options::BedrockOptions;
use super::picture::{self, Format, GeneratedImage};
use super::shared::{Guardrail, Shared};
use crate::socket::{SocketHandle, SocketListener, listen};
use crate::sync::lock;

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
        Self::start_with(BedrockOptions::default()).await
    }

    /// Starts with these options.
    ///
    /// The square picture is encoded here and not in the first call: a large one takes up to a second.
    #[expect(clippy::disallowed_methods, reason = "the one task, which ends when the last handle is dropped")]
    pub async fn start_with(options: BedrockOptions) -> io::Result<Self> {
        GeneratedImage::new(options.picture, Format::Png, picture::sides("1:1"), false, [0; 24])?;
        let listener = listen()?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(options));
        let stop = shared.stop.clone();
        let service = routes(Arc::clone(&shared)).into_make_service_with_connect_info::<SocketHandle>();
        let server = axum::serve(SocketListener(listener), service)
            .with_graceful_shutdown(stop.clone().cancelled_owned());
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
        self.shared.log.calls()
    }

    /// Waits until at least `n` calls have arrived.
    pub async fn called(&self, n: usize) {
        self.shared.log.called(n).await;
    }

    /// The next `times` valid calls meet this fault, after the faults that were asked for before.
    pub fn fault(&self, fault: ModelFault, times: usize) {
        self.shared.script().fault(fault, times);
    }

    /// Switches on, or off, what calls meet that no counted fault is for; what was switched on first comes first.
    pub fn switch(&self, standing: Standing, on: bool) {
        self.shared.script().switch(standing, on);
    }

    /// Forgets the faults that no call has met.
    pub fn clear_faults(&self) {
        self.shared.script().clear_faults();
        self.shared.guardrail_script().clear_faults();
    }

    /// The next valid call that is not held already waits for [`HeldCall::release`].
    pub fn hold(&self) -> HeldCall {
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
        self.shared.log.violations()
    }

    /// Takes the access to this model away: 403, and not authorized in the control plane. Both the name that is called
    /// and the identifier of the foundation model fit.
    pub fn forbid(&self, model: &str) {
        lock(&self.shared.forbidden).insert(model.to_owned());
    }

    /// No policy allows this action of the control plane any more, such as `GetFoundationModel`.
    pub fn deny(&self, action: &str) {
        lock(&self.shared.denied).insert(action.to_owned());
    }

    /// The next `times` questions who the caller is (STS) are answered with this fault's error.
    pub fn identity_fault(&self, fault: ModelFault, times: usize) {
        self.shared.identity_script().fault(fault, times);
    }

    /// Adds a guardrail, or replaces the one of the same identifier and version.
    pub fn guardrail(&self, guardrail: Guardrail) {
        let mut guardrails = lock(&self.shared.guardrails);
        guardrails.retain(|old| (&old.id, &old.version) != (&guardrail.id, &guardrail.version));
        guardrails.push(guardrail);
    }

    /// Every `ApplyGuardrail` request in good form so far, in order of arrival.
    pub fn checks(&self) -> Vec<Check> {
        self.shared.log.checks()
    }

    /// The next `times` checks by a guardrail are answered with this fault's error.
    pub fn guardrail_fault(&self, fault: ModelFault, times: usize) {
        self.shared.guardrail_script().fault(fault, times);
    }

    /// The next check by a guardrail that is not held already waits for [`HeldCall::release`].
    pub fn hold_check(&self) -> HeldCall {
        self.shared.guardrail_script().hold()
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
