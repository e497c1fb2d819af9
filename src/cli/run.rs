//! `easel run`: the bot on the Gateway.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::config::Config;
use crate::discord::watchdog::Watchdog;
use crate::discord::{gateway, sessions};
use crate::worker;

/// What is under way when the process is told to stop may take this long.
const GRACE: Duration = Duration::from_secs(60);

/// Serves until SIGTERM or Ctrl-C, then finishes what is under way. A second signal ends it at once.
///
/// # Errors
/// A sentence that names what is missing, or why the connection is dead for good.
pub async fn run(config: Config, watchdog: Watchdog) -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for Ctrl-C")?;
    anyhow::ensure!(
        config.token.is_some(),
        "DISCORD_TOKEN is not set: put the token of your application's Bot page into it, in the environment or in .env"
    );
    let app = App::open(config).await?;
    app.spawn(worker::run(app.clone()));
    app.spawn(worker::sweep(app.clone()));
    app.spawn(sessions::sweep(app.clone()));
    let door = gateway::run(app.clone(), watchdog);
    tokio::pin!(door);
    let result = tokio::select! {
        result = &mut door => result,
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };
    tracing::info!("stopping: nothing new is taken; what is under way has {} seconds", GRACE.as_secs());
    app.stopping.cancel();
    let finished = async {
        if result.is_ok() {
            drop(door.await);
        }
        app.finish(GRACE).await;
    };
    tokio::select! {
        () = finished => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    result.map(|()| ExitCode::SUCCESS)
}
