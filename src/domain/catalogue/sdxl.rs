//! Stable Diffusion XL: ended on Bedrock, still served by operators' own endpoints.

use time::macros::date;

use super::{Abilities, Family, Model, image_model};

/// A model of this family, which is alive.
pub(super) fn model(name: &str, id: &str, price: i64) -> Model {
    let abilities = Abilities { image_to_image: false, presets: true, cfg: Some(35), steps: Some((10, 150)) };
    Model { family: Family::Sdxl, prompt_limit: 2_000, ..image_model(name, id, abilities, price) }
}

pub(super) fn ended() -> Vec<Model> {
    let ended = |name, id, price, ended| Model { ended: Some(ended), ..model(name, id, price) };
    vec![
        ended("sdxl-0.8", "stability.stable-diffusion-xl-v0", 72_000, date!(2024 - 04 - 30)),
        ended("sdxl-0.8-old", "stability.stable-diffusion-xl", 72_000, date!(2024 - 04 - 30)),
        ended("sdxl", "stability.stable-diffusion-xl-v1", 80_000, date!(2025 - 05 - 20)),
        ended("sdxl-1.0", "stability.stable-diffusion-xl-v1:0", 80_000, date!(2025 - 05 - 20)),
    ]
}
