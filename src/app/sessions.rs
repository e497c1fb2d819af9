//! What sessions do behind a deferred response: begin, show their pictures, end, and end by themselves.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::app::export::{Contents, Exported, pack};
use crate::app::messages::session as texts;
use crate::app::{App, publish};
use crate::backends::archive::{ExportOf, reference_key};
use crate::backends::discord_api::attachment::{self, Attachment};
use crate::backends::discord_api::message::Message;
use crate::backends::discord_api::rest::{Fault, ThreadKind};
use crate::backends::discord_api::retry::Retry;
use crate::domain::digest::sha256_hex;
use crate::domain::job::Posted;
use crate::domain::refusal::{NoThread, Refusal};
use crate::domain::session::{Act, Actor, PlanEdit, Replacement, Session, SessionId, Start};

mod pictures;

pub(crate) use pictures::page;

/// How often sessions are looked at whose quiet time may be over.
const SWEEP: Duration = Duration::from_secs(20);
/// Discord archives a thread after so many quiet minutes: a day, or a week for sessions that wait longer.
const DAY_MINUTES: u32 = 1_440;
const WEEK_MINUTES: u32 = 10_080;

/// Begins a session, in a thread of its own if one is wanted, and says so; or asks what to do with the one that runs.
pub(crate) async fn begin(
    app: &App,
    mut session: Session,
    reference: Option<Attachment>,
    thread: Option<ThreadKind>,
) -> anyhow::Result<Message> {
    session.plan.reference = keep_reference(app, &session, reference).await?;
    let Some(kind) = thread else {
        return Ok(match app.store.start_session(session.clone()).await? {
            Start::Begun => texts::begun(&session),
            Start::Waits(running) => texts::which_one(&running, session.id),
        });
    };
    let quiet = session.plan.quiet_hours.unwrap_or_default();
    let minutes = if quiet > 24 { WEEK_MINUTES } else { DAY_MINUTES };
    let make = || app.discord.start_thread(session.channel, kind, &session.plan.title, minutes);
    let made = Retry::once().until_taken(make).await;
    session.channel = made.map_err(no_thread)?;
    app.store.start_session(session.clone()).await?;
    let nonce = nonce('s', session.id);
    let begun = texts::begun(&session);
    let post = || app.discord.post(session.channel, &begun, &nonce);
    let shown = Retry::message().until_taken(post).await.context("opening the thread")?;
    remember(app, session.id, shown.map(|shown| shown.posted)).await;
    Ok(texts::begun_in_thread(&session))
}

pub(crate) async fn change(
    app: &App,
    session: Session,
    mut edit: PlanEdit,
    reference: Option<Attachment>,
) -> anyhow::Result<Message> {
    if let Some(key) = keep_reference(app, &session, reference).await? {
        edit.reference = Some(Some(key));
    }
    let changed = app.store.change_session(session.id, move |plan| *plan = plan.with(&edit)).await?;
    Ok(texts::changed(&changed.ok_or(Refusal::NoSession)?))
}

/// Ends a session and sums it up; the first to end it does.
pub(crate) async fn end(app: &App, session: &Session) -> anyhow::Result<Message> {
    if app.store.end_session(session.id, app.now()).await? {
        summary(app, session).await
    } else {
        Err(Refusal::NoSession.into())
    }
}

/// What there is to tell after [`replace`].
pub(crate) struct Replaced {
    /// For the channel: what ended, and what began.
    pub(crate) news: Vec<Message>,
    /// In the place of the question.
    pub(crate) message: Message,
}

/// Begins a session that waits, in place of the one that the member was asked about. Where another one runs, the
/// member is asked again.
pub(crate) async fn replace(
    app: &App,
    actor: Actor,
    id: SessionId,
    asked_about: Option<SessionId>,
) -> anyhow::Result<Replaced> {
    let replaced = match app.store.replace_session(id, asked_about, app.now()).await? {
        Replacement::Begun(replaced) => *replaced,
        Replacement::AnotherRuns(running) => {
            running.check(Act::Replace, actor)?;
            return Ok(Replaced { news: Vec::new(), message: texts::which_one(&running, id) });
        }
        Replacement::NoneWaits => return Ok(Replaced { news: Vec::new(), message: texts::nothing_waits() }),
    };
    let mut news = Vec::new();
    if let Some(ended) = &replaced.ended {
        news.push(summary(app, ended).await?);
    }
    news.push(texts::begun(&replaced.begun));
    Ok(Replaced { news, message: texts::replaced(&replaced.begun) })
}

/// All pictures of a session that `viewer` may see, their records and a page to look through them.
pub(crate) async fn export(
    app: &App,
    session: &Session,
    viewer: u64,
    file_limit: u64,
) -> anyhow::Result<Exported> {
    let pictures = pictures::of(app, session.id, Some(viewer)).await?;
    let tally = app.store.session_tally(session.id).await?;
    let contents = Contents {
        title: session.plan.title.clone(),
        facts: texts::export_facts(session, &tally, pictures.len()),
        name: format!("easel-session-{}", session.id),
        of: ExportOf::Session { guild: session.guild, id: session.id },
        pictures,
        note: None,
        nothing: Refusal::NothingToExport,
    };
    pack(app, &contents, file_limit).await
}

/// Ends sessions whose quiet time is over, until the process is told to stop.
pub async fn sweep(app: Arc<App>) {
    let rounds = async {
        loop {
            if let Err(error) = end_quiet(&app).await {
                tracing::error!(error = format!("{error:#}"), "quiet sessions could not be ended");
            }
            #[expect(clippy::disallowed_methods, reason = "the sweeper's beat")]
            tokio::time::sleep(SWEEP).await;
        }
    };
    app.stopping.run_until_cancelled(rounds).await;
}

/// Ends sessions whose quiet time is over, once.
pub async fn end_quiet(app: &App) -> anyhow::Result<()> {
    for session in app.store.quiet_sessions(app.now()).await? {
        if !app.store.end_session(session.id, session.quiet_end()).await? {
            continue;
        }
        let summary = summary(app, &session).await?;
        let nonce = nonce('e', session.id);
        let post = || app.discord.post(session.channel, &summary, &nonce);
        match Retry::message().until_taken(post).await {
            Ok(shown) => remember(app, session.id, shown.map(|shown| shown.posted)).await,
            Err(fault) => {
                tracing::warn!(session = %session.id, %fault, "a session's summary could not be posted");
            }
        }
    }
    Ok(())
}

/// Writes down which message says what a session is about: it goes with whoever started it.
pub(crate) async fn remember(app: &App, id: SessionId, message: Option<Posted>) {
    let Some(message) = message else { return };
    let remembered = match app.store.tell_of_session(id, message).await {
        Ok(true) => Ok(()),
        Ok(false) => publish::take_away(app, message).await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    if let Err(error) = remembered {
        tracing::error!(session = %id, error = format!("{error:#}"), "a message about a session could not be written down");
    }
}

/// What came of a session, with its pictures at a glance for everybody.
async fn summary(app: &App, session: &Session) -> anyhow::Result<Message> {
    let found = pictures::of(app, session.id, None).await?;
    let tally = app.store.session_tally(session.id).await?;
    let files = pictures::sheet(app, &session.plan.title, &found, 0).await?;
    Ok(Message {
        files: files.into_iter().collect(),
        ..texts::ended(session, &tally, pictures::members(&found))
    })
}

/// What the member can do about a thread that Discord did not make.
fn no_thread(fault: Fault) -> anyhow::Error {
    let why = match fault {
        Fault::Refused { code: 50024, .. } => NoThread::Channel,
        // There are too many that are not archived, of all or of an announcement channel.
        Fault::Refused { code: 160_006 | 160_007, .. } => NoThread::TooMany,
        Fault::Refused { status: 403, .. } => NoThread::Permissions,
        fault => return fault.into(),
    };
    Refusal::NoThread { why }.into()
}

/// Puts the reference picture into the archive, since Discord's address of it is short-lived; its key.
async fn keep_reference(
    app: &App,
    session: &Session,
    file: Option<Attachment>,
) -> anyhow::Result<Option<String>> {
    let Some(file) = file else { return Ok(None) };
    let bytes = app.attached(&file.url).await?;
    let format = attachment::check_bytes(&bytes)?;
    let sha256 = sha256_hex(&bytes);
    let key = reference_key(session.guild, session.id, &sha256, format);
    app.archive.put_image(&key, bytes, format, &sha256).await.context("keeping a reference picture")?;
    Ok(Some(key))
}

/// Discord drops a second message with the same nonce; it takes 25 characters.
fn nonce(what: char, session: SessionId) -> String {
    let id = session.to_string();
    format!("{what}{}", &id[id.len().saturating_sub(24)..])
}
