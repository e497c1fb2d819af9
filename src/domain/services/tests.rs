use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// What a body holds when everything is asked for that the service takes.
fn full(service: Service) -> Value {
    let numbers = service.numbers().map(|number| (number.name, number.most)).collect();
    let takes = |wanted: Takes| service.takes(wanted);
    let asked = Asked {
        prompt: if service.prompt().is_some() { "a fox" } else { "" },
        negative: takes(Takes::Negative).then_some("text"),
        style: takes(Takes::Style).then_some(Style::Anime),
        aspect: Aspect::Square,
        seed: 7,
        target: service.target().map(|_| "the dog"),
        numbers: &numbers,
        image: "aW1hZ2U=",
        mask: takes(Takes::Mask).then_some("bWFzaw=="),
        style_image: takes(Takes::StyleImage).then_some("c3R5bGU="),
        format: ImageFormat::Webp,
    };
    serde_json::from_slice(&service.body(&asked).unwrap()).unwrap()
}

/// The fields of AWS' page, for each service.
#[test]
fn every_service_is_asked_with_the_fields_that_it_knows() {
    let common = ["image", "output_format"];
    let table: [(Service, &[&str]); 13] = [
        (Service::UpscaleFast, &[]),
        (Service::UpscaleConservative, &["prompt", "negative_prompt", "seed"]),
        (Service::UpscaleCreative, &["prompt", "creativity", "negative_prompt", "seed", "style_preset"]),
        (Service::Background, &[]),
        (Service::Erase, &["mask", "grow_mask", "seed"]),
        (Service::Inpaint, &["prompt", "mask", "grow_mask", "negative_prompt", "seed", "style_preset"]),
        (Service::Outpaint, &["left", "right", "up", "down", "prompt", "creativity", "seed", "style_preset"]),
        (
            Service::Replace,
            &["prompt", "search_prompt", "grow_mask", "negative_prompt", "seed", "style_preset"],
        ),
        (
            Service::Recolor,
            &["prompt", "select_prompt", "grow_mask", "negative_prompt", "seed", "style_preset"],
        ),
        (Service::ControlSketch, &["prompt", "control_strength", "negative_prompt", "seed", "style_preset"]),
        (Service::Structure, &["prompt", "control_strength", "negative_prompt", "seed", "style_preset"]),
        (
            Service::StyleGuide,
            &["prompt", "aspect_ratio", "fidelity", "negative_prompt", "seed", "style_preset"],
        ),
        (
            Service::StyleTransfer,
            &[
                "prompt",
                "style_image",
                "composition_fidelity",
                "style_strength",
                "change_strength",
                "negative_prompt",
                "seed",
            ],
        ),
    ];
    for (service, own) in table {
        let body = full(service);
        let found: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let image = if service == Service::StyleTransfer { "init_image" } else { common[0] };
        let wanted: BTreeSet<&str> = own.iter().copied().chain([image, common[1]]).collect();
        assert_eq!(found, wanted, "{service:?}");
    }
}

#[test]
fn a_body_says_what_was_asked_for_and_nothing_else() {
    assert_eq!(
        full(Service::Replace),
        json!({"prompt": "a fox", "image": "aW1hZ2U=", "search_prompt": "the dog", "grow_mask": 20,
               "negative_prompt": "text", "seed": 7, "style_preset": "anime", "output_format": "webp"})
    );
    let bare = Asked {
        prompt: "",
        negative: None,
        style: None,
        aspect: Aspect::Square,
        seed: 7,
        target: None,
        numbers: &[(NumberName::Left, 64.0)].into(),
        image: "aW1hZ2U=",
        mask: None,
        style_image: None,
        format: ImageFormat::Png,
    };
    let body: Value = serde_json::from_slice(&Service::Outpaint.body(&bare).unwrap()).unwrap();
    assert_eq!(body, json!({"image": "aW1hZ2U=", "left": 64, "seed": 7, "output_format": "png"}));
}

/// Fast upscale of a megapixel as PNG has 34.8 MB, as base64 half as much again: Bedrock answers up to 16 MiB.
#[test]
fn a_picture_that_would_be_too_large_as_png_is_asked_for_as_webp() {
    let format = |service: Service, sent, added| service.spec().output.format(sent, added);
    for (service, sent, added, wanted) in [
        (Service::UpscaleFast, (1024, 1024), (0, 0), ImageFormat::Webp),
        (Service::UpscaleFast, (256, 256), (0, 0), ImageFormat::Png),
        (Service::UpscaleCreative, (64, 64), (0, 0), ImageFormat::Webp),
        (Service::UpscaleConservative, (64, 64), (0, 0), ImageFormat::Webp),
        (Service::Background, (2048, 2048), (0, 0), ImageFormat::Png),
        (Service::Background, (3072, 3072), (0, 0), ImageFormat::Webp),
        (Service::Outpaint, (1024, 1024), (512, 512), ImageFormat::Png),
        (Service::Outpaint, (1024, 1024), (2000, 2000), ImageFormat::Webp),
        (Service::StyleGuide, (3072, 3072), (0, 0), ImageFormat::Png),
    ] {
        assert_eq!(format(service, sent, added), wanted, "{service:?} {sent:?} {added:?}");
    }
}

#[test]
fn a_service_is_known_by_its_name_and_fits_into_discords_limits() {
    for service in Service::ALL {
        assert_eq!(serde_json::to_value(service).unwrap(), service.name());
        assert_eq!(Service::from_name(service.name()), Some(*service));
        let helps = service.numbers().map(|number| number.name.help());
        let helps = helps.chain([service.spec().summary]).chain(service.target().map(|words| words.help));
        assert!(helps.into_iter().all(|help| (1..=100).contains(&help.chars().count())), "{service:?}");
    }
    assert_eq!(Service::from_name("sharpen"), None);
}

#[test]
fn only_upscales_that_cost_much_ask_first() {
    let asking: Vec<_> = Service::ALL.iter().filter(|service| service.asks_first()).collect();
    assert_eq!(asking, [&Service::UpscaleConservative, &Service::UpscaleCreative]);
}
