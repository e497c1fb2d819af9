//! `easel check`: tests everything the bot needs, one line each, with the remedy.

use std::ops::RangeInclusive;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use aws_config::SdkConfig;

use crate::app;
use crate::app::clock::Clock;
use crate::backends::archive::Archive;
use crate::backends::discord_api::rest::Rest;
use crate::backends::queue::{Properties, Sqs};
use crate::backends::secrets;
use crate::backends::store::Store;
use crate::config::{ArchiveUrl, Config, EngineChoice, QueueUrl, StoreUrl};
use crate::frontends::api::Keys;
use crate::frontends::cli::{NO_BUDGET, in_words, say};

mod aws;
mod discord;

/// A worker is heard of every twenty seconds, and an answer stays open for fifteen minutes.
const VISIBILITY: RangeInclusive<u64> = 60..=360;
/// Receives before the dead-letter queue.
const RECEIVES: u64 = 3;

/// What one test found: a fact, or a fault with its remedy.
type Finding = anyhow::Result<String>;

struct Report {
    failed: bool,
}

impl Report {
    fn line(&mut self, what: &str, finding: Finding) {
        match finding {
            Ok(fact) => say(format_args!("ok    {what:<12} {fact}")),
            Err(fault) => {
                self.failed = true;
                say(format_args!("FAIL  {what:<12} {}", in_words(&fault).replace('\n', " ")));
            }
        }
    }
}

/// Prints a line for each test; exit code 1 if one failed.
///
/// # Errors
/// None of the tests': only what stops before the first.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let mut report = Report { failed: false };
    let today = Clock::System.now().date();
    let catalogue = app::catalogue(&config, today);
    let aws = if app::needs_aws(&config) { Some(app::aws_config().await) } else { None };
    match secrets::reveal(config.token.as_ref(), aws.as_ref()).await {
        Ok(None) if config.serves_api_alone() => {
            say(format_args!("-     discord      not set up: `easel serve` serves the images API alone"));
        }
        Ok(token) => {
            let discord = Rest::new(&config.discord_url, token)?;
            discord::check(&mut report, &config, &discord, catalogue.as_ref().ok(), today).await;
        }
        Err(fault) => report.line("token", Err(fault)),
    }
    match (&aws, catalogue) {
        (_, Err(fault)) => report.line("models", Err(fault)),
        (Some(aws), Ok(catalogue)) => aws::check(&mut report, &config, aws, &catalogue, today).await,
        (None, Ok(_)) => say(format_args!(
            "-     aws          not needed: EASEL_ENGINE=sketch, a folder as archive, a file as store and a local queue"
        )),
    }
    say(format_args!("{}", budget(&config)));
    if let Some(file) = &config.api_keys_file {
        report.line("api keys", api_keys(file));
    }
    report.line("archive", archive(&config, aws.as_ref()).await);
    report.line("store", store(&config, aws.as_ref()).await);
    if let (QueueUrl::Sqs(url), Some(aws)) = (&config.queue, &aws) {
        report.line("queue", queue(&Sqs::new(aws, url)).await);
    }
    Ok(if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn budget(config: &Config) -> String {
    match config.monthly_budget {
        _ if config.engine == EngineChoice::Sketch => {
            "-     budget       not needed: EASEL_ENGINE=sketch costs nothing".to_owned()
        }
        Some(limit) => format!("ok    budget       {limit} a calendar month (UTC) for all servers together"),
        None => format!("ok    budget       warning: {NO_BUDGET}"),
    }
}

fn api_keys(file: &Path) -> Finding {
    match Keys::open(file, Clock::System.now())?.count() {
        0 => bail!(
            "EASEL_API_KEYS_FILE: there is no key in `{}`; make one with `easel api-key`",
            file.display()
        ),
        count => Ok(format!("{count} in {}", file.display())),
    }
}

async fn archive(config: &Config, aws: Option<&SdkConfig>) -> Finding {
    let archive = Archive::open(&config.archive, aws).context("EASEL_ARCHIVE")?;
    let remedy = match &config.archive {
        ArchiveUrl::Folder(_) => "EASEL_ARCHIVE cannot be written; give this user the folder",
        ArchiveUrl::S3 { .. } => {
            "EASEL_ARCHIVE cannot be written; does the bucket exist, in this region, and is s3:PutObject allowed?"
        }
    };
    archive.probe(&format!("{}", std::process::id())).await.context(remedy)?;
    Ok(format!("{} can be written", archive.describe("")))
}

async fn store(config: &Config, aws: Option<&SdkConfig>) -> Finding {
    let store = Store::at(&config.store, aws)?;
    if let Store::Dynamo(table) = &store {
        table.check_table().await.context("EASEL_STORE")?;
    }
    store.ready().await.context("EASEL_STORE")?;
    let totals = store.totals().await?;
    let place = match &config.store {
        StoreUrl::Sqlite(path) => path.display().to_string(),
        StoreUrl::Dynamo(table) => format!("the DynamoDB table `{table}`"),
    };
    Ok(format!(
        "{place}: {} open job(s), {} picture(s) delivered, {} call(s) for {}",
        totals.open, totals.delivered, totals.attempted, totals.attempted_micros
    ))
}

async fn queue(sqs: &Sqs) -> Finding {
    let remedy = "EASEL_QUEUE cannot be asked; does the queue exist under this URL, and are sqs:GetQueueAttributes, SendMessage, ReceiveMessage, DeleteMessage and ChangeMessageVisibility allowed?";
    let Properties { visibility, receives } = sqs.properties().await.context(remedy)?;
    let seconds = visibility.as_secs();
    if !VISIBILITY.contains(&seconds) {
        bail!(
            "EASEL_QUEUE: the visibility timeout is {seconds} s; set it to {} s or a little more, or jobs come twice, or after a crash too late",
            VISIBILITY.start()
        );
    }
    match receives {
        Some(times) if times >= RECEIVES => {
            Ok(format!("visibility timeout {seconds} s, dead-letter queue after {times} receives"))
        }
        Some(times) => bail!(
            "EASEL_QUEUE: maxReceiveCount is {times}, and a restart costs one receive: set it to {RECEIVES}"
        ),
        None => bail!(
            "EASEL_QUEUE: without a dead-letter queue a message that nobody can use comes again and again: give it one (RedrivePolicy, maxReceiveCount {RECEIVES})"
        ),
    }
}
