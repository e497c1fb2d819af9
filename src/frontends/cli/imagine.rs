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
use crate::app::worker;
use crate::app::{App, Customer, Order, Placed, Step, catalogue, place_order};
use crate::config::{Config, EngineChoice};
use crate::domain::job::{Claim, Job, Outcome};
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, ImageSource, resolve};
use crate::domain::settings::Effective;
use crate::domain::text::visible;
use crate::frontends::cli::{path, say};

/// How long the store may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(60);

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
pub async fn run(mut config: Config, arguments: Arguments) -> anyhow::Result<ExitCode> {
    if let Some(engine) = arguments.engine {
        config.engine = engine;
    }
    let out = arguments.out.clone();
    if let Some(out) = &out {
        check_out(out)?;
    }
    let ask = ask(arguments)?;
    // What cannot be generated is refused before a store, an archive and their folders are made.
    let today = Clock::System.now().date();
    resolve(ask.clone(), Effective::built_in(), &catalogue(&config, today)?, today, 0)?;
    let order = Order { ask, customer: Customer::Shell };
    let app = App::open(config, Clock::System).await?;
    let deadline = Instant::now() + STORE_TIMEOUT;
    let job = match place_order(&app, order, deadline, app.now()).await? {
        Placed::New(job) => job,
        Placed::Known(_) => bail!("this job exists already"),
    };
    let progress = show_progress(&app, &job);
    tokio::select! {
        _ = worker::process(&app, job.id, &app.abandoned) => {}
        _ = tokio::signal::ctrl_c() => bail!("interrupted; what was paid for is finished by the next `easel run`"),
    }
    progress.finish_and_clear();
    let done = app.store.find(job.id).await?.context("the job is gone")?;
    report(&app, &done, out.as_deref()).await
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

async fn report(app: &App, done: &Claim, out: Option<&Path>) -> anyhow::Result<ExitCode> {
    if let Some(default) = &done.job.request.in_place_of {
        let (used, price) = (&done.job.request.model, done.each());
        eprintln!("easel: {used} was used, since {default} cannot start from a picture; {price} a picture");
    }
    if !done.job.request.ignored_flags.is_empty() {
        let ignored = done.job.request.ignored_flags.iter().map(|flag| visible(flag)).collect::<Vec<_>>();
        eprintln!("easel: ignored: {}", ignored.join(", "));
    }
    let mut generated = 0;
    for picture in &done.pictures {
        match &picture.outcome {
            Some(Outcome::Generated(facts)) => {
                generated += 1;
                match &picture.archived {
                    Some(key) => say(format_args!("{}  seed {}", app.archive.describe(key), facts.seed)),
                    None => eprintln!("easel: {}", not_archived(app, done, picture.n).await),
                }
                if let Some(out) = out {
                    let bytes = app.picture(done, picture.n).await?;
                    let bytes = bytes.context("the picture is gone from the archive")?;
                    copy_out(out, done, picture.n, &bytes)?;
                }
            }
            Some(Outcome::Refused { refusal }) => {
                eprintln!("easel: {}", messages::refusal(refusal, Reader::Shell));
                if matches!(refusal, Refusal::ModelUnavailable { .. }) {
                    eprintln!(
                        "easel: without an AWS account, --engine sketch paints with the built-in engine"
                    );
                }
            }
            None => eprintln!("easel: picture {} has no answer; see the log above", picture.n + 1),
        }
    }
    let archived = done.pictures.iter().all(|picture| picture.archived.is_some());
    Ok(if generated == done.pictures.len() && archived { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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

fn copy_out(out: &Path, done: &Claim, n: u32, bytes: &[u8]) -> anyhow::Result<()> {
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
    say(format_args!("{}", path.display()));
    Ok(())
}
