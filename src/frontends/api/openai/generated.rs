//! The response to `POST /v1/images/generations`.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Json};
use base64_simd::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use super::Answer;
use super::failure::Failure;
use super::generation::ResponseFormat;
use crate::app::App;
use crate::domain::job::{Claim, JobId, Picture, State};
use crate::frontends::api::image::{self, ON_ITS_WAY, Seen};
use crate::frontends::api::problem::Problem;

/// The pictures of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Generated {
    /// When it was ordered, in Unix seconds.
    created: i64,
    /// The pictures, without those that the model refused.
    data: Vec<Datum>,
}

/// One picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GeneratedPicture)]
struct Datum {
    /// Its bytes, as the model sent them, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    b64_json: Option<String>,
    /// Where its bytes are for an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The prompt as the model got it, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    revised_prompt: Option<String>,
}

/// The pictures of an order that was awaited, in this format; `prompt` is the one that was sent.
pub(super) async fn generated(app: &App, seen: &Seen, format: ResponseFormat, prompt: &str) -> Answer {
    let claim = &seen.claim;
    let id = claim.job.id;
    let now = app.now();
    let failed = |problem| Failure::after(id, problem);
    match seen.state {
        State::Failed => return Err(failed(Problem::refused(&image::refusal(claim), now))),
        State::Delivered if format == ResponseFormat::Base64 || seen.is_archived() => {}
        state => return Err(still_under_way(id, Some(state))),
    }
    let in_words = claim.job.request.prompt_for_model();
    let revised_prompt = (in_words != prompt).then_some(in_words);
    let _permit = app.picture_limiter.enter().await;
    let mut data = Vec::new();
    for picture in claim.pictures.iter().filter(|picture| picture.generated().is_some()) {
        let (b64_json, url) = match format {
            ResponseFormat::Base64 => (Some(base64(app, claim, picture).await.map_err(failed)?), None),
            ResponseFormat::Url => {
                let later = || failed(Problem::later("No link to the picture can be signed at the moment."));
                (None, Some(image::presigned(app, claim, picture).await.ok_or_else(later)?))
            }
        };
        data.push(Datum { b64_json, url, revised_prompt: revised_prompt.clone() });
    }
    let headers = [(LOCATION.as_str(), image::location(id)), ("x-request-id", id.to_string())];
    let generated = Generated { created: claim.job.created.unix_timestamp(), data };
    Ok((headers, Json(generated)).into_response())
}

/// What is said when the time is over: the job goes on.
pub(super) fn still_under_way(id: JobId, state: Option<State>) -> Failure {
    let generated = matches!(state, Some(State::Generated | State::Delivered));
    let what = if generated { ON_ITS_WAY } else { "The order is not over yet and goes on." };
    let detail = format!(
        "{what} Do not order again: `GET {}` with the same key tells how it stands and has the pictures.",
        image::location(id)
    );
    Failure::after(id, Problem::new(StatusCode::GATEWAY_TIMEOUT, detail))
}

async fn base64(app: &App, claim: &Claim, picture: &Picture) -> Result<String, Problem> {
    let later = || {
        let own = image::location(claim.job.id);
        Problem::later(&format!(
            "The archive cannot be reached at the moment. `GET {own}` finds the picture later."
        ))
    };
    let bytes = app.picture(claim, picture.n).await.map_err(|error| {
        tracing::error!(job = %claim.job.id, error = format!("{error:#}"), "a picture could not be read");
        later()
    })?;
    Ok(STANDARD.encode_to_string(bytes.ok_or_else(later)?))
}
