//! What somebody asks for, as it was typed, and the pictures that it names.

use serde::{Deserialize, Serialize};

use super::edit::EditAsk;
use super::flags;
use crate::domain::refusal::{OrText, Refusal};
use crate::domain::vocabulary::JobId;

/// What a person typed, before any check.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ask {
    /// The prompt, with its flags.
    pub prompt: String,
    pub negative: Option<String>,
    /// A model's name or id.
    pub model: Option<String>,
    /// Such as `16:9`.
    pub aspect: Option<String>,
    /// Such as `anime`.
    pub style: Option<String>,
    pub count: Option<i64>,
    /// The first picture's seed.
    pub seed: Option<i64>,
    /// The picture to start from.
    pub image: Option<ImageSource>,
    /// The picture comes with the session: a model that cannot start from it does without.
    pub image_is_offered: bool,
    /// Start from the session's last picture; for an image service, from the member's last one in the channel.
    pub from_last: bool,
    /// How far to go from it.
    pub strength: Option<f64>,
    pub cfg: Option<f64>,
    pub steps: Option<i64>,
    /// Whether only the member sees the pictures.
    pub private: Option<bool>,
    /// What an image service is to do with `image`, in place of a model that generates from words.
    pub edit: Option<Box<EditAsk>>,
    /// The job that this one goes on from, where `image` does not say it.
    pub parent: Option<JobId>,
    /// How often all of it is ordered.
    pub repeat: Option<i64>,
    /// What is asked for picture by picture, if the pictures differ. What it does not say this says.
    pub variants: Vec<Ask>,
    /// It is asked for one picture among others, and is this one, from 0, of those with the same words.
    pub nth: Option<u32>,
}

impl Ask {
    /// The same with a model that can do what the one that was asked for cannot, if it was refused for that.
    pub(crate) fn with_model_for(self, refused: &Refusal) -> Option<Ask> {
        let Refusal::NotSupported { able: OrText::Value(able), .. } = refused else { return None };
        if self.edit.is_some() {
            return None;
        }
        let (ask, _) = flags::taken_from_prompt(self).ok()?;
        Some(Ask { model: Some(able.first()?.clone()), ..ask })
    }
}

/// Where a picture to start from lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum ImageSource {
    Attachment {
        /// Its short-lived address.
        url: String,
        filename: String,
    },
    /// A file on this machine (`easel imagine --image`).
    File { path: std::path::PathBuf },
    /// The first picture of a message of Discord.
    Message {
        channel: u64,
        message: u64,
        /// Roles of whoever names a message of another channel: whether they can read that one is looked at when the
        /// picture is fetched.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        roles: Vec<u64>,
    },
    /// A picture that came with an earlier order, and that Easel has kept.
    Kept {
        /// Its key in the archive.
        key: String,
    },
    /// Something that Easel has kept: a session's reference, or an earlier picture.
    Archive {
        /// Its key in the archive.
        key: String,
        /// The picture, which may still be in the spool.
        picture: Option<(JobId, u32)>,
    },
}

impl ImageSource {
    /// The job that made it, if one of ours did.
    pub(crate) fn job(&self) -> Option<JobId> {
        match self {
            ImageSource::Archive { picture: Some((job, _)), .. } => Some(*job),
            _ => None,
        }
    }
}

/// A picture to start from, and how far to go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartImage {
    pub source: ImageSource,
    /// 0 keeps the picture, 1 ignores it.
    pub strength: f64,
}
