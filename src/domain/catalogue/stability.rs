//! Stability's models and image services on Bedrock.

use std::time::Duration;

use time::macros::date;

use super::{Abilities, DEFAULT_MODEL, Model, Task, image_model};

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
    let service = |name: &str, id: &str, presets, price| Model {
        task: Task::Edit,
        region: None,
        ..image_model(name, id, Abilities { image_to_image: true, presets, ..Abilities::default() }, price)
    };
    vec![
        service("upscale-conservative", "us.stability.stable-conservative-upscale-v1:0", false, 400_000),
        service("upscale-creative", "us.stability.stable-creative-upscale-v1:0", true, 600_000),
        service("upscale-fast", "us.stability.stable-fast-upscale-v1:0", false, 30_000),
        service("outpaint", "us.stability.stable-outpaint-v1:0", true, 60_000),
        service("inpaint", "us.stability.stable-image-inpaint-v1:0", true, 70_000),
        service("erase", "us.stability.stable-image-erase-object-v1:0", false, 70_000),
        service("replace", "us.stability.stable-image-search-replace-v1:0", true, 70_000),
        service("recolor", "us.stability.stable-image-search-recolor-v1:0", true, 70_000),
        service("background", "us.stability.stable-image-remove-background-v1:0", false, 70_000),
        service("control-sketch", "us.stability.stable-image-control-sketch-v1:0", true, 70_000),
        service("structure", "us.stability.stable-image-control-structure-v1:0", true, 70_000),
        service("style-guide", "us.stability.stable-image-style-guide-v1:0", true, 70_000),
        service("style-transfer", "us.stability.stable-style-transfer-v1:0", false, 80_000),
    ]
}
