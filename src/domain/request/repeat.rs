//! What was asked for, out of the request that came of it.

use super::{Ask, ImageRequest, ImageSource};
use crate::domain::services::Takes;
use crate::domain::settings::{Field, Source};

impl ImageRequest {
    /// What was asked for when this was ordered: what came from settings is left to them. Without its seed, other
    /// pictures come of it.
    pub(crate) fn to_ask(&self, with_seed: bool) -> Ask {
        let asked = |field| self.sources.get(&field) == Some(&Source::Request);
        let whole = self.to_whole_ask();
        Ask {
            negative: whole.negative.filter(|_| asked(Field::Negative)),
            model: whole.model.filter(|_| asked(Field::Model)),
            aspect: whole.aspect.filter(|_| asked(Field::Aspect)),
            style: whole.style.filter(|_| asked(Field::Style)),
            count: whole.count.filter(|_| asked(Field::Count)),
            seed: self.seeds.first().filter(|_| with_seed && asked(Field::Seed)).map(|seed| i64::from(*seed)),
            strength: whole.strength.filter(|_| asked(Field::Strength)),
            private: whole.private.filter(|_| asked(Field::Private)),
            variants: self.variants_to_ask(with_seed),
            ..whole
        }
    }

    fn variants_to_ask(&self, with_seed: bool) -> Vec<Ask> {
        let words = |variant: &ImageRequest| ImageRequest { seeds: Vec::new(), ..variant.clone() };
        let ask = |(at, variant): (usize, &ImageRequest)| {
            let same = self.variants[..at].iter().filter(|earlier| words(earlier) == words(variant));
            Ask { nth: u32::try_from(same.count()).ok(), ..variant.to_ask(with_seed) }
        };
        self.variants.iter().enumerate().map(ask).collect()
    }

    /// All that made these pictures but their seeds, as if every part of it had been asked for.
    pub(crate) fn to_whole_ask(&self) -> Ask {
        let is_edit = self.edit.is_some();
        let image = self.image.as_ref().map(|image| &image.source);
        // What a session starts from comes with the session.
        let own = |source: &&ImageSource| !matches!(source, ImageSource::Archive { picture: None, .. });
        let takes = |takes| self.edit.as_ref().is_none_or(|edit| edit.service.takes(takes));
        Ask {
            prompt: self.prompt.clone(),
            negative: self.negative.clone(),
            model: (!is_edit).then(|| self.model.clone()),
            aspect: takes(Takes::Aspect).then(|| self.aspect.name().to_owned()),
            style: self.style.map(|style| style.name().to_owned()),
            count: if is_edit { None } else { i64::try_from(self.seeds.len()).ok() },
            image: image.filter(own).or(self.edit.as_ref().map(|edit| &edit.image)).cloned(),
            strength: self.image.as_ref().map(|image| image.strength),
            cfg: self.cfg,
            steps: self.steps.map(i64::from),
            private: Some(self.private),
            edit: self.edit.as_ref().map(|edit| Box::new(edit.to_ask())),
            ..Ask::default()
        }
    }
}
