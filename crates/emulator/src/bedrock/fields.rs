//! The bodies of all models, from the tables of the reference.

use super::input::{CREATIVE, FAST, SD35, SDXL, STANDARD_IMAGE};
use super::schema::{CrossFieldRule, Dialect, Field, Kind, Schema, Size, optional, required};

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
const NEGATIVE: Field = optional("negative_prompt", PROMPT);
const SEED: Field = optional("seed", Kind::Int(0, 4_294_967_294));
const LONG_SEED: Field = optional("seed", Kind::Int(0, 4_294_967_295));
const FORMAT: Field = optional("output_format", Kind::OneOf(&["png", "jpeg", "webp"]));
const NO_WEBP: Field = optional("output_format", Kind::OneOf(&["png", "jpeg"]));
const ASPECT: Field = optional("aspect_ratio", Kind::OneOf(ASPECTS));
const STYLE: Field = optional("style_preset", Kind::OneOf(STYLES));
const GROW: Field = optional("grow_mask", Kind::Int(0, 20));

const fn stable(operation: &'static str, fields: &'static [Field]) -> Schema {
    Schema {
        operation,
        dialect: Dialect::Stable,
        fields,
        cross_field: CrossFieldRule::None,
        size: Size::Asked,
    }
}

pub(super) static CORE: Schema =
    stable("stable-image-core", &[required("prompt", PROMPT), ASPECT, NO_WEBP, LONG_SEED, NEGATIVE]);

pub(super) static ULTRA: Schema =
    stable("stable-image-ultra", &[required("prompt", PROMPT), ASPECT, NO_WEBP, LONG_SEED, NEGATIVE]);

pub(super) static SD35_LARGE: Schema = Schema {
    operation: "sd3-5-large",
    dialect: Dialect::Stable,
    fields: &[
        required("prompt", PROMPT),
        optional("mode", Kind::OneOf(&["text-to-image", "image-to-image"])),
        ASPECT,
        FORMAT,
        SEED,
        NEGATIVE,
        optional("image", Kind::Image(&SD35)),
        optional("strength", Kind::Number(0.0, 1.0)),
    ],
    cross_field: CrossFieldRule::ImageToImage,
    size: Size::Asked,
};

pub(super) static SDXL_V0: Schema = Schema {
    operation: "stable-diffusion-xl-v0",
    dialect: Dialect::Sdxl,
    fields: &[
        required("text_prompts", Kind::Prompts),
        optional("cfg_scale", Kind::Number(0.0, 30.0)),
        optional("steps", Kind::Int(10, 150)),
        LONG_SEED,
        optional("width", Kind::Side(256, 1024)),
        optional("height", Kind::Side(256, 1024)),
    ],
    cross_field: CrossFieldRule::None,
    size: Size::Asked,
};

pub(super) static SDXL_V1: Schema = Schema {
    operation: "stable-diffusion-xl-v1",
    dialect: Dialect::Sdxl,
    fields: &[
        required("text_prompts", Kind::Prompts),
        optional("width", Kind::Side(640, 1536)),
        optional("height", Kind::Side(640, 1536)),
        optional("cfg_scale", Kind::Number(0.0, 35.0)),
        optional(
            "clip_guidance_preset",
            Kind::OneOf(&["FAST_BLUE", "FAST_GREEN", "NONE", "SIMPLE", "SLOW", "SLOWER", "SLOWEST"]),
        ),
        optional(
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
        optional("samples", Kind::Int(1, 1)),
        LONG_SEED,
        optional("steps", Kind::Int(10, 50)),
        STYLE,
        optional("extras", Kind::Object),
        optional("init_image", Kind::Image(&SDXL)),
        optional("init_image_mode", Kind::OneOf(&["IMAGE_STRENGTH", "STEP_SCHEDULE"])),
        optional("image_strength", Kind::Number(0.0, 1.0)),
        optional("step_schedule_start", Kind::Number(0.0, 1.0)),
        optional("step_schedule_end", Kind::Number(0.0, 1.0)),
        optional("mask_source", Kind::OneOf(&["MASK_IMAGE_WHITE", "MASK_IMAGE_BLACK", "INIT_IMAGE_ALPHA"])),
        optional("mask_image", Kind::Image(&SDXL)),
    ],
    cross_field: CrossFieldRule::Sdxl,
    size: Size::Asked,
};

pub(super) static CREATIVE_UPSCALE: Schema = Schema {
    size: Size::Side(3150),
    ..stable(
        "creative-upscale",
        &[
            required("prompt", PROMPT),
            required("image", Kind::Image(&CREATIVE)),
            optional("creativity", Kind::Number(0.1, 0.5)),
            NEGATIVE,
            SEED,
            FORMAT,
            STYLE,
        ],
    )
};

/// `creativity` is documented, but a client that called the live service found it refused; the stricter reading holds.
pub(super) static CONSERVATIVE_UPSCALE: Schema = Schema {
    size: Size::Side(3112),
    ..stable(
        "conservative-upscale",
        &[required("prompt", PROMPT), required("image", IMAGE), NEGATIVE, SEED, FORMAT],
    )
};

pub(super) static FAST_UPSCALE: Schema = Schema {
    size: Size::Times(4),
    ..stable("fast-upscale", &[required("image", Kind::Image(&FAST)), FORMAT])
};

pub(super) static INPAINT: Schema = Schema {
    cross_field: CrossFieldRule::Mask,
    ..stable(
        "inpaint",
        &[
            required("prompt", PROMPT),
            required("image", IMAGE),
            optional("mask", IMAGE),
            GROW,
            NEGATIVE,
            SEED,
            FORMAT,
            STYLE,
        ],
    )
};

pub(super) static OUTPAINT: Schema = Schema {
    operation: "outpaint",
    dialect: Dialect::Stable,
    fields: &[
        required("image", IMAGE),
        optional("left", Kind::Int(0, 2000)),
        optional("right", Kind::Int(0, 2000)),
        optional("up", Kind::Int(0, 2000)),
        optional("down", Kind::Int(0, 2000)),
        optional("prompt", PROMPT),
        optional("creativity", Kind::Number(0.1, 1.0)),
        SEED,
        FORMAT,
        STYLE,
    ],
    cross_field: CrossFieldRule::Outpaint,
    size: Size::Grown,
};

pub(super) static SEARCH_RECOLOR: Schema = stable(
    "search-recolor",
    &[
        required("prompt", PROMPT),
        required("image", IMAGE),
        required("select_prompt", PROMPT),
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
        required("prompt", PROMPT),
        required("image", IMAGE),
        required("search_prompt", PROMPT),
        GROW,
        NEGATIVE,
        SEED,
        FORMAT,
        STYLE,
    ],
);

pub(super) static ERASE_OBJECT: Schema = Schema {
    cross_field: CrossFieldRule::Mask,
    ..stable("erase-object", &[required("image", IMAGE), optional("mask", IMAGE), GROW, SEED, FORMAT])
};

pub(super) static REMOVE_BACKGROUND: Schema =
    stable("remove-background", &[required("image", IMAGE), FORMAT]);

const CONTROL: &[Field] = &[
    required("image", IMAGE),
    required("prompt", PROMPT),
    optional("control_strength", Kind::Number(0.0, 1.0)),
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
        required("prompt", PROMPT),
        required("image", IMAGE),
        ASPECT,
        optional("fidelity", Kind::Number(0.0, 1.0)),
        NEGATIVE,
        SEED,
        FORMAT,
        STYLE,
    ],
);

pub(super) static STYLE_TRANSFER: Schema = stable(
    "style-transfer",
    &[
        required("init_image", IMAGE),
        required("style_image", IMAGE),
        optional("prompt", PROMPT),
        NEGATIVE,
        optional("composition_fidelity", Kind::Number(0.0, 1.0)),
        optional("style_strength", Kind::Number(0.0, 1.0)),
        optional("change_strength", Kind::Number(0.1, 1.0)),
        SEED,
        FORMAT,
    ],
);
