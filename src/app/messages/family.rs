//! What people read about what a picture was made from, and what was made of it.

use super::{code, count, fitted, jump_link, typed_up_to};
use crate::backends::discord_api::message::{EMBED_LIMIT, Message};
use crate::domain::job::Claim;
use crate::domain::request::{Change, ImageRequest, ImageSource, changes};
use crate::domain::text::{clip, visible};

/// Of the sheet.
pub(crate) const TITLE: &str = "Where it comes from, and what came of it";
/// Characters of a prompt, or of words of it that came or went.
const WORDS_SHOWN: usize = 60;
/// Changes of one picture that are told.
const CHANGES_SHOWN: usize = 4;
/// Characters on the sheet.
const LABEL_LENGTH: usize = 80;

/// A job with what it goes on from and what goes on from it.
pub(crate) struct Family {
    /// The oldest first.
    pub(crate) ancestors: Vec<Claim>,
    pub(crate) this: Claim,
    /// The latest first.
    pub(crate) children: Vec<Claim>,
    /// Whether there are ancestors or children beside these.
    pub(crate) is_earlier: bool,
    pub(crate) is_more: bool,
}

/// One of a family, with its number in it, from 1.
pub(crate) struct Member<'a> {
    number: usize,
    pub(crate) claim: &'a Claim,
    /// What it was made from, as far as that is shown.
    from: Option<&'a Claim>,
    is_this: bool,
}

impl Family {
    pub(crate) fn members(&self) -> Vec<Member<'_>> {
        let line: Vec<_> = self.ancestors.iter().chain([&self.this]).collect();
        let from = std::iter::once(None).chain(line.iter().copied().map(Some));
        let line = line.iter().copied().zip(from);
        let children = self.children.iter().map(|child| (child, Some(&self.this)));
        line.chain(children)
            .enumerate()
            .map(|(at, (claim, from))| Member {
                number: at + 1,
                claim,
                from,
                is_this: at == self.ancestors.len(),
            })
            .collect()
    }
}

impl Member<'_> {
    /// What stands under its picture, where nothing formats.
    pub(crate) fn label(&self) -> String {
        let this = if self.is_this { " (this one)" } else { "" };
        let told = self.told(&|words| visible(words), &|name| visible(name));
        clip(&format!("{}{this} {told}", self.number), LABEL_LENGTH)
    }

    fn line(&self) -> String {
        let told = self.told(&|words| typed_up_to(WORDS_SHOWN, words), &|name| code(name));
        if self.is_this {
            return format!("**{}** This one: {told}", self.number);
        }
        let link = jump_link(self.claim).map(|link| format!(" · [show]({link})")).unwrap_or_default();
        format!("**{}** {told}{link}", self.number)
    }

    /// What was changed, or all of the prompt where it is not known from what.
    fn told(&self, words: &dyn Fn(&str) -> String, name: &dyn Fn(&str) -> String) -> String {
        let request = self.claim.shown_request();
        let Some(from) = self.from else {
            return if request.prompt.is_empty() { name(&request.model) } else { words(&request.prompt) };
        };
        let changes = changes(asked_of(from, request), request);
        let shown = changes.iter().take(CHANGES_SHOWN).map(|change| told(change, words, name));
        let more = changes.len().checked_sub(CHANGES_SHOWN).filter(|more| *more > 0);
        let more = more.map(|more| format!("{more} more"));
        let told: Vec<_> = shown.chain(more).collect();
        if told.is_empty() { "the same once more".to_owned() } else { told.join(" · ") }
    }
}

/// What was asked for the picture of `from` that `request` starts from, or for its first one.
fn asked_of<'a>(from: &'a Claim, request: &ImageRequest) -> &'a ImageRequest {
    match request.source() {
        Some(ImageSource::Archive { picture: Some((job, n)), .. }) if *job == from.job.id => {
            from.job.request.of(*n)
        }
        _ => from.shown_request(),
    }
}

fn told(change: &Change, words: &dyn Fn(&str) -> String, name: &dyn Fn(&str) -> String) -> String {
    match change {
        Change::Came(came) => format!("+ {}", words(came)),
        Change::Went(went) => format!("− {}", words(went)),
        Change::Setting { field, from, to } => {
            let value = |value: &Option<String>| value.as_deref().map_or_else(|| "none".to_owned(), name);
            format!("{field} {} → {}", value(from), value(to))
        }
        Change::Seed => "another seed".to_owned(),
    }
}

pub(crate) fn alt(pictures: usize) -> String {
    format!("{TITLE}: {} at a glance", count(pictures, "picture"))
}

/// A family without its sheet.
pub(crate) fn message(family: &Family) -> Message {
    let members = family.members();
    let (line, children) = members.split_at(family.ancestors.len() + 1);
    let mut lines = Vec::new();
    lines.extend(
        family.is_earlier.then(|| "There are earlier ones; `/show` one of these for them.".to_owned()),
    );
    lines.extend(line.iter().map(Member::line));
    if !children.is_empty() {
        lines.push("**What came of it**, the latest first:".to_owned());
        lines.extend(children.iter().map(Member::line));
    }
    lines.extend(family.is_more.then(|| "There are more.".to_owned()));
    let title = format!("**{TITLE}**, with what was changed each time. Only you read this.");
    Message { embeds: vec![fitted(&lines, EMBED_LIMIT)], ..Message::words(title) }
}
