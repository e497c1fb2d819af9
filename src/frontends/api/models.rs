//! What may be ordered.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Holder;
use super::image::dollars;
use super::problem::ProblemBody;
use super::{Answer, Api};
use crate::domain::catalogue::{Catalogue, Model};
use crate::domain::request::{Aspect, Style};

/// The models that may be ordered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Models {
    /// Each with its price.
    models: Vec<ModelView>,
    /// What can be done with pictures: `service` of an edit.
    services: Vec<ServiceView>,
}

/// An image service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub(super) struct ServiceView {
    /// What `service` of an edit takes.
    name: &'static str,
    /// What it is called where it runs.
    id: String,
    /// What it does.
    summary: &'static str,
    /// A picture, in US dollars such as `0.04`.
    price_usd: String,
}

/// A model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Model)]
pub(super) struct ModelView {
    /// What `model` of an order takes.
    name: String,
    /// What it is called where it runs; `model` takes this too.
    id: String,
    /// Whether an order without `model` gets it.
    default: bool,
    /// A picture, in US dollars such as `0.04`.
    price_usd: String,
    /// What `aspect` takes.
    aspects: &'static [Aspect],
    /// What `style` takes. A model without presets of its own gets the style as words.
    styles: &'static [Style],
    /// Whether it starts from a picture: `image` and `strength`.
    image: bool,
    /// The highest `cfg`, if it knows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    cfg: Option<u32>,
    /// The fewest and the most `steps`, if it knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<[u32; 2]>,
}

impl ModelView {
    fn of(model: &Model, catalogue: &Catalogue) -> ModelView {
        ModelView {
            name: model.name.clone(),
            id: model.id.clone(),
            default: model.name == catalogue.default_name(),
            price_usd: dollars(model.price),
            aspects: Aspect::ALL,
            styles: Style::ALL,
            image: model.abilities.image_to_image,
            cfg: model.abilities.cfg,
            steps: model.abilities.steps.map(|(least, most)| [least, most]),
        }
    }
}

/// List the models with their prices
#[utoipa::path(
    get, path = "/models", tag = "models", security(("key" = [])),
    responses(
        (status = 200, description = "The models that may be ordered", body = Models),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 405, description = "Another method than GET", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(State(api): State<Arc<Api>>, Holder(_): Holder) -> Answer {
    let catalogue = &api.app.catalogue;
    let models = catalogue.image_models(api.app.now().date());
    let models = models.map(|model| ModelView::of(model, catalogue)).collect();
    let services = catalogue.services(api.app.now().date()).map(|(service, model)| ServiceView {
        name: service.name(),
        id: model.id.clone(),
        summary: service.spec().summary,
        price_usd: dollars(model.price),
    });
    Ok(Json(Models { models, services: services.collect() }).into_response())
}
