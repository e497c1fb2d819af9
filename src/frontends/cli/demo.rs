//! `easel demo`: the playground, until Ctrl-C, or a conversation from a file.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;

use crate::config::{EngineChoice, aws_environment, has_screen};
use crate::frontends::cli::{Signals, path, say};
use crate::frontends::demo::script::{Conversation, Script};
use crate::frontends::demo::{LATENCY, Options, Playground};

/// Where the pictures of a conversation are put that has no other place for them.
const FOLDER: &str = "easel-conversation";

/// How to play.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which engine makes the pictures; `bedrock` takes your AWS settings, and spends up to 25 dollars
    #[arg(long, default_value = "sketch")]
    engine: EngineChoice,
    /// Where the page is; 0 takes any port that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Print the page's address, but do not open it
    #[arg(long, conflicts_with = "script")]
    no_browser: bool,
    /// Where to put the database and the pictures, in place of a folder of their own
    #[arg(long, value_name = "DIR", value_parser = path())]
    data: Option<PathBuf>,
    /// Leave them there at the end
    #[arg(long)]
    keep: bool,
    /// Play the conversation in this file instead, and print it as Markdown
    ///
    /// No page is served. Pictures are put as picture-1.png and so on into the folder of --data, or else into
    /// easel-conversation here; earlier ones are replaced. Lines of the file:
    ///
    /// in CHANNEL, as MEMBER, /COMMAND VALUE OPTION: VALUE, press LABEL, apps COMMAND, choose OPTION, fill LABEL: TEXT,
    /// submit, say TEXT, # COMMENT
    #[arg(long, value_name = "FILE", value_parser = path(), conflicts_with = "port")]
    script: Option<PathBuf>,
    /// Print it as one HTML page with the pictures in it; no file is written
    #[arg(long, requires = "script")]
    html: bool,
}

/// Prints the page's address, opens it in a browser where somebody looks on, and serves it until SIGTERM or Ctrl-C; or plays
/// a script and prints what people read.
///
/// # Errors
/// A sentence that names the option or the thing at fault.
pub async fn run(arguments: Arguments, signals: Signals) -> anyhow::Result<ExitCode> {
    let Arguments { engine, port, no_browser, data, keep, script, html } = arguments;
    let mut signals = signals.or_end_of_terminal()?;
    let aws = aws_environment();
    if let Some(script) = script {
        let script = Script::read(script)?;
        let options = Options { engine, port: None, latency: Duration::ZERO, data: data.clone(), keep, aws };
        let conversation = play(&script, options, &mut signals).await?;
        if html {
            return print(&conversation.html(&script));
        }
        let folder = data.unwrap_or_else(|| FOLDER.into());
        conversation.write_files(&folder)?;
        return print(&conversation.markdown(&from_here(&folder)));
    }
    let options = Options { engine, port: Some(port), latency: LATENCY, data, keep, aws };
    let playground = Playground::start(options).await?;
    let said = say(format_args!("Easel's playground: {}", playground.address()));
    if said.is_ok() {
        if !no_browser && io::stdout().is_terminal() && has_screen() {
            open_browser(playground.entry());
        }
        signals.next().await;
    }
    playground.stop().await?;
    said.map(|()| ExitCode::SUCCESS)
}

/// Where that fails, people have the address all the same.
fn open_browser(address: String) {
    tokio::task::spawn_blocking(move || {
        if let Err(error) = open::that_detached(address) {
            tracing::debug!(%error, "no browser can be started");
        }
    });
}

/// The playground is gone when this returns.
async fn play(script: &Script, options: Options, signals: &mut Signals) -> anyhow::Result<Conversation> {
    let playground = Playground::start(options).await?;
    let played = tokio::select! {
        played = script.play(&playground) => Some(played),
        _ = signals.next() => None,
    };
    playground.stop().await?;
    match played {
        Some(played) => played,
        None => bail!("stopped before it was done; run it again"),
    }
}

fn print(page: &str) -> anyhow::Result<ExitCode> {
    say(format_args!("{}", page.trim_end())).map(|()| ExitCode::SUCCESS)
}

/// A folder as a link has it that stands in a file of the working folder.
fn from_here(folder: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| folder.strip_prefix(here).ok().map(Path::to_path_buf));
    below.as_deref().unwrap_or(folder).display().to_string().trim_end_matches('/').to_owned()
}
