//! `/imagine`: from the command to the admitted job.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::{Answer, STORE_TIMEOUT, Then};
use crate::app::{App, Customer, Member, Order, Placed, place_order};
use crate::backends::discord_api::attachment;
use crate::backends::discord_api::reply;
use crate::domain::job::DiscordOrigin;
use crate::domain::refusal::Refusal;
use crate::domain::request::Ask;
use crate::frontends::discord::interaction::{Attachment, Interaction};

/// The answer to `/imagine`; `None` for an interaction that was admitted before.
pub(super) async fn imagine(
    app: &Arc<App>,
    interaction: &Interaction,
    ask: Ask,
    file: Option<Attachment>,
    now: OffsetDateTime,
) -> Result<Option<Answer>, Refusal> {
    if let Some(file) = &file {
        let elsewhere = app.config.discord_is_elsewhere.then_some(&app.config.discord_url);
        attachment::check_description(file, elsewhere)?;
    }
    let order = Order { ask, customer: Customer::Member(Box::new(member(interaction))) };
    let deadline = Instant::now() + STORE_TIMEOUT;
    Ok(match place_order(app, order, deadline, now).await? {
        Placed::New(job) => {
            Some(Answer { callback: reply::deferred(job.request.private), then: Then::Start(job.id) })
        }
        Placed::Known(_) => None,
    })
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
        },
        parent: interaction.parent,
        actor: interaction.actor(),
        roles: interaction.roles.clone(),
        age_restricted: interaction.age_restricted,
    }
}
