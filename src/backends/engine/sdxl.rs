//! What Stable Diffusion XL is asked. Bedrock ended these models; operators still have endpoints of their own.

use serde::Serialize;

use super::start::Start;
use crate::domain::request::{Aspect, ImageRequest, Style};

/// SDXL 1.0's own default.
const CFG: f64 = 7.0;
/// The default of every SDXL.
const STEPS: u32 = 30;

/// A request body. `samples` stays out: SDXL 0.8 refuses it, and 1 is the default of SDXL 1.0.
#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    text_prompts: Vec<TextPrompt<'a>>,
    cfg_scale: f64,
    steps: u32,
    seed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    style_preset: Option<Style>,
    #[serde(flatten)]
    canvas: Canvas,
}

#[derive(Debug, Serialize)]
struct TextPrompt<'a> {
    text: &'a str,
    weight: f32,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Canvas {
    Blank { width: u32, height: u32 },
    Picture { init_image: String, init_image_mode: &'static str, image_strength: f64 },
}

impl<'a> Body<'a> {
    /// What the model is asked for the picture of `seed`; `prompt` is [`ImageRequest::prompt_for_model`].
    pub(super) fn new(
        prompt: &'a str,
        request: &'a ImageRequest,
        seed: u32,
        start: Option<Start<'_>>,
    ) -> Body<'a> {
        let mut text_prompts = vec![TextPrompt { text: prompt, weight: 1.0 }];
        text_prompts.extend(request.negative.as_deref().map(|text| TextPrompt { text, weight: -1.0 }));
        Body {
            text_prompts,
            cfg_scale: request.cfg.unwrap_or(CFG),
            steps: request.steps.unwrap_or(STEPS),
            seed,
            style_preset: request.style.filter(|_| !request.style_as_words),
            canvas: canvas(request.aspect, start),
        }
    }
}

fn canvas(aspect: Aspect, start: Option<Start<'_>>) -> Canvas {
    if let Some(start) = start {
        return Canvas::Picture {
            init_image: start.base64(),
            init_image_mode: "IMAGE_STRENGTH",
            // SDXL counts the other way round: 1 keeps the picture.
            image_strength: 1.0 - start.strength,
        };
    }
    let (width, height) = match aspect {
        // SDXL takes nine pairs; for these two formats the nearest of them.
        Aspect::Portrait4x5 => (896, 1152),
        Aspect::Landscape5x4 => (1152, 896),
        aspect => aspect.size(),
    };
    Canvas::Blank { width, height }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::backends::engine::tests::plain_request;

    fn body(request: &ImageRequest, start: Option<Start<'_>>) -> Value {
        serde_json::to_value(Body::new(&request.prompt_for_model(), request, 42, start)).unwrap()
    }

    #[test]
    fn a_bare_request_gets_the_defaults() {
        assert_eq!(
            body(&plain_request(), None),
            json!({"text_prompts": [{"text": "a fox", "weight": 1.0}], "cfg_scale": 7.0, "steps": 30, "seed": 42,
                   "width": 1024, "height": 1024})
        );
    }

    #[test]
    fn every_choice_is_passed_on() {
        let request = ImageRequest {
            negative: Some("text".to_owned()),
            style: Some(Style::Anime),
            edit: None,
            cfg: Some(10.0),
            steps: Some(120),
            ..plain_request()
        };
        let start = Start { bytes: b"picture", strength: 0.75 };
        assert_eq!(
            body(&request, Some(start)),
            json!({"text_prompts": [{"text": "a fox", "weight": 1.0}, {"text": "text", "weight": -1.0}],
                   "cfg_scale": 10.0, "steps": 120, "seed": 42, "style_preset": "anime",
                   "init_image": "cGljdHVyZQ==", "init_image_mode": "IMAGE_STRENGTH", "image_strength": 0.25})
        );
    }

    #[test]
    fn every_aspect_has_a_size_that_sdxl_takes() {
        const TAKEN: [(u64, u64); 9] = [
            (1024, 1024),
            (1152, 896),
            (1216, 832),
            (1344, 768),
            (1536, 640),
            (640, 1536),
            (768, 1344),
            (832, 1216),
            (896, 1152),
        ];
        for aspect in Aspect::ALL {
            let body = body(&ImageRequest { aspect: *aspect, ..plain_request() }, None);
            let size = (body["width"].as_u64().unwrap(), body["height"].as_u64().unwrap());
            assert!(TAKEN.contains(&size), "{aspect}: {size:?}");
        }
    }
}
