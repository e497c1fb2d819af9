//! `/help`: what Easel can do here.

use serenity::all::CreateCommand;
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::app::messages::help::{Asker, CommandIds, Help};
use crate::app::{App, messages};
use crate::backends::store::Context;
use crate::domain::catalogue::Catalogue;
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::request::resolve;
use crate::frontends::discord::buttons::example;
use crate::frontends::discord::response::{Call, Response};

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    anywhere(CreateCommand::new("help").description("What Easel can do, and how"))
}

pub(super) fn parse(_: &str, _: Options) -> Option<()> {
    Some(())
}

pub(super) async fn respond(call: Call<'_>, (): ()) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let context = call.context().await?;
    let catalogue = app.offered(&context, &interaction.roles);
    let models: Vec<_> =
        catalogue.image_models(now.date()).map(|model| messages::priced(&model.name, model.price)).collect();
    let unknown = CommandIds::default();
    let help = Help {
        asker: match interaction.guild {
            None => Asker::Alone,
            Some(_) if interaction.is_admin() => Asker::Admin,
            Some(_) => Asker::Member,
        },
        commands: app.command_ids.get().unwrap_or(&unknown),
        models: &models,
        from_picture: catalogue.image_models(now.date()).any(|model| model.abilities.image_to_image),
        edits: catalogue.services(now.date()).next().is_some(),
        example: price_of_example(app, &context, &catalogue, now.date()),
    };
    let response = Response::private(&help.message());
    Ok(if help.commands.is_empty() { response.then_learn_command_ids() } else { response })
}

/// What the example costs here; nothing where it would be refused.
fn price_of_example(app: &App, context: &Context, catalogue: &Catalogue, today: Date) -> Option<Micros> {
    let request = resolve(example(), app.layers(context), catalogue, today, 0).ok()?;
    let each = catalogue.image_model(Some(&request.model), today).ok()?.price;
    Some(each * i64::try_from(request.seeds.len()).ok()?)
}
