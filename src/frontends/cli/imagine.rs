//! `easel imagine`: one request from the shell, on the same path as the bot's.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::app::clock::Clock;
use crate::app::messages::{self, Reader};
use crate::app::worker::{self, End};
use crate::app::{App, Customer, Order, Placed, Step, catalogue, place_order};
use crate::config::{Config, EngineChoice};
use crate::domain::job::{Claim, Job, Outcome, Picture};
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, ImageSource, resolve};
use crate::domain::settings::Effective;
use crate::domain::text::visible;
use crate::frontends::cli::{Signals, note, path, say};

/// How long the store may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a call that is under way may take once the process is told to stop.
const GRACE: Duration = Duration::from_secs(60);
/// How long giving a job back may take.
const RELEASE: Duration = Duration::from_secs(5);

/// What to generate.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to paint; flags such as --ar 16:9 inside the quotes work too
    prompt: String,
    /// Which engine paints, instead of `EASEL_ENGINE`; `sketch` needs no account
    #[arg(long)]
    engine: Option<EngineChoice>,
    /// A model's name or id, see `easel models`
    #[arg(long)]
    model: Option<String>,
    /// 16:9 1:1 21:9 2:3 3:2 4:5 5:4 9:16 9:21
    #[arg(long)]
    aspect: Option<String>,
    /// A look, such as anime or line-art
    #[arg(long)]
    style: Option<String>,
    /// What to leave out
    #[arg(long)]
    negative: Option<String>,
    /// The same seed makes the same picture again
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<i64>,
    /// How many pictures, 1 to 4
    #[arg(long, allow_negative_numbers = true)]
    count: Option<i64>,
    /// How closely to follow the prompt
    #[arg(long, allow_negative_numbers = true)]
    cfg: Option<f64>,
    /// How long to refine
    #[arg(long, allow_negative_numbers = true)]
    steps: Option<i64>,
    /// Start from this picture
    #[arg(long, value_parser = path())]
    image: Option<PathBuf>,
    /// How far to go from it, 0 to 1
    #[arg(long, allow_negative_numbers = true)]
    strength: Option<f64>,
    /// Copy the picture to this file or folder as well
    #[arg(long, value_parser = path())]
    out: Option<PathBuf>,
}

/// Generates the pictures and prints where they are.
pub async fn run(config: Config, arguments: Arguments, mut signals: Signals) -> anyhow::Result<ExitCode> {
    let out = arguments.out.clone();
    let placed = signals.unless_stopped(move || place(config, arguments)).await?;
    let (app, job) = placed.context("stopped before a model was asked; nothing was charged")?;
    let progress = show_progress(&app, &job);
    let ended = until_stopped(&app, &job, &mut signals).await;
    progress.finish_and_clear();
    ensure!(ended, "stopped; the next `easel run` goes on, and what was paid for is kept");
    let done = app.store.find(job.id).await?.context("the job is gone")?;
    let report = move || async move { report(&app, &done, out.as_deref()).await };
    let reported = signals.unless_stopped(report).await?;
    reported.context("stopped before it could be said where the pictures are")
}

/// Takes the order.
async fn place(mut config: Config, arguments: Arguments) -> anyhow::Result<(Arc<App>, Job)> {
    if let Some(engine) = arguments.engine {
        config.engine = engine;
    }
    if let Some(out) = &arguments.out {
        check_out(out)?;
    }
    let ask = ask(arguments)?;
    // What cannot be generated is refused before a store, an archive and their folders are made.
    let today = Clock::System.now().date();
    resolve(ask.clone(), Effective::built_in(), &catalogue(&config, today)?, today, 0)?;
    let order = Order { ask, customer: Customer::Shell };
    let app = App::open(config, Clock::System).await?;
    let deadline = Instant::now() + STORE_TIMEOUT;
    match place_order(&app, order, deadline, app.now()).await? {
        Placed::New(job) => Ok((app, *job)),
        Placed::Known(_) => bail!("this job exists already"),
    }
}

/// Works on the job to its end. At a signal, a call that is under way is waited for, since it may be paid; after another
/// one, or too long, the job is given back. Whether it came to its end.
async fn until_stopped(app: &App, job: &Job, signals: &mut Signals) -> bool {
    let work = worker::process(app, job.id, &app.abandoned);
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

fn ask(arguments: Arguments) -> anyhow::Result<Ask> {
    let image = match arguments.image {
        Some(path) => Some(ImageSource::File {
            path: std::path::absolute(&path).with_context(|| format!("--image: `{}`", path.display()))?,
        }),
        None => None,
    };
    if let Some(ImageSource::File { path }) = &image {
        let file = std::fs::File::open(path)
            .with_context(|| format!("--image: cannot read `{}`", path.display()))?;
        ensure!(file.metadata()?.is_file(), "--image: `{}` is not a file", path.display());
    }
    Ok(Ask {
        prompt: arguments.prompt,
        negative: arguments.negative,
        model: arguments.model,
        aspect: arguments.aspect,
        style: arguments.style,
        count: arguments.count,
        seed: arguments.seed,
        image,
        strength: arguments.strength,
        cfg: arguments.cfg,
        steps: arguments.steps,
        ..Ask::default()
    })
}

/// A bar on a terminal, nothing elsewhere.
fn show_progress(app: &Arc<App>, job: &Job) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(job.request.seeds.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(format!("{} paints", job.request.model));
    bar.enable_steady_tick(Duration::from_millis(100));
    let (mut steps, shown, id, model) = (app.watch(), bar.clone(), job.id, job.request.model.clone());
    app.spawn(async move {
        loop {
            match steps.recv().await {
                Ok((job, step)) if job == id => match step {
                    Step::Asked(_) => shown.set_message(format!("{model} paints")),
                    Step::Waiting => shown.set_message(format!("{model} is busy, waiting")),
                    Step::Answered(_) => shown.inc(1),
                },
                Err(RecvError::Closed) => return,
                _ => {}
            }
        }
    });
    bar
}

/// Makes the copies, then prints where all is: a stdout that cannot be written costs nobody a picture.
async fn report(app: &App, done: &Claim, out: Option<&Path>) -> anyhow::Result<ExitCode> {
    remark(done);
    let mut lines = Vec::new();
    for picture in &done.pictures {
        match &picture.outcome {
            Some(Outcome::Generated(facts)) => {
                match &picture.archived {
                    Some(key) => lines.push(format!("{}  seed {}", app.archive.describe(key), facts.seed)),
                    None => note(format_args!("{}", not_archived(app, done, picture.n).await)),
                }
                if let Some(out) = out {
                    let bytes = app.picture(done, picture.n).await?;
                    let bytes = bytes.context("the picture is gone from the archive")?;
                    lines.push(copy_out(out, done, picture.n, &bytes)?);
                }
            }
            Some(Outcome::Refused { refusal }) => {
                note(format_args!("{}", messages::refusal(refusal, Reader::Shell)));
                if matches!(refusal, Refusal::ModelUnavailable { .. } | Refusal::ModelUnreachable) {
                    note(format_args!(
                        "without an AWS account, --engine sketch paints with the built-in engine"
                    ));
                }
            }
            None => note(format_args!("picture {} has no answer; see the log above", picture.n + 1)),
        }
    }
    lines.iter().try_for_each(|line| say(format_args!("{line}")))?;
    let is_there = |picture: &Picture| picture.generated().is_some() && picture.archived.is_some();
    Ok(if done.pictures.iter().all(is_there) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was done otherwise than asked for.
fn remark(done: &Claim) {
    let request = &done.job.request;
    if let Some(default) = &request.in_place_of {
        let (used, price) = (&request.model, done.each());
        note(format_args!("{used} was used, since {default} cannot start from a picture; {price} a picture"));
    }
    if !request.ignored_flags.is_empty() {
        let ignored = request.ignored_flags.iter().map(|flag| visible(flag)).collect::<Vec<_>>();
        note(format_args!("ignored: {}", ignored.join(", ")));
    }
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

/// Refuses a place that cannot be, before anything is paid.
fn check_out(out: &Path) -> anyhow::Result<()> {
    let folder = out.parent().map_or(out, |parent| if parent == "" { Path::new(".") } else { parent });
    ensure!(
        out.is_dir() || folder.is_dir(),
        "--out: `{}` is no folder, nor a file in one; make the folder first",
        out.display()
    );
    Ok(())
}

/// Where the copy is.
fn copy_out(out: &Path, done: &Claim, n: u32, bytes: &[u8]) -> anyhow::Result<String> {
    let extension = done.format(n).extension();
    let path = if out.is_dir() {
        out.join(format!("{}-{n}.{extension}", done.job.id))
    } else if done.pictures.len() == 1 {
        out.to_owned()
    } else {
        let stem = out.file_stem().unwrap_or_default().to_string_lossy();
        out.with_file_name(format!("{stem}-{n}.{extension}"))
    };
    std::fs::write(&path, bytes).with_context(|| format!("--out: cannot write `{}`", path.display()))?;
    Ok(path.display().to_string())
}
