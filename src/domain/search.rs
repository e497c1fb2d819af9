//! The words that a prompt is found by.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::text::is_hidden;

/// Words of one prompt that it is found by, from its beginning on.
pub const WORDS_LIMIT: usize = 24;
/// Words that a job is found by: all that it is found by changes in one transaction of a hundred writes, when it is shown
/// to others.
const JOB_WORDS_LIMIT: usize = 40;
/// Characters that can be searched for at once, with one between two words.
pub const SEARCH_LIMIT: usize = 50;
/// Characters of a word; what is behind them does not count.
const LENGTH: usize = 32;

/// They stand in most prompts and tell none from another.
const FILLERS: [&str; 16] =
    ["an", "and", "as", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or", "the", "to", "with"];

/// The words of a text, each once, in their order: in lower case, without marks, without signs. Scripts that put nothing
/// between words have one for each character; elsewhere a single letter is none.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in plain(text).split(|c: char| !c.is_alphanumeric()) {
        for word in parted(run) {
            let word: String = word.chars().take(LENGTH).collect();
            if counts(&word) && !words.contains(&word) {
                words.push(word);
            }
            if words.len() == WORDS_LIMIT {
                return words;
            }
        }
    }
    words
}

/// The words of all prompts of a job, each once.
pub(crate) fn words_of_all<'a>(prompts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all = Vec::new();
    for word in prompts.flat_map(words) {
        if all.len() < JOB_WORDS_LIMIT && !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

/// The words that a search for this text looks for, as many as there is room for; `None` if it has none.
pub fn searched(text: &str) -> Option<Vec<String>> {
    let mut room = SEARCH_LIMIT + 1;
    let fits = |word: &String| {
        let left = room.checked_sub(word.chars().count() + 1);
        room = left.unwrap_or(room);
        left.is_some()
    };
    let words: Vec<_> = words(text).into_iter().filter(fits).collect();
    (!words.is_empty()).then_some(words)
}

fn plain(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !is_combining_mark(*c) && !is_hidden(*c));
    // An upper-case letter can have a mark that its lower-case form is written with.
    bare.flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)).nfc().collect()
}

/// A run of letters and digits, with each character apart that is a word of its own.
fn parted(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = run;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_word(*c)) {
        let (before, from) = rest.split_at(at);
        let (word, after) = from.split_at(c.len_utf8());
        parts.extend([before, word]);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn counts(word: &str) -> bool {
    let is_long = word.chars().nth(1).is_some();
    (is_long || word.chars().all(is_word)) && !word.is_empty() && !FILLERS.contains(&word)
}

/// Whether a character belongs to a script that puts nothing between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
fn is_word(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_however_it_is_written() {
        for (text, expected) in [
            ("A red FOX, at the café", vec!["red", "fox", "cafe"]),
            ("cafe\u{301} ＣＡＦＥ ca\u{ad}fe", vec!["cafe"]),
            ("İstanbul STRASSE", vec!["istanbul", "strasse"]),
            ("the fox's 3 cubs – 4k, b&w", vec!["fox", "cubs", "4k"]),
            ("лиса и ЁЖ 한국", vec!["лиса", "еж", "한국"]),
            ("赤い fox狐", vec!["赤", "い", "fox", "狐"]),
            ("🦊 !! ::", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_prompt_has_so_many_words_and_each_is_so_long() {
        let many: String = (10..90).map(|n| format!("w{n} w{n} ")).collect();
        assert_eq!(words(&many), (10..34).map(|n| format!("w{n}")).collect::<Vec<_>>());
        assert_eq!(words(&"ä".repeat(4_000)), ["a".repeat(LENGTH)]);
        assert_eq!(words(&"狐犬".repeat(2_000)), ["狐", "犬"]);
    }

    #[test]
    fn prompts_of_one_job_add_their_words_up_to_a_limit() {
        assert_eq!(words_of_all(["a red fox", "a green fox"].into_iter()), ["red", "fox", "green"]);
        let many: Vec<_> = (10..99).map(|n| format!("fox {n}")).collect();
        assert_eq!(words_of_all(many.iter().map(String::as_str)).len(), JOB_WORDS_LIMIT);
    }

    #[test]
    fn a_search_takes_as_many_words_as_there_is_room_for() {
        assert_eq!(searched("the a of"), None);
        assert_eq!(searched("The red FOX"), Some(vec!["red".to_owned(), "fox".to_owned()]));
        let all = format!("{} {} owl", "a".repeat(30), "b".repeat(30));
        assert_eq!(searched(&all), Some(vec!["a".repeat(30), "owl".to_owned()]));
        let grows = searched(&"ﷺ".repeat(50)).unwrap().join(" ");
        assert!((10..=SEARCH_LIMIT).contains(&grows.chars().count()), "{grows}");
    }

    #[test]
    fn the_words_of_words_are_those_words() {
        for text in ["İ ß ŉ ﷺ ǅ Ⅷ 5ﬁ", "ครู ᾳ ΰ", "a\u{345}b ΑΣ ς"] {
            let found = words(text);
            assert_eq!(words(&found.join(" ")), found, "{text}");
        }
    }
}
