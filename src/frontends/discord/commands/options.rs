//! What commands have in common: reading options, and those that stand for settings.

use serenity::all::{CommandOptionType as Type, CreateCommandOption as Opt};

use crate::domain::request::{COUNT_LIMIT, SETTING_LIMIT};
use crate::domain::settings::Field;
use crate::frontends::discord::interaction::{Attachment, Value};

pub struct Options(pub Vec<(String, Value)>);

impl Options {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// JSON knows one kind of number: `1` may come for `1.0`.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Number(number) => Some(*number),
            #[expect(clippy::cast_precision_loss, reason = "small numbers, checked afterwards")]
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Boolean(yes) => Some(*yes),
            _ => None,
        }
    }

    /// A member, a role or a channel.
    pub(super) fn id(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Id(id) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn attachment(&self, name: &str) -> Option<Attachment> {
        match self.get(name)? {
            Value::Attachment(file) => Some(file.clone()),
            _ => None,
        }
    }

    /// Every setting that was named, as the person wrote it.
    pub(super) fn settings(&self) -> Vec<(Field, String)> {
        let written = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Boolean(yes) => Some(yes.to_string()),
            Value::Id(_) | Value::Attachment(_) => None,
        };
        Field::ALL.iter().filter_map(|field| Some((*field, written(self.get(field.name())?)?))).collect()
    }
}

pub(super) fn setting_options() -> Vec<Opt> {
    let text = |name: &str, words: &str| {
        Opt::new(Type::String, name, words).max_length(u16::try_from(SETTING_LIMIT).unwrap_or(u16::MAX))
    };
    let complete = |name: &str, words: &str| Opt::new(Type::String, name, words).set_autocomplete(true);
    vec![
        complete("model", "Which model paints"),
        complete("aspect", "Width to height"),
        complete("style", "A look, such as anime or line-art"),
        text("negative", "What to leave out"),
        Opt::new(Type::Integer, "count", "How many pictures")
            .min_int_value(1)
            .max_int_value(u64::from(COUNT_LIMIT)),
        Opt::new(Type::String, "seed", "random, from-prompt (same words, same picture), or a number")
            .max_length(12),
        Opt::new(Type::Number, "strength", "How far to go from a picture: 0 keeps it, 1 ignores it")
            .min_number_value(0.0)
            .max_number_value(1.0),
        text("prefix", "Words before every prompt"),
        text("suffix", "Words behind every prompt"),
        Opt::new(Type::Boolean, "private", "Only the member sees the picture"),
    ]
}

pub(super) fn field_option(name: &str, words: &str) -> Opt {
    Field::ALL.iter().fold(Opt::new(Type::String, name, words), |option, field| {
        option.add_string_choice(field.name(), field.name())
    })
}
