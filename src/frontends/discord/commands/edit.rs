//! `/edit`: what Bedrock's image services do with a picture, a subcommand for each.

use serenity::all::CreateCommand;
use time::Date;

use super::anywhere;
use crate::backends::discord_api::attachment;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::domain::services::Service;
use crate::frontends::discord::orders;
use crate::frontends::discord::picture_link;
use crate::frontends::discord::response::{Call, Response};

mod declared;
mod parse;

use parse::Asked;
pub(super) use parse::parse;

/// Each subcommand with the services behind it: where there are several, the option `how` chooses.
const SUBCOMMANDS: &[(&str, &[(&str, Service)])] = &[
    (
        "upscale",
        &[
            ("fast", Service::UpscaleFast),
            ("conservative", Service::UpscaleConservative),
            ("creative", Service::UpscaleCreative),
        ],
    ),
    ("background", &[("", Service::Background)]),
    ("erase", &[("", Service::Erase)]),
    ("inpaint", &[("", Service::Inpaint)]),
    ("outpaint", &[("", Service::Outpaint)]),
    ("replace", &[("", Service::Replace)]),
    ("recolor", &[("", Service::Recolor)]),
    ("sketch", &[("", Service::ControlSketch)]),
    ("structure", &[("", Service::Structure)]),
    ("style-guide", &[("", Service::StyleGuide)]),
    ("style-transfer", &[("", Service::StyleTransfer)]),
];

/// Only while a service is offered.
pub(super) fn declare(catalogue: &Catalogue, today: Date) -> Option<CreateCommand> {
    let subcommands = declared::subcommands(catalogue, today);
    let command = CreateCommand::new("edit").description("Change a picture");
    (!subcommands.is_empty()).then(|| anywhere(command).set_options(subcommands))
}

/// `None` for an interaction that was admitted before.
pub(super) async fn respond(call: Call<'_>, asked: Asked) -> Result<Option<Response>, Refusal> {
    let Call { app, .. } = call;
    let elsewhere = app.config.discord_is_elsewhere.then_some(&app.config.discord_url);
    asked.files.iter().try_for_each(|file| attachment::check_description(file, elsewhere))?;
    let mut ask = asked.ask;
    match asked.from {
        Some(text) => picture_link::put(call, &text, &mut ask).await?,
        None => ask.from_last = ask.image.is_none(),
    }
    orders::order(call, ask).await
}
