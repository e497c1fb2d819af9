//! What wakes workers up: the queue, and the sweeper that fills it again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::{End, HEARTBEAT, process_next};
use crate::app::App;
use crate::backends::queue::{BATCH, Delivery};
use crate::domain::job::Picture;

/// How often the store is asked for jobs without a worker.
const SWEEP: Duration = Duration::from_secs(5);
/// How often slots of the spool that hold nothing any more are removed.
const TIDY: Duration = Duration::from_secs(60 * 60);
/// Until a queue that did not answer is asked again.
const QUEUE_PAUSE: Duration = Duration::from_secs(2);
/// A job younger than this is still on its way through the queue.
const GRACE: Duration = Duration::from_secs(10);
/// The same, where a round is made each minute and each of them would enqueue all that waits in a long queue.
const LONG_GRACE: Duration = Duration::from_secs(60);

/// Works on jobs as they come, until the process is told to stop.
pub async fn run(app: Arc<App>) {
    let take = async {
        let mut away = false;
        loop {
            match take(&app).await {
                Ok(taken) => {
                    if std::mem::take(&mut away) {
                        tracing::info!("the queue is back");
                    }
                    for (delivery, place) in taken {
                        let worker = app.clone();
                        app.spawn(async move {
                            serve(&worker, &delivery).await;
                            drop(place);
                        });
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut away, true) {
                        tracing::error!(error = format!("{error:#}"), "the queue is out of reach");
                    }
                    #[expect(clippy::disallowed_methods, reason = "a retry")]
                    tokio::time::sleep(QUEUE_PAUSE).await;
                }
            }
        }
    };
    // What SQS sends into a poll that ends here comes again after its visibility time, or through a sweeper.
    app.stopping.run_until_cancelled(take).await;
}

/// The next deliveries, each with a worker.
async fn take(app: &App) -> anyhow::Result<Vec<(Delivery, OwnedSemaphorePermit)>> {
    let free = &app.workers;
    if app.queue.is_local() {
        // No worker waits for the queue: one without a job begins at once with what is admitted.
        let deliveries = app.queue.next(1).await?;
        let mut taken = Vec::new();
        for delivery in deliveries {
            taken.push((delivery, free.clone().acquire_owned().await?));
        }
        return Ok(taken);
    }
    // What one process has in hand is hidden from others: never more than it has workers free.
    let place = free.clone().acquire_owned().await?;
    let more = std::iter::from_fn(|| free.clone().try_acquire_owned().ok());
    let places: Vec<_> = std::iter::once(place).chain(more).take(BATCH).collect();
    Ok(app.queue.next(places.len()).await?.into_iter().zip(places).collect())
}

/// One delivery: kept while its job is worked on, and settled with the queue by how that ended.
async fn serve(app: &App, delivery: &Delivery) {
    let end = tokio::select! {
        end = process_next(app, delivery.job, &app.abandoned) => end,
        never = keep_delivery(app, delivery) => never,
    };
    let settled = match end {
        End::Done => app.queue.done(delivery).await,
        End::GivenBack => app.queue.give_back(delivery).await,
        // It comes again by itself.
        End::Unknown => Ok(()),
    };
    if let Err(error) = settled {
        tracing::warn!(job = %delivery.job, error = format!("{error:#}"), "a delivery could not be settled; it may come again");
    }
}

/// Keeps a delivery from others for as long as it is awaited.
async fn keep_delivery(app: &App, delivery: &Delivery) -> End {
    loop {
        #[expect(clippy::disallowed_methods, reason = "a heartbeat")]
        tokio::time::sleep(HEARTBEAT).await;
        if let Err(error) = app.queue.extend(delivery).await {
            // Another worker that receives it finds the job claimed.
            tracing::warn!(job = %delivery.job, error = format!("{error:#}"), "a delivery could not be kept");
        }
    }
}

/// Hands forgotten jobs to the queue: those of a process that died, and those whose archive was out of reach.
pub async fn sweep(app: Arc<App>) {
    let (mut grace, mut failing, mut tidied) = (Duration::ZERO, false, app.now());
    let rounds = async {
        empty_spool(&app).await;
        loop {
            match enqueue_due(&app, grace).await {
                Ok(()) => failing = false,
                Err(_) if failing => {}
                Err(error) => {
                    failing = true;
                    tracing::error!(
                        error = format!("{error:#}"),
                        "open jobs could not be enqueued; this is tried again and again"
                    );
                }
            }
            if let Err(error) = app.store.wipe().await {
                tracing::warn!(error = format!("{error:#}"), "the store's log could not be emptied");
            }
            if app.now() - tidied >= TIDY {
                // What another process removed may still be in a slot of this one.
                tidied = app.now();
                tidy_spool(&app).await;
            }
            app.limiter.forget_idle(app.now());
            app.edits.forget_idle();
            grace = GRACE;
            #[expect(clippy::disallowed_methods, reason = "the sweeper's beat")]
            tokio::time::sleep(SWEEP).await;
        }
    };
    app.stopping.run_until_cancelled(rounds).await;
    // Other processes on this spool may have died since, or gone on with what this one gave up.
    empty_spool(&app).await;
}

async fn tidy_spool(app: &App) {
    if let Err(error) = app.spool.tidy().await {
        tracing::warn!(error = format!("{error:#}"), "the spool could not be tidied up");
    }
}

/// Enqueues the jobs that no worker holds, once.
pub async fn enqueue_forgotten(app: &App) -> anyhow::Result<()> {
    enqueue_due(app, LONG_GRACE).await
}

async fn enqueue_due(app: &App, grace: Duration) -> anyhow::Result<()> {
    for job in app.store.due(app.now(), grace).await? {
        app.line.find(app, job).await?;
        app.queue.push_again(job).await?;
    }
    Ok(())
}

/// Removes pictures that a process archived, or held back, and wrote that down, and then died before it removed them.
async fn empty_spool(app: &App) {
    let emptied = async {
        for (job, n) in app.spool.kept().await? {
            let found = app.store.find(job).await?;
            let held_back = |picture: &Picture| picture.outcome.is_some() && picture.generated().is_none();
            let done =
                |picture: &Picture| picture.n == n && (picture.archived.is_some() || held_back(picture));
            if found.is_some_and(|claim| claim.pictures.iter().any(done)) {
                app.spool.forget(job, n).await?;
            }
        }
        anyhow::Ok(())
    };
    if let Err(error) = emptied.await {
        tracing::warn!(
            error = format!("{error:#}"),
            "pictures that are done with could not be removed from the spool"
        );
    }
}
