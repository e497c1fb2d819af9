//! Every variable that Easel reads, once. README's table and `.env.example` are held against this one by a test.

/// What is to be known of a variable beside how its text is parsed.
pub(super) struct Variable {
    pub(super) name: &'static str,
    /// As it would be written into the environment.
    pub(super) default: Option<&'static str>,
    /// What a wrong value is answered with.
    pub(super) allowed: &'static str,
    /// For README, in Markdown.
    #[cfg_attr(not(test), expect(dead_code, reason = "README is held against it"))]
    pub(super) help: &'static str,
}

macro_rules! table {
    ($($(#[doc = $help:literal])+ $name:ident = $default:expr, $allowed:literal;)+) => {
        $($(#[doc = $help])+ pub(super) const $name: Variable = Variable {
            name: stringify!($name),
            default: $default,
            allowed: $allowed,
            help: concat!($($help),+),
        };)+

        /// In the order of README and `.env.example`. The AWS SDK reads its own variables (`AWS_*`).
        pub(super) const VARIABLES: &[Variable] = &[$($name),+];
    };
}

table! {
    /// the bot's token, or the ARN of a secret in AWS Secrets Manager whose text it is
    DISCORD_TOKEN = None, "the token of the Bot page, without `Bot ` and spaces, or the ARN of a secret that holds it";
    /// the application's public key, for `easel serve`
    DISCORD_PUBLIC_KEY = None, "the public key of the General Information page, 64 hex digits";
    /// declare the commands in this one server only, for trying out
    DISCORD_GUILD_ID = None, "a server's id, 15 to 20 digits";
    /// another place for Discord's API; attachments may then come from its host too
    DISCORD_API_URL = Some("https://discord.com"), "an http(s) URL without path, such as https://discord.com";
    /// `bedrock` or `sketch`
    EASEL_ENGINE = Some("bedrock"), "bedrock or sketch";
    /// the default model, a name or an id of `easel models`
    EASEL_MODEL = Some("stability.stable-image-core-v1:1"), "a name or an id of `easel models`";
    /// TOML that adds or overrides models, see below
    EASEL_MODELS_FILE = None, "the path of a file";
    /// `file:DIR` or `s3://BUCKET/PREFIX`
    EASEL_ARCHIVE = Some("file:data/archive"), "file:DIR or s3://BUCKET/PREFIX";
    /// jobs and ledger: `sqlite:PATH` or `dynamodb:TABLE` ([the table](deploy/README.md#more-than-one-machine));
    /// pictures on their way lie in `spool` beside the file, or in `data/spool`
    EASEL_STORE = Some("sqlite:data/easel.db"), "sqlite:PATH or dynamodb:TABLE";
    /// `local`, or `sqs:URL`: `run` and `serve` send the ids of jobs to a standard SQS queue, and `easel worker` runs them
    EASEL_QUEUE = Some("local"), "local, or sqs:URL of a standard queue";
    /// `ID:VERSION` of a Bedrock guardrail in the SDK's region, or `ARN:VERSION` of one in another
    EASEL_GUARDRAIL = None, "ID:VERSION or ARN:VERSION of a Bedrock guardrail, the version a number or DRAFT";
    /// where `easel serve` listens, behind something that speaks TLS
    EASEL_HTTP_ADDR = Some("127.0.0.1:8080"), "an address and a port such as 127.0.0.1:8080";
    /// TOML with the keys of the images API, see below; without it there is no such API
    EASEL_API_KEYS_FILE = None, "the path of a file";
    /// budget limit for each calendar month (UTC); without it there is none
    EASEL_MONTHLY_BUDGET_USD = None, "dollars such as 25 or 0.50";
    /// erase pictures and their words that are older than so many days, everywhere; without it they are kept
    EASEL_KEEP_DAYS = None, "a whole number of days from 1 to 36500";
    /// jobs at once
    EASEL_WORKERS = Some("64"), "a whole number from 1 to 4096";
    /// `0-3/16`: this process serves the shards 0 to 3 of 16, without it all; `easel serve` is the simpler way to grow
    EASEL_SHARDS = None, "such as 0-3/16: the shards 0 to 3 of 16";
    /// filter as of `tracing`
    EASEL_LOG = Some("info"), "a filter such as info or easel=debug";
    /// `text` or `json`
    EASEL_LOG_FORMAT = Some("text"), "text or json";
}

/// Variables of a later version: set, they stop the start instead of being ignored.
pub(super) const NOT_YET: &[&str] = &["EASEL_METRICS_ADDR", "EASEL_LOCALES_DIR"];

/// What AWS Lambda says to a process that it has started.
pub(super) const HANDLER: Variable = Variable {
    name: "_HANDLER",
    default: None,
    allowed: "front or work: the function's Handler",
    help: "set by AWS Lambda from the function's Handler",
};

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::Config;
    use super::*;
    use crate::domain::catalogue::Catalogue;

    fn file(name: &str) -> String {
        std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn readme_has_a_row_for_each_variable() {
        let readme = file("README.md");
        let rows: Vec<_> = readme
            .lines()
            .skip_while(|line| *line != "## Variables")
            .filter(|line| line.starts_with("| `") && !line.contains("`AWS_*`"))
            .collect();
        let row = |variable: &Variable| {
            let default = variable.default.map_or_else(|| "–".to_owned(), |default| format!("`{default}`"));
            format!("| `{}` | {default} | {} |", variable.name, variable.help.trim())
        };
        let wanted: Vec<_> = VARIABLES.iter().map(row).collect();
        assert!(rows == wanted, "README.md must have these rows:\n{}", wanted.join("\n"));
    }

    #[test]
    fn the_example_file_has_a_line_for_each_variable() {
        let example = file(".env.example");
        let lines: Vec<_> = example
            .lines()
            .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
            .filter(|(name, _)| !name.starts_with("AWS_") && !name.contains(' '))
            .collect();
        let names: Vec<_> = lines.iter().map(|(name, _)| *name).collect();
        let wanted: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        assert_eq!(names, wanted, "the order of .env.example is that of the table");
        for (variable, (name, value)) in VARIABLES.iter().zip(&lines) {
            assert!(variable.default.is_none_or(|default| default == *value), "{name} is {value} by default");
        }
        let examples: HashMap<_, _> =
            lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::read(examples, None).unwrap();
    }

    #[test]
    fn the_default_model_is_the_catalogues() {
        let catalogue = Catalogue::bedrock();
        let default = catalogue.find(catalogue.default_name()).unwrap();
        assert_eq!(Some(default.id.as_str()), EASEL_MODEL.default);
    }
}
