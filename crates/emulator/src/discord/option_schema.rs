//! Whether the client would let a person do what an [`InteractionBuilder`] says.
//!
//! Discord's client offers only what the bot has declared and what is on the screen. A test that sends anything
//! else proves nothing, so it fails; [`InteractionBuilder::stale`] switches the check off.

use serde_json::{Value, json};

use super::interaction_builder::{Action, Entity, InteractionBuilder};
use super::message::walk;
use super::state::ServerState;
use crate::sync::lock;

const SUBCOMMAND: u64 = 1;
const GROUP: u64 = 2;
const ADMINISTRATOR: u64 = 8;
const MODAL: u8 = 9;
const TEXT_INPUT: u64 = 4;
const RADIO_GROUP: u64 = 21;
const CHECKBOX: u64 = 23;

impl InteractionBuilder {
    /// Why the client would not send it, if it would not. A command that is not declared at all is sent.
    pub(super) fn check_against_schema(&self, state: &ServerState) -> Result<(), String> {
        if self.stale {
            return Ok(());
        }
        match &self.action {
            Action::Raw { .. } => Ok(()),
            Action::Command | Action::Autocomplete { .. } => {
                let name = self.command.split_whitespace().next().unwrap_or_default();
                let Some(command) = self.registered(state, name) else { return Ok(()) };
                self.check_visible(state, &command)?;
                self.check_options(state, self.called(&command)?)
            }
            Action::OnMessage { .. } => {
                let command = self.registered_as(state, &self.command, 3);
                let command = command.ok_or_else(|| format!("no command `{}` on messages", self.command))?;
                self.check_visible(state, &command)
            }
            Action::Component { message, custom_id, values } => {
                check_component(&message.components, custom_id, values)
            }
            Action::Modal { custom_id, fields, .. } => {
                let modal = opened_modal(state, custom_id)
                    .ok_or_else(|| format!("no answer has opened a modal `{custom_id}`"))?;
                check_fields(&modal, fields)
            }
        }
    }

    /// Whether the client lists the command for this person in this place.
    pub(super) fn check_visible(&self, state: &ServerState, command: &Value) -> Result<(), String> {
        let listed = |key: &str, wanted: u64| {
            command[key].as_array().is_none_or(|items| items.iter().any(|item| item == wanted))
        };
        if !listed("contexts", u64::from(self.guild.is_none())) {
            return Err(format!("`/{}` is not declared for this context", self.command));
        }
        if !listed("integration_types", u64::from(self.user_install)) {
            return Err(format!("`/{}` is not declared for this kind of installation", self.command));
        }
        let adult = self.guild.is_none() || lock(&state.channels).nsfw(self.channel);
        if command["nsfw"] == true && !adult {
            return Err(format!("`/{}` is only for channels with age restriction", self.command));
        }
        let needed = &command["default_member_permissions"];
        let needed = needed.as_u64().or_else(|| needed.as_str()?.parse().ok());
        let (Some(needed), false, Some(_)) = (needed, self.override_permissions, self.guild) else {
            return Ok(());
        };
        // No bits at all are for administrators alone.
        let holds = needed != 0 && self.permissions & needed == needed;
        if holds || self.permissions & ADMINISTRATOR != 0 {
            return Ok(());
        }
        Err(format!(
            "Discord hides `/{}` from members without the permissions {needed:#x}: give them with permissions(…), \
             or let an admin of the server open it with override_permissions()",
            self.command
        ))
    }

    /// The command, or the subcommand that is called.
    fn called<'a>(&self, command: &'a Value) -> Result<&'a Value, String> {
        let mut node = command;
        for step in self.command.split_whitespace().skip(1) {
            let nests = |option: &&Value| matches!(option["type"].as_u64(), Some(SUBCOMMAND | GROUP));
            node = named(node, step)
                .filter(nests)
                .ok_or_else(|| format!("`/{}`: there is no subcommand `{step}`", self.command))?;
        }
        let more =
            options(node).iter().any(|option| matches!(option["type"].as_u64(), Some(SUBCOMMAND | GROUP)));
        if more {
            return Err(format!("`/{}` has subcommands and cannot be called by itself", self.command));
        }
        Ok(node)
    }

    fn check_options(&self, state: &ServerState, leaf: &Value) -> Result<(), String> {
        for (name, value) in &self.options {
            let option =
                named(leaf, name).ok_or_else(|| format!("`/{}` has no option `{name}`", self.command))?;
            match &self.action {
                Action::Autocomplete { focused } if focused == name && option["autocomplete"] != true => {
                    return Err(format!("`/{}` `{name}` is declared without autocomplete", self.command));
                }
                // What is typed so far is not checked.
                Action::Autocomplete { .. } => {}
                _ => self
                    .check_value(state, option, name, value)
                    .map_err(|reason| format!("`/{}` `{name}`: {reason}", self.command))?,
            }
        }
        let given = |option: &&Value| self.options.iter().any(|(name, _)| option["name"] == *name);
        let missing = options(leaf).iter().filter(|option| option["required"] == true).find(|it| !given(it));
        match missing {
            Some(option) if matches!(self.action, Action::Command) => {
                Err(format!("`/{}` cannot be sent without {}", self.command, option["name"]))
            }
            _ => Ok(()),
        }
    }

    fn check_value(
        &self,
        state: &ServerState,
        option: &Value,
        name: &str,
        value: &Value,
    ) -> Result<(), String> {
        let kind = option["type"].as_u64().unwrap_or_default();
        let entity = self.entity(name);
        let right = match (kind, entity) {
            (3, None) => value.is_string(),
            (4, None) => value.is_i64() || value.is_u64(),
            (5, None) => value.is_boolean(),
            (10, None) => value.is_number(),
            (9, Some(Entity::User(_) | Entity::Role(_))) => true,
            (_, Some(entity)) => entity.kind() == kind,
            _ => false,
        };
        if !right {
            return Err(format!("{value} is not a value for an option of type {kind}"));
        }
        if let (Some(Entity::Channel(id)), Some(kinds)) = (entity, option["channel_types"].as_array()) {
            let of = lock(&state.channels).by_id.get(id).map(|channel| channel.kind()).unwrap_or_default();
            if !kinds.is_empty() && !kinds.iter().any(|kind| *kind == of) {
                return Err(format!("channel {id} is of type {of}, declared are {kinds:?}"));
            }
        }
        check_bounds(option, value)
    }
}

/// Whether a value is within the declared bounds and among the declared choices.
fn check_bounds(option: &Value, value: &Value) -> Result<(), String> {
    let (size, low, high) = match value {
        Value::String(text) => (Some(text.chars().count() as f64), "min_length", "max_length"),
        number => (number.as_f64(), "min_value", "max_value"),
    };
    if let Some(size) = size {
        let short = option[low].as_f64().is_some_and(|least| size < least);
        let long = option[high].as_f64().is_some_and(|most| size > most);
        if short || long {
            return Err(format!("{size} is outside of {low} {} and {high} {}", option[low], option[high]));
        }
    }
    let choices = option["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !choices.is_empty() && !choices.iter().any(|choice| choice["value"] == *value) {
        return Err(format!("{value} is not among the choices"));
    }
    Ok(())
}

/// Whether a component is in a message, and takes these values.
fn check_component(components: &Value, custom_id: &str, values: &[String]) -> Result<(), String> {
    let mut found = None;
    walk(components, &mut |component| {
        if component.get("custom_id").is_some_and(|id| id == custom_id) {
            found = Some(component);
        }
    });
    let Some(component) = found else {
        return Err(format!("the message has no component `{custom_id}`"));
    };
    if component.get("disabled").is_some_and(|disabled| disabled == true) {
        return Err(format!("the component `{custom_id}` is disabled"));
    }
    let kind = component.get("type").and_then(Value::as_u64).unwrap_or_default();
    if kind == 2 {
        return if values.is_empty() { Ok(()) } else { Err(format!("`{custom_id}` is a button, no select")) };
    }
    let bound = |key: &str| component.get(key).and_then(Value::as_u64).unwrap_or(1) as usize;
    let (least, most) = (bound("min_values"), bound("max_values"));
    if !(least..=most).contains(&values.len()) {
        return Err(format!("`{custom_id}` takes {least} to {most} values, not {}", values.len()));
    }
    let declared = component.get("options").and_then(Value::as_array);
    let known = |value: &String| {
        declared.is_none_or(|options| options.iter().any(|option| option["value"] == *value))
    };
    match values.iter().find(|value| !known(value)) {
        Some(value) => Err(format!("`{custom_id}` does not offer `{value}`")),
        None => Ok(()),
    }
}

/// The modal with this `custom_id` that the bot opened last.
fn opened_modal(state: &ServerState, custom_id: &str) -> Option<Value> {
    let mut interactions: Vec<_> = lock(&state.interactions).by_id.values().cloned().collect();
    interactions.sort_by_key(|interaction| std::cmp::Reverse(interaction.id));
    interactions.into_iter().find_map(|interaction| {
        let ack = lock(&interaction.progress).ack.clone()?;
        (ack.kind == MODAL && ack.data["custom_id"] == custom_id).then_some(ack.data)
    })
}

fn check_fields(modal: &Value, fields: &[(String, Vec<String>)]) -> Result<(), String> {
    let inputs = inputs(modal);
    for (name, _) in fields {
        if !inputs.iter().any(|input| input["custom_id"] == **name) {
            return Err(format!("the modal has no field `{name}`"));
        }
    }
    for input in inputs {
        let name = input["custom_id"].as_str().unwrap_or_default();
        let values = filled(input, fields);
        let needed = input["required"] != false;
        if values.is_empty() {
            if needed {
                return Err(format!("the modal cannot be sent without \"{name}\""));
            }
            continue;
        }
        if input["type"] != TEXT_INPUT {
            check_chosen(input, &values)?;
            continue;
        }
        let value = values.concat();
        let (least, most) = (input["min_length"].as_u64(), input["max_length"].as_u64());
        let length = value.chars().count() as u64;
        if length < least.unwrap_or(0) || length > most.unwrap_or(4000) {
            return Err(format!("`{name}` takes {least:?} to {most:?} characters, not {length}"));
        }
    }
    Ok(())
}

/// Whether an input other than text takes these values.
fn check_chosen(input: &Value, values: &[String]) -> Result<(), String> {
    let name = &input["custom_id"];
    let most = input["max_values"].as_u64().unwrap_or(1) as usize;
    if values.len() > most {
        return Err(format!("{name} takes up to {most} values, not {}", values.len()));
    }
    let offered = |value: &String| options(input).iter().any(|option| option["value"] == **value);
    match values.iter().find(|value| !options(input).is_empty() && !offered(value)) {
        Some(value) => Err(format!("{name} does not offer `{value}`")),
        None => Ok(()),
    }
}

/// The inputs of a modal: text, selects, files and the like.
fn inputs(modal: &Value) -> Vec<&Value> {
    let tops = modal["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    tops.iter()
        .flat_map(|top| {
            let in_row = top["components"].as_array().map(Vec::as_slice).unwrap_or_default();
            in_row.iter().chain(top.get("component"))
        })
        .filter(|input| matches!(input["type"].as_u64(), Some(3..=8 | 19 | 21..=23)))
        .collect()
}

/// What stands in an input: what the person wrote, or else what was there.
fn filled(input: &Value, fields: &[(String, Vec<String>)]) -> Vec<String> {
    let written = fields.iter().find(|(name, _)| input["custom_id"] == **name);
    let before = || {
        let chosen = options(input).iter().filter(|option| option["default"] == true);
        let before = input["value"].as_str().into_iter().chain(chosen.filter_map(|it| it["value"].as_str()));
        before.map(str::to_owned).collect()
    };
    let mut values: Vec<String> = written.map_or_else(before, |(_, values)| values.clone());
    values.retain(|value| !value.is_empty());
    values
}

/// The components of the answer to the modal that was opened last under this `custom_id`, in its own shape; rows of text
/// where there was none.
pub(super) fn submitted(state: &ServerState, custom_id: &str, fields: &[(String, Vec<String>)]) -> Value {
    let Some(modal) = opened_modal(state, custom_id) else {
        let row = |(id, values): &(String, Vec<String>)| json!({ "type": 1, "id": 1, "components": [{ "type": 4, "id": 2, "custom_id": id, "value": values.concat() }] });
        return fields.iter().map(row).collect();
    };
    let answer = |input: &Value| {
        let values = filled(input, fields);
        let mut answer = json!({ "type": input["type"], "id": 2, "custom_id": input["custom_id"] });
        match input["type"].as_u64() {
            Some(TEXT_INPUT) => answer["value"] = json!(values.concat()),
            Some(RADIO_GROUP) => answer["value"] = json!(values.first()),
            Some(CHECKBOX) => answer["value"] = json!(values.first().is_some_and(|value| value == "true")),
            _ => answer["values"] = json!(values),
        }
        answer
    };
    let tops = modal["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let top = |top: &Value| match top.get("component") {
        Some(input) => json!({ "type": 18, "id": 1, "component": answer(input) }),
        None => json!({ "type": 1, "id": 1, "components": [answer(&top["components"][0])] }),
    };
    tops.iter().map(top).collect()
}

fn options(node: &Value) -> &[Value] {
    node["options"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn named<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    options(node).iter().find(|option| option["name"] == name)
}
