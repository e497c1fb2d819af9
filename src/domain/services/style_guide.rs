//! Style guide: another picture in the style of this one.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, NumberName, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::presets::{Aspect, Style};

pub(super) const SPEC: Spec = Spec {
    name: "style-guide",
    id: "us.stability.stable-image-style-guide-v1:0",
    price: Micros(70_000),
    usual_seconds: 7,
    summary: "Make another picture in its style",
    takes: &[Takes::Prompt(Need::Required), Takes::Aspect, Takes::number(NumberName::Fidelity, 0.0, 1.0), Takes::Negative, Takes::Style, Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::Usual,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    prompt: &'a str,
    image: &'a str,
    aspect_ratio: Aspect,
    #[serde(skip_serializing_if = "Option::is_none")]
    fidelity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<&'a str>,
    seed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_preset: Option<Style>,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { prompt: asked.prompt, image: asked.image, aspect_ratio: asked.aspect, fidelity: asked.number(NumberName::Fidelity), negative_prompt: asked.negative, seed: asked.seed, style_preset: asked.style, output_format: asked.format }
    }
}
