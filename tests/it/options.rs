//! What each option of `/imagine` makes of the picture, and what the person reads of it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use easel_emulator::bedrock::{BedrockOptions, Endpoint, Picture, RequestFormat};
use easel_emulator::discord::InteractionBuilder;
use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};

use crate::support::{MANAGE_GUILD, Setup, World, in_time, png};

const CORE: &str = "stability.stable-image-core-v1:1";
const ULTRA: &str = "stability.stable-image-ultra-v1:1";
const SD35: &str = "stability.sd3-5-large-v1:0";
const OWN: &str = "arn:aws:bedrock:us-west-2:123456789012:provisioned-model/my-sdxl";

fn ask(prompt: &str) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", prompt)
}

/// A world whose operator has an SDXL of their own.
async fn with_sdxl(format: RequestFormat) -> World {
    let known_endpoints = vec![Endpoint { arn: OWN.into(), format }];
    let bedrock = BedrockOptions { known_endpoints, ..BedrockOptions::default() };
    let variables = vec![("EASEL_MODELS_FILE", "models.toml".to_owned())];
    let mut world = World::without_bot(Setup { bedrock, variables, ..Setup::default() }).await;
    let entry = format!("[[model]]\nid = '{OWN}'\nname = 'sdxl'\nfamily = 'sdxl'\nprice_usd = 0.05\n");
    world.write("models.toml", entry + "image_to_image = true\n");
    world.start().await;
    world
}

/// Gets the picture of `ask`; what the model was sent, and what the person reads.
async fn generated(world: &World, ask: InteractionBuilder) -> (String, Value, String) {
    let message = in_time(world.ask(ask).await.picture()).await;
    let call = world.bedrock.calls().pop().unwrap();
    (call.model, call.body, message.content)
}

#[tokio::test]
async fn every_option_reaches_the_model_and_the_reply() {
    let world = World::new().await;
    let body = |prompt: &str, aspect: &str| json!({ "prompt": prompt, "aspect_ratio": aspect, "output_format": "png", "seed": 7 });
    let with = |mut body: Value, name: &str, value: &str| {
        body[name] = value.into();
        body
    };
    let cat = || ask("a cat").option("seed", 7);
    let table = [
        (cat(), CORE, body("a cat", "1:1"), "`core` · 1:1 · seed 7"),
        (cat().option("aspect", "21:9"), CORE, body("a cat", "21:9"), "`core` · 21:9 · seed 7"),
        (
            cat().option("negative", "dogs"),
            CORE,
            with(body("a cat", "1:1"), "negative_prompt", "dogs"),
            "· without dogs",
        ),
        (cat().option("model", "ultra"), ULTRA, body("a cat", "1:1"), "`ultra` · 1:1"),
        (cat().option("model", ULTRA), ULTRA, body("a cat", "1:1"), "`ultra` · 1:1"),
        (
            cat().option("model", "SD3.5"),
            SD35,
            with(body("a cat", "1:1"), "mode", "text-to-image"),
            "`sd3.5` · 1:1",
        ),
        (
            cat().option("style", "pixel-art"),
            CORE,
            body("a cat, pixel art style", "1:1"),
            "`core` has no presets: the style `pixel-art` went into the prompt as words.",
        ),
        (
            ask("a cat --ar 16:9 --no text, dogs --seed 7 --style anime --model ultra"),
            ULTRA,
            with(body("a cat, anime style", "16:9"), "negative_prompt", "text, dogs"),
            "`ultra` · 16:9 · anime · seed 7 · without text, dogs",
        ),
        (
            ask("a cat --v 6 --seed 7 --stylize 200 --style raw"),
            CORE,
            body("a cat", "1:1"),
            "-# ignored: `--v 6`, `--stylize 200`, `--style raw`",
        ),
        (ask("a cat —seed 7"), CORE, body("a cat", "1:1"), "> a cat\n"),
    ];
    for (member, (ask, model, body, said)) in (100..).zip(table) {
        let case = said;
        let got = generated(&world, ask.by(member)).await;
        assert_eq!((got.0.as_str(), &got.1), (model, &body), "{case}");
        assert!(got.2.contains(said), "{said} in {}", got.2);
    }
    world.end().await;
}

#[tokio::test]
async fn a_picture_can_start_from_an_attached_one() {
    let world = World::new().await;
    let bytes = png(640, 480);
    let file = world.discord.upload("start.png", "image/png", bytes.clone());
    let start = |strength| {
        ask("the same in winter")
            .option("model", "sd3.5")
            .attachment("image", &file)
            .option("strength", strength)
            .option("seed", 3)
    };
    let (model, body, said) = generated(&world, start(0.35)).await;
    assert_eq!(model, SD35);
    let image = BASE64_STANDARD.encode(&bytes);
    assert_eq!(
        body,
        json!({ "prompt": "the same in winter", "mode": "image-to-image", "image": image, "strength": 0.35,
                "output_format": "png", "seed": 3 })
    );
    assert!(said.contains("`sd3.5` · seed 3"), "no format, it is the picture's own: {said}");
    world.settled().await;
    let record = String::from_utf8(world.archived("json").remove(0)).unwrap();
    assert!(record.contains("start.png") && !record.contains("hm="), "{record}");
    world.end().await;
}

/// As a phone writes it that was held upright: the pixels lie on their side, and EXIF says so.
fn from_a_phone(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new(&mut file);
    let turn_right = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    encoder.set_exif_metadata(turn_right.to_vec()).unwrap();
    encoder.encode_image(&image::RgbImage::new(width, height)).unwrap();
    file
}

#[tokio::test]
async fn a_photo_that_was_taken_upright_comes_upright_to_the_model() {
    let world = World::new().await;
    let file = world.discord.upload("photo.jpg", "image/jpeg", from_a_phone(640, 480));
    let start = ask("in winter").option("model", "sd3.5").attachment("image", &file);
    let (_, body, _) = generated(&world, start).await;
    let sent = BASE64_STANDARD.decode(body["image"].as_str().unwrap()).unwrap();
    let sent = image::load_from_memory(&sent).unwrap();
    assert_eq!((sent.width(), sent.height()), (480, 640));
    world.end().await;
}

#[tokio::test]
async fn a_picture_to_start_from_takes_a_model_that_can() {
    let world = World::new().await;
    let file = world.discord.upload("start.png", "image/png", png(640, 480));
    let start = || ask("the same in winter").attachment("image", &file).option("seed", 3);
    let (model, body, said) = generated(&world, start()).await;
    assert_eq!((model.as_str(), &body["mode"]), (SD35, &json!("image-to-image")));
    let why = "-# `sd3.5` was used, since `core` cannot start from a picture; $0.08 a picture.";
    assert!(said.contains("`sd3.5` · seed 3") && said.contains(why), "{said}");
    world.settled().await;
    let record = String::from_utf8(world.archived("json").remove(0)).unwrap();
    assert!(record.contains("\"0.08\""), "the price of the model used: {record}");
    world.end().await;
}

#[tokio::test]
async fn a_model_that_cannot_start_from_a_picture_offers_one_that_can_for_its_price() {
    let world = World::new().await;
    let file = world.discord.upload("start.png", "image/png", png(640, 480));
    let order = ask("in winter --model core --n 2").attachment("image", &file).by(9);
    let refused = in_time(world.ask(order).await.answered()).await;
    assert!(
        refused.ephemeral && refused.content.starts_with("`core` does not know `image`."),
        "{}",
        refused.content
    );
    let button = &refused.components[0]["components"][0];
    assert_eq!(button["label"], "Use sd3.5, $0.16");
    assert_eq!((world.sum("reserved"), world.sum("attempted")), (0, 0), "an offer reserves nothing");
    let id = button["custom_id"].as_str().unwrap();
    let someone_else = world.refused(InteractionBuilder::click(&refused, id).by(10)).await;
    assert!(someone_else.starts_with("Nothing is known of that picture here"), "{someone_else}");
    let message = in_time(world.ask(InteractionBuilder::click(&refused, id).by(9)).await.picture()).await;
    assert!(
        message.content.starts_with("> in winter\n") && message.attachments.len() == 2,
        "{}",
        message.content
    );
    world.settled().await;
    assert_eq!((world.sum("reserved"), world.sum("delivered")), (0, 2));
    world.end().await;
}

#[tokio::test]
async fn an_operators_own_sdxl_gets_cfg_steps_and_seed() {
    for format in [RequestFormat::SdxlV0, RequestFormat::SdxlV1] {
        let world = with_sdxl(format).await;
        let steps = if format == RequestFormat::SdxlV0 { 120 } else { 50 };
        let order =
            ask("a cat").option("model", "sdxl").option("cfg", 10).option("steps", steps).option("seed", 42);
        let (model, body, said) = generated(&world, order).await;
        assert_eq!(model, OWN);
        let sent = |name: &str| body[name].as_f64();
        assert_eq!(
            (sent("cfg_scale"), sent("steps"), sent("seed")),
            (Some(10.0), Some(f64::from(steps)), Some(42.0))
        );
        assert!(said.contains("`sdxl` · 1:1 · seed 42"), "{said}");
        world.end().await;
    }
}

#[tokio::test]
async fn sdxl_knows_presets_formats_negatives_and_pictures_to_start_from() {
    let world = with_sdxl(RequestFormat::SdxlV1).await;
    let order = |prompt| ask(prompt).option("model", "sdxl").option("seed", 1);
    let preset = order("a cat").option("style", "anime").option("aspect", "16:9").option("negative", "dogs");
    let (_, body, said) = generated(&world, preset).await;
    assert_eq!((&body["style_preset"], &body["width"]), (&json!("anime"), &json!(1344)));
    assert_eq!(body["text_prompts"][1], json!({ "text": "dogs", "weight": -1.0 }));
    assert!(said.contains("· anime ·") && !said.contains("as words"), "{said}");
    let file = world.discord.upload("a.png", "image/png", png(1024, 1024));
    let start = order("a cat").attachment("image", &file).option("strength", 0.25);
    let (_, body, _) = generated(&world, start).await;
    assert_eq!(body["image_strength"], json!(0.75), "SDXL counts the other way round");
    let long = "x".repeat(2001);
    for (said, what) in [
        (world.refused(order(&long).by(9)).await, "prompt"),
        (world.refused(order("a cat").option("negative", long.as_str()).by(9)).await, "negative prompt"),
    ] {
        assert!(said.contains(&format!("The {what} has 2001 characters; at most 2000")), "{said}");
    }
    world.end().await;
}

#[tokio::test]
async fn cfg_and_steps_are_offered_only_while_a_model_knows_them() {
    for (world, offered) in [(World::new().await, false), (with_sdxl(RequestFormat::SdxlV1).await, true)] {
        let commands = in_time(world.discord.registered(None)).await;
        let imagine = commands.iter().find(|command| command["name"] == "imagine").unwrap();
        let options = imagine["options"].as_array().unwrap();
        for name in ["cfg", "steps"] {
            assert_eq!(options.iter().any(|option| option["name"] == name), offered, "{name}");
        }
        world.end().await;
    }
}

#[tokio::test]
async fn an_own_model_may_have_the_defaults_name() {
    let mut world = with_sdxl(RequestFormat::SdxlV1).await;
    world.stop().await;
    world.write(
        "models.toml",
        format!("[[model]]\nid = '{OWN}'\nname = 'core'\nfamily = 'sdxl'\nprice_usd = 0.05\n"),
    );
    world.start().await;
    let (model, _, _) = generated(&world, ask("a cat")).await;
    assert_eq!(model, OWN);
    world.end().await;
}

#[tokio::test]
async fn models_and_styles_are_suggested_while_typing() {
    let world = World::new().await;
    let offered = async |option, typed| {
        let interaction = world.ask(InteractionBuilder::autocomplete("imagine", option, typed)).await;
        in_time(interaction.choices()).await
    };
    let models = offered("model", "").await;
    assert_eq!(models[0], ("core – $0.04 a picture".to_owned(), json!("core")));
    assert_eq!(models.len(), 3, "dead and editing models are not offered: {models:?}");
    assert_eq!(offered("model", " ULT").await, [("ultra – $0.14 a picture".to_owned(), json!("ultra"))]);
    assert_eq!(
        offered("model", "sd3-5-large").await,
        [("sd3.5 – $0.08 a picture".to_owned(), json!("sd3.5"))]
    );
    assert_eq!(offered("model", "dall-e").await, []);
    assert_eq!(offered("style", "").await.len(), 17);
    assert_eq!(offered("style", "Art").await.len(), 4);
    world.end().await;
}

#[tokio::test]
async fn an_operator_may_have_more_models_than_fit() {
    let variables = vec![("EASEL_MODELS_FILE", "models.toml".to_owned())];
    let mut world = World::without_bot(Setup { variables, ..Setup::default() }).await;
    let entry = |n| {
        format!(
            "[[model]]\nid = '{OWN}-{n}'\nname = 'a-model-with-a-really-long-name-for-the-number-{n}'\nfamily = 'sdxl'\nprice_usd = 0.05\n"
        )
    };
    world.write("models.toml", (0..60).map(entry).collect::<String>());
    world.start().await;
    let offered = world.ask(InteractionBuilder::autocomplete("imagine", "model", "")).await;
    assert_eq!(in_time(offered.choices()).await.len(), 25);
    let help = world.said(InteractionBuilder::command("help")).await;
    assert!(
        help.contains("`core`") && help.contains("and 51 more") && help.ends_with("against you."),
        "{help}"
    );
    let said = world.refused(ask("a cat").option("model", "dall-e")).await;
    assert!(said.starts_with("There is no model `dall-e` here. Available: `core`"), "{said}");
    world.end().await;
}

#[tokio::test]
async fn help_is_private_and_says_how_with_what_and_for_how_much() {
    let world = World::registered().await;
    let said = world.said(InteractionBuilder::command("help")).await;
    let money = "what AWS may bill for it all the same";
    for needle in ["/imagine", "private: True", "--ar 16:9", "`core` $0.04", "`ultra` $0.14", money] {
        assert!(said.contains(needle), "{needle} in {said}");
    }
    assert!(!said.contains("/easel") && said.chars().count() < 1_000, "{said}");
    let to_admins = world.said(admin_help()).await;
    assert!(to_admins.contains("/easel budget set"), "{to_admins}");
    let alone = world.said(InteractionBuilder::command("help").in_dm(99)).await;
    assert!(!alone.contains("private: True") && alone.contains("gives this conversation"), "{alone}");
    world.end().await;
}

fn admin_help() -> InteractionBuilder {
    InteractionBuilder::command("help").by(1).permissions(MANAGE_GUILD)
}

#[tokio::test]
async fn help_mentions_commands_to_press_and_its_example_paints() {
    let world = World::registered().await;
    let ids = world.discord.commands();
    let id = |name: &str| ids.iter().find(|command| command["name"] == name).unwrap()["id"].as_str().unwrap();
    // The first ones may come before Discord has told the ids.
    let shown = in_time(async {
        loop {
            let shown = world.ask(InteractionBuilder::command("help")).await.answered().await;
            if shown.text().contains(&format!("</imagine:{}>", id("imagine"))) {
                break shown;
            }
        }
    })
    .await;
    assert!(shown.text().contains(&format!("</session start:{}>", id("session"))), "{}", shown.text());
    let button = InteractionBuilder::click(&shown, "v1:example:0:0").by(8);
    let picture = in_time(world.ask(button).await.picture()).await;
    assert!(picture.content.starts_with("> a cat eating ice cream\n"), "{}", picture.content);
    world.settled().await;
    assert_eq!(world.sum("delivered"), 1);
    world.end().await;
}

#[tokio::test]
async fn a_picture_too_large_for_the_channel_comes_as_a_smaller_copy() {
    for (size, limit, count) in [(12_000_000, 10 * 1024 * 1024, 1), (200_000, 30_000, 2)] {
        let bedrock = BedrockOptions { picture: Picture::Sized(size), ..BedrockOptions::default() };
        let world = World::with(Setup { bedrock, ..Setup::default() }).await;
        let order = ask("a mountain").attachment_size_limit(limit).option("count", count);
        let message = in_time(world.ask(order).await.picture()).await;
        assert_eq!(message.attachments.len(), count);
        for file in &message.attachments {
            assert_eq!(file.content_type, "image/jpeg");
            assert!(file.size <= limit && image::load_from_memory(&file.bytes).is_ok(), "{}", file.size);
            assert!(file.description.as_deref().unwrap_or_default().contains("a mountain"));
        }
        let said = message.content;
        assert_eq!(said.matches("is a smaller copy, to fit this channel's limit").count(), count, "{said}");
        world.settled().await;
        let mut archived = world.archived("png");
        let mut made: Vec<_> = world.bedrock.calls().iter().map(|call| call.picture().unwrap()).collect();
        archived.sort();
        made.sort();
        assert!(archived == made, "the originals are archived byte for byte");
        world.end().await;
    }
}
