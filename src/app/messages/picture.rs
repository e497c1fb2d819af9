//! What people read with their pictures.

use bytes::Bytes;
use serde_json::Value;
use time::Date;

use super::{Reader, code, count, notes, picture_buttons, typed, typed_up_to};
use crate::app::components::{self, Button, Look};
use crate::backends::archive::Link;
use crate::backends::discord_api::message::{
    ALT_LIMIT, CONTENT_LIMIT, EMBED_LIMIT, EMBEDS_LIMIT, File, Message,
};
use crate::domain::catalogue::Catalogue;
use crate::domain::image_format::ImageFormat;
use crate::domain::job::{Claim, DiscordOrigin, JobId, Origin, Picture};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::request::ImageRequest;
use crate::domain::text::{clip, visible};

/// Characters of a prompt that a message shows.
const PROMPT_SHOWN: usize = 700;
/// Characters that a message shows of each of several prompts, with its picture and before it is ordered.
const VARIANT_SHOWN: usize = 150;
const VARIANT_OFFERED: usize = 70;
/// Characters of what was left out that a message shows.
const NEGATIVE_SHOWN: usize = 200;

#[derive(Debug, Clone, Default)]
pub(crate) struct Remarks {
    /// The archive could not be reached yet.
    pub(crate) not_archived: bool,
    /// Where the originals lie of pictures that were made smaller to fit: number and link, if there is one.
    pub(crate) shrunk: Vec<(u32, Option<Link>)>,
}

/// A finished message without its files: the prompt, how it was made, and what is missing and why.
///
/// A link that was signed with a role's credentials can be as long as a message may be: where the links do not fit,
/// they come in embeds below.
pub(crate) fn finished(claim: &Claim, remarks: &Remarks, catalogue: &Catalogue, today: Date) -> Message {
    let components = buttons(claim, catalogue, today);
    let until = |link: &Link| format!("can be fetched until <t:{}:f>", link.until.unix_timestamp());
    let linked = facts(claim, remarks, |link| format!("[the original]({}) {}", link.url, until(link)));
    let linked = linked.join("\n");
    if linked.chars().count() <= CONTENT_LIMIT {
        return Message { content: linked, components, ..Message::default() };
    }
    let content = facts(claim, remarks, |link| format!("the original {} by the link below", until(link)));
    let mut room = EMBEDS_LIMIT;
    let mut embeds = Vec::new();
    for (n, link) in remarks.shrunk.iter().filter_map(|(n, link)| Some((n, link.as_ref()?))) {
        let words = format!("[The original of picture {}]({})", n + 1, link.url);
        let length = words.chars().count();
        if length <= EMBED_LIMIT && length <= room {
            room -= length;
            embeds.push(words);
        }
    }
    Message { embeds, components, ..Message::words(content.join("\n")) }
}

/// A refusal instead of a picture.
pub(crate) fn refused(claim: &Claim, refusal: &Refusal) -> Message {
    let components = retry_button(claim.job.id, &[refusal]);
    let lines = std::iter::once(super::refusal(refusal, Reader::Discord)).chain(paid_in_vain(claim.spent()));
    Message { components, ..Message::words(lines.collect::<Vec<_>>().join("\n")) }
}

/// What can be done with a picture, or where there is none.
fn buttons(claim: &Claim, catalogue: &Catalogue, today: Date) -> Vec<Value> {
    if !claim.pictures.iter().any(|picture| picture.generated().is_some()) {
        return retry_button(claim.job.id, &refusals(&claim.pictures));
    }
    picture_buttons::rows(claim, catalogue, today)
}

/// A refusal with a button for what could be ordered instead.
pub(crate) fn refused_with_offer(refused: &Refusal, job: JobId, model: &str, price: Micros) -> Message {
    let label = format!("Use {model}, {price}");
    let button = (Button::Retry(job), label.as_str(), Look::Plain);
    let words = super::refusal(refused, Reader::Discord);
    Message { components: vec![components::row(&[button])], ..Message::words(words) }
}

/// What an order for several pictures that differ would bring, and for which price.
pub(crate) fn variants_asked_first(request: &ImageRequest, price: Micros, job: JobId) -> Message {
    let pictures = count(request.variants.len(), "picture");
    let label = format!("Start {pictures}, {price}");
    let button = (Button::Retry(job), label.as_str(), Look::Plain);
    let line = |(n, variant): (usize, &ImageRequest)| {
        let each = variant.price.map(|price| format!(" · {price}")).unwrap_or_default();
        let words = typed_up_to(VARIANT_OFFERED, &variant.prompt);
        format!("**{}** {words} · {}{each}", n + 1, code(&variant.model))
    };
    let lines: Vec<_> = request.variants.iter().enumerate().map(line).collect();
    let words = format!(
        "**{pictures} for {price}.** Nothing is charged before you press the button.\n{}",
        lines.join("\n")
    );
    Message { components: vec![components::row(&[button])], ..Message::words(clip(&words, CONTENT_LIMIT)) }
}

/// What an order costs, before it is given.
pub(crate) fn asked_first(service: &str, price: Micros, job: JobId) -> Message {
    let label = format!("Go ahead, {price}");
    let button = (Button::Retry(job), label.as_str(), Look::Plain);
    let words = format!(
        "{} costs **{price}** a picture. Nothing is charged before you press the button.",
        code(service)
    );
    Message { components: vec![components::row(&[button])], ..Message::words(words) }
}

pub(super) fn retry_button(job: JobId, refusals: &[&Refusal]) -> Vec<Value> {
    let helps = refusals.iter().any(|refusal| refusal.may_pass_when_retried());
    let again = (Button::Retry(job), "Try again", Look::Plain);
    if helps { vec![components::row(&[again])] } else { Vec::new() }
}

fn facts(claim: &Claim, remarks: &Remarks, linked: impl Fn(&Link) -> String) -> Vec<String> {
    let request = &claim.job.request;
    let refusals = refusals(&claim.pictures);
    let mut lines = Vec::new();
    // Words that were held back are not posted either.
    if !refusals.iter().any(|refusal| matches!(refusal, Refusal::GuardedPrompt { .. })) {
        lines.extend((!request.prompt.is_empty()).then(|| quoted(&request.prompt)));
        if request.variants.is_empty() {
            lines.push(made_with(request, &claim.pictures));
        } else {
            lines.extend(variants(claim));
        }
        lines.extend(notes(claim, Reader::Discord).into_iter().map(|note| format!("-# {note}")));
    }
    lines.extend(refusals.into_iter().map(|refusal| super::refusal(refusal, Reader::Discord)));
    let refused = claim.pictures.iter().filter(|picture| picture.refusal().is_some());
    lines.extend(paid_in_vain(refused.fold(Micros(0), |sum, picture| sum + picture.spent)));
    for (n, link) in &remarks.shrunk {
        let place = link.as_ref().map_or_else(|| "the original is in the archive".to_owned(), &linked);
        lines.push(format!("-# Picture {} is a smaller copy, to fit this channel's limit; {place}.", n + 1));
    }
    if let Origin::Discord(DiscordOrigin { session: Some(session), .. }) = &claim.job.origin {
        lines.push(format!("-# Session: {}", typed(&session.title)));
    }
    if let Some(percent) = claim.budget_used {
        lines.push(format!("-# {percent} % of this server's budget for this month (UTC) is used."));
    }
    if remarks.not_archived {
        lines.push("-# Not archived yet: the archive cannot be reached. Easel keeps trying.".to_owned());
    }
    lines
}

/// The words of a message that cannot stand in the place of the deferral: `late` after its fifteen minutes.
pub(crate) fn elsewhere(origin: &DiscordOrigin, words: &str, late: bool) -> String {
    let why = if late {
        "this took longer than Discord keeps an answer open"
    } else {
        "Discord did not let Easel answer in the place where you asked"
    };
    clip(&format!("<@{}>, {why}:\n{words}", origin.member), CONTENT_LIMIT)
}

pub(crate) fn file(claim: &Claim, n: u32, bytes: Bytes, smaller: bool) -> File {
    let format = if smaller { ImageFormat::Jpeg } else { claim.format(n) };
    File {
        name: named(claim, n, format),
        mime: format.content_type(),
        alt: alt_text(claim.job.request.of(n)),
        bytes,
        kept: None,
    }
}

/// What the picture `n` of a job is called, as the model sent it.
pub(crate) fn file_name(claim: &Claim, n: u32) -> String {
    named(claim, n, claim.format(n))
}

fn named(claim: &Claim, n: u32, format: ImageFormat) -> String {
    format!("easel-{}-{n}.{}", claim.job.id, format.extension())
}

/// A line for each picture of a job whose pictures differ, with its price.
pub(super) fn variants(claim: &Claim) -> Vec<String> {
    let line = |picture: &Picture| {
        let request = claim.job.request.of(picture.n);
        let made = made_with(request, std::slice::from_ref(picture));
        let missing = if picture.refusal().is_some() { " · no picture" } else { "" };
        let words = typed_up_to(VARIANT_SHOWN, &request.prompt);
        format!("**{}** {words}\n{made} · {}{missing}", picture.n + 1, claim.each_of(picture.n))
    };
    claim.pictures.iter().map(line).collect()
}

fn made_with(request: &ImageRequest, pictures: &[Picture]) -> String {
    let seeds: Vec<_> = pictures
        .iter()
        .map(|picture| picture.generated().map_or(picture.seed, |generated| generated.seed).to_string())
        .collect();
    let label = if seeds.len() == 1 { "seed" } else { "seeds" };
    let mut facts = vec![code(&request.model)];
    let target = request.edit.as_ref().and_then(|edit| edit.target.as_ref());
    facts.extend(target.map(|target| format!("in place of {}", typed_up_to(NEGATIVE_SHOWN, target))));
    facts.extend(request.shown_aspect().map(|aspect| aspect.to_string()));
    facts.extend(request.style.map(|style| style.to_string()));
    if request.has_seed() {
        facts.push(format!("{label} {}", seeds.join(", ")));
    }
    if let Some(negative) = &request.negative {
        facts.push(format!("without {}", typed_up_to(NEGATIVE_SHOWN, negative)));
    }
    format!("-# {}", facts.join(" · "))
}

/// What AWS may bill although nobody has a picture of it.
pub(super) fn paid_in_vain(spent: Micros) -> Option<String> {
    (spent.0 > 0).then(|| {
        format!("-# It does not count against your pictures, but {spent} of your budget is used: AWS may bill the call.")
    })
}

/// Each reason once, in order.
fn refusals(pictures: &[Picture]) -> Vec<&Refusal> {
    let mut reasons: Vec<&Refusal> = Vec::new();
    for picture in pictures {
        reasons.extend(picture.refusal().filter(|refusal| !reasons.contains(refusal)));
    }
    reasons
}

fn alt_text(request: &ImageRequest) -> String {
    if request.prompt.is_empty() {
        return format!("A picture that was edited with {}", request.model);
    }
    clip(&format!("A picture made from the words: {}", visible(&request.prompt)), ALT_LIMIT)
}

pub(super) fn quoted(prompt: &str) -> String {
    format!("> {}", typed_up_to(PROMPT_SHOWN, prompt))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        let job = crate::domain::job::Job {
            id: "01M82MR71296GXRQK4S1NTKEXB".parse().unwrap(),
            origin: crate::domain::job::Origin::Shell,
            request: serde_json::from_value(json!({
                "prompt": "a cat", "negative": null, "model": "core", "aspect": "1:1", "style": null, "style_as_words": false,
                "seeds": [1, 2, 3, 4], "image": null, "cfg": null, "steps": null, "private": false
            }))
            .unwrap(),
            created: time::OffsetDateTime::UNIX_EPOCH,
            parent: None,
            is_offer: false,
        };
        let claim = Claim {
            job,
            state: crate::domain::job::State::Generated,
            fence: 1,
            pictures: Vec::new(),
            price: crate::domain::money::Micros(0),
            budget_used: None,
            posted: None,
            follow_ups: Vec::new(),
            stopping: false,
            copies: Vec::new(),
            is_erased: false,
        };
        let until = time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(1);
        let link = |length| Link { url: format!("https://{}", "x".repeat(length)), until };
        let remarks = |length: usize| Remarks {
            shrunk: (0..4).map(|n| (n, Some(link(length)))).collect(),
            ..Remarks::default()
        };
        let (catalogue, today) = (Catalogue::bedrock(), time::macros::date!(2026 - 11 - 22));
        let short = finished(&claim, &remarks(100), &catalogue, today);
        assert!(
            short.content.matches("https://").count() == 4 && short.embeds.is_empty(),
            "{}",
            short.content
        );
        assert_eq!(
            short.content.matches("can be fetched until <t:86400:f>.").count(),
            4,
            "{}",
            short.content
        );
        let long = finished(&claim, &remarks(1_400), &catalogue, today);
        assert!(!long.content.contains("https://") && long.content.chars().count() <= CONTENT_LIMIT);
        assert_eq!(long.embeds.len(), 4);
        assert!(long.embeds.iter().map(|words| words.chars().count()).sum::<usize>() <= EMBEDS_LIMIT);
        assert_eq!(long.payload(None)["embeds"][3]["description"].as_str(), Some(long.embeds[3].as_str()));
    }
}
