//! How soon Discord gets its first answer while many ask: `cargo bench --bench interactions`.
//!
//! The release build of `easel serve` runs as a process of its own, with SQLite; Discord and Bedrock are emulated in this
//! process, and the machine's cores are shared by the two. Orders, each of a member of its own, are posted at a steady
//! rate whether or not the earlier ones are answered, and each time is measured from the moment at which its order was
//! due, so that a pause of either side is in the numbers. The model takes no time and its pictures are small: what
//! stands in the way of an answer is Easel itself, with as many jobs at work as it can get done. Options, after `--`:
//! `--rate 200` (a second; or `--rate 50,200`), `--seconds 60`, `--archive folder` or `--archive s3`, `--tls yes`, and
//! `--bot FILE` for another build of the bot. The numbers go to `target/bench/interactions.json` as well.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::time::Duration;

use anyhow::Context;
use easel_emulator::bedrock::Picture;
use tokio::time::timeout;

use crate::interactions::load;
use crate::interactions::options::Options;
use crate::interactions::report::{FOOT, head};
use crate::rig::report::Report;
use crate::rig::{GLANCE, Rig, Setup, pause};

mod interactions {
    pub(crate) mod load;
    pub(crate) mod options;
    pub(crate) mod report;
}
#[expect(dead_code, reason = "other benchmarks need more of it")]
mod rig;

/// Longer than the bot takes to start.
const START_TIME: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let mut report = Report::new("interactions");
    println!("{}", head(&report.machine));
    for rate in &options.rates {
        let rig = timeout(START_TIME, serving(&options)).await.context("the bot does not start")??;
        let run = load::run(&rig, *rate, options.seconds).await?;
        println!("{}", run.line());
        run.report(&mut report);
        rig.end().await?;
    }
    println!("{FOOT}");
    println!("written to {}", report.save()?.display());
    Ok(())
}

/// A bot to which Discord posts interactions.
async fn serving(options: &Options) -> anyhow::Result<Rig> {
    let variables = vec![("EASEL_HTTP_ADDR", "127.0.0.1:0")];
    let setup = Setup {
        program: "serve",
        variables,
        archive: options.archive,
        picture: Picture::Tiny,
        way: options.way.clone(),
    };
    let rig = Rig::start(&setup).await?;
    let address = loop {
        let log = rig.log();
        let rest = log.split_once("listening on ").and_then(|(_, rest)| rest.split_once('\n'));
        match rest {
            Some((address, _)) => break address.to_owned(),
            None => pause(GLANCE).await,
        }
    };
    rig.calm().await;
    rig.discord.set_endpoint(&format!("{address}/interactions")).await.map_err(anyhow::Error::msg)?;
    Ok(rig)
}
