//! What went wrong, as a client of the images API reads it: RFC 9457.

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::app::messages::{self, Reader};
use crate::domain::refusal::Refusal;

/// Seconds after which a store that is slow, or a process that stops, is worth another try.
const SHORTLY: i64 = 5;

/// What went wrong, before it is an answer.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: String,
    pub(super) refusal: Option<Box<Refusal>>,
    header: Option<Header>,
}

/// The header that a status wants.
#[derive(Debug, Clone)]
enum Header {
    Bearer,
    Allow(&'static str),
    /// Seconds.
    RetryAfter(i64),
}

/// A problem in the form of RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// Always `about:blank`: the status says which kind it is, `why` says more.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// What is at fault, and the remedy.
    detail: String,
    /// The path that was asked for.
    instance: String,
    /// The code of a refusal, such as `budget_used`.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Problem {
    /// A problem of this status.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, detail: detail.into(), refusal: None, header: None }
    }

    /// The body, a parameter or a header is not what it must be.
    pub(super) fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// No key, or one that nobody has.
    pub(super) fn unauthorized(detail: &str) -> Problem {
        let header = Some(Header::Bearer);
        Problem { header, ..Problem::new(StatusCode::UNAUTHORIZED, detail) }
    }

    /// A method that the path does not have.
    pub(super) fn wrong_method(allowed: &'static str) -> Problem {
        let detail = format!("Allowed here: {allowed}.");
        let header = Some(Header::Allow(allowed));
        Problem { header, ..Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail) }
    }

    /// Nothing that this key may see.
    pub(super) fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "This key has ordered nothing of that name.")
    }

    /// What this key ordered, and somebody deleted.
    pub(super) fn deleted() -> Problem {
        let detail = "These pictures were deleted, with the words that made them.";
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// A path at which there is nothing for anybody.
    pub(super) fn no_such_path(path: &str) -> Problem {
        let slash = path.len() > 1 && path.ends_with('/');
        let remedy = if slash { " Leave the slash at its end out." } else { "" };
        let detail = format!("There is nothing at this path.{remedy} `GET /` says what there is.");
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// Something that may work in a moment.
    pub(super) fn later(detail: &str) -> Problem {
        let header = Some(Header::RetryAfter(SHORTLY));
        Problem { header, ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// A refusal, with its code.
    pub(super) fn refused(refusal: &Refusal, now: OffsetDateTime) -> Problem {
        let (status, after) = match refusal {
            Refusal::RateLimited { free_at, .. } => {
                (StatusCode::TOO_MANY_REQUESTS, Some(free_at - now.unix_timestamp()))
            }
            Refusal::StoreSlow | Refusal::Stopping => (StatusCode::SERVICE_UNAVAILABLE, Some(SHORTLY)),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, None),
        };
        let header = after.map(|seconds| Header::RetryAfter(seconds.max(1)));
        let detail = messages::refusal(refusal, Reader::Plain);
        Problem { header, refusal: Some(Box::new(refusal.clone())), ..Problem::new(status, detail) }
    }

    /// The answer to a request for `path`.
    pub(super) fn at(self, path: &str) -> Response {
        let headers = self.headers();
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            detail: self.detail,
            instance: path.to_owned(),
            why: self.refusal.map(|refusal| refusal.why()),
        };
        let kind = [(CONTENT_TYPE, "application/problem+json")];
        (self.status, headers, kind, serde_json::to_vec(&body).unwrap_or_default()).into_response()
    }

    /// The headers that the status wants.
    pub(super) fn headers(&self) -> HeaderMap {
        let header = match self.header {
            None => None,
            Some(Header::Bearer) => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Some(Header::Allow(methods)) => Some((ALLOW, HeaderValue::from_static(methods))),
            Some(Header::RetryAfter(seconds)) => Some((RETRY_AFTER, HeaderValue::from(seconds))),
        };
        header.into_iter().collect()
    }
}

/// Carries the problem in the response's extensions to where the path is known, see [`Problem::at`].
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
