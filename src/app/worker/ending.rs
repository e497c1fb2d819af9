//! How a job ends, well or not.

use std::sync::atomic::Ordering;

use super::{End, MAX_FAILED_CLAIMS, Stale, Work, release};
use crate::app::App;
use crate::domain::job::{Conclusion, FIRST_FENCE, JobId, Progress, State};
use crate::domain::refusal::Refusal;

/// Ends a job that came back too often, each time without an end: the person is told, and what was reserved is free.
/// What was delivered stays. One that nobody had begun with gets another chance.
pub async fn fail_dead_letter(app: &App, id: JobId) -> End {
    let work = match Work::claim(app, id).await {
        Ok(work) => work,
        Err(end) => return end,
    };
    let failed = if work.claim.state.is_final() {
        release(app, id, work.claim.fence, work.pause_ms()).await
    } else if work.claim.fence == FIRST_FENCE && app.now() < work.claim.job.token_dies() {
        // Other jobs ended the workers that its messages came to.
        let released = release(app, id, work.claim.fence, 0).await;
        app.enqueue(id).await;
        released
    } else {
        tracing::error!(job = %id, "nobody could bring the job to its end; it has failed");
        work.fail().await
    };
    match failed {
        Ok(()) => End::Done,
        Err(error) if error.is::<Stale>() => End::Done,
        Err(error) => {
            tracing::error!(job = %id, error = format!("{error:#}"), "the job could not be ended");
            End::Unknown
        }
    }
}

impl Work<'_> {
    pub(super) fn conclusion(&self, delivered: bool) -> Conclusion {
        let refusal = self.claim.refusal().cloned();
        match u32::try_from(self.shown(delivered)) {
            Ok(delivered) if delivered > 0 => {
                let posted = self.posted.get().copied();
                Conclusion { state: State::Delivered, delivered, refusal, posted }
            }
            _ => {
                let cancelled = refusal == Some(Refusal::Cancelled);
                let state = if cancelled { State::Cancelled } else { State::Failed };
                Conclusion { state, delivered: 0, refusal, posted: None }
            }
        }
    }

    /// After an unexpected error: try again later, and in the end tell the person in one fixed
    /// sentence. What the person has stays.
    pub(super) async fn failed(&mut self) -> anyhow::Result<()> {
        let told = self.claim.state.is_final() || self.told.load(Ordering::Relaxed);
        if told || self.claim.fence < MAX_FAILED_CLAIMS {
            return self.give_back(self.pause_ms()).await;
        }
        self.fail().await
    }

    /// Tells the person in one fixed sentence that it failed, and gives back what was reserved.
    async fn fail(&self) -> anyhow::Result<()> {
        let refusal = Refusal::Fault { job: self.claim.job.id };
        self.say(&refusal).await;
        let delivered = u32::try_from(self.shown(false)).unwrap_or_default();
        let state = if delivered > 0 { State::Delivered } else { State::Failed };
        let concluded = Some(Conclusion { state, delivered, refusal: Some(refusal), posted: None });
        let release_for = Some(self.pause_ms());
        self.advance(Progress { concluded, release_for, ..Progress::default() }).await
    }
}
