//! `/show`: any picture again, in any channel, for those who may see it.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::backends::discord_api::attachment;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::{Needed, OptionName, Refusal};
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::interaction::Attachment;
use crate::frontends::discord::picture_link;
use crate::frontends::discord::response::{Call, Response};

/// The longest id, file name or link.
const NAME_LIMIT: u16 = 300;

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    let name = "Its number or file name, as Details and the file say it";
    let picture = Opt::new(Type::String, "picture", name).max_length(NAME_LIMIT);
    let file = Opt::new(Type::Attachment, "file", "The file itself: Easel finds how it was made");
    let command =
        CreateCommand::new("show").description("Show a picture of Easel's again, with how it was made");
    anywhere(command).set_options(vec![picture, file])
}

/// What is to be shown: a name, or a file.
pub(super) fn parse(_: &str, options: Options) -> Option<(Option<String>, Option<Attachment>)> {
    Some((options.text("picture"), options.attachment("file")))
}

pub(super) async fn respond(
    call: Call<'_>,
    (name, file): (Option<String>, Option<Attachment>),
) -> Result<Response, Refusal> {
    let app = call.app;
    match (name, file) {
        (Some(_), Some(_)) => {
            Err(Refusal::OnlyOne { one: OptionName::Picture.into(), other: OptionName::File.into() })
        }
        (None, None) => Err(Refusal::Missing { what: Needed::Words(OptionName::Picture).into() }),
        (Some(name), None) => {
            let claim = picture_link::named(call, &name).await?.claim;
            let private = claim.job.origin.discord().is_some_and(|origin| origin.private);
            Ok(Response::later(private, Deferred::Show(Box::new(claim))))
        }
        (None, Some(file)) => {
            let elsewhere = app.config.discord_is_elsewhere.then_some(&app.config.discord_url);
            attachment::check_host(&file.url, elsewhere)?;
            Ok(Response::later(true, Deferred::ShowFile(file)))
        }
    }
}
