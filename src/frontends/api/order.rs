//! From the body of `POST /images` to the admitted job.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::error::Category;
use time::OffsetDateTime;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::keys::Key;
use super::problem::Problem;
use crate::app::{self, App, Customer, KeyHolder, Placed, before, place_order};
use crate::domain::job::{Claim, JobId, Origin, Repeat, State};
use crate::domain::request::{Ask, Aspect, Style};

/// How long the store may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// What to generate. Flags at the prompt's end, such as `--ar 16:9`, are understood as in Discord.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
    /// How closely to follow the prompt, where a model knows it.
    #[schema(minimum = 0)]
    cfg: Option<f64>,
    /// How many steps to take, where a model knows them.
    #[schema(minimum = 1)]
    steps: Option<i64>,
}

/// What a body asks for.
///
/// # Errors
/// 400 with what is wrong, and where.
pub(super) fn read(body: &[u8]) -> Result<Ask, Problem> {
    let order: Order = serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            Category::Data => "The body is not an order",
            _ => "The body is not JSON in UTF-8",
        };
        Problem::bad_request(format!("{what}: {error}."))
    })?;
    let prompt = match (order.prompt, order.message) {
        (Some(prompt), None) | (None, Some(prompt)) => prompt,
        (Some(_), Some(_)) => {
            return Err(Problem::bad_request("`message` is another name of `prompt`: send one of them."));
        }
        (None, None) => return Err(Problem::bad_request("`prompt` (or `message`) is missing.")),
    };
    Ok(Ask {
        prompt,
        negative: order.negative,
        model: order.model,
        aspect: order.aspect,
        style: order.style,
        count: order.count,
        seed: order.seed,
        cfg: order.cfg,
        steps: order.steps,
        ..Ask::default()
    })
}

/// Admits an order, or finds the one that it repeats.
///
/// # Errors
/// The refusal; 422 for another body under the same `Idempotency-Key`.
pub(super) async fn place(
    app: &Arc<App>,
    key: &Key,
    ask: Ask,
    repeat: Option<Repeat>,
    now: OffsetDateTime,
) -> Result<(JobId, State), Problem> {
    let customer = Customer::Key(KeyHolder {
        name: key.name.clone(),
        repeat: repeat.clone(),
        requests_per_minute: key.requests_per_minute,
        monthly_budget: key.monthly_budget,
    });
    let deadline = Instant::now() + STORE_TIMEOUT;
    let placed = place_order(app, app::Order { ask, customer }, deadline, now).await;
    match placed.map_err(|refusal| Problem::refused(&refusal, now))? {
        Placed::New(job) => {
            app.enqueue(job.id).await;
            Ok((job.id, State::Admitted))
        }
        Placed::Known(earlier) => repeated(app, earlier, repeat.as_ref(), now).await,
    }
}

/// The order that went under this `Idempotency-Key` before.
async fn repeated(
    app: &App,
    earlier: JobId,
    repeat: Option<&Repeat>,
    now: OffsetDateTime,
) -> Result<(JobId, State), Problem> {
    let found = find(app, earlier, now).await?.ok_or_else(Problem::not_found)?;
    let same = matches!(&found.job.origin, Origin::Api(origin) if origin.repeat.as_ref() == repeat);
    if !same {
        let detail =
            "Another body was sent under this `Idempotency-Key`: use a key of its own for each order.";
        return Err(Problem::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    if found.state == State::Cancelled {
        let detail = "The order under this `Idempotency-Key` was taken back before it began, and nothing was charged. Order again under another one.";
        return Err(Problem::new(axum::http::StatusCode::CONFLICT, detail));
    }
    Ok((earlier, found.state))
}

/// A job and its pictures.
pub(super) async fn find(app: &App, id: JobId, now: OffsetDateTime) -> Result<Option<Claim>, Problem> {
    let found = before(Instant::now() + STORE_TIMEOUT, app.store.find(id)).await;
    found.map_err(|refusal| Problem::refused(&refusal, now))
}
