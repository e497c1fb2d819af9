//! Orders that are older than they are to be kept: each is erased as if its member had deleted it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::app::worker;
use crate::domain::job::{Erased, JobId};

/// How often it is looked for them.
const ROUND: Duration = Duration::from_secs(60 * 60);
/// The same in a table, of which everything has to be read.
const ROUND_IN_A_TABLE: Duration = Duration::from_secs(24 * 60 * 60);
/// Of a day, the minutes in which a schedule makes its round: longer than it waits between two of them.
const MINUTES: u8 = 5;
/// Orders that are removed at a time: workers are for those who wait.
const AT_ONCE: usize = 4;

/// Erases what is too old until the process is told to stop, if there is such a rule.
pub async fn sweep(app: Arc<App>) {
    while app.config.keep.is_some() && !app.stopping.is_cancelled() {
        if let Err(error) = round(&app, &app.stopping).await {
            tracing::error!(
                error = format!("{error:#}"),
                "old pictures could not be removed; this is tried again"
            );
        }
        #[expect(clippy::disallowed_methods, reason = "the sweeper's beat")]
        let beat = tokio::time::sleep(if app.store.is_shared() { ROUND_IN_A_TABLE } else { ROUND });
        app.stopping.run_until_cancelled(beat).await;
    }
}

/// As [`round`], for those who are asked to each minute: in a table one in the first minutes of a day (UTC) is enough.
///
/// # Errors
/// As for [`round`].
pub async fn round_of_the_day(app: &App, stop: &CancellationToken) -> anyhow::Result<()> {
    let (hour, minute) = (app.now().hour(), app.now().minute());
    if (hour, minute / MINUTES) == (0, 0) { round(app, stop).await } else { Ok(()) }
}

/// Erases all that is too old, until `stop`.
///
/// # Errors
/// The store cannot be read or written.
pub async fn round(app: &App, stop: &CancellationToken) -> anyhow::Result<()> {
    let Some(retention) = app.config.keep else { return Ok(()) };
    let (first_kept, mut cursor) = (retention.first_kept(app.now()), None);
    loop {
        let (jobs, next) = app.store.kept_below(first_kept, cursor).await?;
        let mut erased = stream::iter(jobs).map(|job| erase(app, job, stop)).buffer_unordered(AT_ONCE);
        while let Some(erased) = erased.next().await {
            erased?;
        }
        cursor = next;
        if cursor.is_none() || stop.is_cancelled() {
            return Ok(());
        }
    }
}

/// What a worker does not come to now, the sweeper finds.
async fn erase(app: &App, job: JobId, stop: &CancellationToken) -> anyhow::Result<()> {
    if app.store.erase(job, app.now()).await? == Some(Erased::Begun) {
        worker::process(app, job, stop).await;
    }
    Ok(())
}
