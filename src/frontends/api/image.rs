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

/// How long a presigned link works at most.
const LINK_LIFE: Duration = Duration::from_secs(3_600);
/// Said of pictures that only the machine has that generated them.
pub(super) const ON_ITS_WAY: &str =
    "What was generated is safe and on its way to the archive. The order is delivered once it is there.";

/// An order that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
    /// The job's id.
    id: String,
    /// Where it stands.
    state: State,
    /// Where to look for it.
    location: String,
    /// Why it takes so long, if something is in its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

impl Accepted {
    /// A new job.
    pub(super) fn new(id: JobId) -> Accepted {
        Accepted { id: id.to_string(), state: State::Admitted, location: location(id), note: None }
    }

    /// A job that has not come to its end.
    pub(super) fn still(seen: &Seen) -> Accepted {
        let id = seen.claim.job.id;
        Accepted { id: id.to_string(), state: seen.state, location: location(id), note: seen.note() }
    }
}

/// A job, and where it stands for somebody who fetches its pictures.
pub(super) struct Seen {
    pub(super) claim: Claim,
    pub(super) state: State,
    /// Numbers of the pictures that can be fetched.
    within_reach: Vec<u32>,
}

impl Seen {
    pub(super) async fn of(app: &App, claim: Claim) -> Seen {
        let mut within_reach = Vec::new();
        for picture in claim.pictures.iter().filter(|picture| picture.generated().is_some()) {
            if app.is_within_reach(claim.job.id, picture).await {
                within_reach.push(picture.n);
            }
        }
        let state = claim.state_for_fetching(|picture| within_reach.contains(&picture.n));
        Seen { claim, state, within_reach }
    }

    /// What is in the way of an order that is over but for the fetching.
    fn note(&self) -> Option<&'static str> {
        (self.claim.state != self.state).then_some(ON_ITS_WAY)
    }

    /// Whether every picture has its presigned link, where there are such links.
    pub(super) fn is_archived(&self) -> bool {
        let waits = |picture: &Picture| picture.generated().is_some() && picture.archived.is_none();
        !self.claim.pictures.iter().any(waits)
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
    /// The order that it goes on from, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// When it was ordered.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created: OffsetDateTime,
    /// The model's name.
    model: String,
    /// The default model, where it cannot start from a picture and another one took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_place_of: Option<String>,
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
    /// How far it went from the picture that it started from, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    strength: Option<f64>,
    /// Flags of other programs that the prompt had, which mean nothing here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored_flags: Vec<String>,
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
    /// Why it takes so long, if something is in its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
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
    /// Where its bytes are: presigned for an hour at most, or a path of Easel itself, which wants the key.
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
pub(super) async fn image(app: &App, seen: &Seen) -> Image {
    let Seen { claim, state, .. } = seen;
    let (job, request) = (&claim.job, &claim.job.request);
    let mut pictures = Vec::new();
    for picture in &claim.pictures {
        pictures.push(view(app, seen, picture).await);
    }
    Image {
        id: job.id.to_string(),
        state: *state,
        parent: job.parent.map(|parent| parent.to_string()),
        created: job.created,
        model: request.model.clone(),
        in_place_of: request.in_place_of.clone(),
        aspect: request.aspect,
        style: request.style,
        prompt: request.prompt.clone(),
        negative: request.negative.clone(),
        strength: request.image.as_ref().map(|image| image.strength),
        ignored_flags: request.ignored_flags.clone(),
        seeds: pictures.iter().map(|picture| picture.seed).collect(),
        price_usd: dollars(claim.price),
        attempted_usd: dollars(claim.spent()),
        pictures,
        notes: messages::notes(claim, Reader::Plain),
        refusal: (claim.state == State::Failed).then(|| Reason::of(&refusal(claim))),
        note: seen.note(),
    }
}

/// Why there is no picture.
pub(super) fn refusal(claim: &Claim) -> Refusal {
    claim.refusal().cloned().unwrap_or(Refusal::Fault { job: claim.job.id })
}

async fn view(app: &App, seen: &Seen, picture: &Picture) -> PictureView {
    let generated = picture.generated();
    let (state, refusal) = match &picture.outcome {
        None => (PictureState::Open, None),
        Some(Outcome::Generated(_)) => (PictureState::Generated, None),
        Some(Outcome::Refused { refusal }) => (PictureState::Refused, Some(Reason::of(refusal))),
    };
    let link = match seen.within_reach.contains(&picture.n) {
        true => Some(link(app, &seen.claim, picture).await),
        false => None,
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
    let own = || format!("{}/{}", location(claim.job.id), file_name(claim, picture.n));
    presigned(app, claim, picture).await.unwrap_or_else(own)
}

/// A link that needs no key; `None` before the picture is in S3, and for a folder.
pub(super) async fn presigned(app: &App, claim: &Claim, picture: &Picture) -> Option<String> {
    let key = picture.archived.as_ref()?;
    let link = app.archive.link(key, LINK_LIFE, app.now()).await.unwrap_or_else(|error| {
        tracing::warn!(job = %claim.job.id, error = format!("{error:#}"), "no link to a picture could be signed");
        None
    });
    link.map(|link| link.url)
}

pub(super) fn dollars(amount: Micros) -> String {
    amount.to_string().replace('$', "")
}
