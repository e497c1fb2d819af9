//! Messages with files, as `multipart/form-data` (RFC 7578). A picture becomes a piece of the body as it is: nothing
//! copies it.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;

use crate::backends::http::Body;

/// What ends one part and begins the next; random, since no part may have it in it.
#[derive(Debug)]
pub(super) struct Form {
    boundary: String,
    pieces: Vec<Bytes>,
}

impl Form {
    pub(super) fn new() -> Form {
        Form { boundary: format!("easel-{:032x}", rand::random::<u128>()), pieces: Vec::new() }
    }

    /// Adds a part that the form calls `name`.
    pub(super) fn part(self, name: &str, mime: &str, content: impl Into<Bytes>) -> Form {
        self.push(&format!("name=\"{}\"", quoted(name)), mime, content.into())
    }

    /// The same of a file.
    pub(super) fn file(self, name: &str, filename: &str, mime: &str, content: Bytes) -> Form {
        let names = format!("name=\"{}\"; filename=\"{}\"", quoted(name), quoted(filename));
        self.push(&names, mime, content)
    }

    fn push(mut self, names: &str, mime: &str, content: Bytes) -> Form {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; {names}\r\nContent-Type: {mime}\r\n\r\n",
            self.boundary
        );
        self.pieces.extend([Bytes::from(head), content, Bytes::from_static(b"\r\n")]);
        self
    }

    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The body, and how many bytes it has.
    pub(super) fn into_body(mut self) -> (Body, usize) {
        self.pieces.push(Bytes::from(format!("--{}--\r\n", self.boundary)));
        let length = self.pieces.iter().map(Bytes::len).sum();
        let frames = self.pieces.into_iter().map(|piece| Ok::<_, Infallible>(Frame::data(piece)));
        (Body::from_body_1_x(StreamBody::new(stream::iter(frames))), length)
    }
}

/// As browsers write names: what would end the text, or the line, by its number.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_form_has_its_parts_between_boundaries_and_the_length_that_it_says() {
        let form = Form::new().part("payload_json", "application/json", "{}").file(
            "files[0]",
            "a \"fine\"\r\n cat.png",
            "image/png",
            Bytes::from_static(b"\x89PNG"),
        );
        let boundary = form.content_type().strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
        let (body, length) = form.into_body();
        let bytes = body.collect().await.unwrap().to_bytes();
        let expected = [
            format!("--{boundary}\r\n").as_bytes(),
            b"Content-Disposition: form-data; name=\"payload_json\"\r\n",
            b"Content-Type: application/json\r\n\r\n{}\r\n",
            format!("--{boundary}\r\n").as_bytes(),
            b"Content-Disposition: form-data; name=\"files[0]\"; filename=\"a %22fine%22%0D%0A cat.png\"\r\n",
            b"Content-Type: image/png\r\n\r\n\x89PNG\r\n",
            format!("--{boundary}--\r\n").as_bytes(),
        ]
        .concat();
        assert_eq!((bytes.len(), &bytes[..]), (length, &expected[..]));
    }
}
