use proptest::prelude::*;
use time::macros::date;

use super::*;

const TODAY: Date = date!(2026 - 11 - 22);

fn ask(prompt: &str) -> Ask {
    Ask { prompt: prompt.to_owned(), ..Ask::default() }
}

fn resolved(ask: Ask) -> Result<ImageRequest, Refusal> {
    resolve(ask, Effective::built_in(), &Catalogue::bedrock(), TODAY, 42)
}

fn sentence(ask: Ask) -> String {
    resolved(ask).unwrap_err().to_string()
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
            Ask { image: image.clone(), ..ask("a") },
            "`core` does not know `image`. Leave `image` out, or pick a model that does: `sd3.5`",
        ),
        (Ask { cfg: Some(7.0), ..ask("a") }, "no model here knows it"),
        (Ask { steps: Some(30), ..ask("a") }, "no model here knows it"),
        (ask("a --quality 2"), "`--quality` is not a flag"),
        (ask("a --ar"), "`--ar` needs a value"),
        (ask("a --seed many"), "needs a number"),
        (ask("a --seed 1 --seed 2"), "said twice"),
        (Ask { seed: Some(3), ..ask("a --seed 1") }, "say it once"),
    ];
    for (ask, needle) in table {
        let said = sentence(ask.clone());
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
            Err(refusal) => prop_assert!(refusal.to_string().chars().count() < 400),
        }
    }

    #[test]
    fn words_before_flags_come_back_as_they_were(words in "[a-z\u{e4}\u{732b}][a-z ,.\u{e4}\u{732b}-]{0,40}[a-z\u{732b}]", seed in 0..=SEED_LIMIT) {
        prop_assume!(!words.contains("--"));
        let request = resolved(ask(&format!("{words} --seed {seed} --ar 3:2"))).unwrap();
        prop_assert_eq!(request.prompt, words);
        prop_assert_eq!(request.seeds, vec![seed]);
        prop_assert_eq!(request.aspect, Aspect::Landscape3x2);
    }
}
