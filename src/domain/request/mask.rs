//! Which part of a picture is to be changed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ImageSource;
use crate::domain::refusal::{Allowed, OptionName, Refusal};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Mask {
    /// A picture that shows in white what is to be changed.
    Image {
        source: ImageSource,
    },
    Area {
        area: Area,
    },
}

/// A rectangle of a picture, in percent of its width and height from the left and from the top.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// As people type it: `10 20 60 80`, with or without commas and percent signs.
impl FromStr for Area {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Area, Refusal> {
        let wrong = || Refusal::out_of_range(OptionName::Area, text, Allowed::Area);
        let parts = text
            .split([' ', ',', ';'])
            .map(|part| part.trim_end_matches('%'))
            .filter(|part| !part.is_empty());
        let numbers: Vec<f64> = parts.map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
        let [left, top, right, bottom] = numbers[..] else { return Err(wrong()) };
        let is_within = numbers.iter().all(|number| (0.0..=100.0).contains(number));
        let area = Area { left, top, right, bottom };
        if is_within && left < right && top < bottom { Ok(area) } else { Err(wrong()) }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.left, self.top, self.right, self.bottom)
    }
}
