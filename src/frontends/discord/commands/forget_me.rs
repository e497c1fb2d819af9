//! `/forget-me`: what is held of a member, and a button that has it removed.

use serenity::all::CreateCommand;
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::response::{Call, Response};

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    let words = "What Easel holds of you, and a button that removes all of it";
    anywhere(CreateCommand::new("forget-me").description(words))
}

pub(super) fn parse(_: &str, _: Options) -> Option<()> {
    Some(())
}

#[expect(clippy::unused_async, reason = "as all commands")]
pub(super) async fn respond(_: Call<'_>, (): ()) -> Result<Response, Refusal> {
    Ok(Response::later(true, Deferred::Held))
}
