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
        ("dragon", "a d r a g o n"),
        ("dragon", "I want a d.r.a.g.o.n a b"),
        ("dragon", "dr4gon"),
        ("dragon", "drag@n"),
        ("dragon", "DR4G0N"),
        ("dragon", "a d r @ g 0 n"),
        ("dragon", "wow!dr@gon"),
        ("dragon", "dragons"),
        ("dragon", "a dragon's nest"),
        ("drag0n", "dragon"),
        ("killer", "k!ller"),
        ("killer", "a k ! l | e r"),
        ("killer", "!killer!"),
        ("semi", "sem|"),
        ("ass", "a$$"),
        ("$nake", "snake"),
        ("mud", "rnud"),
        ("church", "two churches"),
        ("puppy", "PUPPIES"),
        ("snow white", "snow whites"),
        ("snow white", "a s n o w white"),
        ("snow white", "snow w h i t e a"),
        ("dragon*", "dragonfly"),
        ("dragon*", "DR4G0NS"),
        ("dragon* egg", "a dragonfly egg"),
        ("abc", "vitamin a b c d"),
        ("1488", "1488"),
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
        ("badger", "badgered"),
        ("ab", "vitamin a b c d"),
        ("ass", "455 cats"),
        ("a", "as @ home"),
        ("bra", "a brass band"),
        ("bras", "a brass band"),
        ("hi", "his"),
        ("taxi", "tax!"),
        ("bum", "burning corn"),
        ("snow* white", "snow and white"),
        ("dragon*", "a snapdragon"),
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

#[test]
fn a_star_stands_behind_a_word() {
    for allowed in ["dragon*", "snow* white*", "snow-white*", "熊熊熊*"] {
        assert_eq!(phrase(allowed).unwrap(), allowed);
    }
    for refused in ["dr*", "*dragon", "dra*gon", "dragon**", "dragon *", "b*dger", "dragon*-fly"] {
        let allowed = Refusal::out_of_range(OptionName::Phrase, refused, Allowed::Stars);
        assert_eq!(phrase(refused), Err(allowed));
    }
}

const BLOCKED: &str = "arse ass asshole bastard bomber boob bra bum butt cocaine cock coon corpse crap cum cunt damn dick dragon* \
    fag fart gin hell heroin hooker meth moron nazi nude orgy pee piss poop porn puke rape scat semen sex slut \
    snot tit turd twat vodka voldemort vomit weed whore zombie*";

#[test]
fn common_english_words_stay_allowed() {
    let words = include_str!("../../../tests/data/innocent-words.txt");
    let blocked = rules(&BLOCKED.split_whitespace().collect::<Vec<_>>());
    assert_eq!((words.lines().count(), blocked.len()), (2_000, 50));
    for text in words.lines().chain([words]) {
        let broken = broken_rule(&blocked, &[text], false);
        assert!(broken.is_none(), "{broken:?} in {text}");
    }
}

/// A word in one of its disguises. One letter stays as it is: digits alone are a number.
fn disguised() -> impl Strategy<Value = (String, String)> {
    let letter = (any::<bool>(), any::<prop::sample::Index>(), 0..3usize);
    let separator = prop::sample::select(vec!["", " ", ".", "-", " _ ", "*", "/", "  "]);
    ("[a-z]{3,10}", prop::collection::vec(letter, 10), separator, any::<prop::sample::Index>()).prop_map(
        |(word, letters, separator, kept)| {
            let kept = kept.index(word.len());
            let mut written = String::new();
            for (at, (c, (upper, look, hidden))) in word.chars().zip(letters).enumerate() {
                let shown = if upper { c.to_ascii_uppercase() } else { c };
                let mut looks = vec![shown];
                looks.extend(
                    LEET.iter().filter(|(letter, _)| *letter == c).flat_map(|(_, signs)| signs.chars()),
                );
                // At the end of a word, `!` is punctuation.
                looks.retain(|look| *look != '!' || !separator.is_empty() || at + 1 < word.len());
                written.push(if at == kept { shown } else { looks[look.index(looks.len())] });
                written.extend(std::iter::repeat_n('\u{200b}', hidden));
                written.push_str(separator);
            }
            (word, written)
        },
    )
}

const LEET: [(char, &str); 10] = [
    ('o', "0@"),
    ('i', "1!|"),
    ('l', "1!|"),
    ('z', "2"),
    ('e', "3"),
    ('a', "4@"),
    ('s', "5$"),
    ('g', "9"),
    ('t', "7"),
    ('b', "8"),
];

proptest! {
    #[test]
    fn a_word_is_found_in_any_spelling(
        (word, written) in disguised(),
        before in prop::sample::select(vec!["", "a ", "I am a ", "the big "]),
        after in prop::sample::select(vec!["", " in snow", " a b c", "!"]),
    ) {
        let text = format!("{before}{written}{after}");
        prop_assert!(breaks(&word, &text), "{word} in {text:?}");
    }

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
