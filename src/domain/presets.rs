//! Aspect ratios and style presets: the words that people choose among.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::domain::refusal::Refusal;
use crate::domain::refusal::{Allowed, OptionName};

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident, $option:expr, $allowed:expr, { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $text] #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in the order in which people are offered them.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        // Its derive does not see names that come out of a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let names = $name::ALL.iter().map(|value| value.name());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = Refusal;
            fn from_str(text: &str) -> Result<$name, Refusal> {
                let wanted = text.trim().to_lowercase();
                let found = $name::ALL.iter().copied().find(|value| value.name() == wanted);
                found.ok_or_else(|| Refusal::out_of_range($option, text, $allowed))
            }
        }
    };
}

vocabulary! {
    Aspect, OptionName::Aspect, Allowed::Aspects, {
        Landscape16x9 = "16:9", Square = "1:1", Panorama21x9 = "21:9", Portrait2x3 = "2:3", Landscape3x2 = "3:2",
        Portrait4x5 = "4:5", Landscape5x4 = "5:4", Portrait9x16 = "9:16", Tower9x21 = "9:21",
    }
}

vocabulary! {
    Style, OptionName::Style, Allowed::Styles, {
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
