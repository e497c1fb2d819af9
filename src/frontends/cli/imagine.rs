//! `easel imagine`: one request from the shell, on the same path as the bot's.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::time::Instant;

use crate::app::clock::Clock;
use crate::app::messages::{self, Reader};
use crate::app::worker::End;
use crate::app::{self, App, Customer, Placed, Start, catalogue, place_order};
use crate::config::Config;
use crate::domain::catalogue::Model;
use crate::domain::job::{Claim, GeneratedImage, Job, Outcome, Picture};
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, resolve};
use crate::domain::settings::Effective;
use crate::frontends::cli::{Signals, note, say};

mod arguments;
mod out;
mod progress;

pub use arguments::Arguments;
pub(super) use arguments::file_source;
use out::Out;
use progress::Progress;

/// How long the store may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a call that is under way may take once the process is told to stop.
const GRACE: Duration = Duration::from_secs(60);
/// How long giving a job back may take.
const RELEASE: Duration = Duration::from_secs(5);

/// An order that was taken.
struct Taken {
    app: Arc<App>,
    job: Job,
    start: Start,
    model: Model,
    out: Option<Out>,
}

/// What is to be made, and where copies go.
pub(super) struct Order {
    pub(super) ask: Ask,
    pub(super) out: Option<PathBuf>,
}

/// Generates the pictures and prints where they are.
///
/// # Errors
/// What was asked for cannot be done, or could not be.
pub async fn run(mut config: Config, mut arguments: Arguments, signals: Signals) -> anyhow::Result<ExitCode> {
    if let Some(engine) = arguments.engine {
        config.engine = engine;
    }
    let out = arguments.out.take();
    order(config, Order { ask: arguments.into_ask()?, out }, signals).await
}

/// Takes the order, works on it and prints where its pictures are.
pub(super) async fn order(config: Config, order: Order, mut signals: Signals) -> anyhow::Result<ExitCode> {
    let taken = signals.unless_stopped(move || take(config, order)).await?;
    let Taken { app, job, start, model, out } =
        taken.context("stopped before a model was asked; nothing was charged")?;
    let steps = app.watch();
    let mut progress = Progress::new(job.id, model, job.request.seeds.len());
    let ended = tokio::select! {
        ended = until_stopped(&app, start, &mut signals) => ended,
        never = progress.follow(steps) => match never {},
    };
    drop(progress);
    ensure!(ended, "stopped; the next `easel run` goes on, and what was paid for is kept");
    let done = app.store.find(job.id).await?.context("the job is gone")?;
    let report = move || async move { report(&app, &done, out.as_ref()).await };
    let reported = signals.unless_stopped(report).await?;
    reported.context("stopped before it could be said where the pictures are")
}

/// Takes the order.
async fn take(config: Config, Order { ask, out }: Order) -> anyhow::Result<Taken> {
    // What cannot be generated is refused before a store, an archive and their folders are made.
    let today = Clock::System.now().date();
    let catalogue = catalogue(&config, today)?;
    let request = resolve(ask.clone(), Effective::built_in(), &catalogue, today, 0)?;
    let model = catalogue.living(&request.model, today)?.clone();
    let out = out.map(|path| Out::open(path, request.seeds.len())).transpose()?;
    let order = app::Order { ask, customer: Customer::Shell };
    let app = App::open(config, Clock::System).await?;
    let deadline = Instant::now() + STORE_TIMEOUT;
    match place_order(&app, order, deadline, app.now()).await? {
        Placed::New(job, start) => Ok(Taken { app, job: *job, start, model, out }),
        Placed::Known(_) => bail!("this job exists already"),
    }
}

/// Works on the job to its end. At a signal, a call that is under way is waited for, since it may be paid; after another
/// one, or too long, the job is given back. Whether it came to its end.
async fn until_stopped(app: &App, start: Start, signals: &mut Signals) -> bool {
    let work = start.process(&app.abandoned);
    tokio::pin!(work);
    let name = tokio::select! {
        _ = &mut work => return true,
        name = signals.next() => name,
    };
    note(format_args!(
        "{name}: a call of the model that is under way may be paid, so it is waited for, {} seconds at most; once more, and Easel stops at once",
        GRACE.as_secs()
    ));
    tokio::select! {
        end = tokio::time::timeout(GRACE, &mut work) => if end.is_ok() { return true },
        _ = signals.next() => {}
    }
    app.abandoned.cancel();
    matches!(tokio::time::timeout(RELEASE, work).await, Ok(End::Done))
}

/// Makes the copies, then prints where all is: a stdout that cannot be written costs nobody a picture.
async fn report(app: &App, done: &Claim, out: Option<&Out>) -> anyhow::Result<ExitCode> {
    messages::notes(done, Reader::Shell).iter().for_each(|words| note(format_args!("{words}")));
    let (mut lines, mut all_there) = (Vec::new(), true);
    for picture in &done.pictures {
        all_there &= match &picture.outcome {
            Some(Outcome::Generated(facts)) => generated(app, done, picture, facts, out, &mut lines).await?,
            Some(Outcome::Refused { refusal }) => {
                note(format_args!("{}", messages::refusal(refusal, Reader::Shell)));
                if matches!(refusal, Refusal::ModelUnavailable { .. } | Refusal::ModelUnreachable) {
                    note(format_args!(
                        "without an AWS account, --engine sketch paints with the built-in engine"
                    ));
                }
                false
            }
            None => {
                note(format_args!("picture {} has no answer; see the log above", picture.n + 1));
                false
            }
        };
    }
    tell_price(app, done).await?;
    lines.iter().try_for_each(|line| say(format_args!("{line}")))?;
    Ok(if all_there { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Adds where a picture is to `lines`; whether it is everywhere where it was wanted.
async fn generated(
    app: &App,
    done: &Claim,
    picture: &Picture,
    facts: &GeneratedImage,
    out: Option<&Out>,
    lines: &mut Vec<String>,
) -> anyhow::Result<bool> {
    match &picture.archived {
        Some(key) => lines.push(format!("{}  seed {}", app.archive.describe(key), facts.seed)),
        None => note(format_args!("{}", not_archived(app, done, picture.n).await)),
    }
    let archived = picture.archived.is_some();
    let Some(out) = out else { return Ok(archived) };
    let original = app.picture(done, picture.n).await?.context("the picture is gone from the archive")?;
    match out.write(done, picture.n, original).await {
        Ok((path, converted)) => {
            lines.push(path.display().to_string());
            if let Some(format) = converted {
                note(format_args!(
                    "{} is re-encoded as {format}; the archive keeps the original, which is {}",
                    path.display(),
                    done.format(picture.n)
                ));
            }
            Ok(archived)
        }
        Err(error) => {
            note(format_args!("{error:#}; the archive has the picture"));
            Ok(false)
        }
    }
}

/// What AWS may bill, and what is left of the deployment's month.
async fn tell_price(app: &App, done: &Claim) -> anyhow::Result<()> {
    let spent = done.spent();
    if spent.0 == 0 {
        return Ok(());
    }
    let Some(limit) = app.config.monthly_budget else {
        note(format_args!("this cost {spent}"));
        return Ok(());
    };
    let month = app.store.standing(None, 0, app.now()).await?.deployment;
    let left = limit.less(month.spent + month.reserved);
    note(format_args!("this cost {spent}; {left} of this month's budget of {limit} is left"));
    Ok(())
}

async fn not_archived(app: &App, done: &Claim, n: u32) -> String {
    let number = n + 1;
    if matches!(app.spool.load(done.job.id, n).await, Ok(Some(_))) {
        format!(
            "picture {number} is not archived yet: EASEL_ARCHIVE cannot be reached; it waits in the spool, and the next `easel run` archives it"
        )
    } else {
        format!(
            "picture {number} is lost: neither EASEL_ARCHIVE nor the spool beside EASEL_STORE could be written, for the reason above; make room or mend the rights there before the next order"
        )
    }
}
