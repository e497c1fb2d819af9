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
    /// 403 `AccessDeniedException`: no policy allows the action.
    NoPolicy,
    /// 403 `AccessDeniedException`: AWS Marketplace has no way to be paid.
    NoPayment,
    /// 403 `AccessDeniedException`: nobody who may do so has subscribed to the model.
    NoSubscription,
    /// 403 `MPAgreementBeingCreated`.
    AgreementPending,
    /// 400 `ValidationException`: Bedrock is closed to the account.
    AccountBlocked,
    /// 400 `ValidationException`: no such model in the region.
    NotInRegion,
    /// 400 `ValidationException`: the model wants an inference profile.
    OnDemand,
    /// 400 `ServiceQuotaExceededException`.
    QuotaExceeded,
    /// 400 `ValidationException`: Stability's own refusal of a prompt in another language.
    NotEnglish,
    /// 403 `ExpiredTokenException`.
    ExpiredToken,
    /// 403 `UnrecognizedClientException`.
    UnknownKey,
    /// 403 `InvalidSignatureException`: the secret is not the key's.
    WrongSignature,
    /// 403 `InvalidSignatureException`: the signature's time is over.
    WrongClock,
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
        if let Some((_, status, kind, text)) = OF_THE_OPERATOR.iter().find(|(fault, ..)| *fault == self) {
            return Some(Rejection::new(*status, kind, *text));
        }
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
            // Good answers, and those that are broken otherwise.
            _ => return None,
        };
        Some(rejection)
    }
}

/// What nobody but the operator can change, and a prompt in another language: fault, status, code, text.
///
/// Texts as people quote them from the service: `Model access is denied due to …` and `Error 002` from bug reports of
/// 2025 and 2026, those of signatures from IAM's guide, the one on English from Stability AI's API.
const OF_THE_OPERATOR: [(ModelFault, u16, &str, &str); 13] = [
    (
        ModelFault::NoPolicy,
        403,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/easel is not authorized to perform: bedrock:InvokeModel on resource: \
         arn:aws:bedrock:us-west-2::foundation-model/stability.stable-image-core-v1:1 because no identity-based policy \
         allows the bedrock:InvokeModel action",
    ),
    (
        ModelFault::NoPayment,
        403,
        "AccessDeniedException",
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.. Your AWS \
         Marketplace subscription for this model cannot be completed at this time. If you recently fixed this issue, try \
         again after 2 minutes.",
    ),
    (
        ModelFault::NoSubscription,
        403,
        "AccessDeniedException",
        "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace \
         actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model. Refer to \
         the Amazon Bedrock documentation for further details. Your AWS Marketplace subscription for this model cannot be \
         completed at this time. If you recently fixed this issue, try again after 2 minutes.",
    ),
    (
        ModelFault::AgreementPending,
        403,
        "MPAgreementBeingCreated",
        "Your account is not authorized to access this model. Your AWS Marketplace subscription for this model is still \
         being processed",
    ),
    (
        ModelFault::OnDemand,
        400,
        "ValidationException",
        "Invocation of model ID stability.stable-image-core-v1:1 with on-demand throughput isn\u{2019}t supported. Retry \
         your request with the ID or ARN of an inference profile that contains this model.",
    ),
    (
        ModelFault::WrongSignature,
        403,
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
         and signing method. Consult the service documentation for details.",
    ),
    (
        ModelFault::AccountBlocked,
        400,
        "ValidationException",
        "Error 002: Access to Bedrock models is not allowed for this account",
    ),
    (ModelFault::NotInRegion, 400, "ValidationException", "The provided model identifier is invalid."),
    (
        ModelFault::QuotaExceeded,
        400,
        "ServiceQuotaExceededException",
        "Your request exceeds the service quota for your account.",
    ),
    (
        ModelFault::NotEnglish,
        400,
        "ValidationException",
        r#"{"detail":"English is the only supported language for this service."}"#,
    ),
    (
        ModelFault::ExpiredToken,
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    ),
    (
        ModelFault::UnknownKey,
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    ),
    (
        ModelFault::WrongClock,
        403,
        "InvalidSignatureException",
        "Signature expired: 20261127T080000Z is now earlier than 20261127T081000Z (20261127T081500Z - 5 min.)",
    ),
];

/// What the next valid calls meet.
#[derive(Default)]
pub(super) struct Script {
    faults: VecDeque<(ModelFault, usize)>,
    holds: VecDeque<Hold>,
    standing: Vec<Standing>,
    /// How many calls have come.
    seen: u32,
}

/// What calls meet until it is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Every call meets the fault.
    Fault(ModelFault),
    /// Of so many calls in a row, the first is answered last: each waits this much longer than the one after it.
    Reversed { calls: u32, step: Duration },
}

impl Standing {
    fn fault(self, seen: u32) -> ModelFault {
        match self {
            Self::Fault(fault) => fault,
            Self::Reversed { calls, step } => {
                let before = calls.max(1) - 1 - seen % calls.max(1);
                ModelFault::SlowFirstByte(step * before)
            }
        }
    }
}

impl Script {
    pub(super) fn switch(&mut self, standing: Standing, on: bool) {
        self.standing.retain(|other| *other != standing);
        if on {
            self.standing.push(standing);
        }
    }

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
        let standing = self.standing.first().map(|standing| standing.fault(self.seen));
        self.seen = self.seen.wrapping_add(1);
        (fault.or(standing), self.holds.pop_front())
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
