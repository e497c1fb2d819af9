//! What the kernel knows about a process.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// The kernel's clock ticks in a second, as it shows them on every Linux.
const TICKS: u64 = 100;

/// One process, by its id.
#[derive(Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    pub(crate) fn this() -> Process {
        Process(std::process::id())
    }

    /// User and system time of all its threads, those that ended included.
    pub(crate) fn cpu(self) -> anyhow::Result<Duration> {
        let stat = self.read("stat")?;
        // The name, which may hold spaces, is in parentheses.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).context("a stat without times")?;
        Ok(Duration::from_millis((user + system) * 1000 / TICKS))
    }

    /// Resident memory, in MB of 1,048,576 bytes.
    pub(crate) fn memory(self) -> anyhow::Result<f64> {
        self.status("VmRSS:")
    }

    /// The part of it that is no file's: heap and stacks. How much of the program itself is resident depends on how
    /// the page cache came to hold its file.
    pub(crate) fn own_memory(self) -> anyhow::Result<f64> {
        self.status("RssAnon:")
    }

    /// The most resident memory since [`Process::forget_peak`].
    pub(crate) fn peak(self) -> anyhow::Result<f64> {
        self.status("VmHWM:")
    }

    pub(crate) fn forget_peak(self) -> anyhow::Result<()> {
        fs::write(format!("/proc/{}/clear_refs", self.0), "5").context("clear_refs")
    }

    fn status(self, name: &str) -> anyhow::Result<f64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        Ok(kilobytes.with_context(|| format!("no {name}"))? / 1024.0)
    }

    fn read(self, name: &str) -> anyhow::Result<String> {
        let path = format!("/proc/{}/{name}", self.0);
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    }
}
