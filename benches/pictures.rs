//! What a picture costs: `cargo bench --bench pictures`.
//!
//! The release build of the bot runs as a process of its own against both emulators and an S3 that forgets, which live
//! in this process; the machine's cores are shared by the two. Options, after `--`: `--only 64` (or `--only 1,8`),
//! `--archive s3` or `--archive folder`, `--runs 1`, `--tls yes`, and `--bot FILE` for another build of the bot. The numbers
//! go to `target/bench/pictures.json` as well.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::time::Duration;

use anyhow::Context;
use easel_emulator::bedrock::Picture;

use crate::pictures::load;
use crate::pictures::options::Options;
use crate::pictures::report::{FOOT, Row, head};
use crate::rig::report::Report;
use crate::rig::{Archive, Rig, Setup, Way};

mod pictures {
    pub(crate) mod load;
    pub(crate) mod options;
    pub(crate) mod report;
}
#[expect(dead_code, reason = "other benchmarks need more of it")]
mod rig;

/// The picture on Bedrock's Options page.
const PICTURE: Picture = Picture::Sized(1_587_327);
/// Longer than the slowest run takes.
const RUN_TIME: Duration = Duration::from_secs(180);

fn main() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&options))
}

async fn measure(options: &Options) -> anyhow::Result<()> {
    let mut report = Report::new("pictures");
    println!("{}", head(&report.machine));
    for archive in [Archive::S3, Archive::Folder] {
        if options.archive.is_some_and(|only| only != archive) {
            continue;
        }
        for plan in load::PLANS.iter().filter(|plan| options.wants(plan.in_flight)) {
            let mut row = Row::new(archive, plan);
            for _ in 0..options.runs.unwrap_or(plan.runs) {
                let run = tokio::time::timeout(RUN_TIME, run(archive, plan, &options.way));
                row.add(run.await.context("a run did not end")??);
            }
            println!("{}", row.lines());
            row.report(&mut report);
        }
    }
    println!("{}", FOOT);
    println!("written to {}", report.save()?.display());
    Ok(())
}

/// A fresh bot, from its start to its end.
async fn run(archive: Archive, plan: &load::Plan, way: &Way) -> anyhow::Result<load::Run> {
    let variables = vec![("EASEL_WORKERS", "512")];
    let setup = Setup { program: "run", variables, archive, picture: PICTURE, way: way.clone() };
    let rig = Rig::start(&setup).await?;
    rig.discord.connected().await;
    rig.calm().await;
    let run = load::run(&rig, plan).await?;
    rig.end().await?;
    Ok(run)
}
