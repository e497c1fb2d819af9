//! The faults and holds that a test asks for.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::rejection::Rejection;
use super::reply::MAX_ANSWER;

/// What goes wrong with a call that is otherwise valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelFault {
    /// 429 `ThrottlingException`.
    Throttled,
    /// 429 `ModelNotReadyException`.
    NotReady,
    /// 500 `InternalServerException`.
    Internal,
    /// 503 `ServiceUnavailableException`.
    Unavailable,
    /// 408 `ModelTimeoutException`.
    ModelTimeout,
    /// 424 `ModelErrorException` with an original status of 500.
    ModelError,
    /// 529 with `Retry-After: 1`.
    Overloaded,
    /// 403 `AccessDeniedException`.
    AccessDenied,
    /// 404 `ResourceNotFoundException` with the text for a dead model.
    EndOfLife,
    /// A good answer that starts this much later.
    SlowFirstByte(Duration),
    /// A good answer that stops for this long half way.
    StallMidBody(Duration),
    /// The connection closes before any answer.
    Drop,
    /// The connection closes half way through a good answer.
    CutBody,
    /// 200 whose picture is not base64.
    BadBase64,
    /// 200 whose picture is base64 of a text.
    NotAPicture,
    /// 200 without a picture and without a reason.
    EmptyImages,
    /// 400: the picture does not fit an answer.
    TooLarge,
    /// 200: the filter refused the prompt.
    FilteredPrompt,
    /// 200: the filter refused the picture.
    FilteredOutput,
    /// 200: the model failed.
    InferenceError,
    /// 200 with an HTML page.
    NoJson,
}

impl ModelFault {
    /// The error that it answers with, if it answers with one.
    pub(super) fn rejection(self) -> Option<Rejection> {
        let rejection = match self {
            Self::Throttled => Rejection::new(
                429,
                "ThrottlingException",
                "Too many requests, please wait before trying again.",
            ),
            Self::NotReady => Rejection::new(
                429,
                "ModelNotReadyException",
                "Model is not ready for inference. Wait and try your request again later.",
            ),
            Self::Internal => Rejection::new(
                500,
                "InternalServerException",
                "The system encountered an unexpected error during processing. Try your request again.",
            ),
            Self::Unavailable => Rejection::new(
                503,
                "ServiceUnavailableException",
                "The service isn't currently available. Try again later.",
            ),
            Self::ModelTimeout => Rejection::new(
                408,
                "ModelTimeoutException",
                "Model has timed out in processing the request. Try your request again.",
            ),
            Self::ModelError => {
                Rejection::new(424, "ModelErrorException", "The system encountered an unexpected error.")
                    .with("originalStatusCode", json!(500))
                    .with("resourceName", json!("stability"))
            }
            Self::Overloaded => Rejection::new(529, "overloaded_error", "Overloaded").retry_after(1),
            Self::AccessDenied => Rejection::no_access(),
            Self::EndOfLife => Rejection::end_of_life(),
            Self::TooLarge => Rejection::too_large(34_812_345, MAX_ANSWER),
            Self::SlowFirstByte(_)
            | Self::StallMidBody(_)
            | Self::Drop
            | Self::CutBody
            | Self::BadBase64
            | Self::NotAPicture
            | Self::EmptyImages
            | Self::FilteredPrompt
            | Self::FilteredOutput
            | Self::InferenceError
            | Self::NoJson => return None,
        };
        Some(rejection)
    }
}

/// What the next valid calls meet.
#[derive(Default)]
pub(super) struct Script {
    faults: VecDeque<(ModelFault, usize)>,
    holds: VecDeque<Hold>,
}

impl Script {
    pub(super) fn fault(&mut self, fault: ModelFault, times: usize) {
        self.faults.push_back((fault, times));
    }

    pub(super) fn clear_faults(&mut self) {
        self.faults.clear();
    }

    pub(super) fn hold(&mut self) -> HeldCall {
        let hold = Hold::default();
        self.holds.push_back(hold.clone());
        HeldCall(hold)
    }

    /// What this call meets; a hold and a fault may fall on the same call.
    pub(super) fn next(&mut self) -> (Option<ModelFault>, Option<Hold>) {
        while self.faults.front().is_some_and(|(_, left)| *left == 0) {
            self.faults.pop_front();
        }
        let fault = self.faults.front_mut().map(|(fault, left)| {
            *left -= 1;
            *fault
        });
        (fault, self.holds.pop_front())
    }
}

#[derive(Clone, Default)]
pub(super) struct Hold {
    reached: CancellationToken,
    released: CancellationToken,
}

impl Hold {
    /// Signals that the call has arrived and waits for its release.
    pub(super) async fn wait(&self) {
        self.reached.cancel();
        self.released.cancelled().await;
    }
}

/// A call whose answer waits for the test. Dropping this releases it.
pub struct HeldCall(Hold);

impl HeldCall {
    /// Waits until the call has arrived.
    pub async fn reached(&self) {
        self.0.reached.cancelled().await;
    }

    /// Lets the answer go.
    pub fn release(self) {
        drop(self);
    }
}

impl Drop for HeldCall {
    fn drop(&mut self) {
        self.0.released.cancel();
    }
}
