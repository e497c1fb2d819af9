//! Settings in layers: built-in ← deployment ← guild ← channel ← session ← member ← this request. Later layers win,
//! field by field, unless an earlier one has locked the field.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::presets::{Aspect, Style};
use crate::domain::refusal::Refusal;
pub use crate::domain::vocabulary::{Field, Source};

macro_rules! settings {
    ($($(#[$doc:meta])* $field:ident: $type:ty, $variant:ident;)+) => {
        /// One layer; `None` leaves a field to the layers below.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Settings {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
        }

        impl Settings {
            /// The value of a field, in words.
            pub fn shown(&self, field: Field) -> Option<String> {
                match field { $(Field::$variant => self.$field.as_ref().map(ToString::to_string)),+ }
            }

            /// Takes a field's value, or its absence, from `other`.
            pub fn copy(&mut self, field: Field, other: &Settings) {
                match field { $(Field::$variant => self.$field.clone_from(&other.$field)),+ }
            }
        }
    };
}

settings! {
    /// A model's name.
    model: String, Model;
    /// The picture's format.
    aspect: Aspect, Aspect;
    /// The style.
    style: Style, Style;
    /// What to leave out.
    negative: String, Negative;
    /// How many pictures.
    count: u32, Count;
    /// Where seeds come from.
    seed: SeedPolicy, Seed;
    /// How far to go from an attached picture, 0 to 1.
    strength: f64, Strength;
    /// Words before every prompt.
    prefix: String, Prefix;
    /// Words behind every prompt.
    suffix: String, Suffix;
    /// Whether only the member sees the pictures.
    private: bool, Private;
}

/// Where a picture's seed comes from when the request names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedPolicy {
    /// Another one each time.
    Random,
    Fixed(u32),
    /// The same words give the same seed.
    FromPrompt,
}

impl fmt::Display for SeedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SeedPolicy::Random => f.write_str("random"),
            SeedPolicy::Fixed(seed) => write!(f, "{seed}"),
            SeedPolicy::FromPrompt => f.write_str("from-prompt"),
        }
    }
}

/// What one source says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Defaults {
    pub settings: Settings,
    /// Fields that no later layer may change.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub locks: BTreeSet<Field>,
}

/// What layers come to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effective {
    pub settings: Settings,
    pub sources: BTreeMap<Field, Source>,
    pub locked: BTreeMap<Field, Source>,
}

impl Settings {
    /// What holds where nobody says otherwise. The model is the catalogue's default.
    pub fn built_in() -> Settings {
        Settings {
            aspect: Some(Aspect::default()),
            count: Some(1),
            seed: Some(SeedPolicy::Random),
            strength: Some(0.6),
            private: Some(false),
            ..Settings::default()
        }
    }

    pub fn fields(&self) -> impl Iterator<Item = Field> + '_ {
        Field::ALL.iter().copied().filter(|field| self.shown(*field).is_some())
    }
}

impl From<Settings> for Defaults {
    fn from(settings: Settings) -> Defaults {
        Defaults { settings, locks: BTreeSet::new() }
    }
}

impl Effective {
    pub fn built_in() -> Effective {
        Effective::default().with(Source::BuiltIn, &Settings::built_in().into())
    }

    /// These layers with one more on top. What is locked stays as it is.
    #[must_use]
    pub fn with(mut self, source: Source, layer: &Defaults) -> Effective {
        for field in layer.settings.fields() {
            if !self.locked.contains_key(&field) {
                self.settings.copy(field, &layer.settings);
                self.sources.insert(field, source);
            }
        }
        for field in &layer.locks {
            self.locked.entry(*field).or_insert(source);
        }
        self
    }

    /// These layers with a request on top.
    ///
    /// # Errors
    /// [`Refusal::Locked`]: the request wants another value for a locked field.
    pub fn with_request(self, asked: Settings) -> Result<Effective, Refusal> {
        for (field, source) in &self.locked {
            let (wanted, held) = (asked.shown(*field), self.settings.shown(*field));
            if wanted.is_some() && wanted != held {
                return Err(Refusal::Locked { field: *field, held, by: *source });
            }
        }
        Ok(self.with(Source::Request, &asked.into()))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(settings: Settings, locks: &[Field]) -> Defaults {
        Defaults { settings, locks: locks.iter().copied().collect() }
    }

    fn style(style: Style) -> Settings {
        Settings { style: Some(style), ..Settings::default() }
    }

    /// Layers, the request, and the style and its source that come out of them; `None` is a refusal.
    #[test]
    fn later_layers_win_unless_an_earlier_one_locked_the_field() {
        use Source::{Channel, Guild, Member, Request, Session};
        let none = Settings::default;
        let (anime, low, neon) =
            (|| style(Style::Anime), || style(Style::LowPoly), || style(Style::NeonPunk));
        let locked = &[Field::Style][..];
        type Row =
            (Vec<(Source, Settings, &'static [Field])>, Settings, Option<(Option<Style>, Option<Source>)>);
        let table: Vec<Row> = vec![
            (vec![], none(), Some((None, None))),
            (vec![(Guild, anime(), &[])], none(), Some((Some(Style::Anime), Some(Guild)))),
            (
                vec![(Guild, anime(), &[]), (Channel, low(), &[])],
                none(),
                Some((Some(Style::LowPoly), Some(Channel))),
            ),
            (
                vec![(Guild, anime(), &[]), (Session, low(), &[]), (Member, neon(), &[])],
                none(),
                Some((Some(Style::NeonPunk), Some(Member))),
            ),
            (
                vec![(Guild, anime(), &[]), (Member, none(), &[])],
                low(),
                Some((Some(Style::LowPoly), Some(Request))),
            ),
            (
                vec![(Guild, anime(), locked), (Channel, low(), &[]), (Member, neon(), &[])],
                none(),
                Some((Some(Style::Anime), Some(Guild))),
            ),
            (
                vec![(Guild, anime(), &[]), (Channel, low(), locked), (Session, neon(), &[])],
                none(),
                Some((Some(Style::LowPoly), Some(Channel))),
            ),
            (vec![(Guild, anime(), locked)], anime(), Some((Some(Style::Anime), Some(Guild)))),
            (vec![(Guild, anime(), locked)], low(), None),
            (vec![(Guild, none(), locked)], low(), None),
        ];
        for (layers, asked, expected) in table {
            let base = layers.iter().fold(Effective::built_in(), |base, (source, settings, locks)| {
                base.with(*source, &layer(settings.clone(), locks))
            });
            let found = base
                .with_request(asked)
                .ok()
                .map(|all| (all.settings.style, all.sources.get(&Field::Style).copied()));
            assert_eq!(found, expected, "{layers:?}");
        }
    }

    #[test]
    fn every_field_is_overlaid_shown_and_kept_in_json() {
        let full = Settings {
            model: Some("ultra".into()),
            aspect: Some(Aspect::Landscape16x9),
            style: Some(Style::Anime),
            negative: Some("text".into()),
            count: Some(2),
            seed: Some(SeedPolicy::Fixed(7)),
            strength: Some(0.5),
            prefix: Some("a photo of".into()),
            suffix: Some("at dawn".into()),
            private: Some(true),
        };
        let all = Effective::built_in().with(Source::Guild, &full.clone().into());
        assert_eq!(all.settings, full);
        assert!(
            Field::ALL
                .iter()
                .all(|field| all.sources[field] == Source::Guild && full.shown(*field).is_some())
        );
        let json = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), full);
    }
}
