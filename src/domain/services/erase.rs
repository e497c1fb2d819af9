//! Erase: what the mask shows white disappears.

use serde::Serialize;

use super::{Asked, ImageLimits, NumberName, Output, Spec, Takes};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;

pub(super) const SPEC: Spec = Spec {
    name: "erase",
    id: "us.stability.stable-image-erase-object-v1:0",
    price: Micros(70_000),
    usual_seconds: 6,
    summary: "Take something out of it",
    takes: &[Takes::Mask, Takes::number(NumberName::GrowMask, 0.0, 20.0), Takes::Seed],
    image: ImageLimits::STANDARD,
    output: Output::SameSize,
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    image: &'a str,
    /// White is changed, black is kept; without one, what is transparent is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    mask: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grow_mask: Option<u32>,
    seed: u32,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { image: asked.image, mask: asked.mask, grow_mask: asked.whole(NumberName::GrowMask), seed: asked.seed, output_format: asked.format }
    }
}
