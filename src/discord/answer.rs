//! The three-second path: from an interaction to its first answer. No call to a model, an archive or Discord is
//! made here; the one thing waited for is the store.

use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use crate::app::App;
use crate::attachment;
use crate::discord::commands::{self, Command};
use crate::discord::interaction::{Action, Attachment, Interaction};
use crate::discord::reply;
use crate::error::Refusal;
use crate::job::{DiscordOrigin, Job, JobId, Origin};
use crate::money::Micros;
use crate::request::{Ask, resolve};
use crate::settings::Settings;
use crate::store::Admission;

/// How long the store may take, of Discord's three seconds.
const STORE_PATIENCE: Duration = Duration::from_millis(2_000);

/// What to tell Discord at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// `{type, data}` of the callback.
    pub callback: Value,
    /// The job to start once Discord has the callback.
    pub job: Option<JobId>,
}

/// The answer to an interaction; `None` if it was answered before.
pub async fn answer(app: &App, interaction: &Interaction, now: OffsetDateTime) -> Option<Answer> {
    let outcome = match interaction.action.clone() {
        Action::Typing { option, text } => {
            let suggestions = commands::suggestions(&option, &text, &app.catalogue, now.date());
            return say(reply::choices(suggestions.into_iter()));
        }
        Action::Command { name, options } => match commands::parse(&name, options) {
            Command::Imagine(ask, file) => imagine(app, interaction, *ask, file, now).await,
            Command::Help => return say(reply::private_words(&help(app, now))),
            Command::Unknown(command) => Err(Refusal::UnknownCommand { command }),
        },
        Action::Unknown => Err(Refusal::UnknownButton),
    };
    match outcome {
        Ok(Some(job)) => Some(Answer { callback: reply::deferred(job.1), job: Some(job.0) }),
        Ok(None) => None,
        Err(refusal) => say(reply::private_words(&refusal.to_string())),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what `answer` returns")]
fn say(callback: Value) -> Option<Answer> {
    Some(Answer { callback, job: None })
}

/// The admitted job and whether it is private; `None` for an interaction that was admitted before.
async fn imagine(
    app: &App,
    interaction: &Interaction,
    ask: Ask,
    file: Option<Attachment>,
    now: OffsetDateTime,
) -> Result<Option<(JobId, bool)>, Refusal> {
    if app.stopping.is_cancelled() {
        return Err(Refusal::Stopping);
    }
    if let Some(file) = &file {
        let elsewhere = app.config.discord_is_elsewhere.then_some(&app.config.discord_url);
        attachment::check_description(file, elsewhere)?;
    }
    let request = resolve(ask, Settings::built_in(), &app.catalogue, now.date(), rand::random())?;
    let model = app.catalogue.painter(Some(&request.model), now.date())?;
    let price = model.price * i64::try_from(request.seeds.len()).unwrap_or(i64::MAX);
    let private = request.private;
    let job = Job {
        id: JobId::new(now, u128::from(interaction.id)),
        origin: Origin::Discord(DiscordOrigin {
            interaction: interaction.id,
            application: interaction.application,
            token: interaction.token.clone(),
            guild: interaction.guild,
            channel: interaction.channel,
            member: interaction.member,
            private,
            file_limit: interaction.file_limit,
        }),
        request,
        created: now,
        parent: None,
    };
    if let Err(refusal) = app.limiter.take(interaction.member, now) {
        return if was_admitted(app, &job).await { Ok(None) } else { Err(refusal) };
    }
    Ok(admit(app, &job, price, now).await?.then_some((job.id, private)))
}

/// Discord may deliver an interaction again: what was admitted then is not refused now.
async fn was_admitted(app: &App, job: &Job) -> bool {
    let known = tokio::time::timeout(STORE_PATIENCE, app.store.is_known(job.dedupe_key())).await;
    matches!(known, Ok(Ok(true)))
}

/// Whether the job is admitted; `false` for a duplicate.
async fn admit(app: &App, job: &Job, price: Micros, now: OffsetDateTime) -> Result<bool, Refusal> {
    let admission = app.store.admit(job, price, app.config.monthly_budget, now);
    match tokio::time::timeout(STORE_PATIENCE, admission).await {
        Ok(Ok(Admission::Admitted)) => Ok(true),
        Ok(Ok(Admission::Duplicate(_))) => Ok(false),
        Ok(Ok(Admission::Refused(refusal))) => Err(refusal),
        Ok(Err(error)) => {
            tracing::error!(job = %job.id, error = format!("{error:#}"), "the store could not take an order");
            Err(Refusal::StoreSlow)
        }
        Err(_) => {
            // It may be in the middle of being written.
            app.store.cancel_soon(job.id, now);
            Err(Refusal::StoreSlow)
        }
    }
}

fn help(app: &App, now: OffsetDateTime) -> String {
    let models: Vec<_> = app
        .catalogue
        .painters(now.date())
        .map(|model| format!("`{model}` {} a picture", model.price))
        .collect();
    let from_picture = app.catalogue.painters(now.date()).any(|model| model.abilities.image_to_image);
    reply::help(&models, from_picture)
}
