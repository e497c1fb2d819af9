//! `easel check`: tests everything the bot needs, one line each, with the remedy.

use std::ops::RangeInclusive;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use aws_config::SdkConfig;
use serde_json::Value;
use time::Date;

use crate::app;
use crate::app::clock::Clock;
use crate::backends::archive::Archive;
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::backends::queue::{Properties, Sqs};
use crate::backends::secrets;
use crate::backends::store::Store;
use crate::config::{ArchiveUrl, Config, EngineChoice, Need, QueueUrl, StoreUrl};
use crate::domain::catalogue::Catalogue;
use crate::frontends::cli::{NO_BUDGET, in_words, say};
use crate::frontends::discord::register::is_registered;

mod aws;

/// View Channel, Send Messages, Attach Files, Read Message History: what an answer after fifteen minutes needs.
const PERMISSIONS: [(u64, &str); 4] = [
    (1 << 10, "View Channel"),
    (1 << 11, "Send Messages"),
    (1 << 15, "Attach Files"),
    (1 << 16, "Read Message History"),
];

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
        Ok(token) => {
            let discord = Rest::new(&config.discord_url, token)?;
            check_discord(&mut report, &config, &discord, catalogue.as_ref().ok(), today).await;
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

async fn check_discord(
    report: &mut Report,
    config: &Config,
    discord: &Rest,
    catalogue: Option<&Catalogue>,
    today: Date,
) {
    if config.token.is_none() {
        return report.line("token", Err(anyhow!(Need::Token.remedy())));
    }
    let me = discord.get(&["users", "@me"]).await;
    let token_works = me.is_ok();
    report.line("token", me.map(|me| format!("the bot is {}", text(&me["username"]))).map_err(explained));
    if !token_works {
        return;
    }
    report.line("application", application(discord, config.public_key.is_some()).await);
    report.line("permissions", permissions(discord).await);
    if let Some(catalogue) = catalogue {
        report.line("commands", commands(discord, catalogue, config.guild, today).await);
    }
}

fn explained(fault: Fault) -> anyhow::Error {
    match fault {
        Fault::Refused { status: 401, .. } => {
            anyhow!(
                "Discord refused DISCORD_TOKEN: reset the token on your application's Bot page and copy it again"
            )
        }
        Fault::Lost(cause) => {
            anyhow!("Discord cannot be reached ({cause}): check the network and DISCORD_API_URL")
        }
        other => anyhow!(other),
    }
}

/// Interactions come one way or the other; `over_http` is the one that is wanted.
async fn application(discord: &Rest, over_http: bool) -> Finding {
    let application = discord.get(&["applications", "@me"]).await.map_err(explained)?;
    let named = format!("{} ({})", text(&application["name"]), text(&application["id"]));
    match application["interactions_endpoint_url"].as_str().filter(|url| !url.is_empty()) {
        Some(url) if over_http => Ok(format!("{named}, interactions go to {url}")),
        Some(url) => bail!(
            "interactions go to {url} and not to `easel run`: empty Interactions Endpoint URL on the General Information page, or set DISCORD_PUBLIC_KEY for `easel serve`"
        ),
        None => Ok(named),
    }
}

async fn permissions(discord: &Rest) -> Finding {
    let servers = discord.get(&["users", "@me", "guilds"]).await.map_err(explained)?;
    let servers = servers.as_array().context("Discord sent no list of servers")?;
    if servers.is_empty() {
        return Ok("in no server yet; invite the bot on the Installation page, with the scopes bot and applications.commands".into());
    }
    let missing: Vec<String> = servers.iter().filter_map(missing_permissions).collect();
    if !missing.is_empty() {
        bail!(
            "{}: give them to the bot's role in Server Settings, or late pictures go to members in private",
            missing.join("; ")
        );
    }
    Ok(format!("enough in {} server(s)", servers.len()))
}

fn missing_permissions(server: &Value) -> Option<String> {
    let held: u64 = server["permissions"].as_str()?.parse().ok()?;
    let administrator = held & (1 << 3) != 0;
    let missing: Vec<_> =
        PERMISSIONS.iter().filter(|(bit, _)| held & bit == 0).map(|(_, name)| *name).collect();
    (!administrator && !missing.is_empty())
        .then(|| format!("{} lacks {}", text(&server["name"]), missing.join(", ")))
}

async fn commands(discord: &Rest, catalogue: &Catalogue, guild: Option<u64>, today: Date) -> Finding {
    if is_registered(discord, catalogue, guild, today).await? {
        return Ok("declared as in this version".into());
    }
    bail!("Discord does not have them as this version declares them: run `easel register`")
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

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}
