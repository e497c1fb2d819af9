//! What a member asks for, with what holds in the place where it was asked.

use time::OffsetDateTime;
use tokio::time::Instant;

use super::Member;
use crate::app::{App, StoredPicture, before};
use crate::backends::archive::picture_key;
use crate::backends::store::Context;
use crate::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use crate::domain::money::Micros;
use crate::domain::policy::Asker;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, ImageRequest, ImageSource, resolve};
use crate::domain::session::Act;
use crate::domain::settings::{Field, Source};
use crate::domain::words::broken_rule;

impl Member {
    /// The channel and, for a thread, the one above it.
    pub(super) fn places(&self) -> Vec<u64> {
        std::iter::once(self.origin.channel).chain(self.parent).collect()
    }

    /// The request with every choice made, if the server allows it.
    pub(super) async fn resolve(
        &self,
        app: &App,
        context: &Context,
        mut ask: Ask,
        deadline: Instant,
        now: OffsetDateTime,
    ) -> Result<ImageRequest, Refusal> {
        let policy = &context.policy;
        if let Some(reason) = &policy.paused {
            return Err(Refusal::Paused { reason: reason.clone() });
        }
        let asker = Asker { roles: &self.roles, places: &context.places };
        policy.access.check(asker)?;
        if let Some(session) = &context.session {
            session.check(Act::TakePart, self.actor)?;
        }
        self.start_from(app, context, &mut ask, deadline).await?;
        let catalogue = app.offered(context, &self.roles);
        let mut request = resolve(ask, app.layers(context), &catalogue, now.date(), rand::random())?;
        let most = policy.limits_of(&self.roles).variants();
        if request.variants.len() > most as usize {
            return Err(Refusal::TooManyVariants { limit: most });
        }
        self.check_words(app, context, &request, now).await?;
        if request.private {
            keep_private(&mut request, policy.access.check_private(asker))?;
        }
        Ok(request)
    }

    /// The session's last picture if that was asked for, or the picture that the session starts from.
    async fn start_from(
        &self,
        app: &App,
        context: &Context,
        ask: &mut Ask,
        deadline: Instant,
    ) -> Result<(), Refusal> {
        if ask.from_last {
            let (channel, member) = (self.origin.channel, self.origin.member);
            if ask.edit.is_some() {
                let last = before(deadline, app.store.last_picture_of(channel, member)).await?;
                let n = last.as_ref().map(|(_, n)| *n);
                let last = last.and_then(|(claim, _)| StoredPicture::of(claim, n));
                last.ok_or(Refusal::NoPictureYet)?.put_into(ask);
                return Ok(());
            }
            let session = context.session.as_ref().ok_or(Refusal::NoSession)?;
            let last = before(deadline, app.store.last_picture(session.id, member)).await?;
            let last = last.ok_or(Refusal::NoLastPicture)?;
            let key = picture_key(&last.job, last.n, last.format);
            ask.image = Some(ImageSource::Archive { key, picture: Some((last.job.id, last.n)) });
        } else if ask.image.is_none()
            && ask.edit.is_none()
            && let Some(key) = context.session.as_ref().and_then(|session| session.plan.reference.clone())
        {
            ask.image = Some(ImageSource::Archive { key, picture: None });
            ask.image_is_offered = true;
        }
        Ok(())
    }

    /// Refuses blocked words, also those that settings added to the prompt, and in flags that are ignored: those are shown.
    async fn check_words(
        &self,
        app: &App,
        context: &Context,
        request: &ImageRequest,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let rules = &context.policy.words;
        let some_differ = rules.iter().any(|rule| !rule.age_restricted_too);
        let age_restricted = some_differ && self.is_age_restricted(app, now).await;
        let texts = request.texts();
        // What was typed is shown, too.
        let shown = request.different().iter().flat_map(|one| &one.ignored_flags).chain([&request.prompt]);
        let texts: Vec<_> = texts.iter().chain(shown).map(String::as_str).collect();
        match broken_rule(rules, &texts, age_restricted) {
            Some(rule) => Err(Refusal::BlockedWord { note: rule.note.clone() }),
            None => Ok(()),
        }
    }

    /// A thread is what the channel above it is.
    async fn is_age_restricted(&self, app: &App, now: OffsetDateTime) -> bool {
        match self.age_restricted {
            Some(known) => known,
            None => {
                let channel = self.parent.unwrap_or(self.origin.channel);
                app.age_restrictions.is_age_restricted(&app.discord, channel, now).await
            }
        }
    }

    pub(super) fn limits(&self, context: &Context) -> AdmissionLimits {
        let limits = context.policy.limits_of(&self.roles);
        let budget = &context.policy.budget;
        let session = context.session.as_ref().and_then(|session| session.plan.budget);
        let budgets = [
            (BudgetScope::MemberDay, budget.member_day),
            (BudgetScope::MemberMonth, budget.member_month),
            (BudgetScope::Session, session),
            (BudgetScope::Guild, budget.month),
        ];
        let budget =
            |(scope, limit): (BudgetScope, Option<Micros>)| Some(BudgetLimit { scope, limit: limit? });
        AdmissionLimits {
            in_flight: limits.in_flight,
            daily: limits.daily,
            budgets: budgets.into_iter().filter_map(budget).collect(),
        }
    }
}

/// A private picture that only the settings wanted becomes an open one where private ones are not allowed.
fn keep_private(request: &mut ImageRequest, allowed: Result<(), Refusal>) -> Result<(), Refusal> {
    match allowed {
        Err(refusal) if request.sources.get(&Field::Private) == Some(&Source::Request) => Err(refusal),
        allowed => {
            request.set_private(allowed.is_ok());
            Ok(())
        }
    }
}
