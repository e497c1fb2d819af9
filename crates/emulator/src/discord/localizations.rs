//! Names and descriptions of commands in other languages.

use serde_json::Value;

use super::api_error::Form;
use super::commands::well_named;

pub(super) fn check_localizations(form: &mut Form, path: &str, named: &Value, description: usize) {
    for (key, most) in [("name_localizations", 32), ("description_localizations", description)] {
        let Some(Value::Object(texts)) = named.get(key) else { continue };
        for (locale, text) in texts {
            let path = format!("{path}.{key}.{locale}");
            form.required_text(&path, Some(text), 1, most);
            if !LOCALES.contains(&locale.as_str()) {
                form.error(&path, "ENUM_TYPE_COERCE", "Unknown locale.");
            }
            let named = key == "name_localizations" && description == 100;
            if named && text.as_str().is_some_and(|text| !well_named(text)) {
                form.error(&path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
            }
        }
    }
}

const LOCALES: [&str; 32] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl",
    "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja",
    "zh-TW", "ko",
];

/// A list of commands has them only on demand.
pub(super) fn remove_localizations(node: &mut Value) {
    if let Some(fields) = node.as_object_mut() {
        fields.retain(|name, _| !matches!(name.as_str(), "name_localizations" | "description_localizations"));
    }
    for key in ["options", "choices"] {
        if let Some(below) = node.get_mut(key).and_then(Value::as_array_mut) {
            below.iter_mut().for_each(remove_localizations);
        }
    }
}
