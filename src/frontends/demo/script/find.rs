//! What people can press, choose and fill in, in a message or a form as the bot sent it.

use serde_json::Value;

const BUTTON: u64 = 2;
const MENU: u64 = 3;
const INPUT: u64 = 4;

/// What can be used, by the label that people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) label: String,
    /// A button's or a field's `custom_id`, or an option's value.
    pub(super) id: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Menu {
    pub(super) custom_id: String,
    pub(super) options: Vec<Labelled>,
}

/// A field of a form; where it has options, one of them is its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) field: Labelled,
    pub(super) options: Vec<Labelled>,
}

/// The buttons that can be pressed, in order.
pub(super) fn buttons(components: &Value) -> Vec<Labelled> {
    let mut buttons = Vec::new();
    walk(components, &mut |node| {
        if node["type"] == BUTTON && node["disabled"] != true && node["custom_id"].is_string() {
            buttons.push(labelled(node, "custom_id"));
        }
    });
    buttons
}

/// The menus with options, in order.
pub(super) fn menus(components: &Value) -> Vec<Menu> {
    let mut menus = Vec::new();
    walk(components, &mut |node| {
        if node["type"] == MENU && node["disabled"] != true {
            menus.push(Menu { custom_id: text(node, "custom_id"), options: options(node) });
        }
    });
    menus
}

/// The fields of a form, be they labelled or in rows.
pub(super) fn fields(components: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    walk(components, &mut |node| {
        let inner = node.get("component").unwrap_or(node);
        if node.get("label").is_some() && matches!(inner["type"].as_u64(), Some(MENU | INPUT)) {
            let field = Labelled { label: text(node, "label"), id: text(inner, "custom_id") };
            fields.push(Field { field, options: options(inner) });
        }
    });
    fields
}

/// The one that is meant by what was written: by all of its label or id, by the label's start, else by words in it.
pub(super) fn meant<'a>(
    written: &str,
    all: impl IntoIterator<Item = &'a Labelled> + Clone,
) -> Option<&'a Labelled> {
    let written = written.to_lowercase();
    let whole = |one: &&Labelled| one.label.to_lowercase() == written || one.id.to_lowercase() == written;
    let start = |one: &&Labelled| one.label.to_lowercase().starts_with(&written);
    let words = |text: &str| {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        format!(" {} ", words.collect::<Vec<_>>().join(" "))
    };
    let within = |one: &&Labelled| words(&one.label.to_lowercase()).contains(&words(&written));
    let first = |is_meant: &dyn Fn(&&Labelled) -> bool| all.clone().into_iter().find(is_meant);
    first(&whole).or_else(|| first(&start)).or_else(|| first(&within))
}

fn options(menu: &Value) -> Vec<Labelled> {
    menu["options"].as_array().into_iter().flatten().map(|option| labelled(option, "value")).collect()
}

fn labelled(node: &Value, id: &str) -> Labelled {
    Labelled { label: text(node, "label"), id: text(node, id) }
}

pub(super) fn text(node: &Value, key: &str) -> String {
    node[key].as_str().unwrap_or_default().to_owned()
}

/// Outer ones first.
fn walk<'a>(node: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(object) => {
            visit(node);
            let below = ["components", "component", "accessory"];
            below.iter().filter_map(|key| object.get(*key)).for_each(|below| walk(below, visit));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn labelled(label: &str, id: &str) -> Labelled {
        Labelled { label: label.to_owned(), id: id.to_owned() }
    }

    #[test]
    fn one_is_meant_by_its_label_its_start_or_words_in_it() {
        let all = [
            labelled("Picture 1 · seed 22", "one"),
            labelled("Picture 2 · seed 1", "two"),
            labelled("Vary strong $0.08", "strong"),
            labelled("Vary", "vary"),
        ];
        let cases = [
            ("1", Some("one")),
            ("2", Some("two")),
            ("seed 1", Some("two")),
            ("vary", Some("vary")),
            ("vary s", Some("strong")),
            ("STRONG", Some("strong")),
            ("3", None),
            ("ary", None),
        ];
        for (written, id) in cases {
            assert_eq!(meant(written, &all).map(|one| &*one.id), id, "{written}");
        }
    }

    #[test]
    fn what_can_be_used_is_found_wherever_it_is() {
        let button = |id: &str, disabled: bool| json!({ "type": 2, "label": id, "custom_id": id, "disabled": disabled });
        let menu = json!({ "type": 3, "custom_id": "m", "options": [{ "label": "Two", "value": "2" }] });
        let section = json!({ "type": 9, "components": [{ "type": 10, "content": "x" }], "accessory": button("b", false) });
        let link = json!({ "type": 2, "label": "out", "url": "https://example.com" });
        let rows = json!([
            { "type": 17, "components": [section, { "type": 1, "components": [button("c", true), link, button("d", false)] }] },
            { "type": 1, "components": [menu] },
        ]);
        assert_eq!(buttons(&rows), [labelled("b", "b"), labelled("d", "d")]);
        let two = vec![labelled("Two", "2")];
        assert_eq!(menus(&rows), [Menu { custom_id: "m".to_owned(), options: two.clone() }]);
        let form = json!([
            { "type": 18, "label": "Shows", "component": { "type": 4, "custom_id": "shows" } },
            { "type": 18, "label": "Which", "component": menu },
            { "type": 1, "components": [{ "type": 4, "custom_id": "old", "label": "Old" }] },
        ]);
        let field = |label: &str, id: &str, options: &[Labelled]| Field {
            field: labelled(label, id),
            options: options.to_vec(),
        };
        let found = [field("Shows", "shows", &[]), field("Which", "m", &two), field("Old", "old", &[])];
        assert_eq!(fields(&form), found);
    }
}
