//! `/gallery`: pictures that are found again, for the member alone.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::backends::store::Cursor;
use crate::domain::catalogue::Catalogue;
use crate::domain::job::Wanted;
use crate::domain::refusal::Refusal;
use crate::domain::search::{SEARCH_LIMIT, searched};
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::response::{Call, Response};

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    let sub = |name, words| Opt::new(Type::SubCommand, name, words);
    let limit = u16::try_from(SEARCH_LIMIT).unwrap_or(u16::MAX);
    let words = Opt::new(Type::String, "words", "All of these words stand in the prompt");
    let search = sub("search", "Your pictures and those of this channel, by words of the prompt")
        .add_sub_option(words.required(true).max_length(limit));
    anywhere(CreateCommand::new("gallery").description("Find pictures again")).set_options(vec![
        sub("mine", "Your pictures, the latest first"),
        sub("channel", "The pictures of this channel, the latest first"),
        search,
    ])
}

/// What is looked for; words as they were typed.
pub(crate) enum Asked {
    Mine,
    Channel,
    Words(String),
}

pub(super) fn parse(path: &str, options: Options) -> Option<Asked> {
    match path {
        "mine" => Some(Asked::Mine),
        "channel" => Some(Asked::Channel),
        "search" => Some(Asked::Words(options.text("words").unwrap_or_default())),
        _ => None,
    }
}

pub(super) async fn respond(_: Call<'_>, asked: Asked) -> Result<Response, Refusal> {
    let wanted = match asked {
        Asked::Mine => Wanted::Mine,
        Asked::Channel => Wanted::Channel,
        Asked::Words(text) => Wanted::Words(searched(&text).ok_or(Refusal::NoSearchWords)?),
    };
    Ok(Response::later(true, Deferred::Gallery { wanted, cursor: Cursor::Latest }))
}
