//! The arguments of refusals in words.

use super::super::{Reader, code};
use crate::domain::limits::BudgetScope;
use crate::domain::policy::Barrier;
use crate::domain::refusal::{
    Allowed, FileProblem, FlagProblem, Needed, NoThread, OptionName, OrText, PolicyList, TextKind,
};
use crate::domain::request::{Aspect, SEED_LIMIT, Style};
use crate::domain::settings::Field;

/// A value in words, or the words that an earlier version stored.
pub(super) fn or_text<T>(value: &OrText<T>, words: impl FnOnce(&T) -> String) -> String {
    match value {
        OrText::Value(value) => words(value),
        OrText::Text(text) => text.clone(),
    }
}

pub(super) fn option(option: &OrText<OptionName>) -> String {
    match option {
        OrText::Value(option) => code(option.name()),
        OrText::Text(text) => code(text),
    }
}

pub(super) fn codes(names: &[String]) -> String {
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}

pub(super) fn text_kind(what: TextKind) -> &'static str {
    match what {
        TextKind::Prompt => "prompt",
        TextKind::NegativePrompt => "negative prompt",
        TextKind::Phrase => "phrase",
        TextKind::Setting(field) => field.name(),
        TextKind::Target => "text that says what is meant",
        TextKind::Variants => "text of all prompts together",
    }
}

pub(super) fn flag_problem(problem: &FlagProblem) -> String {
    let words = match problem {
        FlagProblem::Unknown => "is not a flag of Easel",
        FlagProblem::Misspelt(nearest) => {
            return format!("is not a flag of Easel; the nearest one is {}", code(&format!("--{nearest}")));
        }
        FlagProblem::NoValue => "needs a value",
        FlagProblem::NotANumber => "needs a number and nothing behind it; words belong before the flags",
        FlagProblem::Twice => "is said twice, or as an option as well; say it once",
    };
    words.to_owned()
}

pub(super) fn no_thread(why: NoThread) -> &'static str {
    match why {
        NoThread::IsThread => "this is one already. Leave `thread` out, and the session runs in it.",
        NoThread::Channel => {
            "only text and announcement channels have threads. Leave `thread` out, and the session runs in this channel."
        }
        NoThread::Conversation => {
            "only a server's channels have threads. Leave `thread` out, and the session runs in this conversation."
        }
        NoThread::Permissions => {
            "it needs the permissions Create Public Threads and Send Messages in Threads. Ask the server's admins for them, or leave `thread` out."
        }
        NoThread::TooMany => {
            "the server has as many open threads as Discord allows. Close one, or leave `thread` out."
        }
    }
}

pub(super) fn allowed(allowed: Allowed) -> String {
    let list = |names: &mut dyn Iterator<Item = &'static str>| names.collect::<Vec<_>>().join(", ");
    match allowed {
        Allowed::Whole { least, most } => format!("a whole number from {least} to {most}"),
        Allowed::UpTo(most) => format!("a number from 0 to {most}"),
        Allowed::Strength => "a number from 0 (keep the picture) to 1 (ignore it)".to_owned(),
        Allowed::SeedPolicy => format!("random, from-prompt, or a whole number from 0 to {SEED_LIMIT}"),
        Allowed::Aspects => list(&mut Aspect::ALL.iter().map(|aspect| aspect.name())),
        Allowed::Styles => list(&mut Style::ALL.iter().map(|style| style.name())),
        Allowed::Settings => list(&mut Field::ALL.iter().map(|field| field.name())),
        Allowed::YesOrNo => "true or false".to_owned(),
        Allowed::Dollars => "dollars such as 25 or 0.50, or none".to_owned(),
        Allowed::Tenths { least, most } => {
            format!("a number from {} to {}", f64::from(least) / 10.0, f64::from(most) / 10.0)
        }
        Allowed::Area => {
            "four percentages of the picture, left top right bottom, such as `10 20 60 80`, with left before right and top above bottom"
                .to_owned()
        }
        Allowed::Stars => {
            "a `*` only at the end of a word of at least three letters, such as `dragon*` for all words that begin so"
                .to_owned()
        }
        Allowed::Mentions { most } => {
            format!("mentions of up to {most} members, such as @mira @tom, or everyone")
        }
    }
}

/// What to do about an option that a model does not have, where the models of these names do.
pub(super) fn remedy(option: &str, able: &[String]) -> String {
    if able.is_empty() {
        format!("Leave {option} out; no model here knows it.")
    } else {
        format!("Leave {option} out, or pick a model that does: {}.", codes(able))
    }
}

pub(super) fn needed(what: Needed) -> String {
    let words = match what {
        Needed::Words(option) => return code(option.name()),
        Needed::Picture => {
            "a picture to edit: attach one, link to a message that has one, or make one with `/imagine`"
        }
        Needed::StyleImage => "a second picture whose style is taken (`style_image`)",
        Needed::Mask => "what is to be changed: a `mask`, an `area`, or a picture with transparent parts",
        Needed::Growth => {
            "at least one side that grows: `left`, `right`, `up` or `down` of more than 0, or `zoom`"
        }
        Needed::Setting => "at least one setting",
        Needed::Change => "at least one thing to change",
        Needed::Limit => "at least one limit",
        Needed::BudgetLimit => "at least one budget limit",
        Needed::Model => "`model`",
        Needed::RoleOrChannel => "`role` or `channel`",
        Needed::Word => "A word with letters or digits",
    };
    words.to_owned()
}

pub(super) fn policy_list(what: PolicyList) -> &'static str {
    match what {
        PolicyList::Words => "blocked words",
        PolicyList::ChannelDefaults => "channels with defaults of their own",
        PolicyList::RoleLimits => "roles with limits of their own",
        PolicyList::RulePlaces => "roles or channels in one rule",
    }
}

pub(super) fn file_of(to: Reader) -> &'static str {
    match to {
        Reader::Discord => "That attachment",
        Reader::Plain => "The picture of `image`",
        Reader::Shell => "That picture",
    }
}

pub(super) fn attach(to: Reader) -> &'static str {
    match to {
        Reader::Discord => "Attach",
        Reader::Plain => "Send",
        Reader::Shell => "Name",
    }
}

pub(super) fn file_problem(problem: &FileProblem, to: Reader) -> String {
    match problem {
        FileProblem::Type(kind) => format!("it is of type {}", code(kind)),
        FileProblem::Elsewhere => "it does not lie on Discord's servers".to_owned(),
        FileProblem::NotAPicture => "it is not a picture, or it is damaged".to_owned(),
        FileProblem::Animated => "it moves, and only still pictures are taken".to_owned(),
        FileProblem::Gone => match to {
            Reader::Discord => "it could not be fetched from Discord; attach it again".to_owned(),
            Reader::Plain | Reader::Shell => "it cannot be read".to_owned(),
        },
        FileProblem::TooLarge => "it is too large".to_owned(),
        FileProblem::Empty => "it is empty".to_owned(),
        FileProblem::TooManyPixels { width, height, most } => {
            format!("{width}×{height} pixels are too many; at most {most} in all are allowed")
        }
        FileProblem::TooFewPixels { width, height, least } => {
            format!("{width}×{height} pixels are too few; each side needs at least {least}")
        }
    }
}

pub(super) fn whose_budget(scope: BudgetScope) -> &'static str {
    match scope {
        BudgetScope::Deployment => "this Easel's monthly budget",
        BudgetScope::Guild => "this server's monthly budget",
        BudgetScope::MemberDay => "your daily budget here",
        BudgetScope::MemberMonth => "your monthly budget here",
        BudgetScope::Session => "this session's budget",
        BudgetScope::Key => "this key's monthly budget",
    }
}

pub(super) fn budget_remedy(scope: BudgetScope, free_at: Option<i64>, to: Reader) -> String {
    let admins = "the server's admins can raise the budget with `/easel budget`.";
    let (span, remedy) = match scope {
        BudgetScope::Deployment => {
            ("month", "whoever runs Easel can raise the budget with EASEL_MONTHLY_BUDGET_USD.")
        }
        BudgetScope::Guild | BudgetScope::MemberMonth => ("month", admins),
        BudgetScope::MemberDay => ("day", admins),
        BudgetScope::Session => {
            return "Whoever started the session can raise it with `/session change`.".to_owned();
        }
        BudgetScope::Key => ("month", "whoever runs Easel can raise the key's `monthly_budget_usd`."),
    };
    let free = free_at.map(|at| format!("The next {span} (UTC) begins {}; ", to.moment(at)));
    free.unwrap_or_default() + remedy
}

pub(super) fn barrier(barrier: Barrier) -> &'static str {
    match barrier {
        Barrier::Channel => "in this channel",
        Barrier::Roles => "with your roles",
    }
}
