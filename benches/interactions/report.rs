//! The table and the file.

use crate::rig::machine::Machine;
use crate::rig::report::Report;

/// What 99 of 100 first answers should not exceed, in milliseconds.
const TARGET: f64 = 200.0;

/// What stands below the table.
pub(crate) const FOOT: &str = "
Times are in ms, from the moment at which an order was due to the last byte of its first answer; p99 should be ≤ 200.
refused: a private answer instead of “thinking …”. errors: none within Discord's three seconds.
CPU: of one core, while orders came; emul.: what emulators and driver take of the same cores. MB: resident memory at rest,
without the program's file, and at most. pictures: delivered by the time the last order was answered; drained: seconds
after that until the last picture was delivered and archived.";

pub(crate) fn head(machine: &Machine) -> String {
    let counts = format!("{:>5}{:>8}{:>8}{:>9}{:>8}", "rate", "sent", "ack'd", "refused", "errors");
    let times = format!("{:>9}{:>9}{:>9}{:>9}", "p50", "p90", "p99", "max");
    let costs = format!("{:>8}{:>8}{:>9}{:>8}{:>9}", "CPU %", "emul. %", "idle MB", "own MB", "peak MB");
    let end = format!("{:>10}{:>9}{:>6}", "pictures", "drained", "load");
    format!("{}\n\n{counts}{times}{costs}{end}", machine.line())
}

/// What one run measured: milliseconds, percent of a core, MB, seconds.
#[derive(Default)]
pub(crate) struct Run {
    pub(crate) rate: usize,
    pub(crate) sent: usize,
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) errors: usize,
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
    pub(crate) cpu: f64,
    pub(crate) emulators_cpu: f64,
    pub(crate) idle: f64,
    pub(crate) idle_own: f64,
    pub(crate) peak: f64,
    pub(crate) pictures: usize,
    pub(crate) drained: f64,
    /// Of the machine, when the run was done.
    pub(crate) load: f64,
}

impl Run {
    pub(crate) fn report(&self, report: &mut Report) {
        let count = |count: usize| count as f64;
        let times = [("p50", self.p50), ("p90", self.p90), ("p99", self.p99), ("max", self.max)];
        let counts = [
            ("acknowledged", count(self.acknowledged)),
            ("refused", count(self.refused)),
            ("errors", count(self.errors)),
            ("pictures", count(self.pictures)),
        ];
        let costs = [
            ("CPU %", self.cpu),
            ("emul. %", self.emulators_cpu),
            ("idle MB", self.idle),
            ("own MB", self.idle_own),
            ("peak MB", self.peak),
            ("drained s", self.drained),
        ];
        report.add(format!("{} a second", self.rate), times.into_iter().chain(counts).chain(costs));
    }

    /// `!` where a time is over its target.
    pub(crate) fn line(&self) -> String {
        let Run { rate, sent, acknowledged, refused, errors, .. } = self;
        let p99 = format!("{}{:.1}", if self.p99 > TARGET { "!" } else { "" }, self.p99);
        let counts = format!("{rate:>5}{sent:>8}{acknowledged:>8}{refused:>9}{errors:>8}");
        let times = format!("{:>9.1}{:>9.1}{p99:>9}{:>9.1}", self.p50, self.p90, self.max);
        let memory = format!("{:>9.1}{:>8.1}{:>9.1}", self.idle, self.idle_own, self.peak);
        let costs = format!("{:>8.0}{:>8.0}{memory}", self.cpu, self.emulators_cpu);
        format!("{counts}{times}{costs}{:>10}{:>9.1}{:>6.1}", self.pictures, self.drained, self.load)
    }
}
