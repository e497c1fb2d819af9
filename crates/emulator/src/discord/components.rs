//! Whether Discord would take the components of a message or of a modal.

use serde_json::Value;

use super::api_error::Form;

const ROWS: usize = 5;
const TOTAL_V2: usize = 40;
const TEXT_V2: usize = 4000;

/// Checks the components of a message.
pub(super) fn check(form: &mut Form, components: Option<&Value>, v2: bool) {
    let top = form.list("components", components, if v2 { TOTAL_V2 } else { ROWS });
    let mut check = ComponentCheck::default();
    for (at, component) in top.iter().enumerate() {
        let allowed: &[u64] = if v2 { &[1, 9, 10, 12, 13, 14, 17] } else { &[1] };
        check.check(form, &format!("components.{at}"), component, allowed);
    }
    if v2 && check.count > TOTAL_V2 {
        form.error(
            "components",
            "BASE_TYPE_MAX_LENGTH",
            "The total number of components must be 40 or fewer.",
        );
    }
    if v2 && check.text > TEXT_V2 {
        let message = "Total displayable text must be 4000 characters or fewer.";
        form.error("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message);
    }
}

/// Checks the `data` of a modal.
pub(super) fn check_modal(form: &mut Form, data: &Value) {
    form.required_text("data.title", data.get("title"), 1, 45);
    form.required_text("data.custom_id", data.get("custom_id"), 1, 100);
    let top = form.list("data.components", data.get("components"), 5);
    if top.is_empty() {
        form.error("data.components", "BASE_TYPE_MIN_LENGTH", "Must be between 1 and 5 in length.");
    }
    let mut check = ComponentCheck { modal: true, ..ComponentCheck::default() };
    for (at, component) in top.iter().enumerate() {
        check.check(form, &format!("data.components.{at}"), component, &[1, 10, 18]);
    }
}

#[derive(Default)]
struct ComponentCheck {
    modal: bool,
    count: usize,
    text: usize,
    custom_ids: Vec<String>,
}

impl ComponentCheck {
    fn check(&mut self, form: &mut Form, path: &str, component: &Value, allowed: &[u64]) {
        self.count += 1;
        let kind = component.get("type").and_then(Value::as_u64).unwrap_or_default();
        if !allowed.contains(&kind) {
            let message = format!("Value of field \"type\" must be one of {allowed:?}.");
            form.error(format!("{path}.type"), "UNION_TYPE_CHOICES", message);
            return;
        }
        match kind {
            1 => self.row(form, path, component),
            2 => self.button(form, path, component),
            3 | 5..=8 => self.select(form, path, component, kind),
            4 => self.input(form, path, component),
            9 => {
                self.children(form, path, component, &[10], 1, 3);
                self.only_child(form, &format!("{path}.accessory"), component.get("accessory"), &[2, 11]);
            }
            10 => {
                form.required_text(&format!("{path}.content"), component.get("content"), 1, TEXT_V2);
                self.text += text_length(component.get("content"));
            }
            11 => self.media(form, path, component, "media"),
            12 => self.gallery(form, path, component),
            13 => {
                let url = component.pointer("/file/url").and_then(Value::as_str).unwrap_or_default();
                if !url.starts_with("attachment://") {
                    form.error(
                        format!("{path}.file.url"),
                        "URL_TYPE_INVALID_SCHEME",
                        "Must be attachment://.",
                    );
                }
            }
            17 => self.children(form, path, component, &[1, 9, 10, 12, 13, 14], 1, TOTAL_V2),
            18 => {
                form.required_text(&format!("{path}.label"), component.get("label"), 1, 45);
                form.text(&format!("{path}.description"), component.get("description"), 0, 100);
                let kinds = [3, 4, 5, 6, 7, 8, 19, 21, 22, 23];
                self.only_child(form, &format!("{path}.component"), component.get("component"), &kinds);
            }
            _ => {}
        }
    }

    fn only_child(&mut self, form: &mut Form, path: &str, child: Option<&Value>, allowed: &[u64]) {
        match child {
            Some(child) => self.check(form, path, child, allowed),
            None => form.error(path, "BASE_TYPE_REQUIRED", "This field is required"),
        }
    }

    fn children(
        &mut self,
        form: &mut Form,
        path: &str,
        parent: &Value,
        allowed: &[u64],
        min: usize,
        max: usize,
    ) {
        let path = format!("{path}.components");
        let children = form.list(&path, parent.get("components"), max);
        if children.len() < min {
            form.error(&path, "BASE_TYPE_MIN_LENGTH", format!("Must be between {min} and {max} in length."));
        }
        for (at, child) in children.iter().enumerate() {
            self.check(form, &format!("{path}.{at}"), child, allowed);
        }
    }

    fn row(&mut self, form: &mut Form, path: &str, row: &Value) {
        if self.modal {
            // Inside of a label the input has none of its own.
            if row.pointer("/components/0/label").is_none_or(Value::is_null) {
                form.error(
                    format!("{path}.components.0.label"),
                    "BASE_TYPE_REQUIRED",
                    "This field is required",
                );
            }
            return self.children(form, path, row, &[4], 1, 1);
        }
        let first = row.pointer("/components/0/type").and_then(Value::as_u64);
        if first == Some(2) {
            self.children(form, path, row, &[2], 1, 5);
        } else {
            self.children(form, path, row, &[2, 3, 5, 6, 7, 8], 1, 1);
        }
    }

    fn custom_id(&mut self, form: &mut Form, path: &str, component: &Value) {
        let path = format!("{path}.custom_id");
        form.required_text(&path, component.get("custom_id"), 1, 100);
        let Some(id) = component.get("custom_id").and_then(Value::as_str) else { return };
        if self.custom_ids.iter().any(|known| known == id) {
            form.error(&path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
        }
        self.custom_ids.push(id.to_owned());
    }

    fn button(&mut self, form: &mut Form, path: &str, button: &Value) {
        form.text(&format!("{path}.label"), button.get("label"), 0, 80);
        match button.get("style").and_then(Value::as_u64) {
            Some(1..=4) => {
                self.custom_id(form, path, button);
                if button.get("url").is_some_and(|url| !url.is_null()) {
                    form.error(
                        format!("{path}.url"),
                        "BUTTON_URL_FORBIDDEN",
                        "Only a link button has a url.",
                    );
                }
            }
            Some(5) => {
                form.required_text(&format!("{path}.url"), button.get("url"), 1, 512);
                form.url(&format!("{path}.url"), button.get("url"), false);
                if button.get("custom_id").is_some_and(|id| !id.is_null()) {
                    let message = "A custom id and url cannot both be specified";
                    form.error(path, "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", message);
                }
            }
            _ => form.error(format!("{path}.style"), "BASE_TYPE_CHOICES", "Must be one of 1 to 5."),
        }
        let filled = |key: &str| button.get(key).is_some_and(|value| !value.is_null() && value != "");
        if !filled("label") && !filled("emoji") {
            let message = "A button must have a label or an emoji.";
            form.error(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message);
        }
    }

    fn select(&mut self, form: &mut Form, path: &str, select: &Value, kind: u64) {
        self.custom_id(form, path, select);
        form.text(&format!("{path}.placeholder"), select.get("placeholder"), 0, 150);
        let least = bound(form, &format!("{path}.min_values"), select.get("min_values"), 0, 25).unwrap_or(1);
        let most = bound(form, &format!("{path}.max_values"), select.get("max_values"), 1, 25).unwrap_or(1);
        if least > most {
            let message = "Must be at least min_values.";
            form.error(format!("{path}.max_values"), "SELECT_COMPONENT_INVALID_RANGE", message);
        }
        if kind != 3 {
            return;
        }
        let options = form.list(&format!("{path}.options"), select.get("options"), 25);
        if (options.len() as u64) < most {
            let message = format!("Must be between {most} and 25 in length.");
            form.error(format!("{path}.options"), "BASE_TYPE_BAD_LENGTH", message);
        }
        let chosen = options.iter().filter(|option| option["default"] == true).count() as u64;
        if chosen > most {
            let message = "There are more defaults than max_values.";
            form.error(format!("{path}.options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message);
        }
        let mut values = Vec::new();
        for (at, option) in options.iter().enumerate() {
            let path = format!("{path}.options.{at}");
            form.required_text(&format!("{path}.label"), option.get("label"), 1, 100);
            form.required_text(&format!("{path}.value"), option.get("value"), 1, 100);
            form.text(&format!("{path}.description"), option.get("description"), 0, 100);
            let value = option.get("value");
            if values.contains(&value) {
                let message = "The specified option value is already used";
                form.error(format!("{path}.value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
            }
            values.push(value);
        }
    }

    fn input(&mut self, form: &mut Form, path: &str, input: &Value) {
        self.custom_id(form, path, input);
        form.text(&format!("{path}.label"), input.get("label"), 1, 45);
        form.text(&format!("{path}.placeholder"), input.get("placeholder"), 0, 100);
        form.text(&format!("{path}.value"), input.get("value"), 0, 4000);
        let least = bound(form, &format!("{path}.min_length"), input.get("min_length"), 0, 4000);
        let most = bound(form, &format!("{path}.max_length"), input.get("max_length"), 1, 4000);
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            let message = "Must be at least min_length.";
            form.error(format!("{path}.max_length"), "TEXT_INPUT_COMPONENT_INVALID_RANGE", message);
        }
        let length = text_length(input.get("value")) as u64;
        if length > most.unwrap_or(4000) {
            form.error(format!("{path}.value"), "BASE_TYPE_BAD_LENGTH", "Must fit max_length.");
        }
        if !matches!(input.get("style").and_then(Value::as_u64), Some(1 | 2)) {
            form.error(format!("{path}.style"), "BASE_TYPE_CHOICES", "Must be one of 1, 2.");
        }
    }

    fn media(&mut self, form: &mut Form, path: &str, component: &Value, key: &str) {
        let url = component.get(key).and_then(|media| media.get("url"));
        form.required_text(&format!("{path}.{key}.url"), url, 1, 2048);
        form.url(&format!("{path}.{key}.url"), url, true);
        form.text(&format!("{path}.description"), component.get("description"), 0, 1024);
    }

    fn gallery(&mut self, form: &mut Form, path: &str, gallery: &Value) {
        let items = form.list(&format!("{path}.items"), gallery.get("items"), 10);
        if items.is_empty() {
            let message = "Must be between 1 and 10 in length.";
            form.error(format!("{path}.items"), "BASE_TYPE_BAD_LENGTH", message);
        }
        for (at, item) in items.iter().enumerate() {
            self.media(form, &format!("{path}.items.{at}"), item, "media");
        }
    }
}

/// A whole number that is absent, null or from `low` to `high`.
fn bound(form: &mut Form, path: &str, value: Option<&Value>, low: u64, high: u64) -> Option<u64> {
    let value = value.filter(|value| !value.is_null())?;
    let number = value.as_u64().filter(|number| (low..=high).contains(number));
    if number.is_none() {
        form.error(path, "NUMBER_TYPE_MAX", format!("int value should be between {low} and {high}."));
    }
    number
}

fn text_length(value: Option<&Value>) -> usize {
    value.and_then(Value::as_str).map_or(0, |text| text.chars().count())
}
