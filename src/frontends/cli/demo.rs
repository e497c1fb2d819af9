//! `easel demo`: the playground, until Ctrl-C.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::{EngineChoice, aws_environment};
use crate::frontends::cli::{Signals, path, say};
use crate::frontends::demo::{Options, Playground};

/// How to play.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which engine paints; `bedrock` takes your AWS settings, and spends up to 25 dollars
    #[arg(long, default_value = "sketch")]
    engine: EngineChoice,
    /// Where the page is; 0 takes any port that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where to put the database and the pictures, in place of a folder of their own
    #[arg(long, value_name = "DIR", value_parser = path())]
    data: Option<PathBuf>,
    /// Leave them there at the end
    #[arg(long)]
    keep: bool,
}

/// Prints the page's address and serves it until SIGTERM or Ctrl-C.
///
/// # Errors
/// A sentence that names the option or the thing at fault.
pub async fn run(arguments: Arguments, mut signals: Signals) -> anyhow::Result<ExitCode> {
    let Arguments { engine, port, data, keep } = arguments;
    let options = Options { engine, port, data, keep, aws: aws_environment() };
    let playground = Playground::start(options).await?;
    let said = say(format_args!("Easel's playground: {}", playground.address()));
    if said.is_ok() {
        signals.next().await;
    }
    playground.stop().await?;
    said.map(|()| ExitCode::SUCCESS)
}
