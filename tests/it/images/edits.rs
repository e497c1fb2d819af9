//! Edits over the images API, in Easel's own shape and in that of OpenAI's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use easel_emulator::bedrock::Picture;
use image::{Rgba, RgbaImage};
use reqwest::multipart::{Form, Part};

use super::*;
use crate::support::png;

const EDITS: &str = "/v1/images/edits";

async fn api() -> Api {
    let bedrock = BedrockOptions { picture: Picture::Real, ..BedrockOptions::default() };
    let entries = entry("web", WEB, 1000, "100") + &entry("shop", SHOP, 1000, "100");
    Api::with(Setup { bedrock, ..Setup::default() }, &entries).await
}

fn last(api: &Api) -> (String, Value) {
    let call = api.world.bedrock.calls().pop().unwrap();
    (call.model, call.body)
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[tokio::test]
async fn a_picture_that_comes_along_is_edited() {
    let api = api().await;
    let order = json!({
        "service": "replace", "image": base64(&png(256, 192)), "search": "the dog", "prompt": "a cat", "grow_mask": 3, "seed": 7,
    });
    let image = api.post("/edits?wait=60", &order).await.json(200);
    assert_eq!((&image["model"], &image["state"]), (&json!("replace"), &json!("delivered")));
    assert_eq!((&image["price_usd"], &image["seeds"]), (&json!("0.07"), &json!([7])));
    let (model, body) = last(&api);
    assert_eq!(model, "us.stability.stable-image-search-replace-v1:0");
    assert_eq!((&body["search_prompt"], &body["grow_mask"]), (&json!("the dog"), &json!(3)));
    let masked = json!({
        "service": "erase", "image": base64(&png(256, 192)), "mask": base64(&white(64, 64)),
    });
    let image = api.post("/edits?wait=60", &masked).await.json(200);
    assert_eq!(image["notes"], json!(["The mask was scaled to the picture's size (it had 64×64)."]));
    api.end().await;
}

#[tokio::test]
async fn a_picture_of_an_order_is_edited_and_the_edit_knows_its_parent() {
    let api = api().await;
    let image = api.post("/images?wait=60", &json!({ "prompt": "a fox", "count": 2 })).await.json(200);
    let id = image["id"].as_str().unwrap();
    let path = format!("/images/{id}/edits?wait=60");
    let edited = api.post(&path, &json!({ "service": "upscale-conservative", "picture": 1 })).await.json(200);
    assert_eq!((&edited["parent"], &edited["prompt"]), (&json!(id), &json!("a fox")));
    assert_eq!(last(&api).1["prompt"], "a fox");
    let link = edited["pictures"][0]["link"].as_str().unwrap();
    assert!(link.ends_with("/0.webp"), "{link}");
    assert_eq!(api.get(link, WEB).await.header("content-type"), "image/webp");
    let foreign = api.posting(&path, SHOP, json!({ "service": "background" }).to_string());
    assert_eq!(answered(foreign).await.status, 404);
    assert_eq!(api.post(&path, &json!({ "service": "background", "picture": 2 })).await.status, 404);
    api.end().await;
}

#[tokio::test]
async fn what_cannot_be_edited_is_said_and_not_charged() {
    let api = api().await;
    let picture = base64(&png(256, 192));
    for (order, status, needle) in [
        (json!({ "service": "sharpen", "image": picture }), 400, "unknown variant `sharpen`"),
        (
            json!({ "service": "background", "image": picture, "strength": 1 }),
            400,
            "unknown field `strength`",
        ),
        (json!({ "service": "background", "image": "%%" }), 400, "must be a picture in base64"),
        (json!({ "service": "background", "image": picture, "picture": 1 }), 400, "`picture` is for"),
        (json!({ "service": "background" }), 422, "a picture to edit"),
        (json!({ "service": "background", "image": picture, "prompt": "x" }), 422, "does not know"),
        (json!({ "service": "outpaint", "image": picture, "left": 0 }), 422, "at least one side that grows"),
        (
            json!({ "service": "inpaint", "image": picture, "prompt": "x".repeat(4001), "area": "1 1 2 2" }),
            422,
            "4001",
        ),
        (json!({ "service": "background", "image": base64(b"GIF89a\x40\0\x40\0\0\0\0;") }), 422, "image/gif"),
    ] {
        let answer = api.post("/edits", &order).await;
        let detail = answer.detail(status);
        assert!(detail.contains(needle), "{needle} in {detail}");
    }
    assert!(api.world.bedrock.calls().is_empty());
    api.end().await;
}

#[tokio::test]
async fn clients_of_openais_shape_edit_with_a_form() {
    let api = api().await;
    // Transparent where something is to be changed.
    let mut mask = RgbaImage::from_pixel(256, 192, Rgba([0, 0, 0, 255]));
    (0..64).for_each(|x| (0..64).for_each(|y| mask.put_pixel(x, y, Rgba([0, 0, 0, 0]))));
    let mut file = std::io::Cursor::new(Vec::new());
    mask.write_to(&mut file, image::ImageFormat::Png).unwrap();
    let form = Form::new()
        .part("image", part(png(256, 192)))
        .part("mask", part(file.into_inner()))
        .text("prompt", "a hat")
        .text("n", "1")
        .text("size", "1024x1024")
        .text("response_format", "b64_json");
    let answer = answered(api.request(Method::POST, EDITS, WEB).multipart(form)).await;
    let data = answer.json(200)["data"][0]["b64_json"].as_str().unwrap().to_owned();
    assert_eq!(STANDARD.decode(data).unwrap(), api.world.bedrock.calls()[0].picture().unwrap());
    let (model, body) = last(&api);
    assert_eq!(model, "us.stability.stable-image-inpaint-v1:0");
    let sent = STANDARD.decode(body["mask"].as_str().unwrap()).unwrap();
    let sent = image::load_from_memory(&sent).unwrap().into_luma8();
    assert_eq!((sent.get_pixel(10, 10).0, sent.get_pixel(100, 100).0), ([255], [0]));
    let plain = Form::new().part("image[]", part(png(256, 192))).text("prompt", "a fox in snow");
    assert_eq!(answered(api.request(Method::POST, EDITS, WEB).multipart(plain)).await.status, 200);
    assert_eq!(last(&api).1["mode"], "image-to-image");
    for (form, param) in [
        (Form::new().text("prompt", "a hat"), "image"),
        (Form::new().part("image", part(png(64, 64))).part("image", part(png(64, 64))), "image"),
        (Form::new().part("image", part(png(64, 64))).text("n", "2"), "n"),
        (Form::new().part("image", part(png(64, 64))).text("layers", "2"), "layers"),
        (
            Form::new()
                .part("image", part(png(64, 64)))
                .part("mask", part(png(64, 64)))
                .text("model", "sd3.5"),
            "mask",
        ),
    ] {
        let answer = answered(api.request(Method::POST, EDITS, WEB).multipart(form)).await;
        assert_eq!(answer.json(400)["error"]["param"], param);
    }
    assert_eq!(api.world.bedrock.calls().len(), 2);
    api.end().await;
}

fn part(bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name("picture.png").mime_str("image/png").unwrap()
}

fn white(width: u32, height: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(width, height, image::Luma([255]))
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    file.into_inner()
}
