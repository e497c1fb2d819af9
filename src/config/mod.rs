//! What the environment tells a process. Each variable is a row of the `table` and a field of [`Config`].

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use url::Url;

use crate::domain::money::Micros;
use crate::domain::retention::Retention;
use crate::domain::signature::PublicKey;

mod aws;
mod discord;
mod env_file;
mod paths;
mod proxy;
mod reader;
mod table;
mod urls;
mod values;

pub use aws::{AwsVariables, Profiles};
pub use discord::{Shards, Token, bot_token, secret_region};
pub use paths::{expanded, home};
pub use proxy::proxy_for;
pub use urls::{ArchiveUrl, QueueUrl, StoreUrl};
pub use values::{EngineChoice, Function, GuardrailId, LogFormat};

use discord::{base_url, shards, snowflake, token};
use reader::{Reader, from_environment, ours};
use table::*;
use urls::{archive_url, queue_url};
use values::{engine, filter, function, guardrail, keep_days, log_format, workers};

#[derive(Debug, Clone)]
pub struct Config {
    pub token: Option<Token>,
    /// The key under which Discord signs what it sends over HTTP.
    pub public_key: Option<PublicKey>,
    pub http_addr: SocketAddr,
    /// The one server to register commands in, for trying out.
    pub guild: Option<u64>,
    pub discord_url: Url,
    /// `DISCORD_API_URL` was set: attachments may come from its host too.
    pub discord_is_elsewhere: bool,
    pub engine: EngineChoice,
    /// The default model's name or id, if it was set.
    pub model: Option<String>,
    pub models_file: Option<PathBuf>,
    pub archive: ArchiveUrl,
    pub store: StoreUrl,
    pub queue: QueueUrl,
    pub guardrail: Option<GuardrailId>,
    pub api_keys_file: Option<PathBuf>,
    /// For a calendar month (UTC).
    pub monthly_budget: Option<Micros>,
    /// How long pictures and their words are kept; for ever without it.
    pub keep: Option<Retention>,
    /// Jobs at once in this process.
    pub workers: usize,
    pub shards: Option<Shards>,
    pub log: String,
    pub log_format: LogFormat,
    /// Which function of AWS Lambda this process is, if it is one.
    pub function: Option<Function>,
}

/// What some programs cannot do without.
#[derive(Debug, Clone, Copy)]
pub enum Need {
    Token,
    PublicKey,
}

impl Need {
    pub fn remedy(self) -> &'static str {
        match self {
            Need::Token => {
                "DISCORD_TOKEN is not set: put the token of your application's Bot page into it, in the environment or in .env"
            }
            Need::PublicKey => {
                "DISCORD_PUBLIC_KEY is not set: put the public key of your application's General Information page into it, in the environment or in .env"
            }
        }
    }
}

/// Everything that is wrong with the environment, together.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl Problems {
    pub(crate) fn none_of(problems: Vec<String>) -> Result<(), Problems> {
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

impl Config {
    /// Reads `.env` in the working folder, if there is one, below the environment.
    pub fn from_environment() -> anyhow::Result<Config> {
        env_file::load(Path::new(".env"))?;
        let handler = in_lambda().then_some(HANDLER.name);
        let handler = handler.and_then(|name| Some((name.to_owned(), from_environment(name)?)));
        Ok(Config::read(ours().chain(handler).collect(), home())?)
    }

    /// Reads the variables in `values`; an empty one counts as not set. Paths may begin in `home`.
    ///
    /// # Errors
    /// All problems, each a sentence with the variable, what was read and what is allowed.
    pub fn read(values: HashMap<String, String>, home: Option<PathBuf>) -> Result<Config, Problems> {
        let mut reader = Reader { values, problems: Vec::new(), home };
        for name in NOT_YET {
            reader.refuse_if_set(name);
        }
        let config = Config {
            token: reader.optional(&DISCORD_TOKEN, token),
            public_key: reader.optional(&DISCORD_PUBLIC_KEY, PublicKey::from_hex),
            guild: reader.optional(&DISCORD_GUILD_ID, snowflake),
            discord_is_elsewhere: reader.is_set(&DISCORD_API_URL),
            discord_url: reader.or_default(&DISCORD_API_URL, base_url),
            engine: reader.or_default(&EASEL_ENGINE, engine),
            model: reader.optional(&EASEL_MODEL, some_text),
            models_file: reader.path(&EASEL_MODELS_FILE, some_path, expanded),
            archive: reader.path_or_default(&EASEL_ARCHIVE, archive_url, ArchiveUrl::meant),
            store: reader.path_or_default(&EASEL_STORE, StoreUrl::parse, StoreUrl::meant),
            queue: reader.or_default(&EASEL_QUEUE, queue_url),
            guardrail: reader.optional(&EASEL_GUARDRAIL, guardrail),
            http_addr: reader.or_default(&EASEL_HTTP_ADDR, |text| text.parse().ok()),
            api_keys_file: reader.path(&EASEL_API_KEYS_FILE, some_path, expanded),
            monthly_budget: reader.optional(&EASEL_MONTHLY_BUDGET_USD, Micros::from_dollars),
            keep: reader.optional(&EASEL_KEEP_DAYS, keep_days),
            workers: reader.or_default(&EASEL_WORKERS, workers),
            shards: reader.optional(&EASEL_SHARDS, shards),
            log: reader.or_default(&EASEL_LOG, filter),
            log_format: reader.or_default(&EASEL_LOG_FORMAT, log_format),
            function: reader.optional(&HANDLER, function),
        };
        reader.refuse_unknown();
        Problems::none_of(reader.problems).map(|()| config)
    }

    /// Whether everything is set that a program needs.
    ///
    /// # Errors
    /// All that is missing, each with its remedy.
    pub fn require(&self, needs: &[Need]) -> Result<(), Problems> {
        let missing = needs.iter().filter(|need| match need {
            Need::Token => self.token.is_none(),
            Need::PublicKey => self.public_key.is_none(),
        });
        Problems::none_of(missing.map(|need| need.remedy().to_owned()).collect())
    }

    /// Whether `easel serve` serves the images API and nothing of Discord's.
    pub fn serves_api_alone(&self) -> bool {
        self.public_key.is_none() && self.api_keys_file.is_some()
    }

    /// Whether `easel serve` has what it needs: Discord's key and a token, or keys of the images API.
    ///
    /// # Errors
    /// All that is missing, each with its remedy.
    pub fn require_for_serving(&self) -> Result<(), Problems> {
        if self.serves_api_alone() {
            return Ok(());
        }
        self.require(&[Need::Token, Need::PublicKey]).map_err(|Problems(mut missing)| {
            if let Some(last) = missing.last_mut().filter(|_| self.api_keys_file.is_none()) {
                last.push_str("; for the images API alone EASEL_API_KEYS_FILE is enough, for which `easel api-key NAME` makes a key");
            }
            Problems(missing)
        })
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

/// The variables of the environment that the AWS SDK needs, for a process of our own.
pub fn aws_environment() -> Vec<(String, String)> {
    reader::of_aws()
}

/// Whether AWS Lambda has started this process.
pub fn in_lambda() -> bool {
    from_environment("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Whether a browser can be shown to whoever started this process. On Linux, only where there is a screen.
pub fn has_screen() -> bool {
    let is_set = |name| from_environment(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || ["WAYLAND_DISPLAY", "DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(is_set)
}

fn some_text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn some_path(text: &str) -> Option<PathBuf> {
    Some(PathBuf::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, Problems> {
        let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read(values.collect(), Some("/home/ann".into()))
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
    fn every_path_may_begin_at_home() {
        let config = read(&[
            ("EASEL_ARCHIVE", "file:~/pictures"),
            ("EASEL_STORE", "sqlite:$HOME/easel.db"),
            ("EASEL_MODELS_FILE", "~/models.toml"),
            ("EASEL_API_KEYS_FILE", "${HOME}/keys.toml"),
        ])
        .unwrap();
        assert_eq!(config.archive, ArchiveUrl::Folder("/home/ann/pictures".into()));
        assert_eq!(config.data_dir(), Path::new("/home/ann"));
        let files = [config.models_file, config.api_keys_file].map(Option::unwrap);
        assert_eq!(files, ["/home/ann/models.toml", "/home/ann/keys.toml"].map(PathBuf::from));
    }

    #[test]
    fn with_a_table_the_spool_stays_here() {
        let config = read(&[("EASEL_STORE", "dynamodb:easel")]).unwrap();
        assert_eq!(config.data_dir(), PathBuf::from("data"));
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
            ("EASEL_MODEL", "'core'"),
            ("EASEL_MONTHLY_BUDGET", "25"),
            ("EASEL_COLOUR", "red"),
        ];
        let said = read(&wrong).unwrap_err().to_string();
        assert_eq!(said.lines().count(), wrong.len(), "{said}");
        for (name, _) in wrong {
            assert!(said.contains(&format!("{name}: ")), "{name} in {said}");
        }
        assert!(!said.contains("secret-canary"));
        assert!(said.contains("did you mean EASEL_MONTHLY_BUDGET_USD?"), "{said}");
        assert!(said.contains("EASEL_COLOUR: Easel knows no such variable; remove it"), "{said}");
    }
}
