//! `/help`: what Easel can do here.

use serenity::all::CreateCommand;
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::app::messages;
use crate::backends::discord_api::message::Message;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::frontends::discord::response::{Call, Response};

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    anywhere(CreateCommand::new("help").description("What Easel can do, and how"))
}

pub(super) fn parse(_: &str, _: Options) -> Option<()> {
    Some(())
}

pub(super) async fn respond(call: Call<'_>, (): ()) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let catalogue = app.offered(&call.context().await?, &interaction.roles);
    let models: Vec<_> =
        catalogue.image_models(now.date()).map(|model| messages::priced(&model.name, model.price)).collect();
    let from_picture = catalogue.image_models(now.date()).any(|model| model.abilities.image_to_image);
    Ok(Response::private(&Message::words(messages::help::help(&models, from_picture))))
}
