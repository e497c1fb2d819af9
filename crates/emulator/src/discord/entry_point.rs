//! The Entry Point command, which opens an application's Activity: one at the most, global, and part of every bulk
//! overwrite once it is there.

use serde_json::{Value, json};

use super::api_error::{ApiError, Form};

pub(super) const ENTRY_POINT: u64 = 4;

pub(super) fn is_entry_point(command: &Value) -> bool {
    command["type"] == json!(ENTRY_POINT)
}

pub(super) fn check(form: &mut Form, path: &str, command: &Value, guild: bool) {
    if guild {
        let text = "Entry Point commands can only be global";
        form.error(format!("{path}.type"), "APPLICATION_COMMAND_TYPE_INVALID", text);
    }
    if !matches!(command["handler"].as_u64(), Some(1 | 2)) {
        form.error(format!("{path}.handler"), "BASE_TYPE_CHOICES", "Must be 1 or 2.");
    }
    if command["options"].as_array().is_some_and(|options| !options.is_empty()) {
        let text = "Entry Point commands have no options";
        form.error(format!("{path}.options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text);
    }
}

/// Refuses an overwrite that leaves out the Entry Point command that is there.
pub(super) fn check_kept(before: &[Value], commands: &[Value]) -> Result<(), ApiError> {
    let is_kept = |old: &Value| {
        commands.iter().any(|command| {
            let same = if command["id"].is_null() { "name" } else { "id" };
            is_entry_point(command) && command[same] == old[same]
        })
    };
    if before.iter().filter(|command| is_entry_point(command)).all(is_kept) {
        return Ok(());
    }
    let text = "You cannot remove this app's Entry Point command in a bulk update operation. \
                Please include the Entry Point command in your update request or delete it separately.";
    Err(ApiError::new(400, 50240, text))
}
