//! How long a page of pictures takes among 100,000 in one channel: `cargo bench --bench gallery`.
//!
//! Each kind of page is read from the latest on and from the middle on. Of the words, some are in every prompt, some in one of
//! a hundred, and some prompts have each of two words but none has both, which is the most that a search can take. Options,
//! after `--`: `--jobs 100000`, `--rounds 50`, and `--folder DIR` for the file. The numbers go to `target/bench/gallery.json`
//! as well.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{bail, ensure};
use easel::backends::store::{Cursor, Store};
use easel::domain::job::{Viewer, Wanted};
use easel::domain::search::words;
use futures_util::future::try_join_all;
use time::Duration;

use crate::rig::options::{number, pairs};
use crate::rig::percentile;
use crate::rig::report::Report;
use crate::store::orders::{NOW, Order};

#[expect(dead_code, reason = "no bot is started")]
mod rig;
#[expect(dead_code, reason = "nothing is held back or cancelled")]
mod store {
    pub(crate) mod orders;
}

const GUILD: u64 = 7;
const CHANNEL: u64 = 9;
const MEMBERS: u64 = 50;
/// Orders that go to the store together, and share commits.
const BATCH: u64 = 400;
/// What a page may take, in milliseconds.
const LIMIT: f64 = 100.0;
const PAGE: usize = 9;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (mut jobs, mut rounds, mut folder) = (100_000, 50, PathBuf::from(env!("CARGO_TARGET_TMPDIR")));
    for (option, value) in pairs(std::env::args().skip(1))? {
        match option.as_str() {
            "--jobs" => jobs = number(&option, &value)? as u64,
            "--rounds" => rounds = number(&option, &value)?.max(1),
            "--folder" => folder = value.into(),
            _ => bail!("`{option}` is unknown; there are --jobs, --rounds and --folder"),
        }
    }
    let folder = tempfile::tempdir_in(folder)?;
    let store = Store::open(&folder.path().join("easel.db"))?;
    let begun = Instant::now();
    for first in (0..jobs).step_by(BATCH as usize) {
        try_join_all((first..jobs.min(first + BATCH)).map(|number| delivered(&store, number))).await?;
    }
    println!("{jobs} pictures in {:.0} s", begun.elapsed().as_secs_f64());
    pages(&store, jobs, rounds).await
}

fn order(number: u64) -> Order {
    Order {
        number,
        guild: Some(GUILD),
        channel: CHANNEL,
        member: 1 + number % MEMBERS,
        session: None,
        key: None,
        at: NOW + Duration::seconds(i64::try_from(number).unwrap_or_default()),
    }
}

async fn delivered(store: &Store, number: u64) -> anyhow::Result<()> {
    let mut job = order(number).job();
    let rare = if number.is_multiple_of(100) { "heron" } else { "gull" };
    let parity = if number.is_multiple_of(2) { "sunny" } else { "rainy" };
    job.request.prompt = format!("{} with a {rare} on a {parity} day", job.request.prompt);
    order(number).delivered_as(store, &job).await
}

async fn pages(store: &Store, jobs: u64, rounds: usize) -> anyhow::Result<()> {
    let viewer = Viewer { guild: Some(GUILD), channel: CHANNEL, reads_history: true, member: 1 };
    let middle = Cursor::Before(order(jobs / 2).id());
    let all = [
        ("mine", Wanted::Mine, PAGE),
        ("channel", Wanted::Channel, PAGE),
        ("common words", Wanted::Words(words("lighthouse fog dawn")), PAGE),
        ("a rare word", Wanted::Words(words("lighthouse heron")), PAGE),
        ("never together", Wanted::Words(words("sunny rainy")), 0),
    ];
    let mut report = Report::new("gallery");
    println!("{}\n\npage                     p50      p99  ms", report.machine.line());
    for (name, wanted, expected) in all {
        for (place, cursor) in [("latest", Cursor::Latest), ("middle", middle)] {
            let mut times = Vec::new();
            for _ in 0..rounds {
                let begun = Instant::now();
                let page = store.gallery(&wanted, viewer, cursor, PAGE).await?;
                times.push(begun.elapsed());
                ensure!(page.jobs.len() == expected, "{name}: {} pictures", page.jobs.len());
            }
            times.sort();
            let [p50, p99] = [50, 99].map(|percent| percentile(&times, percent));
            let marked = if p99 > LIMIT { "!" } else { "" };
            println!("{:<20}{p50:>8.2}{p99:>9.2} {marked}", format!("{name}, {place}"));
            report.add(format!("{name}, {place}"), [("p50 ms", p50), ("p99 ms", p99)]);
        }
    }
    println!("\n! takes more than {LIMIT} ms.\nwritten to {}", report.save()?.display());
    Ok(())
}
