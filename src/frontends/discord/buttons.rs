//! What happens when a button is pressed. Which buttons there are stands in [`crate::app::components`].

use crate::app::components::Button;
use crate::app::messages::help::EXAMPLE;
use crate::app::messages::{member, progress, session as texts};
use crate::domain::job::{Claim, JobId, Picture, Stop};
use crate::domain::refusal::Refusal;
use crate::domain::request::Ask;
use crate::domain::services::Service;
use crate::domain::session::{Act, Session, SessionId};
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::response::{Call, Response, in_time};
use crate::frontends::discord::{forms, on_message, orders};

mod picture;

pub(super) use picture::{again, may_delete, visible};

/// Ancestors of a picture that are shown.
const ANCESTORS: usize = 5;

/// The response to a press, or to a choice in a menu; `None` if there was one before.
pub(super) async fn respond(
    call: Call<'_>,
    custom_id: &str,
    values: &[String],
) -> Result<Option<Response>, Refusal> {
    let response = match Button::from_custom_id(custom_id).ok_or(Refusal::UnknownButton)? {
        Button::Details(job) => details(call, job).await,
        Button::Retry(job) => return retry(call, job).await,
        Button::Cancel(job) => cancel(call, job).await,
        Button::Example => return orders::order(call, example()).await,
        Button::Replace(session, asked_about) => replace(call, session, asked_about).await,
        Button::Keep(session) => keep(call, session).await,
        Button::History(session, page) => history(call, session, page).await,
        Button::Gallery(wanted, cursor) => Ok(Response::update_later(Deferred::Gallery { wanted, cursor })),
        Button::Open => open(call, values).await,
        Button::Picture(action, job, n) => return picture::respond(call, action, job, n, values).await,
        Button::EditShown => {
            let service = values.first().and_then(|name| Service::from_name(name));
            let service = service.ok_or(Refusal::UnknownButton)?;
            return on_message::edit(call, service).await;
        }
        Button::StartFromShown => Ok(Response::form(&forms::start(Button::StartFromShown), call.interaction)),
        Button::Forget => Ok(Response::update_later(Deferred::Forget)),
        Button::Edit(..) | Button::EditShownWith(_) => Err(Refusal::UnknownButton),
    };
    response.map(Some)
}

/// The response to a form; `None` if there was one before.
pub(super) async fn submit(
    call: Call<'_>,
    custom_id: &str,
    fields: &[(String, String)],
) -> Result<Option<Response>, Refusal> {
    let button = Button::from_custom_id(custom_id).ok_or(Refusal::UnknownButton)?;
    picture::submit(call, button, fields).await
}

/// Orders what a job of this member asked for once more, with the settings and limits of now; `None` if this press has
/// done so before.
async fn retry(call: Call<'_>, job: JobId) -> Result<Option<Response>, Refusal> {
    let Call { app, interaction, .. } = call;
    let is_own = |claim: &Claim| claim.job.origin.is_by(interaction.member);
    let claim = in_time(app.store.find(job)).await?.filter(is_own).ok_or(Refusal::UnknownPicture)?;
    if claim.is_erased {
        return Err(Refusal::Deleted);
    }
    let refused = claim.pictures.iter().filter_map(Picture::refusal);
    let with_seed = !refused.into_iter().any(Refusal::is_about_the_picture);
    let ask = Ask { parent: claim.job.parent, ..claim.job.request.to_ask(with_seed) };
    orders::order_now(call, ask).await
}

/// Cancels a job, for whoever ordered it and for those who may manage messages where it was ordered.
async fn cancel(call: Call<'_>, job: JobId) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let claim = in_time(app.store.find(job)).await?.ok_or(Refusal::UnknownPicture)?;
    let is_here = claim.job.origin.discord().is_some_and(|origin| origin.channel == interaction.channel);
    let may_cancel = claim.job.origin.is_by(interaction.member) || (is_here && interaction.moderates());
    if !may_cancel {
        return Err(Refusal::NotYours);
    }
    match in_time(app.store.stop(job, now)).await? {
        Some(Stop::Ended) => Ok(Response::update(&progress::cancelled(job, claim.spent()))),
        Some(Stop::Asked) => Ok(Response::update(&progress::cancelling())),
        Some(Stop::TooLate) | None => Err(Refusal::NothingToCancel),
    }
}

/// What the help page suggests.
pub(super) fn example() -> Ask {
    Ask { prompt: EXAMPLE.to_owned(), ..Ask::default() }
}

/// The pictures of the job that was chosen, for the member alone.
async fn open(call: Call<'_>, values: &[String]) -> Result<Response, Refusal> {
    let job = values.first().and_then(|job| job.parse().ok()).ok_or(Refusal::UnknownButton)?;
    let claim = visible(call, job).await?;
    Ok(Response::later(true, Deferred::Show(Box::new(claim))))
}

/// How the pictures of a job were made, for those who may see them.
async fn details(call: Call<'_>, job: JobId) -> Result<Response, Refusal> {
    let claim = visible(call, job).await?;
    let ancestors = ancestors(call, &claim).await?;
    Ok(Response::private(&member::details(&claim, &ancestors)))
}

/// The jobs that this one goes on from, the nearest first, as far as the member may see them.
async fn ancestors(call: Call<'_>, claim: &Claim) -> Result<Vec<Claim>, Refusal> {
    let (mut ancestors, mut next) = (Vec::new(), claim.job.parent);
    while let Some(parent) = next.filter(|_| ancestors.len() < ANCESTORS) {
        match visible(call, parent).await {
            Ok(parent) => {
                next = parent.job.parent;
                ancestors.push(parent);
            }
            Err(Refusal::UnknownPicture | Refusal::Deleted) => break,
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(ancestors)
}

/// Begins the session that waits in place of the one that the member was asked about.
async fn replace(call: Call<'_>, id: SessionId, asked_about: Option<SessionId>) -> Result<Response, Refusal> {
    let (app, actor) = (call.app, call.interaction.actor());
    let Some(waiting) = in_time(app.store.waiting_session(id)).await? else {
        return Ok(Response::update(&texts::nothing_waits()));
    };
    waiting.check_answer(actor, call.interaction.channel)?;
    if let Some(running) = call.context().await?.session {
        running.check(Act::Replace, actor)?;
    }
    Ok(Response::update_later(Deferred::ReplaceSession { waiting: id, asked_about }))
}

async fn keep(call: Call<'_>, id: SessionId) -> Result<Response, Refusal> {
    let Call { app, interaction, .. } = call;
    let waiting = in_time(app.store.waiting_session(id)).await?;
    let was_asked = |waiting: Session| waiting.check_answer(interaction.actor(), interaction.channel).is_ok();
    if waiting.is_some_and(was_asked) {
        in_time(app.store.forget_session(id)).await?;
    }
    Ok(Response::update(&texts::kept()))
}

/// Another page of a session's pictures, in the place of the one that shows the button.
async fn history(call: Call<'_>, id: SessionId, page: u32) -> Result<Response, Refusal> {
    let Call { app, interaction, .. } = call;
    let found = in_time(app.store.session(id)).await?;
    let session = found.filter(|session| session.channel == interaction.channel).ok_or(Refusal::NoSession)?;
    session.check(Act::SeeHistory, interaction.actor())?;
    Ok(Response::update_later(Deferred::SessionHistory { session, page }))
}
