//! Pictures that somebody else draws, in place of the templates.

use std::fmt;
use std::io::{self, Cursor};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use image::ImageFormat;
use serde_json::{Map, Value};

use super::picture::Format;

/// Draws the pictures. It gets what the model was asked for, and answers with a PNG.
#[derive(Clone)]
pub struct Renderer(Arc<Draw>);

type Draw = dyn Fn(&RenderRequest) -> io::Result<Vec<u8>> + Send + Sync;

/// What a model was asked for.
#[derive(Clone, Debug)]
pub struct RenderRequest {
    /// The model's identifier or ARN, as it was called.
    pub model: String,
    /// Empty for services that take none.
    pub prompt: String,
    pub negative: Option<String>,
    pub style: Option<String>,
    pub seed: u64,
    pub width: u32,
    pub height: u32,
    /// The picture to start from, as a file.
    pub source: Option<Bytes>,
    /// How far to go from it, from 0 to 1.
    pub strength: Option<f64>,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Renderer")
    }
}

impl Renderer {
    pub fn new(draw: impl Fn(&RenderRequest) -> io::Result<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(draw))
    }

    /// The picture's file in the format that was asked for.
    pub(super) fn render(&self, request: &RenderRequest, format: Format) -> io::Result<Bytes> {
        let png = (self.0)(request)?;
        let format = match format {
            Format::Png => return Ok(Bytes::from(png)),
            Format::Jpeg => ImageFormat::Jpeg,
            Format::Webp => ImageFormat::WebP,
        };
        let picture = image::load_from_memory(&png).map_err(io::Error::other)?.to_rgb8();
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).map_err(io::Error::other)?;
        Ok(Bytes::from(file.into_inner()))
    }
}

impl RenderRequest {
    pub(super) fn read(
        model: &str,
        body: &Map<String, Value>,
        seed: u64,
        (width, height): (u32, u32),
    ) -> Self {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let weighted = |wanted: fn(f64) -> bool| {
            let prompts = body.get("text_prompts").and_then(Value::as_array).into_iter().flatten();
            let weight = |prompt: &Value| prompt["weight"].as_f64().unwrap_or(1.0);
            let mut fitting = prompts.filter(move |prompt| wanted(weight(prompt)));
            fitting.find_map(|prompt| prompt["text"].as_str()).map(str::to_owned)
        };
        let source = ["image", "init_image"].iter().find_map(|name| STANDARD.decode(text(name)?).ok());
        Self {
            model: model.to_owned(),
            prompt: text("prompt").or_else(|| weighted(|weight| weight >= 0.0)).unwrap_or_default(),
            negative: text("negative_prompt").or_else(|| weighted(|weight| weight < 0.0)),
            style: text("style_preset"),
            seed,
            width,
            height,
            source: source.map(Bytes::from),
            strength: body.get("strength").and_then(Value::as_f64),
        }
    }
}
