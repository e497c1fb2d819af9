//! Orders of members, from whatever they used: a command, a button, a form.

use tokio::time::Instant;

use crate::app::messages::picture as texts;
use crate::app::{Customer, Member, Offer, Order, Placed, offer, offer_first, place_order};
use crate::domain::job::{DiscordOrigin, JobId};
use crate::domain::refusal::Refusal;
use crate::domain::request::Ask;
use crate::frontends::discord::interaction::Interaction;
use crate::frontends::discord::response::{Call, Response, STORE_TIMEOUT, in_time};

/// Orders what is asked for, or asks first where that costs much. `None` for an interaction that was admitted before.
pub(super) async fn order(call: Call<'_>, ask: Ask) -> Result<Option<Response>, Refusal> {
    match &ask.edit {
        Some(edit) if edit.service.asks_first() => ask_first(call, ask).await,
        None if !ask.variants.is_empty() => ask_first(call, ask).await,
        _ => order_now(call, ask).await,
    }
}

/// Orders what somebody has been told the price of.
pub(super) async fn order_now(call: Call<'_>, ask: Ask) -> Result<Option<Response>, Refusal> {
    let Call { app, interaction, now } = call;
    let order = |ask| Order { ask, customer: Customer::Member(Box::new(member(interaction))) };
    let deadline = Instant::now() + STORE_TIMEOUT;
    match place_order(app, order(ask.clone()), deadline, now).await {
        Ok(Placed::New(job, start)) => Ok(Some(Response::start(job.request.private, start))),
        Ok(Placed::Known(job)) => known(call, job).await,
        Err(refused) => match offer(app, &refused, order(ask), deadline, now).await {
            Some(offer) => {
                let message =
                    texts::refused_with_offer(&refused, offer.job, &offer.request.model, offer.price);
                Ok(Some(Response::private(&message)))
            }
            None => Err(refused),
        },
    }
}

/// An order that was admitted before: for this interaction, which needs no other response, or for another press of the
/// same button a moment ago.
async fn known(call: Call<'_>, job: JobId) -> Result<Option<Response>, Refusal> {
    let found = in_time(call.app.store.find(job)).await?;
    let origin = found.as_ref().and_then(|claim| claim.job.origin.discord());
    let is_of_another = origin.is_some_and(|origin| origin.interaction != call.interaction.id);
    if is_of_another { Err(Refusal::PressedTwice) } else { Ok(None) }
}

/// Says what the order costs, with a button that gives it.
async fn ask_first(call: Call<'_>, ask: Ask) -> Result<Option<Response>, Refusal> {
    let Call { app, interaction, now } = call;
    let order = Order { ask, customer: Customer::Member(Box::new(member(interaction))) };
    let offer = offer_first(app, order, Instant::now() + STORE_TIMEOUT, now).await?;
    let offer = offer.ok_or(Refusal::PressedTwice)?;
    let Offer { request, price, job } = offer;
    let message = match request.variants.is_empty() {
        true => texts::asked_first(&request.model, price, job),
        false => texts::variants_asked_first(&request, price, job),
    };
    Ok(Some(Response::private(&message)))
}

fn member(interaction: &Interaction) -> Member {
    Member {
        origin: DiscordOrigin {
            interaction: interaction.id,
            application: interaction.application,
            token: interaction.token.clone(),
            guild: interaction.guild,
            channel: interaction.channel,
            member: interaction.member,
            private: false,
            file_limit: interaction.file_limit,
            session: None,
            locale: interaction.locale.clone(),
            guild_locale: interaction.guild_locale.clone(),
            press: interaction.press(),
        },
        parent: interaction.parent,
        actor: interaction.actor(),
        roles: interaction.roles.clone(),
        age_restricted: interaction.age_restricted,
    }
}
