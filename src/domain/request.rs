//! From what a person typed to a request that a model can be asked: every choice made, every limit checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::Date;

use crate::domain::catalogue::Catalogue;
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::refusal::{Allowed, OptionName, TextKind};
use crate::domain::services::Takes;
use crate::domain::settings::{Effective, Field, SeedPolicy, Settings, Source};

mod ask;
mod changes;
mod edit;
mod flags;
mod mask;
mod model;
mod repeat;
mod variants;

pub use crate::domain::presets::{Aspect, Style};
pub use ask::{Ask, ImageSource, StartImage};
pub use changes::{Change, changes};
pub(crate) use edit::SIDES;
pub use edit::{Edit, EditAsk, ZOOM};
pub(crate) use flags::FOREIGN as FOREIGN_FLAGS;
pub use mask::{Area, Mask};
use model::Choice;

/// The longest prompt that `/imagine` takes, in characters.
pub const PROMPT_LIMIT: usize = 4_000;
/// The longest text that a setting may have, in characters.
pub const SETTING_LIMIT: usize = 500;
/// The most pictures that one request may ask for.
pub const COUNT_LIMIT: u32 = 4;
/// The highest seed that every model takes.
pub const SEED_LIMIT: u32 = 4_294_967_294;
/// Bytes that an attached picture may have. Bedrock takes a body of 25,000,000 bytes, in base64.
pub const IMAGE_BYTES_LIMIT: u64 = 16 * 1024 * 1024;

/// A request with every choice made. A model's adapter finds nothing left to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageRequest {
    /// The prompt without its flags.
    pub prompt: String,
    pub negative: Option<String>,
    /// The model's name in the catalogue.
    pub model: String,
    pub aspect: Aspect,
    pub style: Option<Style>,
    /// The model has no presets: the style goes to it as words behind the prompt.
    pub style_as_words: bool,
    pub seeds: Vec<u32>,
    /// The picture to start from.
    pub image: Option<StartImage>,
    /// What an image service is to do; `aspect` and `seeds` count only if the service takes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Edit>,
    pub cfg: Option<f64>,
    pub steps: Option<u32>,
    /// Whether only the member sees the pictures.
    pub private: bool,
    /// Words that the settings put before the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Words that the settings put behind the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Flags of other bots that the prompt had, as they were typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored_flags: Vec<String>,
    /// The default model, which cannot start from a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<Field, Source>,
    /// What is asked for each picture, if they differ: see [`ImageRequest::of`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<ImageRequest>,
    /// What the picture costs, if that of others in the same job may cost something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Micros>,
}

impl ImageRequest {
    /// What is asked for the picture `n`.
    pub fn of(&self, n: u32) -> &ImageRequest {
        self.variants.get(n as usize).unwrap_or(self)
    }

    /// What is asked for all pictures, or for each where they differ.
    pub(crate) fn different(&self) -> &[ImageRequest] {
        if self.variants.is_empty() { std::slice::from_ref(self) } else { &self.variants }
    }

    pub(crate) fn set_private(&mut self, private: bool) {
        self.private = private;
        self.variants.iter_mut().for_each(|variant| variant.private = private);
    }

    /// All words that a model gets, each text once.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for request in self.different() {
            let target = request.edit.as_ref().and_then(|edit| edit.target.clone());
            let of_request = [
                request.prompt_for_model(),
                request.negative.clone().unwrap_or_default(),
                target.unwrap_or_default(),
            ];
            texts.extend(of_request.into_iter().filter(|text| !texts.contains(text)).collect::<Vec<_>>());
        }
        texts
    }

    /// The names of the models, each once.
    pub(crate) fn models(&self) -> Vec<&str> {
        let mut models: Vec<&str> = Vec::new();
        for request in self.different() {
            if !models.contains(&request.model.as_str()) {
                models.push(&request.model);
            }
        }
        models
    }

    /// Leaves nothing of it but the model, for each picture where they differ, and whether it was private. A seed may come
    /// from the words.
    pub(crate) fn erase(&mut self) {
        let ImageRequest { model, private, variants, price, .. } = self;
        variants.iter_mut().for_each(ImageRequest::erase);
        *self = ImageRequest {
            prompt: String::new(),
            negative: None,
            model: std::mem::take(model),
            aspect: Aspect::default(),
            style: None,
            style_as_words: false,
            seeds: Vec::new(),
            image: None,
            edit: None,
            cfg: None,
            steps: None,
            private: *private,
            prefix: None,
            suffix: None,
            ignored_flags: Vec::new(),
            in_place_of: None,
            sources: BTreeMap::new(),
            variants: std::mem::take(variants),
            price: *price,
        };
    }

    /// Every picture that it is made from.
    pub(crate) fn sources_mut(&mut self) -> impl Iterator<Item = &mut ImageSource> {
        let all = std::iter::once(&mut self.image).chain(self.variants.iter_mut().map(|one| &mut one.image));
        let start = all.flatten().map(|image| &mut image.source);
        start.chain(self.edit.as_mut().into_iter().flat_map(Edit::sources_mut))
    }

    /// Its aspect, if that had a part in the pictures.
    pub(crate) fn shown_aspect(&self) -> Option<Aspect> {
        let counts = match &self.edit {
            Some(edit) => edit.service.takes(Takes::Aspect),
            None => self.image.is_none(),
        };
        counts.then_some(self.aspect)
    }

    /// Whether its seeds had a part in the pictures.
    pub(crate) fn has_seed(&self) -> bool {
        self.edit.as_ref().is_none_or(|edit| edit.service.takes(Takes::Seed))
    }

    /// The picture that it is made from.
    pub(crate) fn source(&self) -> Option<&ImageSource> {
        self.image.as_ref().map(|image| &image.source).or(self.edit.as_ref().map(|edit| &edit.image))
    }

    /// The prompt as the model gets it.
    pub fn prompt_for_model(&self) -> String {
        let style = self.style.filter(|_| self.style_as_words);
        let style = style.map(|style| format!("{} style", style.name().replace('-', " ")));
        let prompt = Some(&self.prompt).filter(|prompt| !prompt.is_empty());
        let words = [self.prefix.as_ref(), prompt, self.suffix.as_ref(), style.as_ref()];
        words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Makes every choice of a request, or says which part of it cannot be.
///
/// `base` holds the layers below the request, `catalogue` the models that may be used, `random_seed` serves a request
/// that names none.
pub fn resolve(
    ask: Ask,
    base: Effective,
    catalogue: &Catalogue,
    today: Date,
    random_seed: u32,
) -> Result<ImageRequest, Refusal> {
    if ask.variants.is_empty() {
        return resolve_one(ask, base, catalogue, today, random_seed);
    }
    variants::resolve(ask, &base, catalogue, today, random_seed)
}

fn resolve_one(
    ask: Ask,
    base: Effective,
    catalogue: &Catalogue,
    today: Date,
    random_seed: u32,
) -> Result<ImageRequest, Refusal> {
    let (mut ask, ignored_flags) = flags::taken_from_prompt(ask)?;
    match ask.nth {
        Some(_) => ask.count = None,
        None if ask.repeat.is_some_and(|repeat| repeat != 1) => return Err(Refusal::CannotRepeat),
        None => {}
    }
    if let Some(edit) = ask.edit.take() {
        let request = edit::resolve(*edit, ask, base, catalogue, today, random_seed)?;
        return Ok(ImageRequest { ignored_flags, ..request });
    }
    if ask.prompt.trim().is_empty() {
        return Err(Refusal::EmptyPrompt);
    }
    check_texts(&ask)?;
    let effective = base.with_request(asked_settings(&ask)?)?;
    let Choice { model, in_place_of } = model::choose(&ask, &effective, catalogue, today)?;
    let Effective { settings, sources, .. } = effective;
    model::check_abilities(&ask, model, catalogue, today)?;
    let source = ask.image.filter(|_| model.abilities.image_to_image);
    let seed = first_seed(settings.seed, &ask.prompt, random_seed);
    let request = ImageRequest {
        prompt: ask.prompt,
        negative: settings.negative,
        model: model.name.clone(),
        aspect: settings.aspect.unwrap_or_default(),
        style_as_words: settings.style.is_some() && !model.abilities.presets,
        style: settings.style,
        seeds: match ask.nth {
            Some(nth) => seeds_from(seed, 1, nth),
            None => seeds_from(seed, settings.count.unwrap_or(1), 0),
        },
        image: source.map(|source| StartImage { source, strength: settings.strength.unwrap_or_default() }),
        cfg: ask.cfg,
        steps: ask.steps.and_then(|steps| u32::try_from(steps).ok()),
        edit: None,
        private: settings.private.unwrap_or_default(),
        prefix: settings.prefix,
        suffix: settings.suffix,
        ignored_flags,
        in_place_of,
        sources,
        variants: Vec::new(),
        price: None,
    };
    check_length(TextKind::Prompt, &request.prompt_for_model(), model.prompt_limit)?;
    check_length(
        TextKind::NegativePrompt,
        request.negative.as_deref().unwrap_or_default(),
        model.prompt_limit,
    )?;
    Ok(request)
}

fn first_seed(policy: Option<SeedPolicy>, prompt: &str, random_seed: u32) -> u32 {
    match policy {
        Some(SeedPolicy::Fixed(seed)) => seed,
        Some(SeedPolicy::FromPrompt) => {
            let hash = Sha256::digest(prompt);
            u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).clamp(1, SEED_LIMIT)
        }
        Some(SeedPolicy::Random) | None => random_seed.clamp(1, SEED_LIMIT),
    }
}

/// `count` different seeds, `skipped` behind `first`; behind the highest comes 1, since models take 0 for "any".
fn seeds_from(first: u32, count: u32, skipped: u32) -> Vec<u32> {
    let next = |seed: &u32| Some(if *seed >= SEED_LIMIT { 1 } else { seed + 1 });
    std::iter::successors(Some(first), next).skip(skipped as usize).take(count as usize).collect()
}

fn asked_count(ask: &Ask) -> Result<Option<u32>, Refusal> {
    ask.count.map(|count| in_range(OptionName::Count, count, 1, COUNT_LIMIT)).transpose()
}

fn asked_settings(ask: &Ask) -> Result<Settings, Refusal> {
    let count = asked_count(ask)?;
    let strength = match ask.strength {
        Some(strength) if !(0.0..=1.0).contains(&strength) => {
            return Err(Refusal::out_of_range(OptionName::Strength, strength, Allowed::Strength));
        }
        strength => strength,
    };
    Ok(Settings {
        model: ask.model.clone(),
        aspect: ask.aspect.as_deref().map(str::parse).transpose()?,
        style: ask.style.as_deref().map(str::parse).transpose()?,
        negative: ask.negative.clone(),
        count,
        seed: ask.seed.map(|seed| seed_in_range(seed).map(SeedPolicy::Fixed)).transpose()?,
        strength,
        private: ask.private,
        ..Settings::default()
    })
}

/// One setting from what a person wrote, checked as a request's would be.
pub fn setting(field: Field, text: &str, catalogue: &Catalogue, today: Date) -> Result<Settings, Refusal> {
    let mut settings = Settings::default();
    let text = text.trim();
    let words =
        || check_length(TextKind::Setting(field), text, SETTING_LIMIT).map(|()| Some(text.to_owned()));
    match field {
        Field::Model => settings.model = Some(catalogue.image_model(Some(text), today)?.name.clone()),
        Field::Aspect => settings.aspect = Some(text.parse()?),
        Field::Style => settings.style = Some(text.parse()?),
        Field::Negative => settings.negative = words()?,
        Field::Prefix => settings.prefix = words()?,
        Field::Suffix => settings.suffix = words()?,
        Field::Seed => settings.seed = Some(seed_policy(text)?),
        Field::Count => {
            let allowed = Allowed::Whole { least: 1, most: COUNT_LIMIT };
            let count = text.parse().map_err(|_| Refusal::out_of_range(OptionName::Count, text, allowed))?;
            settings.count = Some(in_range(OptionName::Count, count, 1, COUNT_LIMIT)?);
        }
        Field::Strength => {
            let wrong = |_| Refusal::out_of_range(OptionName::Strength, text, Allowed::Strength);
            let strength = text.parse().map_err(wrong)?;
            settings.strength = asked_settings(&Ask { strength: Some(strength), ..Ask::default() })?.strength;
        }
        Field::Private => {
            let wrong = |_| Refusal::out_of_range(OptionName::Private, text, Allowed::YesOrNo);
            settings.private = Some(text.parse().map_err(wrong)?);
        }
    }
    Ok(settings)
}

fn seed_policy(text: &str) -> Result<SeedPolicy, Refusal> {
    match text {
        "random" => Ok(SeedPolicy::Random),
        "from-prompt" => Ok(SeedPolicy::FromPrompt),
        number => {
            let wrong = |_| Refusal::out_of_range(OptionName::Seed, text, Allowed::SeedPolicy);
            let seed = number.parse().map_err(wrong)?;
            seed_in_range(seed).map(SeedPolicy::Fixed)
        }
    }
}

fn check_texts(ask: &Ask) -> Result<(), Refusal> {
    check_length(TextKind::Prompt, &ask.prompt, PROMPT_LIMIT)?;
    check_length(TextKind::NegativePrompt, ask.negative.as_deref().unwrap_or_default(), PROMPT_LIMIT)
}

fn check_length(what: TextKind, text: &str, limit: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= limit { Ok(()) } else { Err(Refusal::TooLong { what: what.into(), length, limit }) }
}

fn seed_in_range(seed: i64) -> Result<u32, Refusal> {
    in_range(OptionName::Seed, seed, 0, SEED_LIMIT)
}

fn in_range(option: OptionName, got: i64, least: u32, most: u32) -> Result<u32, Refusal> {
    u32::try_from(got)
        .ok()
        .filter(|value| (least..=most).contains(value))
        .ok_or_else(|| Refusal::out_of_range(option, got, Allowed::Whole { least, most }))
}

#[cfg(test)]
mod tests;
