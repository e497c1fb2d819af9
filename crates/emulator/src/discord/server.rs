//! The handle of a running emulator.

mod channels;
mod client;
mod endpoint;
mod gateway;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::cdn;
use super::content;
use super::endpoint::deliver;
use super::events::Event;
use super::fault::{Fault, HeldRequest, When};
use super::gateway::upgrade;
use super::interaction::{Interaction, Progress};
use super::interaction_builder::InteractionBuilder;
use super::message::{Attachment, Message};
use super::options::DiscordOptions;
use super::request_log::LoggedRequest;
use super::rest;
use super::sessions::Gateway;
use super::state::ServerState;
use super::target::Route;
use super::test_interaction::TestInteraction;
use crate::socket::{SocketHandle, SocketListener};
use crate::sync::{Signal, lock};

/// A running emulator. It stops when its last handle is dropped.
#[derive(Clone)]
pub struct Discord {
    pub(super) state: Arc<ServerState>,
    stop: Arc<Stop>,
}

struct Stop {
    state: Arc<ServerState>,
    tasks: TaskTracker,
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.state.stopping.cancel();
        self.tasks.close();
    }
}

impl Discord {
    /// Starts on a free port of the loopback interface.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(DiscordOptions::default()).await
    }

    /// Starts with settings.
    pub async fn start_with(options: DiscordOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(options.address).await?;
        let state = Arc::new(ServerState::new(options, listener.local_addr()?));
        let app = axum::Router::new()
            .route("/gw", axum::routing::get(upgrade))
            .route("/gw/", axum::routing::get(upgrade))
            .fallback(rest::serve)
            .with_state(Arc::clone(&state))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .into_make_service_with_connect_info::<SocketHandle>();
        let stopping = state.stopping.clone();
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            let served =
                axum::serve(SocketListener(listener), app).with_graceful_shutdown(stopping.cancelled_owned());
            if let Err(error) = served.await {
                tracing::error!(%error, "emulator: the server has ended");
            }
        });
        Ok(Self { state: Arc::clone(&state), stop: Arc::new(Stop { state, tasks }) })
    }

    /// What the bot gets in place of `https://discord.com`, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.state.base_url()
    }

    /// The token that the bot has to use.
    pub fn token(&self) -> &str {
        &self.state.options.token
    }

    /// Waits until the bot has a session on the Gateway.
    pub async fn connected(&self) {
        self.gateway_until(|gateway| gateway.any_live()).await;
    }

    /// Waits until the bot has no session with a connection. A bot that resumes at once may never be seen so:
    /// wait for [`Discord::logged_in`] then.
    pub async fn disconnected(&self) {
        self.gateway_until(|gateway| !gateway.any_live()).await;
    }

    async fn gateway_until(&self, wanted: impl Fn(&Gateway) -> bool) {
        let check = || wanted(&lock(&self.state.gateway)).then_some(());
        self.state.gateway_changed.until(check).await;
    }

    /// Waits until the bot has identified or resumed so many times in all, and has a session.
    pub async fn logged_in(&self, times: usize) {
        self.gateway_until(|gateway| gateway.any_live() && gateway.identifies + gateway.resumes >= times)
            .await;
    }

    /// How many times the bot identified and resumed.
    pub fn logins(&self) -> (usize, usize) {
        let gateway = lock(&self.state.gateway);
        (gateway.identifies, gateway.resumes)
    }

    /// Waits for a session and sends an interaction; its clocks start then.
    ///
    /// # Panics
    ///
    /// If Discord's client would not send it; see [`InteractionBuilder::stale`] and [`InteractionBuilder::override_permissions`].
    pub async fn interact(&self, builder: InteractionBuilder) -> TestInteraction {
        let guild = builder.guild;
        let interaction = self.prepare(builder);
        let endpoint = lock(&self.state.endpoint).clone();
        if let Some(url) = endpoint {
            let mut progress = lock(&interaction.inner.progress);
            (progress.sent, progress.inline) = (Instant::now(), true);
            let sent = Arc::clone(&interaction.inner);
            self.stop.tasks.spawn(deliver(Arc::clone(&self.state), url, sent));
            drop(progress);
            return interaction;
        }
        let dispatch = || {
            let mut gateway = lock(&self.state.gateway);
            gateway.connected(guild).then(|| {
                lock(&interaction.inner.progress).sent = Instant::now();
                gateway.dispatch(guild, "INTERACTION_CREATE", interaction.payload());
            })
        };
        self.state.gateway_changed.until(dispatch).await;
        interaction
    }

    /// Sends an interaction whether the bot is there or not: a session that can be resumed gets it with the
    /// resume, otherwise it is lost. The clocks start at once.
    ///
    /// # Panics
    ///
    /// As [`Discord::interact`].
    pub fn interact_regardless(&self, builder: InteractionBuilder) -> TestInteraction {
        self.try_interact(builder)
            .unwrap_or_else(|reason| panic!("Discord's client would not send this: {reason}"))
    }

    /// As [`Discord::interact_regardless`].
    ///
    /// # Errors
    /// Why Discord's client would not send it.
    pub fn try_interact(&self, builder: InteractionBuilder) -> Result<TestInteraction, String> {
        let guild = builder.guild;
        let interaction = self.try_prepare(builder)?;
        lock(&self.state.gateway).dispatch(guild, "INTERACTION_CREATE", interaction.payload());
        Ok(interaction)
    }

    fn prepare(&self, builder: InteractionBuilder) -> TestInteraction {
        self.try_prepare(builder)
            .unwrap_or_else(|reason| panic!("Discord's client would not send this: {reason}"))
    }

    fn try_prepare(&self, builder: InteractionBuilder) -> Result<TestInteraction, String> {
        let state = &self.state;
        let id = state.next_id();
        builder.add_channels(state);
        builder.check_against_schema(state)?;
        let token = token(id);
        let interaction = Arc::new(Interaction {
            id,
            kind: builder.kind(),
            channel: builder.channel,
            file_limit: builder.attachment_size_limit,
            user_install: builder.user_install,
            clicked: builder.clicked(),
            payload: builder.payload(state, id, &token),
            metadata: Arc::new(builder.metadata(id)),
            command: (builder.kind() == 2).then(|| builder.command.as_str().into()),
            token: token.clone(),
            progress: std::sync::Mutex::new(Progress::new()),
            changed: Signal::default(),
        });
        let mut interactions = lock(&state.interactions);
        interactions.by_id.insert(id, Arc::clone(&interaction));
        interactions.by_token.insert(token, Arc::clone(&interaction));
        drop(interactions);
        self.announce(&interaction);
        Ok(TestInteraction { id, state: Arc::clone(state), inner: interaction })
    }

    /// Tells those who watch of an interaction, and in time that no response came.
    fn announce(&self, interaction: &Arc<Interaction>) {
        let state = &self.state;
        let (id, payload) = (interaction.id, &interaction.payload);
        state.watchers.tell(|| Event::Interaction { id, payload: payload.clone() });
        if !state.watchers.any() {
            return;
        }
        let (state, interaction) = (Arc::clone(state), Arc::clone(interaction));
        self.stop.tasks.spawn(async move {
            let answered = || lock(&interaction.progress).ack.is_some().then_some(());
            let response = interaction.changed.until(answered);
            if tokio::time::timeout(state.options.ack_window, response).await.is_err() {
                state.watchers.tell(|| Event::Unanswered { interaction: id });
            }
        });
    }

    /// Sends the very same interaction again, as Discord sometimes does. The clocks do not start again.
    pub async fn replay(&self, interaction: &TestInteraction) {
        let payload = interaction.payload();
        let guild = payload["guild_id"].as_str().and_then(|id| id.parse().ok());
        let dispatch = || {
            let mut gateway = lock(&self.state.gateway);
            gateway.connected(guild).then(|| gateway.dispatch(guild, "INTERACTION_CREATE", payload))
        };
        self.state.gateway_changed.until(dispatch).await;
    }

    /// Puts a person's file on the CDN, to be given to [`InteractionBuilder::attachment`].
    pub fn upload(&self, filename: &str, content_type: &str, bytes: impl Into<Bytes>) -> Attachment {
        let folder = format!("ephemeral-attachments/{}", self.state.options.application_id);
        let filename = content::clean_name(filename);
        cdn::put(&self.state, &folder, &filename, Some(content_type), &bytes.into(), true)
    }

    /// A message that a person writes in a channel, with files as of [`Discord::upload`].
    pub fn write(&self, user: u64, channel: u64, content: &str, files: &[Attachment]) -> Message {
        let state = &self.state;
        let mut message = Message::empty(state.next_id(), channel, Instant::now());
        message.author = Some(user);
        let directory = lock(&state.directory);
        message.author_name = directory.users.get(&user).map(|person| person.name.clone());
        drop(directory);
        content.clone_into(&mut message.content);
        message.attachments = files.to_vec();
        let mut channels = lock(&state.channels);
        state.watchers.tell(|| Event::Message(Box::new(message.clone())));
        channels.by_id.entry(channel).or_default().messages.insert(message.id, message.clone());
        message
    }

    /// Arranges a fault for the next requests of a route.
    pub fn fault(&self, route: Route, fault: Fault, times: usize) {
        lock(&self.state.fault_plan).fault(route, fault, times);
    }

    /// Lets every `every`-th request of a route meet a fault until it is switched off.
    pub fn switch_on(&self, route: Route, fault: Fault, every: usize) {
        lock(&self.state.fault_plan).switch_on(route, fault, every);
    }

    /// Ends what [`Discord::switch_on`] began for this route.
    pub fn switch_off(&self, route: Route) {
        lock(&self.state.fault_plan).switch_off(route);
    }

    /// Takes back all faults that have not happened.
    pub fn clear_faults(&self) {
        lock(&self.state.fault_plan).clear();
    }

    /// Holds the next request of a route.
    pub fn hold(&self, route: Route, when: When) -> HeldRequest {
        lock(&self.state.fault_plan).hold(route, when)
    }

    /// Moves the clock of an interaction past its end.
    pub fn expire(&self, interaction: &TestInteraction) {
        lock(&interaction.inner.progress).expired = true;
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        lock(&self.state.log).requests.clone()
    }

    /// How many requests of a route came so far.
    pub fn count(&self, route: Route) -> usize {
        let log = lock(&self.state.log);
        log.requests.iter().filter(|request| route.matches(request.route)).count()
    }

    /// Waits until so many requests of a route were answered.
    pub async fn requested(&self, route: Route, times: usize) {
        self.state.log_changed.until(|| (self.count(route) >= times).then_some(())).await;
    }

    /// Answers with 401, 403 and (unless shared) 429, of which Discord takes 10,000 in 10 minutes.
    pub fn invalid_requests(&self) -> usize {
        lock(&self.state.log).invalid
    }

    /// What the bot did that the real Discord refuses or forbids, in words.
    pub fn violations(&self) -> Vec<String> {
        lock(&self.state.log).violations.clone()
    }

    /// Takes the violations away, for a test that has provoked them.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state.log).violations)
    }
}

/// As long as a real one, and unlike any other text.
fn token(id: u64) -> String {
    let digits = format!("{id:x}");
    format!("aW50ZXJhY3Rpb246{}", digits.repeat(12))
}
