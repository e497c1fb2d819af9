//! What was typed behind `/edit`.

use super::SUBCOMMANDS;
use crate::domain::request::{Ask, EditAsk, ImageSource};
use crate::domain::services::NumberName;
use crate::frontends::discord::commands::options::Options;
use crate::frontends::discord::interaction::Attachment;

#[derive(Debug, PartialEq)]
pub(in crate::frontends::discord) struct Asked {
    /// It has an `edit`.
    pub(super) ask: Ask,
    /// Where the picture is, if it is not attached.
    pub(super) from: Option<String>,
    /// All that is attached.
    pub(super) files: Vec<Attachment>,
}

pub(in crate::frontends::discord) fn parse(subcommand: &str, options: Options) -> Option<Asked> {
    let (_, services) = SUBCOMMANDS.iter().find(|(name, _)| *name == subcommand)?;
    let how = options.text("how").unwrap_or_default();
    let (_, service) = services.iter().find(|(name, _)| *name == how)?;
    let mut files = Vec::new();
    let mut attached = |name: &str| {
        let file = options.attachment(name)?;
        files.push(file.clone());
        Some(ImageSource::Attachment { url: file.url, filename: file.filename })
    };
    let number = |name: NumberName| Some((name, options.number(name.name())?));
    let edit = EditAsk {
        mask: attached("mask"),
        area: options.text("area"),
        style_image: attached("style_image"),
        target: options.text("search").or(options.text("select")),
        numbers: NumberName::ALL.into_iter().filter_map(number).collect(),
        zoom: options.number("zoom"),
        ..EditAsk::new(*service)
    };
    let ask = Ask {
        prompt: options.text("prompt").unwrap_or_default(),
        negative: options.text("negative"),
        style: options.text("style"),
        aspect: options.text("aspect"),
        seed: options.integer("seed"),
        private: options.flag("private"),
        image: attached("image"),
        edit: Some(Box::new(edit)),
        ..Ask::default()
    };
    Some(Asked { ask, from: options.text("from"), files })
}
