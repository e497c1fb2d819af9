//! The command that makes a picture again in a shell. What stands for a file there is in capitals.

use crate::domain::job::Claim;
use crate::domain::request::{ImageRequest, Mask};
use crate::domain::text::visible;

/// `easel imagine …` or `easel edit …` with every choice that made the pictures of a job.
pub(crate) fn shell_command(claim: &Claim) -> String {
    let request = &claim.job.request;
    let mut words = match &request.edit {
        None => vec!["easel".to_owned(), "imagine".to_owned(), quoted(&prompt(request))],
        Some(edit) => ["easel", "edit", edit.service.name(), "FILE"].map(str::to_owned).to_vec(),
    };
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([format!("--{flag}"), value]);
        }
    };
    add("negative", request.negative.as_deref().map(quoted));
    add("style", request.style.map(|style| style.name().to_owned()));
    add("aspect", request.shown_aspect().map(|aspect| aspect.name().to_owned()));
    match &request.edit {
        None => {
            add("model", Some(quoted(&request.model)));
            add("image", request.image.as_ref().map(|_| "FILE".to_owned()));
            add("strength", request.image.as_ref().map(|image| image.strength.to_string()));
            add("cfg", request.cfg.map(|cfg| cfg.to_string()));
            add("steps", request.steps.map(|steps| steps.to_string()));
            add("count", (request.seeds.len() > 1).then(|| request.seeds.len().to_string()));
        }
        Some(edit) => {
            add("prompt", Some(prompt(request)).filter(|prompt| !prompt.is_empty()).as_deref().map(quoted));
            add("search", edit.target.as_deref().map(quoted));
            match &edit.mask {
                Some(Mask::Image { .. }) => add("mask", Some("MASK".to_owned())),
                Some(Mask::Area { area }) => add("area", Some(quoted(&area.to_string()))),
                None => {}
            }
            add("style-image", edit.style_image.as_ref().map(|_| "STYLE".to_owned()));
            add("zoom", edit.zoom.map(|zoom| zoom.to_string()));
            for (name, number) in &edit.numbers {
                add(&name.name().replace('_', "-"), Some(number.to_string()));
            }
        }
    }
    let first = claim.pictures.first();
    let seed = first.map(|picture| picture.generated().map_or(picture.seed, |image| image.seed));
    add("seed", seed.filter(|_| request.has_seed()).map(|seed| seed.to_string()));
    words.join(" ")
}

/// With what the settings put around it, and without the style, which has a flag.
fn prompt(request: &ImageRequest) -> String {
    ImageRequest { style: None, ..request.clone() }.prompt_for_model()
}

/// What somebody typed, as one word that a shell reads back.
fn quoted(text: &str) -> String {
    format!("'{}'", visible(text).replace('\'', r"'\''"))
}
