//! Fast upscale: four times each side, in a second.

use serde::Serialize;

use super::{Asked, ImageLimits, Output, Spec};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;

pub(super) const SPEC: Spec = Spec {
    name: "upscale-fast",
    id: "us.stability.stable-fast-upscale-v1:0",
    price: Micros(30_000),
    usual_seconds: 3,
    summary: "Enlarge it four times as it is",
    takes: &[],
    image: ImageLimits { shortest: 32, longest: Some(1_536), pixels: (1_024, 1_048_576), aspect: None },
    output: Output::Times(4),
};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    image: &'a str,
    output_format: ImageFormat,
}

impl<'a> Body<'a> {
    pub(super) fn new(asked: &'a Asked<'_>) -> Body<'a> {
        Body { image: asked.image, output_format: asked.format }
    }
}
