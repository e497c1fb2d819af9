//! From what an admin typed to the edit of the policy.

use std::num::NonZeroU32;

use time::OffsetDateTime;

use super::Admin;
use crate::app::App;
use crate::domain::limits::Limits;
use crate::domain::policy::{AccessEdit, BudgetEdit, Edit, Guarded};
use crate::domain::refusal::{Needed, OptionName, Refusal};
use crate::domain::words::{self, WordRule};
use crate::frontends::discord::commands::written;

/// The edit that a command asks for, its values checked.
pub(super) fn edit(app: &App, admin: Admin, now: OffsetDateTime) -> Result<Edit, Refusal> {
    let model = |name: &str| Ok(app.catalogue.living(name, now.date())?.name.clone());
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
        Admin::SetLimits { role, burst, per_minute, in_flight, daily, variants } => {
            let limits = Limits {
                burst: number(burst).and_then(NonZeroU32::new),
                per_minute: number(per_minute).and_then(NonZeroU32::new),
                in_flight: number(in_flight),
                daily: number(daily),
                variants: number(variants),
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
        Admin::RemoveWord { phrase } => Edit::RemoveWord(phrase),
        Admin::Pause { reason } => Edit::Pause(Some(reason)),
        _ => Edit::Pause(None),
    })
}

fn number(value: Option<i64>) -> Option<u32> {
    value.and_then(|value| u32::try_from(value).ok())
}
