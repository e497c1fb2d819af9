//! What people read: the one place for texts of Discord, and for refusals wherever they are read.
//!
//! What somebody typed passes `typed` or `typed::code` before it stands in a message of Discord.

use std::fmt::Display;

use crate::backends::discord_api::message::{Message, PANEL_BYTES, PANEL_LIMIT};
use crate::domain::job::{Claim, Posted};
use crate::domain::money::Micros;

pub(crate) mod admin;
pub(crate) mod export;
pub(crate) mod family;
pub(crate) mod forget;
pub(crate) mod gallery;
pub(crate) mod help;
pub(crate) mod member;
mod notes;
pub(crate) mod picture;
pub(crate) mod picture_buttons;
pub(crate) mod progress;
mod reader;
mod refusal;
pub(crate) mod session;
mod shell_command;
mod typed;

pub(crate) use notes::notes;
pub use reader::Reader;
pub use refusal::refusal;
pub(crate) use shell_command::shell_command;
pub(crate) use typed::{code, typed, typed_up_to};

/// A number of things: `1 picture`, `2 pictures`.
pub(crate) fn count<N: Display + PartialEq + From<u8>>(n: N, noun: &str) -> String {
    if n == N::from(1) { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// `is` or `are`, as the number before it wants it.
pub(crate) fn are<N: PartialEq + From<u8>>(n: N) -> &'static str {
    if n == N::from(1) { "is" } else { "are" }
}

pub(crate) fn priced(model: &str, price: Micros) -> String {
    format!("{} {price} a picture", code(model))
}

/// The same as a choice, which knows no Markdown.
pub(crate) fn priced_choice(model: &str, price: Micros) -> String {
    format!("{model} – {price} a picture")
}

/// The address of the message that shows a job's pictures, if others than its member see it.
pub(crate) fn jump_link(claim: &Claim) -> Option<String> {
    let origin = claim.job.origin.discord().filter(|origin| !origin.private)?;
    let Posted { channel, message } = claim.posted?;
    let server = origin.guild.map_or_else(|| "@me".to_owned(), |guild| guild.to_string());
    Some(format!("https://discord.com/channels/{server}/{channel}/{message}"))
}

/// A title above lines that may be many.
fn page(title: &str, lines: &[String]) -> Message {
    page_within(PANEL_LIMIT, title, lines)
}

/// The same, in so many characters.
fn page_within(limit: usize, title: &str, lines: &[String]) -> Message {
    let words = Message::words(title);
    let body = fitted(lines, limit.saturating_sub(words.content.chars().count()));
    let embeds = if body.is_empty() { Vec::new() } else { vec![body] };
    Message { embeds, panel: true, ..words }
}

/// As many lines as fit into `limit` characters.
fn fitted(lines: &[String], limit: usize) -> String {
    let mut body = String::new();
    for (at, line) in lines.iter().enumerate() {
        let more = format!("… and {} more", lines.len() - at);
        let is_full = body.chars().count() + line.chars().count() + more.len() + 2 > limit;
        if is_full || body.len() + line.len() > PANEL_BYTES {
            body.push_str(&more);
            break;
        }
        body.push_str(line);
        body.push('\n');
    }
    body.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
