//! The three-second path: from an interaction to its first answer. No call to a model, an archive or Discord is
//! made here; the one thing waited for is the store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::app::components::Button;
use crate::app::messages::{self, Reader};
use crate::app::{App, before};
use crate::backends::discord_api::reply::{self, Message};
use crate::backends::store::Context;
use crate::domain::catalogue::Catalogue;
use crate::domain::job::JobId;
use crate::domain::refusal::Refusal;
use crate::frontends::discord::commands::{self, Command};
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::interaction::{Action, Interaction};

mod admin;
mod imagine;
mod member;
mod session;
mod written;

pub(super) use admin::month;

/// How long the store may take, of Discord's three seconds.
const STORE_TIMEOUT: Duration = Duration::from_millis(2_000);

/// What to tell Discord at once, and what comes after it.
pub(crate) struct Answer {
    /// `{type, data}` of the callback.
    pub(crate) callback: Value,
    /// What to do once Discord has the callback.
    pub(crate) then: Then,
}

/// What comes after the first answer.
pub(crate) enum Then {
    /// Nothing: it was all.
    Nothing,
    /// Start the job.
    Start(JobId),
    /// Put what comes of this in place of the first answer, which was a deferral.
    Respond(Box<Deferred>),
}

impl Answer {
    /// "Thinking …", and the message when it is there.
    fn later(private: bool, deferred: Deferred) -> Answer {
        Answer { callback: reply::deferred(private), then: Then::Respond(Box::new(deferred)) }
    }

    /// Puts the message in the place of the one with the button, once it is there.
    fn update_later(deferred: Deferred) -> Answer {
        Answer { callback: reply::deferred_update(), then: Then::Respond(Box::new(deferred)) }
    }

    /// Puts a message without files in the place of the one with the button.
    fn update(message: &Message) -> Answer {
        Answer::only(reply::update(message))
    }

    /// A message without files for the member alone.
    fn private(message: Message) -> Answer {
        Answer::only(reply::private_message(&message))
    }

    /// Words for the member alone.
    fn words(words: &str) -> Answer {
        Answer::only(reply::private_words(words))
    }

    fn only(callback: Value) -> Answer {
        Answer { callback, then: Then::Nothing }
    }
}

/// The answer to an interaction; `None` if it was answered before.
pub(crate) async fn answer(app: &Arc<App>, interaction: &Interaction, now: OffsetDateTime) -> Option<Answer> {
    let outcome = match interaction.action.clone() {
        Action::Typing { name, option, text } => {
            let suggestions = suggestions(app, interaction, &name, &option, &text, now).await;
            Ok(Some(Answer::only(reply::choices(suggestions.into_iter()))))
        }
        Action::Command { name, options } => {
            command(app, interaction, commands::parse(&name, options), now).await
        }
        Action::Click { custom_id, .. } => match Button::from_custom_id(&custom_id) {
            Some(button) => click(app, interaction, button, now).await.map(Some),
            None => Err(Refusal::UnknownButton),
        },
        Action::Unknown => Err(Refusal::UnknownButton),
    };
    outcome.unwrap_or_else(|refusal| Some(Answer::words(&messages::refusal(&refusal, Reader::Discord))))
}

async fn command(
    app: &Arc<App>,
    interaction: &Interaction,
    command: Command,
    now: OffsetDateTime,
) -> Result<Option<Answer>, Refusal> {
    match command {
        Command::Imagine(ask, file) => imagine::imagine(app, interaction, *ask, file, now).await,
        Command::Easel(admin) => admin::admin(app, interaction, *admin, now).await.map(Some),
        Command::Session(command) => session::session(app, interaction, *command, now).await.map(Some),
        Command::Prefer(prefer) => member::prefer(app, interaction, prefer, now).await.map(Some),
        Command::Usage => member::usage(app, interaction, now).await.map(Some),
        Command::Help => {
            let context = context(app, interaction, now).await?;
            Ok(Some(Answer::words(&help(&app.offered(&context, &interaction.roles), now))))
        }
        Command::Unknown(command) => Err(Refusal::UnknownCommand { command }),
    }
}

async fn click(
    app: &Arc<App>,
    interaction: &Interaction,
    button: Button,
    now: OffsetDateTime,
) -> Result<Answer, Refusal> {
    match button {
        Button::Details(job) => member::details(app, interaction, job).await,
        Button::Replace(session, asked_about) => {
            session::replace(app, interaction, session, asked_about, now).await
        }
        Button::Keep(session) => session::keep(app, interaction, session).await,
        Button::History(session, page) => session::history(app, interaction, session, page).await,
    }
}

/// What may be chosen here; nothing if the store does not say in time.
async fn suggestions(
    app: &App,
    interaction: &Interaction,
    command: &str,
    option: &str,
    text: &str,
    now: OffsetDateTime,
) -> Vec<(String, String)> {
    if command.starts_with("easel ") {
        // What a server has decided is nobody else's business.
        let catalogue = if interaction.is_admin() { &app.catalogue } else { return Vec::new() };
        return commands::suggestions(option, text, catalogue, now.date());
    }
    let Ok(context) = context(app, interaction, now).await else { return Vec::new() };
    let mut suggestions =
        commands::suggestions(option, text, &app.offered(&context, &interaction.roles), now.date());
    let layers = app.layers(&context);
    if let Some(field) = layers.locked.keys().find(|field| field.name() == option) {
        let held = layers.settings.shown(*field);
        suggestions.retain(|(_, value)| Some(value) == held.as_ref());
    }
    suggestions
}

/// What the place and the member have to say, in time for the first answer.
///
/// # Errors
/// [`Refusal::StoreSlow`]
async fn context(app: &App, interaction: &Interaction, now: OffsetDateTime) -> Result<Context, Refusal> {
    in_time(app.store.context(interaction.guild, interaction.places(), interaction.member, now)).await
}

/// What the store says, in time for the first answer.
///
/// # Errors
/// [`Refusal::StoreSlow`]
async fn in_time<T>(asked: impl Future<Output = anyhow::Result<T>>) -> Result<T, Refusal> {
    before(Instant::now() + STORE_TIMEOUT, asked).await
}

fn help(catalogue: &Catalogue, now: OffsetDateTime) -> String {
    let models: Vec<_> =
        catalogue.image_models(now.date()).map(|model| messages::priced(&model.name, model.price)).collect();
    let from_picture = catalogue.image_models(now.date()).any(|model| model.abilities.image_to_image);
    messages::help::help(&models, from_picture)
}
