use std::time::Duration;

use serde_json::json;
use time::OffsetDateTime;

use super::*;
use crate::backends::archive::Link;
use crate::backends::store::{Cursor, GalleryPage};
use crate::domain::catalogue::Catalogue;
use crate::domain::job::{Claim, DiscordOrigin, InSession, Job, Origin, Outcome, Picture, State};
use crate::domain::job::{Stage, Tally, Wanted};
use crate::domain::limits::Limits;
use crate::domain::money::Micros;
use crate::domain::policy::{Access, Budget, Change, Entry, ModelRules, Part, Policy, Rule};
use crate::domain::refusal::{Allowed, FileProblem, FlagProblem, OptionName, Refusal};
use crate::domain::request::{ImageRequest, ImageSource, StartImage};
use crate::domain::session::{Plan, Session};
use crate::domain::settings::{Defaults, Effective, Field, Settings, Source};
use crate::domain::usage::{BlockedRow, Standing, UsageRow};
use crate::domain::words::WordRule;

fn link() -> Link {
    Link { url: "https://x".into(), until: OffsetDateTime::UNIX_EPOCH }
}

/// What somebody could type to make Easel's sentence say something else, and the same without what would do it.
const HOSTILE: [(&str, &str); 10] = [
    ("[x](https://example.com)", "xhttps//example.com"),
    ("<https://example.com>", "https//example.com"),
    ("**b** _u_ \\ ~~t~~", "b u  t"),
    ("`c` ```d", "c d"),
    ("<@1> <@&2> <#3> @everyone", "1 &2 3 everyone"),
    ("# h\n## i", " h  i"),
    ("> q\n- l\n1. m", " q  l 1. m"),
    ("1. first", "1. first"),
    ("||s|| :cat: <t:1:R>", "s cat t1R"),
    ("a\u{200b}\u{202e}b\u{2066}\u{feff}\u{ad}c", "abc"),
];

/// A message with all that Discord does not take for plain characters: escapes are resolved, code spans left out.
fn live(message: &str) -> String {
    let mut live = String::new();
    let mut chars = message.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => live.extend(chars.next().filter(|c| !is_special(*c))),
            '`' => {
                let span = chars.by_ref().take_while(|c| *c != '`').count();
                live.push_str(if span == 0 { "``" } else { "`" });
            }
            c => live.push(c),
        }
    }
    live
}

fn is_special(c: char) -> bool {
    "\\*_~`|><#[]()@:-".contains(c)
}

fn all(message: &Message) -> String {
    format!("{}\n{}", message.content, message.embeds.join("\n"))
}

pub(super) fn claim(text: &str) -> Claim {
    let request = ImageRequest {
        image: Some(StartImage {
            source: ImageSource::Attachment { url: String::new(), filename: text.to_owned() },
            strength: 0.5,
        }),
        prompt: text.to_owned(),
        negative: Some(text.to_owned()),
        model: text.to_owned(),
        prefix: Some(text.to_owned()),
        suffix: Some(text.to_owned()),
        ignored_flags: vec![text.to_owned()],
        in_place_of: Some(text.to_owned()),
        ..serde_json::from_value(json!({
            "prompt": "", "negative": null, "model": "", "aspect": "1:1", "style": "anime", "style_as_words": true,
            "seeds": [1], "image": null, "cfg": null, "steps": null, "private": false
        }))
        .unwrap()
    };
    let session = InSession { id: session(text).id, title: text.to_owned() };
    let origin = DiscordOrigin {
        interaction: 1,
        application: 1,
        token: String::new(),
        guild: None,
        channel: 5,
        member: 7,
        private: false,
        file_limit: 1,
        session: Some(session),
        locale: None,
        guild_locale: None,
        press: None,
    };
    let created = OffsetDateTime::UNIX_EPOCH;
    let id = "01M82MR71296GXRQK4S1NTKEXB".parse().unwrap();
    let refusal = Refusal::GuardedPicture { category: text.to_owned() };
    let outcome = Some(Outcome::Refused { refusal });
    Claim {
        job: Job { id, origin: Origin::Discord(origin), request, created, parent: None, is_offer: false },
        state: State::Generated,
        fence: 1,
        pictures: vec![Picture {
            n: 0,
            seed: 1,
            outcome,
            paid_calls: 1,
            calls: 1,
            spent: crate::domain::money::Micros(40_000),
            archived: None,
        }],
        price: crate::domain::money::Micros(40_000),
        budget_used: None,
        posted: None,
        follow_ups: Vec::new(),
        stopping: false,
        copies: Vec::new(),
        is_erased: false,
    }
}

fn session(text: &str) -> Session {
    let at = OffsetDateTime::UNIX_EPOCH;
    let plan = Plan { title: text.to_owned(), settings: settings(text), ..Plan::default() };
    let id = "01M82MR71296GXRQK4S1NTKEXB".parse().unwrap();
    Session { id, guild: None, channel: 5, by: 7, started: at, last: at, ended: None, plan }
}

fn settings(text: &str) -> Settings {
    let text = Some(text.to_owned());
    Settings {
        negative: text.clone(),
        prefix: text.clone(),
        suffix: text.clone(),
        model: text,
        ..Settings::default()
    }
}

fn effective(text: &str) -> Effective {
    Effective::built_in().with(Source::Guild, &settings(text).into())
}

fn entry(before: Part, after: Part) -> Entry {
    Entry { number: 2, at: OffsetDateTime::UNIX_EPOCH, by: 7, change: Change { before, after }, undoes: None }
}

fn entries(text: &str) -> Vec<Entry> {
    let defaults = Defaults { settings: settings(text), ..Defaults::default() };
    let names: std::collections::BTreeSet<_> = [text.to_owned()].into();
    let models = ModelRules { only: names.clone(), denied: names };
    let rule = Rule { roles: [20].into(), ..Rule::default() };
    let access = Access { models: [(text.to_owned(), rule)].into(), ..Access::default() };
    let parts = [
        Part::Defaults(None, defaults),
        Part::Models(models),
        Part::Access(access),
        Part::Words(rules(text)),
        Part::Paused(Some(text.to_owned())),
    ];
    parts.into_iter().map(|part| entry(part.clone(), part)).collect()
}

fn rules(text: &str) -> Vec<WordRule> {
    vec![WordRule { phrase: text.to_owned(), note: Some(text.to_owned()), age_restricted_too: true }]
}

fn of_server(text: &str) -> Vec<(&'static str, String)> {
    let blocked = BlockedRow {
        at: OffsetDateTime::UNIX_EPOCH,
        member: 7,
        channel: 5,
        stage: Stage::Picture,
        category: text.to_owned(),
    };
    let row = UsageRow {
        day: "2026-11-23".into(),
        member: 7,
        model: text.to_owned(),
        pictures: 1,
        attempts: 1,
        dollars: Micros(1),
    };
    let changed =
        entries(text).iter().map(|entry| all(&admin::changed(Some(entry)))).collect::<Vec<_>>().join("\n");
    vec![
        ("a change", changed),
        ("the audit trail", all(&admin::audit(&entries(text)[1..], &admin::Whose::new(), &[blocked]))),
        ("defaults", all(&admin::defaults(&effective(text), None, text))),
        ("blocked words", all(&admin::words(&rules(text)))),
        ("usage", all(&admin::usage(&[row], "2026-11", None))),
        ("preferences", all(&member::preferences(&settings(text), &effective(text), text))),
    ]
}

fn of_channel(text: &str) -> Vec<(&'static str, String)> {
    let (claim, running) = (claim(text), session(text));
    let waiting =
        progress::Progress { at: progress::At::Ready(1), gone: Duration::ZERO, usual: Duration::ZERO };
    let exported = export::ExportSummary { pictures: 1, copies: 1, missing: 1, note: None };
    let Origin::Discord(origin) = &claim.job.origin else { panic!("from elsewhere") };
    let finished = picture::finished(
        &claim,
        &picture::Remarks::default(),
        &Catalogue::bedrock(),
        time::macros::date!(2026 - 11 - 22),
    );
    vec![
        ("waiting", all(&progress::progress(&claim.job, &waiting))),
        ("late", picture::elsewhere(origin, &finished.content, true)),
        ("a picture", all(&finished)),
        ("details", all(&member::details(&claim, std::slice::from_ref(&claim)))),
        ("a session begins", all(&session::begun(&running))),
        ("in a thread", all(&session::begun_in_thread(&running))),
        ("a session runs", all(&session::which_one(&running, running.id))),
        ("replaced", all(&session::replaced(&running))),
        ("a session changes", all(&session::changed(&running))),
        ("a session", all(&session::facts(&running, &Tally::default()))),
        ("a session ends", all(&session::ended(&running, &Tally::default(), 1))),
        ("history", all(&session::history(&running, 1, 0, 1))),
        ("no history", all(&session::history(&running, 0, 0, 0))),
        ("an export", export::exported(text, &exported, 2)),
        ("its second file", export::part(text, 2, 2)),
        ("an export by link", all(&export::by_link(text, &exported, 1, &link()))),
    ]
}

fn of_archive(text: &str) -> Vec<(&'static str, String)> {
    let (claim, other) = (claim(text), claim("a fox"));
    let page = GalleryPage { jobs: vec![claim.clone()], ..GalleryPage::default() };
    let words = Wanted::Words(vec![text.to_owned()]);
    let family = family::Family {
        ancestors: vec![claim.clone()],
        this: other,
        children: vec![claim],
        is_earlier: true,
        is_more: true,
    };
    vec![
        ("a gallery", all(&gallery::page(&Wanted::Mine, Cursor::Latest, &page))),
        ("a search", all(&gallery::page(&words, Cursor::Latest, &page))),
        ("a search in vain", all(&gallery::page(&words, Cursor::Latest, &GalleryPage::default()))),
        ("a family", all(&family::message(&family))),
    ]
}

fn of_refusals(text: &str) -> Vec<(&'static str, String)> {
    let told = || text.to_owned();
    let refusals = [
        ("flag", Refusal::Flag { flag: told(), problem: FlagProblem::Misspelt(told()).into() }),
        (
            "value",
            Refusal::OutOfRange {
                option: OptionName::Seed.into(),
                got: told(),
                allowed: Allowed::SeedPolicy.into(),
            },
        ),
        ("model", Refusal::UnknownModel { asked: told(), available: vec![told()].into() }),
        ("ended", Refusal::ModelEnded { model: told(), ended: time::Date::MIN.into(), instead: told() }),
        ("editor", Refusal::NotAnImageModel { model: told(), instead: told() }),
        (
            "unable",
            Refusal::NotSupported {
                model: told(),
                option: OptionName::Cfg.into(),
                able: vec![told()].into(),
            },
        ),
        ("file", Refusal::Attachment { problem: FileProblem::Type(told()).into(), limit_mib: 16 }),
        ("locked", Refusal::Locked { field: Field::Prefix, held: Some(told()), by: Source::Guild }),
        ("unblocked", Refusal::NotBlocked { phrase: told() }),
        ("pause", Refusal::Paused { reason: told() }),
        ("word", Refusal::BlockedWord { note: Some(told()) }),
        ("another session", Refusal::SessionRuns { title: told(), by: 7 }),
        ("a closed session", Refusal::NotInSession { title: told() }),
        ("guarded prompt", Refusal::GuardedPrompt { category: told() }),
        ("guarded picture", Refusal::GuardedPicture { category: told() }),
        ("unavailable", Refusal::ModelUnavailable { model: told() }),
        ("another language", Refusal::NotEnglish { model: told() }),
        ("server only", Refusal::ServerOnly { command: told() }),
        ("command", Refusal::UnknownCommand { command: told() }),
    ];
    refusals.into_iter().map(|(place, shown)| (place, refusal(&shown, Reader::Discord))).collect()
}

#[test]
fn what_people_type_stays_plain_characters_wherever_it_is_shown() {
    let places =
        |text: &str| [of_server(text), of_channel(text), of_archive(text), of_refusals(text)].concat();
    for (hostile, harmless) in HOSTILE {
        for ((place, shown), (_, expected)) in places(hostile).into_iter().zip(places(harmless)) {
            assert_eq!(live(&shown), live(&expected), "{place}: {hostile:?} in {shown}");
        }
    }
}

#[test]
fn one_thing_is_one_thing() {
    assert_eq!(
        [count(0u32, "picture"), count(1usize, "picture"), count(2u64, "picture")],
        ["0 pictures", "1 picture", "2 pictures"]
    );
    let one = std::num::NonZeroU32::new(1);
    let limits =
        Limits { burst: one, per_minute: one, in_flight: Some(1), daily: Some(1), variants: Some(1) };
    let policy = Policy { limits: limits.clone(), roles: [(20, limits)].into(), ..Policy::default() };
    let tally = Tally { delivered: 1, ordered: 1, ..Tally::default() };
    let row = UsageRow {
        day: "2026-11-23".into(),
        member: 7,
        model: "core".into(),
        pictures: 1,
        attempts: 1,
        dollars: Micros(1),
    };
    let mut running = session("Foxes");
    running.plan.quiet_hours = Some(1);
    let exported = export::ExportSummary { pictures: 1, copies: 1, missing: 1, note: None };
    let shown = [
        all(&admin::limits(&policy)),
        all(&admin::usage(&[row], "2026-11", None)),
        all(&admin::budget(&Budget::default(), Tally::default(), true)),
        all(&member::usage(&Standing::default(), &policy.limits, &policy.budget, None)),
        all(&session::facts(&running, &tally)),
        all(&session::ended(&running, &tally, 1)),
        all(&session::history(&running, 1, 0, 1)),
        export::exported("Foxes", &exported, 1),
        all(&export::by_link("Foxes", &exported, 1, &link())),
        session::export_facts(&running, &tally, 1).join("\n"),
        refusal(&Refusal::RateLimited { burst: 1, per_minute: 1, free_at: 0 }, Reader::Discord),
        refusal(&Refusal::QuotaUsed { limit: 1, used: 1, free_at: 0 }, Reader::Discord),
        refusal(&Refusal::InFlight { limit: 1, used: 1 }, Reader::Discord),
        refusal(
            &Refusal::TooLong { what: crate::domain::refusal::TextKind::Prompt.into(), length: 1, limit: 2 },
            Reader::Discord,
        ),
    ]
    .join("\n");
    for noun in ["pictures", "requests", "calls", "members", "hours", "characters", "records", "are"] {
        assert!(!shown.contains(&format!("1 {noun}")), "1 {noun} in {shown}");
    }
}
