//! `easel migrate`: moves everything from a `SQLite` file to a table of `DynamoDB`, and checks that it is all there.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::app;
use crate::app::clock::Clock;
use crate::backends::http::Http;
use crate::backends::store::migration::{Migration, Report, Step};
use crate::backends::store::{Count, Dynamo, Sum};
use crate::config::{self, StoreUrl};
use crate::domain::digest::hex;
use crate::frontends::cli::say;

/// From where to where.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file to read, sqlite:PATH; it is not changed, and nobody may use it meanwhile
    #[arg(long, value_name = "STORE")]
    from: String,
    /// The table to fill, dynamodb:TABLE, which nobody uses yet
    #[arg(long, value_name = "STORE")]
    to: String,
    /// Write nothing; only hold both against each other
    #[arg(long)]
    check: bool,
}

/// Moves what is not there yet, and prints how much of what is on each side.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let (path, table) = match (store("--from", &arguments.from)?, store("--to", &arguments.to)?) {
        (StoreUrl::Sqlite(path), StoreUrl::Dynamo(table)) => (path, table),
        _ => bail!(
            "--from, --to: the way is from sqlite:PATH to dynamodb:TABLE, and there is no other; to go back, \
             start Easel with the SQLite file as it was, which does not know what happened since"
        ),
    };
    let target = Dynamo::patient(&app::aws_config(&Http::default()).await, &table);
    let migration = Migration::open(&path, target, Clock::System.now()).context("--from")?;
    let bar = bar();
    let tell = |step| match step {
        Step::Comparing => bar.set_message("comparing"),
        Step::Writing(missing) => {
            bar.set_message("writing");
            bar.set_length(missing);
        }
        Step::Written => bar.inc(1),
    };
    let report = if arguments.check { migration.check(&tell).await } else { migration.run(&tell).await };
    bar.finish_and_clear();
    let report = report.context("--to")?;
    print(&report)?;
    if let Some(difference) = report.difference() {
        bail!("not the same in `{}` and in the table `{table}`: {difference}", path.display());
    }
    say(format_args!("\nAll of it is in the table `{table}`; {} item(s) were written.", report.written))?;
    Ok(ExitCode::SUCCESS)
}

fn store(option: &str, text: &str) -> anyhow::Result<StoreUrl> {
    let url = StoreUrl::parse(text)
        .with_context(|| format!("{option}: `{text}` is not allowed here; it must be {}", StoreUrl::FORM))?;
    url.meant(config::home().as_deref()).map_err(|problem| anyhow!("{option}: {problem}"))
}

/// A bar on a terminal, nothing elsewhere.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn print(report: &Report) -> anyhow::Result<()> {
    say(format_args!("{:<20} {:>9} {:>9}  hash", "kind", "SQLite", "DynamoDB"))?;
    for (kind, [here, there]) in &report.kinds {
        let hashes = if here == there { short(here) } else { format!("{} {}", short(here), short(there)) };
        let ok = verdict(here == there);
        say(format_args!("{:<20} {:>9} {:>9}  {hashes}  {ok}", kind.name(), here.rows, there.rows))?;
    }
    say(format_args!("\n{:<20} {:>9} {:>9}  spent, reserved", "ledger", "SQLite", "DynamoDB"))?;
    for (whose, [here, there]) in &report.ledger {
        let sums = if here == there { money(here) } else { format!("{} / {}", money(here), money(there)) };
        let ok = verdict(here == there);
        say(format_args!("{:<20} {:>9} {:>9}  {sums}  {ok}", whose.name(), here.rows, there.rows))?;
    }
    Ok(())
}

fn verdict(same: bool) -> &'static str {
    if same { "ok" } else { "DIFFERS" }
}

fn short(count: &Count) -> String {
    hex(&count.hash[..4])
}

fn money(sum: &Sum) -> String {
    format!("{}, {}", sum.spent, sum.reserved)
}
