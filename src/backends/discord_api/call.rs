//! Calls of Discord's REST API before they are sent.

use hyper::header::{self, HeaderName, HeaderValue, InvalidHeaderValue};
use hyper::{Method, Request};
use serde_json::Value;

use crate::backends::discord_api::form::Form;
use crate::backends::discord_api::message::Message;
use crate::backends::http::Body;

/// Discord wants a bot's name, address and version.
const USER_AGENT: &str = concat!("DiscordBot (https://easel.invalid, ", env!("CARGO_PKG_VERSION"), ")");

/// A call, or why it cannot be one.
pub(super) struct Call(hyper::http::Result<Request<Body>>);

impl Call {
    pub(super) fn new(method: Method, url: &str) -> Call {
        let call = Request::builder().method(method).uri(url).header(header::USER_AGENT, USER_AGENT);
        Call(call.body(Body::empty()))
    }

    pub(super) fn header(
        self,
        name: HeaderName,
        value: impl TryInto<HeaderValue, Error = InvalidHeaderValue>,
    ) -> Call {
        Call(self.0.and_then(|mut request| {
            let mut value = value.try_into()?;
            // Else a trace of the request would show the token.
            value.set_sensitive(name == header::AUTHORIZATION);
            request.headers_mut().insert(name, value);
            Ok(request)
        }))
    }

    fn body(self, content_type: impl TryInto<HeaderValue, Error = InvalidHeaderValue>, body: Body) -> Call {
        let call = self.header(header::CONTENT_TYPE, content_type);
        Call(call.0.map(|request| request.map(|_| body)))
    }

    pub(super) fn json(self, body: &Value) -> Call {
        self.body("application/json", Body::from(body.to_string()))
    }

    pub(super) fn message(self, message: &Message, nonce: Option<&str>) -> Call {
        let payload = message.payload(nonce);
        let mut sent = message.files.iter().enumerate().filter(|(_, file)| file.kept.is_none()).peekable();
        if sent.peek().is_none() {
            return self.json(&payload);
        }
        let mut form = Form::new().part("payload_json", "application/json", payload.to_string());
        for (n, file) in sent {
            form = form.file(&format!("files[{n}]"), &file.name, file.mime, file.bytes.clone());
        }
        let content_type = form.content_type();
        let (body, length) = form.into_body();
        self.header(header::CONTENT_LENGTH, length.to_string()).body(content_type, body)
    }

    pub(super) fn into_request(self) -> hyper::http::Result<Request<Body>> {
        self.0
    }
}
