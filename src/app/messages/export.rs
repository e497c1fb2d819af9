//! What people read about exports.

use std::collections::BTreeMap;

use super::{count, typed};
use crate::backends::archive::Link;
use crate::backends::discord_api::message::Message;
use crate::domain::job::Claim;
use crate::domain::money::Micros;

/// For those who cannot see the file.
pub(crate) const ALT: &str = "Pictures with their records, as a ZIP file";
/// Of a member's own export.
pub(crate) const OWN_TITLE: &str = "Your pictures";

#[derive(Debug, Clone, Default)]
pub(crate) struct ExportSummary {
    pub(crate) pictures: usize,
    /// Those of them that are smaller copies.
    pub(crate) copies: usize,
    /// Pictures that are gone.
    pub(crate) missing: usize,
    /// What else there is to know: a sentence of ours.
    pub(crate) note: Option<String>,
}

/// An export in so many files, for the message with the first.
pub(crate) fn exported(title: &str, export: &ExportSummary, files: usize) -> String {
    let mut words = words(title, export);
    if export.copies > 0 {
        let copies = match (export.copies, export.pictures) {
            (1, 1) => "It is a smaller copy (JPEG), because the original does".to_owned(),
            (copies, pictures) if copies == pictures => {
                "They are smaller copies (JPEG), because the originals do".to_owned()
            }
            (1, _) => "One of them is a smaller copy (JPEG), because the original does".to_owned(),
            (copies, _) => format!("{copies} of them are smaller copies (JPEG), because the originals do"),
        };
        words.push_str(&format!(" {copies} not fit here; Easel's archive keeps what the model sent."));
    }
    if files > 1 {
        words.push_str(&format!(
            " They come in {files} files, each with a page of its own; this is the first."
        ));
    }
    words
}

/// The message with another file of an export.
pub(crate) fn part(title: &str, number: usize, of: usize) -> String {
    format!("**{}**, file {number} of {of}.", typed(title))
}

/// An export that is too large for the message.
pub(crate) fn by_link(title: &str, export: &ExportSummary, bytes: u64, link: &Link) -> Message {
    let words = format!(
        "{} The file has {} MiB, too much for this channel; the link works until <t:{}:f>.",
        words(title, export),
        bytes.div_ceil(1024 * 1024),
        link.until.unix_timestamp()
    );
    Message { embeds: vec![format!("[Download it]({})", link.url)], ..Message::words(words) }
}

fn words(title: &str, export: &ExportSummary) -> String {
    let mut words = format!(
        "**{}**: {} with {}; open `index.html` to look through {}.",
        typed(title),
        count(export.pictures, "picture"),
        if export.pictures == 1 { "its record" } else { "their records" },
        if export.pictures == 1 { "the file" } else { "them" }
    );
    if export.missing > 0 {
        let missing = count(export.missing, "picture");
        words.push_str(&format!(" {missing} could not be found in the archive."));
    }
    if let Some(note) = &export.note {
        words.push_str(&format!(" {note}"));
    }
    words
}

/// There are older pictures than the latest of this page.
pub(crate) fn older(limit: usize, next: u32) -> String {
    format!("An export has {limit} pictures at most; `/export page: {next}` packs older ones.")
}

/// Of the jobs of these pictures, the oldest first.
pub(crate) fn facts_of_member(pictures: &[&Claim]) -> Vec<String> {
    let days = pictures.first().zip(pictures.last());
    let dates =
        days.map(|(first, last)| format!("{} to {} (UTC)", day(first.job.created), day(last.job.created)));
    let spent: BTreeMap<_, _> = pictures.iter().map(|claim| (claim.job.id, claim.spent())).collect();
    let spent = spent.into_values().fold(Micros(0), |sum, spent| sum + spent);
    let facts = [format!("{} in this file", count(pictures.len(), "picture")), format!("{spent} in all")];
    dates.into_iter().chain(facts).collect()
}

pub(super) fn day(at: time::OffsetDateTime) -> String {
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}
