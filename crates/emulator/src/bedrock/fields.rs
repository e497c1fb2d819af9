//! The bodies of all models, from the tables of the reference.

use super::input::{CREATIVE, FAST, SD35, SDXL, STANDARD_IMAGE};
use super::schema::{Across, Dialect, Field, Kind, Schema, may, must};

const STYLES: &[&str] = &[
    "3d-model",
    "analog-film",
    "anime",
    "cinematic",
    "comic-book",
    "digital-art",
    "enhance",
    "fantasy-art",
    "isometric",
    "line-art",
    "low-poly",
    "modeling-compound",
    "neon-punk",
    "origami",
    "photographic",
    "pixel-art",
    "tile-texture",
];
const ASPECTS: &[&str] = &["16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"];

const PROMPT: Kind = Kind::Text(10_000);
const IMAGE: Kind = Kind::Image(&STANDARD_IMAGE);
const NEGATIVE: Field = may("negative_prompt", PROMPT);
const SEED: Field = may("seed", Kind::Int(0, 4_294_967_294));
const LONG_SEED: Field = may("seed", Kind::Int(0, 4_294_967_295));
const FORMAT: Field = may("output_format", Kind::OneOf(&["png", "jpeg", "webp"]));
const NO_WEBP: Field = may("output_format", Kind::OneOf(&["png", "jpeg"]));
const ASPECT: Field = may("aspect_ratio", Kind::OneOf(ASPECTS));
const STYLE: Field = may("style_preset", Kind::OneOf(STYLES));
const GROW: Field = may("grow_mask", Kind::Int(0, 20));

const fn stable(operation: &'static str, fields: &'static [Field]) -> Schema {
    Schema { operation, dialect: Dialect::Stable, fields, across: Across::None }
}

pub(super) static CORE: Schema =
    stable("stable-image-core", &[must("prompt", PROMPT), ASPECT, NO_WEBP, LONG_SEED, NEGATIVE]);

pub(super) static ULTRA: Schema =
    stable("stable-image-ultra", &[must("prompt", PROMPT), ASPECT, NO_WEBP, LONG_SEED, NEGATIVE]);

pub(super) static SD35_LARGE: Schema = Schema {
    operation: "sd3-5-large",
    dialect: Dialect::Stable,
    fields: &[
        must("prompt", PROMPT),
        may("mode", Kind::OneOf(&["text-to-image", "image-to-image"])),
        ASPECT,
        FORMAT,
        SEED,
        NEGATIVE,
        may("image", Kind::Image(&SD35)),
        may("strength", Kind::Number(0.0, 1.0)),
    ],
    across: Across::ImageToImage,
};

pub(super) static SDXL_V0: Schema = Schema {
    operation: "stable-diffusion-xl-v0",
    dialect: Dialect::Sdxl,
    fields: &[
        must("text_prompts", Kind::Prompts),
        may("cfg_scale", Kind::Number(0.0, 30.0)),
        may("steps", Kind::Int(10, 150)),
        LONG_SEED,
        may("width", Kind::Side(256, 1024)),
        may("height", Kind::Side(256, 1024)),
    ],
    across: Across::None,
};

pub(super) static SDXL_V1: Schema = Schema {
    operation: "stable-diffusion-xl-v1",
    dialect: Dialect::Sdxl,
    fields: &[
        must("text_prompts", Kind::Prompts),
        may("width", Kind::Side(640, 1536)),
        may("height", Kind::Side(640, 1536)),
        may("cfg_scale", Kind::Number(0.0, 35.0)),
        may(
            "clip_guidance_preset",
            Kind::OneOf(&["FAST_BLUE", "FAST_GREEN", "NONE", "SIMPLE", "SLOW", "SLOWER", "SLOWEST"]),
        ),
        may(
            "sampler",
            Kind::OneOf(&[
                "DDIM",
                "DDPM",
                "K_DPMPP_2M",
                "K_DPMPP_2S_ANCESTRAL",
                "K_DPM_2",
                "K_DPM_2_ANCESTRAL",
                "K_EULER",
                "K_EULER_ANCESTRAL",
                "K_HEUN",
                "K_LMS",
            ]),
        ),
        may("samples", Kind::Int(1, 1)),
        LONG_SEED,
        may("steps", Kind::Int(10, 50)),
        STYLE,
        may("extras", Kind::Object),
        may("init_image", Kind::Image(&SDXL)),
        may("init_image_mode", Kind::OneOf(&["IMAGE_STRENGTH", "STEP_SCHEDULE"])),
        may("image_strength", Kind::Number(0.0, 1.0)),
        may("step_schedule_start", Kind::Number(0.0, 1.0)),
        may("step_schedule_end", Kind::Number(0.0, 1.0)),
        may("mask_source", Kind::OneOf(&["MASK_IMAGE_WHITE", "MASK_IMAGE_BLACK", "INIT_IMAGE_ALPHA"])),
        may("mask_image", Kind::Image(&SDXL)),
    ],
    across: Across::Sdxl,
};

pub(super) static CREATIVE_UPSCALE: Schema = stable(
    "creative-upscale",
    &[
        must("prompt", PROMPT),
        must("image", Kind::Image(&CREATIVE)),
        may("creativity", Kind::Number(0.1, 0.5)),
        NEGATIVE,
        SEED,
        FORMAT,
        STYLE,
    ],
);

/// `creativity` is documented, but a client that called the live service found it refused; the stricter reading holds.
pub(super) static CONSERVATIVE_UPSCALE: Schema =
    stable("conservative-upscale", &[must("prompt", PROMPT), must("image", IMAGE), NEGATIVE, SEED, FORMAT]);

pub(super) static FAST_UPSCALE: Schema = stable("fast-upscale", &[must("image", Kind::Image(&FAST)), FORMAT]);

pub(super) static INPAINT: Schema = stable(
    "inpaint",
    &[must("prompt", PROMPT), must("image", IMAGE), may("mask", IMAGE), GROW, NEGATIVE, SEED, FORMAT, STYLE],
);

pub(super) static OUTPAINT: Schema = Schema {
    operation: "outpaint",
    dialect: Dialect::Stable,
    fields: &[
        must("image", IMAGE),
        may("left", Kind::Int(0, 2000)),
        may("right", Kind::Int(0, 2000)),
        may("up", Kind::Int(0, 2000)),
        may("down", Kind::Int(0, 2000)),
        may("prompt", PROMPT),
        may("creativity", Kind::Number(0.1, 1.0)),
        SEED,
        FORMAT,
        STYLE,
    ],
    across: Across::Outpaint,
};

pub(super) static SEARCH_RECOLOR: Schema = stable(
    "search-recolor",
    &[
        must("prompt", PROMPT),
        must("image", IMAGE),
        must("select_prompt", PROMPT),
        GROW,
        NEGATIVE,
        SEED,
        FORMAT,
        STYLE,
    ],
);

pub(super) static SEARCH_REPLACE: Schema = stable(
    "search-replace",
    &[
        must("prompt", PROMPT),
        must("image", IMAGE),
        must("search_prompt", PROMPT),
        GROW,
        NEGATIVE,
        SEED,
        FORMAT,
        STYLE,
    ],
);

pub(super) static ERASE_OBJECT: Schema =
    stable("erase-object", &[must("image", IMAGE), may("mask", IMAGE), GROW, SEED, FORMAT]);

pub(super) static REMOVE_BACKGROUND: Schema = stable("remove-background", &[must("image", IMAGE), FORMAT]);

const CONTROL: &[Field] = &[
    must("image", IMAGE),
    must("prompt", PROMPT),
    may("control_strength", Kind::Number(0.0, 1.0)),
    NEGATIVE,
    SEED,
    FORMAT,
    STYLE,
];
pub(super) static CONTROL_SKETCH: Schema = stable("control-sketch", CONTROL);
pub(super) static CONTROL_STRUCTURE: Schema = stable("control-structure", CONTROL);

pub(super) static STYLE_GUIDE: Schema = stable(
    "style-guide",
    &[
        must("prompt", PROMPT),
        must("image", IMAGE),
        ASPECT,
        may("fidelity", Kind::Number(0.0, 1.0)),
        NEGATIVE,
        SEED,
        FORMAT,
        STYLE,
    ],
);

pub(super) static STYLE_TRANSFER: Schema = stable(
    "style-transfer",
    &[
        must("init_image", IMAGE),
        must("style_image", IMAGE),
        may("prompt", PROMPT),
        NEGATIVE,
        may("composition_fidelity", Kind::Number(0.0, 1.0)),
        may("style_strength", Kind::Number(0.0, 1.0)),
        may("change_strength", Kind::Number(0.1, 1.0)),
        SEED,
        FORMAT,
    ],
);
