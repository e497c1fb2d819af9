//! From a model's answer to a picture.

use anyhow::{Context, anyhow, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::receiver::{Decoded, Received};
use super::{Class, Failure, Filter};
use crate::domain::catalogue::MOST_PIXELS;
use crate::domain::decode::dimensions;
use crate::domain::image_format::ImageFormat;
use crate::domain::unreadable::Unreadable;

/// The one that models which generate from words are asked for.
pub(super) const FORMAT: ImageFormat = ImageFormat::Png;

#[derive(Debug)]
pub(super) struct Picture {
    pub(super) decoded: Decoded,
    pub(super) format: ImageFormat,
    /// The seed that the model reports.
    pub(super) seed: Option<u32>,
}

/// Reads an answer with `images`.
pub(super) fn stability(received: Received) -> Result<Picture, Failure> {
    let answer: Images = parsed(&received).map_err(broken)?;
    if let Some(reason) = answer.finish_reasons.into_iter().flatten().flatten().next() {
        return Err(finished(&reason));
    }
    let image = answer.images.into_iter().flatten().next().flatten();
    let seed = answer.seeds.as_deref().and_then(<[Value]>::first).and_then(seed);
    let image = image.context("no image");
    let (decoded, format) = image.and_then(|image| received.picture(&image)).map_err(broken)?;
    Ok(Picture { decoded, format, seed })
}

/// Reads an answer with `artifacts`.
pub(super) fn sdxl(received: Received) -> Result<Picture, Failure> {
    let answer: Artifacts = parsed(&received).map_err(broken)?;
    if let Some(error) = answer.error.filter(|error| !error.is_null()) {
        return Err(broken(anyhow!("the model answered with an error: {error}")));
    }
    let artifact = answer.artifacts.into_iter().flatten().next();
    let artifact = artifact.context("no artifact").map_err(broken)?;
    match artifact.finish_reason.as_deref() {
        None | Some("SUCCESS") => {}
        // It comes with a blurred picture.
        Some("CONTENT_FILTERED") => return Err(filtered(Filter::Output, "CONTENT_FILTERED")),
        Some(reason) => return Err(broken(anyhow!("the model finished with `{reason}`"))),
    }
    let seed = artifact.seed.as_ref().and_then(seed);
    let image = artifact.base64.context("no base64");
    let (decoded, format) = image.and_then(|image| received.picture(&image)).map_err(broken)?;
    Ok(Picture { decoded, format, seed })
}

#[derive(Deserialize)]
struct Images {
    images: Option<Vec<Option<String>>>,
    seeds: Option<Vec<Value>>,
    finish_reasons: Option<Vec<Option<String>>>,
}

#[derive(Deserialize)]
struct Artifacts {
    artifacts: Option<Vec<Artifact>>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Artifact {
    base64: Option<String>,
    seed: Option<Value>,
    #[serde(rename = "finishReason")]
    finish_reason: Option<String>,
}

fn finished(reason: &str) -> Failure {
    match reason {
        "Filter reason: prompt" => filtered(Filter::Prompt, reason),
        "Filter reason: output image" => filtered(Filter::Output, reason),
        "Filter reason: input image" => filtered(Filter::Input, reason),
        reason => broken(anyhow!("the model finished with `{reason}`")),
    }
}

fn filtered(filter: Filter, reason: &str) -> Failure {
    Failure { class: Class::Filtered(filter), cause: anyhow!("the model finished with `{reason}`") }
}

fn broken(cause: anyhow::Error) -> Failure {
    Failure { class: Class::Broken, cause: cause.context("the model's answer is unusable") }
}

/// Numbers in Stability AI's examples, strings in its tables.
fn seed(value: &Value) -> Option<u32> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        value => value.as_u64().and_then(|seed| seed.try_into().ok()),
    }
}

fn parsed<T: for<'de> Deserialize<'de>>(received: &Received) -> anyhow::Result<T> {
    Ok(serde_json::from_slice(&received.json).map_err(Unreadable::from)?)
}

impl Received {
    /// The picture, for which the answer has this text.
    fn picture(self, text: &str) -> anyhow::Result<(Decoded, ImageFormat)> {
        let decoded = match self.picture {
            Some(decoded) if text.is_empty() => decoded,
            _ => Decoded::of(text),
        }?;
        let format = checked(decoded.file.file())?;
        Ok((decoded, format))
    }
}

/// The format of a picture whose size can be read and is not out of bounds.
fn checked(bytes: &[u8]) -> anyhow::Result<ImageFormat> {
    let format = ImageFormat::of(bytes).context("the picture is neither PNG nor JPEG nor WebP")?;
    let (width, height) = dimensions(bytes).context("the picture's header cannot be read")?;
    let pixels = u64::from(width) * u64::from(height);
    ensure!((1..=MOST_PIXELS).contains(&pixels), "the picture has {width} x {height} pixels");
    Ok(format)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use base64_simd::STANDARD;
    use easel_sketch::Look;
    use serde_json::json;

    use super::super::receiver::Receiver;
    use super::*;
    use crate::domain::digest::sha256_hex;

    fn png() -> Vec<u8> {
        easel_sketch::paint("a fox", Look::Watercolour, 7, (1024, 640)).unwrap()
    }

    fn received(body: impl AsRef<[u8]>) -> Received {
        let mut receiver = Receiver::new(body.as_ref().len());
        body.as_ref().chunks(1000).for_each(|piece| receiver.push(piece));
        receiver.finish()
    }

    fn file(picture: &Picture) -> &[u8] {
        assert_eq!(picture.decoded.sha256, sha256_hex(picture.decoded.file.file()));
        picture.decoded.file.file()
    }

    fn answer(image: &[u8], seeds: &Value) -> Vec<u8> {
        let image = STANDARD.encode_to_string(image);
        json!({"seeds": seeds, "finish_reasons": [null], "images": [image]}).to_string().into_bytes()
    }

    #[test]
    fn the_picture_comes_out_byte_for_byte() {
        for size in [(1024, 640), (1, 1)] {
            let sent = easel_sketch::paint("a fox", Look::Watercolour, 7, size).unwrap();
            let picture = stability(received(answer(&sent, &json!([2_130_420_379_u32])))).unwrap();
            assert_eq!((file(&picture), picture.format), (&*sent, FORMAT));
            assert_eq!(picture.seed, Some(2_130_420_379));
        }
    }

    #[test]
    fn seeds_may_be_numbers_texts_or_missing() {
        for (seeds, seed) in [
            (json!([7]), Some(7)),
            (json!(["7"]), Some(7)),
            (json!([]), None),
            (json!(null), None),
            (json!([null]), None),
            (json!([-1]), None),
            (json!(["seven"]), None),
        ] {
            assert_eq!(stability(received(answer(&png(), &seeds))).unwrap().seed, seed, "{seeds}");
        }
    }

    #[test]
    fn escapes_and_other_long_texts_do_not_harm() {
        let image = STANDARD.encode_to_string(png());
        let escaped = format!(r#"{{"images":["{}"]}}"#, image.replace('/', r"\/"));
        assert_eq!(file(&stability(received(escaped)).unwrap()), png());
        let long = json!({"note": "x".repeat(3 * image.len()), "images": [image]});
        assert_eq!(file(&stability(received(long.to_string())).unwrap()), png());
    }

    #[test]
    fn what_the_filter_objects_to_is_told_apart() {
        for (reason, filter) in
            [("prompt", Filter::Prompt), ("output image", Filter::Output), ("input image", Filter::Input)]
        {
            for body in [
                json!({"finish_reasons": [format!("Filter reason: {reason}")]}),
                json!({"seeds": [], "images": null, "finish_reasons": [format!("Filter reason: {reason}")]}),
            ] {
                let failure = stability(received(body.to_string())).unwrap_err();
                assert_eq!(failure.class, Class::Filtered(filter), "{body}");
            }
        }
    }

    #[test]
    fn an_unusable_answer_is_broken_and_says_why() {
        let image = |bytes: &[u8]| answer(bytes, &json!([1]));
        // Unlike a PNG's, the header of a JPEG has no checksum.
        let mut huge = Cursor::new(Vec::new());
        image::RgbImage::new(8, 8).write_to(&mut huge, image::ImageFormat::Jpeg).unwrap();
        let mut huge = huge.into_inner();
        let size = huge.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap() + 5;
        huge[size..size + 4].copy_from_slice(&[0xff; 4]);
        for (body, why) in [
            (br#"{"finish_reasons":["Inference error"]}"#.to_vec(), "Inference error"),
            (br#"{"finish_reasons":["Filter reason: mood"]}"#.to_vec(), "mood"),
            (b"{}".to_vec(), "no image"),
            (br#"{"images":[]}"#.to_vec(), "no image"),
            (br#"{"images":[null]}"#.to_vec(), "no image"),
            (br#"{"images":["!!!!"]}"#.to_vec(), "not base64"),
            (format!(r#"{{"images":["{}"]}}"#, "!".repeat(4096)).into_bytes(), "not base64"),
            (image(b"GIF89a"), "neither PNG nor JPEG nor WebP"),
            (image(b"\xff\xd8\xff\xe0 a JPEG"), "header cannot be read"),
            (image(&png()[..20]), "header cannot be read"),
            (image(&huge), "pixels"),
            (b"<html>".to_vec(), "it is not JSON"),
            (Vec::new(), "the JSON ends too early"),
        ] {
            let failure = stability(received(body)).unwrap_err();
            let said = format!("{:#}", failure.cause);
            assert!(failure.class == Class::Broken && said.contains(why), "{why}: {said}");
        }
    }

    #[test]
    fn sdxl_answers_with_artifacts() {
        let body = |reason: &str| {
            let artifact =
                json!({"seed": 9, "base64": STANDARD.encode_to_string(png()), "finishReason": reason});
            json!({"result": "success", "artifacts": [artifact]}).to_string().into_bytes()
        };
        let picture = sdxl(received(body("SUCCESS"))).unwrap();
        assert_eq!((file(&picture), picture.format, picture.seed), (&*png(), FORMAT, Some(9)));
        let filtered = sdxl(received(body("CONTENT_FILTERED"))).unwrap_err();
        assert_eq!(filtered.class, Class::Filtered(Filter::Output));
        let error = br#"{"result":"error","error":{"id":"1","message":"out of paint","name":"x"}}"#;
        for (body, why) in [
            (body("ERROR"), "ERROR"),
            (error.to_vec(), "out of paint"),
            (br#"{"artifacts":[]}"#.to_vec(), "no artifact"),
            (br#"{"artifacts":[{}]}"#.to_vec(), "no base64"),
        ] {
            let failure = sdxl(received(body)).unwrap_err();
            let said = format!("{:#}", failure.cause);
            assert!(failure.class == Class::Broken && said.contains(why), "{why}: {said}");
        }
    }
}
