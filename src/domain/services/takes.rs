//! The options of image services.

use super::Need;
use crate::domain::refusal::OptionName;
pub use crate::domain::vocabulary::NumberName;

/// Something that a service understands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// Words that describe the picture.
    Prompt(Need),
    Negative,
    Style,
    Seed,
    Aspect,
    /// White is changed, black is kept. Without one, the picture's own transparent parts are.
    Mask,
    /// Words that say what in the picture is meant: always needed.
    Target(Words),
    /// The picture whose style is taken: always needed.
    StyleImage,
    Number(Number),
}

/// An option with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    pub option: OptionName,
    /// At most 100 characters.
    pub help: &'static str,
}

/// An option that is a number in a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    pub name: NumberName,
    pub least: f64,
    pub most: f64,
}

impl Takes {
    pub(super) const fn number(name: NumberName, least: f64, most: f64) -> Takes {
        Takes::Number(Number { name, least, most })
    }
}

impl NumberName {
    /// What it does, in at most 100 characters.
    pub fn help(self) -> &'static str {
        match self {
            NumberName::Creativity => "How much may be made up",
            NumberName::ControlStrength => "How closely to follow the picture",
            NumberName::Fidelity => "How closely to follow the style",
            NumberName::GrowMask => "Pixels by which the mask grows on each side",
            NumberName::Left => "Pixels to add on the left",
            NumberName::Right => "Pixels to add on the right",
            NumberName::Up => "Pixels to add on top",
            NumberName::Down => "Pixels to add below",
            NumberName::CompositionFidelity => "How closely to keep what is where",
            NumberName::StyleStrength => "How strongly the style is laid on",
            NumberName::ChangeStrength => "How much of the picture may change",
        }
    }
}
