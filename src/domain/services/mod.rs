//! The image services of Amazon Bedrock: what each takes, and the body that it is asked with. A service is a file with
//! its row and its body.
//!
//! Facts of 2026-11: fields and ranges from AWS' page on Stability's image services, prices from its price list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::presets::{Aspect, Style};

mod limits;
mod takes;

pub use limits::{ImageLimits, Output};
pub use takes::{Number, NumberName, Takes, Words};

macro_rules! services {
    ($($variant:ident in $module:ident,)+) => {
        $(mod $module;)+

        /// An image service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Service { $($variant),+ }

        impl Service {
            pub const ALL: &[Service] = &[$(Service::$variant),+];

            pub fn spec(self) -> &'static Spec {
                match self { $(Service::$variant => &$module::SPEC),+ }
            }

            /// The JSON that asks for a picture.
            ///
            /// # Errors
            /// None that these bodies can have: all they hold is texts and finite numbers.
            pub fn body(self, asked: &Asked<'_>) -> serde_json::Result<Vec<u8>> {
                match self { $(Service::$variant => written(&$module::Body::new(asked), asked)),+ }
            }
        }
    };
}

services! {
    UpscaleFast in upscale_fast,
    UpscaleConservative in upscale_conservative,
    UpscaleCreative in upscale_creative,
    Background in background,
    Erase in erase,
    Inpaint in inpaint,
    Outpaint in outpaint,
    Replace in replace,
    Recolor in recolor,
    ControlSketch in control_sketch,
    Structure in structure,
    StyleGuide in style_guide,
    StyleTransfer in style_transfer,
}

/// A service as data.
#[derive(Debug)]
pub struct Spec {
    /// What people type.
    pub name: &'static str,
    /// The inference profile.
    pub id: &'static str,
    /// Micro-dollars a picture.
    pub price: Micros,
    /// Seconds that it takes on an ordinary day, roughly.
    pub usual_seconds: u64,
    /// What it does, in at most 100 characters.
    pub summary: &'static str,
    /// What it understands, beside the picture.
    pub takes: &'static [Takes],
    /// What the picture has to be like.
    pub image: ImageLimits,
    pub output: Output,
}

/// What a service is asked, ready to be written. Pictures are base64.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Empty without one.
    pub prompt: &'a str,
    pub negative: Option<&'a str>,
    pub style: Option<Style>,
    pub aspect: Aspect,
    pub seed: u32,
    pub target: Option<&'a str>,
    pub numbers: &'a BTreeMap<NumberName, f64>,
    pub image: &'a str,
    pub mask: Option<&'a str>,
    pub style_image: Option<&'a str>,
    pub format: ImageFormat,
}

impl Service {
    /// The service of this name.
    pub fn from_name(name: &str) -> Option<Service> {
        Service::ALL.iter().copied().find(|service| service.name() == name)
    }

    pub fn name(self) -> &'static str {
        self.spec().name
    }

    pub fn price(self) -> Micros {
        self.spec().price
    }

    pub fn takes(self, wanted: Takes) -> bool {
        self.spec().takes.contains(&wanted)
    }

    /// Whether it takes words that describe the picture, and whether it needs them.
    pub fn prompt(self) -> Option<Need> {
        self.spec().takes.iter().find_map(|takes| match takes {
            Takes::Prompt(need) => Some(*need),
            _ => None,
        })
    }

    /// The words that say what in the picture is meant.
    pub fn target(self) -> Option<Words> {
        self.spec().takes.iter().find_map(|takes| match takes {
            Takes::Target(words) => Some(*words),
            _ => None,
        })
    }

    pub fn numbers(self) -> impl Iterator<Item = Number> {
        self.spec().takes.iter().filter_map(|takes| match takes {
            Takes::Number(number) => Some(*number),
            _ => None,
        })
    }

    /// Whether it wants to be told what its picture shows, and not what it shall show.
    pub fn wants_words_of_its_picture(self) -> bool {
        matches!(self, Service::UpscaleConservative | Service::UpscaleCreative)
    }

    /// Whether everything that it needs beside a picture is words: a menu and a form are enough to ask for it.
    pub fn is_in_menus(self) -> bool {
        !self.takes(Takes::Mask) && !self.takes(Takes::StyleImage)
    }

    /// Whether a picture is all that it needs.
    pub fn needs_only_a_picture(self) -> bool {
        (self.prompt() != Some(Need::Required) || self.wants_words_of_its_picture())
            && self.target().is_none()
            && !self.takes(Takes::Mask)
            && !self.takes(Takes::StyleImage)
            && self != Service::Outpaint
    }

    /// Whether it costs enough to ask the person first.
    pub fn asks_first(self) -> bool {
        self.price() >= ASKED_FIRST
    }
}

/// From this price a picture on, the person is asked first.
const ASKED_FIRST: Micros = Micros(200_000);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Optional,
    Required,
}

impl Asked<'_> {
    fn number(&self, name: NumberName) -> Option<f64> {
        self.numbers.get(&name).copied()
    }

    fn whole(&self, name: NumberName) -> Option<u32> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked against its range"
        )]
        self.number(name).map(|number| number as u32)
    }

    fn prompt_if_any(&self) -> Option<&str> {
        Some(self.prompt).filter(|prompt| !prompt.is_empty())
    }
}

fn written(body: &impl Serialize, asked: &Asked<'_>) -> serde_json::Result<Vec<u8>> {
    let images = [Some(asked.image), asked.mask, asked.style_image];
    let room = images.into_iter().flatten().map(str::len).sum::<usize>() + 2 * asked.prompt.len() + 4096;
    let mut written = Vec::with_capacity(room);
    serde_json::to_writer(&mut written, body)?;
    Ok(written)
}

#[cfg(test)]
mod tests;
