//! The painter that needs no account: a procedural picture for people who have not connected a model yet.
//!
//! The words of the prompt choose mood, landscape and figures (`scene.rs`); the seed chooses everything else. Pure: no
//! I/O, no clock, the same arguments give the same bytes.

mod canvas;
mod city;
mod colour;
mod figures;
mod flow;
mod land;
mod look;
mod mark;
mod noise;
mod path;
mod scene;
mod sky;
mod style;
mod subject;
mod things;
mod weather;
mod woods;

use canvas::Canvas;
use scene::{Ground, Scene};

pub use look::Look;

/// Paints a picture for the prompt and marks it "easel sketch" in the lower right corner.
///
/// Returns an 8-bit RGB PNG of the size (width, height), 64 or more on each side. A megapixel takes 0.08 to 0.2 s of
/// one core.
///
/// # Errors
///
/// Fails only if a side is 0, because PNG has no empty pictures.
pub fn paint(
    prompt: &str,
    look: Look,
    seed: u32,
    (width, height): (u32, u32),
) -> Result<Vec<u8>, png::EncodingError> {
    if width == 0 || height == 0 {
        return encode(&[], width, height);
    }
    let scene = Scene::read(prompt, look, seed);
    let mut canvas = Canvas::new(width as usize, height as usize);
    match scene.ground {
        Ground::Abstract => flow::paint(&mut canvas, &scene),
        Ground::Space => flow::space(&mut canvas, &scene),
        Ground::City => city::paint(&mut canvas, &scene),
        _ => land::paint(&mut canvas, &scene),
    }
    subject::draw(&mut canvas, &scene);
    weather::fall(&mut canvas, &scene);
    look.apply(&mut canvas, &scene);
    mark::sign(&mut canvas);
    encode(&look.print(&canvas, &scene), width, height)
}

fn encode(rows: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::with_capacity(rows.len() / 2);
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rows)?;
    writer.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::scene::Subject;
    use super::*;

    fn header(bytes: &[u8]) -> (u32, u32, png::ColorType, png::BitDepth) {
        let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let info = reader.info();
        (info.width, info.height, info.color_type, info.bit_depth)
    }

    #[test]
    fn the_same_arguments_give_the_same_bytes_and_another_seed_gives_others() {
        for prompt in ["a cat eating ice cream", "city at night in the rain", "thoughts about time"] {
            let first = paint(prompt, Look::Watercolour, 7, (160, 128)).unwrap();
            assert_eq!(first, paint(prompt, Look::Watercolour, 7, (160, 128)).unwrap(), "{prompt}");
            assert_ne!(first, paint(prompt, Look::Watercolour, 8, (160, 128)).unwrap(), "{prompt}");
        }
    }

    #[test]
    fn the_picture_has_the_size_that_was_asked_for() {
        for size in [(64, 64), (641, 1537), (64, 2048), (2048, 64)] {
            let bytes = paint("a boat on a mountain lake", Look::Watercolour, 1, size).unwrap();
            assert_eq!(header(&bytes), (size.0, size.1, png::ColorType::Rgb, png::BitDepth::Eight));
        }
    }

    #[test]
    fn every_landscape_figure_and_look_can_be_painted() {
        let prompts = [
            "",
            "   ",
            "🐈🍦",
            "猫がアイスを食べる",
            "forest",
            "desert",
            "sea",
            "galaxy",
            "rainy city",
            "snowy peak",
            "meadow",
            "lake at night",
            "robot",
            "house",
            "tree",
            "rocket",
            "lighthouse",
            "balloon",
            "flower",
            "ice cream",
            "a black cat",
            "cat robot house boat tree",
        ];
        for prompt in prompts {
            header(&paint(prompt, Look::Watercolour, u32::MAX, (96, 64)).unwrap());
        }
        for look in Look::ALL {
            header(&paint("a cat eating ice cream", look, 0, (64, 96)).unwrap());
        }
    }

    #[test]
    fn the_words_of_the_prompt_choose_the_scene() {
        let read = |prompt| Scene::read(prompt, Look::Watercolour, 1);
        assert_eq!(read("Mountain LAKE at sunset").ground, Ground::Lake);
        assert_eq!(read("two cats eating ice cream").subjects, [Subject::Cat, Subject::IceCream]);
        assert_eq!(read("abstract thoughts about time").ground, Ground::Abstract);
        assert!(read("a city in the rain").rain);
    }

    #[test]
    fn an_empty_picture_is_refused() {
        assert!(paint("a cat", Look::Watercolour, 1, (0, 64)).is_err());
    }
}
