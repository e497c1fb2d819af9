//! The body of `POST /v1/images/generations`. What cannot be honoured is ignored where that does no harm, and refused
//! otherwise.

use serde::Deserialize;
use utoipa::ToSchema;

use super::failure::Failure;
use crate::domain::request::{Ask, Aspect, COUNT_LIMIT, Style};
use crate::frontends::api::order::Asked;

/// What to generate. Flags at the prompt's end, such as `--seed 7`, are understood as in Discord.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "prompt": "a lighthouse in a storm", "model": "core", "size": "1792x1024", "n": 1 }))]
pub(super) struct Generation {
    /// The prompt.
    #[schema(min_length = 1, max_length = 4000)]
    prompt: String,
    /// A model's name or id; the default if it is left out.
    model: Option<String>,
    /// How many pictures.
    #[schema(minimum = 1, maximum = 4)]
    n: Option<i64>,
    /// `auto`, or a width and a height such as `1792x1024`: the nearest format is taken, in the model's own size.
    size: Option<String>,
    /// How the pictures come: `b64_json`, which is the default, or `url` where they are archived in S3.
    response_format: Option<String>,
    /// `auto`, `standard`, `hd`, `low`, `medium` or `high`: makes no difference here.
    quality: Option<String>,
    /// A style of Easel's, such as `anime`. `vivid` and `natural` make no difference here.
    style: Option<String>,
    /// Makes no difference here.
    #[expect(dead_code, reason = "taken, and of no use here")]
    user: Option<String>,
    /// `auto` or `opaque`: no model here makes transparent pictures.
    background: Option<String>,
    /// `auto` or `low`: makes no difference here.
    moderation: Option<String>,
    /// `png`: pictures come as the model made them.
    output_format: Option<String>,
    /// Makes no difference here.
    #[schema(minimum = 0, maximum = 100)]
    output_compression: Option<i64>,
    /// `false`: pictures come when they are finished.
    stream: Option<bool>,
    /// 0: pictures come when they are finished.
    partial_images: Option<i64>,
}

/// How the pictures come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseFormat {
    Base64,
    Url,
}

/// What a body asks for.
///
/// # Errors
/// The member that cannot be, with what it can be.
pub(super) fn read(body: Generation) -> Result<(Asked, ResponseFormat), Failure> {
    if let Some(n) = body.n.filter(|n| !(1..=i64::from(COUNT_LIMIT)).contains(n)) {
        let detail = format!("`n` was `{n}`; allowed: a whole number from 1 to {COUNT_LIMIT}.");
        return Err(Failure::of("n", detail));
    }
    among("quality", body.quality.as_deref(), &["auto", "standard", "hd", "low", "medium", "high"])?;
    among("background", body.background.as_deref(), &["auto", "opaque"])?;
    among("moderation", body.moderation.as_deref(), &["auto", "low"])?;
    among("output_format", body.output_format.as_deref(), &["png"])?;
    let format = response_format(body.response_format.as_deref())?;
    if let Some(percent) = body.output_compression.filter(|percent| !(0..=100).contains(percent)) {
        let detail = format!("`output_compression` was `{percent}`; allowed: a whole number from 0 to 100.");
        return Err(Failure::of("output_compression", detail));
    }
    if body.stream == Some(true) || body.partial_images.is_some_and(|images| images > 0) {
        let detail = "Pictures come when they are finished: leave `stream` and `partial_images` out.";
        return Err(Failure::of("stream", detail));
    }
    let ask = Ask {
        prompt: body.prompt,
        model: body.model.filter(|model| !model.trim().is_empty()),
        count: body.n,
        aspect: body
            .size
            .as_deref()
            .map(aspect)
            .transpose()?
            .flatten()
            .map(|aspect| aspect.name().to_owned()),
        style: body.style.map(style).transpose()?.flatten(),
        ..Ask::default()
    };
    Ok((Asked { ask, pictures: Vec::new() }, format))
}

/// How the pictures are to come.
pub(super) fn response_format(given: Option<&str>) -> Result<ResponseFormat, Failure> {
    Ok(match among("response_format", given, &["b64_json", "url"])? {
        Some("url") => ResponseFormat::Url,
        _ => ResponseFormat::Base64,
    })
}

pub(super) fn among<'a>(
    param: &str,
    given: Option<&'a str>,
    known: &[&str],
) -> Result<Option<&'a str>, Failure> {
    match given {
        Some(given) if !known.contains(&given) => {
            Err(Failure::of(param, format!("`{param}` was `{given}`; allowed: {}.", known.join(", "))))
        }
        given => Ok(given),
    }
}

/// The format that is nearest to a size; none for `auto`.
fn aspect(size: &str) -> Result<Option<Aspect>, Failure> {
    if size == "auto" {
        return Ok(None);
    }
    let side = |text: &str| text.parse().ok().filter(|side| *side > 0);
    let sides = size.split_once(['x', '×']).and_then(|(width, height)| Some((side(width)?, side(height)?)));
    match sides {
        Some((width, height)) => Ok(Some(Aspect::nearest(width, height))),
        None => {
            let detail =
                format!("`size` was `{size}`; allowed: auto, or a width and a height such as 1024x1024.");
            Err(Failure::of("size", detail))
        }
    }
}

/// A style of Easel's; none for those of OpenAI's own models.
fn style(style: String) -> Result<Option<String>, Failure> {
    if ["vivid", "natural"].contains(&style.as_str()) {
        return Ok(None);
    }
    if style.parse::<Style>().is_ok() {
        return Ok(Some(style));
    }
    let own: Vec<_> = Style::ALL.iter().map(|style| style.name()).collect();
    Err(Failure::of("style", format!("`style` was `{style}`; allowed: vivid, natural, {}.", own.join(", "))))
}
