//! The playground: an emulated Discord, the real bot, and a page that shows what people would see.

mod actions;
mod bot;
mod faults;
mod folder;
mod hub;
mod ledger;
mod page;
mod panel;
mod protocol;
mod renderer;
pub mod script;
mod server;
mod sessions;
mod socket;
mod world;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use easel_emulator::bedrock::{Bedrock, BedrockOptions};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use self::folder::Folder;
use self::hub::{Hub, secret};
use crate::config::EngineChoice;

/// What the bot may spend in a month: with the real Bedrock these are real dollars.
const BUDGET_USD: u32 = 25;
/// How long an emulated model takes where people look on, so that they see what is shown meanwhile.
pub const LATENCY: Duration = Duration::from_millis(1200);
/// For what is under way when it ends.
const GRACE: Duration = Duration::from_secs(8);

#[derive(Debug)]
pub struct Options {
    /// `Sketch` is the emulated Bedrock with the built-in engine behind it.
    pub engine: EngineChoice,
    /// The port of the page, 0 for any that is free; without it there is no page.
    pub port: Option<u16>,
    /// How long an emulated model takes.
    pub latency: Duration,
    /// Where the bot's data lie; a folder of their own without it.
    pub data: Option<PathBuf>,
    /// Whether they stay.
    pub keep: bool,
    /// What the real Bedrock needs.
    pub aws: Vec<(String, String)>,
}

/// A running playground.
pub struct Playground {
    hub: Arc<Hub>,
    tasks: TaskTracker,
}

impl Playground {
    /// Starts all of it; the bot may still be on its way.
    ///
    /// # Errors
    /// A sentence with what cannot be listened on, made or started.
    pub async fn start(options: Options) -> anyhow::Result<Playground> {
        let listener = match options.port {
            Some(port) => Some(listen(port).await?),
            None => None,
        };
        let port = listener.as_ref().map(TcpListener::local_addr).transpose()?.map(|address| address.port());
        let folder = Folder::make(options.data, options.keep)?;
        let bedrock = match options.engine {
            EngineChoice::Bedrock => None,
            EngineChoice::Sketch => Some(bedrock(options.latency).await?),
        };
        let discord = world::discord(secret()).await.context("cannot start the emulated Discord")?;
        let events = discord.watch();
        let hub = Arc::new(Hub::new(discord, bedrock, options.engine, folder, port));
        let command = bot::command(&hub, &options.aws)?;
        let tasks = TaskTracker::new();
        let (relay, running) = (hub.clone(), hub.clone());
        tasks.spawn(async move { relay.relay(events).await });
        tasks.spawn(panel::observe(hub.clone()));
        tasks.spawn(sessions::follow(hub.clone()));
        tasks.spawn(async move {
            if let Err(error) = bot::run(running, command).await {
                tracing::error!("{error:#}");
            }
        });
        let playground = Playground { hub, tasks };
        if let Some(listener) = listener {
            playground.serve(listener);
        }
        Ok(playground)
    }

    fn serve(&self, listener: TcpListener) {
        let (beginning, served) = (self.hub.clone(), self.hub.clone());
        self.tasks.spawn(async move { begin_session(&beginning).await });
        self.tasks.spawn(async move {
            let stopped = served.stopping.clone().cancelled_owned();
            let served = axum::serve(listener, server::router(served)).with_graceful_shutdown(stopped);
            if let Err(error) = served.await {
                tracing::error!(%error, "the page is not served any more");
            }
        });
    }

    /// Where the page is, with the token that it needs.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.hub.port.unwrap_or_default(), self.hub.token)
    }

    /// Leads to the page once, whoever comes first: for a browser that is started with it.
    pub fn entry(&self) -> String {
        let key = self.hub.make_entry();
        format!("http://127.0.0.1:{}/enter?key={key}", self.hub.port.unwrap_or_default())
    }

    /// Ends the bot and all else, and removes what is not to be kept.
    ///
    /// # Errors
    /// What cannot be removed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.hub.stopping.cancel();
        self.tasks.close();
        drop(tokio::time::timeout(GRACE, self.tasks.wait()).await);
        let folder = &self.hub.folder;
        folder.move_archive(false).context("cannot bring the archive back")?;
        folder.remove().with_context(|| format!("cannot remove what is in `{}`", folder.root().display()))
    }
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.with_context(|| format!("--port: cannot listen on {port}"))
}

async fn bedrock(latency: Duration) -> anyhow::Result<Bedrock> {
    let renderer = Some(renderer::renderer());
    // Nobody asks for them, and they would fill the memory.
    let options = BedrockOptions { renderer, latency, whole_calls: 0, ..BedrockOptions::default() };
    Bedrock::start_with(options).await.context("cannot start the emulated Bedrock")
}

/// One channel has a session when people come, as soon as the bot can begin it; in data that were kept it may still run.
async fn begin_session(hub: &Hub) {
    let ready = async {
        hub.discord.registered(None).await;
        hub.discord.connected().await;
    };
    if hub.stopping.run_until_cancelled(ready).await.is_none() || !hub.folder.is_fresh {
        return;
    }
    match world::session().map(|start| hub.discord.try_interact(start)) {
        Some(Ok(sent)) => drop(hub.stopping.run_until_cancelled(sent.answered()).await),
        Some(Err(reason)) => tracing::warn!("there is no session in the playground: {reason}"),
        None => {}
    }
}
