//! What is told of an order.

use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::messages::{self, Reader};
use crate::domain::job::{Claim, JobId, Outcome, Picture, State};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Aspect, Style};

/// How long a presigned link works.
const LINK_LIFE: Duration = Duration::from_secs(3_600);

/// An order that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
    /// The job's id.
    id: String,
    /// Where it stands.
    state: State,
    /// Where to look for it.
    location: String,
}

impl Accepted {
    /// The job of this id, in this state.
    pub(super) fn new(id: JobId, state: State) -> Accepted {
        Accepted { id: id.to_string(), state, location: location(id) }
    }
}

/// Where a job is looked for.
pub(super) fn location(id: JobId) -> String {
    format!("/images/{id}")
}

/// An order and its pictures.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Image {
    /// The job's id.
    id: String,
    /// Where it stands.
    state: State,
    /// When it was ordered.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created: OffsetDateTime,
    /// The model's name.
    model: String,
    /// The format.
    aspect: Aspect,
    /// The style.
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<Style>,
    /// The prompt without its flags.
    prompt: String,
    /// What was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    negative: Option<String>,
    /// The seed of each picture.
    #[schema(value_type = Vec<i64>)]
    seeds: Vec<u32>,
    /// What the order costs if each picture takes one call, in US dollars such as `0.04`.
    price_usd: String,
    /// What AWS may bill for the calls so far.
    attempted_usd: String,
    /// The pictures, by number.
    pictures: Vec<PictureView>,
    /// What was done otherwise than the order may have meant, in sentences: flags that were ignored, for instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// Why there is no picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Reason>,
}

/// One picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Picture)]
pub(super) struct PictureView {
    /// Its number, from 0.
    n: u32,
    /// The seed that makes it again.
    #[schema(value_type = i64, minimum = 0, maximum = 4294967295u32)]
    seed: u32,
    /// How its asking ended.
    state: PictureState,
    /// SHA-256 of its bytes, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Where its bytes are: presigned for an hour, or a path of Easel itself, which wants the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Reason>,
}

/// How a picture's asking ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PictureState {
    /// It has not.
    Open,
    /// There is a picture.
    #[serde(rename = "painted")]
    Generated,
    /// There is none.
    Refused,
}

/// Why there is no picture.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reason {
    /// A code, such as `filtered_prompt`.
    why: String,
    /// A sentence.
    detail: String,
}

impl Reason {
    fn of(refusal: &Refusal) -> Reason {
        Reason { why: refusal.why(), detail: messages::refusal(refusal, Reader::Plain) }
    }
}

/// All that is told of a job that was ordered like this.
pub(super) async fn image(app: &App, claim: &Claim) -> Image {
    let job = &claim.job;
    let mut pictures = Vec::new();
    for picture in &claim.pictures {
        pictures.push(view(app, claim, picture).await);
    }
    Image {
        id: job.id.to_string(),
        state: claim.state,
        created: job.created,
        model: job.request.model.clone(),
        aspect: job.request.aspect,
        style: job.request.style,
        prompt: job.request.prompt.clone(),
        negative: job.request.negative.clone(),
        seeds: pictures.iter().map(|picture| picture.seed).collect(),
        price_usd: dollars(claim.price),
        attempted_usd: dollars(claim.spent()),
        pictures,
        notes: messages::notes(claim, Reader::Plain),
        refusal: (claim.state == State::Failed).then(|| Reason::of(&refusal(claim))),
    }
}

fn refusal(claim: &Claim) -> Refusal {
    claim.refusal().cloned().unwrap_or(Refusal::Fault { job: claim.job.id })
}

async fn view(app: &App, claim: &Claim, picture: &Picture) -> PictureView {
    let generated = picture.generated();
    let (state, refusal) = match &picture.outcome {
        None => (PictureState::Open, None),
        Some(Outcome::Generated(_)) => (PictureState::Generated, None),
        Some(Outcome::Refused { refusal }) => (PictureState::Refused, Some(Reason::of(refusal))),
    };
    let link = match generated {
        Some(_) => Some(link(app, claim, picture).await),
        None => None,
    };
    PictureView {
        n: picture.n,
        seed: generated.map_or(picture.seed, |generated| generated.seed),
        state,
        sha256: generated.map(|generated| generated.sha256.clone()),
        link,
        refusal,
    }
}

/// The last part of a picture's path here.
pub(super) fn file_name(claim: &Claim, n: u32) -> String {
    format!("{n}.{}", claim.format(n).extension())
}

/// Presigned once the picture is in S3; before that, and for a folder, Easel serves it.
async fn link(app: &App, claim: &Claim, picture: &Picture) -> String {
    let presigned = match &picture.archived {
        Some(key) => app.archive.link(key, LINK_LIFE).await,
        None => Ok(None),
    };
    let presigned = presigned.unwrap_or_else(|error| {
        tracing::warn!(job = %claim.job.id, error = format!("{error:#}"), "no link to a picture could be signed");
        None
    });
    presigned.unwrap_or_else(|| format!("{}/{}", location(claim.job.id), file_name(claim, picture.n)))
}

fn dollars(amount: Micros) -> String {
    amount.to_string().replace('$', "")
}
