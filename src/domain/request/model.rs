//! Which model an order goes to, and whether it can do what the order wants.

use std::collections::BTreeMap;

use time::Date;

use super::{Ask, in_range};
use crate::domain::catalogue::{Catalogue, Model};
use crate::domain::refusal::{Allowed, OptionName, Refusal};
use crate::domain::settings::{Effective, Field, Settings, Source};

pub(super) struct Choice<'a> {
    pub(super) model: &'a Model,
    /// The name of the default model, which cannot start from a picture.
    pub(super) in_place_of: Option<String>,
}

/// The model that was asked for. A default that nobody chose gives way to the first model that can start from a picture
/// where the order has one.
pub(super) fn choose<'a>(
    ask: &Ask,
    effective: &Effective,
    catalogue: &'a Catalogue,
    today: Date,
) -> Result<Choice<'a>, Refusal> {
    let chosen = chosen_model(&effective.settings, &effective.sources, catalogue, today)?;
    let cannot = wants_image(ask) && !chosen.abilities.image_to_image;
    let able = || catalogue.starting_from_picture(today);
    let instead = (cannot && is_unnamed(effective)).then(able).flatten();
    Ok(Choice { model: instead.unwrap_or(chosen), in_place_of: instead.map(|_| chosen.name.clone()) })
}

/// Whether a model has to start from a picture: from that of a session it may.
fn wants_image(ask: &Ask) -> bool {
    ask.image.is_some() && !ask.image_is_offered
}

/// Whether nobody chose the model: neither the request nor a setting, and no lock holds it.
fn is_unnamed(effective: &Effective) -> bool {
    let source = effective.sources.get(&Field::Model);
    matches!(source, None | Some(Source::BuiltIn | Source::Deployment))
        && !effective.locked.contains_key(&Field::Model)
}

/// The model that was asked for. One that settings name and that is gone since gives way to the default.
fn chosen_model<'a>(
    settings: &Settings,
    sources: &BTreeMap<Field, Source>,
    catalogue: &'a Catalogue,
    today: Date,
) -> Result<&'a Model, Refusal> {
    let found = catalogue.image_model(settings.model.as_deref(), today);
    match sources.get(&Field::Model) {
        None | Some(Source::Request) => found,
        Some(_) => found.or_else(|_| catalogue.image_model(None, today)),
    }
}

/// Refuses options that the model would ignore or reject.
pub(super) fn check_abilities(
    ask: &Ask,
    model: &Model,
    catalogue: &Catalogue,
    today: Date,
) -> Result<(), Refusal> {
    let refuse = |option: OptionName, able: &dyn Fn(&Model) -> bool| {
        let able: Vec<_> =
            catalogue.image_models(today).filter(|m| able(m)).map(|m| m.name.clone()).collect();
        Err(Refusal::NotSupported { model: model.name.clone(), option: option.into(), able: able.into() })
    };
    if wants_image(ask) && !model.abilities.image_to_image {
        return refuse(OptionName::Image, &|m| m.abilities.image_to_image);
    }
    if ask.strength.is_some() && ask.image.is_none() {
        return Err(Refusal::StrengthWithoutImage);
    }
    if let Some(cfg) = ask.cfg {
        let Some(most) = model.abilities.cfg else {
            return refuse(OptionName::Cfg, &|m| m.abilities.cfg.is_some());
        };
        if !(0.0..=f64::from(most)).contains(&cfg) {
            return Err(Refusal::out_of_range(OptionName::Cfg, cfg, Allowed::UpTo(most)));
        }
    }
    if let Some(steps) = ask.steps {
        let Some((least, most)) = model.abilities.steps else {
            return refuse(OptionName::Steps, &|m| m.abilities.steps.is_some());
        };
        in_range(OptionName::Steps, steps, least, most)?;
    }
    Ok(())
}
