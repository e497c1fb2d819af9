//! The table and the file.

use super::load::{Plan, Run};
use crate::rig::Archive;
use crate::rig::machine::{Machine, busy};
use crate::rig::report::Report;

/// A number of a run, its heading and what it should not exceed at so many jobs in flight.
struct Column {
    heading: &'static str,
    of: fn(&Run) -> f64,
    target: fn(usize) -> Option<f64>,
}

const COLUMNS: [Column; 13] = [
    Column { heading: "ack p50", of: |run| run.ack_p50, target: |jobs| (jobs == 64).then_some(2.0) },
    Column { heading: "ack p99", of: |run| run.ack_p99, target: |jobs| (jobs == 64).then_some(20.0) },
    Column { heading: "added p50", of: |run| run.added_p50, target: added },
    Column { heading: "added p99", of: |run| run.added_p99, target: |_| None },
    Column { heading: "whole p50", of: |run| run.whole_p50, target: |_| None },
    Column { heading: "whole p99", of: |run| run.whole_p99, target: |_| None },
    Column { heading: "CPU ms", of: |run| run.cpu, target: |_| Some(3.5) },
    Column { heading: "emul. ms", of: |run| run.emulators_cpu, target: |_| None },
    Column { heading: "peak MB", of: |run| run.peak, target: |jobs| (jobs == 512).then_some(180.0) },
    Column { heading: "MB a job", of: |run| run.peak_per_job, target: |jobs| (jobs >= 64).then_some(2.0) },
    Column { heading: "idle MB", of: |run| run.idle, target: |_| Some(25.0) },
    Column { heading: "own MB", of: |run| run.idle_own, target: |_| None },
    Column { heading: "pictures/s", of: |run| run.per_second, target: |_| None },
];

/// What stands below the table.
pub(crate) const FOOT: &str = "
Medians of the runs. `jobs` are ordered at the same moment. Times are in ms, CPU is the bot's for each picture.
added: from the model's last byte, as its socket took it, to the whole message.
whole: the same from the moment at which the model had its answer, whether the bot read it then or not.
emul.: what emulators and driver take of the same cores. MB a job: peak over idle. own MB: of idle, what is not the file.
pictures/s: the model takes no time.";

fn added(jobs: usize) -> Option<f64> {
    match jobs {
        1 => Some(5.0),
        64 => Some(70.0),
        _ => None,
    }
}

pub(crate) fn head(machine: &Machine) -> String {
    let headings: String = COLUMNS.iter().map(|column| format!("{:>11}", column.heading)).collect();
    format!("{}\n\narchive  jobs{headings}   runs  load", machine.line())
}

/// The runs of one setting.
pub(crate) struct Row {
    archive: Archive,
    in_flight: usize,
    runs: Vec<Run>,
    /// Of the machine, when the row was done.
    load: f64,
}

impl Row {
    pub(crate) fn new(archive: Archive, plan: &Plan) -> Row {
        Row { archive, in_flight: plan.in_flight, runs: Vec::new(), load: 0.0 }
    }

    pub(crate) fn add(&mut self, run: Run) {
        self.runs.push(run);
        self.load = busy();
    }

    pub(crate) fn report(&self, report: &mut Report) {
        let name = format!("{} {}", self.archive.name(), self.in_flight);
        report.add(name, COLUMNS.iter().map(|column| (column.heading, self.median(column))));
    }

    /// The values and, below them, what they should not exceed; `!` where they do.
    pub(crate) fn lines(&self) -> String {
        let name = self.archive.name();
        let (mut values, mut targets) = (String::new(), String::new());
        for column in &COLUMNS {
            let (value, target) = (self.median(column), (column.target)(self.in_flight));
            let mark = if target.is_some_and(|target| value > target) { "!" } else { "" };
            values += &format!("{:>11}", format!("{mark}{value:.2}"));
            targets += &format!("{:>11}", target.map_or_else(String::new, |target| format!("≤ {target:.1}")));
        }
        let (jobs, runs, load) = (self.in_flight, self.runs.len(), self.load);
        format!("{name:<8}{jobs:>5}{values}{runs:>7}{load:>6.1}\n{:<13}{targets}", "  target")
    }

    fn median(&self, column: &Column) -> f64 {
        let mut values: Vec<f64> = self.runs.iter().map(column.of).collect();
        values.sort_by(f64::total_cmp);
        match values.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => values[n / 2],
            n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
        }
    }
}
