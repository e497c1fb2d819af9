//! Commands of the **Apps** menu of a message, on anybody's picture.

use serenity::all::{CommandType, CreateCommand, InstallationContext, InteractionContext, Permissions};
use time::Date;

use super::commands::anywhere;
use crate::app::StoredPicture;
use crate::app::components::{Button, PictureAction};
use crate::app::messages::picture_buttons as texts;
use crate::backends::discord_api::attachment;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, EditAsk, ImageSource};
use crate::domain::services::Service;
use crate::frontends::discord::interaction::{Attachment, Target};
use crate::frontends::discord::response::{Call, Response};
use crate::frontends::discord::{buttons, forms, orders, picture_link};

const EDIT: &str = "Edit picture";
const START: &str = "Start from this picture";
const AGAIN: &str = "Make again";
const REMOVE: &str = "Remove picture";

/// As Discord wants them declared while these models are offered.
pub(super) fn declare(catalogue: &Catalogue, today: Date) -> Vec<CreateCommand> {
    let edits = catalogue.services(today).any(|(service, _)| service.is_in_menus());
    let starts = catalogue.starting_from_picture(today).is_some();
    let names = [edits.then_some(EDIT), starts.then_some(START), Some(AGAIN)];
    let command = |name| anywhere(CreateCommand::new(name).kind(CommandType::Message));
    names.into_iter().flatten().map(command).chain([remove()]).collect()
}

/// For those who may delete other people's messages, unless admins of the server say otherwise.
fn remove() -> CreateCommand {
    CreateCommand::new(REMOVE)
        .kind(CommandType::Message)
        .default_member_permissions(Permissions::MANAGE_MESSAGES)
        .contexts(vec![InteractionContext::Guild])
        .integration_types(vec![InstallationContext::Guild])
}

/// The response to a command on a message; `None` if this interaction has ordered before.
///
/// Discord tells a bot what stands in other people's messages with such a command only: later their picture is known by
/// the private message that shows it.
pub(super) async fn respond(call: Call<'_>, name: &str, target: Target) -> Result<Option<Response>, Refusal> {
    let ours = ours(call, &target).await?;
    let shown = target.pictures.first().ok_or(Refusal::NoPictureInMessage)?;
    let (catalogue, today) = (&call.app.catalogue, call.now.date());
    Ok(Some(match (name, ours) {
        (EDIT, Some(picture)) => {
            Response::private(&texts::edit_menu(&picture.claim, picture.n, catalogue, today))
        }
        (EDIT, None) => {
            check(call, shown)?;
            Response::private(&texts::edit_shown(&shown.url, catalogue, today))
        }
        (START, Some(StoredPicture { claim, n })) => {
            let button = Button::Picture(PictureAction::Start, claim.job.id, Some(n));
            Response::form(&forms::start(button), call.interaction)
        }
        (START, None) => {
            check(call, shown)?;
            Response::private(&texts::start_from_shown(&shown.url))
        }
        (AGAIN, Some(picture)) => return orders::order(call, buttons::again(&picture.claim)).await,
        (REMOVE, Some(picture)) => {
            buttons::may_delete(call, &picture.claim)?;
            Response::private(&texts::delete_question(&picture.claim))
        }
        (AGAIN | REMOVE, None) => return Err(Refusal::NotOurs),
        _ => return Err(Refusal::UnknownCommand { command: name.to_owned() }),
    }))
}

fn check(call: Call<'_>, file: &Attachment) -> Result<(), Refusal> {
    let config = &call.app.config;
    attachment::check_description(file, config.discord_is_elsewhere.then_some(&config.discord_url))
}

/// What was chosen from the menu below somebody else's picture.
pub(super) async fn edit(call: Call<'_>, service: Service) -> Result<Option<Response>, Refusal> {
    if !service.is_in_menus() {
        return Err(Refusal::UnknownButton);
    }
    if service.needs_only_a_picture() && !service.wants_words_of_its_picture() {
        let ask = Ask { edit: Some(Box::new(EditAsk::new(service))), ..Ask::default() };
        return orders::order(call, with_shown(call, ask)?).await;
    }
    let form = forms::edit(service, Button::EditShownWith(service));
    Ok(Some(Response::form(&form, call.interaction)))
}

/// The order with the picture in it that the private message shows.
pub(super) fn with_shown(call: Call<'_>, ask: Ask) -> Result<Ask, Refusal> {
    let url = call.interaction.shown.clone().ok_or(Refusal::UnknownButton)?;
    let filename = url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next());
    let filename = filename.unwrap_or_default().to_owned();
    Ok(Ask { image: Some(ImageSource::Attachment { url, filename }), ..ask })
}

/// The picture of ours that a message of ours shows.
async fn ours(call: Call<'_>, target: &Target) -> Result<Option<StoredPicture>, Refusal> {
    let Some(file) = target.pictures.first().filter(|_| target.is_ours) else { return Ok(None) };
    match picture_link::named(call, &file.filename).await {
        Ok(picture) => Ok(Some(picture)),
        Err(Refusal::UnknownPicture) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}
