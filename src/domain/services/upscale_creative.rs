//! Creative upscale: about ten megapixels, with details that are made up.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, NumberName, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::presets::Style;

pub(super) const SPEC: Spec = Spec {
    name: "upscale-creative",
    id: "us.stability.stable-creative-upscale-v1:0",
    price: Micros(600_000),
    usual_seconds: 40,
    summary: "Enlarge it to about ten megapixels and make details up",
    takes: &[Takes::Prompt(Need::Required), Takes::number(NumberName::Creativity, 0.1, 0.5), Takes::Negative, Takes::Style, Takes::Seed],
    image: ImageLimits { pixels: (4_096, 1_048_576), aspect: None, ..ImageLimits::STANDARD },
    output: Output::Large,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    prompt: &'a str,
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    creativity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<&'a str>,
    seed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_preset: Option<Style>,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { prompt: asked.prompt, image: asked.image, creativity: asked.number(NumberName::Creativity), negative_prompt: asked.negative, seed: asked.seed, style_preset: asked.style, output_format: asked.format }
    }
}
