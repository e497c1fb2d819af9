//! `/easel`: each change is one write with its line in the audit trail; each answer is for the admin alone.

use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::future::try_join;
use time::OffsetDateTime;

use super::{Answer, context, in_time, written};
use crate::app::App;
use crate::app::messages::admin as reply;
use crate::domain::limits::Limits;
use crate::domain::policy::{AccessEdit, BudgetEdit, Edit, Guarded};
use crate::domain::refusal::Refusal;
use crate::domain::refusal::{Needed, OptionName};
use crate::domain::settings::Settings;
use crate::domain::words::{self, WordRule};
use crate::frontends::discord::commands::Admin;
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::interaction::Interaction;

mod usage;

pub(in crate::frontends::discord) use usage::month;

/// Lines of the audit trail in one answer.
const AUDIT_LINES: u32 = 15;
/// Lines of what the guardrail held back, below it.
const BLOCKED_LINES: u32 = 10;

/// The answer to an admin's command.
///
/// # Errors
/// The refusal to show: no admin, no server, or a value that cannot be.
pub(super) async fn admin(
    app: &Arc<App>,
    interaction: &Interaction,
    admin: Admin,
    now: OffsetDateTime,
) -> Result<Answer, Refusal> {
    let guild = interaction.guild.ok_or(Refusal::ServerOnly { command: "easel".to_owned() })?;
    if !interaction.is_admin() {
        return Err(Refusal::NotAdmin);
    }
    let edit = match admin {
        Admin::Usage => return Ok(Answer::later(true, Deferred::Usage { guild, now })),
        Admin::Audit { before } => {
            // A page further back is about changes alone.
            let blocked_lines = if before.is_none() { BLOCKED_LINES } else { 0 };
            let entries = app.store.audit(guild, before, AUDIT_LINES);
            let blocked = app.store.blocked(guild, blocked_lines);
            let (entries, blocked) = in_time(try_join(entries, blocked)).await?;
            return Ok(Answer::private(reply::audit(&entries, &blocked)));
        }
        Admin::Undo { number } => {
            let entry = in_time(app.store.undo(guild, interaction.member, number, now)).await??;
            return Ok(Answer::private(reply::changed(Some(&entry))));
        }
        Admin::ShowDefaults { .. }
        | Admin::ListModels
        | Admin::ShowAccess
        | Admin::ShowLimits
        | Admin::ShowBudget
        | Admin::ListWords => return show(app, interaction, &admin, now).await,
        change => edit(app, change, now)?,
    };
    let entry = in_time(app.store.edit(guild, interaction.member, edit, now)).await??;
    Ok(Answer::private(reply::changed(entry.as_ref())))
}

async fn show(
    app: &App,
    interaction: &Interaction,
    admin: &Admin,
    now: OffsetDateTime,
) -> Result<Answer, Refusal> {
    let mut context = context(app, interaction, now).await?;
    let policy = &context.policy;
    let message = match admin {
        Admin::ShowDefaults { channel } => {
            // The admin's own preferences and a session are not what the server says.
            context.preferences = Settings::default();
            context.session = None;
            context.places = channel.iter().copied().collect();
            reply::defaults(&app.layers(&context), *channel, app.catalogue.default_name())
        }
        Admin::ListModels => reply::models(&app.catalogue, &policy.models, now.date()),
        Admin::ShowAccess => reply::access(&policy.access),
        Admin::ShowLimits => reply::limits(policy),
        Admin::ListWords => reply::words(&policy.words),
        _ => {
            let standing = in_time(app.store.standing(interaction.guild, interaction.member, now)).await?;
            reply::budget(&policy.budget, standing.guild, app.config.monthly_budget.is_some())
        }
    };
    Ok(Answer::private(message))
}

/// The edit that a command asks for, its values checked.
fn edit(app: &App, admin: Admin, now: OffsetDateTime) -> Result<Edit, Refusal> {
    let model = |name: &str| Ok(app.catalogue.image_model(Some(name), now.date())?.name.clone());
    Ok(match admin {
        Admin::SetDefaults { channel, settings } => {
            Edit::SetDefaults(channel, written::settings(&settings, &app.catalogue, now.date())?)
        }
        Admin::ResetDefaults { channel, field } => Edit::ResetDefaults(
            channel,
            field.as_deref().map(written::field).transpose()?.into_iter().collect(),
        ),
        Admin::Lock { channel, field, locked } => Edit::Lock(channel, written::field(&field)?, locked),
        Admin::AllowModel { model: name, only } => Edit::AllowModel { name: model(&name)?, only },
        Admin::DenyModel { model: name } => Edit::DenyModel(model(&name)?),
        Admin::Access { what, model: name, role, channel, allowed } => {
            if role.is_none() && channel.is_none() {
                return Err(Refusal::Missing { what: Needed::RoleOrChannel.into() });
            }
            let guarded = match (what.as_str(), name) {
                ("use", _) => Guarded::Generate,
                ("private", _) => Guarded::Private,
                (_, Some(name)) => Guarded::Model(model(&name)?),
                (_, None) => return Err(Refusal::Missing { what: Needed::Model.into() }),
            };
            Edit::Access(AccessEdit { guarded, role, channel, allowed })
        }
        Admin::ResetAccess => Edit::ResetAccess,
        Admin::SetLimits { role, burst, per_minute, in_flight, daily } => {
            let limits = Limits {
                burst: number(burst).and_then(NonZeroU32::new),
                per_minute: number(per_minute).and_then(NonZeroU32::new),
                in_flight: number(in_flight),
                daily: number(daily),
            };
            if limits == Limits::default() {
                return Err(Refusal::Missing { what: Needed::Limit.into() });
            }
            Edit::SetLimits(role, limits)
        }
        Admin::ResetLimits { role } => Edit::ResetLimits(role),
        Admin::SetBudget { month, member_day, member_month, warn_in } => {
            let edit = BudgetEdit {
                month: written::dollars(OptionName::Month, month)?,
                member_day: written::dollars(OptionName::MemberDay, member_day)?,
                member_month: written::dollars(OptionName::MemberMonth, member_month)?,
                warn_in: warn_in.map(Some),
            };
            if edit == BudgetEdit::default() {
                return Err(Refusal::Missing { what: Needed::BudgetLimit.into() });
            }
            Edit::SetBudget(edit)
        }
        Admin::ResetBudget => Edit::ResetBudget,
        Admin::AddWord { phrase, note, age_restricted_too } => {
            Edit::AddWord(WordRule { phrase: words::phrase(&phrase)?, note, age_restricted_too })
        }
        Admin::RemoveWord { phrase } => Edit::RemoveWord(words::phrase(&phrase)?),
        Admin::Pause { reason } => Edit::Pause(Some(reason)),
        _ => Edit::Pause(None),
    })
}

fn number(value: Option<i64>) -> Option<u32> {
    value.and_then(|value| u32::try_from(value).ok())
}
