//! `EASEL_MODELS_FILE`: an operator's own models.

use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Abilities, Family, Model, image_model, sdxl};
use crate::domain::money::Micros;

pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Model>> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("EASEL_MODELS_FILE: cannot read `{shown}`"))?;
    let file: ModelsFile = toml::from_str(&text).with_context(|| {
        format!("EASEL_MODELS_FILE: `{shown}` is not a list of [[model]] entries with id, name, family and price_usd")
    })?;
    let read = |entry: Entry| entry.read().with_context(|| format!("EASEL_MODELS_FILE: `{shown}`"));
    file.model.into_iter().map(read).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelsFile {
    #[serde(default)]
    model: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    name: String,
    family: Family,
    price_usd: f64,
    region: Option<String>,
    image_to_image: Option<bool>,
}

impl Entry {
    fn read(self) -> anyhow::Result<Model> {
        let name = self.name.trim();
        if name.is_empty() || name.len() > 60 || name.contains(char::is_whitespace) {
            bail!("the name `{}` must have 1 to 60 characters and no spaces", self.name);
        }
        if self.id.is_empty() || self.id.len() > 2048 {
            bail!("the id of `{name}` must have 1 to 2048 characters");
        }
        let price = Micros::from_dollars(&self.price_usd.to_string()).with_context(|| {
            format!("price_usd of `{name}` must be dollars such as 0.04, with at most six decimals")
        })?;
        let model = match self.family {
            Family::Stability => image_model(name, &self.id, Abilities::default(), price.0),
            Family::Sdxl => sdxl::model(name, &self.id, price.0),
            Family::Sketch => bail!("the family of `{name}` must be `stability` or `sdxl`"),
        };
        let image_to_image = self.image_to_image.unwrap_or(false);
        Ok(Model {
            region: self.region,
            abilities: Abilities { image_to_image, ..model.abilities },
            own: true,
            ..model
        })
    }
}
