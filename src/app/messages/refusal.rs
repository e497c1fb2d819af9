//! The sentences of refusals: one for each, written as its reader needs it.
//!
//! Backticks around what is to be typed word for word are a code span in Discord and a quotation mark elsewhere, as in
//! all that Easel prints.

mod argument;

use argument::{
    allowed, attach, barrier, budget_remedy, codes, file_of, file_problem, flag_problem, needed, no_thread,
    option, or_text, policy_list, remedy, text_kind, whose_budget,
};

use super::{Reader, are, code, count};
use crate::domain::refusal::Refusal;
use crate::domain::settings::Source;

/// A row for each refusal: its sentence, and its arguments in words.
macro_rules! sentences {
    ($to:ident; $($variant:ident $({ $($field:ident),+ })? => $sentence:literal $(, $name:ident = $words:expr)*;)+) => {
        pub fn refusal(refusal: &Refusal, $to: Reader) -> String {
            match refusal {
                $(Refusal::$variant $({ $($field),+ })? => format!($sentence $(, $name = $words)*),)+
            }
        }
    };
}

sentences! { to;
    EmptyPrompt =>
        "There is no prompt to paint. Describe the picture in at least one word, flags such as `--ar 16:9` come after it.";
    TooLong { what, length, limit } =>
        "The {what} has {length}; at most {limit} are allowed. Shorten it and try again.",
        what = or_text(what, |what| text_kind(*what).to_owned()), length = count(*length, "character");
    Flag { flag, problem } =>
        "{flag} {problem}. Known flags: `--ar 16:9`, `--no text`, `--seed 7`, `--style anime`, `--model ultra`, `--n 4`, `--repeat 3`.",
        flag = code(&format!("--{flag}")), problem = or_text(problem, flag_problem);
    OutOfRange { option, got, allowed } =>
        "{option} was {got}; allowed: {allowed}.",
        option = self::option(option), got = code(got), allowed = or_text(allowed, |allowed| self::allowed(*allowed));
    UnknownModel { asked, available } =>
        "There is no model {asked} here. Available: {available}.",
        asked = code(asked), available = or_text(available, |names| codes(names));
    ModelEnded { model, ended, instead } =>
        "{model} reached its end of life on {ended}: Amazon Bedrock no longer serves it. Use {instead} instead.",
        model = code(model), ended = or_text(ended, ToString::to_string), instead = code(instead);
    NotAnImageModel { model, instead } =>
        "{model} edits pictures and cannot paint from a prompt. Use {instead} instead.",
        model = code(model), instead = code(instead);
    ServiceNotOffered { service } =>
        "{service} is not offered here. The server's admins can allow it with `/easel models allow`; the built-in engine edits no pictures at all.",
        service = code(service);
    ResultTooLarge { width, height, most } =>
        "The picture would become {width}×{height} pixels large; at most {most} in all are allowed. Add less, or start from a smaller picture. Nothing was charged.";
    UnknownMessage =>
        "There is no such message here that you can read. Copy the link of a message of this server (Copy Message Link), or attach the picture.";
    NoPictureInMessage =>
        "That message has no picture that Easel can see: Discord shows a bot its own messages, and others' only in the **Apps** menu. Use Apps → Edit picture there, or attach the picture.";
    PictureGone =>
        "That picture is in the archive no more, so nothing can be made of it. Nothing was charged. If you still have it, attach it.";
    Deleted =>
        "Those pictures were deleted, with the words that made them. Nothing more can be done with them.";
    StillAtWork =>
        "Easel is still at work on those pictures. Once they are there and archived, they can be deleted: try again in a minute.";
    EmptyMask =>
        "Nothing in the mask is white, so nothing would change: paint white what is to be changed and black what is to be kept. Nothing was charged.";
    TooManyVariants { limit } =>
        "One order can bring at most {limit} different pictures here. Take words out of the braces, or repeat it less often. Nothing was charged.";
    CannotRepeat =>
        "`--repeat` works with `/imagine` in Discord. Elsewhere send the order several times, or ask for up to 4 pictures with `--n`.";
    OnlyOne { one, other } =>
        "{one} and {other} say the same thing in two ways: leave one of them out.",
        one = self::option(one), other = self::option(other);
    NotSupported { model, option, able } =>
        "{model} does not know {option}. {remedy}",
        model = code(model), option = self::option(option), remedy = or_text(able, |able| remedy(&self::option(option), able));
    StrengthWithoutImage =>
        "`strength` says how far to go from a picture: add one with `image`, or leave `strength` out.";
    Attachment { problem, limit_mib } =>
        "{file} cannot be used: {problem}. {attach} a PNG, JPEG or WebP picture of at most {limit_mib} MiB.",
        file = file_of(to), attach = attach(to),
        problem = or_text(problem, |problem| file_problem(problem, to));
    RateLimited { burst, per_minute, free_at } =>
        "That was quick! You can send {burst} at once here and then {per_minute} a minute, and they are used up. The next one is free {free}. Nothing was charged.",
        burst = count(*burst, "request"), free = to.moment(*free_at);
    BudgetUsed { scope, limit, used, free_at } =>
        "This would go beyond {whose} of {limit}, of which {used} is spent or reserved. {remedy}",
        whose = whose_budget(*scope), remedy = budget_remedy(*scope, *free_at, to);
    QuotaUsed { limit, used, free_at } =>
        "You can have {pictures} a day here, and {used} {are} delivered or under way. The next day (UTC) begins {next}; the server's admins can raise the limit with `/easel limits set`.",
        pictures = count(*limit, "picture"), are = are(*used), next = to.moment(*free_at);
    InFlight { limit, used } =>
        "You can have {pictures} under way at a time here, and {used} still {are}. Ask again once {they} arrived. Nothing was charged.",
        pictures = count(*limit, "picture"), are = are(*used), they = if *used == 1 { "it has" } else { "they have" };
    Locked { field, held, by } =>
        "`{field}` cannot be changed here: the admins have fixed it{held} for {place}. Leave `{field}` out.",
        held = held.as_ref().map(|held| format!(" at {}", code(held))).unwrap_or_default(),
        place = if *by == Source::Channel { "this channel" } else { "this server" };
    Paused { reason } =>
        "Painting is paused in this server: {reason}", reason = to.typed(reason);
    NoAccess { barrier } =>
        "Easel cannot be used {barrier}. The server's admins decide that with `/easel access`.",
        barrier = self::barrier(*barrier);
    NoPrivate { barrier } =>
        "Private pictures are not allowed {barrier}. Leave `private` out, or ask the server's admins.",
        barrier = self::barrier(*barrier);
    NoModels => "{none}",
        none = to.in_shell(
            "No model is known that is still served, so nothing can be generated. EASEL_MODELS_FILE can add one.",
            "The server's admins allow no model that is still served, so nothing can be generated. They can allow one with `/easel models allow`.");
    BlockedWord { note } =>
        "The prompt has words that are blocked in this server{note}. Rephrase it and try again. Nothing was charged.",
        note = note.as_ref().map(|note| format!(" ({})", to.typed(note))).unwrap_or_default();
    Missing { what } =>
        "{what} is missing. Fill it in and send the command again.",
        what = or_text(what, |what| needed(*what).to_owned());
    NotAdmin =>
        "`/easel` is for those who may manage this server (the permission Manage Server). Ask one of them.";
    ServerOnly { command } =>
        "{command} works in a server only, not in a private conversation.", command = code(&format!("/{command}"));
    PolicyFull { what, limit } =>
        "A server can have at most {limit} {what}. Remove some first.",
        what = or_text(what, |what| policy_list(*what).to_owned());
    NothingToChange =>
        "There is nothing of that kind to change; everything is already as you want it.";
    NotBlocked { phrase } =>
        "{phrase} is not blocked here, so it cannot be removed. `/easel words list` shows what is.",
        phrase = code(phrase);
    ChangedSince { number } =>
        "Entry {number} cannot be undone: the same thing was changed again later. Undo the later entry first, or set it anew.";
    GoneForGood { number } =>
        "Entry {number} cannot be undone: the pictures are gone for good.";
    NoEntry { number } =>
        "There is no entry {number} in this server's audit trail. `/easel audit` lists them.";
    NoSession =>
        "No session is running in this channel. `/session start` begins one.";
    SessionRuns { title, by } =>
        "A session is running in this channel, {title}, and only {by}, who started it, and the server's admins can end it. Paint in it with `/imagine`, or start yours with `thread: True`.",
        title = to.typed(title), by = to.member(*by);
    NoThread { why } =>
        "Easel cannot make a thread here: {problem}", problem = no_thread(*why);
    NothingToExport =>
        "There is no picture in this session yet that you could export.";
    NothingOfYours =>
        "You have no picture on that page yet that you could export: `/imagine` makes one, and `/export` without `page` packs the latest.";
    NotInSession { title } =>
        "The session in this channel, {title}, is for chosen members only. Whoever started it can add you with `/session change`.",
        title = to.typed(title);
    NotYourSession { by } =>
        "Only {by}, who started this session, and the server's admins can do that.", by = to.member(*by);
    NoLastPicture =>
        "There is no picture in this session yet to start from. Leave `from` out for the first one.";
    NoPictureYet =>
        "You have no picture in this channel yet that could be edited. Attach one with `image`, or give the link of a message that has one in `from`.";
    NotOurs =>
        "That picture is not one of Easel's that you may see here, so nobody knows how it was made. `Start from this picture` makes another one of it.";
    NotYours =>
        "Only whoever ordered that picture can do this, and whoever may manage messages here.";
    PressedTwice =>
        "You pressed that button twice in a second; the first press counts, and its picture is on the way. Nothing was charged for the second one. Press again if you want another.";
    UnknownPicture =>
        "Nothing is known of that picture here, or it is somebody else's private one.";
    NoSearchWords =>
        "There is nothing in that to search for. Write one or more words that stand in the prompt, of two letters at least, such as `red fox`; small words like `the` stand in too many.";
    StoreSlow =>
        "Easel could not write your order down in time, so it was not taken. Nothing was charged. Please try again in a minute.";
    Cancelled =>
        "Cancelled.";
    NothingToCancel =>
        "There is nothing left to cancel: the pictures are finished.";
    Stopping =>
        "Easel is restarting. Nothing was charged. Please try again in a minute.";
    FilteredPrompt =>
        "The model's content filter refused the prompt. Rephrase it, in English, and try again. It does not count against your pictures.";
    FilteredOutput =>
        "The model's content filter held the finished picture back. Try another seed or other words. It does not count against your pictures.";
    FilteredInput =>
        "The model's content filter refused the attached picture. Try another one. It does not count against your pictures.";
    FilteredByDiscord =>
        "Discord's own filter held the finished picture back, so it cannot be shown here. It does not count against your pictures. Rephrase the prompt, or ask in an age-restricted channel if the picture belongs there.";
    GuardedPrompt { category } =>
        "The content check of this Easel held your request back ({category}). Nothing was generated, and it does not count against your pictures. Rephrase the prompt and try again.",
        category = code(category);
    GuardedPicture { category } =>
        "The content check of this Easel held a finished picture back ({category}). It does not count against your pictures. Rephrase the prompt, or try another seed.",
        category = code(category);
    ModerationDown =>
        "The content check that every prompt and picture has to pass cannot be reached at the moment, so there is no picture. It does not count against your pictures. Please try again in a few minutes.";
    ModelBusy =>
        "The model is too busy at the moment, and several tries did not get through. Nothing was charged. Please try again in a few minutes.";
    ModelFailed =>
        "The model did not finish the picture. It does not count against your pictures. Please try again; a shorter prompt can help.";
    ModelRejected { job } =>
        "The model did not accept this request (job `{job}`). Nothing was charged. Try other words or another model; {whoever} the cause in the log.",
        whoever = to.in_shell("look for", "whoever runs Easel finds");
    ModelUnavailable { model } =>
        "{model} is not available to this Easel at the moment. Nothing was charged. Pick another model, {check} `easel check`.",
        model = code(model), check = to.in_shell("or run", "and tell whoever runs Easel to run");
    NotEnglish { model } =>
        "{model} takes prompts in English only. Write the prompt in English and try again. Nothing was charged.",
        model = code(model);
    ModelUnreachable =>
        "Easel cannot reach its model at the moment{told}. Nothing was charged. {then}",
        told = to.in_shell("", ", and whoever runs it has been told"),
        then = to.in_shell("The reason stands above; run `easel check` once it is mended.", "Please try again later.");
    Fault { job } =>
        "Something went wrong on Easel's side, and it was noted for whoever runs it. Nothing counts against your pictures. Please try again; the number to mention is `{job}`.";
    UnknownCommand { command } =>
        "Easel does not know {command}. `/help` lists what it can do; right after an update of Easel, Discord can need a minute to follow.",
        command = code(&format!("/{command}"));
    UnknownButton =>
        "Easel does not know that button or form; it belongs to another version. `/imagine` makes a picture, and `/help` lists what else Easel can do.";
}

#[cfg(test)]
mod tests;
