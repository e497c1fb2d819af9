//! Every variable that Easel reads, once, typed. `.env.example` is held against [`VARIABLES`] by a test.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use crate::discord::signature::PublicKey;
use crate::money::Micros;

mod values;

pub use values::{bot_token, secret_region};

use values::{
    archive_url, base_url, default_discord, engine, filter, function, guardrail, log_format, path_behind,
    queue_url, shards, snowflake, token, workers,
};

/// Every variable of ours. The AWS SDK reads its own (`AWS_*`).
pub const VARIABLES: &[&str] = &[
    "DISCORD_TOKEN",
    "DISCORD_PUBLIC_KEY",
    "DISCORD_GUILD_ID",
    "DISCORD_API_URL",
    "EASEL_ENGINE",
    "EASEL_MODEL",
    "EASEL_MODELS_FILE",
    "EASEL_ARCHIVE",
    "EASEL_STORE",
    "EASEL_QUEUE",
    "EASEL_GUARDRAIL",
    "EASEL_HTTP_ADDR",
    "EASEL_METRICS_ADDR",
    "EASEL_API_KEYS_FILE",
    "EASEL_MONTHLY_BUDGET_USD",
    "EASEL_WORKERS",
    "EASEL_SHARDS",
    "EASEL_LOG",
    "EASEL_LOG_FORMAT",
    "EASEL_LOCALES_DIR",
];

/// Variables whose meaning a later version brings: set, they stop the start instead of being ignored.
const NOT_YET: &[&str] = &["EASEL_METRICS_ADDR", "EASEL_LOCALES_DIR"];

/// What AWS Lambda says to a process that it has started.
const OF_LAMBDA: &[&str] = &["_HANDLER"];

/// What one process was told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The bot's token, or where it is kept.
    pub token: Option<Token>,
    /// The key under which Discord signs what it sends to the HTTP door.
    pub public_key: Option<PublicKey>,
    /// Where the HTTP door listens.
    pub http_addr: SocketAddr,
    /// The one server to register commands in, for trying out.
    pub guild: Option<u64>,
    /// Discord's API, or a stand-in.
    pub discord_url: Url,
    /// `DISCORD_API_URL` was set: attachments may come from its host too.
    pub discord_is_elsewhere: bool,
    /// Which engine paints.
    pub engine: EngineChoice,
    /// The default model's name or id, if it was set.
    pub model: Option<String>,
    /// The operator's own models.
    pub models_file: Option<PathBuf>,
    /// Where pictures go.
    pub archive: ArchiveUrl,
    /// Where jobs and the ledger are.
    pub store: StoreUrl,
    /// How jobs come to a worker.
    pub queue: QueueUrl,
    /// The guardrail that every prompt and picture has to pass.
    pub guardrail: Option<GuardrailId>,
    /// Who may use the images API; without it there is none.
    pub api_keys_file: Option<PathBuf>,
    /// The ceiling of the whole deployment for a calendar month (UTC).
    pub monthly_budget: Option<Micros>,
    /// Jobs at once in this process.
    pub workers: usize,
    /// The Gateway's shards that this process serves; without them all.
    pub shards: Option<Shards>,
    /// Filter of the log, as `tracing` spells it.
    pub log: String,
    /// How a log line looks.
    pub log_format: LogFormat,
    /// Which function of AWS Lambda this process is, if it is one.
    pub function: Option<Function>,
}

/// `DISCORD_TOKEN`
#[derive(Debug, Clone)]
pub enum Token {
    /// The token itself.
    Here(SecretString),
    /// The ARN of a secret in AWS Secrets Manager whose text it is.
    InSecret(String),
}

/// `_HANDLER`, under AWS Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Behind API Gateway: admits, and hands on.
    Front,
    /// Behind the queue: paints.
    Work,
}

/// `EASEL_ENGINE`
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineChoice {
    /// Amazon Bedrock.
    Bedrock,
    /// The built-in engine, which needs no account.
    Sketch,
}

/// `EASEL_ARCHIVE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveUrl {
    /// `file:DIR`
    Folder(PathBuf),
    /// `s3://BUCKET/PREFIX`
    S3 {
        /// The bucket.
        bucket: String,
        /// Comes before every key, without slashes at its ends; may be empty.
        prefix: String,
    },
}

/// `EASEL_QUEUE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueUrl {
    /// `local`: whoever is asked paints.
    Local,
    /// `sqs:URL`: `easel worker` paints.
    Sqs(Url),
}

/// `EASEL_STORE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`
    Sqlite(PathBuf),
    /// `dynamodb:TABLE`
    Dynamo(String),
}

impl StoreUrl {
    /// How it is written.
    pub const FORM: &str = "sqlite:PATH or dynamodb:TABLE";

    /// The store of this name.
    pub fn parse(text: &str) -> Option<StoreUrl> {
        let Some(table) = text.strip_prefix("dynamodb:") else {
            return path_behind(text, "sqlite:").map(StoreUrl::Sqlite);
        };
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let named = (3..=255).contains(&table.len()) && table.chars().all(fine);
        named.then(|| StoreUrl::Dynamo(table.to_owned()))
    }
}

/// `EASEL_GUARDRAIL`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardrailId {
    /// Its identifier, or its ARN.
    pub id: String,
    /// A number, or `DRAFT`.
    pub version: String,
}

/// `EASEL_SHARDS`: some of the connections that a large bot divides its servers among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shards {
    /// The first, from 0.
    pub first: u32,
    /// The last.
    pub last: u32,
    /// How many there are in all processes together.
    pub total: u32,
}

/// `EASEL_LOG_FORMAT`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Everything that is wrong with the environment, together.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

impl Config {
    /// Reads `.env` in the working folder, if there is one, below the environment.
    ///
    /// # Errors
    /// [`Problems`], or a sentence on the `.env` file.
    pub fn from_environment() -> anyhow::Result<Config> {
        load_env_file(Path::new(".env"))?;
        let of_lambda = if in_lambda() { OF_LAMBDA } else { &[] };
        let names = VARIABLES.iter().chain(of_lambda);
        let values = names.filter_map(|name| Some(((*name).to_owned(), variable(name)?))).collect();
        Ok(Config::read(values)?)
    }

    /// Reads the variables in `values`; an empty one counts as not set.
    ///
    /// # Errors
    /// All problems, each a sentence with the variable, what was read and what is allowed.
    pub fn read(values: HashMap<String, String>) -> Result<Config, Problems> {
        let mut reader = Reader { values, problems: Vec::new() };
        for name in NOT_YET {
            reader.refuse_if_set(name);
        }
        let elsewhere = reader.discord_elsewhere();
        let store = reader.parsed("EASEL_STORE", StoreUrl::FORM, StoreUrl::parse);
        let archive = reader.parsed("EASEL_ARCHIVE", "file:DIR or s3://BUCKET/PREFIX", archive_url);
        let queue = reader.parsed("EASEL_QUEUE", "local, or sqs:URL of a standard queue", queue_url);
        let config = Config {
            token: reader.parsed(
                "DISCORD_TOKEN",
                "the token of the Bot page, without `Bot ` and spaces, or the ARN of a secret that holds it",
                token,
            ),
            public_key: reader.parsed(
                "DISCORD_PUBLIC_KEY",
                "the public key of the General Information page, 64 hex digits",
                PublicKey::from_hex,
            ),
            http_addr: reader.http_addr(),
            guild: reader.parsed("DISCORD_GUILD_ID", "a server's id, 15 to 20 digits", snowflake),
            discord_is_elsewhere: elsewhere.is_some(),
            discord_url: elsewhere.unwrap_or_else(default_discord),
            engine: reader
                .parsed("EASEL_ENGINE", "bedrock or sketch", engine)
                .unwrap_or(EngineChoice::Bedrock),
            model: reader.take("EASEL_MODEL"),
            models_file: reader.take("EASEL_MODELS_FILE").map(PathBuf::from),
            archive: archive.unwrap_or_else(|| ArchiveUrl::Folder("data/archive".into())),
            store: store.unwrap_or_else(|| StoreUrl::Sqlite("data/easel.db".into())),
            queue: queue.unwrap_or(QueueUrl::Local),
            guardrail: reader.parsed(
                "EASEL_GUARDRAIL",
                "ID:VERSION or ARN:VERSION of a Bedrock guardrail, the version a number or DRAFT",
                guardrail,
            ),
            api_keys_file: reader.take("EASEL_API_KEYS_FILE").map(PathBuf::from),
            monthly_budget: reader.parsed(
                "EASEL_MONTHLY_BUDGET_USD",
                "dollars such as 25 or 0.50",
                Micros::from_dollars,
            ),
            workers: reader.parsed("EASEL_WORKERS", "a whole number from 1 to 4096", workers).unwrap_or(64),
            shards: reader.parsed("EASEL_SHARDS", "such as 0-3/16: the shards 0 to 3 of 16", shards),
            log: reader
                .parsed("EASEL_LOG", "a filter such as info or easel=debug", filter)
                .unwrap_or_else(|| "info".into()),
            log_format: reader
                .parsed("EASEL_LOG_FORMAT", "text or json", log_format)
                .unwrap_or(LogFormat::Text),
            function: reader.parsed("_HANDLER", "front or work: the function's Handler", function),
        };
        if reader.problems.is_empty() { Ok(config) } else { Err(Problems(reader.problems)) }
    }

    /// The folder of the store, in which the spool lies too; `data` for a store that is elsewhere, or the only folder
    /// that a function of Lambda may write to.
    pub fn data_dir(&self) -> PathBuf {
        let StoreUrl::Sqlite(path) = &self.store else {
            let of_lambda = self.function.map(|_| std::env::temp_dir().join("easel"));
            return of_lambda.unwrap_or_else(|| PathBuf::from("data"));
        };
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        }
    }
}

/// Whether AWS Lambda has started this process.
pub fn in_lambda() -> bool {
    variable("AWS_LAMBDA_RUNTIME_API").is_some()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn load_env_file(path: &Path) -> anyhow::Result<()> {
    match dotenvy::from_path(path) {
        Err(dotenvy::Error::LineParse(_, at)) => anyhow::bail!(
            "`.env` cannot be read near column {at} of one of its lines: each line must be NAME=value; put a value with spaces or # in quotes"
        ),
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => anyhow::bail!(
            "`.env` cannot be read ({error}): make it a text file that this user may read, or remove it"
        ),
        Ok(()) => Ok(()),
    }
}

struct Reader {
    values: HashMap<String, String>,
    problems: Vec<String>,
}

impl Reader {
    fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn discord_elsewhere(&mut self) -> Option<Url> {
        let allowed = "an http(s) URL without path, such as https://discord.com";
        self.parsed("DISCORD_API_URL", allowed, base_url)
    }

    fn http_addr(&mut self) -> SocketAddr {
        let allowed = "an address and a port such as 127.0.0.1:8080";
        let read = self.parsed("EASEL_HTTP_ADDR", allowed, |text| text.parse().ok());
        read.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    fn refuse_if_set(&mut self, name: &str) {
        if self.take(name).is_some() {
            self.problems.push(format!("{name}: this version does not know it yet; remove it"));
        }
    }

    /// The variable's value, or a problem. Values of secrets are not repeated.
    fn parsed<T>(&mut self, name: &str, allowed: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.take(name)?;
        let value = parse(&text);
        if value.is_none() {
            let shown =
                if name == "DISCORD_TOKEN" { "what was read".to_owned() } else { format!("`{text}`") };
            self.problems.push(format!("{name}: {shown} is not allowed here; it must be {allowed}"));
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, Problems> {
        Config::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn nothing_set_gives_the_documented_defaults() {
        let config = read(&[]).unwrap();
        assert_eq!(config.archive, ArchiveUrl::Folder("data/archive".into()));
        assert_eq!(config.store, StoreUrl::Sqlite("data/easel.db".into()));
        assert_eq!(
            (config.workers, config.engine, config.discord_is_elsewhere),
            (64, EngineChoice::Bedrock, false)
        );
    }

    #[test]
    fn a_table_is_named_as_amazon_names_tables_and_leaves_the_spool_here() {
        let config = read(&[("EASEL_STORE", "dynamodb:Easel_2.prod")]).unwrap();
        assert_eq!(config.store, StoreUrl::Dynamo("Easel_2.prod".into()));
        assert_eq!(config.data_dir(), PathBuf::from("data"));
        for wrong in ["dynamodb:", "dynamodb:ab", "dynamodb:my table", "dynamodb:a/b/c", "easel"] {
            assert!(read(&[("EASEL_STORE", wrong)]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_problem_is_told_at_once_with_name_value_and_remedy() {
        let wrong = [
            ("DISCORD_TOKEN", "Bot secret-canary"),
            ("DISCORD_GUILD_ID", "my server"),
            ("DISCORD_API_URL", "discord.com"),
            ("EASEL_ENGINE", "dalle"),
            ("EASEL_ARCHIVE", "s3:/bucket"),
            ("EASEL_STORE", "postgres:x"),
            ("EASEL_QUEUE", "kafka"),
            ("EASEL_MONTHLY_BUDGET_USD", "ten"),
            ("EASEL_WORKERS", "0"),
            ("EASEL_SHARDS", "4-3/16"),
            ("EASEL_LOG", "a=b=c"),
            ("EASEL_LOG_FORMAT", "xml"),
            ("EASEL_GUARDRAIL", "abc123"),
            ("EASEL_METRICS_ADDR", "127.0.0.1:9000"),
            ("DISCORD_PUBLIC_KEY", "abc"),
            ("EASEL_HTTP_ADDR", "8080"),
        ];
        let said = read(&wrong).unwrap_err().to_string();
        assert_eq!(said.lines().count(), wrong.len(), "{said}");
        for (name, _) in wrong {
            assert!(said.contains(&format!("{name}: ")), "{name} in {said}");
        }
        assert!(!said.contains("secret-canary"));
    }

    #[test]
    fn shards_are_a_range_or_one_of_so_many() {
        let of = |first, last, total| Some(Shards { first, last, total });
        for (text, read) in [
            ("0-3/16", of(0, 3, 16)),
            ("15/16", of(15, 15, 16)),
            ("16/16", None),
            ("0-3", None),
            ("3-2/16", None),
            ("0--1/2", None),
            ("/", None),
        ] {
            assert_eq!(shards(text), read, "{text}");
        }
    }

    #[test]
    fn a_bucket_may_have_a_prefix() {
        let config = read(&[("EASEL_ARCHIVE", "s3://my-bucket/easel/pictures/")]).unwrap();
        assert_eq!(
            config.archive,
            ArchiveUrl::S3 { bucket: "my-bucket".into(), prefix: "easel/pictures".into() }
        );
    }

    #[test]
    fn a_queue_is_local_or_an_address() {
        let url = "https://sqs.us-west-2.amazonaws.com/123456789012/easel";
        let read = |text: &str| read(&[("EASEL_QUEUE", text)]).map(|config| config.queue);
        assert_eq!(read("local"), Ok(QueueUrl::Local));
        assert_eq!(read(&format!("sqs:{url}")), Ok(QueueUrl::Sqs(Url::parse(url).unwrap())));
        for wrong in ["sqs", "sqs:", "sqs:easel", "sqs:https://host/", "sqs:ftp://host/a/b", url] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&format!("sqs:{url}.fifo")).is_err());
    }

    #[test]
    fn a_guardrail_has_a_version_behind_its_id_or_its_arn() {
        let arn = "arn:aws:bedrock:us-west-2:123456789012:guardrail/abc123";
        for (text, id, version) in [
            ("abc123:1", "abc123", "1"),
            ("abc123:DRAFT", "abc123", "DRAFT"),
            (&format!("{arn}:12"), arn, "12"),
        ] {
            let read = read(&[("EASEL_GUARDRAIL", text)]).unwrap().guardrail.unwrap();
            assert_eq!((read.id.as_str(), read.version.as_str()), (id, version));
        }
        for wrong in [
            arn,
            "abc123",
            "abc123:",
            ":1",
            "abc123:0",
            "abc123:01",
            "abc123:latest",
            "ABC:1",
            "a b:1",
            "a/b:1",
        ] {
            assert!(read(&[("EASEL_GUARDRAIL", wrong)]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_example_file_names_every_variable_and_no_other() {
        let example = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example")).unwrap();
        let named: Vec<_> = example
            .lines()
            .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
            .map(|(name, _)| name)
            .filter(|name| {
                !name.starts_with("AWS_") && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            })
            .collect();
        let expected: Vec<_> = VARIABLES.iter().copied().filter(|name| !NOT_YET.contains(name)).collect();
        assert_eq!(named, expected, "the order of .env.example is that of VARIABLES");
    }
}
