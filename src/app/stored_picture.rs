//! A picture of ours that something is made from.

use crate::backends::archive::picture_key;
use crate::domain::job::{Claim, GeneratedImage};
use crate::domain::request::{Ask, ImageSource};

/// A generated picture of a job.
#[derive(Debug)]
pub(crate) struct StoredPicture {
    pub(crate) claim: Claim,
    /// Its number, from 0.
    pub(crate) n: u32,
}

impl StoredPicture {
    /// The picture `n` of a job, or its first one; `None` if there is none.
    pub(crate) fn of(claim: Claim, n: Option<u32>) -> Option<StoredPicture> {
        let mut generated = claim.pictures.iter().filter(|picture| picture.generated().is_some());
        let found = generated.find(|picture| n.is_none_or(|n| n == picture.n))?.n;
        Some(StoredPicture { claim, n: found })
    }

    pub(crate) fn all(claim: &Claim) -> Vec<StoredPicture> {
        let generated = claim.pictures.iter().filter(|picture| picture.generated().is_some());
        generated.map(|picture| StoredPicture { claim: claim.clone(), n: picture.n }).collect()
    }

    pub(crate) fn generated(&self) -> Option<&GeneratedImage> {
        self.claim.pictures.iter().find(|picture| picture.n == self.n)?.generated()
    }

    /// How large it is, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.generated().map_or(0, |generated| generated.bytes)
    }

    pub(crate) fn source(&self) -> ImageSource {
        let key = picture_key(&self.claim.job, self.n, self.claim.format(self.n));
        ImageSource::Archive { key, picture: Some((self.claim.job.id, self.n)) }
    }

    /// Makes an order of it that has no picture yet. An upscale needs words that say what the picture shows: they are
    /// those that made it.
    pub(crate) fn put_into(&self, ask: &mut Ask) {
        ask.image = Some(self.source());
        let is_upscale = ask.edit.as_ref().is_some_and(|edit| edit.service.wants_words_of_its_picture());
        if is_upscale && ask.prompt.is_empty() {
            ask.prompt.clone_from(&self.claim.job.request.of(self.n).prompt);
        }
    }
}
