//! The guardrail's part: no model is asked before the prompt has passed, and no picture is anybody's before it has.

use bytes::Bytes;

use super::{MAX_FAILED_CLAIMS, Work};
use crate::backends::aws;
use crate::backends::engine::Inputs;
use crate::backends::guardrail::Verdict;
use crate::domain::refusal::Refusal;

impl Work<'_> {
    /// Why no model may be asked. What a model was called for once has passed before.
    pub(super) async fn prompt_refusal(&self, inputs: Option<&Inputs>) -> Option<Refusal> {
        let guardrail = self.app.guardrail.as_ref()?;
        let pictures = &self.claim.pictures;
        let called = pictures.iter().any(|picture| picture.calls > 0);
        if called || pictures.iter().all(|picture| picture.outcome.is_some()) {
            return None;
        }
        let texts = self.claim.job.request.texts();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let pictures: Vec<_> = inputs.into_iter().flat_map(Inputs::pictures).collect();
        match guardrail.check_prompt(&texts, &pictures).await {
            Ok(Verdict::Passed) => None,
            Ok(Verdict::Blocked { categories }) => Some(Refusal::GuardedPrompt { category: categories }),
            Err(error) => {
                let remedy = aws::remedy(error.as_ref()).unwrap_or_default();
                tracing::error!(job = %self.claim.job.id, error = format!("{error:#}"), remedy, "the guardrail could not be asked, so no model is");
                Some(Refusal::ModerationDown)
            }
        }
    }

    /// Why the guardrail holds a finished picture back, if it does.
    ///
    /// # Errors
    /// The guardrail could not be asked. The picture is paid and in the spool, and waits there for the job's next turn;
    /// with the last turn it is given up.
    pub(super) async fn picture_refusal(
        &self,
        bytes: &Bytes,
        spooled: bool,
    ) -> anyhow::Result<Option<Refusal>> {
        let Some(guardrail) = &self.app.guardrail else { return Ok(None) };
        match guardrail.check_picture(bytes).await {
            Ok(Verdict::Passed) => Ok(None),
            Ok(Verdict::Blocked { categories }) => Ok(Some(Refusal::GuardedPicture { category: categories })),
            Err(error) if spooled && self.claim.fence < MAX_FAILED_CLAIMS => Err(error),
            Err(error) => {
                tracing::error!(job = %self.claim.job.id, error = format!("{error:#}"), "the guardrail could not be asked; a picture is given up");
                Ok(Some(Refusal::ModerationDown))
            }
        }
    }
}
