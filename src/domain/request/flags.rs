//! Midjourney-style flags at the end of a prompt: `a cat --ar 16:9 --no text, watermark --seed 7`.
//!
//! Flags that only other bots have are left out of the order and remembered, so that the person can be told.

use crate::domain::refusal::FlagProblem;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, Style};

/// The flags that are options.
const OWN: [&str; 12] =
    ["ar", "aspect", "no", "style", "model", "seed", "n", "count", "steps", "cfg", "repeat", "r"];

/// Flags of other bots, which change how their models work and not what the picture shows.
pub(crate) const FOREIGN: [&str; 21] = [
    "c", "chaos", "cref", "fast", "iw", "niji", "p", "q", "quality", "raw", "relax", "s", "sref", "stylize",
    "tile", "turbo", "v", "version", "weird", "cw", "sw",
];

/// What may stand before a flag: two hyphens, or what phones make of them.
const DASHES: [char; 3] = ['-', '–', '—'];

/// How alike two names are that one may be meant for the other, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.85;

/// `ask` with the flags of its prompt moved into its options, and those of other bots, as they were typed.
///
/// A flag starts with `--`, or with the `—` or `–` that phones make of it, at the beginning of a word; its value stands
/// behind a space or `=`.
///
/// # Errors
/// [`Refusal::Flag`] for an unknown flag, one without a value, and one that an option or another flag already said.
pub(super) fn taken_from_prompt(mut ask: Ask) -> Result<(Ask, Vec<String>), Refusal> {
    let prompt = std::mem::take(&mut ask.prompt);
    let starts = flag_starts(&prompt);
    let words_end = starts.first().copied().unwrap_or(prompt.len());
    let mut ignored = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(prompt.len());
        let flag = prompt[*start..end].trim_start_matches(DASHES);
        let (name, value) = flag.split_at(flag.find(ends_name).unwrap_or(flag.len()));
        let name = name.to_ascii_lowercase();
        let value = value.trim();
        let value = value.strip_prefix('=').unwrap_or(value).trim();
        if is_foreign(&name, value) {
            ignored.push(format!("--{name} {value}").trim_end().to_owned());
        } else {
            put(&mut ask, &name, value)?;
        }
    }
    ask.prompt = prompt[..words_end].trim().to_owned();
    Ok((ask, ignored))
}

fn ends_name(c: char) -> bool {
    c == '=' || c.is_whitespace()
}

/// `--style raw` is one of them, unless a preset has that name.
fn is_foreign(name: &str, value: &str) -> bool {
    let is_raw_style =
        || name == "style" && value.eq_ignore_ascii_case("raw") && value.parse::<Style>().is_err();
    FOREIGN.contains(&name) || is_raw_style()
}

/// The flag that somebody may have meant.
fn nearest(name: &str) -> Option<&'static str> {
    let alike = |known: &str| strsim::jaro_winkler(known, name);
    OWN.into_iter()
        .max_by(|one, other| alike(one).total_cmp(&alike(other)))
        .filter(|known| alike(known) > ALIKE)
}

/// Byte offsets at which a flag begins.
fn flag_starts(prompt: &str) -> Vec<usize> {
    let begins_word = |at: usize| prompt[..at].chars().next_back().is_none_or(char::is_whitespace);
    let is_flag = |at: usize| {
        let rest = &prompt[at..];
        let name = rest.trim_start_matches(DASHES);
        let dashes = &rest[..rest.len() - name.len()];
        !matches!(dashes, "" | "-") && name.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    prompt.char_indices().map(|(at, _)| at).filter(|at| begins_word(*at) && is_flag(*at)).collect()
}

fn put(ask: &mut Ask, name: &str, value: &str) -> Result<(), Refusal> {
    let wrong = |problem: FlagProblem| Refusal::Flag { flag: name.to_owned(), problem: problem.into() };
    let taken = match name {
        "ar" | "aspect" => put_text(&mut ask.aspect, value),
        "no" => put_text(&mut ask.negative, value),
        "style" => put_text(&mut ask.style, value),
        "model" => put_text(&mut ask.model, value),
        "seed" => put_number(&mut ask.seed, value),
        "n" | "count" => put_number(&mut ask.count, value),
        "repeat" | "r" => put_number(&mut ask.repeat, value),
        "steps" => put_number(&mut ask.steps, value),
        "cfg" => put_number(&mut ask.cfg, value),
        _ => {
            let nearest = nearest(name).map(|nearest| FlagProblem::Misspelt(nearest.to_owned()));
            return Err(wrong(nearest.unwrap_or(FlagProblem::Unknown)));
        }
    };
    taken.map_err(wrong)
}

fn put_text(slot: &mut Option<String>, value: &str) -> Result<(), FlagProblem> {
    if value.is_empty() {
        return Err(FlagProblem::NoValue);
    }
    match slot.replace(value.to_owned()) {
        None => Ok(()),
        Some(_) => Err(FlagProblem::Twice),
    }
}

fn put_number<T: std::str::FromStr>(slot: &mut Option<T>, value: &str) -> Result<(), FlagProblem> {
    if value.is_empty() {
        return Err(FlagProblem::NoValue);
    }
    let number = value.parse().map_err(|_| FlagProblem::NotANumber)?;
    match slot.replace(number) {
        None => Ok(()),
        Some(_) => Err(FlagProblem::Twice),
    }
}
