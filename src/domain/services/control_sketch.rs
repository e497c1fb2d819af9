//! Control by sketch: a picture along the lines of a drawing.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, NumberName, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::presets::Style;

pub(super) const SPEC: Spec = Spec {
    name: "control-sketch",
    id: "us.stability.stable-image-control-sketch-v1:0",
    price: Micros(70_000),
    usual_seconds: 7,
    summary: "Make a picture from a sketch",
    takes: &[Takes::Prompt(Need::Required), Takes::number(NumberName::ControlStrength, 0.0, 1.0), Takes::Negative, Takes::Style, Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::SameSize,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    prompt: &'a str,
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    control_strength: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<&'a str>,
    seed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_preset: Option<Style>,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { prompt: asked.prompt, image: asked.image, control_strength: asked.number(NumberName::ControlStrength), negative_prompt: asked.negative, seed: asked.seed, style_preset: asked.style, output_format: asked.format }
    }
}
