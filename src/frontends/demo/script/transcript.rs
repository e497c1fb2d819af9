//! What was done and answered, before it is written down in one format or another.

use bytes::Bytes;

#[derive(Debug, Default)]
pub(super) struct Transcript {
    pub(super) entries: Vec<Entry>,
    pub(super) files: Vec<File>,
}

/// A file that an answer brought.
#[derive(Debug)]
pub(super) struct File {
    /// Discord's id of it.
    pub(super) id: u64,
    /// What it is called in the transcript, such as `picture-1.png`.
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) channel: String,
    pub(super) member: &'static str,
    pub(super) did: Did,
    pub(super) answers: Vec<Answer>,
}

#[derive(Debug)]
pub(super) enum Did {
    Used(String),
    Pressed(String),
    Chose(String),
    /// A form's title, then label and text of what was written.
    Filled(String, Vec<(String, String)>),
    Said(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The one member who sees it, if not everybody does.
    pub(super) only_for: Option<String>,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Discord's markdown, with names in place of ids.
    Text(String),
    Rule,
    /// A picture by its place in [`Transcript::files`].
    Picture {
        alt: String,
        file: usize,
    },
    File {
        name: String,
        file: usize,
    },
    Buttons(Vec<String>),
    Menu {
        placeholder: String,
        options: Vec<String>,
    },
    Form {
        title: String,
        labels: Vec<String>,
    },
}
