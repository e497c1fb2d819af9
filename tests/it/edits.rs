//! What the image services make of a picture, from the shell.

use easel_emulator::bedrock::BedrockOptions;
use easel_emulator::bedrock::Picture;
use serde_json::Value;

use crate::support::{Setup, World, png};

const SERVICES: [(&str, &str, &str); 13] = [
    ("upscale-fast", "", "us.stability.stable-fast-upscale-v1:0"),
    ("upscale-conservative", "--prompt a~fox", "us.stability.stable-conservative-upscale-v1:0"),
    ("upscale-creative", "--prompt a~fox --creativity 0.5", "us.stability.stable-creative-upscale-v1:0"),
    ("background", "", "us.stability.stable-image-remove-background-v1:0"),
    ("erase", "--area 10~10~50~50 --grow-mask 3", "us.stability.stable-image-erase-object-v1:0"),
    ("inpaint", "--prompt a~hat --mask mask.png", "us.stability.stable-image-inpaint-v1:0"),
    ("outpaint", "--left 100 --creativity 1", "us.stability.stable-outpaint-v1:0"),
    ("replace", "--search the~dog --prompt a~cat", "us.stability.stable-image-search-replace-v1:0"),
    ("recolor", "--select the~car --prompt red", "us.stability.stable-image-search-recolor-v1:0"),
    ("control-sketch", "--prompt a~castle", "us.stability.stable-image-control-sketch-v1:0"),
    ("structure", "--prompt a~castle --style anime", "us.stability.stable-image-control-structure-v1:0"),
    ("style-guide", "--prompt a~castle --ar 16:9", "us.stability.stable-image-style-guide-v1:0"),
    ("style-transfer", "--style-image style.png", "us.stability.stable-style-transfer-v1:0"),
];

async fn shell() -> World {
    let bedrock = BedrockOptions { picture: Picture::Real, ..BedrockOptions::default() };
    let world = World::without_bot(Setup { bedrock, ..Setup::default() }).await;
    world.write("fox.png", png(256, 192));
    world.write("style.png", png(128, 128));
    let mut mask = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(64, 64, image::Luma([255]))
        .write_to(&mut mask, image::ImageFormat::Png)
        .unwrap();
    world.write("mask.png", mask.into_inner());
    world
}

/// `~` stands for a space within an argument.
async fn edit(world: &World, arguments: &str) -> (i32, String, String) {
    let arguments: Vec<String> = arguments.split_whitespace().map(|word| word.replace('~', " ")).collect();
    let arguments: Vec<&str> = std::iter::once("edit").chain(arguments.iter().map(String::as_str)).collect();
    world.run(&arguments).await
}

fn last_record(world: &World) -> Value {
    let records = world.archived("json");
    let records = records.iter().map(|record| serde_json::from_slice::<Value>(record).unwrap());
    records.max_by_key(|record| record["job"].as_str().unwrap().to_owned()).unwrap()
}

#[tokio::test]
async fn every_service_edits_a_picture_from_the_shell() {
    let world = shell().await;
    for (service, options, model) in SERVICES {
        let (code, out, err) = edit(&world, &format!("{service} fox.png {options}")).await;
        assert_eq!(code, 0, "{service}: {err}");
        let call = world.bedrock.calls().pop().unwrap();
        assert_eq!(call.model, model);
        let path = out.split("  seed").next().unwrap();
        assert!(std::fs::read(world.path(path)).unwrap() == call.picture().unwrap(), "{service}: {out}");
        let record = last_record(&world);
        assert_eq!(record["request"]["edit"]["service"], service);
        assert_eq!(record["model"]["name"], service);
    }
    assert_eq!(world.bedrock.violations(), Vec::<String>::new());
    world.end().await;
}

/// What is asked for, and a part of the sentence that says what is wrong.
#[tokio::test]
async fn what_cannot_be_edited_is_refused_with_a_sentence_and_costs_nothing() {
    let world = shell().await;
    world.write("black.png", png(64, 64));
    world.write("line.png", png(1, 10_000));
    world.write("huge.png", png_header(20_000, 20_000));
    world.write("moving.gif", b"GIF89a\x40\0\x40\0\0\0\0;");
    world.write("moving.webp", moving_webp());
    let mut damaged = png(256, 256);
    let checksum = damaged.len() - 14;
    damaged[checksum] ^= 1;
    world.write("damaged.png", damaged);
    for (arguments, needle) in [
        ("erase fox.png", "what is to be changed: a `mask`, an `area`, or a picture with transparent parts"),
        ("erase fox.png --area 50~10~20~90", "area was 50 10 20 90; allowed: four percentages"),
        ("erase fox.png --area 10~10~110~90", "allowed: four percentages"),
        ("erase fox.png --area 10~10~20~20 --mask mask.png", "mask and area say the same thing"),
        ("inpaint fox.png --prompt x --mask black.png", "Nothing in the mask is white"),
        ("inpaint fox.png --prompt x --mask moving.gif", "type image/gif"),
        ("inpaint fox.png --area 10~10~20~20", "prompt is missing"),
        ("outpaint fox.png", "at least one side that grows"),
        ("outpaint fox.png --left 0 --right 0 --up 0 --down 0", "at least one side that grows"),
        ("outpaint fox.png --left 2001", "left was 2001; allowed: a whole number from 0 to 2000"),
        ("outpaint fox.png --left 1.5", "allowed: a whole number"),
        ("outpaint fox.png --zoom 4", "zoom was 4; allowed: a number from 1.1 to 3"),
        ("outpaint fox.png --zoom 2 --left 5", "zoom and left say the same thing"),
        (
            "upscale-fast fox.png --prompt x",
            "upscale-fast does not know prompt. Leave prompt out, or pick a model that does: upscale-conservative",
        ),
        ("upscale-creative fox.png --prompt x --creativity 0.6", "allowed: a number from 0.1 to 0.5"),
        ("upscale-creative fox.png --prompt x~--n~4", "does not know count"),
        ("background fox.png --seed 7", "does not know seed"),
        ("replace fox.png --prompt x", "search is missing"),
        ("recolor fox.png --prompt x --select ~", "select is missing"),
        ("style-transfer fox.png", "a second picture whose style is taken"),
        ("background line.png", "1×10000 pixels are too few"),
        ("background huge.png", "20000×20000 pixels are too many"),
        ("background moving.gif", "type image/gif"),
        ("background moving.webp", "it moves, and only still pictures are taken"),
        ("background damaged.png", "it is not a picture, or it is damaged"),
        ("background nothing.png", "FILE: cannot read"),
        ("sharpen fox.png", "invalid value 'sharpen'"),
    ] {
        let (code, out, err) = edit(&world, arguments).await;
        let said = err.replace('`', "").contains(&needle.replace('`', ""));
        assert!(code == 1 && out.is_empty() && said, "{arguments}: {code} {err}");
    }
    assert!(world.bedrock.calls().is_empty());
    assert_eq!(world.sum("spent"), 0);
    world.end().await;
}

#[tokio::test]
async fn a_picture_is_brought_into_the_limits_and_that_is_said() {
    let world = shell().await;
    world.write("photo.png", png(2_400, 700));
    let (code, _, err) = edit(&world, "background photo.png").await;
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains(
            "The picture was cut to 1750×700 pixels, since background takes no longer form (it had 2400×700)."
        ),
        "{err}"
    );
    let (code, _, err) = edit(&world, "upscale-fast photo.png").await;
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains(
            "The picture was scaled to 1536×448 pixels, as upscale-fast takes it (it had 2400×700)."
        ),
        "{err}"
    );
    let (code, _, err) = edit(&world, "inpaint fox.png --mask mask.png --prompt x").await;
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("The mask was scaled to the picture's size (it had 64×64)."), "{err}");
    assert_eq!(world.bedrock.violations(), Vec::<String>::new());
    world.end().await;
}

#[tokio::test]
async fn an_upscale_that_does_not_fit_as_png_comes_as_webp_and_stays_so() {
    let world = shell().await;
    world.write("large.png", png(1_024, 1_024));
    let (code, out, err) = edit(&world, "upscale-fast large.png").await;
    assert_eq!(code, 0, "{err}");
    let call = world.bedrock.calls().pop().unwrap();
    assert_eq!(call.body["output_format"], "webp");
    assert!(out.split("  seed").next().unwrap().ends_with("-0.webp"), "{out}");
    assert!(world.archived("webp") == [call.picture().unwrap()]);
    world.end().await;
}

#[tokio::test]
async fn what_can_be_seen_through_is_a_mask_of_its_own() {
    let world = shell().await;
    let mut clear = image::RgbaImage::from_pixel(128, 96, image::Rgba([90, 120, 60, 255]));
    (0..40).for_each(|x| clear.put_pixel(x, x, image::Rgba([0, 0, 0, 0])));
    let mut file = std::io::Cursor::new(Vec::new());
    clear.write_to(&mut file, image::ImageFormat::Png).unwrap();
    world.write("clear.png", file.into_inner());
    for arguments in ["inpaint clear.png --prompt a~hat", "erase clear.png"] {
        let (code, _, err) = edit(&world, arguments).await;
        assert_eq!(code, 0, "{err}");
        assert!(world.bedrock.calls().pop().unwrap().body.get("mask").is_none(), "{arguments}");
    }
    assert_eq!(world.bedrock.violations(), Vec::<String>::new());
    world.end().await;
}

/// A PNG that ends with the first bytes of its pixels.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = png::Encoder::new(&mut file, width, height).write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[0]).unwrap();
    drop(writer);
    file
}

/// A WebP with one frame of an animation.
fn moving_webp() -> Vec<u8> {
    let mut still = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(64, 64).write_to(&mut still, image::ImageFormat::WebP).unwrap();
    let frame = still.into_inner().split_off(12);
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        [&name[..], &length, data].concat()
    };
    let side = [63, 0, 0];
    let head = chunk(b"VP8X", &[&[2, 0, 0, 0][..], &side, &side].concat());
    let placed = [&[0; 6][..], &side, &side, &[100, 0, 0], &[0], &frame].concat();
    let body = [b"WEBP".to_vec(), head, chunk(b"ANIM", &[0; 6]), chunk(b"ANMF", &placed)].concat();
    chunk(b"RIFF", &body)
}
