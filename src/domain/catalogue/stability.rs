//! Stability's models and image services on Bedrock.

use std::time::Duration;

use time::macros::date;

use super::{Abilities, DEFAULT_MODEL, Model, Task, image_model};
use crate::domain::services::{Service, Takes};

pub(super) fn image_models() -> Vec<Model> {
    let plain = Abilities::default();
    let from_picture = Abilities { image_to_image: true, ..plain };
    let within = |seconds, model| Model { usual_time: Duration::from_secs(seconds), ..model };
    vec![
        within(4, image_model("core", DEFAULT_MODEL, plain, 40_000)),
        within(9, image_model("ultra", "stability.stable-image-ultra-v1:1", plain, 140_000)),
        within(7, image_model("sd3.5", "stability.sd3-5-large-v1:0", from_picture, 80_000)),
    ]
}

pub(super) fn ended() -> Vec<Model> {
    let ended = |name, id, price| Model {
        ended: Some(date!(2025 - 09 - 04)),
        ..image_model(name, id, Abilities::default(), price)
    };
    vec![
        ended("sd3", "stability.sd3-large-v1:0", 80_000),
        ended("core-1.0", "stability.stable-image-core-v1:0", 40_000),
        ended("ultra-1.0", "stability.stable-image-ultra-v1:0", 140_000),
    ]
}

/// The image services, through the `us.` inference profiles.
pub(super) fn services() -> Vec<Model> {
    let model = |service: &Service| {
        let spec = service.spec();
        let presets = service.takes(Takes::Style);
        let abilities = Abilities { image_to_image: true, presets, ..Abilities::default() };
        Model {
            task: Task::Edit(*service),
            usual_time: Duration::from_secs(spec.usual_seconds),
            ..image_model(spec.name, spec.id, abilities, spec.price.0)
        }
    };
    Service::ALL.iter().map(model).collect()
}
