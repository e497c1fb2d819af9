//! Texts that somebody else wrote: what of them can be seen.

/// Whether a character is not seen, but hides or turns what is beside it. Joiners stay: emoji and scripts need them.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
}

/// Whether a character ends a line or steers a terminal.
pub(crate) fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `text` on one line, without characters that can hide or turn what is shown, or steer a terminal.
pub(crate) fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).map(|c| if is_break(c) { ' ' } else { c }).collect()
}

/// The visible beginning of `text`, fit to stand between backticks.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c) && !is_break(*c) && *c != '`').take(60).collect()
}

/// At most `limit` characters, with `…` where something is missing.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_clipped_by_characters() {
        assert_eq!(clip("aäб", 3), "aäб");
        assert_eq!(clip("aäбd", 3), "aä…");
    }

    #[test]
    fn what_hides_or_turns_a_text_is_left_out() {
        assert_eq!(visible("a\u{202e}b\u{200b}c\nd\u{1b}[31m"), "abc d [31m");
        assert_eq!(visible("👩\u{200d}🚀"), "👩\u{200d}🚀", "joined");
        assert_eq!(excerpt("`a`\n\u{2066}b"), "ab");
    }
}
