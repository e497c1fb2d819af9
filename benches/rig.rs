//! The bot as a process of its own, and everything that it talks to.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use easel_emulator::bedrock::{Bedrock, BedrockOptions, Picture};
use easel_emulator::discord::{Discord, DiscordOptions, Route};
use easel_emulator::tls::Tls;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use process::Process;
use sink::Sink;

pub(crate) mod machine;
pub(crate) mod options;
pub(crate) mod process;
pub(crate) mod report;
mod sink;

/// From the bot's registration until its start has left its memory.
const CALM: Duration = Duration::from_millis(500);
/// Between two looks at whether all is done.
pub(crate) const GLANCE: Duration = Duration::from_millis(10);

/// The certificate that the bot trusts, and no other.
const AUTHORITY: &str = "authority.pem";

/// Where the pictures go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Archive {
    S3,
    Folder,
}

impl Archive {
    pub(crate) fn named(name: &str) -> anyhow::Result<Archive> {
        match name {
            "s3" => Ok(Archive::S3),
            "folder" => Ok(Archive::Folder),
            _ => anyhow::bail!("--archive is `s3` or `folder`, not `{name}`"),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Archive::S3 => "s3",
            Archive::Folder => "folder",
        }
    }
}

/// What is started, and with what.
pub(crate) struct Setup {
    /// `run` or `serve`.
    pub(crate) program: &'static str,
    pub(crate) variables: Vec<(&'static str, &'static str)>,
    pub(crate) archive: Archive,
    pub(crate) picture: Picture,
    pub(crate) way: Way,
}

/// Which build is measured, and how it reaches everybody.
#[derive(Clone, Default)]
pub(crate) struct Way {
    /// Another build's program, for a comparison.
    pub(crate) bot: Option<PathBuf>,
    /// REST API, Bedrock and S3 over TLS; the Gateway stays without.
    pub(crate) tls: bool,
}

impl Way {
    /// Takes `--bot` or `--tls`; whether it was one of them.
    pub(crate) fn take(&mut self, option: &str, value: &str) -> anyhow::Result<bool> {
        match option {
            "--bot" => self.bot = Some(fs::canonicalize(value).with_context(|| format!("--bot {value}"))?),
            "--tls" => self.tls = options::yes_or_no(option, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Where the bot finds everybody.
struct Addresses {
    discord: String,
    bedrock: String,
    archive: String,
}

/// A bot with its own emulators, folder and database.
pub(crate) struct Rig {
    pub(crate) discord: Discord,
    pub(crate) bedrock: Bedrock,
    pub(crate) process: Process,
    _sink: Sink,
    _tls: Tls,
    /// Just before its process was.
    pub(crate) begun: Instant,
    bot: Child,
    folder: TempDir,
}

impl Rig {
    /// Starts the bot; who calls waits for its frontend, and then for its [`Rig::calm`].
    pub(crate) async fn start(setup: &Setup) -> anyhow::Result<Rig> {
        let discord = Discord::start_with(DiscordOptions {
            token_limit: None,
            channel_limit: None,
            message_limit: None,
            // Keeping them costs memory here; hashing them would cost a millisecond of the processor that the bot runs on.
            keep_pictures: true,
            ..DiscordOptions::default()
        });
        let discord = discord.await?;
        let options = BedrockOptions { picture: setup.picture, ..BedrockOptions::default() };
        let bedrock = Bedrock::start_with(options).await?;
        let sink = Sink::start().await?;
        // Not in `/tmp`, which may be memory: an fsync shall cost what it costs.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut tls = Tls::new()?;
        fs::write(folder.path().join(AUTHORITY), tls.authority()?)?;
        let mut addresses =
            Addresses { discord: discord.base_url(), bedrock: bedrock.base_url(), archive: sink.base_url() };
        if setup.way.tls {
            for address in [&mut addresses.discord, &mut addresses.bedrock, &mut addresses.archive] {
                *address = tls.before(address)?;
            }
        }
        let mut command = command(setup, &folder, &discord, &addresses)?;
        let begun = Instant::now();
        let bot = command.spawn().context("the bot")?;
        let process = Process(bot.id().context("the bot has ended at once")?);
        Ok(Rig { discord, bedrock, process, _sink: sink, _tls: tls, begun, bot, folder })
    }

    /// Waits until the bot has declared its commands and rests.
    pub(crate) async fn calm(&self) {
        while self.discord.count(Route::Commands) < 2 {
            pause(GLANCE).await;
        }
        pause(CALM).await;
    }

    /// What the bot has said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("bot.log")).unwrap_or_default()
    }

    /// Waits until no job is open, and nothing is left to be archived.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        let path = self.folder.path().join("data/easel.db");
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let open = || {
            db.query_row("SELECT EXISTS (SELECT 1 FROM jobs WHERE queue IS NOT NULL)", [], |row| row.get(0))
        };
        while open()? {
            pause(GLANCE).await;
        }
        Ok(())
    }

    /// Ends the bot; fails if anything that was measured was not as it should be.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        let checked = self.check().with_context(|| format!("the bot said:\n{}", self.log()));
        self.bot.kill().await.context("the bot does not end")?;
        checked
    }

    fn check(&self) -> anyhow::Result<()> {
        let db = Connection::open(self.folder.path().join("data/easel.db"))?;
        let count = "SELECT count(*), coalesce(sum(delivered), 0), coalesce(sum(attempted), 0) FROM jobs";
        let (jobs, delivered, attempted): (u32, u32, u32) =
            db.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        ensure!(jobs == delivered && jobs == attempted, "{delivered} of {jobs} delivered, {attempted} calls");
        let archived: u32 =
            db.query_row("SELECT count(*) FROM pictures WHERE archived IS NOT NULL", [], |row| row.get(0))?;
        ensure!(archived == jobs, "{archived} of {jobs} archived");
        let calls = self.bedrock.calls().len();
        ensure!(calls == jobs as usize, "{calls} calls of the model for {jobs} jobs");
        let violations = [self.discord.violations(), self.bedrock.violations()].concat();
        ensure!(violations.is_empty(), "the emulators object: {violations:?}");
        Ok(())
    }
}

fn command(
    setup: &Setup,
    folder: &TempDir,
    discord: &Discord,
    addresses: &Addresses,
) -> anyhow::Result<Command> {
    let bot = setup.way.bot.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_easel")));
    let mut command = Command::new(bot);
    command
        .arg(setup.program)
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("DISCORD_TOKEN", discord.token())
        .env("DISCORD_PUBLIC_KEY", discord.public_key())
        .env("DISCORD_API_URL", &addresses.discord)
        .env("SSL_CERT_FILE", folder.path().join(AUTHORITY))
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-west-2")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", &addresses.bedrock)
        .env("AWS_ENDPOINT_URL_S3", &addresses.archive)
        .envs(setup.variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(folder.path().join("bot.log"))?)
        .kill_on_drop(true);
    if setup.archive == Archive::S3 {
        command.env("EASEL_ARCHIVE", "s3://pictures/bench");
    }
    Ok(command)
}

#[expect(clippy::disallowed_methods, reason = "another process has no way to call us")]
pub(crate) async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}

/// Below so many percent of these times, which are in order, lie the others: in milliseconds.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> f64 {
    let at = times.get((times.len() * percent).div_ceil(100).saturating_sub(1));
    at.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
