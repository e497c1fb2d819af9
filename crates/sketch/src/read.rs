//! Finds the words that the engine knows in what somebody wrote, in whatever language.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::{ALSO_ENGLISH, ENGLISH, JAPANESE, LANGUAGES, LITTLE_WORDS, WORDS};

/// The most words that stand for one thing together.
const LONGEST: usize = 4;
/// A stem that an ending is taken from has at least so many letters.
const SHORTEST_STEM: usize = 3;

/// Which rows of [`WORDS`] a word means, a language each.
type Meanings = [Option<usize>; LANGUAGES];

/// Words by how they are written once [`folded`]; several are joined by blanks.
static INDEX: LazyLock<HashMap<String, Meanings>> = LazyLock::new(|| {
    let mut index: HashMap<String, Meanings> = HashMap::new();
    for (row, (_, languages)) in WORDS.iter().enumerate() {
        for (language, words) in languages.iter().enumerate() {
            for word in words.split_ascii_whitespace() {
                let word = tokens(&word.replace('_', " ")).join(" ");
                index.entry(word).or_default()[language] = Some(row);
            }
        }
    }
    index
});

/// Japanese words, the longest first: it has no blanks, and short words are part of long ones.
static UNSPACED: LazyLock<Vec<(&'static str, usize)>> = LazyLock::new(|| {
    let all = WORDS.iter().enumerate();
    let mut words: Vec<_> = all
        .flat_map(|(row, (_, languages))| {
            languages[JAPANESE].split_ascii_whitespace().map(move |word| (word, row))
        })
        .collect();
    words.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    words
});

/// The names of all that is known in `prompt`, in its order. They are those of [`WORDS`].
pub(super) fn known_words(prompt: &str) -> Vec<&'static str> {
    let tokens = tokens(prompt);
    let found = spaced(&tokens);
    let votes = votes(&tokens, &found);
    // English first where nothing tells, then the one with more votes.
    let mut order: Vec<usize> = (0..JAPANESE).collect();
    order.sort_by_key(|language| std::cmp::Reverse(votes[*language]));
    let alone = tokens.len() == 1;
    let is_english = votes[ENGLISH] > 0 && order[0] == ENGLISH;
    let mut names = Vec::new();
    for (word, meanings) in &found {
        let shielded =
            ALSO_ENGLISH.split_ascii_whitespace().any(|known| known == word) || is_english && word.len() < 4;
        let counts =
            |language: usize| language == ENGLISH || !shielded || alone || votes[language] > votes[ENGLISH];
        let row = order.iter().filter(|language| counts(**language)).find_map(|language| meanings[*language]);
        names.extend(row.map(|row| WORDS[row].0));
    }
    names.extend(unspaced(prompt));
    names
}

/// Words and phrases that mean something in a language with blanks, each with its stem.
fn spaced(tokens: &[String]) -> Vec<(String, Meanings)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let most = LONGEST.min(tokens.len() - at);
        let meant = (1..=most).rev().find_map(|count| {
            let word = tokens[at..at + count].join(" ");
            meanings(&word).map(|meant| (count, meant))
        });
        at += meant.as_ref().map_or(1, |(count, _)| *count);
        found.extend(meant.map(|(_, meant)| meant));
    }
    found
}

/// What a word means as it is, or else without its ending, in each language by its own rules.
fn meanings(word: &str) -> Option<(String, Meanings)> {
    let mut meanings = Meanings::default();
    let mut stem = None;
    for (language, endings) in ENDINGS.iter().enumerate() {
        let as_it_is = || Some((word.to_owned(), INDEX.get(word)?[language]?));
        let shortened = || {
            endings.iter().find_map(|(ending, instead)| {
                let start = word.strip_suffix(ending).filter(|start| start.len() >= SHORTEST_STEM)?;
                let stem = format!("{start}{instead}");
                let row = INDEX.get(&stem)?[language]?;
                Some((stem, row))
            })
        };
        if let Some((found, row)) = as_it_is().or_else(shortened) {
            meanings[language] = Some(row);
            stem.get_or_insert(found);
        }
    }
    Some((stem?, meanings))
}

/// What stands at the end of a plural or of another case, and what takes its place.
const ENDINGS: [&[(&str, &str)]; LANGUAGES - 1] = [
    &[("s", ""), ("es", ""), ("ies", "y"), ("ves", "f")],
    &[
        ("n", ""),
        ("en", ""),
        ("er", ""),
        ("ern", ""),
        ("e", ""),
        ("es", ""),
        ("s", ""),
        ("chen", "e"),
        ("chen", ""),
    ],
    &[("s", ""), ("x", "")],
    &[("s", ""), ("es", "")],
    &[("s", ""), ("es", ""), ("oes", "ao"), ("aes", "ao"), ("ns", "m"), ("ais", "al")],
];

/// In which language somebody writes: a vote for each little word, and for each word that only one language has.
fn votes(tokens: &[String], found: &[(String, Meanings)]) -> [usize; JAPANESE] {
    let mut votes = [0; JAPANESE];
    for (vote, little) in votes.iter_mut().zip(LITTLE_WORDS) {
        *vote +=
            tokens.iter().filter(|token| little.split_ascii_whitespace().any(|word| word == **token)).count();
    }
    for (_, meanings) in found {
        let mut of = (0..JAPANESE).filter(|language| meanings[*language].is_some());
        if let (Some(language), None) = (of.next(), of.next()) {
            votes[language] += 1;
        }
    }
    votes
}

fn unspaced(prompt: &str) -> Vec<&'static str> {
    let mut left = prompt.to_owned();
    let mut found = Vec::new();
    for (word, row) in UNSPACED.iter() {
        while let Some(at) = left.find(word) {
            found.push((at, WORDS[*row].0));
            // What is taken keeps its place, so that words are found in the order of the prompt.
            left.replace_range(at..at + word.len(), &" ".repeat(word.len()));
        }
    }
    found.sort_unstable_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, name)| name).collect()
}

fn tokens(text: &str) -> Vec<String> {
    let folded = folded(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// In lower case and without the signs on Latin letters, which people leave out.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' => folded.push('a'),
            'ç' => folded.push('c'),
            'è'..='ë' => folded.push('e'),
            'ì'..='ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò'..='ö' => folded.push('o'),
            'ù'..='ü' => folded.push('u'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            // Signs that are written apart from their letters.
            '\u{300}'..='\u{36f}' => {}
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_of_each_language_finds_its_thing() {
        for (name, languages) in WORDS {
            for (language, words) in languages.iter().enumerate() {
                for word in words.split_ascii_whitespace() {
                    let spelt = word.replace('_', " ");
                    let known = known_words(&spelt);
                    // One word alone may be English for something else: then the language has to be seen.
                    let in_sentence = LITTLE_WORDS.get(language).map(|little| {
                        let little: Vec<_> = little.split(' ').take(4).collect();
                        known_words(&format!("{} {spelt}", little.join(" ")))
                    });
                    let found = |known: &Vec<&str>| known.first() == Some(name);
                    assert!(
                        found(&known) || in_sentence.as_ref().is_some_and(found),
                        "{word}: {known:?} {in_sentence:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn words_are_found_in_any_form_and_in_the_languages_own_order() {
        for (prompt, names) in [
            ("Two CATS eating ice-cream", &["cat", "ice cream"][..]),
            ("wolves, butterflies and cherries", &["wolf", "butterfly", "cherry"]),
            ("zwei Häuser und ein Bäumchen am See", &["house", "tree", "lake"]),
            ("die Katzen mit den Büchern", &["cat", "book"]),
            ("des châteaux sous la lune", &["castle", "moon"]),
            ("dos leones y una flor", &["lion", "flower"]),
            ("os balões e os aviões no céu", &["balloon", "airplane"]),
            ("un chien dans la neige", &["dog", "snow"]),
            ("a ovelha e o cão", &["sheep", "dog"]),
            ("猫がアイスクリームを食べる", &["cat", "ice cream"]),
            ("自転車と車", &["bicycle", "car"]),
            ("雪だるま", &["snowman"]),
        ] {
            assert_eq!(known_words(prompt), names, "{prompt}");
        }
    }

    #[test]
    fn words_that_mean_something_else_in_english_do_not() {
        for prompt in [
            "a kind smile that you see in a lit bar",
            "the pain of it, as seen from her port side",
            "she came on",
        ] {
            assert_eq!(known_words(prompt), [""; 0], "{prompt}");
        }
        assert_eq!(known_words("a lit candle"), ["candle"]);
        assert_eq!(known_words("ein Hut"), ["hat"]);
    }

    #[test]
    fn no_language_gives_one_word_two_meanings() {
        for language in 0..LANGUAGES {
            let mut all: Vec<_> =
                WORDS.iter().flat_map(|(_, words)| words[language].split_ascii_whitespace()).collect();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "language {language}");
            assert!(WORDS.iter().all(|(_, words)| !words[language].is_empty()));
        }
    }
}
