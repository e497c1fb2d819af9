//! What Stable Image Core and Ultra and Stable Diffusion 3.5 are asked: one picture a call, and no field beyond
//! these, since the models refuse any other.

use serde::Serialize;

use super::answer;
use super::start::Start;
use crate::domain::catalogue::Model;
use crate::domain::image_format::ImageFormat;
use crate::domain::request::{Aspect, ImageRequest};

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<&'a str>,
    seed: u32,
    output_format: ImageFormat,
    #[serde(flatten)]
    mode: Mode,
}

#[derive(Debug, Serialize)]
#[serde(tag = "mode", rename_all = "kebab-case")]
enum Mode {
    ImageToImage {
        image: String,
        strength: f64,
    },
    TextToImage {
        aspect_ratio: Aspect,
    },
    /// Core and Ultra know no `mode`.
    #[serde(untagged)]
    Only {
        aspect_ratio: Aspect,
    },
}

impl<'a> Body<'a> {
    /// What `model` is asked for the picture of `seed`.
    pub(super) fn new(
        model: &Model,
        request: &'a ImageRequest,
        seed: u32,
        start: Option<Start<'_>>,
    ) -> Body<'a> {
        let aspect_ratio = request.aspect;
        let mode = match start {
            Some(start) => Mode::ImageToImage { image: start.base64(), strength: start.strength },
            None if model.abilities.image_to_image => Mode::TextToImage { aspect_ratio },
            None => Mode::Only { aspect_ratio },
        };
        Body {
            prompt: request.prompt_for_model(),
            negative_prompt: request.negative.as_deref(),
            seed,
            output_format: answer::FORMAT,
            mode,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::backends::engine::tests::plain_request;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::request::Style;

    fn body(model: &str, request: &ImageRequest, start: Option<Start<'_>>) -> Value {
        let catalogue = Catalogue::bedrock();
        serde_json::to_value(Body::new(catalogue.find(model).unwrap(), request, 42, start)).unwrap()
    }

    #[test]
    fn core_and_ultra_get_no_mode() {
        let request = ImageRequest { aspect: Aspect::Landscape16x9, ..plain_request() };
        for model in ["core", "ultra"] {
            assert_eq!(
                body(model, &request, None),
                json!({"prompt": "a fox", "aspect_ratio": "16:9", "output_format": "png", "seed": 42})
            );
        }
    }

    #[test]
    fn a_negative_prompt_and_a_style_as_words_go_along() {
        let request = ImageRequest {
            negative: Some("text".to_owned()),
            style: Some(Style::PixelArt),
            style_as_words: true,
            ..plain_request()
        };
        assert_eq!(
            body("sd3.5", &request, None),
            json!({"prompt": "a fox, pixel art style", "negative_prompt": "text", "mode": "text-to-image",
                   "aspect_ratio": "1:1", "output_format": "png", "seed": 42})
        );
    }

    #[test]
    fn a_picture_to_start_from_has_a_strength_and_no_aspect() {
        let start = Start { bytes: b"picture", strength: 0.25 };
        assert_eq!(
            body("sd3.5", &plain_request(), Some(start)),
            json!({"prompt": "a fox", "mode": "image-to-image", "image": "cGljdHVyZQ==", "strength": 0.25,
                   "output_format": "png", "seed": 42})
        );
    }
}
