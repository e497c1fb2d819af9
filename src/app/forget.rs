//! Forgetting a member: what is held of them is counted, and goes page by page. The store knows who is to be forgotten until
//! nothing is left, so that any process goes on with it after a crash.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::app::messages::forget as texts;
use crate::app::worker;
use crate::app::{App, publish};
use crate::backends::discord_api::rest::Fault;
use crate::backends::discord_api::retry::Retry;
use crate::domain::forgetting::{Forgetting, Held, Receipt};
use crate::domain::job::{Claim, Erased, JobId, Picture};

/// How often the store is asked for somebody who is to be forgotten.
const SWEEP: Duration = Duration::from_secs(3);
/// Orders that are looked at together.
const PAGE: usize = 50;
/// Orders that are removed at a time: Discord takes a few deletions a second, and workers are for those who wait.
const AT_ONCE: usize = 4;
/// The same, where they are only counted.
const COUNTED_PAGE: usize = 500;

/// How far a round went.
#[derive(Debug, PartialEq, Eq)]
enum Round {
    /// Nothing is left.
    Over,
    /// Something could not be removed yet.
    Left,
    /// It was told to stop.
    Stopped,
    /// Another process has it.
    Taken,
}

/// What is held of a member.
///
/// # Errors
/// The store cannot be read.
pub async fn held(app: &App, member: u64) -> anyhow::Result<Held> {
    let (mut held, mut before) = (Held::default(), None);
    loop {
        let page = app.store.jobs_of_member(member, before, COUNTED_PAGE).await?;
        for claim in page.iter().filter(|claim| !claim.is_erased) {
            held.orders += 1;
            held.pictures += claim.pictures.iter().filter_map(Picture::generated).count() as u64;
        }
        match page.last() {
            Some(last) => before = Some(last.job.id),
            None => break,
        }
    }
    held.sessions = app.store.sessions_of_member(member).await?.len() as u64;
    let preferences = app.store.context(None, Vec::new(), member, app.now()).await?.preferences;
    held.preferences = preferences.fields().count() as u64;
    Ok(held)
}

/// Writes down that a member is to be forgotten; what is held of them. A sweeper does it.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ask(app: &App, member: u64, receipt: Option<Receipt>) -> anyhow::Result<Held> {
    let held = held(app, member).await?;
    app.store.forget_soon(Forgetting::new(member, held, receipt, app.now())).await?;
    Ok(held)
}

/// Forgets those who are to be forgotten, until the process is told to stop.
pub async fn sweep(app: Arc<App>) {
    while !app.stopping.is_cancelled() {
        if let Err(error) = go_on(&app, &app.stopping).await {
            tracing::error!(
                error = format!("{error:#}"),
                "somebody is still to be forgotten; this is tried again"
            );
        }
        #[expect(clippy::disallowed_methods, reason = "the sweeper's beat")]
        let beat = tokio::time::sleep(SWEEP);
        app.stopping.run_until_cancelled(beat).await;
    }
}

/// Goes on with everybody who is to be forgotten, until `stop`.
///
/// # Errors
/// The store cannot be read or written, or somebody could not be forgotten for another reason; it is tried again later.
pub async fn go_on(app: &App, stop: &CancellationToken) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    for member in app.store.to_forget(app.now()).await? {
        if let Err(error) = forget(app, member, stop).await {
            outcome = Err(error);
        }
    }
    outcome
}

/// Goes on with one member, if nobody else does.
async fn forget(app: &App, member: u64, stop: &CancellationToken) -> anyhow::Result<()> {
    let Some(forgetting) = app.store.claim_forgetting(member, app.now()).await? else { return Ok(()) };
    let round = round(app, &forgetting, stop).await;
    match round {
        Ok(Round::Over) => {
            if app.store.end_forgetting(&forgetting).await? {
                tell(app, &forgetting).await;
            }
        }
        Ok(Round::Taken) => {}
        Ok(Round::Stopped) => app.store.pause_forgetting(&forgetting, true, app.now()).await?,
        Ok(Round::Left) | Err(_) => app.store.pause_forgetting(&forgetting, false, app.now()).await?,
    }
    round.map(drop)
}

/// All orders once, the latest first, then the rest.
async fn round(app: &App, forgetting: &Forgetting, stop: &CancellationToken) -> anyhow::Result<Round> {
    let (mut before, mut is_left) = (forgetting.first_spared(), false);
    loop {
        if stop.is_cancelled() {
            return Ok(Round::Stopped);
        }
        if !app.store.hold_forgetting(forgetting, app.now()).await? {
            return Ok(Round::Taken);
        }
        let page = app.store.jobs_of_member(forgetting.member, Some(before), PAGE).await?;
        let Some(last) = page.last() else { break };
        before = last.job.id;
        let mut removed = stream::iter(page).map(|claim| remove(app, claim, stop)).buffer_unordered(AT_ONCE);
        while let Some(is_gone) = removed.next().await {
            is_left |= !is_gone?;
        }
    }
    if is_left {
        return Ok(if stop.is_cancelled() { Round::Stopped } else { Round::Left });
    }
    for session in app.store.sessions_of_member(forgetting.member).await? {
        if !forgetting.covers(&session) {
            continue;
        }
        if session.by == forgetting.member {
            app.archive.remove_session(session.guild, session.id).await.context("a session's pictures")?;
            for message in &session.plan.told {
                match publish::take_away(app, *message).await {
                    Err(fault @ Fault::Refused { .. }) if !fault.is_dead_token() => {
                        tracing::warn!(session = %session.id, %fault, "a message about a session stays");
                    }
                    taken_away => taken_away?,
                }
            }
        }
        app.store.leave_session(session.id, forgetting.member, app.now()).await?;
    }
    app.archive.remove_exports_of(forgetting.member).await.context("packed pictures")?;
    app.store.forget_member(forgetting.member).await?;
    Ok(Round::Over)
}

/// Erases an order with all that is left of it; whether it is gone.
async fn remove(app: &App, claim: Claim, stop: &CancellationToken) -> anyhow::Result<bool> {
    let job: JobId = claim.job.id;
    if !claim.is_erased && app.store.erase(job, app.now()).await? == Some(Erased::AtWork) {
        // Once it has ended.
        app.store.stop(job, app.now()).await?;
        return Ok(false);
    }
    worker::process(app, job, stop).await;
    app.store.disown(job).await
}

/// The receipt. Nothing depends on it.
async fn tell(app: &App, forgetting: &Forgetting) {
    let message = texts::forgotten(&forgetting.held);
    let told = match forgetting.receipt(app.now()) {
        Some(receipt) => {
            let edit = || app.discord.edit_original(receipt.application, &receipt.token, &message);
            Retry::deferred().until_known(edit).await.map(drop)
        }
        None => Ok(()),
    };
    if let Err(fault) = told {
        tracing::warn!(%fault, "a receipt that somebody was forgotten did not reach them");
    }
}
