//! `easel inspect FILE.png`: tells how a picture was made.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};

use crate::app::App;
use crate::app::clock::Clock;
use crate::app::messages;
use crate::backends::archive::{Ending, PictureRecord, Record, record_key};
use crate::config::{Config, EngineChoice};
use crate::domain::digest::sha256_hex;
use crate::domain::job::Job;
use crate::domain::text::{is_break, is_hidden, visible};
use crate::frontends::cli::{path, say};

mod lookalike;

/// Bytes of a file that may be a picture of ours.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// Which picture.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A picture that Easel made; a copy that was scaled or saved anew is found by its looks
    #[arg(value_parser = path())]
    file: PathBuf,
}

/// Prints the record of the picture with these bytes.
///
/// # Errors
/// The file cannot be read, or no record knows it.
pub async fn run(mut config: Config, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let path = &arguments.file;
    let length = std::fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?.len();
    ensure!(
        length <= FILE_LIMIT,
        "`{}` has {length} bytes; a picture of Easel has at most {FILE_LIMIT}",
        path.display()
    );
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let sha256 = sha256_hex(&bytes);
    if let Some(record) = beside(path, &sha256) {
        print(&record, &sha256)?;
        return Ok(ExitCode::SUCCESS);
    }
    // Nothing is generated here: spare the look for AWS credentials where the archive is a folder.
    config.engine = EngineChoice::Sketch;
    let app = App::open(config, Clock::System).await?;
    match app.store.by_sha256(&sha256).await? {
        Some((job, _)) => print(&archived(&app, &job).await?, &sha256)?,
        None => {
            was_deleted(&app, path).await?;
            looked_alike(&app, bytes, &sha256).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Of deleted pictures only the names of files that somebody kept say which they were.
async fn was_deleted(app: &App, path: &Path) -> anyhow::Result<()> {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let job = name.strip_prefix("easel-").unwrap_or(name).split('-').next().unwrap_or_default();
    let Ok(job) = job.parse() else { return Ok(()) };
    let is_erased = app.store.find(job).await?.is_some_and(|claim| claim.is_erased);
    ensure!(!is_erased, "the pictures of job {job} were deleted, with the words that made them");
    Ok(())
}

/// Prints the record of the picture that these bytes look like, and says that they are a copy.
async fn looked_alike(app: &Arc<App>, bytes: Vec<u8>, sha256: &str) -> anyhow::Result<()> {
    let unknown = || format!("no record knows a picture with SHA-256 {sha256}");
    let (original, count) = lookalike::find(app, bytes).await.with_context(unknown)?;
    let Some(lookalike::Original { picture, percent }) = original else {
        let pictures = messages::count(u32::try_from(count)?, "picture");
        bail!("{}, and it looks like none of the {pictures} that this EASEL_STORE knows", unknown());
    };
    let claim = app.store.find(picture.job).await?.context("the job is gone")?;
    say(format_args!(
        "copy      this file only looks like the picture below: {percent} % of what is compared agrees"
    ))?;
    say(format_args!("original  {}", app.archive.describe(&picture.key)))?;
    print(&archived(app, &claim.job).await?, &picture.sha256)
}

/// The record that lies beside the picture, if it is this picture's.
fn beside(path: &Path, sha256: &str) -> Option<Record> {
    let stem = path.file_stem()?.to_str()?;
    let (job, _) = stem.rsplit_once('-')?;
    let text = std::fs::read(path.with_file_name(format!("{job}.json"))).ok()?;
    let record: Record = serde_json::from_slice(&text).ok()?;
    record.pictures.iter().any(|picture| has(picture, sha256)).then_some(record)
}

async fn archived(app: &App, job: &Job) -> anyhow::Result<Record> {
    let key = record_key(job);
    let text = app
        .archive
        .get(&key)
        .await?
        .with_context(|| format!("the record `{}` is missing", app.archive.describe(&key)))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("the record `{}` cannot be read", app.archive.describe(&key)))
}

fn print(record: &Record, sha256: &str) -> anyhow::Result<()> {
    let request = &record.request;
    say(format_args!("prompt    {}", visible(&request.prompt)))?;
    if let Some(negative) = &request.negative {
        say(format_args!("without   {}", visible(negative)))?;
    }
    say(format_args!("model     {} ({})", record.model.name, record.model.id))?;
    say(format_args!("aspect    {}", request.aspect))?;
    if let Some(style) = request.style {
        say(format_args!("style     {style}"))?;
    }
    for picture in record.pictures.iter().filter(|picture| has(picture, sha256)) {
        say(format_args!("seed      {}", picture.seed))?;
    }
    say(format_args!("job       {}", record.job))?;
    if let Some(parent) = record.parent {
        say(format_args!("made from job {parent}"))?;
    }
    say(format_args!("sha256    {sha256}"))?;
    let whole = serde_json::to_string_pretty(record).context("the record cannot be shown")?;
    say(format_args!("\n{}", escaped(&whole)))
}

/// The same JSON, with what a terminal would obey or hide written as `\uXXXX`.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && (is_break(c) || is_hidden(c)) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn has(picture: &PictureRecord, sha256: &str) -> bool {
    matches!(&picture.ending, Ending::Generated { sha256: known, .. } if known == sha256)
}
