//! The file of a benchmark, as `benches/compare` reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use super::machine::Machine;

/// Everything that was measured.
#[derive(Serialize)]
pub(crate) struct Report {
    bench: &'static str,
    pub(crate) machine: Machine,
    rows: Vec<Row>,
}

/// What was measured of one thing. Units stand in the figures' names, unless they are milliseconds.
#[derive(Serialize)]
struct Row {
    name: String,
    figures: BTreeMap<&'static str, f64>,
}

impl Report {
    pub(crate) fn new(bench: &'static str) -> Report {
        Report { bench, machine: Machine::look(), rows: Vec::new() }
    }

    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        figures: impl IntoIterator<Item = (&'static str, f64)>,
    ) {
        self.rows.push(Row { name: name.into(), figures: figures.into_iter().collect() });
    }

    /// Writes `target/bench/BENCH.json`.
    pub(crate) fn save(&self) -> anyhow::Result<PathBuf> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("no target folder")?;
        let path = target.join(format!("bench/{}.json", self.bench));
        fs::create_dir_all(target.join("bench"))?;
        fs::write(&path, serde_json::to_string_pretty(self)?).context("cannot write the numbers")?;
        Ok(path)
    }
}
