//! Midjourney-style flags at the end of a prompt: `a cat --ar 16:9 --no text, watermark --seed 7`.

use crate::domain::refusal::FlagProblem;
use crate::domain::refusal::Refusal;
use crate::domain::request::Ask;

/// `ask` with the flags of its prompt moved into its options.
///
/// A flag starts with `--`, or with the `—` that phones make of it, at the beginning of a word.
///
/// # Errors
/// [`Refusal::Flag`] for an unknown flag, one without a value, and one that an option or another flag already said.
pub(super) fn taken_from_prompt(mut ask: Ask) -> Result<Ask, Refusal> {
    let prompt = std::mem::take(&mut ask.prompt);
    let starts = flag_starts(&prompt);
    let words_end = starts.first().copied().unwrap_or(prompt.len());
    for (at, start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(prompt.len());
        let flag = prompt[*start..end].trim_start_matches(['-', '—']);
        let (name, value) = flag.split_once(char::is_whitespace).unwrap_or((flag, ""));
        put(&mut ask, name, value.trim())?;
    }
    ask.prompt = prompt[..words_end].trim().to_owned();
    Ok(ask)
}

/// Byte offsets at which a flag begins.
fn flag_starts(prompt: &str) -> Vec<usize> {
    let begins_word = |at: usize| prompt[..at].chars().next_back().is_none_or(char::is_whitespace);
    let is_flag = |at: usize| {
        let rest = &prompt[at..];
        let name = rest.strip_prefix("--").or_else(|| rest.strip_prefix('—'));
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    prompt.char_indices().map(|(at, _)| at).filter(|at| begins_word(*at) && is_flag(*at)).collect()
}

fn put(ask: &mut Ask, name: &str, value: &str) -> Result<(), Refusal> {
    let wrong = |problem: FlagProblem| Refusal::Flag { flag: name.to_owned(), problem: problem.into() };
    let taken = match name.to_ascii_lowercase().as_str() {
        "ar" | "aspect" => put_text(&mut ask.aspect, value),
        "no" => put_text(&mut ask.negative, value),
        "style" => put_text(&mut ask.style, value),
        "model" => put_text(&mut ask.model, value),
        "seed" => put_number(&mut ask.seed, value),
        "n" | "count" => put_number(&mut ask.count, value),
        "steps" => put_number(&mut ask.steps, value),
        "cfg" => put_number(&mut ask.cfg, value),
        _ => return Err(wrong(FlagProblem::Unknown)),
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
