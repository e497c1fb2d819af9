//! `/export`: a member's own pictures and their records as ZIP.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::response::{Call, Response};

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    let page = Opt::new(Type::Integer, "page", "1 has the latest pictures, 2 those before them, and so on");
    let command =
        CreateCommand::new("export").description("All your pictures and their records, packed as ZIP");
    anywhere(command).set_options(vec![page.min_int_value(1).max_int_value(10_000)])
}

/// The page, from 0.
pub(super) fn parse(_: &str, options: Options) -> Option<u32> {
    let page = options.integer("page").and_then(|page| u32::try_from(page).ok()).unwrap_or(1);
    Some(page.saturating_sub(1))
}

pub(super) async fn respond(_: Call<'_>, page: u32) -> Result<Response, Refusal> {
    Ok(Response::later(true, Deferred::Export { page }))
}
