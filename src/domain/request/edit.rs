//! What an image service is to do with a picture.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Date;

use super::mask::{Area, Mask};
use super::{
    Ask, ImageRequest, ImageSource, PROMPT_LIMIT, asked_settings, check_length, check_texts, first_seed,
};
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::{Allowed, Needed, OptionName, Refusal, TextKind};
use crate::domain::services::{Need, Number, NumberName, Service, Takes};
use crate::domain::settings::Effective;

/// How many times as large `zoom` makes a picture, in tenths.
pub const ZOOM: (u32, u32) = (11, 30);

/// What somebody wants a service to do, before any check. The picture, the prompt and what else is no service's own are
/// in the [`Ask`] around it.
#[derive(Debug, Clone, PartialEq)]
pub struct EditAsk {
    pub service: Service,
    /// A picture that shows in white what is to be changed.
    pub mask: Option<ImageSource>,
    /// In place of a mask: what is to be changed, as `left top right bottom` in percent.
    pub area: Option<String>,
    pub style_image: Option<ImageSource>,
    /// What in the picture is meant, in words.
    pub target: Option<String>,
    pub numbers: BTreeMap<NumberName, f64>,
    /// In place of `left`, `right`, `up` and `down`: how many times as large the picture becomes.
    pub zoom: Option<f64>,
}

/// What a service does, every choice made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    pub service: Service,
    /// The picture.
    pub image: ImageSource,
    /// What is to be changed; without one, what is transparent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Mask>,
    /// The picture whose style is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style_image: Option<ImageSource>,
    /// What in the picture is meant, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<NumberName, f64>,
    /// How many times as large the picture becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoom: Option<f64>,
}

impl EditAsk {
    pub fn new(service: Service) -> EditAsk {
        EditAsk {
            service,
            mask: None,
            area: None,
            style_image: None,
            target: None,
            numbers: BTreeMap::new(),
            zoom: None,
        }
    }
}

impl Edit {
    pub(super) fn to_ask(&self) -> EditAsk {
        let (mask, area) = match &self.mask {
            None => (None, None),
            Some(Mask::Image { source }) => (Some(source.clone()), None),
            Some(Mask::Area { area }) => (None, Some(area.to_string())),
        };
        EditAsk {
            service: self.service,
            mask,
            area,
            style_image: self.style_image.clone(),
            target: self.target.clone(),
            numbers: self.numbers.clone(),
            zoom: self.zoom,
        }
    }

    pub(super) fn sources_mut(&mut self) -> impl Iterator<Item = &mut ImageSource> {
        let mask = self.mask.as_mut().and_then(|mask| match mask {
            Mask::Image { source } => Some(source),
            Mask::Area { .. } => None,
        });
        std::iter::once(&mut self.image).chain(mask).chain(self.style_image.as_mut())
    }

    /// Pixels that are added to the left, right, top and bottom of a picture of this size.
    pub(crate) fn growth(&self, (width, height): (u32, u32)) -> [u32; 4] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "up to 2,000, not negative"
        )]
        let pixels = |number: f64| number.round().clamp(0.0, MOST_ADDED) as u32;
        match self.zoom {
            Some(zoom) => {
                let half = |side: u32| pixels(f64::from(side) * (zoom - 1.0) / 2.0);
                [half(width), half(width), half(height), half(height)]
            }
            None => SIDES.map(|side| self.numbers.get(&side).map_or(0, |number| pixels(*number))),
        }
    }
}

/// Left, right, top and bottom.
pub(crate) const SIDES: [NumberName; 4] =
    [NumberName::Left, NumberName::Right, NumberName::Up, NumberName::Down];
/// Pixels that outpaint adds to a side at most.
const MOST_ADDED: f64 = 2_000.0;

/// The request of an edit with every choice made. Settings count as far as the service takes them.
pub(super) fn resolve(
    edit: EditAsk,
    ask: Ask,
    base: Effective,
    catalogue: &Catalogue,
    today: Date,
    random_seed: u32,
) -> Result<ImageRequest, Refusal> {
    let service = edit.service;
    let model = catalogue.service(service, today)?;
    check_texts(&ask)?;
    check_options(&edit, &ask, catalogue, today)?;
    let effective = base.with_request(asked_settings(&ask)?)?;
    let Effective { settings, sources, .. } = effective;
    let takes = |takes| service.takes(takes);
    let has_words = service.prompt().is_some() && !ask.prompt.is_empty();
    let request = ImageRequest {
        seeds: vec![first_seed(settings.seed, &ask.prompt, random_seed)],
        model: model.name.clone(),
        aspect: settings.aspect.filter(|_| takes(Takes::Aspect)).unwrap_or_default(),
        style: settings.style.filter(|_| takes(Takes::Style)),
        style_as_words: false,
        negative: settings.negative.filter(|_| takes(Takes::Negative)),
        image: None,
        cfg: None,
        steps: None,
        private: settings.private.unwrap_or_default(),
        prefix: settings.prefix.filter(|_| has_words),
        suffix: settings.suffix.filter(|_| has_words),
        ignored_flags: Vec::new(),
        in_place_of: None,
        sources,
        variants: Vec::new(),
        price: None,
        edit: Some(resolved(edit, ask.image)?),
        prompt: ask.prompt,
    };
    check_length(TextKind::Prompt, &request.prompt_for_model(), model.prompt_limit)?;
    Ok(request)
}

fn resolved(edit: EditAsk, image: Option<ImageSource>) -> Result<Edit, Refusal> {
    let needs = |needed: Needed| Refusal::Missing { what: needed.into() };
    let service = edit.service;
    let target = edit.target.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    if let (Some(words), None) = (service.target(), &target) {
        return Err(needs(Needed::Words(words.option)));
    }
    check_length(TextKind::Target, target.as_deref().unwrap_or_default(), PROMPT_LIMIT)?;
    if service.takes(Takes::StyleImage) && edit.style_image.is_none() {
        return Err(needs(Needed::StyleImage));
    }
    let mask = match (edit.mask, edit.area) {
        (Some(_), Some(_)) => return Err(only_one(OptionName::Mask, OptionName::Area)),
        (Some(source), None) => Some(Mask::Image { source }),
        (None, Some(text)) => Some(Mask::Area { area: text.parse::<Area>()? }),
        (None, None) => None,
    };
    let numbers = checked(service, edit.numbers)?;
    let grows = SIDES.iter().any(|side| numbers.get(side).is_some_and(|pixels| *pixels > 0.0));
    match edit.zoom {
        Some(_) if grows => return Err(only_one(OptionName::Zoom, OptionName::Number(NumberName::Left))),
        Some(zoom) if !in_tenths(zoom, ZOOM.0, ZOOM.1) => {
            let (least, most) = ZOOM;
            return Err(Refusal::out_of_range(OptionName::Zoom, zoom, Allowed::Tenths { least, most }));
        }
        None if service == Service::Outpaint && !grows => return Err(needs(Needed::Growth)),
        _ => {}
    }
    let image = image.ok_or_else(|| needs(Needed::Picture))?;
    Ok(Edit { service, image, mask, style_image: edit.style_image, target, numbers, zoom: edit.zoom })
}

fn only_one(one: OptionName, other: OptionName) -> Refusal {
    Refusal::OnlyOne { one: one.into(), other: other.into() }
}

/// Whether a service takes an option.
type Able<'a> = dyn Fn(Service) -> bool + 'a;

/// Refuses what the service does not take, and what it misses.
fn check_options(edit: &EditAsk, ask: &Ask, catalogue: &Catalogue, today: Date) -> Result<(), Refusal> {
    let service = edit.service;
    if service.prompt() == Some(Need::Required) && ask.prompt.is_empty() {
        return Err(Refusal::Missing { what: Needed::Words(OptionName::Prompt).into() });
    }
    let never = |_: Service| false;
    let has = |takes: Takes| move |service: Service| service.takes(takes);
    let given: [(bool, OptionName, &Able<'_>); 13] = [
        (!ask.prompt.is_empty(), OptionName::Prompt, &|service| service.prompt().is_some()),
        (ask.negative.is_some(), OptionName::Negative, &has(Takes::Negative)),
        (ask.style.is_some(), OptionName::Style, &has(Takes::Style)),
        (ask.seed.is_some(), OptionName::Seed, &has(Takes::Seed)),
        (ask.aspect.is_some(), OptionName::Aspect, &has(Takes::Aspect)),
        (ask.count.is_some(), OptionName::Count, &never),
        (ask.cfg.is_some(), OptionName::Cfg, &never),
        (ask.steps.is_some(), OptionName::Steps, &never),
        (edit.mask.is_some(), OptionName::Mask, &has(Takes::Mask)),
        (edit.area.is_some(), OptionName::Area, &has(Takes::Mask)),
        (edit.style_image.is_some(), OptionName::StyleImage, &has(Takes::StyleImage)),
        (edit.target.is_some(), OptionName::Search, &|service| service.target().is_some()),
        (edit.zoom.is_some(), OptionName::Zoom, &|service| service == Service::Outpaint),
    ];
    let refuse = |option: OptionName, able: &Able<'_>| {
        let able = catalogue.services(today).filter(|(service, _)| able(*service));
        let able: Vec<_> = able.map(|(_, model)| model.name.clone()).collect();
        Err(Refusal::NotSupported { model: service.name().into(), option: option.into(), able: able.into() })
    };
    for (is_given, option, able) in given {
        if is_given && !able(service) {
            return refuse(option, able);
        }
    }
    for name in edit.numbers.keys() {
        let able = |service: Service| service.numbers().any(|number| number.name == *name);
        if !able(service) {
            return refuse(OptionName::Number(*name), &able);
        }
    }
    Ok(())
}

fn checked(
    service: Service,
    numbers: BTreeMap<NumberName, f64>,
) -> Result<BTreeMap<NumberName, f64>, Refusal> {
    for Number { name, least, most } in service.numbers() {
        let Some(number) = numbers.get(&name) else { continue };
        let is_fine = (least..=most).contains(number) && (!name.is_whole() || number.fract() == 0.0);
        if !is_fine {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits of our own")]
            let (least, most) = match name.is_whole() {
                true => (least as u32, most as u32),
                false => ((least * 10.0).round() as u32, (most * 10.0).round() as u32),
            };
            let allowed = if name.is_whole() {
                Allowed::Whole { least, most }
            } else {
                Allowed::Tenths { least, most }
            };
            return Err(Refusal::out_of_range(OptionName::Number(name), number, allowed));
        }
    }
    Ok(numbers)
}

fn in_tenths(number: f64, least: u32, most: u32) -> bool {
    (f64::from(least) / 10.0..=f64::from(most) / 10.0).contains(&number)
}
