use super::super::catalog::{MODELS, Reach};
use super::super::{Endpoint, Picture, RequestFormat};
use super::*;

#[tokio::test]
async fn core_paints_what_the_seed_says() {
    let bedrock = Bedrock::start().await.unwrap();
    let body = |seed: u32| json!({"prompt": "a fox", "aspect_ratio": "16:9", "seed": seed});
    let first = invoke(&bedrock, CORE, body(7)).await.unwrap();
    let again = invoke(&bedrock, CORE, body(7)).await.unwrap();
    let other = invoke(&bedrock, CORE, body(8)).await.unwrap();
    assert_eq!((&first["seeds"], &first["finish_reasons"]), (&json!([7]), &json!([null])));
    assert_eq!(sides(&picture(&first)), (168, 96));
    assert_eq!(picture(&first), picture(&again));
    assert_ne!(picture(&first), picture(&other));

    let calls = bedrock.calls();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0].picture().unwrap(), picture(&first));
    assert_eq!((calls[0].model.as_str(), calls[0].seed, calls[0].status), (CORE, Some(7), Some(200)));
    assert_eq!(calls[0].attempt.as_deref(), Some("attempt=1; max=1"));
    assert!(calls[0].answered.unwrap() >= calls[0].at);
    assert_eq!(calls[0].body, body(7));
    assert!(bedrock.violations().is_empty());
}

#[tokio::test]
async fn seed_zero_draws_one() {
    let bedrock = Bedrock::start().await.unwrap();
    let drawn = invoke(&bedrock, CORE, json!({"prompt": "a fox", "seed": 0})).await.unwrap();
    let seed = drawn["seeds"][0].as_u64().unwrap();
    assert!((1..4_294_967_295).contains(&seed));
    let same = invoke(&bedrock, CORE, json!({"prompt": "a fox", "seed": seed})).await.unwrap();
    assert_eq!(picture(&drawn), picture(&same));
}

#[tokio::test]
async fn every_format_is_what_it_says() {
    let bedrock = Bedrock::start().await.unwrap();
    for (name, format) in [
        ("png", image::ImageFormat::Png),
        ("jpeg", image::ImageFormat::Jpeg),
        ("webp", image::ImageFormat::WebP),
    ] {
        let body = |seed: u32| json!({"prompt": "a fox", "output_format": name, "seed": seed});
        let one = picture(&invoke(&bedrock, SD35, body(1)).await.unwrap());
        let two = picture(&invoke(&bedrock, SD35, body(2)).await.unwrap());
        assert_eq!(image::guess_format(&one).unwrap(), format);
        assert_eq!((sides(&one), sides(&two)), ((128, 128), (128, 128)));
        assert_ne!(one, two);
    }
}

#[tokio::test]
async fn sized_pictures_have_their_size_and_decode() {
    for (size, aspect, area) in [(1_500_000, "2:3", 832 * 1216), (12_000_000, "1:1", 3_800_000)] {
        let options = BedrockOptions { picture: Picture::Sized(size), ..BedrockOptions::default() };
        let bedrock = Bedrock::start_with(options).await.unwrap();
        let body = |seed: u32| json!({"prompt": "a fox", "aspect_ratio": aspect, "seed": seed});
        let one = picture(&invoke(&bedrock, CORE, body(1)).await.unwrap());
        let two = picture(&invoke(&bedrock, CORE, body(2)).await.unwrap());
        assert_eq!((one.len(), two.len()), (size, size));
        let (width, height) = sides(&one);
        assert!(width * height >= area, "{width}x{height}");
        assert_ne!(one, two);
        assert_ne!(bedrock.calls()[0].picture_sha256(), bedrock.calls()[1].picture_sha256());
    }
}

#[tokio::test]
async fn a_picture_beyond_16_mib_is_refused_without_blame() {
    let options = BedrockOptions { picture: Picture::Sized(12_700_000), ..BedrockOptions::default() };
    let bedrock = Bedrock::start_with(options).await.unwrap();
    let (status, kind, text) = refusal(&bedrock, CORE, json!({"prompt": "a fox"})).await;
    assert_eq!((status, kind.as_str()), (400, "ValidationException"));
    assert!(text.contains("exceeds the maximum allowed size of 16777216 bytes"), "{text}");
    assert!(bedrock.violations().is_empty());
}

#[tokio::test]
async fn the_real_sides_are_about_a_megapixel() {
    let options = BedrockOptions { picture: Picture::Real, ..BedrockOptions::default() };
    let bedrock = Bedrock::start_with(options).await.unwrap();
    let answer = invoke(&bedrock, CORE, json!({"prompt": "a fox", "aspect_ratio": "9:21"})).await.unwrap();
    assert_eq!(sides(&picture(&answer)), (640, 1536));
}

#[tokio::test]
async fn a_field_that_core_does_not_have_is_named() {
    let bedrock = Bedrock::start().await.unwrap();
    let refused = refusal(&bedrock, CORE, json!({"prompt": "a fox", "style_preset": "anime"})).await;
    let detail = "Invalid field 'style_preset' in request. Available fields for stable-image-core are: prompt, \
                  aspect_ratio, output_format, seed, negative_prompt";
    assert_eq!(refused, (400, "ValidationException".to_owned(), json!({"detail": detail}).to_string()));
    assert_eq!(bedrock.violations().len(), 1);
    assert_eq!(bedrock.calls()[0].status, Some(400));
}

#[tokio::test]
async fn bad_values_are_refused() {
    let bedrock = Bedrock::start().await.unwrap();
    let small = png(63, 64);
    let cases = [
        (CORE, json!({})),
        (CORE, json!([])),
        (CORE, json!({"prompt": "x".repeat(10_001)})),
        (CORE, json!({"prompt": "a fox", "aspect_ratio": "4:3"})),
        (CORE, json!({"prompt": "a fox", "output_format": "webp"})),
        (CORE, json!({"prompt": "a fox", "output_format": "PNG"})),
        (CORE, json!({"prompt": "a fox", "seed": -1})),
        (CORE, json!({"prompt": "a fox", "seed": 1.5})),
        (CORE, json!({"prompt": "a fox", "seed": null})),
        (CORE, json!({"prompt": "a fox", "seed": 4_294_967_296_u64})),
        (SD35, json!({"prompt": "a fox", "seed": 4_294_967_295_u64})),
        (SD35, json!({"prompt": "a fox", "strength": 0.5})),
        (SD35, json!({"prompt": "a fox", "mode": "image-to-image", "strength": 0.5})),
        (SD35, json!({"prompt": "a fox", "mode": "image-to-image", "image": png(64, 64)})),
        (
            SD35,
            json!({"prompt": "a", "mode": "image-to-image", "image": png(64, 64), "strength": 1, "aspect_ratio": "1:1"}),
        ),
        (SD35, json!({"prompt": "a", "mode": "image-to-image", "image": small, "strength": 0.5})),
        (
            SD35,
            json!({"prompt": "a", "mode": "image-to-image", "image": "data:image/png;base64,AA", "strength": 1}),
        ),
        ("us.stability.stable-outpaint-v1:0", json!({"image": png(64, 64), "left": 0})),
        ("us.stability.stable-image-remove-background-v1:0", json!({"image": png(64, 200)})),
        ("us.stability.stable-image-erase-object-v1:0", json!({"image": png(64, 64)})),
    ];
    for (n, (model, body)) in cases.into_iter().enumerate() {
        let (status, kind, _) = refusal(&bedrock, model, body.clone()).await;
        assert_eq!((status, kind.as_str()), (400, "ValidationException"), "{body}");
        assert_eq!(bedrock.violations().len(), n + 1);
    }
}

#[tokio::test]
async fn a_picture_leads_to_another() {
    let bedrock = Bedrock::start().await.unwrap();
    let body = json!({"prompt": "a fox", "mode": "image-to-image", "image": png(256, 128), "strength": 0.5});
    let answer = invoke(&bedrock, SD35, body).await.unwrap();
    assert_eq!(sides(&picture(&answer)), (32, 16));
}

#[tokio::test]
async fn every_service_answers_by_its_profile_only() {
    let bedrock = Bedrock::start().await.unwrap();
    let image = png(256, 256);
    for model in MODELS.iter().filter(|model| model.reach == Reach::Profile) {
        let mut body = json!({});
        let required: &[&str] = match model.schema.operation {
            "fast-upscale" | "remove-background" => &["image"],
            "erase-object" => &["image", "mask"],
            "inpaint" => &["prompt", "image", "mask"],
            "style-transfer" => &["init_image", "style_image"],
            "search-recolor" => &["prompt", "image", "select_prompt"],
            "search-replace" => &["prompt", "image", "search_prompt"],
            "outpaint" => &["image", "left"],
            _ => &["prompt", "image"],
        };
        for name in required {
            body[*name] = match *name {
                "left" => json!(8),
                name if name.contains("image") || name == "mask" => json!(image),
                _ => json!("a fox"),
            };
        }
        let answer = invoke(&bedrock, &format!("us.{}", model.id), body.clone()).await.unwrap();
        let side = match model.schema.operation {
            "fast-upscale" => 128,
            "conservative-upscale" => 389,
            "creative-upscale" => 393,
            "outpaint" => 33,
            _ => 32,
        };
        let height = if model.schema.operation == "outpaint" { 32 } else { side };
        assert_eq!(sides(&picture(&answer)), (side, height), "{}", model.id);
        let (status, _, text) = refusal(&bedrock, model.id, body).await;
        assert_eq!(status, 400);
        assert!(text.contains("on-demand throughput isn\u{2019}t supported"), "{text}");
    }
}

#[tokio::test]
async fn dead_and_unknown_models_differ() {
    let bedrock = Bedrock::start().await.unwrap();
    let (status, kind, text) = refusal(&bedrock, "stability.stable-diffusion-xl-v0", json!({})).await;
    assert_eq!((status, kind.as_str()), (404, "ResourceNotFoundException"));
    assert!(text.starts_with("This model version has reached the end of its life."), "{text}");
    assert!(bedrock.violations().is_empty());

    let body = json!({"prompt": "a fox"});
    let unknown = refusal(&bedrock, "stability.sd4-large-v1:0", body.clone()).await;
    assert_eq!((unknown.0, unknown.2.as_str()), (400, "The provided model identifier is invalid."));
    let malformed = refusal(&bedrock, "stable diffusion", body.clone()).await;
    assert!(malformed.2.starts_with("1 validation error detected: Value 'stable diffusion' at 'modelId'"));
    let elsewhere = invoke_at(&client(&bedrock, "us-east-1", 1), CORE, body).await.unwrap_err();
    assert_eq!(describe(&elsewhere).2, "The provided model identifier is invalid.");
    assert_eq!(bedrock.calls()[3].region.as_deref(), Some("us-east-1"));
}

#[tokio::test]
async fn sdxl_answers_by_the_arn_of_an_endpoint() {
    let v0 = "arn:aws:bedrock:us-west-2:123456789012:imported-model/sdxl0";
    let v1 = "arn:aws:bedrock:us-west-2:123456789012:imported-model/sdxl1";
    let known_endpoints = vec![
        Endpoint { arn: v0.to_owned(), format: RequestFormat::SdxlV0 },
        Endpoint { arn: v1.to_owned(), format: RequestFormat::SdxlV1 },
    ];
    let bedrock =
        Bedrock::start_with(BedrockOptions { known_endpoints, ..BedrockOptions::default() }).await.unwrap();
    let body = json!({"text_prompts": [{"text": "a fox"}], "cfg_scale": 10, "seed": 42, "steps": 120});
    let answer = invoke(&bedrock, v0, body.clone()).await.unwrap();
    let artifact = &answer["artifacts"][0];
    assert_eq!(answer["result"], "success");
    assert_eq!((&artifact["seed"], &artifact["finishReason"]), (&json!(42), &json!("SUCCESS")));
    let file = STANDARD.decode(artifact["base64"].as_str().unwrap()).unwrap();
    assert_eq!(sides(&file), (128, 128));

    let (_, _, text) = refusal(&bedrock, v1, body).await;
    assert_eq!(
        text,
        "Malformed input request: #/steps: 120 is not less or equal to 50, please reformat your input and try again."
    );
    let seed_document = json!({"prompt_details": [{"text": "a fox"}], "generation_impact": 12});
    let (_, _, text) = refusal(&bedrock, v0, seed_document).await;
    assert!(text.starts_with("Malformed input request: 3 schema violations found"), "{text}");

    let filtered = json!({"text_prompts": [{"text": "[[filter-output]]"}], "width": 512, "height": 512});
    let answer = invoke(&bedrock, v0, filtered).await.unwrap();
    assert_eq!(answer["artifacts"][0]["finishReason"], "CONTENT_FILTERED");
    let file = STANDARD.decode(answer["artifacts"][0]["base64"].as_str().unwrap()).unwrap();
    assert_eq!(sides(&file), (64, 64));
}

#[tokio::test]
async fn words_in_the_prompt_meet_the_filter() {
    let bedrock = Bedrock::start().await.unwrap();
    for (word, reason) in [
        ("[[filter-prompt]]", "Filter reason: prompt"),
        ("[[filter-output]]", "Filter reason: output image"),
        ("[[filter-input]]", "Filter reason: input image"),
        ("[[inference-error]]", "Inference error"),
    ] {
        let answer = invoke(&bedrock, CORE, json!({"prompt": format!("a {word} fox")})).await.unwrap();
        assert_eq!(answer, json!({"finish_reasons": [reason]}));
    }
}
