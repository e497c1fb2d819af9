//! Galleries in a `custom_id`: what is wanted, and where the page is.

use crate::backends::store::Cursor;
use crate::domain::job::Wanted;
use crate::domain::search::words;

/// It has no colon: words are letters and digits.
pub(super) fn wanted(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Mine => "mine".to_owned(),
        Wanted::Channel => "channel".to_owned(),
        Wanted::Words(words) => words.iter().map(|word| format!("+{word}")).collect(),
    }
}

pub(super) fn read_wanted(text: &str) -> Option<Wanted> {
    match text {
        "mine" => Some(Wanted::Mine),
        "channel" => Some(Wanted::Channel),
        text => text.starts_with('+').then(|| Wanted::Words(words(text))),
    }
}

pub(super) fn cursor(cursor: Cursor) -> String {
    match cursor {
        Cursor::Latest => "0".to_owned(),
        Cursor::Before(job) => format!("-{job}"),
        Cursor::After(job) => format!("+{job}"),
    }
}

pub(super) fn read_cursor(text: &str) -> Option<Cursor> {
    if text == "0" {
        return Some(Cursor::Latest);
    }
    let (sign, job) = text.split_at_checked(1)?;
    match sign {
        "-" => Some(Cursor::Before(job.parse().ok()?)),
        "+" => Some(Cursor::After(job.parse().ok()?)),
        _ => None,
    }
}
