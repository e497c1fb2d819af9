//! `/usage`: what a member has used, and what is left.

use serenity::all::CreateCommand;
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::app::messages::member as texts;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::frontends::discord::response::{Call, Response, in_time};

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    anywhere(CreateCommand::new("usage").description("What you have used, and what is left"))
}

pub(super) fn parse(_: &str, _: Options) -> Option<()> {
    Some(())
}

pub(super) async fn respond(call: Call<'_>, (): ()) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let policy = call.context().await?.policy;
    let standing = in_time(app.store.standing(interaction.guild, interaction.member, now)).await?;
    let limits = policy.limits_of(&interaction.roles);
    Ok(Response::private(&texts::usage(&standing, &limits, &policy.budget, app.config.monthly_budget)))
}
