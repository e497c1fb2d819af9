//! The three-second path: from an interaction to its response. No call to a model, an archive or Discord is made here;
//! the one thing waited for is the store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::app::components::Form;
use crate::app::messages::{self, Reader};
use crate::app::{App, Start, before};
use crate::backends::discord_api::message::{EPHEMERAL, Message};
use crate::backends::store::Context;
use crate::domain::job::JobId;
use crate::domain::refusal::Refusal;
use crate::domain::text::clip;
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::interaction::{Action, Interaction};
use crate::frontends::discord::{buttons, commands, on_message, suggestions};

/// How long the store may take, of Discord's three seconds.
pub(super) const STORE_TIMEOUT: Duration = Duration::from_millis(2_000);

/// An interaction that waits for its response.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) app: &'a Arc<App>,
    pub(super) interaction: &'a Interaction,
    pub(super) now: OffsetDateTime,
}

/// What to tell Discord at once, and what comes after it.
pub struct Response {
    /// `{type, data}` of the callback.
    pub callback: Value,
    /// What to do once Discord has the callback.
    pub(crate) next: Next,
}

/// What comes after the response.
pub(crate) enum Next {
    Nothing,
    /// Begin with the job.
    Start(Start),
    /// Ask Discord for the ids of the commands, which the response could not mention.
    LearnCommandIds,
    /// Remove what is left of a job that was erased.
    Remove(JobId),
    /// Put what comes of this in the place of the response, which was a deferral.
    Respond(Box<Deferred>, Deferral),
}

/// What stands where the deferred response will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deferral {
    /// "Thinking …", for everybody in the channel.
    Public,
    /// "Thinking …", for the member alone.
    Private,
    /// The message with the button that was pressed.
    Message,
}

impl Call<'_> {
    /// What the place and the member have to say, in time for the response.
    pub(super) async fn context(self) -> Result<Context, Refusal> {
        let Call { app, interaction, now } = self;
        in_time(app.store.context(interaction.guild, interaction.places(), interaction.member, now)).await
    }
}

impl Response {
    /// "Thinking …", at once; whether only the member sees it cannot change later.
    pub(super) fn start(private: bool, start: Start) -> Response {
        Response { callback: deferral(private), next: Next::Start(start) }
    }

    /// "Thinking …", and the message when it is there.
    pub(super) fn later(private: bool, deferred: Deferred) -> Response {
        let kind = if private { Deferral::Private } else { Deferral::Public };
        Response { callback: deferral(private), next: Next::Respond(Box::new(deferred), kind) }
    }

    /// Puts the message in the place of the one with the button, once it is there.
    pub(super) fn update_later(deferred: Deferred) -> Response {
        Response {
            callback: json!({ "type": 6 }),
            next: Next::Respond(Box::new(deferred), Deferral::Message),
        }
    }

    /// Puts a message without files in the place of the one with the button.
    pub(super) fn update(message: &Message) -> Response {
        Response::only(7, message.payload_without_files())
    }

    /// A form for the member.
    pub(super) fn form(form: &Form, interaction: &Interaction) -> Response {
        Response::only(9, form.data(interaction.takes_labels))
    }

    /// A message without files for the member alone.
    pub fn private(message: &Message) -> Response {
        let message = Message { private: true, ..message.clone() };
        Response::only(4, message.payload_without_files())
    }

    pub(super) fn then_learn_command_ids(self) -> Response {
        Response { next: Next::LearnCommandIds, ..self }
    }

    pub(super) fn then_remove(self, job: JobId) -> Response {
        Response { next: Next::Remove(job), ..self }
    }

    /// Up to 25 choices of an option, each a label and a value.
    pub fn choices(choices: impl Iterator<Item = (String, String)>) -> Response {
        let choice =
            |(name, value): (String, String)| json!({ "name": clip(&name, 100), "value": clip(&value, 100) });
        Response::only(8, json!({ "choices": choices.take(25).map(choice).collect::<Vec<_>>() }))
    }

    fn only(kind: u8, data: Value) -> Response {
        Response { callback: json!({ "type": kind, "data": data }), next: Next::Nothing }
    }
}

fn deferral(private: bool) -> Value {
    if private { json!({ "type": 5, "data": { "flags": EPHEMERAL } }) } else { json!({ "type": 5 }) }
}

/// The response to an interaction; `None` if it was responded to before.
pub(crate) async fn respond(
    app: &Arc<App>,
    interaction: &Interaction,
    now: OffsetDateTime,
) -> Option<Response> {
    let call = Call { app, interaction, now };
    let response = match interaction.action.clone() {
        Action::Typing { name, option, text } => {
            let choices = suggestions::suggest(call, &name, &option, &text).await;
            Ok(Some(Response::choices(choices.into_iter())))
        }
        Action::Command { name, options } => Box::pin(commands::respond(call, &name, options)).await,
        Action::OnMessage { name, target } => Box::pin(on_message::respond(call, &name, target)).await,
        Action::Click { custom_id, values } => Box::pin(buttons::respond(call, &custom_id, &values)).await,
        Action::Submit { custom_id, fields } => Box::pin(buttons::submit(call, &custom_id, &fields)).await,
        Action::Unknown => Err(Refusal::UnknownButton),
    };
    response.unwrap_or_else(|refusal| {
        Some(Response::private(&Message::words(messages::refusal(&refusal, Reader::Discord))))
    })
}

/// What the store says, in time for the response.
pub(super) async fn in_time<T>(asked: impl Future<Output = anyhow::Result<T>>) -> Result<T, Refusal> {
    before(Instant::now() + STORE_TIMEOUT, asked).await
}
