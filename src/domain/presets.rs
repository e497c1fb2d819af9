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
    /// The format that is nearest to a picture of this many pixels, by the ratio of its sides.
    pub(crate) fn nearest(width: u32, height: u32) -> Aspect {
        let ratio = |(width, height): (u32, u32)| (f64::from(width.max(1)) / f64::from(height.max(1))).ln();
        let wanted = ratio((width, height));
        let away = |aspect: &Aspect| (ratio(aspect.sides()) - wanted).abs();
        let nearest = Aspect::ALL.iter().copied().min_by(|one, other| away(one).total_cmp(&away(other)));
        nearest.unwrap_or_default()
    }

    /// The sides that it is named by, such as 16 and 9.
    fn sides(self) -> (u32, u32) {
        let side = |text: &str| text.parse().unwrap_or(1);
        self.name().split_once(':').map_or((1, 1), |(width, height)| (side(width), side(height)))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_in_pixels_has_a_nearest_format() {
        for (width, height, name) in [
            (1024, 1024, "1:1"),
            (256, 256, "1:1"),
            (1, 1, "1:1"),
            (1792, 1024, "16:9"),
            (1024, 1792, "9:16"),
            (1536, 1024, "3:2"),
            (1024, 1536, "2:3"),
            (1280, 1024, "5:4"),
            (1024, 768, "5:4"),
            (3000, 100, "21:9"),
            (1, u32::MAX, "9:21"),
        ] {
            assert_eq!(Aspect::nearest(width, height).name(), name, "{width}x{height}");
        }
        for aspect in Aspect::ALL {
            let (width, height) = aspect.size();
            assert_eq!(Aspect::nearest(width, height), *aspect, "as the models make it");
        }
    }
}
