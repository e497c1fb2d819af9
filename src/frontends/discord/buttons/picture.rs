//! What is done with the pictures of a job. Whoever may see them may press: the new job is theirs.

use crate::app::StoredPicture;
use crate::app::components::{Button, Chosen, PictureAction, chosen};
use crate::app::messages::picture_buttons as texts;
use crate::domain::job::{Claim, Erased, JobId};
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, EditAsk, ImageRequest};
use crate::domain::services::Service;
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::response::{Call, Response, in_time};
use crate::frontends::discord::{forms, on_message, orders};

/// How far a variation goes from its picture, 0 to 1.
const SUBTLE: f64 = 0.35;
const STRONG: f64 = 0.75;

/// `values` is what was chosen in a menu: the number of a picture, or a service. `None` if this press has ordered
/// before.
pub(super) async fn respond(
    call: Call<'_>,
    action: PictureAction,
    job: JobId,
    n: Chosen,
    values: &[String],
) -> Result<Option<Response>, Refusal> {
    let claim = visible(call, job).await?;
    let value = values.first();
    let picked = n.or_else(|| value.and_then(|value| chosen(value)).flatten());
    let count = claim.pictures.iter().filter(|picture| picture.generated().is_some()).count();
    if action.needs_one(&claim) && picked.is_none() && count > 1 {
        return Ok(Some(Response::private(&texts::which(action, &claim))));
    }
    let chosen_alone = action.needs_one(&claim);
    let claim = alone(claim, action, picked);
    if action == PictureAction::Edit
        && let (Some(_), Some(value)) = (n, value)
    {
        let service = Service::from_name(value).ok_or(Refusal::UnknownButton)?;
        return edit(call, stored(claim, picked)?, service).await;
    }
    let (catalogue, today) = (&call.app.catalogue, call.now.date());
    let response = match action {
        PictureAction::Again => return orders::order(call, again(&claim)).await,
        PictureAction::VarySubtle => return vary(call, &stored(claim, picked)?, SUBTLE).await,
        PictureAction::VaryStrong => return vary(call, &stored(claim, picked)?, STRONG).await,
        PictureAction::Upscale => return upscale(call, &stored(claim, picked)?, Service::UpscaleFast).await,
        PictureAction::UpscaleConservative => {
            return upscale(call, &stored(claim, picked)?, Service::UpscaleConservative).await;
        }
        PictureAction::UpscaleCreative => {
            return upscale(call, &stored(claim, picked)?, Service::UpscaleCreative).await;
        }
        PictureAction::Remix => {
            Response::form(&forms::remix(&claim, only(&claim).filter(|_| chosen_alone)), call.interaction)
        }
        PictureAction::Start => {
            let n = stored(claim, picked)?.n;
            let button = Button::Picture(PictureAction::Start, job, Some(n));
            Response::form(&forms::start(button), call.interaction)
        }
        PictureAction::Edit => {
            let StoredPicture { claim, n } = stored(claim, picked)?;
            let message = texts::edit_menu(&claim, n, catalogue, today);
            if values.is_empty() { Response::private(&message) } else { Response::update(&message) }
        }
        PictureAction::More => Response::private(&texts::more(&claim, catalogue, today)),
        PictureAction::Publish => publish(call, claim)?,
        PictureAction::Delete => {
            may_delete(call, &claim)?;
            Response::private(&texts::delete_question(&claim))
        }
        PictureAction::DeleteNow => {
            may_delete(call, &claim)?;
            delete(call, &claim).await?
        }
    };
    Ok(Some(response))
}

/// Orders what a form of a picture asks for.
pub(super) async fn submit(
    call: Call<'_>,
    button: Button,
    fields: &[(String, String)],
) -> Result<Option<Response>, Refusal> {
    match button {
        Button::Picture(PictureAction::Remix, job, n) => {
            let claim = alone(visible(call, job).await?, PictureAction::Remix, n);
            let ask = forms::remixed(again(&claim), fields)?;
            orders::order(call, ask).await
        }
        Button::Edit(service, job, n) => {
            let picture = stored(visible(call, job).await?, n)?;
            let mut ask = forms::edited(service, fields)?;
            picture.put_into(&mut ask);
            orders::order(call, Ask { private: private(&picture.claim), ..ask }).await
        }
        Button::Picture(PictureAction::Start, job, n) => {
            let picture = stored(visible(call, job).await?, n)?;
            let mut ask = forms::started(fields)?;
            picture.put_into(&mut ask);
            orders::order(call, Ask { private: private(&picture.claim), ..ask }).await
        }
        Button::EditShownWith(service) => {
            let ask = on_message::with_shown(call, forms::edited(service, fields)?)?;
            orders::order(call, ask).await
        }
        Button::StartFromShown => {
            let ask = on_message::with_shown(call, forms::started(fields)?)?;
            orders::order(call, ask).await
        }
        _ => Err(Refusal::UnknownButton),
    }
}

/// A job whose pictures the member may see here.
pub(in crate::frontends::discord) async fn visible(call: Call<'_>, job: JobId) -> Result<Claim, Refusal> {
    let interaction = call.interaction;
    let visible = |claim: &Claim| {
        claim.job.origin.visible_in(interaction.guild, interaction.channel, interaction.member)
    };
    match in_time(call.app.store.find(job)).await? {
        // Nothing of it says any more who might see it.
        Some(claim) if claim.is_erased => Err(Refusal::Deleted),
        found => found.filter(visible).ok_or(Refusal::UnknownPicture),
    }
}

fn stored(claim: Claim, n: Chosen) -> Result<StoredPicture, Refusal> {
    StoredPicture::of(claim, n).ok_or(Refusal::UnknownPicture)
}

/// The job as if the picture that was chosen had been ordered alone, where that makes a difference.
fn alone(claim: Claim, action: PictureAction, picked: Chosen) -> Claim {
    let first =
        || claim.pictures.iter().find(|picture| picture.generated().is_some()).map(|picture| picture.n);
    match picked.or_else(first).filter(|_| action.needs_one(&claim)) {
        Some(n) => claim.alone(n),
        None => claim,
    }
}

fn only(claim: &Claim) -> Option<u32> {
    claim.pictures.first().map(|picture| picture.n)
}

/// The same request, with other seeds.
pub(in crate::frontends::discord) fn again(claim: &Claim) -> Ask {
    Ask { parent: Some(claim.job.id), ..claim.to_whole_ask() }
}

async fn vary(call: Call<'_>, picture: &StoredPicture, strength: f64) -> Result<Option<Response>, Refusal> {
    let ImageRequest { prompt, negative, style, .. } = &picture.claim.job.request;
    let model = call.app.catalogue.starting_from_picture(call.now.date());
    let ask = Ask {
        prompt: prompt.clone(),
        negative: negative.clone(),
        style: style.map(|style| style.name().to_owned()),
        model: model.map(|model| model.name.clone()),
        count: Some(1),
        image: Some(picture.source()),
        strength: Some(strength),
        private: private(&picture.claim),
        ..Ask::default()
    };
    orders::order(call, ask).await
}

async fn upscale(
    call: Call<'_>,
    picture: &StoredPicture,
    service: Service,
) -> Result<Option<Response>, Refusal> {
    let mut ask = Ask { edit: Some(Box::new(EditAsk::new(service))), ..Ask::default() };
    picture.put_into(&mut ask);
    orders::order(call, Ask { private: private(&picture.claim), ..ask }).await
}

/// Orders the edit, or shows the form with what it needs beside the picture.
async fn edit(call: Call<'_>, picture: StoredPicture, service: Service) -> Result<Option<Response>, Refusal> {
    if !service.is_in_menus() {
        return Err(Refusal::UnknownButton);
    }
    if service.needs_only_a_picture() {
        return upscale(call, &picture, service).await;
    }
    let button = Button::Edit(service, picture.claim.job.id, Some(picture.n));
    Ok(Some(Response::form(&forms::edit(service, button), call.interaction)))
}

/// What is made of a private picture is private too.
fn private(claim: &Claim) -> Option<bool> {
    claim.job.origin.discord().filter(|origin| origin.private).map(|_| true)
}

fn publish(call: Call<'_>, claim: Claim) -> Result<Response, Refusal> {
    let is_theirs = claim.job.origin.is_by(call.interaction.member);
    if !is_theirs || claim.job.origin.is_public() {
        return Err(Refusal::UnknownPicture);
    }
    Ok(Response::later(false, Deferred::Publish(Box::new(claim))))
}

/// Erases a job; a worker removes its message and its files. Who removed somebody else's is noted.
async fn delete(call: Call<'_>, claim: &Claim) -> Result<Response, Refusal> {
    let (Call { app, interaction, now }, job) = (call, claim.job.id);
    let erased = in_time(app.store.erase(job, now)).await?;
    if let (Some(Erased::Begun), Some(guild)) = (erased, interaction.guild)
        && !claim.job.origin.is_by(interaction.member)
    {
        in_time(app.store.note_removal(guild, interaction.member, job, now)).await?;
    }
    match erased {
        Some(Erased::Begun) => Ok(Response::update(&texts::deleted(claim)).then_remove(job)),
        Some(Erased::Before) => Err(Refusal::Deleted),
        Some(Erased::AtWork) => Err(Refusal::StillAtWork),
        None => Err(Refusal::UnknownPicture),
    }
}

/// Whoever ordered the pictures may delete them, and whoever may delete others' messages in the channel that shows them:
/// nothing is known here of what somebody may do in another one.
pub(in crate::frontends::discord) fn may_delete(call: Call<'_>, claim: &Claim) -> Result<(), Refusal> {
    let interaction = call.interaction;
    let is_theirs = claim.job.origin.is_by(interaction.member);
    let is_here = claim.all_posted().any(|posted| posted.channel == interaction.channel);
    if is_theirs || (is_here && interaction.moderates()) { Ok(()) } else { Err(Refusal::NotYours) }
}
