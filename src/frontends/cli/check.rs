//! `easel check`: tests everything the bot needs, one line each, with the remedy.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use aws_config::SdkConfig;

use crate::app;
use crate::app::clock::Clock;
use crate::backends;
use crate::backends::archive::{Archive, own_endpoint};
use crate::backends::discord_api::rest::Rest;
use crate::backends::disk;
use crate::backends::http::Http;
use crate::backends::queue::{Properties, Sqs};
use crate::backends::secrets;
use crate::backends::store::Store;
use crate::config::{ArchiveUrl, Config, EngineChoice, QueueUrl, StoreUrl, proxy_for};
use crate::frontends::api::Keys;
use crate::frontends::cli::{NO_BUDGET, in_words, say};
use crate::frontends::discord::start::{GATEWAY, NO_PROXY_FOR_THE_GATEWAY};

mod aws;
mod discord;

/// A worker is heard of every twenty seconds, and an answer stays open for fifteen minutes.
const VISIBILITY: RangeInclusive<u64> = 60..=360;
/// Receives before the dead-letter queue.
const RECEIVES: u64 = 3;

/// What one test found: a fact, or a fault with its remedy.
type Finding = anyhow::Result<String>;

#[derive(Default)]
struct Report {
    failed: bool,
    /// The first line that could not be printed: those after it are not tried.
    unprinted: Option<anyhow::Error>,
}

impl Report {
    fn line(&mut self, what: &str, finding: Finding) {
        match finding {
            Ok(fact) => self.print(format_args!("ok    {what:<12} {fact}")),
            Err(fault) => {
                self.failed = true;
                self.print(format_args!("FAIL  {what:<12} {}", in_words(&fault).replace('\n', " ")));
            }
        }
    }

    /// A part that is not there to be tested.
    fn not_needed(&mut self, what: &str, why: &str) {
        self.print(format_args!("-     {what:<12} not needed: {why}"));
    }

    fn print(&mut self, line: fmt::Arguments<'_>) {
        if self.unprinted.is_none() {
            self.unprinted = say(line).err();
        }
    }

    fn end(self) -> anyhow::Result<ExitCode> {
        match self.unprinted {
            Some(error) => Err(error),
            None if self.failed => Ok(ExitCode::FAILURE),
            None => Ok(ExitCode::SUCCESS),
        }
    }
}

/// Prints a line for each test; exit code 1 if one failed.
///
/// # Errors
/// None of the tests': only what stops before the first.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    let today = Clock::System.now().date();
    let catalogue = app::catalogue(&config, today);
    let http = Http::default();
    let aws = if app::needs_aws(&config) { Some(app::aws_config(&http).await) } else { None };
    if let Some(proxy) = proxy(&config) {
        report.line("proxy", proxy);
    }
    match secrets::reveal(config.token.as_ref(), aws.as_ref()).await {
        Ok(None) if config.serves_api_alone() => {
            report.print(format_args!(
                "-     discord      not set up: `easel serve` serves the images API alone"
            ));
        }
        Ok(token) => {
            let discord = Rest::new(&config.discord_url, token, &http);
            discord::check(&mut report, &config, &discord, catalogue.as_ref().ok(), today).await;
        }
        Err(fault) => report.line("token", Err(fault)),
    }
    match (&aws, catalogue) {
        (_, Err(fault)) => report.line("models", Err(fault)),
        (Some(aws), Ok(_)) if !app::needs_amazon(&config) && own_endpoint(aws).is_some() => {
            report.print(format_args!(
                "-     aws          not asked: only the archive speaks its language, on a server of another maker"
            ))
        }
        (Some(aws), Ok(catalogue)) => aws::check(&mut report, &config, aws, &catalogue, today).await,
        (None, Ok(_)) => report
            .not_needed("aws", "EASEL_ENGINE=sketch, a folder as archive, a file as store and a local queue"),
    }
    match config.monthly_budget {
        _ if config.engine == EngineChoice::Sketch => {
            report.not_needed("budget", "EASEL_ENGINE=sketch costs nothing");
        }
        Some(limit) => {
            report.line("budget", Ok(format!("{limit} a calendar month (UTC) for all servers together")));
        }
        None => report.line("budget", Ok(format!("warning: {NO_BUDGET}"))),
    }
    if let Some(file) = &config.api_keys_file {
        report.line("api keys", api_keys(file));
    }
    report.line("archive", archive(&config, aws.as_ref()).await);
    let store = store(&config, aws.as_ref()).await;
    let lies_beside = store.is_ok() || !matches!(config.store, StoreUrl::Sqlite(_));
    report.line("store", store);
    if lies_beside {
        report.line("spool", spool(&config));
    }
    if let (QueueUrl::Sqs(url), Some(aws)) = (&config.queue, &aws) {
        report.line("queue", queue(&Sqs::new(aws, url)).await);
    }
    report.end()
}

/// What of it goes through a proxy; `None` without one.
fn proxy(config: &Config) -> Option<Finding> {
    let discord = if config.discord_is_elsewhere { config.discord_url.as_str() } else { GATEWAY };
    let proxy = proxy_for(discord)?;
    Some(Ok(format!("calls of Discord's API go through {proxy}; {}", NO_PROXY_FOR_THE_GATEWAY)))
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
    let archive = Archive::open(&config.archive, aws)?;
    archive.probe(&format!("{}", std::process::id())).await?;
    let place = match &config.archive {
        ArchiveUrl::Folder(root) => absolute(root),
        ArchiveUrl::S3 { .. } => archive.describe(""),
    };
    let fact = format!("{place} can be written");
    Ok(std::iter::once(fact).chain(archive.findings()).collect::<Vec<_>>().join("; "))
}

fn spool(config: &Config) -> Finding {
    app::spool(config)?.try_out().context("EASEL_STORE: the folder `spool` beside it")?;
    Ok(format!("{} takes pictures", absolute(&config.data_dir().join("spool"))))
}

/// As a person finds it who is not in this process's working folder.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).as_deref().unwrap_or(path).display().to_string()
}

async fn store(config: &Config, aws: Option<&SdkConfig>) -> Finding {
    let store = Store::at(&config.store, aws)?;
    let mut unseen = "";
    if let Store::Dynamo(table) = &store
        && let Err(error) = table.check_table().await
    {
        if !backends::aws::is_denied(error.as_ref()) {
            return Err(error.context("EASEL_STORE"));
        }
        unseen = "; could not look at its keys, index and time to live (needs dynamodb:DescribeTable and DescribeTimeToLive)";
    }
    store.ready().await.context("EASEL_STORE")?;
    let totals = store.totals().await?;
    let place = match &config.store {
        StoreUrl::Sqlite(path) => database(path),
        StoreUrl::Dynamo(table) => format!("the DynamoDB table `{table}`"),
    };
    Ok(format!(
        "{place}: {} open job(s), {} picture(s) delivered, {} call(s) for {}{unseen}",
        totals.open, totals.delivered, totals.attempted, totals.attempted_micros
    ))
}

/// A database's path, with a warning where others may reach it: on a file system that machines share, `SQLite` knows
/// only of its own.
fn database(path: &Path) -> String {
    let place = absolute(path);
    match disk::file_system(path).filter(|kind| disk::is_shared(kind)) {
        Some(kind) => format!("{place} (warning: on {kind}, where only one machine may ever use it)"),
        None => place,
    }
}

async fn queue(sqs: &Sqs) -> Finding {
    let remedy = "EASEL_QUEUE cannot be asked; does the queue exist under this URL, and are sqs:GetQueueAttributes, SendMessage, ReceiveMessage, DeleteMessage and ChangeMessageVisibility allowed?";
    let Properties { visibility, receives } = match sqs.properties().await {
        Err(error) if backends::aws::is_denied(error.as_ref()) => {
            return Ok("could not look (needs sqs:GetQueueAttributes)".to_owned());
        }
        properties => properties.context(remedy)?,
    };
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
