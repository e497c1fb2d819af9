//! The programs behind `easel …`.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::app::messages::{self, Reader};
use crate::backends::aws;
use crate::config::{self, Config, LogFormat};
use crate::domain::refusal::Refusal;
use crate::frontends::discord::watchdog::{GatewayLog, Watchdog};

pub mod api_key;
pub mod check;
#[cfg(feature = "demo")]
pub mod demo;
pub mod edit;
pub mod forget;
pub mod imagine;
pub mod inspect;
pub mod migrate;
pub mod models;
mod output;
pub mod register;
pub mod run;
mod signals;

pub use output::complain;
use output::{note, say};
pub use signals::Signals;

/// Libraries say too much, and some of it is secret (headers, URLs with tokens). serenity's warnings are let through:
/// one that this filter turns down does not always reach the watchdog either. Those about frames that cannot be read
/// are not: they quote the frame, with an interaction's token in it.
const QUIET: &str = "serenity=warn,serenity::gateway::ws=off,aws_config=error,aws_runtime=warn,aws_smithy_runtime=warn,aws_smithy_http_client=warn,\
                     aws_sdk_s3=warn,aws_sdk_sqs=warn,aws_sdk_bedrockruntime=warn,hyper=warn,hyper_util=warn,reqwest=warn,tungstenite=warn";

/// For those who have set no limit.
const NO_BUDGET: &str = "nothing limits what this Easel may spend: set EASEL_MONTHLY_BUDGET_USD to dollars a month, such as 25; admins limit their servers with /easel budget";

/// An error and its causes in one sentence, a refusal among them as a shell's reader needs it; then the remedy, if one of
/// AWS is among them.
fn in_words(error: &anyhow::Error) -> String {
    let words = |cause: &(dyn Error + 'static)| match cause.downcast_ref::<Refusal>() {
        Some(refusal) => messages::refusal(refusal, Reader::Shell),
        None => cause.to_string(),
    };
    let chain = error.chain().map(words).collect::<Vec<_>>().join(": ");
    match aws::remedy(error.as_ref()) {
        Some(remedy) => format!("{}: {remedy}", chain.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => chain,
    }
}

/// Reads an option's path. A shell leaves `--out=~/cat.png` as it is.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| config::expanded(path, config::home().as_deref()))
}

/// Sets up the log, and the watchdog that reads serenity's part of it.
pub fn log_to_stderr(config: &Config) -> Watchdog {
    let watchdog = Watchdog::default();
    let filter = || EnvFilter::new(format!("{QUIET},{}", config.log));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        // It would report them on stderr, and panic there.
        .log_internal_errors(false);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_filter(filter()).boxed(),
        LogFormat::Json => lines.json().with_filter(filter()).boxed(),
    };
    tracing_subscriber::registry().with(lines).with(watchdog.clone().with_filter(GatewayLog)).init();
    watchdog
}
