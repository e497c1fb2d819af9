use std::fmt::Write;

use proptest::prelude::*;
use serde_json::json;
use time::Date;
use time::macros::date;

use super::*;
use crate::domain::catalogue::Catalogue;
use crate::domain::limits::BudgetScope;
use crate::domain::money::Micros;
use crate::domain::policy::Barrier;
use crate::domain::refusal::{
    Allowed, FileProblem, FlagProblem, Needed, NoThread, OptionName, PolicyList, TextKind,
};
use crate::domain::request::{Ask, ImageRequest, ImageSource, SEED_LIMIT, resolve};
use crate::domain::settings::{Effective, Field};

const TODAY: Date = date!(2026 - 11 - 22);
const MIDNIGHT: i64 = 1_795_478_400;

fn of_requests() -> Vec<Refusal> {
    let out_of_range = |option: OptionName, got: &str, allowed: Allowed| Refusal::OutOfRange {
        option: option.into(),
        got: got.into(),
        allowed: allowed.into(),
    };
    let flag = |problem: FlagProblem| Refusal::Flag { flag: "ar".into(), problem: problem.into() };
    let too_long = |what: TextKind| Refusal::TooLong { what: what.into(), length: 501, limit: 500 };
    let unable = |able: &[&str]| Refusal::NotSupported {
        model: "core".into(),
        option: OptionName::Image.into(),
        able: able.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().into(),
    };
    vec![
        Refusal::EmptyPrompt,
        too_long(TextKind::Prompt),
        too_long(TextKind::NegativePrompt),
        too_long(TextKind::Phrase),
        too_long(TextKind::Setting(Field::Prefix)),
        flag(FlagProblem::Unknown),
        flag(FlagProblem::Misspelt("aspect".into())),
        flag(FlagProblem::NoValue),
        flag(FlagProblem::NotANumber),
        flag(FlagProblem::Twice),
        out_of_range(OptionName::Count, "0", Allowed::Whole { least: 1, most: 4 }),
        out_of_range(OptionName::Cfg, "99", Allowed::UpTo(35)),
        out_of_range(OptionName::Strength, "NaN", Allowed::Strength),
        out_of_range(OptionName::Seed, "seven", Allowed::SeedPolicy),
        out_of_range(OptionName::Aspect, "17:3", Allowed::Aspects),
        out_of_range(OptionName::Style, "baroque", Allowed::Styles),
        out_of_range(OptionName::Field, "colour", Allowed::Settings),
        out_of_range(OptionName::Private, "maybe", Allowed::YesOrNo),
        out_of_range(OptionName::MemberDay, "ten", Allowed::Dollars),
        out_of_range(OptionName::Phrase, "dr*", Allowed::Stars),
        out_of_range(OptionName::Members, "mira", Allowed::Mentions { most: 50 }),
        Refusal::UnknownModel {
            asked: "dall-e".into(),
            available: vec!["core".to_owned(), "ultra".to_owned()].into(),
        },
        Refusal::ModelEnded {
            model: "sdxl".into(),
            ended: date!(2025 - 05 - 20).into(),
            instead: "core".into(),
        },
        Refusal::NotAnImageModel { model: "inpaint".into(), instead: "core".into() },
        unable(&[]),
        unable(&["sd3.5", "own"]),
        Refusal::StrengthWithoutImage,
        too_long(TextKind::Variants),
        Refusal::TooManyVariants { limit: 16 },
        Refusal::CannotRepeat,
    ]
}

fn of_files() -> Vec<Refusal> {
    let file = |problem: FileProblem| Refusal::Attachment { problem: problem.into(), limit_mib: 16 };
    vec![
        file(FileProblem::Type("video/mp4".into())),
        file(FileProblem::Elsewhere),
        file(FileProblem::NotAPicture),
        file(FileProblem::Gone),
        file(FileProblem::TooLarge),
        file(FileProblem::Empty),
        file(FileProblem::TooManyPixels { width: 9000, height: 9000, most: 9_437_184 }),
        file(FileProblem::TooFewPixels { width: 10, height: 900, least: 64 }),
    ]
}

fn of_limits() -> Vec<Refusal> {
    let budget =
        |scope, free_at| Refusal::BudgetUsed { scope, limit: Micros(100_000), used: Micros(80_000), free_at };
    vec![
        Refusal::RateLimited { burst: 1, per_minute: 1, free_at: MIDNIGHT },
        Refusal::RateLimited { burst: 3, per_minute: 6, free_at: MIDNIGHT },
        budget(BudgetScope::Deployment, Some(MIDNIGHT)),
        budget(BudgetScope::Guild, Some(MIDNIGHT)),
        budget(BudgetScope::MemberDay, Some(MIDNIGHT)),
        budget(BudgetScope::MemberMonth, Some(MIDNIGHT)),
        budget(BudgetScope::Session, None),
        budget(BudgetScope::Key, Some(MIDNIGHT)),
        Refusal::QuotaUsed { limit: 1, used: 1, free_at: MIDNIGHT },
        Refusal::QuotaUsed { limit: 20, used: 20, free_at: MIDNIGHT },
        Refusal::InFlight { limit: 1, used: 1 },
        Refusal::InFlight { limit: 4, used: 2 },
    ]
}

fn of_servers() -> Vec<Refusal> {
    let missing = |what: Needed| Refusal::Missing { what: what.into() };
    let full = |what: PolicyList| Refusal::PolicyFull { what: what.into(), limit: 100 };
    vec![
        Refusal::Locked { field: Field::Style, held: Some("anime".into()), by: Source::Guild },
        Refusal::Locked { field: Field::Model, held: None, by: Source::Channel },
        Refusal::Paused { reason: "back *soon*".into() },
        Refusal::NoAccess { barrier: Barrier::Channel },
        Refusal::NoPrivate { barrier: Barrier::Roles },
        Refusal::NoModels,
        Refusal::BlockedWord { note: None },
        Refusal::BlockedWord { note: Some("see [the rules](https://example.com)".into()) },
        missing(Needed::Setting),
        missing(Needed::Change),
        missing(Needed::Limit),
        missing(Needed::BudgetLimit),
        missing(Needed::Model),
        missing(Needed::RoleOrChannel),
        missing(Needed::Word),
        Refusal::NotAdmin,
        Refusal::ServerOnly { command: "easel".into() },
        full(PolicyList::Words),
        full(PolicyList::ChannelDefaults),
        full(PolicyList::RoleLimits),
        full(PolicyList::RulePlaces),
        Refusal::NothingToChange,
        Refusal::NotBlocked { phrase: "voldemort".into() },
        Refusal::ChangedSince { number: 7 },
        Refusal::GoneForGood { number: 7 },
        Refusal::NoEntry { number: 8 },
        Refusal::Deleted,
        Refusal::StillAtWork,
        Refusal::NoSession,
        Refusal::SessionRuns { title: "Foxes".into(), by: 7 },
        Refusal::NoThread { why: NoThread::IsThread },
        Refusal::NoThread { why: NoThread::Channel },
        Refusal::NoThread { why: NoThread::Conversation },
        Refusal::NoThread { why: NoThread::Permissions },
        Refusal::NoThread { why: NoThread::TooMany },
        Refusal::NothingToExport,
        Refusal::NothingOfYours,
        Refusal::NoSearchWords,
        Refusal::NotInSession { title: "Foxes".into() },
        Refusal::NotYourSession { by: 7 },
        Refusal::NoLastPicture,
        Refusal::UnknownPicture,
        Refusal::UnknownCommand { command: "paint".into() },
        Refusal::UnknownButton,
    ]
}

fn of_jobs() -> Vec<Refusal> {
    let job = "01M82MR71296GXRQK4S1NTKEXB".parse().unwrap();
    vec![
        Refusal::StoreSlow,
        Refusal::Stopping,
        Refusal::Cancelled,
        Refusal::NothingToCancel,
        Refusal::FilteredPrompt,
        Refusal::FilteredOutput,
        Refusal::FilteredInput,
        Refusal::FilteredByDiscord,
        Refusal::GuardedPrompt { category: "hate".into() },
        Refusal::GuardedPicture { category: "violence".into() },
        Refusal::ModerationDown,
        Refusal::ModelBusy,
        Refusal::ModelFailed,
        Refusal::ModelRejected { job },
        Refusal::NotEnglish { model: "core".into() },
        Refusal::ModelUnavailable { model: "core".into() },
        Refusal::ModelUnreachable,
        Refusal::Fault { job },
    ]
}

fn every_refusal() -> Vec<Refusal> {
    [of_requests(), of_files(), of_limits(), of_servers(), of_jobs()].concat()
}

/// What each reader gets, where they do not all read the same.
#[test]
fn every_refusal_has_its_sentence() {
    let mut sentences = String::new();
    for shown in every_refusal() {
        let [discord, plain, shell] =
            [Reader::Discord, Reader::Plain, Reader::Shell].map(|to| refusal(&shown, to));
        writeln!(sentences, "{shown}\n    {discord}").unwrap();
        if plain != discord {
            writeln!(sentences, "    plain: {plain}").unwrap();
        }
        if shell != plain {
            writeln!(sentences, "    shell: {shell}").unwrap();
        }
    }
    insta::assert_snapshot!(sentences);
}

#[test]
fn outside_of_discord_nobody_reads_its_markup() {
    for shown in every_refusal() {
        for to in [Reader::Plain, Reader::Shell] {
            let words = refusal(&shown, to);
            for markup in ["<t:", "<@", "**", "\\"] {
                assert!(!words.contains(markup), "{markup} in {words}");
            }
        }
    }
}

/// The codes are a promise of the images API, and of what is stored.
#[test]
fn every_refusal_is_read_as_it_was_written() {
    for shown in every_refusal() {
        let stored = serde_json::to_value(&shown).unwrap();
        assert_eq!(stored["why"], shown.why());
        assert_eq!(serde_json::from_value::<Refusal>(stored).unwrap(), shown);
    }
}

#[test]
fn sentences_of_earlier_versions_are_shown_as_they_are() {
    let table = [
        (
            json!({ "why": "too_long", "what": "negative prompt", "length": 9, "limit": 8 }),
            "The negative prompt has 9 characters; at most 8 are allowed.",
        ),
        (
            json!({ "why": "flag", "flag": "chaos", "problem": "is not a flag of Easel" }),
            "`--chaos` is not a flag of Easel. Known flags:",
        ),
        (
            json!({ "why": "out_of_range", "option": "count", "got": "0", "allowed": "1 to 4" }),
            "`count` was `0`; allowed: 1 to 4.",
        ),
        (
            json!({ "why": "out_of_range", "option": "gone", "got": "0", "allowed": "1 to 4" }),
            "`gone` was `0`; allowed: 1 to 4.",
        ),
        (
            json!({ "why": "unknown_model", "asked": "dall-e", "available": "`core`, `ultra`" }),
            "There is no model `dall-e` here. Available: `core`, `ultra`.",
        ),
        (
            json!({ "why": "model_ended", "model": "sdxl", "ended": "2025-05-20", "instead": "core" }),
            "`sdxl` reached its end of life on 2025-05-20: Amazon Bedrock",
        ),
        (
            json!({ "why": "not_supported", "model": "core", "option": "cfg", "remedy": "Leave `cfg` out; no model here knows it." }),
            "`core` does not know `cfg`. Leave `cfg` out; no model here knows it.",
        ),
        (
            json!({ "why": "attachment", "problem": "it could not be fetched from Discord; attach it again", "limit_mib": 16 }),
            "That attachment cannot be used: it could not be fetched from Discord; attach it again. Attach a PNG",
        ),
        (json!({ "why": "missing", "what": "`role` or `channel`" }), "`role` or `channel` is missing."),
        (
            json!({ "why": "policy_full", "what": "blocked words", "limit": 500 }),
            "A server can have at most 500 blocked words.",
        ),
    ];
    for (stored, expected) in table {
        let shown: Refusal = serde_json::from_value(stored).unwrap();
        let words = refusal(&shown, Reader::Discord);
        assert!(words.starts_with(expected), "{words}");
    }
}

fn ask(prompt: &str) -> Ask {
    Ask { prompt: prompt.to_owned(), ..Ask::default() }
}

fn resolved(ask: Ask) -> Result<ImageRequest, Refusal> {
    resolve(ask, Effective::built_in(), &Catalogue::bedrock(), TODAY, 42)
}

#[test]
fn every_wrong_option_is_named_with_what_is_allowed() {
    let image = Some(ImageSource::File { path: "x.png".into() });
    let table = [
        (ask(" "), "no prompt"),
        (ask("--ar 16:9"), "no prompt"),
        (ask(&"x".repeat(4001)), "4001 characters; at most 4000"),
        (Ask { negative: Some("x".repeat(4001)), ..ask("a") }, "negative prompt has 4001"),
        (
            Ask { model: Some("dall-e".into()), ..ask("a") },
            "no model `dall-e` here. Available: `core`, `ultra`, `sd3.5`",
        ),
        (Ask { model: Some("inpaint".into()), ..ask("a") }, "edits pictures"),
        (Ask { aspect: Some("17:3".into()), ..ask("a") }, "`aspect` was `17:3`; allowed: 16:9, 1:1"),
        (Ask { style: Some("baroque".into()), ..ask("a") }, "allowed: 3d-model"),
        (Ask { count: Some(5), ..ask("a") }, "from 1 to 4"),
        (Ask { seed: Some(-1), ..ask("a") }, "from 0 to 4294967294"),
        (Ask { seed: Some(4_294_967_295), ..ask("a") }, "from 0 to 4294967294"),
        (Ask { strength: Some(0.5), ..ask("a") }, "add one with `image`"),
        (Ask { strength: Some(f64::NAN), image: image.clone(), ..ask("a") }, "`strength` was `NaN`"),
        (
            Ask { image: image.clone(), model: Some("core".into()), ..ask("a") },
            "`core` does not know `image`. Leave `image` out, or pick a model that does: `sd3.5`",
        ),
        (Ask { cfg: Some(7.0), ..ask("a") }, "no model here knows it"),
        (Ask { steps: Some(30), ..ask("a") }, "no model here knows it"),
        (ask("a --repeat 2"), "`--repeat` works with `/imagine` in Discord"),
        (ask("a --style raw --repeat 2"), "`--repeat` works with `/imagine` in Discord"),
        (ask("a --sede 2"), "`--sede` is not a flag of Easel; the nearest one is `--seed`"),
        (ask("a --asepct 16:9"), "the nearest one is `--aspect`"),
        (ask("a --style rwa"), "`style` was `rwa`"),
        (ask("a --ar"), "`--ar` needs a value"),
        (ask("a --seed many"), "needs a number"),
        (ask("a --seed 1 --seed 2"), "said twice"),
        (Ask { seed: Some(3), ..ask("a --seed 1") }, "say it once"),
    ];
    for (ask, needle) in table {
        let said = refusal(&resolved(ask.clone()).unwrap_err(), Reader::Discord);
        assert!(said.contains(needle), "{ask:?}\n said: {said}\n wanted: {needle}");
    }
}

proptest! {
    #[test]
    fn any_prompt_is_resolved_or_refused_in_one_short_sentence(prompt in "\\PC{0,200}", seed in any::<i64>(), count in any::<i64>()) {
        match resolved(Ask { seed: Some(seed), count: Some(count), ..ask(&prompt) }) {
            Ok(request) => {
                prop_assert!(!request.prompt.is_empty());
                prop_assert!((1..=4).contains(&request.seeds.len()));
                prop_assert!(request.seeds.iter().all(|seed| *seed <= SEED_LIMIT));
            }
            Err(refused) => prop_assert!(refusal(&refused, Reader::Discord).chars().count() < 400),
        }
    }
}
