//! Work behind a deferred answer that is no job: nothing is lost if the process dies over it, the person asks again.

use std::future::Future;
use std::time::Duration;

use crate::app::App;
use crate::discord::answer::Then;
use crate::discord::interaction::Interaction;
use crate::discord::reply::Message;
use crate::discord::rest::Fault;
use crate::error::{Refusal, refusal};
use crate::job::JobId;

/// Tries to show what came of it, and the pause between them.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Does what comes after the first answer, which Discord has.
pub(super) async fn follow(app: &App, interaction: &Interaction, then: Then) {
    match then {
        Then::Nothing => {}
        Then::Start(job) => app.enqueue(job).await,
        Then::Tell(message) => tell(app, interaction, message).await,
    }
}

/// Puts what comes of `message` in place of the deferred answer; a refusal among its errors is told as such.
async fn tell(app: &App, interaction: &Interaction, message: impl Future<Output = anyhow::Result<Message>>) {
    let message = message.await.unwrap_or_else(|error| {
        let told = refusal(&error).cloned().unwrap_or_else(|| {
            let job = JobId::new(app.now(), u128::from(interaction.id));
            tracing::error!(%job, error = format!("{error:#}"), "an answer could not be made");
            Refusal::Fault { job }
        });
        Message::words(told.to_string())
    });
    let mut pause = FIRST_PAUSE;
    for _ in 0..TRIES {
        let edit = app.discord.edit_original(interaction.application, &interaction.token, &message).await;
        let wait = match edit {
            Ok(()) => return,
            Err(Fault::Limited { after }) => after,
            // Discord may not know the deferred answer yet.
            Err(fault) if fault.is_unknown() || matches!(fault, Fault::Lost(_)) => pause,
            Err(fault) => {
                tracing::error!(%fault, "Discord does not take an answer");
                return;
            }
        };
        pause *= 2;
        #[expect(clippy::disallowed_methods, reason = "a retry")]
        tokio::time::sleep(wait).await;
    }
    tracing::error!(interaction = interaction.id, "an answer did not reach Discord");
}
