//! Error responses of the REST API.

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use super::response::json_response;

/// The longest address, in characters.
const URL: usize = 2048;

#[derive(Debug)]
pub(super) struct ApiError {
    pub(super) status: u16,
    code: u32,
    pub(super) message: String,
    errors: Option<Value>,
    /// The test brought it about, so that it is no violation by the bot.
    pub(super) caused_by_test: bool,
}

impl ApiError {
    pub(super) fn new(status: u16, code: u32, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), errors: None, caused_by_test: false }
    }

    pub(super) fn caused_by_test(self, caused_by_test: bool) -> Self {
        Self { caused_by_test, ..self }
    }

    /// 400 with code 50035 and one error.
    pub(super) fn form(path: &str, code: &'static str, message: &str) -> Self {
        let mut form = Form::default();
        form.error(path, code, message);
        form.into_error()
    }

    pub(super) fn unknown_interaction() -> Self {
        Self::new(404, 10062, "Unknown interaction")
    }

    pub(super) fn unknown_webhook() -> Self {
        Self::new(404, 10015, "Unknown Webhook")
    }

    pub(super) fn unknown_message() -> Self {
        Self::new(404, 10008, "Unknown Message")
    }

    pub(super) fn too_large() -> Self {
        Self::new(413, 40005, "Request entity too large")
    }

    pub(super) fn empty_message() -> Self {
        Self::new(400, 50006, "Cannot send an empty message")
    }

    pub(super) fn describe(&self) -> String {
        match &self.errors {
            Some(errors) => format!("{} {} {}: {errors}", self.status, self.code, self.message),
            None => format!("{} {} {}", self.status, self.code, self.message),
        }
    }

    pub(super) fn response(&self) -> Response<Body> {
        let mut body = json!({ "message": self.message, "code": self.code });
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        json_response(self.status, &body)
    }
}

/// Collects the errors of one request body, all of which Discord lists in its response.
#[derive(Default)]
pub(super) struct Form {
    errors: Vec<(String, &'static str, String)>,
}

impl Form {
    /// Adds an error at a path such as `embeds.0.title`.
    pub(super) fn error(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.errors.push((path.into(), code, message.into()));
    }

    /// A string that is absent, null or has between `min` and `max` characters.
    pub(super) fn text(&mut self, path: &str, value: Option<&Value>, min: usize, max: usize) {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => {
                let length = text.chars().count();
                if length < min || length > max {
                    let message = format!("Must be between {min} and {max} in length.");
                    self.error(path, "BASE_TYPE_BAD_LENGTH", message);
                }
            }
            Some(_) => self.error(path, "STRING_TYPE_CONVERT", "Could not interpret as string."),
        }
    }

    /// As `text`, but the string must be there.
    pub(super) fn required_text(&mut self, path: &str, value: Option<&Value>, min: usize, max: usize) {
        match value {
            None | Some(Value::Null) => self.error(path, "BASE_TYPE_REQUIRED", "This field is required"),
            value => self.text(path, value, min, max),
        }
    }

    /// The elements of an array that may be absent or null and has at most `max` elements.
    pub(super) fn list<'a>(&mut self, path: &str, value: Option<&'a Value>, max: usize) -> &'a [Value] {
        match value {
            None | Some(Value::Null) => &[],
            Some(Value::Array(items)) => {
                if items.len() > max {
                    self.error(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {max} or fewer in length."));
                }
                items
            }
            Some(_) => {
                self.error(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
                &[]
            }
        }
    }

    /// An address that is absent, or `http(s)`, or a file of the message.
    pub(super) fn url(&mut self, path: &str, value: Option<&Value>, may_attach: bool) {
        self.text(path, value, 1, URL);
        let Some(text) = value.and_then(Value::as_str) else { return };
        let web = || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let attached = may_attach && text.starts_with("attachment://");
        if !attached && !web() {
            self.error(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.");
        }
    }

    pub(super) fn finish(self) -> Result<(), ApiError> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.into_error()) }
    }

    fn into_error(self) -> ApiError {
        let mut tree = json!({});
        for (path, code, message) in self.errors {
            let node = path.split('.').fold(&mut tree, |node, step| &mut node[step]);
            let error = json!({ "code": code, "message": message });
            match &mut node["_errors"] {
                Value::Array(errors) => errors.push(error),
                none => *none = json!([error]),
            }
        }
        let errors = Some(tree);
        ApiError { errors, ..ApiError::new(400, 50035, "Invalid Form Body") }
    }
}
