//! Registered commands, and whether Discord would register them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::api_error::{ApiError, Form};
use super::entry_point::{self, ENTRY_POINT};
use super::events::Event;
use super::localizations::{check_localizations, remove_localizations};
use super::request::{ApiRequest, ApiResult};
use super::state::ServerState;
use super::target::Target;
use crate::sync::lock;

const CHAT_INPUT: u64 = 1;
const SUBCOMMAND: u64 = 1;
const GROUP: u64 = 2;
const COMMAND_TEXT: usize = 8000;

/// GET and PUT of the global commands or of a guild's.
pub(super) fn serve(state: &ServerState, request: &ApiRequest) -> ApiResult {
    let Target::Commands { application, guild } = request.target else {
        return Err(ApiError::new(404, 0, "404: Not Found"));
    };
    if application != state.options.application_id {
        return Err(ApiError::new(
            403,
            20012,
            "You are not authorized to perform this action on this application",
        ));
    }
    if request.method == axum::http::Method::GET {
        let mut commands = lock(&state.commands).get(&guild).cloned().unwrap_or_default();
        if request.query.get("with_localizations").map(String::as_str) != Some("true") {
            commands.iter_mut().for_each(remove_localizations);
        }
        return Ok((200, Value::Array(commands)));
    }
    let Ok(Value::Array(commands)) = serde_json::from_slice(&request.body) else {
        return Err(ApiError::new(400, 50109, "The request body contains invalid JSON."));
    };
    Ok((200, Value::Array(overwrite(state, guild, commands)?)))
}

/// Replaces all commands of a scope.
pub(super) fn overwrite(
    state: &ServerState,
    guild: Option<u64>,
    mut commands: Vec<Value>,
) -> Result<Vec<Value>, ApiError> {
    check(&commands, guild.is_some())?;
    let mut registered = lock(&state.commands);
    let before = registered.get(&guild).cloned().unwrap_or_default();
    entry_point::check_kept(&before, &commands)?;
    for command in &mut commands {
        let kind = command["type"].as_u64().unwrap_or(CHAT_INPUT);
        let same = |old: &&Value| {
            old["type"] == json!(kind) && (old["name"] == command["name"] || old["id"] == command["id"])
        };
        let id = before
            .iter()
            .find(same)
            .map_or_else(|| json!(state.next_id().to_string()), |old| old["id"].clone());
        let Value::Object(fields) = command else { continue };
        complete(fields, guild.is_some());
        // It may be sent as a number, and is always returned as a string.
        if let Some(bits) = fields["default_member_permissions"].as_u64() {
            fields.insert("default_member_permissions".to_owned(), json!(bits.to_string()));
        }
        fields.insert("id".to_owned(), id);
        fields.insert("type".to_owned(), json!(kind));
        fields.insert("application_id".to_owned(), json!(state.options.application_id.to_string()));
        fields.insert("version".to_owned(), json!(state.next_id().to_string()));
        if let Some(guild) = guild {
            fields.insert("guild_id".to_owned(), json!(guild.to_string()));
        }
    }
    registered.insert(guild, commands.clone());
    drop(registered);
    state.watchers.tell(|| Event::Commands(guild));
    Ok(commands)
}

fn complete(fields: &mut Map<String, Value>, guild: bool) {
    let defaults = [
        ("description", json!("")),
        ("default_member_permissions", Value::Null),
        ("nsfw", json!(false)),
        ("dm_permission", json!(true)),
        ("integration_types", json!([0])),
        ("contexts", Value::Null),
    ];
    for (key, value) in defaults {
        if !(guild && matches!(key, "contexts" | "dm_permission" | "integration_types")) {
            fields.entry(key).or_insert(value);
        }
    }
}

fn check(commands: &[Value], guild: bool) -> Result<(), ApiError> {
    let mut form = Form::default();
    let mut names = HashSet::new();
    for (at, command) in commands.iter().enumerate() {
        let path = at.to_string();
        let kind = command["type"].as_u64().unwrap_or(CHAT_INPUT);
        if !names.insert((kind, command["name"].as_str().unwrap_or_default())) {
            let text = "Application command names must be unique";
            form.error(&path, "APPLICATION_COMMANDS_DUPLICATE_NAME", text);
        }
        check_command(&mut form, &path, command, kind, guild);
    }
    form.finish()?;
    for (kind, most) in [(CHAT_INPUT, 100), (2, 15), (3, 15), (ENTRY_POINT, 1)] {
        if names.iter().filter(|(of, _)| *of == kind).count() > most {
            let text = format!("Maximum number of application commands reached ({most}).");
            return Err(ApiError::new(400, 30032, &text));
        }
    }
    Ok(())
}

fn check_command(form: &mut Form, path: &str, command: &Value, kind: u64, guild: bool) {
    if kind == CHAT_INPUT {
        check_name(form, path, command);
        form.required_text(&format!("{path}.description"), command.get("description"), 1, 100);
    } else {
        form.required_text(&format!("{path}.name"), command.get("name"), 1, 32);
    }
    if kind == ENTRY_POINT {
        entry_point::check(form, path, command, guild);
    }
    check_localizations(form, path, command, 100);
    let sets: [(&str, u64); 2] = [("contexts", 2), ("integration_types", 1)];
    for (key, largest) in sets {
        let items = form.list(&format!("{path}.{key}"), command.get(key), largest as usize + 1);
        if items.iter().any(|item| item.as_u64().is_none_or(|item| item > largest)) {
            form.error(format!("{path}.{key}"), "BASE_TYPE_CHOICES", format!("Must be 0 to {largest}."));
        }
        if guild && !items.is_empty() {
            let text = format!("{key} can only be set on global commands");
            form.error(format!("{path}.{key}"), "APPLICATION_COMMAND_CONTEXTS_GLOBAL_ONLY", text);
        }
    }
    let permissions = command.get("default_member_permissions").filter(|value| !value.is_null());
    let bits = permissions.map(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    if bits == Some(None) {
        form.error(format!("{path}.default_member_permissions"), "NUMBER_TYPE_COERCE", "Not an integer.");
    }
    check_options(form, path, command, 0);
    if text_of(command) > COMMAND_TEXT {
        let text = "Command exceeds maximum size (8000)";
        form.error(path, "APPLICATION_COMMAND_TOO_LARGE", text);
    }
}

fn check_options(form: &mut Form, path: &str, parent: &Value, depth: usize) {
    let options = form.list(&format!("{path}.options"), parent.get("options"), 25);
    let mut names = HashSet::new();
    let mut optional = false;
    let nests = |option: &Value| matches!(option["type"].as_u64(), Some(SUBCOMMAND | GROUP));
    if options.iter().any(nests) && !options.iter().all(nests) {
        let text = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        form.error(format!("{path}.options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text);
    }
    for (at, option) in options.iter().enumerate() {
        let path = format!("{path}.options.{at}");
        check_name(form, &path, option);
        check_localizations(form, &path, option, 100);
        form.required_text(&format!("{path}.description"), option.get("description"), 1, 100);
        if !names.insert(option["name"].as_str().unwrap_or_default()) {
            form.error(&path, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique");
        }
        let required = option["required"].as_bool().unwrap_or(false);
        if required && optional {
            let text = "Required options must be placed before non-required options";
            form.error(&path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text);
        }
        optional |= !required;
        match option["type"].as_u64() {
            Some(kind @ (SUBCOMMAND | GROUP)) => {
                if (kind == GROUP && depth > 0) || depth > 1 {
                    let text = "Nesting is command, group, subcommand.";
                    form.error(format!("{path}.type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text);
                } else {
                    check_options(form, &path, option, depth + if kind == GROUP { 1 } else { 2 });
                }
            }
            Some(kind @ 3..=11) => check_option(form, &path, option, kind),
            _ => form.error(format!("{path}.type"), "BASE_TYPE_CHOICES", "Must be one of 1 to 11."),
        }
    }
}

fn check_option(form: &mut Form, path: &str, option: &Value, kind: u64) {
    let (text, number) = (kind == 3, matches!(kind, 4 | 10));
    let kinds = form.list(&format!("{path}.channel_types"), option.get("channel_types"), 16);
    if kinds.iter().any(|kind| !matches!(kind.as_u64(), Some(0..=5 | 10..=16)))
        || kind != 7 && !kinds.is_empty()
    {
        let text = "Only an option of type CHANNEL has channel_types.";
        form.error(format!("{path}.channel_types"), "BASE_TYPE_CHOICES", text);
    }
    let choices = form.list(&format!("{path}.choices"), option.get("choices"), 25);
    for (at, choice) in choices.iter().enumerate() {
        let path = format!("{path}.choices.{at}");
        form.required_text(&format!("{path}.name"), choice.get("name"), 1, 100);
        let value = &choice["value"];
        let fits = match kind {
            3 => value.as_str().is_some_and(|value| (1..=100).contains(&value.chars().count())),
            4 => value.is_i64() || value.is_u64(),
            _ => value.is_number(),
        };
        if !fits {
            form.error(
                format!("{path}.value"),
                "BASE_TYPE_CHOICES",
                "The value does not fit the option's type.",
            );
        }
    }
    let names: HashSet<&str> = choices.iter().filter_map(|choice| choice["name"].as_str()).collect();
    if names.len() < choices.len() {
        let text = "Option choice names must be unique";
        form.error(format!("{path}.choices"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_INVALID", text);
    }
    let autocomplete = option["autocomplete"].as_bool().unwrap_or(false);
    if autocomplete && !choices.is_empty() {
        let text = "Autocomplete excludes choices";
        form.error(path, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", text);
    }
    if (autocomplete || !choices.is_empty()) && !text && !number {
        form.error(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type has no choices");
    }
    let bounds = [("min_length", text), ("max_length", text), ("min_value", number), ("max_value", number)];
    for (key, may) in bounds {
        let Some(value) = option.get(key).filter(|value| !value.is_null()) else { continue };
        let in_range = match key {
            "min_length" => value.as_u64().is_some_and(|value| value <= 6000),
            "max_length" => value.as_u64().is_some_and(|value| (1..=6000).contains(&value)),
            _ => value.is_number() && (kind != 4 || !value.is_f64()),
        };
        if !may || !in_range {
            form.error(format!("{path}.{key}"), "NUMBER_TYPE_COERCE", "Not a bound for this type of option.");
        }
    }
    for (low, high) in [("min_length", "max_length"), ("min_value", "max_value")] {
        if let (Some(low), Some(high)) = (option[low].as_f64(), option[high].as_f64())
            && low > high
        {
            form.error(path, "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID", "The minimum is above the maximum");
        }
    }
}

fn check_name(form: &mut Form, path: &str, named: &Value) {
    let path = format!("{path}.name");
    form.required_text(&path, named.get("name"), 1, 32);
    if named["name"].as_str().is_some_and(|name| !well_named(name)) {
        form.error(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }
}

pub(super) fn well_named(name: &str) -> bool {
    name.chars().all(|symbol| {
        let word = symbol.is_alphanumeric() || matches!(symbol, '-' | '_' | '\'');
        word && symbol.to_lowercase().eq(std::iter::once(symbol))
    })
}

/// Characters of all names, descriptions and values; of a localized text the longest form counts.
fn text_of(node: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let own: usize = ["name", "description", "value"]
        .iter()
        .map(|key| {
            let localized = node[format!("{key}_localizations").as_str()].as_object();
            let longest = localized.and_then(|texts| texts.values().map(length).max()).unwrap_or_default();
            length(&node[*key]).max(longest)
        })
        .sum();
    let below = ["options", "choices"].iter().filter_map(|key| node[*key].as_array()).flatten();
    own + below.map(text_of).sum::<usize>()
}
