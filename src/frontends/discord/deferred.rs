//! Responses that come in the place of a deferral and are no job: nothing is lost if the process dies over one, the
//! person asks again.

use anyhow::Context as _;
use time::OffsetDateTime;

use crate::app::export::{Part, export_own};
use crate::app::messages::{self, Reader, forget as forget_texts};
use crate::app::reports::usage;
use crate::app::sessions::Replaced;
use crate::app::{App, family, forget, gallery, publish, sessions};
use crate::backends::discord_api::message::Message;
use crate::backends::discord_api::rest::{Fault, ThreadKind};
use crate::backends::discord_api::retry::Retry;
use crate::backends::store::Cursor;
use crate::domain::digest::sha256_hex;
use crate::domain::error::refusal;
use crate::domain::forgetting::Receipt;
use crate::domain::job::{Claim, JobId, Posted, Wanted};
use crate::domain::refusal::Refusal;
use crate::domain::session::{PlanEdit, Session, SessionId};
use crate::frontends::discord::interaction::{Attachment, Interaction};
use crate::frontends::discord::register;
use crate::frontends::discord::response::{Deferral, Next};

/// What is to be done, and told in the place of the deferral.
#[derive(Debug)]
pub(crate) enum Deferred {
    BeginSession {
        session: Session,
        reference: Option<Attachment>,
        /// In a thread of its own.
        thread: Option<ThreadKind>,
    },
    ChangeSession {
        session: Session,
        edit: Box<PlanEdit>,
        reference: Option<Attachment>,
    },
    EndSession(Session),
    ReplaceSession {
        waiting: SessionId,
        asked_about: Option<SessionId>,
    },
    /// A page, from 0, of its pictures.
    SessionHistory {
        session: Session,
        page: u32,
    },
    SessionExport(Session),
    /// A page, from 0, of the member's own pictures as ZIP.
    Export {
        page: u32,
    },
    /// A page of pictures that are found again.
    Gallery {
        wanted: Wanted,
        cursor: Cursor,
    },
    /// Shows the pictures of a job once more.
    Show(Box<Claim>),
    /// The same, of the job that made this file.
    ShowFile(Attachment),
    /// Shows the private pictures of a job to everybody.
    Publish(Box<Claim>),
    /// What is held of the member.
    Held,
    /// Has all that is held of the member removed.
    Forget,
    /// What the server used in the month of `now`.
    Usage {
        guild: u64,
        now: OffsetDateTime,
    },
}

/// What is told in the place of the deferral, and after it.
struct Reply {
    message: Message,
    after: After,
}

/// What comes after it, for the member alone.
enum After {
    Nothing,
    /// The other files of an export.
    Parts(Vec<Part>),
    /// What the pictures of this job were made from, and what was made of them.
    Family(Box<Claim>),
}

impl Deferred {
    async fn reply(self, app: &App, interaction: &Interaction) -> anyhow::Result<Reply> {
        let message = match self {
            Deferred::BeginSession { session, reference, thread } => {
                sessions::begin(app, session, reference, thread).await?
            }
            Deferred::ChangeSession { session, edit, reference } => {
                sessions::change(app, session, *edit, reference).await?
            }
            Deferred::EndSession(session) => sessions::end(app, &session).await?,
            Deferred::ReplaceSession { waiting, asked_about } => {
                replace_session(app, interaction, waiting, asked_about).await?
            }
            Deferred::SessionHistory { session, page } => {
                sessions::page(app, &session, interaction.member, page).await?
            }
            Deferred::SessionExport(session) => {
                let exported =
                    sessions::export(app, &session, interaction.member, interaction.file_limit).await?;
                return Ok(Reply { message: exported.message, after: After::Parts(exported.more) });
            }
            Deferred::Export { page } => {
                let exported = export_own(app, interaction.member, page, interaction.file_limit).await?;
                return Ok(Reply { message: exported.message, after: After::Parts(exported.more) });
            }
            Deferred::Gallery { wanted, cursor } => {
                gallery::page(app, interaction.viewer(), &wanted, cursor).await?
            }
            Deferred::Show(claim) => return show(app, interaction, *claim).await,
            Deferred::ShowFile(file) => return show_file(app, interaction, &file).await,
            Deferred::Publish(claim) => publish::message(app, *claim, interaction.file_limit).await?,
            Deferred::Held => forget_texts::held(&forget::held(app, interaction.member).await?),
            Deferred::Forget => {
                let Interaction { application, token, .. } = interaction;
                let receipt = Receipt { application: *application, token: token.clone() };
                forget_texts::forgetting(&forget::ask(app, interaction.member, Some(receipt)).await?)
            }
            Deferred::Usage { guild, now } => usage::month(app, guild, now).await?,
        };
        Ok(Reply { message, after: After::Nothing })
    }
}

/// Begins the session that waits, and tells the channel what ended and what began.
async fn replace_session(
    app: &App,
    interaction: &Interaction,
    waiting: SessionId,
    asked_about: Option<SessionId>,
) -> anyhow::Result<Message> {
    let Replaced { news, message } =
        sessions::replace(app, interaction.actor(), waiting, asked_about).await?;
    for message in news {
        let follow_up = || app.discord.follow_up(interaction.application, &interaction.token, &message);
        Retry::once().until_taken(follow_up).await.context("telling the channel")?;
    }
    Ok(message)
}

async fn show(app: &App, interaction: &Interaction, claim: Claim) -> anyhow::Result<Reply> {
    let message = publish::again(app, claim.clone(), interaction.file_limit).await?;
    Ok(Reply { message, after: After::Family(Box::new(claim)) })
}

/// The pictures of the job that made this file, if the member may see them.
async fn show_file(app: &App, interaction: &Interaction, file: &Attachment) -> anyhow::Result<Reply> {
    let bytes = app.attached(&file.url).await?;
    let digest = tokio::task::spawn_blocking(move || sha256_hex(&bytes)).await?;
    let found = app.store.by_sha256(&digest).await?;
    let claim = match found {
        Some((job, _)) => app.store.find(job.id).await?,
        None => None,
    };
    let visible = claim.filter(|claim| {
        claim.job.origin.visible_in(interaction.guild, interaction.channel, interaction.member)
    });
    show(app, interaction, visible.ok_or(Refusal::UnknownPicture)?).await
}

/// Does what comes after the response, which Discord has.
pub(super) async fn follow(app: &App, interaction: &Interaction, next: Next) {
    match next {
        Next::Nothing => {}
        Next::Start(start) => start.go().await,
        Next::Remove(job) => app.enqueue(job).await,
        Next::LearnCommandIds => register::learn_ids(app, interaction.application).await,
        Next::Respond(deferred, deferral) => Box::pin(respond(app, interaction, *deferred, deferral)).await,
    }
}

/// Puts what comes of it in the place of the deferral. A refusal is for the member alone.
async fn respond(app: &App, interaction: &Interaction, deferred: Deferred, deferral: Deferral) {
    let (application, token) = (interaction.application, &interaction.token);
    let published = if let Deferred::Publish(claim) = &deferred { Some(claim.job.id) } else { None };
    let session = match &deferred {
        Deferred::BeginSession { session, .. }
        | Deferred::ChangeSession { session, .. }
        | Deferred::EndSession(session)
            if deferral == Deferral::Public =>
        {
            Some(session.id)
        }
        _ => None,
    };
    let shows = match &deferred {
        Deferred::Show(claim) if deferral == Deferral::Public => Some(claim.job.id),
        _ => None,
    };
    let result = match deferred.reply(app, interaction).await {
        Ok(Reply { message, after }) => match edit(app, interaction, &message).await {
            Ok(posted) => {
                if let Some(job) = published {
                    publish::remember(app, job, posted).await;
                }
                if let Some(session) = session {
                    sessions::remember(app, session, posted).await;
                }
                if let (Some(job), Some(copy)) = (shows, posted) {
                    publish::remember_copy(app, job, copy).await;
                }
                send_after(app, interaction, after).await
            }
            Err(fault) => Err(fault),
        },
        Err(error) => {
            let refused =
                Message::words(messages::refusal(&shown(app, interaction, &error), Reader::Discord));
            match deferral {
                Deferral::Private => edit(app, interaction, &refused).await.map(drop),
                Deferral::Public => app.discord.respond_privately(application, token, refused).await,
                Deferral::Message => app.discord.follow_up_privately(application, token, refused).await,
            }
        }
    };
    if let Err(fault) = result {
        tracing::error!(interaction = interaction.id, %fault, "a deferred response did not reach Discord");
    }
}

/// The refusal among the causes of an error, or the one for all others.
fn shown(app: &App, interaction: &Interaction, error: &anyhow::Error) -> Refusal {
    refusal(error).cloned().unwrap_or_else(|| {
        let job = JobId::new(app.now(), u128::from(interaction.id));
        tracing::error!(%job, error = format!("{error:#}"), "a deferred response could not be made");
        Refusal::Fault { job }
    })
}

async fn send_after(app: &App, interaction: &Interaction, after: After) -> Result<(), Fault> {
    let send =
        |message| app.discord.follow_up_privately(interaction.application, &interaction.token, message);
    match after {
        After::Nothing => {}
        After::Parts(parts) => {
            for part in parts {
                send(part.message().await.map_err(|error| Fault::Lost(format!("{error:#}")))?).await?;
            }
        }
        After::Family(claim) => {
            let drawn = family::around(app, interaction.viewer(), &claim).await;
            if let Some(message) = drawn.map_err(|error| Fault::Lost(format!("{error:#}")))? {
                send(message).await?;
            }
        }
    }
    Ok(())
}

async fn edit(app: &App, interaction: &Interaction, message: &Message) -> Result<Option<Posted>, Fault> {
    let edit = || app.discord.edit_original(interaction.application, &interaction.token, message);
    let shown = Retry::deferred().until_known(edit).await?;
    Ok(shown.map(|shown| shown.posted))
}
