//! `/easel`: each change is one write with its line in the audit trail; each response is for the admin alone.

use futures_util::future::try_join;

use crate::app::App;
use crate::app::messages::admin::{self as texts, Whose};
use crate::domain::policy::Entry;
use crate::domain::refusal::Refusal;
use crate::domain::settings::Settings;
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::response::{Call, Response, in_time};

mod declared;
mod edit;
mod parse;

pub(super) use declared::declare;
use edit::edit;
use parse::Admin;
pub(super) use parse::parse;

/// Lines of the audit trail in one answer.
const AUDIT_LINES: u32 = 15;
/// Lines of what the guardrail held back, below it.
const BLOCKED_LINES: u32 = 10;

pub(super) async fn respond(call: Call<'_>, admin: Admin) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let guild = interaction.guild.ok_or(Refusal::ServerOnly { command: "easel".to_owned() })?;
    if !interaction.is_admin() {
        return Err(Refusal::NotAdmin);
    }
    let edit = match admin {
        Admin::Usage => return Ok(Response::later(true, Deferred::Usage { guild, now })),
        Admin::Audit { before } => {
            // A page further back is about changes alone.
            let blocked_lines = if before.is_none() { BLOCKED_LINES } else { 0 };
            let entries = app.store.audit(guild, before, AUDIT_LINES);
            let blocked = app.store.blocked(guild, blocked_lines);
            let (entries, blocked) = in_time(try_join(entries, blocked)).await?;
            let whose = in_time(whose(app, &entries)).await?;
            return Ok(Response::private(&texts::audit(&entries, &whose, &blocked)));
        }
        Admin::Undo { number } => {
            let entry = in_time(app.store.undo(guild, interaction.member, number, now)).await??;
            return Ok(Response::private(&texts::changed(Some(&entry))));
        }
        Admin::ShowDefaults { .. }
        | Admin::ListModels
        | Admin::ShowAccess
        | Admin::ShowLimits
        | Admin::ShowBudget
        | Admin::ListWords => return show(call, &admin).await,
        change => edit(app, change, now)?,
    };
    let entry = in_time(app.store.edit(guild, interaction.member, edit, now)).await??;
    Ok(Response::private(&texts::changed(entry.as_ref())))
}

/// Whose pictures the entries say were removed.
async fn whose(app: &App, entries: &[Entry]) -> anyhow::Result<Whose> {
    let mut whose = Whose::new();
    for job in entries.iter().filter_map(Entry::removed) {
        let found = app.store.find(job).await?;
        whose.extend(found.and_then(|claim| Some((job, claim.job.origin.member()?))));
    }
    Ok(whose)
}

async fn show(call: Call<'_>, admin: &Admin) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let mut context = call.context().await?;
    let policy = &context.policy;
    let message = match admin {
        Admin::ShowDefaults { channel } => {
            // The admin's own preferences and a session are not what the server says.
            context.preferences = Settings::default();
            context.session = None;
            context.places = channel.iter().copied().collect();
            texts::defaults(&app.layers(&context), *channel, app.catalogue.default_name())
        }
        Admin::ListModels => texts::models(&app.catalogue, &policy.models, now.date()),
        Admin::ShowAccess => texts::access(&policy.access),
        Admin::ShowLimits => texts::limits(policy),
        Admin::ListWords => texts::words(&policy.words),
        _ => {
            let standing = in_time(app.store.standing(interaction.guild, interaction.member, now)).await?;
            texts::budget(&policy.budget, standing.guild, app.config.monthly_budget.is_some())
        }
    };
    Ok(Response::private(&message))
}
