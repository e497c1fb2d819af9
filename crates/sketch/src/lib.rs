//! The painter that needs no account: a procedural picture for people who have not connected a model yet.
//!
//! The words of the prompt, in any of six languages (`words.rs`), choose mood, landscape and figures (`scene.rs`,
//! `cast.rs`); the seed chooses everything else. Pure: no I/O, no clock, the same arguments give the same bytes.

mod beasts;
mod buildings;
mod canvas;
mod cast;
mod city;
mod colour;
mod creatures;
mod figures;
mod flow;
mod food;
mod household;
mod land;
mod look;
mod mark;
mod noise;
mod path;
mod people;
mod read;
mod room;
mod scene;
mod sky;
mod style;
mod subject;
mod things;
mod vehicles;
mod weather;
mod wonders;
mod woods;
mod words;

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
        Ground::Room => room::paint(&mut canvas, &scene),
        Ground::Deep => room::deep(&mut canvas, &scene),
        _ => land::paint(&mut canvas, &scene),
    }
    subject::draw(&mut canvas, &scene);
    weather::fall(&mut canvas, &scene);
    look.apply(&mut canvas, &scene);
    mark::sign(&mut canvas);
    encode(&look.print(&canvas, &scene), width, height)
}

/// Some of what it can draw.
pub const EXAMPLES: [&str; 8] = ["cat", "house", "ship", "mountain", "flower", "car", "king", "cake"];

/// Whether the prompt names anything that it can draw. Without, the picture is an abstract one.
pub fn knows_any_of(prompt: &str) -> bool {
    scene::is_known(prompt)
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
        let subjects = |prompt| read(prompt).subjects.iter().map(|subject| subject.name).collect::<Vec<_>>();
        assert_eq!(subjects("two cats eating ice cream"), ["cat", "ice cream"]);
        assert_eq!(subjects("an orange cat in the moonlight"), ["cat"]);
        assert_eq!(subjects("un gato y una naranja"), ["cat"]);
        assert_eq!(subjects("the moon"), ["moon"]);
        assert_eq!(subjects("猫とりんご"), ["cat", "apple"]);
        assert_eq!(read("abstract thoughts about time").ground, Ground::Abstract);
        assert!(read("a city in the rain").rain);
    }

    #[test]
    fn a_hundred_things_are_known_and_each_looks_different() {
        let mut rng = noise::Rng::new(7);
        let drawn: Vec<_> =
            cast::CAST.iter().map(|member| (member.name, member.parts(false, &mut rng))).collect();
        assert!(drawn.len() >= 100, "{}", drawn.len());
        for (at, (name, parts)) in drawn.iter().enumerate() {
            assert!(words::WORDS.iter().any(|(known, _)| known == name), "no words for {name}");
            for (other, same) in &drawn[at + 1..] {
                assert!(name != other && parts != same, "{name} and {other}");
            }
            assert!(parts.iter().all(|part| is_drawn(&part.path)), "a path of {name} is not understood");
        }
    }

    /// Whether all of a path is understood.
    fn is_drawn(path: &str) -> bool {
        let lines = path::outline(path, &path::Place::new(0.0, 0.0, 1.0));
        let commands =
            path.split_ascii_whitespace().filter(|word| matches!(*word, "M" | "E" | "B" | "S" | "W"));
        lines.len() == commands.count() && lines.iter().flatten().flatten().all(|number| number.is_finite())
    }

    #[test]
    fn each_word_means_something_for_the_picture() {
        let scene = |name: &str| Scene::read(name, Look::Watercolour, 1);
        for (name, _) in words::WORDS {
            let coat = scene(name).coat.is_some();
            assert!(coat || knows_any_of(name), "{name}");
            assert!(
                coat || matches!(*name, "fire" | "summer" | "time" | "neon" | "orange")
                    || scene(name).ground != Ground::Abstract,
                "{name}"
            );
        }
        for unknown in ["", "   ", "entropy", "a red thought", "ein Gedanke"] {
            assert!(!knows_any_of(unknown), "{unknown}");
        }
    }

    #[test]
    fn the_seed_varies_place_pose_and_light() {
        let scenes: Vec<_> = (0..12).map(|seed| Scene::read("a horse", Look::Watercolour, seed)).collect();
        assert!(
            scenes.iter().any(|scene| scene.light_right) && scenes.iter().any(|scene| !scene.light_right)
        );
        assert!(scenes.iter().any(|scene| scene.mood != scenes[0].mood));
        let horse = cast::named("horse").unwrap();
        assert_ne!(horse.parts(false, &mut noise::Rng::new(1)), horse.parts(false, &mut noise::Rng::new(2)));
    }

    #[test]
    fn an_empty_picture_is_refused() {
        assert!(paint("a cat", Look::Watercolour, 1, (0, 64)).is_err());
    }
}
