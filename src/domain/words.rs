//! Word rules: phrases that no prompt may have, however they are written.
//!
//! Rule and prompt go through the same normalisation: compatibility forms, marks and hidden characters off, look-alikes
//! to one letter (Unicode's confusables, UTS 39), case folded. What is left is compared word by word, so that a rule
//! never hits the middle of another word; letters that stand apart are also read as one word.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

use crate::domain::refusal::Refusal;
use crate::domain::refusal::{Needed, TextKind};

/// The longest phrase of a word rule, in characters.
pub const PHRASE_LIMIT: usize = 100;

/// A word or phrase that no prompt may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordRule {
    pub phrase: String,
    /// Shown to the person.
    pub note: Option<String>,
    /// The rule holds in age-restricted channels too.
    pub age_restricted_too: bool,
}

/// The first rule that one of the texts breaks.
pub fn broken_rule<'a>(rules: &'a [WordRule], texts: &[&str], age_restricted: bool) -> Option<&'a WordRule> {
    let mut rules = rules.iter().filter(|rule| rule.age_restricted_too || !age_restricted).peekable();
    rules.peek()?;
    let texts: Vec<Text> = texts.iter().map(|text| Text::new(text)).collect();
    rules.find(|rule| {
        let phrase = words(&rule.phrase);
        texts.iter().any(|text| text.has(&phrase))
    })
}

/// A phrase for a rule, as it is kept.
///
/// # Errors
/// It has no letter or digit, or is longer than [`PHRASE_LIMIT`].
pub fn phrase(text: &str) -> Result<String, Refusal> {
    let text = crate::domain::text::visible(text).trim().to_owned();
    let length = text.chars().count();
    if length > PHRASE_LIMIT {
        return Err(Refusal::TooLong { what: TextKind::Phrase.into(), length, limit: PHRASE_LIMIT });
    }
    if words(&text).is_empty() {
        return Err(Refusal::Missing { what: Needed::Word.into() });
    }
    Ok(text)
}

/// A text in which rules are looked for.
struct Text {
    words: Vec<String>,
    /// Its words, with single letters that follow each other drawn together.
    joined: Vec<String>,
}

impl Text {
    fn new(text: &str) -> Text {
        let words = words(text);
        let joined = words
            .chunk_by(|before, after| is_single(before) && is_single(after))
            .map(|run| letters(&run.concat()))
            .collect();
        Text { words, joined }
    }

    fn has(&self, phrase: &[String]) -> bool {
        let in_order = |words: &[String]| words.windows(phrase.len()).any(|window| window == phrase);
        // Scripts without spaces have no word boundaries that could be looked at.
        let inside =
            |word: &String| phrase.iter().any(|part| is_unspaced(part) && word.contains(part.as_str()));
        !phrase.is_empty()
            && (in_order(&self.words)
                || in_order(&self.joined)
                || self.joined.contains(&letters(&phrase.concat()))
                || (phrase.len() == 1 && self.words.iter().any(inside)))
    }
}

fn is_single(word: &str) -> bool {
    word.chars().count() == 1
}

/// Chinese, Japanese, Thai, Lao, Burmese and Khmer are written without spaces between words.
fn is_unspaced(word: &str) -> bool {
    word.chars().any(|c| {
        matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
    })
}

fn words(text: &str) -> Vec<String> {
    // Marks and hidden characters go first: they would keep look-alikes from being recognised.
    let bare = |text: &str| -> String {
        text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).collect()
    };
    let folded: String = bare(text).chars().flat_map(char::to_lowercase).collect();
    let folded = folded.replace('ß', "ss");
    let alike: String = bare(&skeleton(&folded).collect::<String>()).to_lowercase();
    alike.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(letters).collect()
}

/// Look-alikes that Unicode's table leaves apart, or brings to different ends depending on their case.
fn letters(word: &str) -> String {
    let letter = |c| match c {
        '1' | 'i' | '|' => 'l',
        '0' => 'o',
        c => c,
    };
    word.replace("rn", "m").chars().map(letter).collect()
}

/// Characters that take no room: they part a word for a machine and not for a reader.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules(phrases: &[&str]) -> Vec<WordRule> {
        let rule =
            |phrase: &&str| WordRule { phrase: (*phrase).to_owned(), note: None, age_restricted_too: true };
        phrases.iter().map(rule).collect()
    }

    fn breaks(phrase: &str, text: &str) -> bool {
        broken_rule(&rules(&[phrase]), &[text], false).is_some()
    }

    #[test]
    fn tricks_do_not_get_a_word_through() {
        for (phrase, text) in [
            ("badger", "a badger in the snow"),
            ("badger", "A BADGER!"),
            ("BADGER", "a badger"),
            ("badger", "a b\u{200b}ad\u{2060}ger"),
            ("badger", "a bad\u{ad}ger"),
            ("badger", "b a d g e r"),
            ("badger", "b.a.d.g.e.r"),
            ("badger", "b_a-d*g e/r"),
            ("badger", "bа\u{64}g\u{435}r"),
            ("badger", "ｂａｄｇｅｒ"),
            ("badger", "𝐛𝐚𝐝𝐠𝐞𝐫"),
            ("badger", "b\u{336}a\u{336}d\u{336}g\u{336}e\u{336}r"),
            ("badger", "bádgèr"),
            ("badger", "ᵇᵃᵈᵍᵉʳ"),
            ("oil", "0il"),
            ("oil", "o1l"),
            ("oil", "OIL"),
            ("oil", "ОІL"),
            ("snow white", "Snow  White"),
            ("snow white", "snow-white"),
            ("snow white", "s n o w w h i t e"),
            ("straße", "STRASSE"),
            ("熊", "雪の中の熊が歩く"),
        ] {
            assert!(breaks(phrase, text), "{phrase} in {text}");
        }
    }

    #[test]
    fn innocent_texts_pass() {
        for (phrase, text) in [
            ("cat", "concatenate the category of cattle"),
            ("ass", "an assassin in class passes the grass"),
            ("badger", "badgers are not on the list"),
            ("abc", "vitamin a b c d"),
            ("snow white", "white snow"),
            ("snow white", "snow and white"),
            ("oil", "boil the soil"),
            ("a", "apples"),
            ("badger", "bad german grammar"),
        ] {
            assert!(!breaks(phrase, text), "{phrase} in {text}");
        }
    }

    #[test]
    fn a_rule_may_leave_age_restricted_channels_out() {
        let mut rules = rules(&["mud"]);
        rules[0].age_restricted_too = false;
        assert!(broken_rule(&rules, &["mud"], false).is_some());
        assert!(broken_rule(&rules, &["mud"], true).is_none());
    }

    #[test]
    fn a_phrase_needs_a_letter_and_stays_short() {
        assert_eq!(phrase("  mud \u{200b}").unwrap(), "mud");
        assert!(phrase(" !?\u{200b} ").is_err());
        assert!(phrase(&"x".repeat(101)).is_err());
    }

    proptest! {
        #[test]
        fn hidden_characters_case_and_spacing_change_nothing(
            word in "[a-z]{2,10}",
            upper in prop::collection::vec(any::<bool>(), 10),
            hidden in prop::collection::vec(0..4usize, 10),
            spaced in any::<bool>(),
        ) {
            let mut written = String::from("x1x ");
            for (at, c) in word.chars().enumerate() {
                written.extend(if upper[at] { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] });
                written.extend(std::iter::repeat_n('\u{200b}', hidden[at]));
                if spaced { written.push(' '); }
            }
            written.push_str(" zzz");
            prop_assert!(breaks(&word, &written), "{word} in {written:?}");
        }
    }
}
