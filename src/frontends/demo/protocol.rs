//! What the page sends.

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Frame {
    Be {
        member: Id,
    },
    Open {
        channel: Id,
    },
    Older {
        channel: Id,
        before: Id,
    },
    Say {
        channel: Id,
        content: String,
        #[serde(default)]
        files: Vec<Id>,
    },
    Direct {},
    Interact {
        nonce: Value,
        channel: Id,
        action: Action,
    },
    Panel {
        on: bool,
    },
    Fault {
        id: String,
        on: bool,
    },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Action {
    Command {
        path: String,
        #[serde(default)]
        options: Vec<Given>,
    },
    Autocomplete {
        path: String,
        #[serde(default)]
        options: Vec<Given>,
        focused: String,
    },
    Click {
        message: Id,
        custom_id: String,
    },
    Choose {
        message: Id,
        custom_id: String,
        values: Vec<String>,
    },
    MessageCommand {
        name: String,
        message: Id,
    },
    Submit {
        message: Option<Id>,
        custom_id: String,
        #[serde(default)]
        fields: Vec<Filled>,
    },
}

/// An option of a command.
#[derive(Debug, Deserialize)]
pub(super) struct Given {
    pub(super) name: String,
    pub(super) value: Value,
}

/// A field of a form.
#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    pub(super) custom_id: String,
    value: Option<String>,
    values: Option<Vec<String>>,
}

impl Filled {
    pub(super) fn new(custom_id: String, values: Vec<String>) -> Filled {
        Filled { custom_id, value: None, values: Some(values) }
    }

    pub(super) fn values(&self) -> Vec<String> {
        self.values.clone().unwrap_or_else(|| self.value.iter().cloned().collect())
    }
}

/// One of Discord's ids: a decimal string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id(pub(super) u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Id).map_err(|_| de::Error::custom("an id is a decimal number in a string"))
    }
}
