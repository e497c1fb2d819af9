//! Inpaint: what the mask shows white is made anew from words.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, NumberName, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::presets::Style;

pub(super) const SPEC: Spec = Spec {
    name: "inpaint",
    id: "us.stability.stable-image-inpaint-v1:0",
    price: Micros(70_000),
    usual_seconds: 7,
    summary: "Make a part of it anew from words",
    takes: &[Takes::Prompt(Need::Required), Takes::Mask, Takes::number(NumberName::GrowMask, 0.0, 20.0), Takes::Negative, Takes::Style, Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::SameSize,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    prompt: &'a str,
    image: &'a str,
    /// White is changed, black is kept; without one, what is transparent is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    mask: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grow_mask: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<&'a str>,
    seed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_preset: Option<Style>,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { prompt: asked.prompt, image: asked.image, mask: asked.mask, grow_mask: asked.whole(NumberName::GrowMask), negative_prompt: asked.negative, seed: asked.seed, style_preset: asked.style, output_format: asked.format }
    }
}
