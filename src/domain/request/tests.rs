use proptest::prelude::*;
use time::macros::date;

use super::*;
use crate::domain::refusal::FlagProblem;
use crate::domain::settings::Defaults;

const TODAY: Date = date!(2026 - 11 - 22);

fn ask(prompt: &str) -> Ask {
    Ask { prompt: prompt.to_owned(), ..Ask::default() }
}

fn resolved(ask: Ask) -> Result<ImageRequest, Refusal> {
    resolve(ask, Effective::built_in(), &Catalogue::bedrock(), TODAY, 42)
}

#[test]
fn a_plain_prompt_gets_the_defaults_and_a_seed() {
    let request = resolved(ask("  a cat eating ice cream ")).unwrap();
    assert_eq!(request.prompt, "a cat eating ice cream");
    assert_eq!((request.model.as_str(), request.aspect, request.seeds), ("core", Aspect::Square, vec![42]));
}

#[test]
fn flags_at_the_end_are_options() {
    let request = resolved(ask(
        "a cat -- really --ar 16:9 --no text, watermark --seed 7 --style anime --model ultra —n 4",
    ))
    .unwrap();
    assert_eq!(request.prompt, "a cat -- really");
    assert_eq!(request.negative.as_deref(), Some("text, watermark"));
    assert_eq!(request.aspect, Aspect::Landscape16x9);
    assert_eq!((request.model.as_str(), request.seeds), ("ultra", vec![7, 8, 9, 10]));
    assert!(request.style_as_words);
}

#[test]
fn flags_are_read_as_phones_and_hurried_people_write_them() {
    for typed in [
        "a cat —ar 16:9 –no text",
        "a cat ——ar 16:9 –-no text",
        "a cat --AR=16:9 --No=text",
        "a cat --ar = 16:9 —NO =text",
        "a cat --aspect\n16:9\t--no  text ",
    ] {
        let request = resolved(ask(typed)).unwrap();
        assert_eq!(request.prompt, "a cat", "{typed}");
        assert_eq!(
            (request.aspect, request.negative.as_deref()),
            (Aspect::Landscape16x9, Some("text")),
            "{typed}"
        );
    }
    for kept in
        ["a well-known cat", "a cat - asleep", "a cat – asleep", "a cat -asleep", "a cat -- 3 of them"]
    {
        assert_eq!(resolved(ask(kept)).unwrap().prompt, kept);
    }
}

#[test]
fn an_unknown_flag_is_refused_with_the_nearest_one() {
    for (typed, nearest) in [("–aspct 16:9", "aspect"), ("--Modle=ultra", "model"), ("—sed 7", "seed")] {
        let Err(Refusal::Flag { problem, .. }) = resolved(ask(&format!("a cat {typed}"))) else {
            panic!("{typed}")
        };
        assert_eq!(problem, FlagProblem::Misspelt(nearest.to_owned()).into(), "{typed}");
    }
}

#[test]
fn flags_of_other_bots_are_left_out_and_remembered() {
    let foreign = "--v 6 --stylize 200 --s 50 --chaos 50 --c 5 --q 2 --quality .5 --niji --niji 6 --tile --weird 10 --iw 2 \
        --version 6.1 --fast --relax --turbo --raw --style raw --sref 1 2 --cref x --p";
    let request = resolved(ask(&format!("a cat {foreign} --ar 16:9 —V 5.2"))).unwrap();
    assert_eq!((request.prompt.as_str(), request.aspect), ("a cat", Aspect::Landscape16x9));
    assert_eq!(request.ignored_flags.join(" "), format!("{foreign} --v 5.2"));
    assert_eq!(
        (request.prompt_for_model(), request.style, request.negative),
        ("a cat".to_owned(), None, None)
    );
}

/// Settings, locks and the model with the one in whose place it stands; `None` is a refusal.
#[test]
fn a_picture_to_start_from_finds_a_model_where_nobody_chose_one() {
    use Source::{Channel, Deployment, Guild, Member, Session};
    let core = || Settings { model: Some("core".into()), ..Settings::default() };
    let start = || Ask { image: Some(ImageSource::File { path: "x.png".into() }), ..ask("a cat") };
    let layers = |source, settings: Settings, locks: &[Field]| {
        let locks = locks.iter().copied().collect();
        Effective::built_in().with(source, &Defaults { settings, locks })
    };
    let sd35 = Some(("sd3.5", Some("core")));
    let table = [
        (Effective::built_in(), start(), sd35),
        (layers(Deployment, core(), &[]), start(), sd35),
        (layers(Deployment, core(), &[]), Ask { image: None, ..start() }, Some(("core", None))),
        (Effective::built_in(), Ask { image_is_offered: true, ..start() }, Some(("core", None))),
        (layers(Guild, Settings::default(), &[Field::Model]), start(), None),
        (layers(Guild, core(), &[]), start(), None),
        (layers(Channel, core(), &[]), start(), None),
        (layers(Session, core(), &[]), start(), None),
        (layers(Member, core(), &[]), start(), None),
        (layers(Member, core(), &[]), Ask { image_is_offered: true, ..start() }, Some(("core", None))),
        (Effective::built_in(), Ask { model: Some("core".into()), ..start() }, None),
        (Effective::built_in(), Ask { model: Some("sd3.5".into()), ..start() }, Some(("sd3.5", None))),
    ];
    for (base, ask, expected) in table {
        let case = format!("{base:?} {ask:?}");
        let request = resolve(ask, base, &Catalogue::bedrock(), TODAY, 42).ok();
        let found = request.as_ref().map(|request| (request.model.as_str(), request.in_place_of.as_deref()));
        assert_eq!(found, expected, "{case}");
    }
    let without = Catalogue::bedrock().offering(|name| name != "sd3.5");
    let refused = resolve(start(), Effective::built_in(), &without, TODAY, 42).unwrap_err();
    assert!(matches!(refused, Refusal::NotSupported { .. }), "{refused:?}");
}

#[test]
fn a_stored_request_without_ignored_flags_stays_as_it_was() {
    let stored = serde_json::to_value(resolved(ask("a cat")).unwrap()).unwrap();
    assert!(stored.get("ignored_flags").is_none(), "{stored}");
    assert_eq!(serde_json::from_value::<ImageRequest>(stored).unwrap().ignored_flags, Vec::<String>::new());
}

#[test]
fn a_style_goes_as_words_to_a_model_without_presets() {
    let request = resolved(Ask { style: Some("pixel-art".into()), ..ask("a cat") }).unwrap();
    assert_eq!(request.prompt_for_model(), "a cat, pixel art style");
    assert_eq!(request.prompt, "a cat");
}

#[test]
fn seeds_stay_in_range_and_differ() {
    let request =
        resolved(Ask { seed: Some(i64::from(SEED_LIMIT)), count: Some(3), ..ask("a cat") }).unwrap();
    assert_eq!(request.seeds, vec![SEED_LIMIT, 1, 2]);
}

proptest! {
    #[test]
    fn words_before_flags_come_back_as_they_were(words in "[a-z\u{e4}\u{732b}][a-z ,.\u{e4}\u{732b}-]{0,40}[a-z\u{732b}]", seed in 0..=SEED_LIMIT) {
        prop_assume!(!words.contains("--"));
        let request = resolved(ask(&format!("{words} --seed {seed} --ar 3:2"))).unwrap();
        prop_assert_eq!(request.prompt, words);
        prop_assert_eq!(request.seeds, vec![seed]);
        prop_assert_eq!(request.aspect, Aspect::Landscape3x2);
    }
}
