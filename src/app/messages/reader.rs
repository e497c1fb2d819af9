//! How the same sentence is written for different readers.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::typed_up_to;
use crate::domain::text::{clip, visible};

/// Characters of a title, note or reason in a sentence.
const SHOWN: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A person in Discord: Markdown, mentions, and moments that count down.
    Discord,
    /// A program of the images API, or whoever reads a record: plain words, and moments in RFC 3339.
    Plain,
    /// Whoever runs Easel, in a shell: plain words, and what helps there.
    Shell,
}

impl Reader {
    pub(super) fn typed(self, text: &str) -> String {
        match self {
            Reader::Discord => typed_up_to(SHOWN, text),
            Reader::Plain | Reader::Shell => clip(&visible(text), SHOWN),
        }
    }

    /// A moment, as a Unix time in seconds.
    pub(super) fn moment(self, seconds: i64) -> String {
        let plain = || OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok();
        match self {
            Reader::Discord => format!("<t:{seconds}:R>"),
            Reader::Plain | Reader::Shell => format!("at {}", plain().unwrap_or_else(|| seconds.to_string())),
        }
    }

    pub(super) fn member(self, id: u64) -> String {
        match self {
            Reader::Discord => format!("<@{id}>"),
            Reader::Plain | Reader::Shell => format!("member {id}"),
        }
    }

    /// `here` in a shell, where commands of Discord lead nowhere; `elsewhere` for everybody else.
    pub(super) fn in_shell<'a>(self, here: &'a str, elsewhere: &'a str) -> &'a str {
        if self == Reader::Shell { here } else { elsewhere }
    }
}
