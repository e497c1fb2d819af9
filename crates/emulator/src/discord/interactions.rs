//! Interactions: the first response, the reply, the follow-ups.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::body::Upload;
use super::components;
use super::compose::{Sender, compose, shown};
use super::message::{EPHEMERAL, LOADING, Message};
use super::options::DeadToken;
use super::refusal::{Form, Refusal};
use super::rest::{Call, Reply};
use super::target::{Route, Target};
use super::ticket::Ack;
use super::world::{Signal, World, lock};

/// Interaction types.
const COMMAND: u8 = 2;
const COMPONENT: u8 = 3;
const AUTOCOMPLETE: u8 = 4;
const MODAL_SUBMIT: u8 = 5;

/// Follow-ups that an app may send where only the user installed it.
const USER_INSTALL_FOLLOWUPS: usize = 5;

pub(super) struct Interaction {
    pub(super) id: u64,
    pub(super) token: String,
    pub(super) kind: u8,
    pub(super) channel: u64,
    pub(super) file_limit: u64,
    /// Only the user installed the app.
    pub(super) user_install: bool,
    /// The message whose component was used.
    pub(super) clicked: Option<u64>,
    pub(super) payload: Value,
    pub(super) metadata: Arc<Value>,
    pub(super) progress: Mutex<Progress>,
    pub(super) changed: Signal,
}

pub(super) struct Progress {
    pub(super) sent: Instant,
    pub(super) expired: bool,
    pub(super) ack: Option<Ack>,
    /// The first response met a fault or a hold, so the bot may rightly send it again, or ask whether it came.
    pub(super) disturbed: bool,
    /// The first answer comes in the response to a request of Discord's, which the bot cannot see arrive.
    pub(super) inline: bool,
    pub(super) original: Option<u64>,
    /// All states of the reply so far.
    pub(super) states: Vec<Message>,
    pub(super) followups: Vec<u64>,
    pub(super) edits: usize,
    pub(super) sent_followups: usize,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            sent: Instant::now(),
            expired: false,
            ack: None,
            disturbed: false,
            inline: false,
            original: None,
            states: Vec::new(),
            followups: Vec::new(),
            edits: 0,
            sent_followups: 0,
        }
    }
}

impl Interaction {
    fn sender(&self, creating: bool) -> Sender {
        Sender { file_limit: self.file_limit, parse: &["users"], creating }
    }

    fn blank(&self, world: &World, received: Instant, kind: u8) -> Message {
        let mut message = Message::empty(world, self.channel, received);
        message.interaction = Some(self.id);
        message.metadata = Some(Arc::clone(&self.metadata));
        message.kind = kind;
        message
    }
}

/// Notes that the test disturbs an interaction's first response.
pub(super) fn disturb(world: &World, call: &Call) {
    if let Target::Callback { id, .. } = &call.target
        && let Some(interaction) = lock(&world.interactions).by_id.get(id)
    {
        lock(&interaction.progress).disturbed = true;
    }
}

/// `POST /interactions/{id}/{token}/callback`
pub(super) fn callback(world: &Arc<World>, call: &Call) -> Reply {
    let Target::Callback { id, token } = &call.target else { return Err(Refusal::unknown_interaction()) };
    let found = lock(&world.interactions).by_id.get(id).filter(|found| found.token == *token).cloned();
    let interaction = found.ok_or_else(Refusal::unknown_interaction)?;
    let mut upload = call.upload()?;
    let (answer, earlier) = {
        let mut progress = lock(&interaction.progress);
        let after = call.received.saturating_duration_since(progress.sent);
        if progress.ack.is_some() {
            let text = "Interaction has already been acknowledged.";
            return Err(Refusal::new(400, 40060, text).arranged(progress.disturbed));
        }
        if progress.expired || after > world.options.ack_window {
            let arranged = progress.expired || progress.disturbed;
            return Err(Refusal::unknown_interaction().arranged(arranged));
        }
        let kind =
            upload.payload.get("type").and_then(Value::as_u64).and_then(|kind| u8::try_from(kind).ok());
        let kind = kind.unwrap_or_default();
        let data = upload.payload.remove("data").unwrap_or(Value::Null);
        let message = respond(world, &interaction, kind, &data, upload, call.received)?;
        let ephemeral = message.as_ref().is_some_and(|message| message.ephemeral);
        progress.ack = Some(Ack { kind, ephemeral, data, after });
        progress.original = message.as_ref().map(|message| message.id).or(interaction.clicked);
        let answer =
            call.flag("with_response").then(|| resource(world, &interaction, kind, message.as_ref()));
        let earlier = message.as_ref().map(|message| (message.interaction, message.id));
        if let Some(message) = message {
            progress.states.push(message.clone());
            world.put_message(message);
        }
        (answer, earlier)
    };
    interaction.changed.ring();
    if let Some((earlier, message)) = earlier {
        tell_earlier(world, &interaction, earlier, message);
    }
    Ok(answer.map_or((204, Value::Null), |body| (200, body)))
}

/// The message that a first response makes, if it makes one.
fn respond(
    world: &World,
    interaction: &Interaction,
    kind: u8,
    data: &Value,
    upload: Upload,
    received: Instant,
) -> Result<Option<Message>, Refusal> {
    let wrong = || {
        let text =
            format!("Callback type {kind} does not answer an interaction of type {}.", interaction.kind);
        Err(Refusal::form("type", "INTERACTION_CALLBACK_TYPE_INVALID", &text))
    };
    let written = matches!(interaction.kind, COMMAND | COMPONENT | MODAL_SUBMIT);
    let updatable = matches!(interaction.kind, COMPONENT | MODAL_SUBMIT) && interaction.clicked.is_some();
    match kind {
        4 if written => {
            let upload = with_data(data, upload)?;
            let message = interaction.blank(world, received, 20);
            let mut message = compose(world, message, &upload, received, &interaction.sender(true))?;
            message.ephemeral = message.flags & EPHEMERAL != 0;
            Ok(Some(message))
        }
        5 if written => {
            let flags = data.get("flags").and_then(Value::as_u64).unwrap_or_default();
            if flags & !EPHEMERAL != 0 {
                let text = "A deferred message takes the flag EPHEMERAL only.";
                return Err(Refusal::form("data.flags", "BITFIELD_TYPE_UNKNOWN_FLAGS", text));
            }
            let mut message = interaction.blank(world, received, 20);
            message.ephemeral = flags == EPHEMERAL;
            message.flags = flags | LOADING;
            message.loading = true;
            Ok(Some(message))
        }
        6 if updatable => Ok(None),
        7 if updatable => {
            let upload = with_data(data, upload)?;
            let clicked = interaction.clicked.and_then(|id| world.message(interaction.channel, id));
            let message = clicked.ok_or_else(Refusal::unknown_message)?;
            compose(world, message, &upload, received, &interaction.sender(false)).map(Some)
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

fn with_data(data: &Value, upload: Upload) -> Result<Upload, Refusal> {
    match data {
        Value::Object(payload) => Ok(Upload { payload: payload.clone(), ..upload }),
        _ => Err(Refusal::form("data", "BASE_TYPE_REQUIRED", "This field is required")),
    }
}

fn check_choices(data: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    if !data.get("choices").is_some_and(Value::is_array) {
        form.fault("data.choices", "BASE_TYPE_REQUIRED", "This field is required");
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

fn resource(world: &World, interaction: &Interaction, kind: u8, message: Option<&Message>) -> Value {
    let mut body = json!({
        "interaction": { "id": interaction.id.to_string(), "type": interaction.kind },
        "resource": { "type": kind },
    });
    if let Some(message) = message {
        body["interaction"]["response_message_id"] = json!(message.id.to_string());
        body["interaction"]["response_message_loading"] = json!(message.loading);
        body["interaction"]["response_message_ephemeral"] = json!(message.ephemeral);
        body["resource"]["message"] = message.json(world);
    }
    body
}

/// Finds the interaction of a webhook request; its token has to be alive and used.
fn alive(world: &World, application: u64, token: &str, call: &Call) -> Result<Arc<Interaction>, Refusal> {
    let found = world.interaction_by_token(token).filter(|_| application == world.options.application_id);
    let interaction = found.ok_or_else(Refusal::unknown_webhook)?;
    let progress = lock(&interaction.progress);
    let over = call.received.saturating_duration_since(progress.sent) > world.options.token_life;
    if progress.expired || over {
        let refusal = match world.options.dead_token {
            DeadToken::InvalidWebhookToken => Refusal::new(401, 50027, "Invalid Webhook Token"),
            DeadToken::UnknownWebhook => Refusal::unknown_webhook(),
        };
        // The bot cannot know that the test has moved the clock.
        return Err(refusal.arranged(progress.expired));
    }
    if progress.ack.as_ref().is_none_or(|ack| matches!(ack.kind, 8 | 9)) {
        return Err(
            Refusal::unknown_webhook().arranged(call.disturbed || progress.disturbed || progress.inline)
        );
    }
    drop(progress);
    Ok(interaction)
}

/// PATCH, GET and DELETE of `/webhooks/{app}/{token}/messages/@original`
pub(super) fn original(world: &Arc<World>, call: &Call) -> Reply {
    let Target::Original { application, token } = &call.target else {
        return Err(Refusal::unknown_webhook());
    };
    let interaction = alive(world, *application, token, call)?;
    let id = lock(&interaction.progress).original.ok_or_else(Refusal::unknown_message)?;
    match call.route {
        Route::EditOriginal => edit(world, call, &interaction, id, &call.upload()?),
        _ => read_or_delete(world, call, &interaction, id),
    }
}

/// `POST /webhooks/{app}/{token}`, and PATCH, GET and DELETE of `…/messages/{id}`
pub(super) fn followup(world: &Arc<World>, call: &Call) -> Reply {
    match &call.target {
        Target::Followups { application, token } => {
            let interaction = alive(world, *application, token, call)?;
            follow_up(world, call, &interaction)
        }
        Target::Followup { application, token, id } => {
            let interaction = alive(world, *application, token, call)?;
            let known = {
                let progress = lock(&interaction.progress);
                progress.followups.contains(id) || progress.original == Some(*id)
            };
            match call.route {
                _ if !known => Err(Refusal::unknown_message()),
                Route::EditFollowup => edit(world, call, &interaction, *id, &call.upload()?),
                _ => read_or_delete(world, call, &interaction, *id),
            }
        }
        _ => Err(Refusal::unknown_webhook()),
    }
}

fn follow_up(world: &World, call: &Call, interaction: &Interaction) -> Reply {
    let upload = call.upload()?;
    let original = lock(&interaction.progress).original;
    let deferred =
        original.and_then(|id| world.message(interaction.channel, id)).filter(|found| found.loading);
    if let Some(message) = deferred {
        world.violation("a follow-up right after a deferral edits the reply (deprecated): PATCH @original");
        return edit(world, call, interaction, message.id, &upload);
    }
    let message = {
        let mut progress = lock(&interaction.progress);
        if interaction.user_install && progress.sent_followups >= USER_INSTALL_FOLLOWUPS {
            let text = "Maximum number of follow up messages to this interaction has been reached";
            return Err(Refusal::new(400, 40094, text));
        }
        let mut blank = interaction.blank(world, call.received, 19);
        blank.reply_to = original;
        let mut message = compose(world, blank, &upload, call.received, &interaction.sender(true))?;
        message.ephemeral = message.flags & EPHEMERAL != 0;
        progress.sent_followups += 1;
        progress.followups.push(message.id);
        world.put_message(message.clone());
        message
    };
    interaction.changed.ring();
    world.channels_changed.ring();
    shown(world, &message)
}

fn edit(world: &World, call: &Call, interaction: &Interaction, id: u64, upload: &Upload) -> Reply {
    let message = {
        // Edits of one reply are applied one after the other.
        let mut progress = lock(&interaction.progress);
        let message = world.message(interaction.channel, id).ok_or_else(Refusal::unknown_message)?;
        let message = compose(world, message, upload, call.received, &interaction.sender(false))?;
        if progress.original == Some(id) {
            progress.edits += 1;
            progress.states.push(message.clone());
        }
        world.put_message(message.clone());
        message
    };
    interaction.changed.ring();
    tell_earlier(world, interaction, message.interaction, id);
    shown(world, &message)
}

fn read_or_delete(world: &World, call: &Call, interaction: &Interaction, id: u64) -> Reply {
    if matches!(call.route, Route::GetOriginal | Route::GetFollowup) {
        let message = world.message(interaction.channel, id).ok_or_else(Refusal::unknown_message)?;
        return shown(world, &message);
    }
    let earlier = world.message(interaction.channel, id).and_then(|message| message.interaction);
    world.delete_message(interaction.channel, id)?;
    lock(&interaction.progress).followups.retain(|known| *known != id);
    interaction.changed.ring();
    tell_earlier(world, interaction, earlier, id);
    Ok((204, Value::Null))
}

/// A click can change a message that answers another interaction, or that the bot sent by itself.
fn tell_earlier(world: &World, by: &Interaction, earlier: Option<u64>, message: u64) {
    match earlier {
        Some(id) if id == by.id => {}
        Some(id) => changed_otherwise(world, id, message),
        None => world.channels_changed.ring(),
    }
}

/// The bot changed a reply with its own token, or deleted it.
pub(super) fn changed_otherwise(world: &World, interaction: u64, message: u64) {
    let Some(interaction) = lock(&world.interactions).by_id.get(&interaction).cloned() else { return };
    {
        let mut progress = lock(&interaction.progress);
        if progress.original == Some(message) {
            progress.states.extend(world.message(interaction.channel, message));
        }
    }
    interaction.changed.ring();
}
