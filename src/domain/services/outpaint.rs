//! Outpaint: more of the scene around the picture.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, NumberName, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::presets::Style;

pub(super) const SPEC: Spec = Spec {
    name: "outpaint",
    id: "us.stability.stable-outpaint-v1:0",
    price: Micros(60_000),
    usual_seconds: 8,
    summary: "Show more of the scene around it",
    takes: &[Takes::number(NumberName::Left, 0.0, 2_000.0), Takes::number(NumberName::Right, 0.0, 2_000.0), Takes::number(NumberName::Up, 0.0, 2_000.0), Takes::number(NumberName::Down, 0.0, 2_000.0), Takes::Prompt(Need::Optional), Takes::number(NumberName::Creativity, 0.1, 1.0), Takes::Style, Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::Grown,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    up: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creativity: Option<f64>,
    seed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_preset: Option<Style>,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { image: asked.image, left: asked.whole(NumberName::Left), right: asked.whole(NumberName::Right), up: asked.whole(NumberName::Up), down: asked.whole(NumberName::Down), prompt: asked.prompt_if_any(), creativity: asked.number(NumberName::Creativity), seed: asked.seed, style_preset: asked.style, output_format: asked.format }
    }
}
