//! Orders that bring a picture to start from.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;

use super::*;
use crate::support::png;

/// A photo from a phone that was held upright: 128 × 96 pixels of which the left side is the top.
fn photo() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
    let exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    encoder.set_exif_metadata(exif).unwrap();
    let picture = image::RgbImage::new(128, 96);
    encoder.write_image(picture.as_raw(), 128, 96, image::ExtendedColorType::Rgb8).unwrap();
    file
}

fn sent(api: &Api, call: usize) -> Vec<u8> {
    let body = &api.world.bedrock.calls()[call].body;
    assert_eq!(body["mode"], "image-to-image");
    STANDARD.decode(body["image"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn an_order_starts_from_the_picture_that_it_brings() {
    let api = Api::new().await;
    let own = png(128, 64);
    let order = json!({ "prompt": "a cat", "image": STANDARD.encode(&own), "strength": 0.5 });
    let image = api.post("/images?wait=60", &order).await.json(200);
    assert_eq!((&image["state"], &image["strength"]), (&json!("delivered"), &json!(0.5)), "{image}");
    assert_eq!((&image["model"], &image["in_place_of"]), (&json!("sd3.5"), &json!("core")));
    assert_eq!((&image["price_usd"], sent(&api, 0)), (&json!("0.08"), own.clone()));
    assert_eq!(api.world.bedrock.calls()[0].body["strength"], 0.5);

    let url = format!("data:image/jpeg;base64,{}", STANDARD.encode(photo()));
    let order = json!({ "prompt": "a cat", "image": url, "model": "sd3.5" });
    let image = api.post("/images?wait=60", &order).await.json(200);
    assert_eq!((&image["state"], &image["in_place_of"]), (&json!("delivered"), &Value::Null));
    let upright = image::load_from_memory(&sent(&api, 1)).unwrap();
    assert_eq!((upright.width(), upright.height()), (96, 128));

    let letters: Vec<_> = STANDARD.encode(&own).chars().collect();
    let lines: Vec<String> = letters.chunks(76).map(|line| line.iter().collect()).collect();
    let wrapped = lines.join("\n");
    api.post("/images?wait=60", &json!({ "prompt": "a dog", "image": wrapped })).await.json(200);
    let kept = std::fs::read_dir(api.world.path("data/archive/starts/web")).unwrap();
    assert_eq!(kept.count(), 2, "the same picture is kept once");
    api.end().await;
}

#[tokio::test]
async fn an_order_with_a_large_picture_is_taken() {
    let api = Api::new().await;
    // Noise does not shrink: about nine million bytes.
    let mut state = 7_u32;
    let noise = image::RgbImage::from_fn(2000, 1500, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = state.to_be_bytes();
        image::Rgb([red, green, blue])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut file, image::ImageFormat::Png).unwrap();
    let order = json!({ "prompt": "a cat", "image": STANDARD.encode(file.get_ref()) });
    let image = api.post("/images?wait=60", &order).await.json(200);
    assert_eq!(image["state"], "delivered");
    assert!(sent(&api, 0) == file.into_inner());
    api.end().await;
}

#[tokio::test]
async fn what_is_no_picture_to_start_from_is_refused_before_anything_is_kept() {
    let api = Api::new().await;
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
    let no_base64 = "`image` must be a picture in base64, or a data URL";
    let unusable = |problem: &str| format!("The picture of `image` cannot be used: {problem}");
    for (image, status, needle) in [
        ("https://example.com/cat.png".to_owned(), 400, no_base64.to_owned()),
        ("data:image/png,raw".to_owned(), 400, no_base64.to_owned()),
        ("data:image/png;base64,%%%".to_owned(), 400, no_base64.to_owned()),
        (base64(b"hello"), 422, unusable("it is not a picture, or it is damaged. Send a PNG, JPEG or WebP")),
        (String::new(), 422, unusable("it is empty")),
        (base64(&png(10, 100)), 422, unusable("10×100 pixels are too few")),
        ("A".repeat(22_880_000), 413, "An order may have 22435".to_owned()),
        ("A".repeat(22_360_000), 422, unusable("it is not a picture")),
    ] {
        let answer = api.post("/images", &json!({ "prompt": "a cat", "image": image })).await;
        assert!(answer.detail(status).starts_with(&needle), "{needle}: {}", answer.detail(status));
    }
    let picture = base64(&png(64, 64));
    for (order, needle) in [
        (json!({ "prompt": "a", "strength": 0.5 }), "`strength` says how far to go from a picture"),
        (json!({ "prompt": "a", "image": picture, "strength": 2 }), "`strength` was `2`"),
        (json!({ "prompt": "a", "image": picture, "model": "core" }), "`core` does not know `image`"),
    ] {
        assert!(api.post("/images", &order).await.detail(422).starts_with(needle), "{needle}");
    }
    let unknown =
        answered(api.posting("/images", "wrong", json!({ "prompt": "a", "image": picture }).to_string()));
    unknown.await.problem(401);
    assert!(!api.world.path("data/archive/starts").exists());
    assert_eq!(api.world.bedrock.calls().len(), 0);
    api.end().await;
}
