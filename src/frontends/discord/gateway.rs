//! The Gateway: serenity's connection, and the responses posted to the callback endpoint.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use secrecy::ExposeSecret;
use serde_json::Value;
use serenity::all::{
    ClientBuilder, ConnectionStage, Context, EventHandler, GatewayIntents, HttpBuilder,
    Interaction as SerenityInteraction, RawEventHandler, Ready, ResumedEvent, ShardStageUpdateEvent,
};
use serenity::async_trait;
use serenity::model::event::Event;
use time::OffsetDateTime;
use tokio::sync::oneshot;

use crate::app::App;
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::backends::discord_api::retry::{Retry, wait};
use crate::config::Shards;
use crate::frontends::discord::deferred;
use crate::frontends::discord::interaction::Interaction;
use crate::frontends::discord::register::declare;
use crate::frontends::discord::response::{Next, Response, respond};
use crate::frontends::discord::start;
use crate::frontends::discord::watchdog::Watchdog;

/// Discord waits three seconds for the response; later it is of no use.
const CALLBACK_TIME: Duration = Duration::from_millis(2_800);
/// How long Discord is waited for when the connection is closed in good order.
const GOODBYE: Duration = Duration::from_secs(2);

/// How often, and how long after one another, Discord is asked whether it has an answer that it did not confirm.
const ATTEMPTS: u32 = 3;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(500);

/// Serves interactions until the process is told to stop. As long as Discord cannot be reached at first, it waits.
///
/// # Errors
/// A sentence: the token or the connection is dead for good.
pub async fn run(app: Arc<App>, watchdog: Watchdog) -> anyhow::Result<()> {
    let allowed = start::allowed(&app.discord, app.config.shards);
    let Some(shards) = app.stopping.run_until_cancelled(allowed).await else { return Ok(()) };
    let shards = shards?;
    watchdog.lost();
    let mut ended = in_a_runtime_of_its_own(connect(app.clone(), watchdog.clone(), shards))?;
    tokio::select! {
        why = watchdog.dead() => Err(anyhow!(why)),
        result = &mut ended => match result {
            Ok(Err(error)) => Err(verdict(&watchdog, error).await),
            Ok(Ok(())) | Err(_) => Err(anyhow!("the connection to Discord ended")),
        },
        () = app.stopping.cancelled() => {
            drop(tokio::time::timeout(GOODBYE, ended).await);
            Ok(())
        }
    }
}

/// Runs serenity on a thread apart. A shard of it that spins (see the watchdog) never gives its thread back, and a
/// runtime that shares one with it may lose its timers and sockets. The thread is not joined: it ends with the process.
fn in_a_runtime_of_its_own<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> anyhow::Result<oneshot::Receiver<T>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("gateway".into())
        .spawn(move || drop(sender.send(runtime.block_on(task))))
        .context("cannot start the thread for the connection to Discord")?;
    Ok(receiver)
}

/// Holds the connection until it is dead or the process stops.
async fn connect(app: Arc<App>, watchdog: Watchdog, shards: Shards) -> anyhow::Result<()> {
    let token = app.discord.token().context("DISCORD_TOKEN is not set")?;
    let base = app.config.discord_url.as_str().trim_end_matches('/').to_owned();
    // serenity honours another address only without its rate limiter, which would hold up unrelated answers anyway.
    let http = HttpBuilder::new(token.expose_secret()).proxy(base).ratelimiter_disabled(true).build();
    let mut client = ClientBuilder::new_with_http(http, GatewayIntents::empty())
        .event_handler(Events { app: app.clone(), watchdog })
        .raw_event_handler(Unparsed)
        .await
        .context("cannot set up the connection to Discord")?;
    let shard_manager = client.shard_manager.clone();
    tokio::select! {
        // serenity counts the end of this range in.
        ended = client.start_shard_range(shards.first..shards.last, shards.total) => Ok(ended?),
        () = app.stopping.cancelled() => {
            shard_manager.shutdown_all().await;
            Ok(())
        }
    }
}

/// The remedy for what made serenity give up, if the watchdog knows one.
async fn verdict(watchdog: &Watchdog, error: anyhow::Error) -> anyhow::Error {
    match tokio::time::timeout(Duration::from_millis(100), watchdog.dead()).await {
        Ok(why) => anyhow!(why),
        Err(_) => error.context("the connection to Discord ended"),
    }
}

/// Discord's code for an interaction that has its response.
const ACKNOWLEDGED: u64 = 40060;

struct Events {
    app: Arc<App>,
    watchdog: Watchdog,
}

#[async_trait]
impl EventHandler for Events {
    async fn ready(&self, _: Context, ready: Ready) {
        self.watchdog.connected();
        tracing::info!(bot = ready.user.name, "connected to Discord; waiting for /imagine");
        let app = self.app.clone();
        self.app.spawn(async move { declare(&app).await });
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        self.watchdog.connected();
    }

    async fn shard_stage_update(&self, _: Context, event: ShardStageUpdateEvent) {
        if event.new == ConnectionStage::Connected { self.watchdog.connected() } else { self.watchdog.lost() }
    }

    async fn interaction_create(&self, _: Context, interaction: SerenityInteraction) {
        let now = self.app.now();
        if let Some(interaction) = Interaction::from_serenity(interaction) {
            let app = self.app.clone();
            self.app.spawn(async move { serve(&app, &interaction, now).await });
        }
    }
}

/// Logs interactions that serenity cannot parse.
struct Unparsed;

#[async_trait]
impl RawEventHandler for Unparsed {
    async fn raw_event(&self, _: Context, event: Event) {
        if let Event::Unknown(unknown) = event
            && unknown.kind == "INTERACTION_CREATE"
        {
            tracing::error!("an interaction of an unknown shape was not understood; is there a newer Easel?");
        }
    }
}

/// Responds to one interaction, then does what comes next.
async fn serve(app: &Arc<App>, interaction: &Interaction, now: OffsetDateTime) {
    let Some(Response { callback, next }) = respond(app, interaction, now).await else { return };
    let acknowledged = tokio::time::timeout(CALLBACK_TIME, post(&app.discord, interaction, &callback)).await;
    let fault = match acknowledged {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault),
        Err(_) => Some(Fault::Lost("no answer in three seconds".into())),
    };
    if let Some(fault) = &fault {
        tracing::warn!(interaction = interaction.id, %fault, "the response did not reach Discord");
    }
    if let Some(Fault::Refused { code: ACKNOWLEDGED, .. }) = &fault {
        tracing::warn!(
            interaction = interaction.id,
            "this interaction has its response already: it was delivered twice, or another copy of the bot runs with this token, which needs the same EASEL_STORE"
        );
        if let Next::Start(start) = next {
            start.take_back().await;
        }
        return;
    }
    match next {
        Next::Start(start) if fault.is_some() && has_no_response(&app.discord, interaction).await => {
            start.take_back().await;
        }
        next => deferred::follow(app, interaction, next).await,
    }
}

/// Posts the callback, again if Discord was out of order. "Already acknowledged" (40060) is success where an earlier
/// try may have been taken; on the first try another copy of the bot has responded.
async fn post(discord: &Rest, interaction: &Interaction, callback: &Value) -> Result<(), Fault> {
    let mut retry = Retry::callback();
    let mut may_be_taken = false;
    loop {
        let fault = match discord.callback(interaction.id, &interaction.token, callback).await {
            Ok(()) => return Ok(()),
            Err(Fault::Refused { code: ACKNOWLEDGED, .. }) if may_be_taken => return Ok(()),
            Err(fault) => fault,
        };
        may_be_taken |= matches!(fault, Fault::Lost(_));
        match retry.after(&fault) {
            Some(pause) => wait(pause).await,
            None => return Err(fault),
        }
    }
}

/// Whether Discord certainly has no answer. It may have one although it refused the callback, or never confirmed it;
/// while that is unknown, the person may be looking at it.
async fn has_no_response(discord: &Rest, interaction: &Interaction) -> bool {
    for _ in 0..ATTEMPTS {
        // A callback that is still on its way arrives now or never.
        wait(ATTEMPT_PAUSE).await;
        match discord.original_response(interaction.application, &interaction.token).await {
            Ok(_) => return false,
            Err(Fault::Refused { .. }) => return true,
            Err(Fault::Limited { .. } | Fault::Lost(_)) => {}
        }
    }
    false
}
