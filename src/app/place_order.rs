//! From an order to an admitted job, for every frontend.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::worker::{self, Place, Start};
use super::{App, before};
use crate::backends::discord_api::retry::Retry;
use crate::backends::store::Context;
use crate::domain::job::Admission;
use crate::domain::job::{ApiOrigin, DiscordOrigin, InSession, Job, JobId, Origin, Repeat};
use crate::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, ImageRequest, ImageSource, resolve};
use crate::domain::session::Actor;
use crate::domain::settings::Effective;

mod member;
mod start;

pub(crate) use start::StartPicture;

#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) ask: Ask,
    pub(crate) customer: Customer,
}

#[derive(Debug)]
pub(crate) enum Customer {
    Member(Box<Member>),
    Key(KeyHolder),
    Shell,
}

#[derive(Debug)]
pub(crate) struct Member {
    /// Where the pictures go. Whether it is private, and in which session, is decided with the request.
    pub(crate) origin: DiscordOrigin,
    /// The channel above, for a thread.
    pub(crate) parent: Option<u64>,
    pub(crate) actor: Actor,
    pub(crate) roles: Vec<u64>,
    /// Whether the channel is for adults only, where Discord said so.
    pub(crate) age_restricted: Option<bool>,
}

#[derive(Debug)]
pub(crate) struct KeyHolder {
    pub(crate) name: String,
    pub(crate) repeat: Option<Repeat>,
    /// Pictures that came with the order.
    pub(crate) pictures: Vec<StartPicture>,
    pub(crate) requests_per_minute: NonZeroU32,
    pub(crate) monthly_budget: Micros,
}

#[derive(Debug)]
pub(crate) enum Placed {
    /// It is admitted, and nobody works on it yet.
    New(Box<Job>, Start),
    /// It repeats this one, which was admitted before.
    Known(JobId),
}

/// Admits what somebody asks for, or finds the job that was admitted for the same order before. That comes first: what
/// was taken is not refused when it is sent again, whatever has changed since.
pub(crate) async fn place_order(
    app: &Arc<App>,
    order: Order,
    deadline: Instant,
    now: OffsetDateTime,
) -> Result<Placed, Refusal> {
    place(app, order, false, deadline, now).await
}

/// What somebody could order instead.
pub(crate) struct Offer {
    /// Kept as a cancelled job, from which a button orders.
    pub(crate) job: JobId,
    pub(crate) request: ImageRequest,
    /// Of all its pictures.
    pub(crate) price: Micros,
}

/// Offers what would be admitted in place of an order that was refused, if anything. Nothing is reserved for it.
pub(crate) async fn offer(
    app: &Arc<App>,
    refused: &Refusal,
    order: Order,
    deadline: Instant,
    now: OffsetDateTime,
) -> Option<Offer> {
    let Order { ask, customer } = order;
    let order = Order { ask: ask.with_model_for(refused)?, customer };
    let Ok(Placed::New(job, _)) = place(app, order, true, deadline, now).await else { return None };
    offered(app, *job, now).ok()
}

/// Offers the order itself, so that the member is told its price first. Nothing is reserved for it.
///
/// # Errors
/// It would not be admitted.
pub(crate) async fn offer_first(
    app: &Arc<App>,
    order: Order,
    deadline: Instant,
    now: OffsetDateTime,
) -> Result<Option<Offer>, Refusal> {
    match place(app, order, true, deadline, now).await? {
        Placed::New(job, _) => offered(app, *job, now).map(Some),
        Placed::Known(_) => Ok(None),
    }
}

fn offered(app: &App, job: Job, now: OffsetDateTime) -> Result<Offer, Refusal> {
    let Job { id, mut request, .. } = job;
    let price = price(app, &mut request, now)?.1;
    Ok(Offer { job: id, request, price })
}

/// The price of each picture of a request, and of all of them. Where pictures differ, each has its own.
fn price(app: &App, request: &mut ImageRequest, now: OffsetDateTime) -> Result<(Micros, Micros), Refusal> {
    let mut sum = Micros(0);
    for variant in &mut request.variants {
        let each = app.catalogue.living(&variant.model, now.date())?.price;
        variant.price = Some(each);
        sum = sum + each;
    }
    let each = app.catalogue.living(&request.model, now.date())?.price;
    let of_one_kind = each * i64::try_from(request.seeds.len()).unwrap_or(i64::MAX);
    Ok((each, if request.variants.is_empty() { of_one_kind } else { sum }))
}

async fn place(
    app: &Arc<App>,
    order: Order,
    is_offer: bool,
    deadline: Instant,
    now: OffsetDateTime,
) -> Result<Placed, Refusal> {
    let Order { ask, customer } = order;
    let dedupe_key = customer.dedupe_key();
    let (known, context) = before(deadline, customer.look_up(app, now)).await?;
    if let Some(job) = known {
        return Ok(Placed::Known(job));
    }
    if let Some(job) = before(deadline, customer.pressed_just_before(app, now)).await? {
        return Ok(Placed::Known(job));
    }
    if app.stopping.is_cancelled() {
        return Err(Refusal::Stopping);
    }
    let parent = ask.parent;
    let mut request = customer.resolve(app, &context, ask, deadline, now).await?;
    let parent = parent.or_else(|| request.source().and_then(ImageSource::job));
    let (each, price) = price(app, &mut request, now)?;
    if !is_offer && let Err(refusal) = before(deadline, customer.take(app, &context, now)).await? {
        // The same order may have come twice at once, and the other one has used the rate up.
        let Some(key) = dedupe_key else { return Err(refusal) };
        let known = before(deadline, app.store.known_in_turn(key, now)).await?;
        return known.map(Placed::Known).ok_or(refusal);
    }
    let deadline = deadline + customer.keep_pictures(app).await?;
    let limits = customer.limits(app, &context);
    let job = Job {
        id: JobId::new(now, customer.unique()),
        origin: customer.origin(&context, &request, each),
        request,
        created: now,
        parent,
        is_offer,
    };
    let place = if is_offer { None } else { Place::free(app, &job.request) };
    match admit(app, &job, price, &limits, place.as_ref(), deadline, now).await? {
        Admission::Admitted { warning, begun } => {
            if let (Some(percent), Some(channel)) = (warning, context.policy.budget.warn_in) {
                warn(app, job.id, percent, channel);
            }
            let start = Start::new(app, &job, begun.zip(place));
            Ok(Placed::New(Box::new(job), start))
        }
        Admission::Duplicate(earlier) => Ok(Placed::Known(earlier)),
        Admission::Refused(refusal) => Err(refusal),
    }
}

/// Admits the job in time, or takes back what may be in the middle of being written.
async fn admit(
    app: &Arc<App>,
    job: &Job,
    price: Micros,
    limits: &AdmissionLimits,
    place: Option<&Place>,
    deadline: Instant,
    now: OffsetDateTime,
) -> Result<Admission, Refusal> {
    let worker = place.map(|_| worker::here(app));
    let admitted = app.store.admit_for(job, price, limits, worker.as_ref(), now);
    match tokio::time::timeout_at(deadline, admitted).await {
        Ok(Ok(admission)) => Ok(admission),
        Ok(Err(error)) => {
            tracing::error!(job = %job.id, error = format!("{error:#}"), "the store could not take an order");
            Err(Refusal::StoreSlow)
        }
        Err(_) => {
            app.take_back(job.id, worker.is_some(), now);
            Err(Refusal::StoreSlow)
        }
    }
}

/// Tells the server's admins how much of their month is used.
fn warn(app: &Arc<App>, job: JobId, percent: u32, channel: u64) {
    let (messenger, nonce) = (app.clone(), format!("b{job}").chars().take(25).collect::<String>());
    app.spawn(async move {
        let warning = crate::app::messages::admin::budget_warning(percent);
        let post = || messenger.discord.post(channel, &warning, &nonce);
        if let Err(fault) = Retry::message().until_taken(post).await {
            tracing::warn!(%fault, "the warning about a server's budget could not be posted");
        }
    });
}

impl Customer {
    /// How a repeat of the order is known, where there can be one.
    fn dedupe_key(&self) -> Option<String> {
        match self {
            Customer::Member(member) => Some(member.origin.dedupe_key()),
            Customer::Key(key) => key.repeat.as_ref().map(|repeat| repeat.dedupe_key(&key.name)),
            Customer::Shell => None,
        }
    }

    /// What tells the job from others of the same millisecond.
    fn unique(&self) -> u128 {
        match self {
            Customer::Member(member) => u128::from(member.origin.interaction),
            Customer::Key(_) | Customer::Shell => rand::random(),
        }
    }

    /// The job of the same order, if it was admitted before, and what has to be respected; outside of Discord there is
    /// no server that says anything.
    async fn look_up(&self, app: &App, now: OffsetDateTime) -> anyhow::Result<(Option<JobId>, Context)> {
        match self {
            Customer::Member(member) => {
                let origin = &member.origin;
                let (request, places) = (origin.dedupe_key(), member.places());
                app.store.context_of_order(request, origin.guild, places, origin.member, now).await
            }
            Customer::Key(_) | Customer::Shell => {
                let known = match self.dedupe_key() {
                    Some(key) => app.store.known(key, now).await?,
                    None => None,
                };
                Ok((known, Context::default()))
            }
        }
    }

    /// The job of the same press less than a second ago, in the second before.
    async fn pressed_just_before(&self, app: &App, now: OffsetDateTime) -> anyhow::Result<Option<JobId>> {
        let Customer::Member(member) = self else { return Ok(None) };
        let Some(key) = member.origin.earlier_key() else { return Ok(None) };
        let Some(job) = app.store.known_in_turn(key, now).await? else { return Ok(None) };
        let found = app.store.find(job).await?;
        let earlier = found.as_ref().and_then(|claim| claim.job.origin.discord());
        Ok(earlier.filter(|earlier| member.origin.is_within_a_second_of(earlier)).map(|_| job))
    }

    /// The request with every choice made, if it is allowed.
    async fn resolve(
        &self,
        app: &App,
        context: &Context,
        ask: Ask,
        deadline: Instant,
        now: OffsetDateTime,
    ) -> Result<ImageRequest, Refusal> {
        match self {
            Customer::Member(member) => member.resolve(app, context, ask, deadline, now).await,
            Customer::Key(_) | Customer::Shell => {
                resolve(ask, Effective::built_in(), &app.catalogue, now.date(), rand::random())
            }
        }
    }

    /// Counts the order against how often there may be one.
    async fn take(
        &self,
        app: &App,
        context: &Context,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<(), Refusal>> {
        match self {
            Customer::Member(member) => {
                let rate = context.policy.limits_of(&member.roles).rate();
                app.limiter.take(member.origin.guild, member.origin.member, rate, now).await
            }
            Customer::Key(key) => app.limiter.take_for_key(&key.name, key.requests_per_minute, now).await,
            Customer::Shell => Ok(Ok(())),
        }
    }

    /// Keeps the pictures that came with the order where a worker finds them; how long that took.
    async fn keep_pictures(&self, app: &App) -> Result<Duration, Refusal> {
        let Customer::Key(KeyHolder { pictures, .. }) = self else { return Ok(Duration::ZERO) };
        let mut took = Duration::ZERO;
        for picture in pictures {
            took += picture.keep(app).await?;
        }
        Ok(took)
    }

    /// What the order must fit under. Every order has to fit under the budget of the deployment.
    fn limits(&self, app: &App, context: &Context) -> AdmissionLimits {
        let mut limits = match self {
            Customer::Member(member) => member.limits(context),
            Customer::Key(key) => {
                let budget = BudgetLimit { scope: BudgetScope::Key, limit: key.monthly_budget };
                AdmissionLimits { budgets: vec![budget], ..AdmissionLimits::default() }
            }
            Customer::Shell => AdmissionLimits::default(),
        };
        let deployment = app.config.monthly_budget;
        limits.budgets.extend(deployment.map(|limit| BudgetLimit { scope: BudgetScope::Deployment, limit }));
        limits
    }

    fn origin(self, context: &Context, request: &ImageRequest, each: Micros) -> Origin {
        match self {
            Customer::Member(member) => {
                let session = context.session.as_ref();
                let session =
                    session.map(|session| InSession { id: session.id, title: session.plan.title.clone() });
                Origin::Discord(DiscordOrigin { private: request.private, session, ..member.origin })
            }
            Customer::Key(KeyHolder { name, repeat, .. }) => {
                Origin::Api(ApiOrigin { key: name, each, repeat })
            }
            Customer::Shell => Origin::Shell,
        }
    }
}
