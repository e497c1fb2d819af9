//! How Discord says no.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// An error answer of the REST API.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    code: u32,
    pub(super) message: String,
    errors: Option<Value>,
    /// The test asked for this situation, so the bot is not to blame for meeting it.
    pub(super) arranged: bool,
}

impl Refusal {
    pub(super) fn new(status: u16, code: u32, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), errors: None, arranged: false }
    }

    pub(super) fn arranged(self, arranged: bool) -> Self {
        Self { arranged, ..self }
    }

    /// 400 with code 50035 and one fault.
    pub(super) fn form(path: &str, code: &'static str, message: &str) -> Self {
        let mut form = Form::default();
        form.fault(path, code, message);
        form.into_refusal()
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

/// A JSON answer; `Null` is an empty body.
pub(super) fn json_response(status: u16, body: &Value) -> Response<Body> {
    let content = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let mut response = Response::new(content);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !body.is_null() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// Collects the faults of one request body, as Discord does, before it is refused.
#[derive(Default)]
pub(super) struct Form {
    faults: Vec<(String, &'static str, String)>,
}

impl Form {
    /// Notes a fault at a path such as `embeds.0.title`.
    pub(super) fn fault(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.faults.push((path.into(), code, message.into()));
    }

    /// A string that is absent, null or has between `min` and `max` characters.
    pub(super) fn text(&mut self, path: &str, value: Option<&Value>, min: usize, max: usize) {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => {
                let length = text.chars().count();
                if length < min || length > max {
                    let message = format!("Must be between {min} and {max} in length.");
                    self.fault(path, "BASE_TYPE_BAD_LENGTH", message);
                }
            }
            Some(_) => self.fault(path, "STRING_TYPE_CONVERT", "Could not interpret as string."),
        }
    }

    /// As `text`, but the string must be there.
    pub(super) fn required_text(&mut self, path: &str, value: Option<&Value>, min: usize, max: usize) {
        match value {
            None | Some(Value::Null) => self.fault(path, "BASE_TYPE_REQUIRED", "This field is required"),
            value => self.text(path, value, min, max),
        }
    }

    /// The elements of an array that may be absent or null and has at most `max` elements.
    pub(super) fn list<'a>(&mut self, path: &str, value: Option<&'a Value>, max: usize) -> &'a [Value] {
        match value {
            None | Some(Value::Null) => &[],
            Some(Value::Array(items)) => {
                if items.len() > max {
                    self.fault(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {max} or fewer in length."));
                }
                items
            }
            Some(_) => {
                self.fault(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
                &[]
            }
        }
    }

    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.faults.is_empty() { Ok(()) } else { Err(self.into_refusal()) }
    }

    fn into_refusal(self) -> Refusal {
        let mut tree = json!({});
        for (path, code, message) in self.faults {
            let node = path.split('.').fold(&mut tree, |node, step| &mut node[step]);
            let error = json!({ "code": code, "message": message });
            match &mut node["_errors"] {
                Value::Array(errors) => errors.push(error),
                none => *none = json!([error]),
            }
        }
        let errors = Some(tree);
        Refusal { errors, ..Refusal::new(400, 50035, "Invalid Form Body") }
    }
}
