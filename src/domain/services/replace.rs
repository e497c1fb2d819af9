//! Search and replace: what is found by words becomes something else.

use serde::Serialize;

use super::{Asked, ImageLimits, Need, NumberName, Output, Spec, Takes, Words};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::presets::Style;
use crate::domain::refusal::OptionName;

pub(super) const SPEC: Spec = Spec {
    name: "replace",
    id: "us.stability.stable-image-search-replace-v1:0",
    price: Micros(70_000),
    usual_seconds: 7,
    summary: "Put something else in the place of what you name",
    takes: &[Takes::Target(Words { option: OptionName::Search, help: "What to look for, such as: the dog" }), Takes::Prompt(Need::Required), Takes::number(NumberName::GrowMask, 0.0, 20.0), Takes::Negative, Takes::Style, Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::SameSize,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    prompt: &'a str,
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    search_prompt: Option<&'a str>,
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
        Body { prompt: asked.prompt, image: asked.image, search_prompt: asked.target, grow_mask: asked.whole(NumberName::GrowMask), negative_prompt: asked.negative, seed: asked.seed, style_preset: asked.style, output_format: asked.format }
    }
}
