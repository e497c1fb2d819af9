//! Settings in layers: built-in ← deployment ← this request. Later layers win, field by field.

use crate::request::Aspect;

/// One layer; `None` leaves a field to the layers below.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// A model's name or id.
    pub model: Option<String>,
    /// The picture's format.
    pub aspect: Option<Aspect>,
    /// How many pictures.
    pub count: Option<u32>,
    /// How far to go from an attached picture, 0 to 1.
    pub strength: Option<f64>,
    /// Whether only the member sees the answer.
    pub private: Option<bool>,
}

impl Settings {
    /// What holds where nobody says otherwise. The model is the catalogue's default.
    pub fn built_in() -> Settings {
        Settings {
            model: None,
            aspect: Some(Aspect::default()),
            count: Some(1),
            strength: Some(0.6),
            private: Some(false),
        }
    }

    /// This layer with `upper` laid over it.
    #[must_use]
    pub fn overlaid(self, upper: Settings) -> Settings {
        Settings {
            model: upper.model.or(self.model),
            aspect: upper.aspect.or(self.aspect),
            count: upper.count.or(self.count),
            strength: upper.strength.or(self.strength),
            private: upper.private.or(self.private),
        }
    }
}
