//! `/imagine`: from the command to the admitted job.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::{STORE_PATIENCE, before, layers, offered};
use crate::app::App;
use crate::attachment;
use crate::discord::interaction::{Attachment, Interaction};
use crate::error::Refusal;
use crate::job::{DiscordOrigin, InSession, Job, JobId, Origin};
use crate::limits::{Ceiling, Limits, Purse, Terms};
use crate::moderation::broken_rule;
use crate::money::Micros;
use crate::policy::Asker;
use crate::request::{Ask, ImageRequest, ImageSource, resolve};
use crate::session::Act;
use crate::store::{Admission, Context};

/// What was admitted.
pub(super) struct Ordered {
    pub(super) job: JobId,
    pub(super) private: bool,
}

/// The admitted job; `None` for an interaction that was admitted before.
pub(super) async fn imagine(
    app: &Arc<App>,
    interaction: &Interaction,
    ask: Ask,
    file: Option<Attachment>,
    now: OffsetDateTime,
) -> Result<Option<Ordered>, Refusal> {
    if app.stopping.is_cancelled() {
        return Err(Refusal::Stopping);
    }
    if let Some(file) = &file {
        let elsewhere = app.config.discord_is_elsewhere.then_some(&app.config.discord_url);
        attachment::check_description(file, elsewhere)?;
    }
    let end = Instant::now() + STORE_PATIENCE;
    let context = app.store.context(interaction.guild, interaction.places(), interaction.member, now);
    let context = before(end, context).await?;
    let request = requested(app, interaction, &context, ask, now, end).await?;
    let model = app.catalogue.painter(Some(&request.model), now.date())?;
    let price = model.price * i64::try_from(request.seeds.len()).unwrap_or(i64::MAX);
    let private = request.private;
    let job = Job {
        id: JobId::new(now, u128::from(interaction.id)),
        origin: Origin::Discord(origin(interaction, &context, private)),
        request,
        created: now,
        parent: None,
    };
    let limits = context.policy.limits_of(&interaction.roles);
    let taken = app.limiter.take(interaction.guild, interaction.member, limits.rate(), now);
    if let Err(refusal) = before(end, taken).await? {
        return if was_admitted(app, &job, end).await { Ok(None) } else { Err(refusal) };
    }
    let terms = terms(app, &context, &limits);
    let Some(crossed) = admit(app, &job, price, &terms, now, end).await? else { return Ok(None) };
    if let (Some(percent), Some(channel)) = (crossed, context.policy.budget.warn_in) {
        let (messenger, nonce) = (app.clone(), format!("b{}", job.id).chars().take(25).collect::<String>());
        app.spawn(async move {
            let warning = crate::discord::reply::admin::budget_warning(percent);
            if let Err(fault) = messenger.discord.post(channel, &warning, &nonce).await {
                tracing::warn!(%fault, "the warning about a server's budget could not be posted");
            }
        });
    }
    Ok(Some(Ordered { job: job.id, private }))
}

/// The request with every choice made, if the server allows it.
async fn requested(
    app: &App,
    interaction: &Interaction,
    context: &Context,
    mut ask: Ask,
    now: OffsetDateTime,
    end: Instant,
) -> Result<ImageRequest, Refusal> {
    let policy = &context.policy;
    if let Some(reason) = &policy.paused {
        return Err(Refusal::Paused { reason: reason.clone() });
    }
    let asker = Asker { roles: &interaction.roles, places: &context.places };
    policy.access.check(asker)?;
    if let Some(session) = &context.session {
        session.check(Act::TakePart, interaction.actor())?;
    }
    offer_image(app, interaction, context, &mut ask, end).await?;
    let catalogue = offered(app, context, interaction);
    let mut request = resolve(ask, layers(app, context), &catalogue, now.date(), rand::random())?;
    check_words(app, interaction, context, &request, now).await?;
    if request.private {
        keep_private(&mut request, policy.access.check_private(asker))?;
    }
    Ok(request)
}

/// Refuses blocked words, whoever put them into the prompt.
async fn check_words(
    app: &App,
    interaction: &Interaction,
    context: &Context,
    request: &ImageRequest,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let rules = &context.policy.words;
    let some_differ = rules.iter().any(|rule| !rule.age_restricted_too);
    let age_restricted = some_differ && app.places.is_age_restricted(&app.discord, interaction, now).await;
    let prompt = request.prompt_for_model();
    let texts = [prompt.as_str(), request.negative.as_deref().unwrap_or_default()];
    match broken_rule(rules, &texts, age_restricted) {
        Some(rule) => Err(Refusal::BlockedWord { note: rule.note.clone() }),
        None => Ok(()),
    }
}

/// A private picture that only the settings wanted becomes an open one where private ones are not allowed.
fn keep_private(request: &mut ImageRequest, allowed: Result<(), Refusal>) -> Result<(), Refusal> {
    use crate::settings::{Field, Source};
    match allowed {
        Err(refusal) if request.sources.get(&Field::Private) == Some(&Source::Request) => Err(refusal),
        allowed => {
            request.private = allowed.is_ok();
            Ok(())
        }
    }
}

/// The session's last picture if that was asked for, or the picture that the session starts from.
async fn offer_image(
    app: &App,
    interaction: &Interaction,
    context: &Context,
    ask: &mut Ask,
    end: Instant,
) -> Result<(), Refusal> {
    if ask.from_last {
        let session = context.session.as_ref().ok_or(Refusal::NoSession)?;
        let last = before(end, app.store.last_picture(session.id, interaction.member)).await?;
        let last = last.ok_or(Refusal::NoLastPicture)?;
        let key = crate::archive::picture_key(&last.job, last.n);
        ask.image = Some(ImageSource::Archive { key, picture: Some((last.job.id, last.n)) });
    } else if ask.image.is_none()
        && let Some(key) = context.session.as_ref().and_then(|session| session.plan.reference.clone())
    {
        ask.image = Some(ImageSource::Archive { key, picture: None });
        ask.image_is_offered = true;
    }
    Ok(())
}

fn origin(interaction: &Interaction, context: &Context, private: bool) -> DiscordOrigin {
    let session = context.session.as_ref();
    DiscordOrigin {
        interaction: interaction.id,
        application: interaction.application,
        token: interaction.token.clone(),
        guild: interaction.guild,
        channel: interaction.channel,
        member: interaction.member,
        private,
        file_limit: interaction.file_limit,
        session: session.map(|session| InSession { id: session.id, title: session.plan.title.clone() }),
    }
}

fn terms(app: &App, context: &Context, limits: &Limits) -> Terms {
    let budget = &context.policy.budget;
    let session = context.session.as_ref().and_then(|session| session.plan.budget);
    let ceilings = [
        (Purse::MemberDay, budget.member_day),
        (Purse::MemberMonth, budget.member_month),
        (Purse::Session, session),
        (Purse::Guild, budget.month),
        (Purse::Deployment, app.config.monthly_budget),
    ];
    let ceiling = |(purse, limit): (Purse, Option<Micros>)| Some(Ceiling { purse, limit: limit? });
    Terms {
        in_flight: limits.in_flight,
        daily: limits.daily,
        ceilings: ceilings.into_iter().filter_map(ceiling).collect(),
    }
}

/// Discord may deliver an interaction again: what was admitted then is not refused now.
async fn was_admitted(app: &App, job: &Job, end: Instant) -> bool {
    let known = tokio::time::timeout_at(end, app.store.is_known(job.dedupe_key())).await;
    matches!(known, Ok(Ok(true)))
}

/// Admits the job: whether it made most of the server's month used, and how much. `None` for a duplicate.
async fn admit(
    app: &Arc<App>,
    job: &Job,
    price: Micros,
    terms: &Terms,
    now: OffsetDateTime,
    end: Instant,
) -> Result<Option<Option<u32>>, Refusal> {
    match tokio::time::timeout_at(end, app.store.admit(job, price, terms, now)).await {
        Ok(Ok(Admission::Admitted { crossed })) => Ok(Some(crossed)),
        Ok(Ok(Admission::Duplicate(_))) => Ok(None),
        Ok(Ok(Admission::Refused(refusal))) => Err(refusal),
        Ok(Err(error)) => {
            tracing::error!(job = %job.id, error = format!("{error:#}"), "the store could not take an order");
            Err(Refusal::StoreSlow)
        }
        Err(_) => {
            // It may be in the middle of being written.
            app.take_back(job.id, now);
            Err(Refusal::StoreSlow)
        }
    }
}
