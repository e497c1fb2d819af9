//! What people see: the only place that writes it, beside the sentences of refusals in `error.rs`.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::discord::components::{self, Button, Look};
use crate::error::{Refusal, visible};
use crate::image_format::ImageFormat;
use crate::job::{Claim, DiscordOrigin, Origin, Outcome, Picture};
use crate::request::ImageRequest;

pub mod admin;
pub mod member;
pub mod session;

/// Characters of a prompt that a message shows.
const PROMPT_SHOWN: usize = 700;
/// Models that the help page names: with the longest names they still fit into a message.
const MODELS_SHOWN: usize = 12;
/// Discord's limit for a message, in characters.
const CONTENT_LIMIT: usize = 2_000;
/// Discord's limits for the words of one embed and of all together, in characters.
const EMBED_LIMIT: usize = 4_096;
const EMBEDS_LIMIT: usize = 6_000;
/// Discord's limit for an alt text, in characters.
const ALT_LIMIT: usize = 1_024;
/// Only the member sees the message.
pub const EPHEMERAL: u64 = 64;

/// A message on its way to Discord. It can mention nobody.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Markdown, at most 2,000 characters.
    pub content: String,
    /// Longer words below it: Markdown, together at most 6,000 characters.
    pub embeds: Vec<String>,
    /// Files, shown as pictures.
    pub files: Vec<File>,
    /// Keep the files that the message already has; `files` is empty then.
    pub keep_files: bool,
    /// Rows of buttons and menus, as Discord wants them.
    pub components: Vec<Value>,
}

/// A file of a message.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name, with extension.
    pub name: String,
    /// Its content type.
    pub mime: &'static str,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Shared with the archive's upload.
    pub bytes: Bytes,
}

impl Message {
    /// A message of words only.
    pub fn words(content: impl Into<String>) -> Message {
        Message { content: clip(&content.into(), CONTENT_LIMIT), ..Message::default() }
    }

    /// The JSON of a message create or edit.
    pub fn payload(&self, nonce: Option<&str>) -> Value {
        let describe = |(n, file): (usize, &File)| json!({ "id": n.to_string(), "filename": file.name, "description": file.alt });
        let mut payload = json!({
            "content": self.content,
            "allowed_mentions": { "parse": [] },
            "components": self.components,
        });
        if !self.keep_files {
            payload["attachments"] = self.files.iter().enumerate().map(describe).collect();
        }
        if !self.embeds.is_empty() {
            payload["embeds"] = self.embeds.iter().map(|words| json!({ "description": words })).collect();
        }
        if let Some(nonce) = nonce {
            payload["nonce"] = json!(nonce);
            payload["enforce_nonce"] = json!(true);
        }
        payload
    }
}

/// "Thinking …", at once; whether only the member sees it cannot change later.
pub fn deferred(private: bool) -> Value {
    if private { json!({ "type": 5, "data": { "flags": EPHEMERAL } }) } else { json!({ "type": 5 }) }
}

/// An answer for the member alone.
pub fn private_words(words: &str) -> Value {
    let content = clip(words, CONTENT_LIMIT);
    json!({ "type": 4, "data": { "content": content, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } } })
}

/// A message without files for the member alone.
pub fn private_message(message: &Message) -> Value {
    let mut data = without_files(message);
    data["flags"] = json!(EPHEMERAL);
    json!({ "type": 4, "data": data })
}

/// The message with the button stays as it is for the moment.
pub fn deferred_update() -> Value {
    json!({ "type": 6 })
}

/// A message without files in the place of the one with the button.
pub fn update(message: &Message) -> Value {
    json!({ "type": 7, "data": without_files(message) })
}

fn without_files(message: &Message) -> Value {
    let mut data = message.payload(None);
    if let Some(fields) = data.as_object_mut() {
        fields.remove("attachments");
    }
    data
}

/// Up to 25 choices of an option, each a label and a value.
pub fn choices(choices: impl Iterator<Item = (String, String)>) -> Value {
    let choice =
        |(name, value): (String, String)| json!({ "name": clip(&name, 100), "value": clip(&value, 100) });
    json!({ "type": 8, "data": { "choices": choices.take(25).map(choice).collect::<Vec<_>>() } })
}

/// While the model makes people wait.
pub fn waiting(request: &ImageRequest) -> Message {
    Message::words(format!(
        "{}\n-# `{}` is busy; still waiting for a free place.",
        quoted(&request.prompt),
        request.model
    ))
}

/// What else a finished message has to say.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    /// The archive could not be reached yet.
    pub not_archived: bool,
    /// Where the originals lie of pictures that were made smaller to fit: number and link, if there is one.
    pub shrunk: Vec<(u32, Option<String>)>,
}

/// A finished message without its files: the prompt, how it was made, and what is missing and why.
///
/// A link that was signed with a role's credentials can be as long as a message may be: where the links do not fit,
/// they come in embeds below.
pub fn finished(claim: &Claim, remarks: &Remarks) -> Message {
    let components = buttons(claim);
    let linked =
        facts(claim, remarks, |link| format!("[the original]({link}) can be fetched for a day")).join("\n");
    if linked.chars().count() <= CONTENT_LIMIT {
        return Message { content: linked, components, ..Message::default() };
    }
    let content =
        facts(claim, remarks, |_| "the original can be fetched for a day by the link below".to_owned());
    let mut room = EMBEDS_LIMIT;
    let mut embeds = Vec::new();
    for (n, link) in remarks.shrunk.iter().filter_map(|(n, link)| Some((n, link.as_ref()?))) {
        let words = format!("[The original of picture {}]({link})", n + 1);
        let length = words.chars().count();
        if length <= EMBED_LIMIT && length <= room {
            room -= length;
            embeds.push(words);
        }
    }
    Message { embeds, components, ..Message::words(content.join("\n")) }
}

/// What can be done with a picture; nothing where there is none.
fn buttons(claim: &Claim) -> Vec<Value> {
    let painted = claim.pictures.iter().any(|picture| picture.painted().is_some());
    let details = (Button::Details(claim.job.id), "Details", Look::Plain);
    if painted { vec![components::row(&[details])] } else { Vec::new() }
}

fn facts(claim: &Claim, remarks: &Remarks, linked: impl Fn(&str) -> String) -> Vec<String> {
    let request = &claim.job.request;
    let refusals = refusals(&claim.pictures);
    let mut lines = Vec::new();
    // Words that were held back are not posted either.
    if !refusals.iter().any(|refusal| matches!(refusal, Refusal::GuardedPrompt { .. })) {
        lines.extend([quoted(&request.prompt), made_with(request, &claim.pictures)]);
        let style = request.style.filter(|_| request.style_as_words);
        lines.extend(style.map(|style| {
            format!(
                "-# `{}` has no presets: the style `{style}` went into the prompt as words.",
                request.model
            )
        }));
    }
    lines.extend(refusals.into_iter().map(Refusal::to_string));
    for (n, link) in &remarks.shrunk {
        let place = link.as_deref().map_or_else(|| "the original is in the archive".to_owned(), &linked);
        lines.push(format!("-# Picture {} is a smaller copy, to fit this channel's limit; {place}.", n + 1));
    }
    if let Origin::Discord(DiscordOrigin { session: Some(session), .. }) = &claim.job.origin {
        lines.push(format!("-# Session: {}", escape(&clip(&visible(&session.title), 80))));
    }
    if let Some(percent) = claim.budget_used {
        lines.push(format!("-# {percent} % of this server's budget for this month (UTC) is used."));
    }
    if remarks.not_archived {
        lines.push("-# Not archived yet: the archive cannot be reached. Easel keeps trying.".to_owned());
    }
    lines
}

/// The words above a message that comes after the interaction's fifteen minutes.
pub fn late(origin: &DiscordOrigin, words: &str) -> String {
    clip(
        &format!("<@{}>, this took longer than Discord keeps an answer open:\n{words}", origin.member),
        CONTENT_LIMIT,
    )
}

/// The file of one picture.
pub fn file(claim: &Claim, n: u32, bytes: Bytes, smaller: bool) -> File {
    let format = if smaller { ImageFormat::Jpeg } else { claim.format(n) };
    File {
        name: named(claim, n, format),
        mime: format.content_type(),
        alt: alt_text(&claim.job.request),
        bytes,
    }
}

/// What the picture `n` of a job is called, as the model sent it.
pub fn file_name(claim: &Claim, n: u32) -> String {
    named(claim, n, claim.format(n))
}

fn named(claim: &Claim, n: u32, format: ImageFormat) -> String {
    format!("easel-{}-{n}.{}", claim.job.id, format.extension())
}

/// The help page.
///
/// `from_picture` says whether a model here can start from a picture.
pub fn help(models: &[String], from_picture: bool) -> String {
    let mut shown = models.iter().take(MODELS_SHOWN).cloned().collect::<Vec<_>>().join(" · ");
    if let Some(more @ 1..) = models.len().checked_sub(MODELS_SHOWN) {
        shown.push_str(&format!(" · and {more} more, which `model` suggests while you type"));
    }
    let image = if from_picture {
        " · `image` to start from a picture, and `strength` for how far to go from it"
    } else {
        ""
    };
    format!(
        "**Easel paints what you describe.**\n\
         `/imagine prompt: a cat eating ice cream` – that is all it takes. The picture comes into this channel; with `private: True` only you see it.\n\
         **Options** `negative` what to leave out · `model` · `aspect` such as 16:9 · `style` · `count` up to 4 pictures · `seed` for the same picture again{image}.\n\
         **Flags** at the end of the prompt do the same: `a cat --ar 16:9 --no text --seed 7 --style anime --n 4`\n\
         **Models here** {shown}\n\
         **Together** `/session start` gives this channel a style, model and seed of its own until `/session end`; `/session export` packs the pictures.\n\
         **You** `/prefer` sets your own defaults, `/usage` shows what you have used; **Details** under a picture tells how it was made. **Admins** `/easel`.\n\
         Every picture is archived with its seed and settings, so that it can be made again. A refusal says why, and does not count against you."
    )
}

fn made_with(request: &ImageRequest, pictures: &[Picture]) -> String {
    let seeds: Vec<_> = pictures
        .iter()
        .map(|picture| picture.painted().map_or(picture.seed, |painted| painted.seed).to_string())
        .collect();
    let label = if seeds.len() == 1 { "seed" } else { "seeds" };
    let mut facts = vec![format!("`{}`", request.model)];
    if request.image.is_none() {
        facts.push(request.aspect.to_string());
    }
    facts.extend(request.style.map(|style| style.to_string()));
    facts.push(format!("{label} {}", seeds.join(", ")));
    if let Some(negative) = &request.negative {
        facts.push(format!("without {}", escape(&clip(&visible(negative), 200))));
    }
    format!("-# {}", facts.join(" · "))
}

/// Each reason once, in order.
fn refusals(pictures: &[Picture]) -> Vec<&Refusal> {
    let mut reasons: Vec<&Refusal> = Vec::new();
    for picture in pictures {
        if let Some(Outcome::Refused { refusal }) = &picture.outcome
            && !reasons.contains(&refusal)
        {
            reasons.push(refusal);
        }
    }
    reasons
}

fn alt_text(request: &ImageRequest) -> String {
    clip(&format!("A picture made from the words: {}", visible(&request.prompt)), ALT_LIMIT)
}

fn quoted(prompt: &str) -> String {
    format!("> {}", escape(&clip(&visible(prompt), PROMPT_SHOWN)))
}

/// Markdown, mentions and links of `text` as plain characters.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '[' | ']' | '(' | ')' | '@' | ':' | '-'
        ) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// At most `limit` characters, with `…` where something is missing.
pub(super) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_can_neither_mention_nor_format_nor_link() {
        let shown = quoted("@everyone <@1> ```x``` **b** [a](https://evil) \u{202e}txt\nnext");
        for live in ["@everyone <", "```", "**", "](", "\u{202e}", "\n"] {
            assert!(!shown.replace("\\", "\u{1}").contains(live), "{live:?} in {shown}");
        }
        assert!(shown.contains("\\@everyone \\<\\@1\\>"), "{shown}");
    }

    #[test]
    fn links_that_do_not_fit_into_the_words_come_below_them() {
        let job = crate::job::Job {
            id: "01M82MR71296GXRQK4S1NTKEXB".parse().unwrap(),
            origin: crate::job::Origin::Shell,
            request: serde_json::from_value(json!({
                "prompt": "a cat", "negative": null, "model": "core", "aspect": "1:1", "style": null, "style_as_words": false,
                "seeds": [1, 2, 3, 4], "image": null, "cfg": null, "steps": null, "private": false
            }))
            .unwrap(),
            created: time::OffsetDateTime::UNIX_EPOCH,
            parent: None,
        };
        let claim = Claim {
            job,
            state: crate::job::State::Generated,
            fence: 1,
            pictures: Vec::new(),
            budget_used: None,
        };
        let remarks = |length: usize| Remarks {
            shrunk: (0..4).map(|n| (n, Some(format!("https://{}", "x".repeat(length))))).collect(),
            ..Remarks::default()
        };
        let short = finished(&claim, &remarks(100));
        assert!(
            short.content.matches("https://").count() == 4 && short.embeds.is_empty(),
            "{}",
            short.content
        );
        let long = finished(&claim, &remarks(1_400));
        assert!(!long.content.contains("https://") && long.content.chars().count() <= CONTENT_LIMIT);
        assert_eq!(long.embeds.len(), 4);
        assert!(long.embeds.iter().map(|words| words.chars().count()).sum::<usize>() <= EMBEDS_LIMIT);
        assert_eq!(long.payload(None)["embeds"][3]["description"].as_str(), Some(long.embeds[3].as_str()));
    }

    #[test]
    fn long_texts_are_clipped_by_characters() {
        assert_eq!(clip("aäб", 3), "aäб");
        assert_eq!(clip("aäбd", 3), "aä…");
    }
}
