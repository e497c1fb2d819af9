//! Errors in the form that the service gives them.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::reply::{Piece, Reply};

#[derive(Clone, Debug)]
pub(super) struct Rejection {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) message: String,
    /// Whether a correct client could never have caused it; such a rejection is a violation.
    pub(super) is_violation: bool,
    members: Map<String, Value>,
    retry_after: Option<u32>,
}

impl Rejection {
    /// An error that says nothing against the client.
    pub(super) fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, kind, message, is_violation: false, members: Map::new(), retry_after: None }
    }

    /// The same error, counted as a violation.
    pub(super) fn into_violation(mut self) -> Self {
        self.is_violation = true;
        self
    }

    /// A further member of the error body.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// Adds a `Retry-After` header, in seconds.
    pub(super) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A request that breaks a rule of the model or of the protocol.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message).into_violation()
    }

    /// Stability's own validation: the message is JSON within a string.
    pub(super) fn detail(text: impl Into<String>) -> Self {
        Self::validation(json!({ "detail": text.into() }).to_string())
    }

    /// Violations of a JSON schema. With more than one, the service only counts them.
    pub(super) fn schema(violations: &[String]) -> Self {
        let what = match violations {
            [] => String::new(),
            [one] => format!(": {one}"),
            many => format!(": {} schema violations found", many.len()),
        };
        Self::validation(format!("Malformed input request{what}, please reformat your input and try again."))
    }

    /// An identifier that no model in this region has.
    pub(super) fn unknown_model() -> Self {
        Self::validation("The provided model identifier is invalid.")
    }

    /// A model past its last day.
    pub(super) fn end_of_life() -> Self {
        let text = "This model version has reached the end of its life. Please refer to the AWS documentation for \
                    more details.";
        Self::new(404, "ResourceNotFoundException", text)
    }

    /// A model that the account may not use.
    pub(super) fn no_access() -> Self {
        Self::new(
            403,
            "AccessDeniedException",
            "You don't have access to the model with the specified model ID.",
        )
    }

    /// An action of Bedrock that no policy of the caller allows.
    pub(super) fn not_authorized(action: &str) -> Self {
        let text = format!(
            "User: arn:aws:iam::123456789012:user/easel is not authorized to perform: bedrock:{action} on resource: * \
             because no identity-based policy allows the bedrock:{action} action"
        );
        Self::new(403, "AccessDeniedException", text)
    }

    /// A picture that does not fit an answer. The service notices after it has generated it, so it is no violation.
    pub(super) fn too_large(size: usize, limit: usize) -> Self {
        let text =
            format!("Response payload size {size} bytes exceeds the maximum allowed size of {limit} bytes");
        Self { is_violation: false, ..Self::detail(text) }
    }

    /// The answer on the wire.
    pub(super) fn reply(&self) -> Reply {
        let mut body = self.members.clone();
        body.insert("message".to_owned(), Value::from(self.message.as_str()));
        Reply {
            status: self.status,
            content_type: "application/json",
            error: Some(self.kind),
            retry_after: self.retry_after,
            pieces: vec![Piece::Data(Bytes::from(Value::Object(body).to_string()))],
        }
    }
}
