//! Word rules: phrases that no prompt may have, however they are written.
//!
//! Rule and prompt go through the same normalisation: compatibility forms, marks and hidden characters off, look-alikes
//! to one letter (Unicode's confusables, UTS 39), case folded, digits and signs that stand for letters replaced. What is
//! left is compared word by word, so that a rule never hits the middle of another word; letters that stand apart are also
//! read as one word, and there the middle counts.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

use crate::domain::refusal::Refusal;
use crate::domain::refusal::{Allowed, Needed, OptionName, TextKind};

mod pattern;

use pattern::Pattern;

/// The longest phrase of a word rule, in characters.
pub const PHRASE_LIMIT: usize = 100;

/// A word or phrase that no prompt may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordRule {
    /// A `*` behind a word takes all words that begin so.
    pub phrase: String,
    /// Shown to the person.
    pub note: Option<String>,
    /// The rule holds in age-restricted channels too.
    pub age_restricted_too: bool,
}

impl WordRule {
    /// Whether the rule finds what a rule with this phrase would find.
    pub fn is_about(&self, phrase: &str) -> bool {
        Pattern::new(&self.phrase) == Pattern::new(phrase)
    }
}

/// The first rule that one of the texts breaks.
pub fn broken_rule<'a>(rules: &'a [WordRule], texts: &[&str], age_restricted: bool) -> Option<&'a WordRule> {
    let mut rules = rules.iter().filter(|rule| rule.age_restricted_too || !age_restricted).peekable();
    rules.peek()?;
    let texts: Vec<Text> = texts.iter().flat_map(|text| Text::readings(text)).collect();
    rules.find(|rule| {
        let pattern = Pattern::new(&rule.phrase);
        texts.iter().any(|text| pattern.is_in(text))
    })
}

/// A phrase for a rule, as it is kept.
///
/// # Errors
/// It has no letter or digit, is longer than [`PHRASE_LIMIT`], or has a `*` elsewhere than behind a word of three letters.
pub fn phrase(text: &str) -> Result<String, Refusal> {
    let text = crate::domain::text::visible(text).trim().to_owned();
    let length = text.chars().count();
    if length > PHRASE_LIMIT {
        return Err(Refusal::TooLong { what: TextKind::Phrase.into(), length, limit: PHRASE_LIMIT });
    }
    if Pattern::new(&text).is_empty() {
        return Err(Refusal::Missing { what: Needed::Word.into() });
    }
    if !pattern::has_stars_in_place(&text) {
        return Err(Refusal::out_of_range(OptionName::Phrase, text, Allowed::Stars));
    }
    Ok(text)
}

/// A text in which rules are looked for, in one reading.
struct Text {
    words: Vec<Word>,
    /// Its words, with single letters that follow each other drawn together.
    joined: Vec<Word>,
}

struct Word {
    letters: String,
    /// An `@` is among its letters, an a or an o: each o stands there as an a.
    loose: bool,
    /// Drawn together from letters that stood apart.
    spelt: bool,
}

/// What becomes of the signs that stand for letters, and are punctuation just as often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// They part words.
    Plain,
    /// `@` and `$` are letters.
    Signs,
    /// `|` and `!` are letters too, `!` except at the end of a word; an `rn` that begins a word is an m.
    Bold,
    /// Of a rule: `!` and `|` are letters between letters only.
    Rule,
}

impl Text {
    fn readings(text: &str) -> Vec<Text> {
        let bare = bare(text);
        let mut readings = vec![Text::new(&bare, Reading::Plain)];
        if bare.contains(['@', '$']) {
            readings.push(Text::new(&bare, Reading::Signs));
        }
        if bare.contains(['!', '|']) || bare.contains("rn") {
            readings.push(Text::new(&bare, Reading::Bold));
        }
        readings
    }

    fn new(bare: &str, reading: Reading) -> Text {
        let words = split(bare, reading);
        let joined = words
            .chunk_by(|before, after| is_single(before) && is_single(after))
            .map(|run| Word::new(&run.concat(), run.len() > 1))
            .collect();
        let word = |word: &String| match word.strip_prefix("rn") {
            Some(rest) if reading == Reading::Bold => Word::new(&format!("m{rest}"), false),
            _ => Word::new(word, false),
        };
        Text { words: words.iter().map(word).collect(), joined }
    }
}

impl Word {
    fn new(written: &str, spelt: bool) -> Word {
        let (letters, loose) = (letters(written), written.contains('@'));
        Word { letters: if loose { loosely(&letters) } else { letters }, loose, spelt }
    }
}

/// Letters to compare where an `@` may be an a or an o.
fn loosely(letters: &str) -> String {
    letters.replace('o', "a")
}

fn is_single(word: &str) -> bool {
    word.chars().count() == 1
}

/// Lower-case letters without marks, hidden characters and look-alikes.
fn bare(text: &str) -> String {
    // Marks and hidden characters go first: they would keep look-alikes from being recognised.
    let unmarked = |text: &str| -> String {
        text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).collect()
    };
    let lower: String = unmarked(text).chars().flat_map(char::to_lowercase).collect();
    let mut bare = String::with_capacity(lower.len());
    for c in lower.chars() {
        match c {
            'ß' => bare.push_str("ss"),
            // The table makes `rn` of an m, and tells more than readers want to know of other letters.
            c if c.is_ascii() => bare.push(c),
            c => {
                let alike: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
                bare.push_str(&unmarked(&alike).to_lowercase().replace("rn", "m"));
            }
        }
    }
    bare
}

fn split(bare: &str, reading: Reading) -> Vec<String> {
    let chars: Vec<char> = bare.chars().collect();
    let is_text = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '@' | '$' | '!' | '|'))
    };
    let is_letter = |at: usize, c: char| match c {
        '@' | '$' => reading != Reading::Plain,
        '!' | '|' => {
            let (before, after) = (is_text(at.checked_sub(1)), is_text(Some(at + 1)));
            (reading == Reading::Bold && (c == '|' || after || !before))
                || (reading == Reading::Rule && before && after)
        }
        c => c.is_alphanumeric(),
    };
    let kept: String =
        chars.iter().enumerate().map(|(at, c)| if is_letter(at, *c) { *c } else { ' ' }).collect();
    kept.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A word with its look-alikes brought to one letter, also those that Unicode's table leaves apart. What has no letter is
/// a number.
fn letters(word: &str) -> String {
    if !word.chars().any(char::is_alphabetic) {
        return word.to_owned();
    }
    let letter = |c| match c {
        '1' | 'i' | '|' | '!' => 'l',
        '0' => 'o',
        '2' => 'z',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '9' => 'g',
        '7' => 't',
        '8' => 'b',
        c => c,
    };
    word.chars().map(letter).collect()
}

/// Characters that take no room: they part a word for a machine and not for a reader.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests;
