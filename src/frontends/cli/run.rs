//! `easel run`, the bot on the Gateway, `easel serve`, the bot behind HTTP, and `easel worker`, which runs the jobs of both.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;

use crate::app::App;
use crate::app::clock::Clock;
use crate::app::forget;
use crate::app::retention;
use crate::app::sessions;
use crate::app::worker;
use crate::backends::queue::Queue;
use crate::config::{Config, EngineChoice, Need, QueueUrl};
use crate::frontends::cli::{NO_BUDGET, Signals};
use crate::frontends::discord::gateway;
use crate::frontends::discord::register::declare;
use crate::frontends::discord::watchdog::Watchdog;
use crate::frontends::routes::Routes;
use crate::frontends::server;

/// What is under way when the process is told to stop may take this long.
const GRACE: Duration = Duration::from_secs(60);

/// For `easel run`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Stop when stdin ends, as for SIGTERM
    #[arg(long, hide = true)]
    until_stdin_ends: bool,
}

/// Serves until SIGTERM or Ctrl-C, then finishes what is under way. A second signal ends it at once.
///
/// # Errors
/// A sentence that names what is missing, or why the connection is dead for good.
pub async fn run(
    config: Config,
    arguments: &Arguments,
    watchdog: Watchdog,
    signals: Signals,
) -> anyhow::Result<ExitCode> {
    let mut signals = if arguments.until_stdin_ends { signals.or_end_of_stdin() } else { signals };
    config.require(&[Need::Token])?;
    let Some(app) = signals.unless_stopped(move || open(config)).await? else { return Ok(ExitCode::SUCCESS) };
    let frontend = gateway::run(app.clone(), watchdog);
    until_stopped(app, frontend, signals).await
}

/// Serves until SIGTERM or Ctrl-C, as [`run`] does: Discord, the images API, or both.
///
/// # Errors
/// A sentence that names what is missing, or an address that cannot be listened on.
pub async fn serve(config: Config, mut signals: Signals) -> anyhow::Result<ExitCode> {
    let routes = Routes::read(&config, Clock::System.now())?;
    let address = config.http_addr;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("EASEL_HTTP_ADDR: cannot listen on {address}; is it free, and allowed?"))?;
    let Some(app) = signals.unless_stopped(move || open(config)).await? else { return Ok(ExitCode::SUCCESS) };
    tracing::info!("listening on http://{}", listener.local_addr()?);
    if app.config.serves_api_alone() {
        tracing::info!("Discord is not set up: only the images API is served");
    } else {
        let declaring = app.clone();
        app.spawn(async move { declare(&declaring).await });
    }
    let (router, stopping) = (routes.open(app.clone()), app.stopping.clone());
    let frontend = async {
        server::serve(listener, router, stopping).await;
        Ok(())
    };
    until_stopped(app, frontend, signals).await
}

/// Runs the jobs that come through the queue until SIGTERM or Ctrl-C, as [`run`] does.
pub async fn work(config: Config, mut signals: Signals) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        config.queue != QueueUrl::Local,
        "EASEL_QUEUE is `local`, so the process that takes an order also runs it: a worker of its own needs EASEL_QUEUE=sqs:URL and a store that both share"
    );
    if config.token.is_none() && config.api_keys_file.is_some() {
        tracing::warn!("DISCORD_TOKEN is not set: orders from Discord are left to other workers");
    } else {
        config.require(&[Need::Token])?;
    }
    let Some(app) = signals.unless_stopped(move || open_everything(config)).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    work_in(&app);
    tracing::info!("waiting for jobs");
    let stopping = app.stopping.clone();
    let frontend = async move {
        stopping.cancelled().await;
        Ok(())
    };
    until_stopped(app, frontend, signals).await
}

/// Opens everything and starts the consumer and the sweeper.
async fn open(config: Config) -> anyhow::Result<Arc<App>> {
    let app = open_everything(config).await?;
    if app.config.monthly_budget.is_none() && app.config.engine == EngineChoice::Bedrock {
        tracing::warn!("{NO_BUDGET}");
    }
    // With a shared queue, `easel worker` runs the jobs.
    if matches!(app.queue, Queue::Local(_)) {
        work_in(&app);
    }
    // Without a token nobody could be told of the end.
    if app.config.token.is_some() {
        app.spawn(worker::tell_places(app.clone()));
        app.spawn(sessions::sweep(app.clone()));
    }
    Ok(app)
}

/// Starts the consumer, and removes what is to be removed: only who works on jobs may.
fn work_in(app: &Arc<App>) {
    app.spawn(worker::run(app.clone()));
    // Without a token nobody could delete messages.
    if app.config.token.is_some() {
        app.spawn(forget::sweep(app.clone()));
        app.spawn(retention::sweep(app.clone()));
    }
}

/// Opens everything; what is forgotten is handed to the queue from here on.
async fn open_everything(config: Config) -> anyhow::Result<Arc<App>> {
    let app = App::open(config, Clock::System).await?;
    app.spawn(worker::sweep(app.clone()));
    let prepared = app.clone();
    app.spawn(async move {
        tokio::select! {
            () = prepared.archive.prepare() => {}
            () = prepared.stopping.cancelled() => {}
        }
    });
    Ok(app)
}

async fn until_stopped(
    app: Arc<App>,
    frontend: impl Future<Output = anyhow::Result<()>>,
    mut signals: Signals,
) -> anyhow::Result<ExitCode> {
    tokio::pin!(frontend);
    let result = tokio::select! {
        result = &mut frontend => result,
        _ = signals.next() => Ok(()),
    };
    tracing::info!("stopping: nothing new is taken; what is under way has {} seconds", GRACE.as_secs());
    app.stopping.cancel();
    let finished = async {
        if result.is_ok() {
            drop(frontend.await);
        }
        app.finish(GRACE).await;
    };
    tokio::select! {
        () = finished => {}
        _ = signals.next() => {}
    }
    result.map(|()| ExitCode::SUCCESS)
}
