//! The looks that a picture can have.

use super::colour::Mood;

/// How a picture is treated once its scene is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// No treatment.
    #[default]
    Watercolour,
    Ink,
    Neon,
    Pixels,
    Facets,
    Comic,
    Film,
    Cinema,
    Vivid,
    Soft,
    Tiles,
}

impl Look {
    pub const ALL: [Self; 11] = [
        Self::Watercolour,
        Self::Ink,
        Self::Neon,
        Self::Pixels,
        Self::Facets,
        Self::Comic,
        Self::Film,
        Self::Cinema,
        Self::Vivid,
        Self::Soft,
        Self::Tiles,
    ];

    /// The mood that replaces the one the prompt asks for.
    pub(super) fn mood(self) -> Option<Mood> {
        (self == Self::Neon).then_some(Mood::Neon)
    }
}
