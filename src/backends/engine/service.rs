//! What an image service is asked, from the request and its pictures.

use anyhow::Context;
use base64_simd::STANDARD;

use super::Inputs;
use crate::domain::request::{Edit, ImageRequest};
use crate::domain::services::Asked;

pub(super) fn body(
    request: &ImageRequest,
    edit: &Edit,
    seed: u32,
    inputs: &Inputs,
) -> anyhow::Result<Vec<u8>> {
    let [left, right, up, down] = edit.growth(inputs.size);
    let format = edit.service.spec().output.format(inputs.size, (left + right, up + down));
    let mut numbers = edit.numbers.clone();
    if edit.zoom.is_some() {
        let added = [left, right, up, down].map(f64::from);
        numbers.extend(crate::domain::request::SIDES.into_iter().zip(added));
    }
    let base64 = |bytes: &bytes::Bytes| STANDARD.encode_to_string(bytes);
    let (image, mask, style_image) =
        (base64(&inputs.image), inputs.mask.as_ref().map(base64), inputs.style_image.as_ref().map(base64));
    let asked = Asked {
        prompt: &request.prompt_for_model(),
        negative: request.negative.as_deref(),
        style: request.style,
        aspect: request.aspect,
        seed,
        target: edit.target.as_deref(),
        numbers: &numbers,
        image: &image,
        mask: mask.as_deref(),
        style_image: style_image.as_deref(),
        format,
    };
    edit.service.body(&asked).context("cannot write the request")
}
