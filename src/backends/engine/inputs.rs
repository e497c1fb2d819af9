//! The pictures that a request is made from, as its model takes them.

use bytes::Bytes;

use crate::domain::job::MadeFrom;

#[derive(Debug, Clone)]
pub struct Inputs {
    /// The picture to start from, or to edit.
    pub image: Bytes,
    /// Its width and height in pixels.
    pub size: (u32, u32),
    /// White is changed.
    pub mask: Option<Bytes>,
    /// The picture whose style is taken.
    pub style_image: Option<Bytes>,
    pub made_from: MadeFrom,
}

impl Inputs {
    /// Every picture that somebody sent.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = &Bytes> {
        std::iter::once(&self.image).chain(&self.style_image)
    }
}
