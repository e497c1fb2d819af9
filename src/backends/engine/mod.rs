//! The image models: what there is, and how to ask for a picture.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::backends::image_buffer::ImageBuffer;
use crate::domain::catalogue::Model;
use crate::domain::image_format::ImageFormat;
use crate::domain::job::Bill;
use crate::domain::request::ImageRequest;

mod answer;
pub mod bedrock;
mod connector;
mod inputs;
mod receiver;
mod sdxl;
mod service;
mod sketch;
mod stability;
mod start;

pub use bedrock::Bedrock;
pub use inputs::Inputs;
#[cfg(feature = "demo")]
pub(crate) use sketch::look;
pub(crate) use sketch::{EXAMPLES, drawn_as_abstract};

#[derive(Debug, Clone)]
pub enum Engine {
    Bedrock(Bedrock),
    /// The built-in engine, which needs no account.
    Sketch(PictureLimiter),
}

impl Engine {
    /// One call for one picture. It is never repeated here: the caller records each attempt before it calls.
    ///
    /// `inputs` are the pictures that the request names.
    ///
    /// # Errors
    /// What happened, and with it whether a repetition helps and whether the call may have been paid.
    pub async fn generate(
        &self,
        model: &Model,
        request: &ImageRequest,
        seed: u32,
        inputs: Option<&Inputs>,
    ) -> Result<ModelOutput, Failure> {
        match self {
            Engine::Bedrock(bedrock) => bedrock.generate(model, request, seed, inputs).await,
            Engine::Sketch(limiter) => sketch::generate(limiter, request, seed).await,
        }
    }

    /// The AWS region in which a model is called: its own, or else the configured one.
    pub(crate) fn region_of(&self, model: &Model) -> Option<String> {
        match self {
            Engine::Bedrock(bedrock) => bedrock.region_of(model),
            Engine::Sketch(_) => None,
        }
    }
}

#[derive(Debug)]
pub struct ModelOutput {
    /// The file, as the model made it.
    pub file: ImageBuffer,
    /// Its SHA-256 in lower-case hex.
    pub sha256: String,
    pub format: ImageFormat,
    /// The seed as the model reports it, else the one that it was sent.
    pub seed: u32,
    /// The AWS region that was called.
    pub region: Option<String>,
    /// To be dropped together with `file`.
    pub permit: Permit,
}

/// Bounds how many jobs hold a picture's bytes at once.
///
/// A job that waits for its model costs kilobytes, one that holds an answer costs megabytes, and fresh pages cost
/// more time than everything else that Easel does to a picture.
#[derive(Debug, Clone)]
pub struct PictureLimiter(Arc<Semaphore>);

impl PictureLimiter {
    /// A limiter for `most` pictures at once.
    pub fn new(most: usize) -> PictureLimiter {
        PictureLimiter(Arc::new(Semaphore::new(most)))
    }

    pub async fn enter(&self) -> Permit {
        // The semaphore is private and never closed, which is the only error.
        Permit { _place: Arc::clone(&self.0).acquire_owned().await.ok() }
    }
}

/// A place behind the [`PictureLimiter`], free again when this is dropped.
#[derive(Debug)]
pub struct Permit {
    _place: Option<OwnedSemaphorePermit>,
}

/// A call without a picture.
#[derive(Debug)]
pub struct Failure {
    /// What follows from it.
    pub class: Class,
    pub cause: anyhow::Error,
}

/// What follows from a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Refused before any work (429, 503): to be repeated later, at the earliest `after` from now.
    Busy {
        /// How long the service asks to wait.
        after: Option<Duration>,
    },
    /// Nothing was sent, the service could not be reached: to be repeated like `Busy`.
    NotSent,
    /// Nothing was sent, for want of credentials or of a region: repeating it does not help.
    Unsigned,
    /// Credentials that AWS does not accept.
    Unauthenticated,
    /// Failed during or after the work (500, 408, 424, 529, a lost connection, an unusable answer): one more try.
    Broken,
    /// No answer in time. The service may still be at it, so it is never repeated.
    TimedOut,
    /// The model's content filter. Repeating it gives the same.
    Filtered(Filter),
    /// The request is not acceptable (400, 413).
    Rejected,
    /// The prompt is in a language that the model does not take.
    NotEnglish,
    /// No access to the model, or no such model: what only the operator can change (403, 404, a service quota).
    Unavailable,
}

impl Class {
    /// What the call means for the bill. AWS does not document whether a filtered one is billed.
    pub fn bill(&self) -> Bill {
        match self {
            Class::Broken | Class::TimedOut | Class::Filtered(_) => Bill::Due,
            Class::Busy { .. }
            | Class::Unauthenticated
            | Class::Rejected
            | Class::NotEnglish
            | Class::Unavailable => Bill::Free,
            Class::NotSent | Class::Unsigned => Bill::NoCall,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    Prompt,
    Output,
    /// The picture to start from.
    Input,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::request::Aspect;

    pub(super) fn plain_request() -> ImageRequest {
        ImageRequest {
            prompt: "a fox".to_owned(),
            negative: None,
            model: "core".to_owned(),
            aspect: Aspect::Square,
            style: None,
            style_as_words: false,
            seeds: vec![42],
            image: None,
            edit: None,
            cfg: None,
            steps: None,
            private: false,
            prefix: None,
            suffix: None,
            ignored_flags: Vec::new(),
            in_place_of: None,
            variants: Vec::new(),
            price: None,
            sources: std::collections::BTreeMap::new(),
        }
    }

    #[tokio::test]
    async fn the_built_in_engine_generates_under_the_picture_limiter() {
        let limiter = PictureLimiter::new(1);
        let engine = Engine::Sketch(limiter.clone());
        let model = Catalogue::sketch().models()[0].clone();
        let output = engine.generate(&model, &plain_request(), 7, None).await.unwrap();
        assert!(output.file.file().starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!((output.seed, limiter.0.available_permits()), (7, 0));
        drop(output);
        assert_eq!(limiter.0.available_permits(), 1);
    }
}
