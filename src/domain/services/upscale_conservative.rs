//! Conservative upscale: about ten megapixels, with few changes.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;

pub(super) const SPEC: Spec = Spec {
    name: "upscale-conservative",
    id: "us.stability.stable-conservative-upscale-v1:0",
    price: Micros(400_000),
    usual_seconds: 20,
    summary: "Enlarge it to about ten megapixels and keep what it shows",
    takes: &[Takes::Prompt(Need::Required), Takes::Negative, Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::Large,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    prompt: &'a str,
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<&'a str>,
    seed: u32,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { prompt: asked.prompt, image: asked.image, negative_prompt: asked.negative, seed: asked.seed, output_format: asked.format }
    }
}
