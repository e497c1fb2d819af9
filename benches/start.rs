//! How soon the bot is there, and what it takes while nobody asks: `cargo bench --bench start`.
//!
//! The release build of `easel run` is started over and over against the emulator of Discord in this process, with a new
//! folder and database each time: from the start of the process to READY on the Gateway, and then, once the bot rests, its
//! memory. Options, after `--`: `--starts 20`, `--archive folder` or `--archive s3`, `--tls yes`, and `--bot FILE` for
//! another build of the bot. The numbers go to `target/bench/start.json` as well.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::time::Duration;

use anyhow::{Context, bail};
use easel_emulator::bedrock::Picture;
use tokio::time::timeout;

use crate::rig::machine::busy;
use crate::rig::options::{number, pairs};
use crate::rig::report::Report;
use crate::rig::{Archive, Rig, Setup, Way};

#[expect(dead_code, reason = "no picture is ordered")]
mod rig;

/// Longer than any start.
const PATIENCE: Duration = Duration::from_secs(30);

struct Options {
    starts: usize,
    archive: Archive,
    way: Way,
}

/// A figure, its unit and what its median should not exceed.
struct Measured {
    name: &'static str,
    target: Option<f64>,
    values: Vec<f64>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = options()?;
    let measured = |name, target| Measured { name, target, values: Vec::new() };
    let mut all =
        [measured("start to READY", Some(40.0)), measured("idle MB", Some(25.0)), measured("own MB", None)];
    for _ in 0..options.starts {
        let values = start(&options).await?;
        all.iter_mut().zip(values).for_each(|(measured, value)| measured.values.push(value));
    }
    let mut report = Report::new("start");
    println!("{}, load {:.1}\n", report.machine.line(), busy());
    println!("{:<20}{:>9}{:>9}{:>9}  target", format!("{} starts", options.starts), "p50", "p90", "max");
    for Measured { name, target, values } in &mut all {
        values.sort_by(f64::total_cmp);
        let at = |percent: usize| values[(values.len() * percent).div_ceil(100) - 1];
        let (p50, p90, max) = (at(50), at(90), at(100));
        let mark = if target.is_some_and(|target| p50 > target) { "!" } else { "" };
        let target = target.map_or_else(String::new, |target| format!("  ≤ {target:.0}"));
        println!("{name:<20}{:>9}{p90:>9.1}{max:>9.1}{target}", format!("{mark}{p50:.1}"));
        report.add(*name, [("p50", p50), ("p90", p90), ("max", max)]);
    }
    println!(
        "\nTimes are in ms. idle: resident, with the Gateway connected; own: of it, what is not the program's file."
    );
    println!("written to {}", report.save()?.display());
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { starts: 20, archive: Archive::Folder, way: Way::default() };
    for (option, value) in pairs(std::env::args().skip(1))? {
        match option.as_str() {
            "--starts" => options.starts = number(&option, &value)?.max(1),
            "--archive" => options.archive = Archive::named(&value)?,
            _ if options.way.take(&option, &value)? => {}
            _ => bail!("`{option}` is unknown; there are --starts, --archive, --bot and --tls"),
        }
    }
    Ok(options)
}

/// One start: READY after so many milliseconds, and the bot's memory once it rests.
async fn start(options: &Options) -> anyhow::Result<[f64; 3]> {
    let Options { archive, way, .. } = options;
    let setup = Setup {
        program: "run",
        variables: Vec::new(),
        archive: *archive,
        picture: Picture::Tiny,
        way: way.clone(),
    };
    let rig = Rig::start(&setup).await?;
    let ready = async {
        rig.discord.connected().await;
        let ready = rig.begun.elapsed();
        rig.calm().await;
        ready
    };
    let ready =
        timeout(PATIENCE, ready).await.with_context(|| format!("it does not start:\n{}", rig.log()))?;
    let memory = (rig.process.memory()?, rig.process.own_memory()?);
    rig.end().await?;
    Ok([ready.as_secs_f64() * 1e3, memory.0, memory.1])
}
