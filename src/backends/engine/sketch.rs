//! Pictures of the built-in engine.

use anyhow::Context;
pub(crate) use easel_sketch::EXAMPLES;
use easel_sketch::Look;

use super::{Class, Failure, ModelOutput, PictureLimiter};
use crate::backends::image_buffer::ImageBuffer;
use crate::domain::catalogue::SKETCH_MODEL;
use crate::domain::digest::sha256_hex;
use crate::domain::image_format::ImageFormat;
use crate::domain::request::{ImageRequest, Style};

pub(super) async fn generate(
    limiter: &PictureLimiter,
    request: &ImageRequest,
    seed: u32,
) -> Result<ModelOutput, Failure> {
    let prompt = request.prompt.clone();
    let look = request.style.map_or_else(Look::default, look);
    let size = request.aspect.size();
    // Before drawing: here a picture takes memory from the start.
    let permit = limiter.enter().await;
    let generate = move || {
        let file = easel_sketch::paint(&prompt, look, seed, size)?;
        anyhow::Ok((sha256_hex(&file), ImageBuffer::of(&file)))
    };
    let (sha256, file) = tokio::task::spawn_blocking(generate)
        .await
        .context("the built-in engine stopped")
        .and_then(|generated| generated.context("the built-in engine cannot write its picture"))
        .map_err(|cause| Failure { class: Class::Broken, cause })?;
    Ok(ModelOutput { file, sha256, format: ImageFormat::Png, seed, region: None, permit })
}

/// Whether the built-in engine draws the request, and finds nothing in its prompt that it knows.
pub(crate) fn drawn_as_abstract(request: &ImageRequest) -> bool {
    request.model == SKETCH_MODEL && !easel_sketch::knows_any_of(&request.prompt)
}

/// Bedrock has more styles than the built-in engine has looks.
pub(crate) fn look(style: Style) -> Look {
    match style {
        Style::LineArt => Look::Ink,
        Style::NeonPunk => Look::Neon,
        Style::PixelArt => Look::Pixels,
        Style::LowPoly | Style::Origami => Look::Facets,
        Style::ComicBook => Look::Comic,
        Style::AnalogFilm => Look::Film,
        Style::Cinematic | Style::Photographic => Look::Cinema,
        Style::Anime | Style::DigitalArt | Style::Enhance => Look::Vivid,
        Style::FantasyArt | Style::ModelingCompound | Style::Model3d | Style::Isometric => Look::Soft,
        Style::TileTexture => Look::Tiles,
    }
}
