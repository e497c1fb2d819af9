//! The pictures that a generated image was made from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Claim, Picture};
use crate::domain::fit::Fitting;
use crate::domain::request::{Ask, ImageSource};

/// What is known of them beside the request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MadeFrom {
    /// How the picture was changed to fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fitting: Option<Fitting>,
    /// The size of a mask that had not the size of its picture: width and height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask_from: Option<(u32, u32)>,
    /// Keys in the archive of pictures that came from elsewhere, where they do not stay.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<Input, String>,
}

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    Image,
    Mask,
    StyleImage,
}

impl Input {
    pub fn name(self) -> &'static str {
        match self {
            Input::Image => "image",
            Input::Mask => "mask",
            Input::StyleImage => "style",
        }
    }
}

impl MadeFrom {
    /// For serde.
    pub(crate) fn is_empty(&self) -> bool {
        *self == MadeFrom::default()
    }
}

impl Claim {
    /// All that made these pictures but their seeds, as if every part of it had been asked for. Pictures that lay elsewhere
    /// are taken from where they were kept.
    pub(crate) fn to_whole_ask(&self) -> Ask {
        let kept = |input: Input| {
            let mut images = self.pictures.iter().filter_map(Picture::generated);
            let key = images.find_map(|image| image.made_from.kept.get(&input))?;
            Some(ImageSource::Kept { key: key.clone() })
        };
        let mut ask = self.job.request.to_whole_ask();
        ask.image = kept(Input::Image).or(ask.image);
        if let Some(edit) = &mut ask.edit {
            edit.mask = edit.mask.take().map(|mask| kept(Input::Mask).unwrap_or(mask));
            edit.style_image = kept(Input::StyleImage).or(edit.style_image.take());
        }
        ask
    }
}
