//! How long each operation of the store takes, on an empty file and on one with 100,000 jobs: `cargo bench --bench store`.
//!
//! Both files of `SQLite` lie side by side, and each round goes once through the life of a job and all that is asked about
//! it, in the one file and in the other. Both have the same small past of one server, member, session, key and trail, and
//! all reports are about those: what an operation returns has the same size in both, so that only what lies around it
//! differs. `kept_pictures`, which reads all jobs, is left out. The answers come from the store's own threads, and a write
//! is on the disk: an fsync is in its time. Options, after `--`: `--jobs 100000`, `--rounds 300`, and `--folder DIR` for the
//! files, in memory for example (`/dev/shm`), where the time without an fsync is seen. The numbers go to
//! `target/bench/store.json` as well.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::bail;
use easel::backends::store::Store;

use crate::rig::machine::busy;
use crate::rig::options::{number, pairs};
use crate::rig::percentile;
use crate::rig::report::Report;
use crate::store::past;
use crate::store::rounds::{Rounds, Times};

#[expect(dead_code, reason = "no bot is started")]
mod rig;
mod store {
    pub(crate) mod orders;
    pub(crate) mod past;
    pub(crate) mod rounds;
}

/// How much longer an operation may take on the filled file.
const LIMIT: f64 = 1.5;
/// How often each file is opened.
const OPENINGS: usize = 20;

struct Options {
    jobs: u64,
    rounds: u64,
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = options()?;
    let folder = tempfile::tempdir_in(&options.folder)?;
    let files = ["empty.db", "filled.db"].map(|name| folder.path().join(name));
    let mut times = [Times::new(), Times::new()];
    for (file, jobs) in files.iter().zip([0, options.jobs]) {
        let begun = Instant::now();
        let store = Store::open(file)?;
        past::others(&store, jobs).await?;
        past::own(&store).await?;
        println!("{jobs} jobs of others in {:.0} s, {} MB", begun.elapsed().as_secs_f64(), size(file)?);
    }
    for _ in 0..OPENINGS {
        for (file, times) in files.iter().zip(&mut times) {
            let begun = Instant::now();
            drop(Store::open(file)?);
            times.entry("open").or_default().push(begun.elapsed());
        }
    }
    let [empty, filled] = &mut times;
    let stores = [Store::open(&files[0])?, Store::open(&files[1])?];
    let mut rounds = [Rounds::new(&stores[0], empty).await?, Rounds::new(&stores[1], filled).await?];
    for round in 0..options.rounds {
        // Neither of them is always the one that finds warm caches.
        rounds.reverse();
        for rounds in &mut rounds {
            rounds.go(round).await?;
        }
    }
    table(times, options.jobs)
}

fn options() -> anyhow::Result<Options> {
    // Not in `/tmp`, which may be memory: an fsync shall cost what it costs.
    let mut options = Options { jobs: 100_000, rounds: 300, folder: env!("CARGO_TARGET_TMPDIR").into() };
    for (option, value) in pairs(std::env::args().skip(1))? {
        match option.as_str() {
            "--jobs" => options.jobs = number(&option, &value)? as u64,
            "--rounds" => options.rounds = number(&option, &value)?.max(1) as u64,
            "--folder" => options.folder = value.into(),
            _ => bail!("`{option}` is unknown; there are --jobs, --rounds and --folder"),
        }
    }
    Ok(options)
}

fn size(file: &Path) -> anyhow::Result<u64> {
    Ok(std::fs::metadata(file)?.len() >> 20)
}

fn table([empty, mut filled]: [Times; 2], jobs: u64) -> anyhow::Result<()> {
    let mut report = Report::new("store");
    println!("{}, load {:.1}\n", report.machine.line(), busy());
    println!("operation         empty p50       p99    filled       p99  factor");
    for (name, empty) in empty {
        let filled = both(filled.remove(name).unwrap_or_default());
        let ([empty, empty_p99], [filled, filled_p99]) = (both(empty), filled);
        let factor = filled / empty;
        let marked = format!("{}{factor:.2}", if factor > LIMIT { "!" } else { "" });
        println!("{name:<17}{empty:>10.0}{empty_p99:>10.0}{filled:>10.0}{filled_p99:>10.0}{marked:>8}");
        let times = [("empty µs", empty), ("empty p99 µs", empty_p99)];
        let others = [("filled µs", filled), ("filled p99 µs", filled_p99), ("factor", factor)];
        report.add(name, times.into_iter().chain(others));
    }
    println!(
        "\nµs, fsyncs included; filled: beside {jobs} jobs of others. ! takes more than {LIMIT} times as long."
    );
    println!("written to {}", report.save()?.display());
    Ok(())
}

/// Median and 99th percentile, in microseconds.
fn both(mut times: Vec<Duration>) -> [f64; 2] {
    times.sort();
    [50, 99].map(|percent| percentile(&times, percent) * 1e3)
}
