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

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn every_service_has_its_place_in_one_subcommand() {
        for service in Service::ALL {
            let all = SUBCOMMANDS.iter().flat_map(|(_, services)| *services);
            assert_eq!(all.filter(|(_, known)| known == service).count(), 1, "{service:?}");
        }
    }

    #[test]
    fn what_is_not_offered_is_not_declared() {
        let names = |offered: fn(&str) -> bool| {
            let catalogue = Catalogue::bedrock().offering(offered);
            let command = serde_json::to_value(declare(&catalogue, date!(2026 - 11 - 22))).unwrap();
            let subcommands = command["options"].as_array().cloned().unwrap_or_default();
            subcommands.iter().map(|sub| sub["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(|_| true).len(), SUBCOMMANDS.len());
        assert_eq!(names(|name| name == "upscale-fast"), ["upscale"]);
        assert!(names(|name| name == "core").is_empty());
    }
}
