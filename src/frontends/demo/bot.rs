//! The real bot, in a process of its own that is started again whenever it ends.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::BUDGET_USD;
use super::hub::{Bot, Hub};
use crate::config::EngineChoice;

/// Before it is started again.
const PAUSE: Duration = Duration::from_secs(2);
/// For what is under way when the playground ends.
const GRACE: Duration = Duration::from_secs(5);

/// The bot's program and all of its environment: nothing else of the user's reaches it.
///
/// # Errors
/// The running program cannot be found.
pub(super) fn command(hub: &Hub, aws: &[(String, String)]) -> anyhow::Result<Command> {
    let program = std::env::current_exe().context("cannot find the running program")?;
    let mut command = Command::new(program);
    command
        .args(["run", "--until-stdin-ends"])
        .current_dir(hub.folder.root())
        .env_clear()
        .env("HOME", hub.folder.root())
        .env("DISCORD_TOKEN", hub.discord.token())
        .env("DISCORD_API_URL", hub.discord.base_url())
        .env("EASEL_ENGINE", "bedrock")
        .env("EASEL_MONTHLY_BUDGET_USD", BUDGET_USD.to_string());
    match (&hub.bedrock, hub.engine) {
        (Some(bedrock), _) => {
            command
                .env("AWS_ACCESS_KEY_ID", "playground")
                .env("AWS_SECRET_ACCESS_KEY", "playground")
                .env("AWS_REGION", "us-west-2")
                .env("AWS_EC2_METADATA_DISABLED", "true");
            for service in ["BEDROCK_RUNTIME", "BEDROCK", "STS"] {
                command.env(format!("AWS_ENDPOINT_URL_{service}"), bedrock.base_url());
            }
        }
        (None, EngineChoice::Bedrock) => {
            command.envs(aws.iter().map(|(name, value)| (name, value)));
        }
        (None, EngineChoice::Sketch) => {
            command.env("EASEL_ENGINE", "sketch");
        }
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C is for the playground, which then tells the bot.
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

/// Runs the bot until the playground ends.
///
/// # Errors
/// It cannot be started.
pub(super) async fn run(hub: Arc<Hub>, mut command: Command) -> anyhow::Result<()> {
    for starts in 1.. {
        let mut child = command.spawn().context("cannot start the bot")?;
        hub.set_bot(Bot { state: "starting", process: child.id(), starts });
        let ended = attend(&hub, &mut child, starts).await?;
        hub.set_bot(Bot { state: "stopped", process: None, starts });
        if !ended || tokio::time::timeout(PAUSE, hub.stopping.cancelled()).await.is_ok() {
            break;
        }
    }
    Ok(())
}

/// Waits until the process ends; whether it did so by itself.
async fn attend(hub: &Arc<Hub>, child: &mut Child, starts: u32) -> anyhow::Result<bool> {
    // The bot ends when this is closed, be it that this process was killed.
    let stdin = child.stdin.take();
    let process = child.id();
    let mut lines = child.stderr.take().map(|stderr| BufReader::new(stderr).lines());
    let connected = hub.discord.connected();
    tokio::pin!(connected);
    let mut running = false;
    let mut last = String::new();
    loop {
        tokio::select! {
            Some(line) = next_line(&mut lines) => {
                hub.note(json!({ "type": "log", "lines": [line] }));
                last = line;
            }
            () = &mut connected, if !running => {
                running = true;
                hub.set_bot(Bot { state: "running", process, starts });
            }
            () = hub.kill.notified() => child.start_kill().context("cannot kill the bot")?,
            status = child.wait() => {
                let status = status.context("the bot")?;
                while let Some(line) = next_line(&mut lines).await {
                    hub.note(json!({ "type": "log", "lines": [line] }));
                    last = line;
                }
                if status.code().is_some() {
                    tracing::warn!("the bot has ended ({status}) and is started again: {last}");
                }
                return Ok(true);
            }
            () = hub.stopping.cancelled() => {
                drop(stdin);
                // Nobody reads its log any more, and a full pipe would hold it up.
                let drained = async {
                    while next_line(&mut lines).await.is_some() {}
                    child.wait().await
                };
                if tokio::time::timeout(GRACE, drained).await.is_err() {
                    child.kill().await.context("cannot kill the bot")?;
                }
                return Ok(false);
            }
        }
    }
}

/// `None` at the end, or where no text comes.
async fn next_line(lines: &mut Option<Lines<BufReader<ChildStderr>>>) -> Option<String> {
    let line = lines.as_mut()?.next_line().await.ok().flatten();
    if line.is_none() {
        *lines = None;
    }
    line
}
