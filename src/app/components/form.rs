//! Forms: a window of Discord with up to five fields.

use serde_json::{Value, json};

use super::Button;
use crate::domain::text::clip;

/// A window that somebody fills in.
#[derive(Debug)]
pub struct Form {
    /// At most 45 characters.
    pub title: String,
    /// What its answer comes with.
    pub button: Button,
    /// One to five.
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Field {
    /// What its value comes under.
    pub id: &'static str,
    /// At most 45 characters.
    pub label: &'static str,
    /// What it holds at first.
    pub value: Option<String>,
    pub kind: Kind,
    pub required: bool,
}

#[derive(Debug)]
pub enum Kind {
    /// One line of so many characters at most.
    Line(usize),
    /// Several lines of so many characters at most: 4,000.
    Text(usize),
    /// One of these values, or none.
    Choice(Vec<String>),
}

impl Form {
    /// As Discord wants it. Where the answer to a label does not come back whole, each field is a line of text in a row
    /// of its own, as forms were before labels.
    pub fn data(&self, with_labels: bool) -> Value {
        let field = |field: &Field| if with_labels { field.labelled() } else { field.in_row() };
        json!({
            "custom_id": self.button.custom_id(),
            "title": clip(&self.title, 45),
            "components": self.fields.iter().map(field).collect::<Vec<_>>(),
        })
    }
}

impl Field {
    fn labelled(&self) -> Value {
        let component = match &self.kind {
            Kind::Choice(values) => self.select(values),
            Kind::Line(_) | Kind::Text(_) => self.input(),
        };
        json!({ "type": 18, "label": self.label, "component": component })
    }

    fn in_row(&self) -> Value {
        let mut input = self.input();
        input["label"] = json!(self.label);
        json!({ "type": 1, "components": [input] })
    }

    fn input(&self) -> Value {
        let (style, most) = match self.kind {
            Kind::Line(most) => (1, most),
            Kind::Text(most) => (2, most),
            Kind::Choice(_) => (1, 100),
        };
        let mut input = json!({ "type": 4, "custom_id": self.id, "style": style, "max_length": most, "required": self.required });
        if let Some(value) = self.value.as_ref().filter(|value| !value.is_empty()) {
            input["value"] = json!(clip(value, most));
        }
        input
    }

    fn select(&self, values: &[String]) -> Value {
        let option = |value: &String| json!({ "label": value, "value": value, "default": self.value.as_ref() == Some(value) });
        let options: Vec<_> = values.iter().take(25).map(option).collect();
        let least = u8::from(self.required);
        json!({ "type": 3, "custom_id": self.id, "options": options, "min_values": least, "max_values": 1, "required": self.required })
    }
}
