//! Parts of a job: what one message shows of it, and one picture of several that differ.

use serde::{Deserialize, Serialize};

use super::{Claim, Picture, Posted};

/// Pictures that one message shows.
const IN_A_MESSAGE: u32 = 4;

/// A message with pictures that have no place in the job's first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Which of the job's messages it is, from 1: the first one is 0.
    pub at: u32,
    /// Where it is, if Discord said so.
    pub posted: Option<Posted>,
}

/// The message that shows a picture.
fn message_of(n: u32) -> u32 {
    n / IN_A_MESSAGE
}

impl Claim {
    /// How many messages its pictures need.
    pub(crate) fn messages(&self) -> u32 {
        self.pictures.iter().map(|picture| message_of(picture.n) + 1).max().unwrap_or(1)
    }

    /// The same job with the pictures that its message `at` shows, and the others.
    pub(crate) fn in_message(&self, at: u32) -> (Claim, Vec<Picture>) {
        let (shown, others) = self.pictures.iter().cloned().partition(|picture| message_of(picture.n) == at);
        (Claim { pictures: shown, ..self.clone() }, others)
    }

    /// As if this picture alone had been ordered, where those of the job differ.
    pub(crate) fn alone(&self, n: u32) -> Claim {
        let request = &self.job.request;
        if request.variants.is_empty() {
            return self.clone();
        }
        let mut alone = self.clone();
        alone.price = self.each_of(n);
        alone.job.request = request.of(n).clone();
        alone.pictures.retain(|picture| picture.n == n);
        alone.posted = self.posted_of(n);
        alone
    }

    /// Where the picture `n` is shown, if everybody there can see it.
    pub(crate) fn posted_of(&self, n: u32) -> Option<Posted> {
        match message_of(n) {
            0 => self.posted,
            at => self.follow_ups.iter().find(|sent| sent.at == at).and_then(|sent| sent.posted),
        }
    }

    /// Every message that shows its pictures.
    pub(crate) fn all_posted(&self) -> impl Iterator<Item = Posted> {
        self.posted.into_iter().chain(self.follow_ups.iter().filter_map(|sent| sent.posted))
    }
}
