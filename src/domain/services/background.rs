//! Background removal: the subject stays, the rest becomes transparent.

use serde::Serialize;

use super::{Asked, ImageLimits, Output, Spec};
use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;

pub(super) const SPEC: Spec = Spec {
    name: "background",
    id: "us.stability.stable-image-remove-background-v1:0",
    price: Micros(70_000),
    usual_seconds: 5,
    summary: "Remove the background",
    takes: &[],
    image: ImageLimits::STANDARD,
    output: Output::SameSize,
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
