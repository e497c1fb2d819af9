//! Discord, emulated: REST v10 and Gateway v10 on the loopback interface, as strict as the real one where a bot
//! could notice.
//!
//! The bot reaches it through a base URL only; a test holds the [`Discord`] handle, plays the people with [`Ask`]
//! and looks at what they see through a [`Ticket`]. Whatever the real Discord would refuse is refused with the
//! same status and code and noted in [`Discord::violations`].

mod ask;
mod body;
mod cdn;
mod channels;
mod commands;
mod components;
mod compose;
mod content;
mod door;
mod fault;
mod gateway;
mod interactions;
mod journal;
mod limits;
mod line;
mod mentions;
mod message;
mod offer;
mod options;
mod payload;
mod places;
mod refusal;
mod resolved;
mod rest;
mod target;
#[cfg(test)]
mod tests;
mod threads;
mod ticket;
mod toll;
mod world;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use self::gateway::Push;
use self::interactions::{Interaction, Progress};
use self::line::{Line, Lines};
use self::world::{Signal, World, lock};

pub use self::ask::Ask;
pub use self::door::Posted;
pub use self::fault::{Fault, Held, When};
pub use self::journal::Request;
pub use self::limits::Limit;
pub use self::message::{Attachment, Message};
pub use self::options::{DeadToken, Options};
pub use self::target::Route;
pub use self::ticket::{Ack, Ticket};

/// A running emulator. It stops when its last handle is dropped.
#[derive(Clone)]
pub struct Discord {
    world: Arc<World>,
    stop: Arc<Stop>,
}

struct Stop {
    world: Arc<World>,
    tasks: TaskTracker,
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.world.stopping.cancel();
        self.tasks.close();
    }
}

impl Discord {
    /// Starts on a free port of the loopback interface.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(Options::default()).await
    }

    /// Starts with settings.
    pub async fn start_with(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.address).await?;
        let world = Arc::new(World::new(options, listener.local_addr()?));
        let app = axum::Router::new()
            .route("/gw", axum::routing::get(gateway::upgrade))
            .route("/gw/", axum::routing::get(gateway::upgrade))
            .fallback(rest::serve)
            .with_state(Arc::clone(&world))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .into_make_service_with_connect_info::<Line>();
        let stopping = world.stopping.clone();
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            let served = axum::serve(Lines(listener), app).with_graceful_shutdown(stopping.cancelled_owned());
            if let Err(error) = served.await {
                tracing::error!(%error, "emulator: the server has ended");
            }
        });
        Ok(Self { world: Arc::clone(&world), stop: Arc::new(Stop { world, tasks }) })
    }

    /// What the bot gets in place of `https://discord.com`, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.world.base_url()
    }

    /// The token that the bot has to use.
    pub fn token(&self) -> &str {
        &self.world.options.token
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

    async fn gateway_until(&self, wanted: impl Fn(&gateway::Gateway) -> bool) {
        let check = || wanted(&lock(&self.world.gateway)).then_some(());
        self.world.gateway_changed.until(check).await;
    }

    /// Waits until the bot has identified or resumed so many times in all, and has a session.
    pub async fn logged_in(&self, times: usize) {
        self.gateway_until(|gateway| gateway.any_live() && gateway.identifies + gateway.resumes >= times)
            .await;
    }

    /// How many times the bot identified and resumed.
    pub fn logins(&self) -> (usize, usize) {
        let gateway = lock(&self.world.gateway);
        (gateway.identifies, gateway.resumes)
    }

    /// Waits for a session and sends an interaction; its clocks start then.
    ///
    /// # Panics
    ///
    /// If Discord's client would not send it; see [`Ask::stale`] and [`Ask::override_permissions`].
    pub async fn interact(&self, ask: Ask) -> Ticket {
        let guild = ask.guild;
        let ticket = self.prepare(ask);
        let endpoint = lock(&self.world.endpoint).clone();
        if let Some(url) = endpoint {
            let mut progress = lock(&ticket.interaction.progress);
            (progress.sent, progress.inline) = (Instant::now(), true);
            let (world, interaction) = (Arc::clone(&self.world), Arc::clone(&ticket.interaction));
            self.stop.tasks.spawn(door::deliver(world, url, interaction));
            drop(progress);
            return ticket;
        }
        let dispatch = || {
            let mut gateway = lock(&self.world.gateway);
            gateway.connected(guild).then(|| {
                lock(&ticket.interaction.progress).sent = Instant::now();
                gateway.dispatch(guild, "INTERACTION_CREATE", ticket.payload());
            })
        };
        self.world.gateway_changed.until(dispatch).await;
        ticket
    }

    /// Sends an interaction whether the bot is there or not: a session that can be resumed gets it with the
    /// resume, otherwise it is lost. The clocks start at once.
    ///
    /// # Panics
    ///
    /// As [`Discord::interact`].
    pub fn interact_regardless(&self, ask: Ask) -> Ticket {
        let guild = ask.guild;
        let ticket = self.prepare(ask);
        lock(&self.world.gateway).dispatch(guild, "INTERACTION_CREATE", ticket.payload());
        ticket
    }

    fn prepare(&self, ask: Ask) -> Ticket {
        let world = &self.world;
        let id = world.next_id();
        ask.enter(world);
        if let Err(reason) = ask.offered(world) {
            panic!("Discord's client would not send this: {reason}");
        }
        let token = token(id);
        let interaction = Arc::new(Interaction {
            id,
            kind: ask.kind(),
            channel: ask.channel,
            file_limit: ask.attachment_size_limit,
            user_install: ask.user_install,
            clicked: ask.clicked(),
            payload: ask.payload(world, id, &token),
            metadata: Arc::new(ask.metadata(id)),
            token: token.clone(),
            progress: std::sync::Mutex::new(Progress::new()),
            changed: Signal::default(),
        });
        let mut interactions = lock(&world.interactions);
        interactions.by_id.insert(id, Arc::clone(&interaction));
        interactions.by_token.insert(token, Arc::clone(&interaction));
        drop(interactions);
        Ticket { id, world: Arc::clone(world), interaction }
    }

    /// Sends the very same interaction again, as Discord sometimes does. The clocks do not start again.
    pub async fn replay(&self, ticket: &Ticket) {
        let payload = ticket.payload();
        let guild = payload["guild_id"].as_str().and_then(|id| id.parse().ok());
        let dispatch = || {
            let mut gateway = lock(&self.world.gateway);
            gateway.connected(guild).then(|| gateway.dispatch(guild, "INTERACTION_CREATE", payload))
        };
        self.world.gateway_changed.until(dispatch).await;
    }

    /// Puts a person's file on the CDN, to be given to [`Ask::attachment`].
    pub fn upload(&self, filename: &str, content_type: &str, bytes: impl Into<Bytes>) -> Attachment {
        let folder = format!("ephemeral-attachments/{}", self.world.options.application_id);
        cdn::put(&self.world, &folder, filename, Some(content_type), &bytes.into(), true)
    }

    /// Arranges a fault for the next requests of a route.
    pub fn fault(&self, route: Route, fault: Fault, times: usize) {
        lock(&self.world.switchboard).fault(route, fault, times);
    }

    /// Takes back all faults that have not happened.
    pub fn heal(&self) {
        lock(&self.world.switchboard).clear();
    }

    /// Holds the next request of a route.
    pub fn hold(&self, route: Route, when: When) -> Held {
        lock(&self.world.switchboard).hold(route, when)
    }

    /// Moves the clock of an interaction past its end.
    pub fn expire(&self, ticket: &Ticket) {
        lock(&ticket.interaction.progress).expired = true;
    }

    /// Closes every Gateway connection with a code.
    pub fn close_gateway(&self, code: u16) {
        lock(&self.world.gateway).push_all(|| Push::Close(code));
    }

    /// Asks the bot to reconnect (op 7).
    pub fn reconnect_gateway(&self) {
        lock(&self.world.gateway)
            .push_all(|| Push::Text(json!({ "op": 7, "s": null, "t": null, "d": null }).to_string().into()));
    }

    /// Invalidates every session (op 9).
    pub fn invalidate_session(&self, resumable: bool) {
        lock(&self.world.gateway).push_all(|| Push::Invalid { resumable });
    }

    /// Cuts every Gateway connection without a close frame.
    pub fn drop_gateway(&self) {
        lock(&self.world.gateway).push_all(|| Push::Cut);
    }

    /// Answers every later IDENTIFY with this close code.
    pub fn reject_identify_with(&self, code: Option<u16>) {
        lock(&self.world.gateway).rejecting = code;
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.world.journal).requests.clone()
    }

    /// How many requests of a route came so far.
    pub fn count(&self, route: Route) -> usize {
        let journal = lock(&self.world.journal);
        journal.requests.iter().filter(|request| route.admits(request.route)).count()
    }

    /// Waits until so many requests of a route were answered.
    pub async fn requested(&self, route: Route, times: usize) {
        self.world.journal_changed.until(|| (self.count(route) >= times).then_some(())).await;
    }

    /// Answers with 401, 403 and (unless shared) 429, of which Discord takes 10,000 in 10 minutes.
    pub fn invalid_requests(&self) -> usize {
        lock(&self.world.journal).invalid
    }

    /// What the bot did that the real Discord refuses or forbids, in words.
    pub fn violations(&self) -> Vec<String> {
        lock(&self.world.journal).violations.clone()
    }

    /// Takes the violations away, for a test that has provoked them.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.world.journal).violations)
    }
}

/// As long as a real one, and unlike any other text.
fn token(id: u64) -> String {
    let digits = format!("{id:x}");
    format!("aW50ZXJhY3Rpb246{}", digits.repeat(12))
}
