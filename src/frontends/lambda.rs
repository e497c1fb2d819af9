//! Easel as AWS Lambda starts it: the same router and the same worker, behind Lambda's own loop. Everything is opened
//! once for each environment, before its first event.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::TryFutureExt;
use futures_util::future::join_all;
use lambda_extension::{Extension, RegisteredExtension};
use lambda_runtime::tower::ServiceExt;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::app::clock::Clock;
use crate::app::forget;
use crate::app::retention;
use crate::app::sessions;
use crate::app::worker::{self, End};
use crate::backends::queue::Delivery;
use crate::config::{ArchiveUrl, Config, Function, Problems, QueueUrl, StoreUrl};
use crate::frontends::routes::Routes;

/// Of a function's time, what is left to give a job back.
const MARGIN: Duration = Duration::from_secs(3);

/// What the function `work` is started for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Event {
    /// Ids of jobs, from the queue or from among its dead letters.
    Messages(SqsEvent),
    /// The schedule: nothing of it matters but that it came.
    Sweep {
        #[serde(rename = "sweep")]
        _sweep: bool,
    },
}

/// Serves the function that `config` names until Lambda ends the environment.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    outlives_a_function(&config)?;
    match config.function.context("_HANDLER is not set: Lambda takes it from the function's Handler")? {
        Function::Front => front(config).await?,
        Function::Work => work(config).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Nothing that a function keeps outlives it.
fn outlives_a_function(config: &Config) -> Result<(), Problems> {
    let needs = [
        (
            matches!(config.store, StoreUrl::Dynamo(_)),
            "EASEL_STORE: under Lambda it must be dynamodb:TABLE, since a file is gone with the function",
        ),
        (
            matches!(config.queue, QueueUrl::Sqs(_)),
            "EASEL_QUEUE: under Lambda it must be sqs:URL, since a function does no work after its response",
        ),
        (
            matches!(config.archive, ArchiveUrl::S3 { .. }),
            "EASEL_ARCHIVE: under Lambda it must be s3://BUCKET/PREFIX, since a folder is gone with the function",
        ),
        (
            config.token.is_some() || config.serves_api_alone(),
            "DISCORD_TOKEN is not set: put the ARN of the secret with the token into it",
        ),
    ];
    let unmet = needs.iter().filter(|(met, _)| !met);
    Problems::none_of(unmet.map(|(_, problem)| (*problem).to_owned()).collect())
}

async fn front(config: Config) -> anyhow::Result<()> {
    let routes = Routes::read(&config, Clock::System.now())?;
    let app = App::open(config, Clock::System).await?;
    let router = routes.open(app.clone());
    let answered = Arc::new(Notify::new());
    let extension = behind_the_answer(app, answered.clone()).await;
    let served = lambda_http::run(service_fn(move |request: lambda_http::Request| {
        let (router, answered) = (router.clone(), Answered(answered.clone()));
        async move {
            let response = router.oneshot(request).await;
            drop(answered);
            response
        }
    }));
    let ended = match extension {
        Some(extension) => tokio::select! { ended = served => ended, ended = extension => ended },
        None => served.await,
    };
    ended.map_err(|error| anyhow!(error).context("Lambda ended"))
}

/// Tells that a request is answered, whatever became of it.
struct Answered(Arc<Notify>);

impl Drop for Answered {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Keeps the environment awake after its answer for as long as something is left to do behind it: Lambda freezes one
/// only when its extensions, too, ask for the next event. `None` where there are no extensions.
async fn behind_the_answer(
    app: Arc<App>,
    answered: Arc<Notify>,
) -> Option<impl Future<Output = Result<(), Error>>> {
    let processor = service_fn(move |_| {
        let (app, answered) = (app.clone(), answered.clone());
        async move {
            answered.notified().await;
            app.idle().await;
            Ok::<(), Error>(())
        }
    });
    let extension = Extension::new()
        .with_extension_name("easel")
        .with_events(&["INVOKE"])
        .with_events_processor(processor)
        .register()
        .map_ok(RegisteredExtension::run)
        .await;
    extension
        .inspect_err(|error| tracing::warn!(%error, "no extension can be registered: what follows an answer runs only while the environment does"))
        .ok()
}

/// Runs the jobs that the queue brings, ends those it gave up, and enqueues again what was forgotten.
async fn work(config: Config) -> anyhow::Result<()> {
    let app = App::open(config, Clock::System).await?;
    let served = lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| {
        let app = app.clone();
        async move {
            // Lambda's own loop writes it into the log.
            handle(&app, event).await.map_err(|error| format!("{error:#}"))
        }
    }));
    served.await.map_err(|error| anyhow!(error).context("Lambda ended"))
}

async fn handle(app: &App, event: LambdaEvent<Event>) -> anyhow::Result<SqsBatchResponse> {
    let mut response = SqsBatchResponse::default();
    match event.payload {
        Event::Messages(messages) => {
            let left = time_left(event.context.deadline, app.now());
            let ends = messages.records.into_iter().map(|message| message_ends(app, message, left));
            join_all(ends).await.into_iter().flatten().for_each(|failed| response.add_failure(failed));
        }
        Event::Sweep { .. } => {
            let (enqueued, ended) = tokio::join!(worker::enqueue_forgotten(app), sessions::end_quiet(app));
            enqueued.context("open jobs could not be enqueued")?;
            ended.context("quiet sessions could not be ended")?;
            let left = time_left(event.context.deadline, app.now());
            remove_in_time(app, left).await?;
        }
    }
    Ok(response)
}

/// Until a job has to be given back, of a deadline in Unix milliseconds.
fn time_left(deadline: u64, now: OffsetDateTime) -> Duration {
    let now = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Duration::from_millis(deadline.saturating_sub(now)).saturating_sub(MARGIN)
}

/// The message's id if it has to come again.
async fn message_ends(app: &App, message: SqsMessage, left: Duration) -> Option<String> {
    let is_dead = !is_from_queue(app, message.event_source_arn.as_deref().unwrap_or_default());
    let id = message.message_id.unwrap_or_default();
    let Some(delivery) = Delivery::of_sqs(Some(&id), message.body.as_deref(), message.receipt_handle) else {
        // Among the dead letters it has nowhere left to go.
        return (!is_dead).then_some(id);
    };
    let end = if is_dead {
        worker::fail_dead_letter(app, delivery.job).await
    } else {
        process_in_time(app, &delivery, left).await
    };
    if end == End::GivenBack
        && let Err(error) = app.queue.give_back(&delivery).await
    {
        tracing::warn!(job = %delivery.job, error = format!("{error:#}"), "a message comes again only after its visibility time");
    }
    (end != End::Done).then_some(id)
}

/// Works on a job until it is done, or until there is just time to give it back.
async fn process_in_time(app: &App, delivery: &Delivery, left: Duration) -> End {
    let abandoned = CancellationToken::new();
    let work = worker::process_next(app, delivery.job, &abandoned);
    tokio::pin!(work);
    if let Ok(end) = tokio::time::timeout(left, &mut work).await {
        return end;
    }
    tracing::warn!(job = %delivery.job, "the function's time is over; the job is given back");
    abandoned.cancel();
    work.await
}

/// Removes what is to go until the function's time is over: what is held of those who are to be forgotten, and what is too
/// old.
async fn remove_in_time(app: &App, left: Duration) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let work = async {
        forget::go_on(app, &stop).await.context("somebody could not be forgotten yet")?;
        retention::round_of_the_day(app, &stop).await.context("old pictures could not be removed")
    };
    tokio::pin!(work);
    if let Ok(end) = tokio::time::timeout(left, &mut work).await {
        return end;
    }
    stop.cancel();
    work.await
}

/// Whether an ARN is that of the queue of jobs; the other source is the queue of its dead letters.
fn is_from_queue(app: &App, arn: &str) -> bool {
    let QueueUrl::Sqs(url) = &app.config.queue else { return false };
    let named = url.path_segments().and_then(|mut segments| segments.next_back());
    named.is_some() && named == arn.rsplit(':').next()
}
