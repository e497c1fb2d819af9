//! A command as it is typed in one line, by what the bot has declared.

use serde_json::{Value, json};

use super::find::Labelled;

/// A command's type in the Apps menu of a message.
const ON_MESSAGE: u64 = 3;
const SUBCOMMAND: u64 = 1;
const GROUP: u64 = 2;
const INTEGER: u64 = 4;
const BOOLEAN: u64 = 5;
const NUMBER: u64 = 10;

#[derive(Debug, PartialEq)]
pub(super) struct Typed<'a> {
    /// With subcommands, such as `easel defaults set`.
    pub(super) path: String,
    /// Each with what is declared of it.
    pub(super) options: Vec<(&'a Value, Value)>,
}

/// Reads `imagine a cat style: anime`. What has no name is the value of the first required option; a value ends where the
/// name of another option stands with its colon.
///
/// # Errors
/// What is wrong, and what is allowed in its place.
pub(super) fn read<'a>(text: &str, commands: &'a [Value]) -> Result<Typed<'a>, String> {
    let slash: Vec<&Value> = commands.iter().filter(|command| command["type"] == 1).collect();
    let (first, mut rest) = word(text);
    let mut node = *named(&slash, first)
        .ok_or_else(|| format!("there is no such command; there are: {}", list(&slash, "/")))?;
    let mut path = first.to_owned();
    loop {
        let below: Vec<&Value> = options_of(node).filter(is_nested).collect();
        if below.is_empty() {
            break;
        }
        let (next, behind) = word(rest);
        node = named(&below, next).ok_or_else(|| format!("/{path} goes on with: {}", list(&below, "")))?;
        path = format!("{path} {next}");
        rest = behind;
    }
    let declared: Vec<&Value> = options_of(node).collect();
    let options = options(&path, rest, &declared)?;
    if let Some(missing) = declared.iter().find(|option| is_required(option) && !is_given(option, &options)) {
        return Err(format!("/{path} needs `{}`; its options: {}", name(missing), list(&declared, "")));
    }
    Ok(Typed { path, options })
}

fn options<'a>(path: &str, text: &str, declared: &[&'a Value]) -> Result<Vec<(&'a Value, Value)>, String> {
    let starts = starts(text, declared);
    let first = text[..starts.first().map_or(text.len(), |start| start.at)].trim();
    let mut options = Vec::new();
    if !first.is_empty() {
        let option = declared.iter().find(|option| is_required(option)).ok_or_else(|| match declared {
            [] => format!("/{path} takes no options"),
            _ => format!("the options of /{path} are written `name: value`: {}", list(declared, "")),
        })?;
        options.push((*option, value(option, first)?));
    }
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).map_or(text.len(), |next| next.at);
        if is_given(start.option, &options) {
            return Err(format!("`{}` is given twice", name(start.option)));
        }
        options.push((start.option, value(start.option, text[start.value..end].trim())?));
    }
    Ok(options)
}

struct Start<'a> {
    option: &'a Value,
    at: usize,
    value: usize,
}

/// Where an option's name stands with its colon, in order.
fn starts<'a>(text: &str, declared: &[&'a Value]) -> Vec<Start<'a>> {
    let mut starts: Vec<Start> = Vec::new();
    for option in declared {
        let written = format!("{}:", name(option));
        let is_start = |at: &usize| text[..*at].chars().next_back().is_none_or(char::is_whitespace);
        let found = text.match_indices(&written).map(|(at, _)| at).filter(is_start);
        starts.extend(found.map(|at| Start { option, at, value: at + written.len() }));
    }
    starts.sort_by_key(|start| start.at);
    starts
}

/// What a person picks from choices counts by its name too.
fn value(option: &Value, text: &str) -> Result<Value, String> {
    let choices: Vec<&Value> = option["choices"].as_array().into_iter().flatten().collect();
    let is_meant = |choice: &&&Value| {
        choice["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(text))
            || choice["value"].as_str() == Some(text)
            || choice["value"].as_f64().is_some_and(|number| text.parse() == Ok(number))
    };
    let wrong = |wanted: &str| format!("`{}: {text}` has to be {wanted}", name(option));
    match choices.iter().find(is_meant) {
        Some(choice) => return Ok(choice["value"].clone()),
        None if !choices.is_empty() => return Err(wrong(&format!("one of: {}", list(&choices, "")))),
        None => {}
    }
    match option["type"].as_u64() {
        Some(INTEGER) => text.parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
        Some(NUMBER) => text.parse::<f64>().map(Value::from).map_err(|_| wrong("a number")),
        Some(BOOLEAN) => match &*text.to_lowercase() {
            "true" | "yes" => Ok(json!(true)),
            "false" | "no" => Ok(json!(false)),
            _ => Err(wrong("true or false")),
        },
        _ => Ok(json!(text)),
    }
}

fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

fn options_of(node: &Value) -> impl Iterator<Item = &Value> {
    node["options"].as_array().into_iter().flatten()
}

pub(super) fn name(node: &Value) -> &str {
    node["name"].as_str().unwrap_or_default()
}

/// The commands of the Apps menu.
pub(super) fn on_messages(commands: &[Value]) -> Vec<Labelled> {
    let commands = commands.iter().filter(|command| command["type"] == ON_MESSAGE);
    commands
        .map(|command| Labelled { label: name(command).to_owned(), id: name(command).to_owned() })
        .collect()
}

fn named<'v, 'a>(nodes: &'v [&'a Value], wanted: &str) -> Option<&'v &'a Value> {
    nodes.iter().find(|node| name(node) == wanted)
}

fn is_nested(option: &&Value) -> bool {
    matches!(option["type"].as_u64(), Some(SUBCOMMAND | GROUP))
}

fn is_required(option: &Value) -> bool {
    option["required"] == true
}

fn is_given(option: &Value, options: &[(&Value, Value)]) -> bool {
    options.iter().any(|(given, _)| name(given) == name(option))
}

fn list(nodes: &[&Value], before: &str) -> String {
    nodes.iter().map(|node| format!("{before}{}", name(node))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> Vec<Value> {
        let text = |name: &str, required: bool| json!({ "type": 3, "name": name, "required": required });
        let aspects = json!([{ "name": "wide", "value": "16:9" }, { "name": "square", "value": "1:1" }]);
        let imagine = json!([
            text("prompt", true), text("style", false), { "type": 4, "name": "count" }, { "type": 5, "name": "private" },
            { "type": 10, "name": "strength" }, { "type": 3, "name": "aspect", "choices": aspects },
        ]);
        let set = json!({ "type": 1, "name": "set", "options": [text("style", false)] });
        vec![
            json!({ "type": 1, "name": "imagine", "options": imagine }),
            json!({ "type": 1, "name": "easel", "options": [{ "type": 2, "name": "defaults", "options": [set] }] }),
            json!({ "type": 1, "name": "help" }),
            json!({ "type": 3, "name": "Edit picture" }),
        ]
    }

    #[test]
    fn a_command_is_read_by_what_is_declared() {
        let cases = [
            ("help", "help", json!({})),
            ("imagine a cat --n 2", "imagine", json!({ "prompt": "a cat --n 2" })),
            ("imagine prompt: a cat", "imagine", json!({ "prompt": "a cat" })),
            (
                "imagine a lifestyle: cat style: line art count: 3 private: yes",
                "imagine",
                json!({ "prompt": "a lifestyle: cat", "style": "line art", "count": 3, "private": true }),
            ),
            (
                "imagine é aspect: Wide strength: 0.5",
                "imagine",
                json!({ "prompt": "é", "aspect": "16:9", "strength": 0.5 }),
            ),
            ("easel  defaults set style: anime", "easel defaults set", json!({ "style": "anime" })),
        ];
        for (line, path, options) in cases {
            let commands = declared();
            let typed = read(line, &commands).unwrap();
            let given: serde_json::Map<String, Value> =
                typed.options.into_iter().map(|(option, value)| (name(option).to_owned(), value)).collect();
            assert_eq!((&*typed.path, Value::from(given)), (path, options), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_is_answered_with_what_can() {
        let cases = [
            ("imagin a cat", "there is no such command; there are: /imagine, /easel, /help"),
            ("easel default set", "/easel goes on with: defaults"),
            ("easel defaults", "/easel defaults goes on with: set"),
            (
                "easel defaults set anime",
                "the options of /easel defaults set are written `name: value`: style",
            ),
            ("help me", "/help takes no options"),
            ("imagine style: x", "/imagine needs `prompt`; its options: prompt, style, count"),
            ("imagine x count: two", "`count: two` has to be a whole number"),
            ("imagine x aspect: tall", "`aspect: tall` has to be one of: wide, square"),
            ("imagine x style: a style: b", "`style` is given twice"),
        ];
        for (line, reason) in cases {
            let wrong = read(line, &declared()).unwrap_err();
            assert!(wrong.starts_with(reason), "{line}: {wrong}");
        }
    }
}
