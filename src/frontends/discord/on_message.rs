//! Commands of the **Apps** menu of a message, on anybody's picture.

use serenity::all::{CommandType, CreateCommand};
use time::Date;

use super::commands::anywhere;
use crate::app::StoredPicture;
use crate::app::components::{Button, PictureAction};
use crate::app::messages::picture_buttons as texts;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, EditAsk, ImageSource};
use crate::domain::services::Service;
use crate::frontends::discord::interaction::Target;
use crate::frontends::discord::response::{Call, Response};
use crate::frontends::discord::{buttons, forms, orders, picture_link};

const EDIT: &str = "Edit picture";
const START: &str = "Start from this picture";
const AGAIN: &str = "Make again";

/// As Discord wants them declared while these models are offered.
pub(super) fn declare(catalogue: &Catalogue, today: Date) -> Vec<CreateCommand> {
    let edits = catalogue.services(today).any(|(service, _)| service.is_in_menus());
    let starts = catalogue.starting_from_picture(today).is_some();
    let names = [edits.then_some(EDIT), starts.then_some(START), Some(AGAIN)];
    let command = |name| anywhere(CreateCommand::new(name).kind(CommandType::Message));
    names.into_iter().flatten().map(command).collect()
}

/// The response to a command on a message; `None` if this interaction has ordered before.
pub(super) async fn respond(call: Call<'_>, name: &str, target: Target) -> Result<Option<Response>, Refusal> {
    let ours = ours(call, &target).await?;
    if target.pictures.is_empty() {
        return Err(Refusal::NoPictureInMessage);
    }
    let (channel, message) = (call.interaction.channel, target.message);
    match (name, ours) {
        (EDIT, Some(picture)) => {
            let message = texts::edit_menu(&picture.claim, picture.n, &call.app.catalogue, call.now.date());
            Ok(Some(Response::private(&message)))
        }
        (EDIT, None) => {
            let server = call.interaction.guild;
            let link = picture_link::link(server, channel, message);
            let menu = Button::EditMessage(channel, message);
            let message = texts::edit_menu_of(menu, &link, &call.app.catalogue, call.now.date());
            Ok(Some(Response::private(&message)))
        }
        (START, Some(StoredPicture { claim, n })) => {
            let button = Button::Picture(PictureAction::Start, claim.job.id, Some(n));
            Ok(Some(Response::form(&forms::start(button), call.interaction)))
        }
        (START, None) => {
            let button = Button::StartFromMessage(channel, message);
            Ok(Some(Response::form(&forms::start(button), call.interaction)))
        }
        (AGAIN, Some(picture)) => orders::order(call, buttons::again(&picture.claim)).await,
        (AGAIN, None) => Err(Refusal::NotOurs),
        _ => Err(Refusal::UnknownCommand { command: name.to_owned() }),
    }
}

/// What was chosen from the menu of a message.
pub(super) async fn edit(
    call: Call<'_>,
    channel: u64,
    message: u64,
    service: Service,
) -> Result<Option<Response>, Refusal> {
    if !service.is_in_menus() {
        return Err(Refusal::UnknownButton);
    }
    if service.needs_only_a_picture() && !service.wants_words_of_its_picture() {
        let ask = Ask { edit: Some(Box::new(EditAsk::new(service))), ..Ask::default() };
        return orders::order(call, with_picture(ask, channel, message)).await;
    }
    let button = Button::EditMessageWith(service, channel, message);
    Ok(Some(Response::form(&forms::edit(service, button), call.interaction)))
}

/// The order with the message's picture in it.
pub(super) fn with_picture(ask: Ask, channel: u64, message: u64) -> Ask {
    Ask { image: Some(ImageSource::Message { channel, message, roles: Vec::new() }), ..ask }
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
