//! `easel imagine`: one request from the shell, on the same path as the bot's.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::Instant;

use crate::app::clock::Clock;
use crate::app::messages::{self, Reader};
use crate::app::worker;
use crate::app::{App, Customer, Order, Placed, catalogue, place_order};
use crate::config::Config;
use crate::domain::job::{Claim, GeneratedImage, Outcome, Picture};
use crate::domain::refusal::Refusal;
use crate::domain::request::resolve;
use crate::domain::settings::Effective;
use crate::frontends::cli::say;

mod arguments;
mod out;
mod progress;

pub use arguments::Arguments;
use out::Out;
use progress::Progress;

/// How long the store may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(60);

/// Generates the pictures and prints where they are.
pub async fn run(mut config: Config, mut arguments: Arguments) -> anyhow::Result<ExitCode> {
    if let Some(engine) = arguments.engine {
        config.engine = engine;
    }
    let out = arguments.out.take();
    let ask = arguments.into_ask()?;
    // What cannot be generated is refused before a store, an archive and their folders are made.
    let today = Clock::System.now().date();
    let catalogue = catalogue(&config, today)?;
    let request = resolve(ask.clone(), Effective::built_in(), &catalogue, today, 0)?;
    let model = catalogue.image_model(Some(&request.model), today)?.clone();
    let out = out.map(|path| Out::open(path, request.seeds.len())).transpose()?;
    let order = Order { ask, customer: Customer::Shell };
    let app = App::open(config, Clock::System).await?;
    let deadline = Instant::now() + STORE_TIMEOUT;
    let job = match place_order(&app, order, deadline, app.now()).await? {
        Placed::New(job) => job,
        Placed::Known(_) => bail!("this job exists already"),
    };
    let steps = app.watch();
    let mut progress = Progress::new(job.id, model, job.request.seeds.len());
    tokio::select! {
        _ = worker::process(&app, job.id, &app.abandoned) => {}
        never = progress.follow(steps) => match never {},
        _ = tokio::signal::ctrl_c() => bail!("interrupted; what was paid for is finished by the next `easel run`"),
    }
    drop(progress);
    let done = app.store.find(job.id).await?.context("the job is gone")?;
    report(&app, &done, out.as_ref()).await
}

async fn report(app: &App, done: &Claim, out: Option<&Out>) -> anyhow::Result<ExitCode> {
    for note in messages::notes(done, Reader::Shell) {
        eprintln!("easel: {note}");
    }
    let mut all_there = true;
    for picture in &done.pictures {
        all_there &= match &picture.outcome {
            Some(Outcome::Generated(facts)) => generated(app, done, picture, facts, out).await?,
            Some(Outcome::Refused { refusal }) => {
                eprintln!("easel: {}", messages::refusal(refusal, Reader::Shell));
                if matches!(refusal, Refusal::ModelUnavailable { .. }) {
                    eprintln!(
                        "easel: without an AWS account, --engine sketch paints with the built-in engine"
                    );
                }
                false
            }
            None => {
                eprintln!("easel: picture {} has no answer; see the log above", picture.n + 1);
                false
            }
        };
    }
    tell_price(app, done).await?;
    Ok(if all_there { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints where a picture is; whether it is everywhere where it was wanted.
async fn generated(
    app: &App,
    done: &Claim,
    picture: &Picture,
    facts: &GeneratedImage,
    out: Option<&Out>,
) -> anyhow::Result<bool> {
    match &picture.archived {
        Some(key) => say(format_args!("{}  seed {}", app.archive.describe(key), facts.seed)),
        None => eprintln!("easel: {}", not_archived(app, done, picture.n).await),
    }
    let archived = picture.archived.is_some();
    let Some(out) = out else { return Ok(archived) };
    let original = app.picture(done, picture.n).await?.context("the picture is gone from the archive")?;
    match out.write(done, picture.n, original).await {
        Ok((path, converted)) => {
            say(format_args!("{}", path.display()));
            if let Some(format) = converted {
                eprintln!(
                    "easel: {} is re-encoded as {format}; the archive keeps the original, which is {}",
                    path.display(),
                    done.format(picture.n)
                );
            }
            Ok(archived)
        }
        Err(error) => {
            eprintln!("easel: {error:#}; the archive has the picture");
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
        eprintln!("easel: this cost {spent}");
        return Ok(());
    };
    let month = app.store.standing(None, 0, app.now()).await?.deployment;
    let left = limit.less(month.spent + month.reserved);
    eprintln!("easel: this cost {spent}; {left} of this month's budget of {limit} is left");
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
