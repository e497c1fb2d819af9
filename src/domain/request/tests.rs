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
