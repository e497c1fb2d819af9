//! Where the numbers come from.

use std::fs;
use std::process::Command;

use serde::Serialize;

/// The machine and the version.
#[derive(Serialize)]
pub(crate) struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    commit: String,
}

impl Machine {
    pub(crate) fn look() -> Machine {
        let cpu = read("/proc/cpuinfo");
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
        let changed = !git(&["status", "--porcelain", "--untracked-files=no"]).is_empty();
        Machine {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            cpu: cpu.unwrap_or("an unknown processor").to_owned(),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            commit: git(&["rev-parse", "--short", "HEAD"]) + if changed { " with changes" } else { "" },
        }
    }

    pub(crate) fn line(&self) -> String {
        format!("{} cores of {}, Linux {}, commit {}", self.cores, self.cpu, self.kernel, self.commit)
    }
}

/// How many processes wanted to run during the last minute.
pub(crate) fn busy() -> f64 {
    read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn git(arguments: &[&str]) -> String {
    let told = Command::new("git").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    told.map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned()).unwrap_or_default()
}
