//! The help page.

use std::collections::BTreeMap;

use super::code;
use crate::app::components::{self, Button, Look};
use crate::backends::discord_api::message::Message;
use crate::domain::money::Micros;

/// Models that it names: with the longest names they still fit into a message.
const MODELS_SHOWN: usize = 12;
/// What the button below the help page orders.
pub(crate) const EXAMPLE: &str = "a cat eating ice cream";

/// Discord's ids of the commands by their names: a mention by id can be pressed.
#[derive(Debug, Default)]
pub(crate) struct CommandIds(BTreeMap<String, u64>);

impl CommandIds {
    pub(crate) fn new(ids: impl Iterator<Item = (String, u64)>) -> CommandIds {
        CommandIds(ids.collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A command or subcommand, such as `session start`, to press or at least to read.
    fn mention(&self, command: &str) -> String {
        let name = command.split(' ').next().unwrap_or_default();
        match self.0.get(name) {
            Some(id) => format!("</{command}:{id}>"),
            None => code(&format!("/{command}")),
        }
    }
}

/// Who asks for help, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    Member,
    /// Somebody who may manage the server.
    Admin,
    /// In a private conversation.
    Alone,
}

pub(crate) struct Help<'a> {
    pub(crate) asker: Asker,
    pub(crate) commands: &'a CommandIds,
    /// With their prices.
    pub(crate) models: &'a [String],
    /// Whether a model here can start from a picture.
    pub(crate) from_picture: bool,
    /// Whether image services are offered.
    pub(crate) edits: bool,
    /// What the example costs here, if it can be had.
    pub(crate) example: Option<Micros>,
}

impl Help<'_> {
    pub(crate) fn message(&self) -> Message {
        let button = self.example.map(|price| {
            let label = format!("Try it: {EXAMPLE}, {price}");
            components::row(&[(Button::Example, label.as_str(), Look::Plain)])
        });
        Message { components: button.into_iter().collect(), panel: true, ..Message::words(self.words()) }
    }

    fn words(&self) -> String {
        let to = |command| self.commands.mention(command);
        let private = match self.asker {
            Asker::Alone => "",
            Asker::Member | Asker::Admin => {
                " It comes into this channel; with `private: True` only you see it."
            }
        };
        let image = if self.from_picture { " · `image` to start from" } else { "" };
        let mut lines = vec![
            format!(
                "**Easel paints what you describe.** {} with a `prompt` is all it takes.{private}",
                to("imagine")
            ),
            format!(
                "**Finer** `aspect` · `style` · `model` · `count` · `negative` · `seed`{image}; or flags at the prompt's end: `a cat --ar 16:9 --style anime --n 2`"
            ),
            format!("**Models here** {}", self.models()),
            format!(
                "**Go on** with the buttons below a picture{}",
                if self.edits { ", or with `/edit`" } else { "" }
            ),
            format!(
                "**Together** {} gives this {} a style and model of its own until {}; {} packs the pictures.",
                to("session start"),
                if self.asker == Asker::Alone { "conversation" } else { "channel" },
                to("session end"),
                to("session export")
            ),
            format!(
                "**You** {} your own defaults · {} what you have used · **Details** under a picture: how it was made",
                to("prefer"),
                to("usage")
            ),
            "**Find again** `/gallery` · `/export`".to_owned(),
        ];
        if self.asker == Asker::Admin {
            lines.push(format!(
                "**Admins** {} · {} · {} · {} · {}",
                to("easel defaults set"),
                to("easel budget set"),
                to("easel limits set"),
                to("easel usage"),
                to("easel audit")
            ));
        }
        lines.push("A refusal says why, and what AWS may bill for it all the same; the picture that did not come does not count against you.".to_owned());
        lines.join("\n")
    }

    fn models(&self) -> String {
        let mut shown = self.models.iter().take(MODELS_SHOWN).cloned().collect::<Vec<_>>().join(" · ");
        if let Some(more @ 1..) = self.models.len().checked_sub(MODELS_SHOWN) {
            shown.push_str(&format!(" · and {more} more, which `model` suggests while you type"));
        }
        if shown.is_empty() { "none at the moment".to_owned() } else { shown }
    }
}
