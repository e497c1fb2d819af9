//! What people typed, within Easel's own sentences. Every message of Discord that shows a prompt, a title, a note, a
//! reason or a name takes it from here.

use crate::domain::text::{clip, excerpt, visible};

/// Characters of a title, note, reason or value within a sentence.
const SHOWN: usize = 120;

/// A title, note, reason or value that somebody typed, as plain characters.
pub(crate) fn typed(text: &str) -> String {
    typed_up_to(SHOWN, text)
}

/// What somebody typed, as plain characters: nothing of it formats, links, mentions, hides or begins a line of its own.
pub(crate) fn typed_up_to(limit: usize, text: &str) -> String {
    escape(&clip(&visible(text), limit))
}

/// A name or value that somebody typed, as a code span of Discord. Nothing is escaped there: what could end it is left
/// out.
pub(crate) fn code(text: &str) -> String {
    let text = excerpt(text);
    // Two backticks are no span of nothing: they would begin one that goes on behind them.
    if text.trim().is_empty() { "` `".to_owned() } else { format!("`{text}`") }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut begins_list = true;
    for (at, c) in text.char_indices() {
        if is_markdown(c) || (c == '.' && begins_list && at > 0) {
            escaped.push('\\');
        }
        begins_list &= c.is_ascii_digit();
        escaped.push(c);
    }
    escaped
}

/// Whether Discord may take the character for formatting, a mention, an emoji, a link or a timestamp.
fn is_markdown(c: char) -> bool {
    matches!(
        c,
        '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '[' | ']' | '(' | ')' | '@' | ':' | '-'
    )
}
