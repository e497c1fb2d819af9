//! What went wrong, as clients of OpenAI's API read it.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::job::JobId;
use crate::domain::refusal::{OptionName, OrText, Refusal, TextKind};
use crate::frontends::api::image;
use crate::frontends::api::problem::Problem;

const INVALID: &str = "invalid_request_error";
const SERVER: &str = "server_error";

#[derive(Debug)]
pub(in crate::frontends::api) struct Failure {
    problem: Box<Problem>,
    param: Option<String>,
    /// The order that was taken all the same. Clients that try again by themselves would order once more.
    job: Option<JobId>,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiError)]
pub(super) struct ErrorBody {
    /// What went wrong.
    error: ErrorView,
}

/// What went wrong, in words and in codes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiErrorDetail)]
struct ErrorView {
    /// What is at fault, and the remedy.
    message: String,
    /// `invalid_request_error`, `rate_limit_error`, `insufficient_quota` or `server_error`.
    r#type: &'static str,
    /// The member of the body that is at fault.
    param: Option<String>,
    /// A code, such as `content_policy_violation`.
    code: Option<String>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        let param = problem.refusal.as_ref().and_then(|refusal| param(refusal));
        Failure { problem: Box::new(problem), param, job: None }
    }
}

impl Failure {
    /// A member of the body that cannot be.
    pub(super) fn of(param: &str, detail: impl Into<String>) -> Failure {
        Failure { param: Some(param.to_owned()), ..Failure::from(Problem::bad_request(detail)) }
    }

    /// Something that went wrong with an order that was taken.
    pub(super) fn after(job: JobId, problem: Problem) -> Failure {
        Failure { job: Some(job), ..Failure::from(problem) }
    }

    fn kind(&self) -> (StatusCode, &'static str, Option<String>) {
        let status = self.problem.status;
        let Some(refusal) = self.problem.refusal.as_deref() else {
            return match status {
                StatusCode::UNAUTHORIZED => (status, INVALID, Some("invalid_api_key".into())),
                StatusCode::BAD_REQUEST => (status, INVALID, Some("invalid_value".into())),
                status if status.is_server_error() => (status, SERVER, None),
                status => (status, INVALID, None),
            };
        };
        let (status, kind, code) = match refusal {
            Refusal::BudgetUsed { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", "insufficient_quota")
            }
            Refusal::RateLimited { .. } => (status, "rate_limit_error", "rate_limit_exceeded"),
            Refusal::UnknownModel { .. }
            | Refusal::ModelEnded { .. }
            | Refusal::NotAnImageModel { .. }
            | Refusal::NoModels => (StatusCode::NOT_FOUND, INVALID, "model_not_found"),
            Refusal::FilteredPrompt
            | Refusal::FilteredOutput
            | Refusal::GuardedPrompt { .. }
            | Refusal::GuardedPicture { .. } => {
                (StatusCode::BAD_REQUEST, INVALID, "content_policy_violation")
            }
            Refusal::ModelFailed | Refusal::ModelUnavailable { .. } | Refusal::Fault { .. } => {
                return (StatusCode::INTERNAL_SERVER_ERROR, SERVER, Some(refusal.why()));
            }
            Refusal::StoreSlow | Refusal::Stopping | Refusal::ModelBusy | Refusal::ModerationDown => {
                return (StatusCode::SERVICE_UNAVAILABLE, SERVER, Some(refusal.why()));
            }
            _ => return (StatusCode::BAD_REQUEST, INVALID, Some(refusal.why())),
        };
        (status, kind, Some(code.into()))
    }

    /// Whether the same request at once may well pass. Clients of this shape ask again by themselves otherwise.
    fn may_pass_at_once(&self) -> bool {
        let used_up = matches!(self.problem.refusal.as_deref(), Some(Refusal::BudgetUsed { .. }));
        self.job.is_none() && !used_up
    }
}

/// The member of the body that a refusal is about.
fn param(refusal: &Refusal) -> Option<String> {
    let name = match refusal {
        Refusal::EmptyPrompt | Refusal::Flag { .. } | Refusal::FilteredPrompt => "prompt",
        Refusal::TooLong { what: OrText::Value(TextKind::Prompt), .. } => "prompt",
        Refusal::UnknownModel { .. } | Refusal::ModelEnded { .. } | Refusal::NotAnImageModel { .. } => {
            "model"
        }
        Refusal::OutOfRange { option: OrText::Value(OptionName::Count), .. } => "n",
        Refusal::OutOfRange { option: OrText::Value(option), .. } => option.name(),
        _ => return None,
    };
    Some(name.to_owned())
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, r#type, code) = self.kind();
        let mut headers = self.problem.headers();
        if !self.may_pass_at_once() {
            headers.insert("x-should-retry", HeaderValue::from_static("false"));
        }
        if let Some(location) = self.job.and_then(|job| HeaderValue::try_from(image::location(job)).ok()) {
            headers.insert(LOCATION, location);
        }
        let message = match self.problem.refusal.as_deref() {
            Some(Refusal::UnknownModel { .. }) => {
                format!("{} Leave `model` out for the default.", self.problem.detail)
            }
            _ => self.problem.detail,
        };
        let error = ErrorView { message, r#type, param: self.param, code };
        (status, headers, Json(ErrorBody { error })).into_response()
    }
}
