//! From the body of `POST /images` to the admitted job.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use time::OffsetDateTime;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::keys::Key;
use super::problem::Problem;
use super::start_image;
use crate::app::{self, App, Customer, KeyHolder, Placed, StartPicture, before, place_order};
use crate::domain::job::{Claim, JobId, Origin, Repeat, State};
use crate::domain::request::{Ask, Aspect, Style};

/// Bytes that an order without a picture may have.
pub(super) const ORDER_LIMIT: usize = 64 * 1024;
/// How long the store may take.
pub(super) const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// What to generate. Flags at the prompt's end, such as `--ar 16:9`, are understood as in Discord.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "prompt": "a lighthouse in a storm", "aspect": "16:9", "style": "cinematic", "seed": 7 }))]
pub(super) struct Order {
    /// The prompt. Either this or `message` must be there.
    #[schema(min_length = 1, max_length = 4000)]
    prompt: Option<String>,
    /// Another name of `prompt`.
    #[schema(min_length = 1, max_length = 4000)]
    message: Option<String>,
    /// A model's name or id.
    model: Option<String>,
    /// The format.
    #[schema(value_type = Option<Aspect>)]
    aspect: Option<String>,
    /// The style.
    #[schema(value_type = Option<Style>)]
    style: Option<String>,
    /// What to leave out.
    #[schema(max_length = 4000)]
    negative: Option<String>,
    /// The first picture's seed; the next ones have the next seeds.
    #[schema(minimum = 0, maximum = 4294967294u32)]
    seed: Option<i64>,
    /// How many pictures.
    #[schema(minimum = 1, maximum = 4)]
    count: Option<i64>,
    /// The picture to start from: PNG, JPEG or WebP of at most 16 MiB, in base64 or as a data URL. Where no model is named,
    /// one that can start from a picture is taken.
    image: Option<String>,
    /// How far to go from it: 0 keeps it, 1 ignores it.
    #[schema(minimum = 0, maximum = 1)]
    strength: Option<f64>,
    /// How closely to follow the prompt, where a model knows it.
    #[schema(minimum = 0)]
    cfg: Option<f64>,
    /// How many steps to take, where a model knows them.
    #[schema(minimum = 1)]
    steps: Option<i64>,
}

/// What a body asks for.
pub(super) struct Asked {
    pub(super) ask: Ask,
    /// Pictures that came with it.
    pub(super) pictures: Vec<StartPicture>,
}

/// What a body of `POST /images` asks for, from the holder of the key of this name.
///
/// # Errors
/// 400 with what is wrong, and where; 413 for a large one without a picture; the refusal of a picture.
pub(super) fn read(body: &[u8], holder: &str, now: OffsetDateTime) -> Result<Asked, Problem> {
    let order: Order = parsed(body)?;
    if order.image.is_none() {
        check_size(body)?;
    }
    let prompt = match (order.prompt, order.message) {
        (Some(prompt), None) | (None, Some(prompt)) => prompt,
        (Some(_), Some(_)) => {
            return Err(Problem::bad_request("`message` is another name of `prompt`: send one of them."));
        }
        (None, None) => return Err(Problem::bad_request("`prompt` (or `message`) is missing.")),
    };
    let start = order.image.map(|image| start_image::read("image", &image, holder, now)).transpose()?;
    let ask = Ask {
        prompt,
        negative: order.negative,
        model: order.model,
        aspect: order.aspect,
        style: order.style,
        count: order.count,
        seed: order.seed,
        cfg: order.cfg,
        steps: order.steps,
        image: start.as_ref().map(StartPicture::source),
        strength: order.strength,
        ..Ask::default()
    };
    Ok(Asked { ask, pictures: start.into_iter().collect() })
}

/// A body as what it must be.
///
/// # Errors
/// 400 with what is wrong, and where.
pub(super) fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            Category::Data => "The body is not an order",
            _ => "The body is not JSON in UTF-8",
        };
        Problem::bad_request(format!("{what}: {error}."))
    })
}

/// Whether an order without a picture is as small as it must be.
pub(super) fn check_size(body: &[u8]) -> Result<(), Problem> {
    if body.len() <= ORDER_LIMIT {
        return Ok(());
    }
    let detail = format!("An order without a picture may have {ORDER_LIMIT} bytes.");
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail))
}

/// What became of an order that was taken.
pub(super) enum Taken {
    New(JobId),
    /// It repeats this one.
    Before(Box<Claim>),
}

impl Taken {
    pub(super) fn id(&self) -> JobId {
        match self {
            Taken::New(id) => *id,
            Taken::Before(claim) => claim.job.id,
        }
    }
}

/// Admits an order, or finds the one that it repeats.
///
/// # Errors
/// The refusal; 422 for another body under the same `Idempotency-Key`.
pub(super) async fn place(
    app: &Arc<App>,
    key: &Key,
    asked: Asked,
    repeat: Option<Repeat>,
    now: OffsetDateTime,
) -> Result<Taken, Problem> {
    let Asked { ask, pictures } = asked;
    let customer = Customer::Key(KeyHolder {
        name: key.name.clone(),
        repeat: repeat.clone(),
        pictures,
        requests_per_minute: key.requests_per_minute,
        monthly_budget: key.monthly_budget,
    });
    let deadline = Instant::now() + STORE_TIMEOUT;
    let placed = place_order(app, app::Order { ask, customer }, deadline, now).await;
    match placed.map_err(|refusal| Problem::refused(&refusal, now))? {
        Placed::New(job, start) => {
            start.go().await;
            Ok(Taken::New(job.id))
        }
        Placed::Known(earlier) => {
            Ok(Taken::Before(Box::new(repeated(app, earlier, repeat.as_ref(), now).await?)))
        }
    }
}

/// The order that went under this `Idempotency-Key` before.
async fn repeated(
    app: &App,
    earlier: JobId,
    repeat: Option<&Repeat>,
    now: OffsetDateTime,
) -> Result<Claim, Problem> {
    let found = find(app, earlier, now).await?.ok_or_else(Problem::not_found)?;
    let same = matches!(&found.job.origin, Origin::Api(origin) if origin.repeat.as_ref() == repeat);
    if !same {
        let detail =
            "Another body was sent under this `Idempotency-Key`: use a key of its own for each order.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    if found.is_erased {
        let detail = "The pictures under this `Idempotency-Key` were deleted. Order again under another one.";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    if found.state == State::Cancelled {
        let detail = "The order under this `Idempotency-Key` was taken back before it began, and nothing was charged. Order again under another one.";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    Ok(found)
}

/// A job and its pictures.
pub(super) async fn find(app: &App, id: JobId, now: OffsetDateTime) -> Result<Option<Claim>, Problem> {
    let found = before(Instant::now() + STORE_TIMEOUT, app.store.find(id)).await;
    found.map_err(|refusal| Problem::refused(&refusal, now))
}

/// Up to `limit` jobs of this key before that one, the latest first.
pub(super) async fn of_key(
    app: &App,
    key: &Key,
    job: Option<JobId>,
    limit: usize,
    now: OffsetDateTime,
) -> Result<Vec<Claim>, Problem> {
    let found = before(Instant::now() + STORE_TIMEOUT, app.store.jobs_of_key(&key.name, job, limit)).await;
    found.map_err(|refusal| Problem::refused(&refusal, now))
}
