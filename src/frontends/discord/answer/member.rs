//! `/prefer`, `/usage` and **Details**: what concerns one member, told to that member alone.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{Answer, context, in_time, written};
use crate::app::App;
use crate::app::messages::member as reply;
use crate::domain::job::{Claim, JobId};
use crate::domain::refusal::Refusal;
use crate::domain::settings::Settings;
use crate::frontends::discord::commands::Prefer;
use crate::frontends::discord::interaction::Interaction;

/// The answer to `/prefer`.
pub(super) async fn prefer(
    app: &Arc<App>,
    interaction: &Interaction,
    prefer: Prefer,
    now: OffsetDateTime,
) -> Result<Answer, Refusal> {
    let context = context(app, interaction, now).await?;
    match prefer {
        Prefer::Show => {}
        Prefer::Set(values) => {
            let set = written::settings(&values, &app.offered(&context, &interaction.roles), now.date())?;
            change(app, interaction.member, move |settings| {
                set.fields().for_each(|field| settings.copy(field, &set));
            })
            .await?;
        }
        Prefer::Reset(None) => {
            change(app, interaction.member, |settings| *settings = Settings::default()).await?
        }
        Prefer::Reset(Some(name)) => {
            let field = written::field(&name)?;
            change(app, interaction.member, move |settings| settings.copy(field, &Settings::default()))
                .await?;
        }
    }
    let context = self::context(app, interaction, now).await?;
    let message =
        reply::preferences(&context.preferences, &app.layers(&context), app.catalogue.default_name());
    Ok(Answer::private(message))
}

async fn change(
    app: &App,
    member: u64,
    change: impl Fn(&mut Settings) + Send + 'static,
) -> Result<(), Refusal> {
    in_time(app.store.prefer(member, change)).await
}

/// The answer to `/usage`.
pub(super) async fn usage(
    app: &Arc<App>,
    interaction: &Interaction,
    now: OffsetDateTime,
) -> Result<Answer, Refusal> {
    let policy = context(app, interaction, now).await?.policy;
    let standing = in_time(app.store.standing(interaction.guild, interaction.member, now)).await?;
    let limits = policy.limits_of(&interaction.roles);
    Ok(Answer::private(reply::usage(&standing, &limits, &policy.budget, app.config.monthly_budget)))
}

/// How the pictures of a job were made, for those who may see them.
pub(super) async fn details(
    app: &Arc<App>,
    interaction: &Interaction,
    job: JobId,
) -> Result<Answer, Refusal> {
    let visible = |claim: &Claim| {
        claim.job.origin.visible_in(interaction.guild, interaction.channel, interaction.member)
    };
    let claim = in_time(app.store.find(job)).await?.filter(visible).ok_or(Refusal::UnknownPicture)?;
    let model = app.catalogue.find(&claim.job.request.model);
    let region = model.and_then(|model| app.engine.region_of(model));
    Ok(Answer::private(reply::details(&claim, claim.spent(), region.as_deref())))
}
