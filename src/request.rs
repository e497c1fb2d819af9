//! From what a person typed to a request that a model can be asked: every choice made, every limit checked.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::engine::catalogue::{Catalogue, Model};
use crate::error::{Refusal, excerpt};
use crate::settings::Settings;

mod flags;

/// The longest prompt that `/imagine` takes, in characters.
pub const PROMPT_LIMIT: usize = 4_000;
/// The most pictures that one request may ask for.
pub const COUNT_LIMIT: u32 = 4;
/// The highest seed that every model takes.
pub const SEED_LIMIT: u32 = 4_294_967_294;
/// Bytes that an attached picture may have. Bedrock takes a body of 25,000,000 bytes, in base64.
pub const IMAGE_BYTES_LIMIT: u64 = 16 * 1024 * 1024;

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident, $option:literal { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $text] #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in the order in which people are offered them.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word that people type and models get.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = Refusal;
            fn from_str(text: &str) -> Result<$name, Refusal> {
                let wanted = text.trim().to_lowercase();
                $name::ALL.iter().copied().find(|value| value.name() == wanted).ok_or_else(|| {
                    let names: Vec<_> = $name::ALL.iter().map(|value| value.name()).collect();
                    out_of_range($option, text, names.join(", "))
                })
            }
        }
    };
}

vocabulary! {
    /// The format of a picture, width to height.
    Aspect, "aspect" {
        Landscape16x9 = "16:9", Square = "1:1", Panorama21x9 = "21:9", Portrait2x3 = "2:3", Landscape3x2 = "3:2",
        Portrait4x5 = "4:5", Landscape5x4 = "5:4", Portrait9x16 = "9:16", Tower9x21 = "9:21",
    }
}

vocabulary! {
    /// The style presets of Stability AI's models.
    Style, "style" {
        Model3d = "3d-model", AnalogFilm = "analog-film", Anime = "anime", Cinematic = "cinematic",
        ComicBook = "comic-book", DigitalArt = "digital-art", Enhance = "enhance", FantasyArt = "fantasy-art",
        Isometric = "isometric", LineArt = "line-art", LowPoly = "low-poly", ModelingCompound = "modeling-compound",
        NeonPunk = "neon-punk", Origami = "origami", Photographic = "photographic", PixelArt = "pixel-art",
        TileTexture = "tile-texture",
    }
}

/// Square, as the models do.
impl Default for Aspect {
    fn default() -> Aspect {
        Aspect::Square
    }
}

impl Aspect {
    /// Width and height of about one megapixel, multiples of 64, as the models make them.
    pub fn size(self) -> (u32, u32) {
        match self {
            Aspect::Square => (1024, 1024),
            Aspect::Landscape16x9 => (1344, 768),
            Aspect::Panorama21x9 => (1536, 640),
            Aspect::Portrait2x3 => (832, 1216),
            Aspect::Landscape3x2 => (1216, 832),
            Aspect::Portrait4x5 => (896, 1088),
            Aspect::Landscape5x4 => (1088, 896),
            Aspect::Portrait9x16 => (768, 1344),
            Aspect::Tower9x21 => (640, 1536),
        }
    }
}

/// What a person typed, before any check.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ask {
    /// The prompt, with its flags.
    pub prompt: String,
    /// What to leave out.
    pub negative: Option<String>,
    /// A model's name or id.
    pub model: Option<String>,
    /// Such as `16:9`.
    pub aspect: Option<String>,
    /// Such as `anime`.
    pub style: Option<String>,
    /// How many pictures.
    pub count: Option<i64>,
    /// The first picture's seed.
    pub seed: Option<i64>,
    /// The picture to start from.
    pub image: Option<ImageSource>,
    /// How far to go from it.
    pub strength: Option<f64>,
    /// How closely to follow the prompt.
    pub cfg: Option<f64>,
    /// How many steps to take.
    pub steps: Option<i64>,
    /// Whether only the member sees the answer.
    pub private: Option<bool>,
}

/// Where a picture to start from lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum ImageSource {
    /// An attachment on Discord's CDN.
    Attachment {
        /// Its short-lived address.
        url: String,
        /// The name that it was uploaded by.
        filename: String,
    },
    /// A file on this machine (`easel imagine --image`).
    File {
        /// Its path.
        path: std::path::PathBuf,
    },
}

/// A picture to start from, and how far to go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartImage {
    /// Where it lies.
    pub source: ImageSource,
    /// 0 keeps the picture, 1 ignores it.
    pub strength: f64,
}

/// A request with every choice made. A model's adapter finds nothing left to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageRequest {
    /// The prompt without its flags.
    pub prompt: String,
    /// What to leave out.
    pub negative: Option<String>,
    /// The model's name in the catalogue.
    pub model: String,
    /// The format.
    pub aspect: Aspect,
    /// The style.
    pub style: Option<Style>,
    /// The model has no presets: the style goes to it as words behind the prompt.
    pub style_as_words: bool,
    /// One seed a picture.
    pub seeds: Vec<u32>,
    /// The picture to start from.
    pub image: Option<StartImage>,
    /// How closely to follow the prompt.
    pub cfg: Option<f64>,
    /// How many steps to take.
    pub steps: Option<u32>,
    /// Whether only the member sees the answer.
    pub private: bool,
}

impl ImageRequest {
    /// The prompt as the model gets it.
    pub fn prompt_for_model(&self) -> String {
        match self.style {
            Some(style) if self.style_as_words => {
                format!("{}, {} style", self.prompt, style.name().replace('-', " "))
            }
            _ => self.prompt.clone(),
        }
    }
}

/// Makes every choice of a request, or says which part of it cannot be.
///
/// `base` holds the layers below the request, `random_seed` serves a request that names none.
///
/// # Errors
/// The refusal to show.
pub fn resolve(
    ask: Ask,
    base: Settings,
    catalogue: &Catalogue,
    today: Date,
    random_seed: u32,
) -> Result<ImageRequest, Refusal> {
    let ask = flags::taken_from_prompt(ask)?;
    check_texts(&ask)?;
    let settings = base.overlaid(asked_settings(&ask)?);
    let model = catalogue.painter(settings.model.as_deref(), today)?;
    check_abilities(&ask, model, catalogue, today)?;
    check_length("prompt", &ask.prompt, model.prompt_limit)?;
    check_length("negative prompt", ask.negative.as_deref().unwrap_or_default(), model.prompt_limit)?;
    let style = ask.style.as_deref().map(str::parse::<Style>).transpose()?;
    let first = match ask.seed {
        Some(seed) => seed_in_range(seed)?,
        None => random_seed.clamp(1, SEED_LIMIT),
    };
    let image =
        ask.image.map(|source| StartImage { source, strength: settings.strength.unwrap_or_default() });
    Ok(ImageRequest {
        prompt: ask.prompt,
        negative: ask.negative,
        model: model.name.clone(),
        aspect: settings.aspect.unwrap_or_default(),
        style_as_words: style.is_some() && !model.abilities.presets,
        style,
        seeds: seeds_from(first, settings.count.unwrap_or(1)),
        image,
        cfg: ask.cfg,
        steps: ask.steps.and_then(|steps| u32::try_from(steps).ok()),
        private: settings.private.unwrap_or_default(),
    })
}

/// `count` different seeds from `first` on; behind the highest comes 1, since models take 0 for "any".
fn seeds_from(first: u32, count: u32) -> Vec<u32> {
    let next = |seed: &u32| Some(if *seed >= SEED_LIMIT { 1 } else { seed + 1 });
    std::iter::successors(Some(first), next).take(count as usize).collect()
}

fn asked_settings(ask: &Ask) -> Result<Settings, Refusal> {
    let count = match ask.count {
        Some(count) => Some(in_range("count", count, 1, COUNT_LIMIT)?),
        None => None,
    };
    let strength = match ask.strength {
        Some(strength) if !(0.0..=1.0).contains(&strength) => {
            return Err(out_of_range(
                "strength",
                strength,
                "a number from 0 (keep the picture) to 1 (ignore it)",
            ));
        }
        strength => strength,
    };
    Ok(Settings {
        model: ask.model.clone(),
        aspect: ask.aspect.as_deref().map(str::parse).transpose()?,
        count,
        strength,
        private: ask.private,
    })
}

fn check_texts(ask: &Ask) -> Result<(), Refusal> {
    if ask.prompt.trim().is_empty() {
        return Err(Refusal::EmptyPrompt);
    }
    check_length("prompt", &ask.prompt, PROMPT_LIMIT)?;
    check_length("negative prompt", ask.negative.as_deref().unwrap_or_default(), PROMPT_LIMIT)
}

fn check_length(what: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= limit { Ok(()) } else { Err(Refusal::TooLong { what: what.to_owned(), length, limit }) }
}

/// Refuses options that the model would ignore or reject.
fn check_abilities(ask: &Ask, model: &Model, catalogue: &Catalogue, today: Date) -> Result<(), Refusal> {
    let refuse = |option: &str, able: &dyn Fn(&Model) -> bool| {
        let names: Vec<_> = catalogue.painters(today).filter(|m| able(m)).map(|m| format!("`{m}`")).collect();
        let remedy = if names.is_empty() {
            format!("Leave `{option}` out; no model here knows it.")
        } else {
            format!("Leave `{option}` out, or pick a model that does: {}.", names.join(", "))
        };
        Err(Refusal::NotSupported { model: model.name.clone(), option: option.to_owned(), remedy })
    };
    if ask.image.is_some() && !model.abilities.image_to_image {
        return refuse("image", &|m| m.abilities.image_to_image);
    }
    if ask.strength.is_some() && ask.image.is_none() {
        return Err(Refusal::StrengthWithoutImage);
    }
    if let Some(cfg) = ask.cfg {
        let Some(most) = model.abilities.cfg else { return refuse("cfg", &|m| m.abilities.cfg.is_some()) };
        if !(0.0..=f64::from(most)).contains(&cfg) {
            return Err(out_of_range("cfg", cfg, format!("a number from 0 to {most}")));
        }
    }
    if let Some(steps) = ask.steps {
        let Some((least, most)) = model.abilities.steps else {
            return refuse("steps", &|m| m.abilities.steps.is_some());
        };
        in_range("steps", steps, least, most)?;
    }
    Ok(())
}

fn seed_in_range(seed: i64) -> Result<u32, Refusal> {
    in_range("seed", seed, 0, SEED_LIMIT)
}

fn in_range(option: &str, got: i64, least: u32, most: u32) -> Result<u32, Refusal> {
    u32::try_from(got)
        .ok()
        .filter(|value| (least..=most).contains(value))
        .ok_or_else(|| out_of_range(option, got, format!("a whole number from {least} to {most}")))
}

fn out_of_range(option: &str, got: impl fmt::Display, allowed: impl Into<String>) -> Refusal {
    Refusal::OutOfRange { option: option.to_owned(), got: excerpt(&got.to_string()), allowed: allowed.into() }
}

#[cfg(test)]
mod tests;
