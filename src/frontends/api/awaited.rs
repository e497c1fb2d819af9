//! Waiting for the end of an order.

use std::time::Duration;

use super::image::Seen;
use super::order;
use super::problem::Problem;
use crate::app::App;
use crate::domain::job::JobId;

/// What API Gateway leaves of a wait: it gives up after 29 seconds.
const LONGEST_IN_LAMBDA: Duration = Duration::from_secs(25);
/// How often an awaited job is read: another process may be running it.
const BEAT: Duration = Duration::from_millis(250);

/// The job as it stands once it has come to its end, or when the time is over. After its end so many more looks wait for
/// its pictures to be in the archive.
pub(super) async fn awaited(
    app: &App,
    id: JobId,
    wait: Duration,
    archive_checks: u32,
) -> Result<Seen, Problem> {
    let wait = if app.config.function.is_some() { wait.min(LONGEST_IN_LAMBDA) } else { wait };
    let mut seen = look(app, id).await?;
    let watch = async {
        let (mut beat, mut checks) = (tokio::time::interval(BEAT), 0);
        loop {
            if seen.state.is_final() {
                if seen.is_archived() || checks >= archive_checks {
                    return Ok::<_, Problem>(());
                }
                checks += 1;
            }
            beat.tick().await;
            seen = look(app, id).await?;
        }
    };
    tokio::select! {
        watched = tokio::time::timeout(wait, watch) => watched.unwrap_or(Ok(()))?,
        () = app.stopping.cancelled() => {}
    }
    Ok(seen)
}

async fn look(app: &App, id: JobId) -> Result<Seen, Problem> {
    let claim = order::find(app, id, app.now()).await?.ok_or_else(Problem::not_found)?;
    if claim.is_erased { Err(Problem::deleted()) } else { Ok(Seen::of(app, claim).await) }
}
