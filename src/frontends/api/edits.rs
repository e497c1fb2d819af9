//! Edits of pictures: `POST /edits` and `POST /images/{id}/edits`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::routing::post;
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::extract::{Holder, Sent, Wait};
use super::image::{Accepted, Image};
use super::images::{asked_for, taken};
use super::order::{self, Asked};
use super::problem::{Problem, ProblemBody};
use super::start_image;
use super::{Answer, Api};
use crate::app::StoredPicture;
use crate::domain::job::JobId;
use crate::domain::request::{Ask, Aspect, EditAsk, Style};
use crate::domain::services::{NumberName, Service};

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new()
        .route("/edits", post(edit_upload).fallback(async || Problem::wrong_method("POST")))
        .route("/images/{id}/edits", post(edit_image).fallback(async || Problem::wrong_method("POST")))
}

/// What an image service is to do, see `GET /models`. Each option is taken by the services that know it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "service": "replace", "search": "the dog", "prompt": "a cat", "image": "iVBORw0KGgo…" }))]
pub(super) struct EditOrder {
    /// What to do.
    #[schema(value_type = String)]
    service: Service,
    /// The picture: PNG, JPEG or WebP of at most 16 MiB, in base64 or as a data URL. Not with an order's own picture.
    image: Option<String>,
    /// Which picture of the order, from 0. Only with an order's own picture.
    picture: Option<u32>,
    /// What the result shows.
    #[schema(max_length = 4000)]
    prompt: Option<String>,
    /// What to leave out.
    #[schema(max_length = 4000)]
    negative: Option<String>,
    /// For `replace`: what to look for.
    #[schema(max_length = 4000)]
    search: Option<String>,
    /// For `recolor`: what gets other colours.
    #[schema(max_length = 4000)]
    select: Option<String>,
    /// A picture that is white where something is to be changed, in base64 or as a data URL.
    mask: Option<String>,
    /// In place of a mask: left, top, right and bottom in percent, such as `10 20 60 80`.
    area: Option<String>,
    /// For `style-transfer`: the picture whose style is taken, in base64 or as a data URL.
    style_image: Option<String>,
    /// For `outpaint`, in place of sides: how many times as large it becomes.
    #[schema(minimum = 1.1, maximum = 3)]
    zoom: Option<f64>,
    /// The style.
    #[schema(value_type = Option<Style>)]
    style: Option<String>,
    /// The format.
    #[schema(value_type = Option<Aspect>)]
    aspect: Option<String>,
    /// The seed.
    #[schema(minimum = 0, maximum = 4294967294u32)]
    seed: Option<i64>,
    /// How much may be made up.
    creativity: Option<f64>,
    /// How closely to follow the picture.
    control_strength: Option<f64>,
    /// How closely to follow the style.
    fidelity: Option<f64>,
    /// Pixels by which the mask grows on each side.
    grow_mask: Option<f64>,
    /// Pixels to add on the left.
    left: Option<f64>,
    /// Pixels to add on the right.
    right: Option<f64>,
    /// Pixels to add on top.
    up: Option<f64>,
    /// Pixels to add below.
    down: Option<f64>,
    /// How closely to keep what is where.
    composition_fidelity: Option<f64>,
    /// How strongly the style is laid on.
    style_strength: Option<f64>,
    /// How much of the picture may change.
    change_strength: Option<f64>,
}

impl EditOrder {
    fn numbers(&self) -> BTreeMap<NumberName, f64> {
        let given = |name| match name {
            NumberName::Creativity => self.creativity,
            NumberName::ControlStrength => self.control_strength,
            NumberName::Fidelity => self.fidelity,
            NumberName::GrowMask => self.grow_mask,
            NumberName::Left => self.left,
            NumberName::Right => self.right,
            NumberName::Up => self.up,
            NumberName::Down => self.down,
            NumberName::CompositionFidelity => self.composition_fidelity,
            NumberName::StyleStrength => self.style_strength,
            NumberName::ChangeStrength => self.change_strength,
        };
        NumberName::ALL.into_iter().filter_map(|name| Some((name, given(name)?))).collect()
    }

    /// What it asks for; the order's own picture is put in later.
    fn asked(self, holder: &str, now: OffsetDateTime) -> Result<(Asked, Option<u32>), Problem> {
        let numbers = self.numbers();
        let mut pictures = Vec::new();
        let mut picture = |name: &str, text: Option<String>| {
            let Some(text) = text else { return Ok(None) };
            let read = start_image::read(name, &text, holder, now)?;
            let source = read.source();
            pictures.push(read);
            Ok::<_, Problem>(Some(source))
        };
        let edit = EditAsk {
            service: self.service,
            mask: picture("mask", self.mask)?,
            area: self.area,
            style_image: picture("style_image", self.style_image)?,
            target: self.search.or(self.select),
            numbers,
            zoom: self.zoom,
        };
        let ask = Ask {
            prompt: self.prompt.unwrap_or_default(),
            negative: self.negative,
            style: self.style,
            aspect: self.aspect,
            seed: self.seed,
            image: picture("image", self.image)?,
            edit: Some(Box::new(edit)),
            ..Ask::default()
        };
        Ok((Asked { ask, pictures }, self.picture))
    }
}

/// Edit a picture
#[utoipa::path(
    post, path = "/edits", tag = "images", security(("key" = [])), request_body = EditOrder,
    params(
        ("wait" = Option<u32>, Query, description = "Seconds to wait for the end, 1 to 60; behind API Gateway no more than 25 are waited", minimum = 1, maximum = 60),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own name for this order, 1 to 200 visible ASCII characters: the same order under the same name is taken once", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 200, description = "It came to its end within `wait`", body = Image),
        (status = 202, description = "It is taken, and under way", body = Accepted, headers(("Location" = String, description = "Where to look for it"))),
        (status = 400, description = "Not JSON, not an order, or a wrong parameter or header", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 405, description = "Another method than POST", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The order under this Idempotency-Key was taken back", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "Pictures of more than 16 MiB together", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "Another content type than application/json", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Refused, for the reason in `why`; or another order has this Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many orders in a minute", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
        (status = 503, description = "The order could not be written down, or Easel is stopping", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
pub(super) async fn edit_upload(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    Wait(wait): Wait,
    sent: Sent,
) -> Answer {
    let (app, now, repeat) = (&api.app, api.app.now(), sent.repeat.clone());
    let name = key.name.clone();
    let read = move |body: &[u8]| order::parsed::<EditOrder>(body)?.asked(&name, now);
    let ((asked, picture), place) = sent.read(read).await?;
    if picture.is_some() {
        return Err(Problem::bad_request("`picture` is for `POST /images/{id}/edits`; here send `image`."));
    }
    taken(app, order::place(app, &key, asked, repeat, now).await?, place, wait).await
}

/// Edit a picture of an order
#[utoipa::path(
    post, path = "/images/{id}/edits", tag = "images", security(("key" = [])), request_body = EditOrder,
    params(
        ("id" = String, Path, description = "The job's id"),
        ("wait" = Option<u32>, Query, description = "Seconds to wait for the end, 1 to 60; behind API Gateway no more than 25 are waited", minimum = 1, maximum = 60),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own name for this order, 1 to 200 visible ASCII characters: the same order under the same name is taken once", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 200, description = "It came to its end within `wait`", body = Image),
        (status = 202, description = "It is taken, and under way", body = Accepted, headers(("Location" = String, description = "Where to look for it"))),
        (status = 400, description = "Not JSON, not an order, or a wrong parameter or header", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that is not known", body = ProblemBody, content_type = "application/problem+json", headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 404, description = "This key has ordered no such picture", body = ProblemBody, content_type = "application/problem+json"),
        (status = 405, description = "Another method than POST", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The order under this Idempotency-Key was taken back", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "Pictures of more than 16 MiB together", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "Another content type than application/json", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Refused, for the reason in `why`; or another order has this Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many orders in a minute", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
        (status = 503, description = "The order could not be written down, or Easel is stopping", body = ProblemBody, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds"))),
    )
)]
pub(super) async fn edit_image(
    State(api): State<Arc<Api>>,
    Holder(key): Holder,
    id: Result<Path<JobId>, PathRejection>,
    Wait(wait): Wait,
    sent: Sent,
) -> Answer {
    let (app, now, repeat, Path(id)) = (&api.app, api.app.now(), sent.repeat.clone(), id?);
    let name = key.name.clone();
    let read = move |body: &[u8]| order::parsed::<EditOrder>(body)?.asked(&name, now);
    let ((mut asked, picture), place) = sent.read(read).await?;
    if asked.ask.image.is_some() {
        return Err(Problem::bad_request(
            "The picture is the order's own: leave `image` out, or use `POST /edits`.",
        ));
    }
    let claim = asked_for(app, &key, id).await?;
    let stored = StoredPicture::of(claim, picture).ok_or_else(Problem::not_found)?;
    stored.put_into(&mut asked.ask);
    taken(app, order::place(app, &key, asked, repeat, now).await?, place, wait).await
}
