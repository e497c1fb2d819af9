//! One order for several pictures that differ: `{red, green} cat` and `--repeat 3`.

use std::collections::HashMap;
use std::ops::Range;

use time::Date;

use super::{Ask, ImageRequest, flags, resolve_one};
use crate::domain::catalogue::Catalogue;
use crate::domain::limits::VARIANTS_LIMIT;
use crate::domain::refusal::{Allowed, OptionName, Refusal, TextKind};
use crate::domain::settings::Effective;

/// Characters of all their prompts together: the whole order is one item of a store.
const PROMPTS_LIMIT: usize = 16_000;

impl Ask {
    /// With an ask for each picture, if the prompt has alternatives in braces or `--repeat`.
    ///
    /// `{red, green}` stands for one of its words at a time, `{a {b, c}, d}` for one of `a b`, `a c` and `d`; `\{`, `\,`
    /// and `\}` stand for themselves. Braces without a comma, or without the other brace, are words like others.
    ///
    /// # Errors
    /// More pictures than [`VARIANTS_LIMIT`], or a flag that cannot be read.
    pub(crate) fn with_variants(self) -> Result<Ask, Refusal> {
        if !self.prompt.contains(['{', '}']) && !self.may_repeat() {
            return Ok(self);
        }
        let prompts = alternatives(&self.prompt).ok_or(Refusal::TooManyVariants { limit: VARIANTS_LIMIT })?;
        let length = prompts.iter().map(|prompt| prompt.chars().count()).sum();
        if length > PROMPTS_LIMIT {
            return Err(Refusal::TooLong { what: TextKind::Variants.into(), length, limit: PROMPTS_LIMIT });
        }
        let mut variants = Vec::new();
        let mut repeats = false;
        for prompt in &prompts {
            let ask = Ask { prompt: prompt.clone(), ..self.clone() };
            let (read, _) = flags::taken_from_prompt(ask.clone())?;
            repeats |= read.repeat.is_some();
            for nth in 0..pictures(&read)? {
                variants.push(Ask { nth: Some(nth), ..ask.clone() });
                if variants.len() > VARIANTS_LIMIT as usize {
                    return Err(Refusal::TooManyVariants { limit: VARIANTS_LIMIT });
                }
            }
        }
        match prompts.into_iter().next() {
            Some(only)
                if variants.len() == 1 || (!repeats && variants.iter().all(|one| one.prompt == only)) =>
            {
                Ok(Ask { prompt: only, ..self })
            }
            _ => Ok(Ask { variants, ..self }),
        }
    }

    fn may_repeat(&self) -> bool {
        self.repeat.is_some()
            || flags::taken_from_prompt(self.clone()).is_ok_and(|(ask, _)| ask.repeat.is_some())
    }
}

/// How many pictures one prompt asks for.
fn pictures(ask: &Ask) -> Result<u32, Refusal> {
    let repeat = ask.repeat.unwrap_or(1);
    let allowed = Allowed::Whole { least: 1, most: VARIANTS_LIMIT };
    let out_of_range = || Refusal::out_of_range(OptionName::Repeat, repeat, allowed);
    let repeat = u32::try_from(repeat).ok().filter(|repeat| (1..=VARIANTS_LIMIT).contains(repeat));
    let count = super::asked_count(ask)?.unwrap_or(1);
    Ok(repeat.ok_or_else(out_of_range)?.saturating_mul(count))
}

/// The request for all of them: where it stands for itself it says what the first one has.
pub(super) fn resolve(
    mut ask: Ask,
    base: &Effective,
    catalogue: &Catalogue,
    today: Date,
    random_seed: u32,
) -> Result<ImageRequest, Refusal> {
    let mut variants = Vec::new();
    for variant in std::mem::take(&mut ask.variants) {
        let one = Ask {
            image: ask.image.clone(),
            image_is_offered: ask.image_is_offered,
            strength: variant.strength.or(ask.strength),
            private: ask.private,
            nth: Some(variant.nth.unwrap_or_default()),
            ..variant
        };
        variants.push(resolve_one(one, base.clone(), catalogue, today, random_seed)?);
    }
    let first = variants.first().cloned().ok_or(Refusal::EmptyPrompt)?;
    Ok(ImageRequest {
        prompt: ask.prompt.trim().to_owned(),
        seeds: variants.iter().flat_map(|variant| variant.seeds.clone()).collect(),
        image: variants.iter().find_map(|variant| variant.image.clone()),
        variants,
        ..first
    })
}

/// Every prompt that a pattern stands for; `None` if there are more than may be.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    let pattern = Pattern::new(pattern);
    let prompts = pattern.expand(0..pattern.text.len())?;
    Some(prompts.iter().map(|prompt| prompt.trim().to_owned()).collect())
}

struct Pattern {
    text: Vec<char>,
    /// Braces that belong together, by the place of the first.
    pairs: HashMap<usize, Pair>,
}

#[derive(Clone, Copy)]
struct Pair {
    end: usize,
    has_comma: bool,
}

impl Pattern {
    fn new(text: &str) -> Pattern {
        let mut pattern = Pattern { text: text.chars().collect(), pairs: HashMap::new() };
        let (mut open, mut at) = (Vec::<(usize, bool)>::new(), 0);
        while let Some(char) = pattern.text.get(at) {
            match char {
                _ if pattern.is_escape(at) => at += 1,
                '{' => open.push((at, false)),
                ',' => open.iter_mut().last().into_iter().for_each(|(_, has_comma)| *has_comma = true),
                '}' => {
                    if let Some((start, has_comma)) = open.pop() {
                        pattern.pairs.insert(start, Pair { end: at, has_comma });
                    }
                }
                _ => {}
            }
            at += 1;
        }
        pattern
    }

    /// Whether the character behind this one stands for itself.
    fn is_escape(&self, at: usize) -> bool {
        self.text[at] == '\\' && matches!(self.text.get(at + 1), Some('{' | '}' | ','))
    }

    fn expand(&self, range: Range<usize>) -> Option<Vec<String>> {
        let mut texts = vec![String::new()];
        let mut at = range.start;
        while at < range.end {
            match self.pairs.get(&at) {
                Some(Pair { end, has_comma: true }) => {
                    let mut ends = Vec::new();
                    for alternative in self.split(at + 1..*end) {
                        ends.extend(self.expand(alternative)?.iter().map(|text| text.trim().to_owned()));
                        if texts.len() * ends.len() > VARIANTS_LIMIT as usize {
                            return None;
                        }
                    }
                    let with_each = |text: String| ends.iter().map(move |end| format!("{text}{end}"));
                    texts = texts.into_iter().flat_map(with_each).collect();
                    at = *end;
                }
                _ => {
                    at += usize::from(self.is_escape(at));
                    texts.iter_mut().for_each(|text| text.push(self.text[at]));
                }
            }
            at += 1;
        }
        Some(texts)
    }

    /// The alternatives between two braces.
    fn split(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let (mut parts, mut start, mut at) = (Vec::new(), range.start, range.start);
        while at < range.end {
            if let Some(pair) = self.pairs.get(&at) {
                at = pair.end;
            } else if self.is_escape(at) {
                at += 1;
            } else if self.text[at] == ',' {
                parts.push(start..at);
                start = at + 1;
            }
            at += 1;
        }
        parts.push(start..range.end);
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompts(pattern: &str) -> Vec<String> {
        let ask = Ask { prompt: pattern.to_owned(), ..Ask::default() }.with_variants().unwrap();
        match ask.variants.is_empty() {
            true => vec![ask.prompt],
            false => ask.variants.into_iter().map(|variant| variant.prompt).collect(),
        }
    }

    #[test]
    fn each_pair_of_braces_stands_for_one_of_its_words_at_a_time() {
        for (pattern, expected) in [
            ("a cat", vec!["a cat"]),
            ("{red, green} cat", vec!["red cat", "green cat"]),
            (
                "{red, green} cat in {oil, ink}",
                vec!["red cat in oil", "red cat in ink", "green cat in oil", "green cat in ink"],
            ),
            ("a {big {red, blue}, tiny} cat", vec!["a big red cat", "a big blue cat", "a tiny cat"]),
            ("cat {, on a mat}", vec!["cat", "cat on a mat"]),
            ("a cat --model {core, ultra}", vec!["a cat --model core", "a cat --model ultra"]),
            ("a {cat} here", vec!["a {cat} here"]),
            ("a {cat, dog", vec!["a {cat, dog"]),
            ("a cat, dog} {x, y}", vec!["a cat, dog} x", "a cat, dog} y"]),
            (r"\{a, b\} {c, d\, e}", vec!["{a, b} c", "{a, b} d, e"]),
            (r"\{a, b\}", vec!["{a, b}"]),
            (r"a\, b", vec![r"a\, b"]),
        ] {
            assert_eq!(prompts(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn repeats_and_counts_multiply_up_to_the_limit() {
        let count = |pattern: &str| {
            let ask = Ask { prompt: pattern.to_owned(), ..Ask::default() };
            ask.with_variants().map(|ask| ask.variants.len())
        };
        assert_eq!(count("a cat --repeat 3"), Ok(3));
        assert_eq!(count("{a, b} cat --repeat 2 --n 4"), Ok(16));
        assert_eq!(count("{a, b} cat --n {1, 4}"), Ok(10));
        assert_eq!(count("a cat --n 4"), Ok(0), "that is an order like others");
        assert_eq!(count("a cat --repeat 1"), Ok(0));
        for too_many in ["{a, b} cat --repeat 9", "{a,b}{a,b}{a,b}{a,b}{a,b}", &"{a,b}".repeat(700)] {
            assert!(matches!(count(too_many), Err(Refusal::TooManyVariants { limit: 16 })), "{too_many}");
        }
        for wrong in ["{a, b} --repeat 0", "a --repeat 17", "{a, b} --n 5"] {
            assert!(matches!(count(wrong), Err(Refusal::OutOfRange { .. })), "{wrong}");
        }
        assert_eq!(count(&"{a, ".repeat(1_000)), Ok(0), "nothing closes them");
        let deep = format!("{}{}", "{a, ".repeat(600), "}".repeat(600));
        assert!(matches!(count(&deep), Err(Refusal::TooManyVariants { .. })));
    }
}
