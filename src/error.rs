//! The two error channels.
//!
//! A [`Refusal`] is expected: it is written here, shown to the person who asked and never logged as an error.
//! Everything else is an [`anyhow::Error`] with context, logged once where it is handled; the person then sees
//! [`Refusal::Fault`], one fixed sentence with the job's id. No other module holds sentences of refusals.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::job::JobId;
use crate::limits::Purse;
use crate::money::Micros;
use crate::policy::Barrier;
use crate::settings::{Field, Source};

/// Why somebody does not get a picture, in words for that person.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
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
    #[error(
        "That was quick! You can send {burst} requests at once here and then {per_minute} a minute, and they are used up. The next one is free <t:{free_at}:R>. Nothing was charged."
    )]
    RateLimited { burst: u32, per_minute: u32, free_at: i64 },
    /// A ceiling in dollars. `free_at` is a Unix time in seconds, `None` for what no time gives back.
    #[error(
        "This would go beyond {whose} of {limit}, of which {used} is spent or reserved. {remedy}",
        whose = whose_budget(*purse), remedy = budget_remedy(*purse, *free_at)
    )]
    BudgetUsed { purse: Purse, limit: Micros, used: Micros, free_at: Option<i64> },
    /// The pictures of the day are used up; those under way count.
    #[error(
        "You can have {limit} pictures a day here, and {used} are delivered or under way. The next day (UTC) begins <t:{free_at}:R>; the server's admins can raise the limit with `/easel limits set`."
    )]
    QuotaUsed { limit: u32, used: u32, free_at: i64 },
    /// Too many pictures at once.
    #[error(
        "You can have {limit} pictures under way at a time here, and {used} still are. Ask again once they have arrived. Nothing was charged."
    )]
    InFlight { limit: u32, used: u32 },
    /// A setting that the server's admins have locked.
    #[error(
        "`{field}` cannot be changed here: the admins have fixed it{held} for {place}. Leave `{field}` out.",
        held = held.as_ref().map(|held| format!(" at `{}`", excerpt(held))).unwrap_or_default(),
        place = if *by == Source::Channel { "this channel" } else { "this server" }
    )]
    Locked { field: Field, held: Option<String>, by: Source },
    /// The server lets nobody paint at the moment.
    #[error("Painting is paused in this server: {reason}")]
    Paused { reason: String },
    /// Access to Easel at all.
    #[error(
        "Easel cannot be used {}. The server's admins decide that with `/easel access`.",
        barrier_words(*barrier)
    )]
    NoAccess { barrier: Barrier },
    /// Access to private pictures.
    #[error(
        "Private pictures are not allowed {}. Leave `private` out, or ask the server's admins.",
        barrier_words(*barrier)
    )]
    NoPrivate { barrier: Barrier },
    /// The server's admins allow no model that is alive.
    #[error(
        "The server's admins allow no model that is still served, so nothing can be painted. They can allow one with `/easel models allow`."
    )]
    NoModels,
    /// A blocked word or phrase.
    #[error(
        "The prompt has words that are blocked in this server{}. Rephrase it and try again. Nothing was charged.",
        note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default()
    )]
    BlockedWord { note: Option<String> },
    /// A command without what it needs.
    #[error("{what} is missing. Fill it in and send the command again.")]
    Missing { what: String },
    /// A command for admins, from somebody who is none.
    #[error(
        "`/easel` is for those who may manage this server (the permission Manage Server). Ask one of them."
    )]
    NotAdmin,
    /// A command that needs a server.
    #[error("`/{command}` works in a server only, not in a private conversation.")]
    ServerOnly { command: String },
    /// A list of a policy is full.
    #[error("A server can have at most {limit} {what}. Remove some first.")]
    PolicyFull { what: String, limit: usize },
    /// An edit, or an undo, that changes nothing.
    #[error("There is nothing of that kind to change; everything is already as you want it.")]
    NothingToChange,
    /// An undo of something that was changed again.
    #[error(
        "Entry {number} cannot be undone: the same thing was changed again later. Undo the later entry first, or set it anew."
    )]
    ChangedSince { number: i64 },
    /// No entry of that number.
    #[error("There is no entry {number} in this server's audit trail. `/easel audit` lists them.")]
    NoEntry { number: i64 },
    /// No session runs in the channel.
    #[error("No session is running in this channel. `/session start` begins one.")]
    NoSession,
    /// Another session runs in the channel, which this person cannot end.
    #[error(
        "A session is running in this channel, {title}, and only <@{by}>, who started it, and the server's admins can end it. Paint in it with `/imagine`, or start yours with `thread: True`."
    )]
    SessionRuns { title: String, by: u64 },
    /// Discord lets Easel make no thread here.
    #[error(
        "Easel cannot make a thread here: it works in a server's text channels, where Easel needs the permissions Create Public Threads and Send Messages in Threads. Leave `thread` out, or ask the server's admins."
    )]
    NoThread,
    /// An export of nothing.
    #[error("There is no picture in this session yet that you could export.")]
    NothingToExport,
    /// Somebody who does not take part.
    #[error(
        "The session in this channel, {title}, is for chosen members only. Whoever started it can add you with `/session change`."
    )]
    NotInSession { title: String },
    /// Changing or ending somebody else's session.
    #[error("Only <@{by}>, who started this session, and the server's admins can do that.")]
    NotYourSession { by: u64 },
    /// The session has no picture yet.
    #[error("There is no picture in this session yet to start from. Leave `from` out for the first one.")]
    NoLastPicture,
    /// A job that is unknown, or not for this person.
    #[error("Nothing is known of that picture here, or it is somebody else's private one.")]
    UnknownPicture,
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
    /// The guardrail blocked the prompt, or the picture that it was to start from.
    #[error(
        "The content check of this Easel held your request back (`{}`). Nothing was painted, and it does not count against your pictures. Rephrase the prompt and try again.",
        excerpt(category)
    )]
    GuardedPrompt { category: String },
    /// The guardrail blocked a finished picture.
    #[error(
        "The content check of this Easel held a finished picture back (`{}`). It does not count against your pictures. Rephrase the prompt, or try another seed.",
        excerpt(category)
    )]
    GuardedPicture { category: String },
    /// The guardrail could not be asked.
    #[error(
        "The content check that every prompt and picture has to pass cannot be reached at the moment, so there is no picture. It does not count against your pictures. Please try again in a few minutes."
    )]
    ModerationDown,
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

impl Refusal {
    /// The sentence for a reader who is not in Discord: moments in RFC 3339.
    pub fn in_plain_words(&self) -> String {
        let text = self.to_string();
        let mut parts = text.split("<t:");
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let moment = part.split_once(":R>").and_then(|(seconds, rest)| {
                let at = OffsetDateTime::from_unix_timestamp(seconds.parse().ok()?).ok()?;
                Some(format!("at {}{rest}", at.format(&Rfc3339).ok()?))
            });
            plain += &moment.unwrap_or_else(|| format!("<t:{part}"));
        }
        plain
    }
}

fn whose_budget(purse: Purse) -> &'static str {
    match purse {
        Purse::Deployment => "this Easel's monthly budget",
        Purse::Guild => "this server's monthly budget",
        Purse::MemberDay => "your daily budget here",
        Purse::MemberMonth => "your monthly budget here",
        Purse::Session => "this session's budget",
        Purse::Key => "this key's monthly budget",
    }
}

fn budget_remedy(purse: Purse, free_at: Option<i64>) -> String {
    let free =
        |span| free_at.map(|at| format!("The next {span} (UTC) begins <t:{at}:R>; ")).unwrap_or_default();
    match purse {
        Purse::Deployment => {
            free("month") + "whoever runs Easel can raise the budget with EASEL_MONTHLY_BUDGET_USD."
        }
        Purse::Guild | Purse::MemberMonth => {
            free("month") + "the server's admins can raise the budget with `/easel budget`."
        }
        Purse::MemberDay => free("day") + "the server's admins can raise the budget with `/easel budget`.",
        Purse::Session => "Whoever started the session can raise it with `/session change`.".to_owned(),
        Purse::Key => free("month") + "whoever runs Easel can raise the key's `monthly_budget_usd`.",
    }
}

fn barrier_words(barrier: Barrier) -> &'static str {
    match barrier {
        Barrier::Channel => "in this channel",
        Barrier::Roles => "with your roles",
    }
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
