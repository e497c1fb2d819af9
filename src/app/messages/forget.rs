//! What somebody reads who wants to be forgotten.

use super::count;
use crate::app::components::{self, Button, Look};
use crate::backends::discord_api::message::Message;
use crate::domain::forgetting::Held;

/// What stays of everybody.
const STAYS: &str =
    "What stays is what was spent: sums by day and model, for the bills and limits of the server.";

/// What is held of a member, and the question whether it is to go.
pub(crate) fn held(held: &Held) -> Message {
    let words = if held.is_nothing() {
        format!("Easel holds no words, pictures or preferences of yours. {STAYS}")
    } else {
        format!(
            "**What Easel holds of you, in all servers**\n{}\n\n**Forget all of it** removes it for good, in all versions and with the messages that show it: nobody can bring it back. {STAYS} Pictures that others made from yours are theirs.",
            lines(held)
        )
    };
    let button = components::row(&[(Button::Forget, "Forget all of it", Look::Danger)]);
    Message { components: vec![button], ..Message::words(words) }
}

/// It is written down that a member is to be forgotten.
pub(crate) fn forgetting(held: &Held) -> Message {
    Message::words(format!(
        "Easel forgets you:\n{}\n\nThe latest goes first. Discord takes a few deletions a second, so that hundreds of pictures take minutes; restarts do not matter. The receipt comes here, if all is gone within 15 minutes.",
        lines(held)
    ))
}

/// The receipt.
pub(crate) fn forgotten(held: &Held) -> Message {
    Message::words(format!(
        "**You are forgotten.** Removed:\n{}\n\n{STAYS} Messages in places that Easel may not enter any more, and those that only you see, Discord does not let it delete.",
        lines(held)
    ))
}

/// The same for a terminal.
pub(crate) fn lines(held: &Held) -> String {
    [
        format!("- {} with their words", count(held.orders, "order")),
        format!("- {}", count(held.pictures, "picture")),
        format!("- {} that you preferred", count(held.preferences, "setting")),
        format!("- {} that you started or were named in", count(held.sessions, "session")),
    ]
    .join("\n")
}
