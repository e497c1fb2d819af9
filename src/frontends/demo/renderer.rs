//! Draws what the emulated models are asked for.

use std::io::{self, Cursor};

use easel_emulator::bedrock::{RenderRequest, Renderer};
use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

use crate::backends::engine::look;
use crate::domain::request::Style;

pub(super) fn renderer() -> Renderer {
    Renderer::new(draw)
}

fn draw(request: &RenderRequest) -> io::Result<Vec<u8>> {
    let Some(source) = &request.source else { return sketched(request) };
    let source = image::load_from_memory(source).map_err(io::Error::other)?;
    let (width, height) = (request.width, request.height);
    let fitted = || source.resize_exact(width, height, FilterType::Triangle).to_rgba8();
    let drawn =
        || io::Result::Ok(image::load_from_memory(&sketched(request)?).map_err(io::Error::other)?.to_rgba8());
    let picture = match &request.model {
        model if model.contains("upscale") => fitted(),
        model if model.contains("remove-background") => cut_out(fitted()),
        model if model.contains("outpaint") => {
            let mut around = drawn()?;
            let [left, top] = [(width, source.width()), (height, source.height())]
                .map(|(outer, inner)| i64::from(outer.saturating_sub(inner) / 2));
            imageops::overlay(&mut around, &source.to_rgba8(), left, top);
            around
        }
        _ => mixed(&fitted(), &drawn()?, request.strength.unwrap_or(0.5)),
    };
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut file, ImageFormat::Png).map_err(io::Error::other)?;
    Ok(file.into_inner())
}

fn sketched(request: &RenderRequest) -> io::Result<Vec<u8>> {
    let style = request.style.as_deref();
    let style = Style::ALL.iter().find(|one| Some(one.name()) == style);
    let look = style.map(|style| look(*style)).unwrap_or_default();
    let seed = u32::try_from(request.seed).unwrap_or(u32::MAX);
    easel_sketch::paint(&request.prompt, look, seed, (request.width, request.height))
        .map_err(io::Error::other)
}

/// What is in the middle, as if everything else were its background.
fn cut_out(mut picture: RgbaImage) -> RgbaImage {
    let [half_width, half_height] = [picture.width(), picture.height()].map(|side| f64::from(side) / 2.0);
    for (x, y, Rgba([.., alpha])) in picture.enumerate_pixels_mut() {
        let (across, down) = (f64::from(x) / half_width - 1.0, f64::from(y) / half_height - 1.0);
        if across * across + down * down > 0.7 {
            *alpha = 0;
        }
    }
    picture
}

/// `share` of `other`, the rest of `one`.
fn mixed(one: &RgbaImage, other: &RgbaImage, share: f64) -> RgbaImage {
    let mut mixed = one.clone();
    for (Rgba(mixed), Rgba(other)) in mixed.pixels_mut().zip(other.pixels()) {
        for (value, more) in mixed.iter_mut().zip(other) {
            *value = (f64::from(*value) * (1.0 - share) + f64::from(*more) * share).round() as u8;
        }
    }
    mixed
}
