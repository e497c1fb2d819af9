//! Style transfer: the picture in the style of a second one.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, NumberName, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;

pub(super) const SPEC: Spec = Spec {
    name: "style-transfer",
    id: "us.stability.stable-style-transfer-v1:0",
    price: Micros(80_000),
    usual_seconds: 8,
    summary: "Give it the style of a second picture",
    takes: &[Takes::StyleImage, Takes::Prompt(Need::Optional), Takes::number(NumberName::CompositionFidelity, 0.0, 1.0), Takes::number(NumberName::StyleStrength, 0.0, 1.0), Takes::number(NumberName::ChangeStrength, 0.1, 1.0), Takes::Negative, Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::SameSize,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    init_image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    composition_fidelity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_strength: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_strength: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<&'a str>,
    seed: u32,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { init_image: asked.image, style_image: asked.style_image, prompt: asked.prompt_if_any(), composition_fidelity: asked.number(NumberName::CompositionFidelity), style_strength: asked.number(NumberName::StyleStrength), change_strength: asked.number(NumberName::ChangeStrength), negative_prompt: asked.negative, seed: asked.seed, output_format: asked.format }
    }
}
