//! The two error channels.
//!
//! A [`Refusal`] is expected: it is written here, shown to the person who asked and never logged as an error.
//! Everything else is an [`anyhow::Error`] with context, logged once where it is handled; the person then sees
//! [`Refusal::Fault`], one fixed sentence with the job's id. No other module holds sentences of refusals.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::job::JobId;
use crate::money::Micros;

/// Why somebody does not get a picture, in words for that person.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each sentence shows what its fields are")]
pub enum Refusal {
    /// The prompt is empty once its flags are taken away.
    #[error(
        "There is no prompt to paint. Describe the picture in at least one word, flags such as `--ar 16:9` come after it."
    )]
    EmptyPrompt,
    /// A text is longer than its limit, in characters.
    #[error("The {what} has {length} characters; at most {limit} are allowed. Shorten it and try again.")]
    TooLong { what: String, length: usize, limit: usize },
    /// A `--flag` at the end of the prompt that Easel does not know, or one without its value.
    #[error(
        "`--{flag}` {problem}. Known flags: `--ar 16:9`, `--no text`, `--seed 7`, `--style anime`, `--model ultra`, `--n 4`."
    )]
    Flag { flag: String, problem: String },
    /// A value outside of its range or vocabulary.
    #[error("`{option}` was `{got}`; allowed: {allowed}.")]
    OutOfRange { option: String, got: String, allowed: String },
    /// No model of that name.
    #[error("There is no model `{asked}` here. Available: {available}.")]
    UnknownModel { asked: String, available: String },
    /// The model was ended by its provider.
    #[error(
        "`{model}` reached its end of life on {ended}: Amazon Bedrock no longer serves it. Use `{instead}` instead."
    )]
    ModelEnded { model: String, ended: String, instead: String },
    /// One of the image services, which edit pictures and cannot paint from words.
    #[error("`{model}` edits pictures and cannot paint from a prompt. Use `{instead}` instead.")]
    NotAPainter { model: String, instead: String },
    /// An option that the chosen model does not have.
    #[error("`{model}` does not know `{option}`. {remedy}")]
    NotSupported { model: String, option: String, remedy: String },
    /// `strength` makes sense only with a picture.
    #[error("`strength` says how far to go from a picture: add one with `image`, or leave `strength` out.")]
    StrengthWithoutImage,
    /// The attached file cannot be used.
    #[error(
        "That attachment cannot be used: {problem}. Attach a PNG, JPEG or WebP picture of at most {limit_mib} MiB."
    )]
    Attachment { problem: String, limit_mib: u64 },
    /// Too many requests in a short time. `free_at` is a Unix time in seconds.
    #[error("That was quick! You can ask for the next picture <t:{free_at}:R>. Nothing was charged.")]
    RateLimited { free_at: i64 },
    /// The ceiling of the whole deployment for this month.
    #[error(
        "This would go beyond this month's budget of {limit}, of which {used} is spent or reserved. The next month begins <t:{free_at}:R>; whoever runs Easel can raise the budget with EASEL_MONTHLY_BUDGET_USD."
    )]
    BudgetUsed { limit: Micros, used: Micros, free_at: i64 },
    /// The order could not be written down in time.
    #[error(
        "Easel could not write your order down in time, so it was not taken. Nothing was charged. Please try again in a minute."
    )]
    StoreSlow,
    /// The process is about to stop.
    #[error("Easel is restarting. Nothing was charged. Please try again in a minute.")]
    Stopping,
    /// The prompt was filtered by the model.
    #[error(
        "The model's content filter refused the prompt. Rephrase it and try again. It does not count against your pictures."
    )]
    FilteredPrompt,
    /// The finished picture was filtered by the model.
    #[error(
        "The model's content filter held the finished picture back. Try another seed or other words. It does not count against your pictures."
    )]
    FilteredOutput,
    /// The attached picture was filtered by the model.
    #[error(
        "The model's content filter refused the attached picture. Try another one. It does not count against your pictures."
    )]
    FilteredInput,
    /// The model stayed busy through all retries.
    #[error(
        "The model is too busy at the moment, and several tries did not get through. Nothing was charged. Please try again in a few minutes."
    )]
    ModelBusy,
    /// The model took longer than it may, or failed twice.
    #[error(
        "The model did not finish the picture. It does not count against your pictures. Please try again; a shorter prompt can help."
    )]
    ModelFailed,
    /// The model refused the request as invalid.
    #[error(
        "The model did not accept this request (job `{job}`). Nothing was charged. Try other words or another model; whoever runs Easel finds the cause in the log."
    )]
    ModelRejected { job: JobId },
    /// The account has no access to the model.
    #[error(
        "`{model}` is not available to this Easel at the moment. Nothing was charged. Pick another model, and tell whoever runs Easel to run `easel check`."
    )]
    ModelUnavailable { model: String },
    /// Anything that nobody planned for.
    #[error(
        "Something went wrong on Easel's side, and it was noted for whoever runs it. Nothing counts against your pictures. Please try again; the number to mention is `{job}`."
    )]
    Fault { job: JobId },
    /// A command that Easel does not have (any more).
    #[error(
        "Easel does not know `/{command}`. `/help` lists what it can do; right after an update of Easel, Discord can need a minute to follow."
    )]
    UnknownCommand { command: String },
    /// A button, menu or form that Easel does not have (any more).
    #[error(
        "Easel does not know that button or form; it belongs to another version. `/imagine` makes a picture, and `/help` lists what else Easel can do."
    )]
    UnknownButton,
}

/// Characters that are not seen, but hide or turn what is beside them. Joiners stay: emoji and scripts need them.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Characters that end a line or steer a terminal.
pub(crate) fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `text` on one line, without characters that can hide or turn what is shown, or steer a terminal.
pub(crate) fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).map(|c| if is_break(c) { ' ' } else { c }).collect()
}

/// A stranger's words, fit to stand between backticks in a sentence: short, on one line, with nothing hidden.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c) && !is_break(*c) && *c != '`').take(60).collect()
}

/// `None`, `Some(&refusal)`: whether the cause of `error` is meant for the person who asked.
pub fn refusal(error: &anyhow::Error) -> Option<&Refusal> {
    error.downcast_ref()
}
