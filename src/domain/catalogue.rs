//! The image models of Amazon Bedrock as data, and the operator's own on top.
//!
//! Facts of 2026-11: ids, regions and ends of life from AWS' model life-cycle page and `ListFoundationModels`;
//! prices from AWS Marketplace offers ("Amazon Bedrock Edition").

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::services::Service;

mod file;
mod sdxl;
mod stability;

/// The shape of a model's request and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// `prompt`, `aspect_ratio`, …; answers `images` and `finish_reasons`.
    Stability,
    /// `text_prompts`, `cfg_scale`, `steps`, …; answers `artifacts`.
    Sdxl,
    Sketch,
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Generates from words.
    Generate,
    /// Edits a picture (`/edit`).
    Edit(Service),
}

/// What a model understands beside a prompt, an aspect, a seed and a negative prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abilities {
    /// Starts from a picture (`image` and `strength`).
    pub image_to_image: bool,
    /// Has style presets of its own.
    pub presets: bool,
    /// `cfg`, from 0 to this.
    pub cfg: Option<u32>,
    /// `steps`, from and to.
    pub steps: Option<(u32, u32)>,
}

/// One model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What people type.
    pub name: String,
    /// What `InvokeModel` gets: a model id, an inference profile or an ARN.
    pub id: String,
    pub family: Family,
    pub task: Task,
    /// The AWS region to call, `None` for the one that is configured.
    pub region: Option<String>,
    pub abilities: Abilities,
    /// The longest prompt, in characters.
    pub prompt_limit: usize,
    /// Micro-dollars a call.
    pub price: Micros,
    /// How long a call takes on an ordinary day, roughly: nobody promises it.
    pub usual_time: Duration,
    /// The day from which Bedrock no longer serves it.
    pub ended: Option<Date>,
    /// The operator put it there (`EASEL_MODELS_FILE`).
    pub own: bool,
}

impl Model {
    /// Whether it still answers on `today`.
    pub fn is_alive(&self, today: Date) -> bool {
        self.ended.is_none_or(|end| today < end)
    }

    /// The region that the model says itself, or else its ARN; `None` for the one that is configured.
    pub(crate) fn own_region(&self) -> Option<&str> {
        let of_arn = || self.id.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty());
        self.region.as_deref().or_else(of_arn)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// All models that this Easel knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    models: Vec<Model>,
    default: String,
}

/// The model that everybody gets who names none.
pub const DEFAULT_MODEL: &str = "stability.stable-image-core-v1:1";

/// The name of the built-in engine's one model.
pub const SKETCH_MODEL: &str = "sketch";

/// The largest picture that any of Bedrock's models makes, and that Easel decodes: width times height.
pub(crate) const MOST_PIXELS: u64 = 4096 * 4096;

const TEXT_REGION: &str = "us-west-2";

impl Catalogue {
    /// Bedrock's models; `default` is a name or an id among them.
    pub fn bedrock() -> Catalogue {
        let mut models = stability::image_models();
        models.extend(sdxl::ended());
        models.extend(stability::ended());
        models.extend(stability::services());
        Catalogue { models, default: DEFAULT_MODEL.to_owned() }
    }

    /// The built-in engine's one model, which costs nothing.
    pub fn sketch() -> Catalogue {
        let abilities = Abilities { presets: true, ..Abilities::default() };
        let model = Model {
            name: SKETCH_MODEL.to_owned(),
            id: "easel.sketch-v1".to_owned(),
            family: Family::Sketch,
            region: None,
            price: Micros(0),
            usual_time: Duration::from_millis(200),
            abilities,
            ..image_model("", "", Abilities::default(), 0)
        };
        Catalogue { models: vec![model], default: SKETCH_MODEL.to_owned() }
    }

    /// Adds the models of an operator's TOML file; one with a known name or id takes its place, the default's too.
    ///
    /// # Errors
    /// A file that cannot be read or has a wrong entry; the message names file, entry and remedy.
    pub fn with_file(mut self, path: &Path) -> anyhow::Result<Catalogue> {
        for model in file::read(path)? {
            self.models.retain(|known| known.name != model.name && known.id != model.id);
            if self.find(&self.default).is_none() {
                self.default.clone_from(&model.name);
            }
            self.models.push(model);
        }
        Ok(self)
    }

    /// Makes `asked`, a name or an id, the default.
    ///
    /// # Errors
    /// The refusal that a person would get who asked for it.
    pub fn with_default(mut self, asked: &str, today: Date) -> Result<Catalogue, Refusal> {
        self.default = self.image_model(Some(asked), today)?.name.clone();
        Ok(self)
    }

    /// Every model, those that generate from words first.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The living models that generate from words.
    pub fn image_models(&self, today: Date) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(move |model| model.task == Task::Generate && model.is_alive(today))
    }

    /// The model of that name or id, dead or alive.
    pub fn find(&self, asked: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name.eq_ignore_ascii_case(asked) || model.id == asked)
    }

    /// The first living model that can start from a picture.
    pub fn starting_from_picture(&self, today: Date) -> Option<&Model> {
        self.image_models(today).find(|model| model.abilities.image_to_image)
    }

    /// The living image services.
    pub fn services(&self, today: Date) -> impl Iterator<Item = (Service, &Model)> {
        self.models.iter().filter(move |model| model.is_alive(today)).filter_map(|model| match model.task {
            Task::Edit(service) => Some((service, model)),
            Task::Generate => None,
        })
    }

    /// The model behind a service.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotOffered`]: this catalogue does not have it.
    pub fn service(&self, wanted: Service, today: Date) -> Result<&Model, Refusal> {
        let found = self.services(today).find(|(service, _)| *service == wanted);
        let refused = || Refusal::ServiceNotOffered { service: wanted.name().to_owned() };
        found.map(|(_, model)| model).ok_or_else(refused)
    }

    /// The living model or service of that name or id.
    ///
    /// # Errors
    /// As [`Catalogue::image_model`] and [`Catalogue::service`].
    pub fn living(&self, name: &str, today: Date) -> Result<&Model, Refusal> {
        match self.find(name).map(|model| model.task) {
            Some(Task::Edit(service)) => self.service(service, today),
            _ => self.image_model(Some(name), today),
        }
    }

    pub fn default_name(&self) -> &str {
        self.find(&self.default).map_or(&self.default, |model| &model.name)
    }

    /// Only those models and services that `offered` says yes to, by their name. Where the default is not among them,
    /// the first model is that generates from words.
    #[must_use]
    pub fn offering(&self, offered: impl Fn(&str) -> bool) -> Catalogue {
        let models: Vec<Model> = self.models.iter().filter(|model| offered(&model.name)).cloned().collect();
        let mut catalogue = Catalogue { models, default: self.default.clone() };
        if catalogue.find(&self.default).is_none()
            && let Some(first) = catalogue.models.iter().find(|model| model.task == Task::Generate)
        {
            catalogue.default.clone_from(&first.name);
        }
        catalogue
    }

    /// The living image model of that name or id, or the default for `None`.
    ///
    /// # Errors
    /// [`Refusal::UnknownModel`], [`Refusal::ModelEnded`] or [`Refusal::NotAnImageModel`], each with what to use instead;
    /// [`Refusal::NoModels`] if there is none.
    pub fn image_model(&self, asked: Option<&str>, today: Date) -> Result<&Model, Refusal> {
        if self.image_models(today).next().is_none() {
            return Err(Refusal::NoModels);
        }
        let asked = asked.unwrap_or(&self.default).trim();
        let Some(model) = self.find(asked) else {
            let names: Vec<_> = self.image_models(today).map(|model| model.name.clone()).collect();
            return Err(Refusal::UnknownModel { asked: asked.to_owned(), available: names.into() });
        };
        let instead =
            || self.image_models(today).next().map_or_else(String::new, |living| living.name.clone());
        if matches!(model.task, Task::Edit(_)) {
            return Err(Refusal::NotAnImageModel { model: model.name.clone(), instead: instead() });
        }
        match model.ended {
            Some(ended) if today >= ended => {
                Err(Refusal::ModelEnded { model: asked.to_owned(), ended: ended.into(), instead: instead() })
            }
            _ => Ok(model),
        }
    }
}

fn image_model(name: &str, id: &str, abilities: Abilities, price: i64) -> Model {
    Model {
        name: name.to_owned(),
        id: id.to_owned(),
        family: Family::Stability,
        task: Task::Generate,
        region: Some(TEXT_REGION.to_owned()),
        abilities,
        prompt_limit: 10_000,
        price: Micros(price),
        usual_time: Duration::from_secs(6),
        ended: None,
        own: false,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 22);

    #[test]
    fn the_default_is_core_and_sixteen_models_live() {
        let catalogue = Catalogue::bedrock();
        assert_eq!(catalogue.image_model(None, TODAY).unwrap().id, DEFAULT_MODEL);
        assert_eq!(catalogue.models().iter().filter(|m| m.is_alive(TODAY)).count(), 16);
    }

    #[test]
    fn a_dead_model_is_refused_by_name_and_by_id_with_a_living_one() {
        let catalogue = Catalogue::bedrock();
        for asked in ["sdxl", "stability.stable-diffusion-xl-v0", "stability.stable-diffusion-xl-v1"] {
            let refused = catalogue.image_model(Some(asked), TODAY).unwrap_err();
            let Refusal::ModelEnded { model, instead, .. } = &refused else { panic!("{refused:?}") };
            assert_eq!((model.as_str(), instead.as_str()), (asked, "core"));
        }
    }

    #[test]
    fn an_operators_endpoint_takes_the_dead_models_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let arn = "arn:aws:sagemaker:us-west-2:123456789012:endpoint/my-sdxl";
        let text =
            format!("[[model]]\nid = \"{arn}\"\nname = \"sdxl\"\nfamily = \"sdxl\"\nprice_usd = 0.05\n");
        std::fs::write(file.path(), text).unwrap();
        let catalogue = Catalogue::bedrock().with_file(file.path()).unwrap();
        let model = catalogue.image_model(Some("sdxl"), TODAY).unwrap();
        assert_eq!((model.id.as_str(), model.price), (arn, Micros(50_000)));
    }

    #[test]
    fn a_wrong_models_file_is_named_with_its_remedy() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, needle) in [
            ("[[model]]\nid='x'\nname='y'\nfamily='titan'\nprice_usd=1", "titan"),
            ("[[model]]\nid='x'\nname='a b'\nfamily='sdxl'\nprice_usd=1", "no spaces"),
            ("[[model]]\nid='x'\nname='y'\nfamily='sdxl'\nprice_usd=-1", "dollars such as"),
            ("models = 3", "[[model]]"),
        ] {
            std::fs::write(file.path(), text).unwrap();
            let said = format!("{:#}", Catalogue::bedrock().with_file(file.path()).unwrap_err());
            assert!(said.contains("EASEL_MODELS_FILE") && said.contains(needle), "{said}");
        }
    }
}
