//! Takes in the body of a model's answer piece by piece. The picture in it is decoded and hashed as it comes, while the
//! bytes are in the processor's cache: its base64, two million characters among three hundred others, is never in
//! memory as a whole.

use anyhow::bail;
use base64_simd::STANDARD;
use sha2::{Digest, Sha256};

use crate::backends::image_buffer::ImageBuffer;
use crate::domain::digest::hex;

/// What stands before the text of a picture, in Bedrock's two shapes of answers. White space does not count.
const BEFORE_PICTURE: [&[u8]; 2] = [br#""images":["#, br#""base64":"#];

/// An answer that is still coming.
#[derive(Debug)]
pub(super) struct Receiver {
    /// The JSON, with an empty text in the place of the picture.
    json: Vec<u8>,
    at: At,
    /// Bytes that a picture may have.
    room: usize,
    picture: Option<Decoder>,
}

/// Where in the JSON the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Outside,
    Text,
    /// In a text, after a backslash.
    Escape,
    Picture,
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) json: Vec<u8>,
    /// What stood where `json` has an empty text.
    pub(super) picture: Option<anyhow::Result<Decoded>>,
}

/// A file that was sent as base64.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) file: ImageBuffer,
    /// In lower-case hex.
    pub(super) sha256: String,
}

impl Decoded {
    pub(super) fn of(base64: &str) -> anyhow::Result<Decoded> {
        let mut decoder = Decoder::new(base64.len() / 4 * 3);
        decoder.push(base64.as_bytes());
        decoder.finish()
    }
}

impl Receiver {
    /// For an answer of about so many bytes.
    pub(super) fn new(length: usize) -> Receiver {
        Receiver { json: Vec::new(), at: At::Outside, room: length / 4 * 3, picture: None }
    }

    pub(super) fn push(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            piece = match self.at {
                At::Outside => self.outside(piece),
                At::Text => self.text(piece),
                At::Escape => {
                    self.at = At::Text;
                    self.take(piece, 1)
                }
                At::Picture => self.picture(piece),
            };
        }
    }

    pub(super) fn finish(mut self) -> Received {
        if self.at == At::Picture {
            self.back_to_text();
        }
        Received { json: self.json, picture: self.picture.map(Decoder::finish) }
    }

    fn outside<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let Some(quote) = memchr::memchr(b'"', piece) else { return self.take(piece, piece.len()) };
        let rest = self.take(piece, quote);
        if self.picture.is_none() && self.stands_before_picture() {
            self.at = At::Picture;
            self.picture = Some(Decoder::new(self.room));
        } else {
            self.at = At::Text;
        }
        self.take(rest, 1)
    }

    fn text<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let Some(at) = memchr::memchr2(b'"', b'\\', piece) else { return self.take(piece, piece.len()) };
        self.at = if piece[at] == b'"' { At::Outside } else { At::Escape };
        self.take(piece, at + 1)
    }

    fn picture<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let end = memchr::memchr2(b'"', b'\\', piece);
        let (text, rest) = piece.split_at(end.unwrap_or(piece.len()));
        if let Some(decoder) = &mut self.picture {
            decoder.push(text);
        }
        match rest.first() {
            None => rest,
            Some(b'"') => {
                self.at = At::Outside;
                self.take(rest, 1)
            }
            Some(_) => {
                self.back_to_text();
                rest
            }
        }
    }

    /// JSON allows escapes in base64 too, though nobody writes them: the parser knows them.
    fn back_to_text(&mut self) {
        self.at = At::Text;
        if let Some(decoder) = self.picture.take() {
            STANDARD.encode_append(decoder.file.file(), &mut self.json);
            self.json.extend_from_slice(&decoder.begun);
        }
    }

    fn take<'a>(&mut self, piece: &'a [u8], length: usize) -> &'a [u8] {
        let (taken, rest) = piece.split_at(length);
        self.json.extend_from_slice(taken);
        rest
    }

    fn stands_before_picture(&self) -> bool {
        BEFORE_PICTURE.iter().any(|before| {
            let mut last = self.json.iter().rev().filter(|byte| !byte.is_ascii_whitespace());
            before.iter().rev().all(|byte| last.next() == Some(byte))
        })
    }
}

#[derive(Debug)]
struct Decoder {
    file: ImageBuffer,
    hash: Sha256,
    /// Up to three characters of the next four.
    begun: Vec<u8>,
    /// Nothing may come after the characters that fill up the last four.
    filled_up: bool,
    is_base64: bool,
}

impl Decoder {
    fn new(room: usize) -> Decoder {
        let (file, hash) = (ImageBuffer::with_capacity(room), Sha256::new());
        Decoder { file, hash, begun: Vec::with_capacity(4), filled_up: false, is_base64: true }
    }

    fn push(&mut self, mut text: &[u8]) {
        if !self.begun.is_empty() {
            let (missing, rest) = text.split_at(text.len().min(4 - self.begun.len()));
            self.begun.extend_from_slice(missing);
            if self.begun.len() < 4 {
                return;
            }
            let four = std::mem::take(&mut self.begun);
            self.decode(&four);
            text = rest;
        }
        let (fours, begun) = text.split_at(text.len() / 4 * 4);
        self.decode(fours);
        self.begun.extend_from_slice(begun);
    }

    fn decode(&mut self, fours: &[u8]) {
        if fours.is_empty() || !self.is_base64 {
            return;
        }
        let before = self.file.file().len();
        let decoded = self.file.append(|file| STANDARD.decode_append(fours, file).is_ok());
        self.is_base64 = decoded && !self.filled_up;
        self.filled_up = fours.ends_with(b"=");
        self.hash.update(&self.file.file()[before..]);
    }

    fn finish(self) -> anyhow::Result<Decoded> {
        if !self.is_base64 || !self.begun.is_empty() {
            bail!("the picture is not base64");
        }
        Ok(Decoded { file: self.file, sha256: hex(&self.hash.finalize()) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::digest::sha256_hex;

    /// What comes of a body that arrives in pieces of these lengths, over and over.
    fn received(body: &str, lengths: &[usize]) -> Received {
        let (mut receiver, mut rest) = (Receiver::new(16), body.as_bytes());
        for length in lengths.iter().cycle() {
            let (piece, later) = rest.split_at(rest.len().min(*length));
            receiver.push(piece);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        receiver.finish()
    }

    proptest! {
        #[test]
        fn a_picture_is_the_same_however_it_arrives(bytes in vec(any::<u8>(), 0..600), lengths in vec(1_usize..70, 1..6)) {
            let image = STANDARD.encode_to_string(&bytes);
            for (before, after) in [
                (r#"{"seeds":[1],"images":[""#, r#""],"note":"\\\"images\":[\""}"#),
                (r#"{ "images" : [ ""#, r#"" , "abcd" ]}"#),
                (r#"{"artifacts":[{"seed":9,"base64":""#, r#"","finishReason":"SUCCESS"}]}"#),
            ] {
                let received = received(&format!("{before}{image}{after}"), &lengths);
                prop_assert_eq!(String::from_utf8(received.json).unwrap(), format!("{before}{after}"));
                let decoded = received.picture.unwrap().unwrap();
                prop_assert_eq!(decoded.file.file(), &bytes);
                prop_assert_eq!(decoded.sha256, sha256_hex(&bytes));
            }
        }

        #[test]
        fn what_is_no_answer_with_a_picture_stays_as_it_is(body in r#"[ -~]{0,200}"#, lengths in vec(1_usize..70, 1..6)) {
            let received = received(&body, &lengths);
            prop_assert!(received.picture.is_some() || received.json == body.as_bytes());
        }
    }

    #[test]
    fn escapes_within_a_picture_are_left_to_the_parser() {
        for body in
            [r#"{"images":["iVBORw0K\/w=="]}"#, r#"{"images":["iVBO\u0052w0K"]}"#, r#"{"images":["iVB"#]
        {
            let received = received(body, &[3]);
            assert!(received.picture.is_none());
            assert_eq!(String::from_utf8(received.json).unwrap(), body);
        }
    }

    #[test]
    fn what_is_not_base64_is_said() {
        for image in ["a", "ab", "abc", "ab=c", "abcd====", "abc=abcd", "ab d", "abc!", "=abc", "ab==ab=="] {
            for length in [1, 4, 100] {
                let received = received(&format!(r#"{{"images":["{image}"]}}"#), &[length]);
                assert!(received.picture.unwrap().is_err(), "{image} in pieces of {length}");
                assert_eq!(received.json, br#"{"images":[""]}"#);
            }
        }
    }
}
