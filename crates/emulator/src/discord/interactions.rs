//! Interactions: the first response, the reply, the follow-ups.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::api_error::{ApiError, Form};
use super::body::Upload;
use super::components;
use super::compose::{ComposeOptions, compose, message_result};
use super::events::Event;
use super::interaction::{Ack, Interaction};
use super::message::{EPHEMERAL, LOADING, Message};
use super::options::DeadToken;
use super::request::{ApiRequest, ApiResult};
use super::state::ServerState;
use super::target::{Route, Target};
use crate::sync::lock;

const COMMAND: u8 = 2;
const COMPONENT: u8 = 3;
const AUTOCOMPLETE: u8 = 4;
const MODAL_SUBMIT: u8 = 5;

/// Follow-ups that an app may send where only the user installed it.
const USER_INSTALL_FOLLOWUPS: usize = 5;

impl Interaction {
    fn sender(&self, creating: bool) -> ComposeOptions {
        ComposeOptions { file_limit: self.file_limit, parse: &["users"], creating }
    }

    fn blank(&self, state: &ServerState, received: Instant, kind: u8) -> Message {
        let mut message = Message::empty(state.next_id(), self.channel, received);
        message.interaction = Some(self.id);
        message.metadata = Some(Arc::clone(&self.metadata));
        message.command.clone_from(&self.command);
        message.kind = kind;
        message
    }
}

/// Marks an interaction whose first response meets a fault or a hold.
pub(super) fn mark_disturbed(state: &ServerState, request: &ApiRequest) {
    if let Target::Callback { id, .. } = &request.target
        && let Some(interaction) = lock(&state.interactions).by_id.get(id)
    {
        lock(&interaction.progress).disturbed = true;
    }
}

/// `POST /interactions/{id}/{token}/callback`
pub(super) fn callback(state: &Arc<ServerState>, request: &ApiRequest) -> ApiResult {
    let Target::Callback { id, token } = &request.target else { return Err(ApiError::unknown_interaction()) };
    let found = lock(&state.interactions).by_id.get(id).filter(|found| found.token == *token).cloned();
    let interaction = found.ok_or_else(ApiError::unknown_interaction)?;
    let mut upload = request.upload()?;
    let (answer, earlier) = {
        let mut progress = lock(&interaction.progress);
        let after = request.received.saturating_duration_since(progress.sent);
        if progress.ack.is_some() {
            let text = "Interaction has already been acknowledged.";
            return Err(ApiError::new(400, 40060, text).caused_by_test(progress.disturbed));
        }
        if progress.expired || after > state.options.ack_window {
            let arranged = progress.expired || progress.disturbed;
            return Err(ApiError::unknown_interaction().caused_by_test(arranged));
        }
        let kind =
            upload.payload.get("type").and_then(Value::as_u64).and_then(|kind| u8::try_from(kind).ok());
        let kind = kind.unwrap_or_default();
        let data = upload.payload.remove("data").unwrap_or(Value::Null);
        let message = respond(state, &interaction, kind, &data, upload, request.received)?;
        let ephemeral = message.as_ref().is_some_and(|message| message.ephemeral);
        let ack = Ack { kind, ephemeral, data, after };
        state.watchers.tell(|| Event::Response { interaction: interaction.id, ack: ack.clone() });
        progress.ack = Some(ack);
        progress.original = message.as_ref().map(|message| message.id).or(interaction.clicked);
        let answer =
            request.flag("with_response").then(|| resource(state, &interaction, kind, message.as_ref()));
        let earlier = message.as_ref().map(|message| (message.interaction, message.id));
        if let Some(message) = message {
            progress.states.push(message.clone());
            state.put_message(message);
        }
        (answer, earlier)
    };
    interaction.changed.notify();
    if let Some((earlier, message)) = earlier {
        notify_owner(state, &interaction, earlier, message);
    }
    Ok(answer.map_or((204, Value::Null), |body| (200, body)))
}

/// The message that a first response makes, if it makes one.
fn respond(
    state: &ServerState,
    interaction: &Interaction,
    kind: u8,
    data: &Value,
    upload: Upload,
    received: Instant,
) -> Result<Option<Message>, ApiError> {
    let wrong = || {
        let text =
            format!("Callback type {kind} does not answer an interaction of type {}.", interaction.kind);
        Err(ApiError::form("type", "INTERACTION_CALLBACK_TYPE_INVALID", &text))
    };
    let written = matches!(interaction.kind, COMMAND | COMPONENT | MODAL_SUBMIT);
    let updatable = matches!(interaction.kind, COMPONENT | MODAL_SUBMIT) && interaction.clicked.is_some();
    match kind {
        4 if written => {
            let upload = with_data(data, upload)?;
            let message = interaction.blank(state, received, 20);
            let mut message = compose(state, message, &upload, received, &interaction.sender(true))?;
            message.ephemeral = message.flags & EPHEMERAL != 0;
            Ok(Some(message))
        }
        5 if written => {
            let flags = data.get("flags").and_then(Value::as_u64).unwrap_or_default();
            if flags & !EPHEMERAL != 0 {
                let text = "A deferred message takes the flag EPHEMERAL only.";
                return Err(ApiError::form("data.flags", "BITFIELD_TYPE_UNKNOWN_FLAGS", text));
            }
            let mut message = interaction.blank(state, received, 20);
            message.ephemeral = flags == EPHEMERAL;
            message.flags = flags | LOADING;
            message.loading = true;
            Ok(Some(message))
        }
        6 if updatable => Ok(None),
        7 if updatable => {
            let upload = with_data(data, upload)?;
            let clicked = interaction.clicked.and_then(|id| state.message(interaction.channel, id));
            let message = clicked.ok_or_else(ApiError::unknown_message)?;
            compose(state, message, &upload, received, &interaction.sender(false)).map(Some)
        }
        8 if interaction.kind == AUTOCOMPLETE => check_choices(data).map(|()| None),
        9 if matches!(interaction.kind, COMMAND | COMPONENT) => {
            let mut form = Form::default();
            components::check_modal(&mut form, data);
            form.finish().map(|()| None)
        }
        _ => wrong(),
    }
}

fn with_data(data: &Value, upload: Upload) -> Result<Upload, ApiError> {
    match data {
        Value::Object(payload) => Ok(Upload { payload: payload.clone(), ..upload }),
        _ => Err(ApiError::form("data", "BASE_TYPE_REQUIRED", "This field is required")),
    }
}

fn check_choices(data: &Value) -> Result<(), ApiError> {
    let mut form = Form::default();
    if !data.get("choices").is_some_and(Value::is_array) {
        form.error("data.choices", "BASE_TYPE_REQUIRED", "This field is required");
    }
    for (at, choice) in form.list("data.choices", data.get("choices"), 25).iter().enumerate() {
        let path = format!("data.choices.{at}");
        form.required_text(&format!("{path}.name"), choice.get("name"), 1, 100);
        match choice.get("value") {
            Some(Value::Number(_)) => {}
            value => form.required_text(&format!("{path}.value"), value, 1, 100),
        }
    }
    form.finish()
}

fn resource(state: &ServerState, interaction: &Interaction, kind: u8, message: Option<&Message>) -> Value {
    let mut body = json!({
        "interaction": { "id": interaction.id.to_string(), "type": interaction.kind },
        "resource": { "type": kind },
    });
    if let Some(message) = message {
        body["interaction"]["response_message_id"] = json!(message.id.to_string());
        body["interaction"]["response_message_loading"] = json!(message.loading);
        body["interaction"]["response_message_ephemeral"] = json!(message.ephemeral);
        body["resource"]["message"] = message.json(state.options.application_id);
    }
    body
}

/// Finds the interaction of a webhook request; its token must not have expired, and the first response must have been sent.
fn find_active(
    state: &ServerState,
    application: u64,
    token: &str,
    request: &ApiRequest,
) -> Result<Arc<Interaction>, ApiError> {
    let found = state.interaction_by_token(token).filter(|_| application == state.options.application_id);
    let interaction = found.ok_or_else(ApiError::unknown_webhook)?;
    let progress = lock(&interaction.progress);
    let over = request.received.saturating_duration_since(progress.sent) > state.options.token_life;
    if progress.expired || over {
        let error = match state.options.dead_token {
            DeadToken::InvalidWebhookToken => ApiError::new(401, 50027, "Invalid Webhook Token"),
            DeadToken::UnknownWebhook => ApiError::unknown_webhook(),
        };
        // A test that moves the clock causes this, not the bot.
        return Err(error.caused_by_test(progress.expired));
    }
    if progress.ack.as_ref().is_none_or(|ack| matches!(ack.kind, 8 | 9)) {
        return Err(ApiError::unknown_webhook()
            .caused_by_test(request.disturbed || progress.disturbed || progress.inline));
    }
    drop(progress);
    Ok(interaction)
}

/// PATCH, GET and DELETE of `/webhooks/{app}/{token}/messages/@original`
pub(super) fn original(state: &Arc<ServerState>, request: &ApiRequest) -> ApiResult {
    let Target::Original { application, token } = &request.target else {
        return Err(ApiError::unknown_webhook());
    };
    let interaction = find_active(state, *application, token, request)?;
    let id = lock(&interaction.progress).original.ok_or_else(ApiError::unknown_message)?;
    match request.route {
        Route::EditOriginal => edit(state, request, &interaction, id, &request.upload()?),
        _ => read_or_delete(state, request, &interaction, id),
    }
}

/// `POST /webhooks/{app}/{token}`, and PATCH, GET and DELETE of `…/messages/{id}`
pub(super) fn followup(state: &Arc<ServerState>, request: &ApiRequest) -> ApiResult {
    match &request.target {
        Target::Followups { application, token } => {
            let interaction = find_active(state, *application, token, request)?;
            follow_up(state, request, &interaction)
        }
        Target::Followup { application, token, id } => {
            let interaction = find_active(state, *application, token, request)?;
            let known = {
                let progress = lock(&interaction.progress);
                progress.followups.contains(id) || progress.original == Some(*id)
            };
            match request.route {
                _ if !known => Err(ApiError::unknown_message()),
                Route::EditFollowup => edit(state, request, &interaction, *id, &request.upload()?),
                _ => read_or_delete(state, request, &interaction, *id),
            }
        }
        _ => Err(ApiError::unknown_webhook()),
    }
}

fn follow_up(state: &ServerState, request: &ApiRequest, interaction: &Interaction) -> ApiResult {
    let upload = request.upload()?;
    let original = lock(&interaction.progress).original;
    let deferred =
        original.and_then(|id| state.message(interaction.channel, id)).filter(|found| found.loading);
    if let Some(message) = deferred {
        state.violation("a follow-up right after a deferral edits the reply (deprecated): PATCH @original");
        return edit(state, request, interaction, message.id, &upload);
    }
    let message = {
        let mut progress = lock(&interaction.progress);
        if interaction.user_install && progress.sent_followups >= USER_INSTALL_FOLLOWUPS {
            let text = "Maximum number of follow up messages to this interaction has been reached";
            return Err(ApiError::new(400, 40094, text));
        }
        let mut blank = interaction.blank(state, request.received, 19);
        blank.reply_to = original;
        let mut message = compose(state, blank, &upload, request.received, &interaction.sender(true))?;
        message.ephemeral = message.flags & EPHEMERAL != 0;
        progress.sent_followups += 1;
        progress.followups.push(message.id);
        state.put_message(message.clone());
        message
    };
    interaction.changed.notify();
    state.channels_changed.notify();
    message_result(state, &message)
}

fn edit(
    state: &ServerState,
    request: &ApiRequest,
    interaction: &Interaction,
    id: u64,
    upload: &Upload,
) -> ApiResult {
    let message = {
        // The lock serialises the edits of one reply.
        let mut progress = lock(&interaction.progress);
        let message = state.message(interaction.channel, id).ok_or_else(ApiError::unknown_message)?;
        let message = compose(state, message, upload, request.received, &interaction.sender(false))?;
        if progress.original == Some(id) {
            progress.edits += 1;
            progress.states.push(message.clone());
        }
        state.put_message(message.clone());
        message
    };
    interaction.changed.notify();
    notify_owner(state, interaction, message.interaction, id);
    message_result(state, &message)
}

fn read_or_delete(
    state: &ServerState,
    request: &ApiRequest,
    interaction: &Interaction,
    id: u64,
) -> ApiResult {
    if matches!(request.route, Route::GetOriginal | Route::GetFollowup) {
        let message = state.message(interaction.channel, id).ok_or_else(ApiError::unknown_message)?;
        return message_result(state, &message);
    }
    let earlier = state.message(interaction.channel, id).and_then(|message| message.interaction);
    state.delete_message(interaction.channel, id)?;
    lock(&interaction.progress).followups.retain(|known| *known != id);
    interaction.changed.notify();
    notify_owner(state, interaction, earlier, id);
    Ok((204, Value::Null))
}

/// A click can change a message that answers another interaction, or that the bot sent by itself.
fn notify_owner(state: &ServerState, by: &Interaction, earlier: Option<u64>, message: u64) {
    match earlier {
        Some(id) if id == by.id => {}
        Some(id) => record_change(state, id, message),
        None => state.channels_changed.notify(),
    }
}

/// Records a change of a reply that was made with the bot's own token.
pub(super) fn record_change(state: &ServerState, interaction: u64, message: u64) {
    let Some(interaction) = lock(&state.interactions).by_id.get(&interaction).cloned() else { return };
    {
        let mut progress = lock(&interaction.progress);
        if progress.original == Some(message) {
            progress.states.extend(state.message(interaction.channel, message));
        }
    }
    interaction.changed.notify();
}
