//! The phrase of a rule as it is looked for.

use super::{Reading, Text, Word, bare, letters, loosely, split};

/// Letters of a word from which on it has a plural, may be open (`*`), and is found inside of letters that stand apart.
const LONG: usize = 3;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    /// All parts without the spaces.
    whole: Letters,
}

#[derive(Debug, PartialEq, Eq)]
struct Letters {
    strict: String,
    loose: String,
}

#[derive(Debug, PartialEq, Eq)]
struct Part {
    letters: Letters,
    /// Words that begin so are meant too.
    open: bool,
}

impl Pattern {
    /// A `*` that has no meaning parts words: rules of earlier versions may have one anywhere.
    pub(super) fn new(phrase: &str) -> Pattern {
        let parts: Vec<Part> = phrase.split_whitespace().flat_map(parts).collect();
        let whole = parts.iter().map(|part| part.letters.strict.as_str()).collect();
        Pattern { parts, whole: Letters::new(whole) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn is_in(&self, text: &Text) -> bool {
        let is_spelt = |word: &Word| word.spelt && is_within(&word.letters, self.whole.like(word));
        // Scripts without spaces have no word boundaries that could be looked at.
        let is_inside = |word: &Word| {
            self.parts
                .iter()
                .map(|part| part.letters.like(word))
                .any(|part| is_unspaced(part) && word.letters.contains(part))
        };
        !self.is_empty()
            && (self.is_in_order(&text.words)
                || self.is_in_order(&text.joined)
                || text.joined.iter().any(is_spelt)
                || (self.parts.len() == 1 && text.words.iter().any(is_inside)))
    }

    fn is_in_order(&self, words: &[Word]) -> bool {
        let last = self.parts.len() - 1;
        let fits = |at: usize, word: &Word| {
            let part = self.parts[at].letters.like(word);
            self.parts[at].is(word, at == last)
                // What stands before the phrase, or behind it, may be drawn together with its end.
                || (word.spelt && at == 0 && last > 0 && word.letters.ends_with(part))
                || (word.spelt && at == last && last > 0 && word.letters.starts_with(part))
        };
        words.windows(last + 1).any(|window| window.iter().enumerate().all(|(at, word)| fits(at, word)))
    }
}

impl Part {
    fn is(&self, word: &Word, is_last: bool) -> bool {
        let (one, word) = (self.letters.like(word), word.letters.as_str());
        word == one || (self.open && word.starts_with(one)) || (is_last && is_plural(one, word))
    }
}

impl Letters {
    fn new(strict: String) -> Letters {
        Letters { loose: loosely(&strict), strict }
    }

    /// The letters to compare with those of `word`.
    fn like(&self, word: &Word) -> &str {
        if word.loose { &self.loose } else { &self.strict }
    }
}

/// Whether each `*` stands behind a word that is long enough, and before a space or the end.
pub(super) fn has_stars_in_place(phrase: &str) -> bool {
    phrase.split_whitespace().all(|piece| match piece.strip_suffix('*') {
        Some(word) => !word.contains('*') && parts(piece).last().is_some_and(|part| part.open),
        None => !piece.contains('*'),
    })
}

/// The words of a piece without spaces, such as `snow-white*`.
fn parts(piece: &str) -> Vec<Part> {
    let is_open = piece.ends_with('*');
    let has_letter = |word: &String| word.chars().any(char::is_alphanumeric);
    let words = split(&bare(piece), Reading::Rule).into_iter().filter(has_letter);
    let mut parts: Vec<_> =
        words.map(|word| Part { letters: Letters::new(letters(&word)), open: false }).collect();
    if let Some(last) = parts.last_mut() {
        last.open = is_open && is_long(&last.letters.strict);
    }
    parts
}

fn is_long(word: &str) -> bool {
    word.chars().count() >= LONG
}

fn is_within(letters: &str, word: &str) -> bool {
    letters == word || (is_long(word) && letters.contains(word))
}

/// Whether `many` is a regular plural of `one`; both have their look-alikes folded, so an i is an l.
fn is_plural(one: &str, many: &str) -> bool {
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| one.ends_with(end));
    let ending = match many.strip_prefix(one) {
        Some("s") => !one.ends_with('s'),
        Some("es") => hisses || one.ends_with('o'),
        _ => one.strip_suffix('y').is_some_and(|stem| many.strip_prefix(stem) == Some("les")),
    };
    ending && is_long(one)
}

/// Chinese, Japanese, Thai, Lao, Burmese and Khmer are written without spaces between words.
fn is_unspaced(word: &str) -> bool {
    word.chars().any(|c| {
        matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
    })
}
