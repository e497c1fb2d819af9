//! What was done otherwise than somebody may have expected: it stands beside the pictures, wherever they are read about.

use super::{Reader, code};
use crate::backends::engine::{EXAMPLES, drawn_as_abstract};
use crate::domain::fit::Fitting;
use crate::domain::job::{Claim, GeneratedImage, Picture};
use crate::domain::text::visible;

/// Ignored flags that are shown.
const IGNORED_SHOWN: usize = 5;

/// Lines, without an end of line or anything before them.
pub(crate) fn notes(claim: &Claim, reader: Reader) -> Vec<String> {
    let lines = [
        in_place(claim, reader),
        fitted(claim, reader),
        mask(claim),
        ignored(claim, reader),
        style(claim, reader),
        abstract_one(claim),
    ];
    lines.into_iter().flatten().collect()
}

fn name(text: &str, reader: Reader) -> String {
    match reader {
        Reader::Discord => code(text),
        Reader::Plain | Reader::Shell => visible(text),
    }
}

/// Why the order went to another model than the default one, and for what price.
fn in_place(claim: &Claim, reader: Reader) -> Option<String> {
    let request = &claim.job.request;
    let (used, default) = (name(&request.model, reader), name(request.in_place_of.as_ref()?, reader));
    Some(format!("{used} was used, since {default} cannot start from a picture; {} a picture.", claim.each()))
}

/// How the picture that it was made from was changed to fit.
fn fitted(claim: &Claim, reader: Reader) -> Option<String> {
    let Fitting { from, to, cropped } = first(claim, |image| image.made_from.fitting)?;
    let (model, size) = (name(&claim.job.request.model, reader), size(to));
    let had = self::size(from);
    Some(if cropped {
        format!("The picture was cut to {size} pixels, since {model} takes no longer form (it had {had}).")
    } else {
        format!("The picture was scaled to {size} pixels, as {model} takes it (it had {had}).")
    })
}

fn mask(claim: &Claim) -> Option<String> {
    let had = size(first(claim, |image| image.made_from.mask_from)?);
    Some(format!("The mask was scaled to the picture's size (it had {had})."))
}

fn first<T>(claim: &Claim, of: impl Fn(&GeneratedImage) -> Option<T>) -> Option<T> {
    claim.pictures.iter().filter_map(Picture::generated).find_map(of)
}

fn size((width, height): (u32, u32)) -> String {
    format!("{width}×{height}")
}

fn ignored(claim: &Claim, reader: Reader) -> Option<String> {
    let flags = &claim.job.request.ignored_flags;
    let shown =
        flags.iter().take(IGNORED_SHOWN).map(|flag| name(flag, reader)).collect::<Vec<_>>().join(", ");
    let more = if flags.len() > IGNORED_SHOWN { ", …" } else { "" };
    (!flags.is_empty()).then(|| format!("ignored: {shown}{more}"))
}

fn style(claim: &Claim, reader: Reader) -> Option<String> {
    let request = &claim.job.request;
    let style = request.style.filter(|_| request.style_as_words)?;
    let model = name(&request.model, reader);
    Some(format!("{model} has no presets: the style `{style}` went into the prompt as words."))
}

/// The built-in engine found nothing in the prompt that it can draw.
fn abstract_one(claim: &Claim) -> Option<String> {
    let there_is_one = claim.pictures.iter().any(|picture| picture.generated().is_some());
    if !there_is_one || !drawn_as_abstract(&claim.job.request) {
        return None;
    }
    let known = EXAMPLES.join(", ");
    Some(format!(
        "This became an abstract, since the built-in engine found nothing in the prompt that it can draw: it knows {known} and a hundred other things, in six languages."
    ))
}
