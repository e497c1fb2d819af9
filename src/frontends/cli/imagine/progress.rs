//! What somebody in a shell sees while a model works: a bar on a terminal, a few lines elsewhere.

use std::convert::Infallible;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::app::Step;
use crate::app::messages;
use crate::domain::catalogue::{Model, Task};
use crate::domain::job::JobId;
use crate::frontends::cli::note;

/// Parts of the bar, and the last of them that it reaches by waiting alone.
const PARTS: u64 = 1_000;
const LAST_PART: u64 = PARTS - 10;
const TICK: Duration = Duration::from_millis(100);
/// What takes less than this is not worth a line.
const NOTICEABLE: Duration = Duration::from_secs(1);

/// The progress of one job. The bar goes when this is dropped.
pub(super) struct Progress {
    job: JobId,
    model: Model,
    pictures: Vec<Asked>,
    /// Hidden where there is no terminal.
    bar: ProgressBar,
    is_busy: bool,
}

#[derive(Clone, Copy)]
enum Asked {
    NotYet,
    Since(Instant),
    Answered,
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Progress {
    pub(super) fn new(job: JobId, model: Model, count: usize) -> Progress {
        let on_terminal = std::io::stderr().is_terminal();
        let bar = if on_terminal { ProgressBar::new(PARTS) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {elapsed}") {
            bar.set_style(style);
        }
        let progress = Progress { job, model, pictures: vec![Asked::NotYet; count], bar, is_busy: false };
        progress.say(&progress.begun());
        progress
    }

    /// Follows the job for as long as it is awaited.
    pub(super) async fn follow(&mut self, mut steps: Receiver<(JobId, Step)>) -> Infallible {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                step = steps.recv() => match step {
                    Ok((job, step)) if job == self.job => self.step(&step),
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return std::future::pending().await,
                },
                _ = ticks.tick() => {}
            }
            let position = self.position(Instant::now());
            self.bar.set_position(position.max(self.bar.position()));
            self.bar.tick();
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Asked(n) => {
                self.set(*n, Asked::Since(Instant::now()));
                if std::mem::take(&mut self.is_busy) {
                    self.say(&self.begun());
                }
            }
            Step::Waiting => {
                self.is_busy = true;
                self.say(&format!("{} is busy, waiting", self.model));
            }
            Step::Answered(n) => {
                self.set(*n, Asked::Answered);
                let (answered, all) = (self.answered(), self.pictures.len());
                if all > 1 && answered < all {
                    self.say(&format!("{answered} of {all} pictures have their answer"));
                }
            }
        }
    }

    fn set(&mut self, n: u32, asked: Asked) {
        if let Some(picture) = self.pictures.get_mut(n as usize) {
            *picture = asked;
        }
    }

    fn answered(&self) -> usize {
        self.pictures.iter().filter(|picture| matches!(picture, Asked::Answered)).count()
    }

    fn begun(&self) -> String {
        let count = self.pictures.len();
        let price = self.model.price * i64::try_from(count).unwrap_or(i64::MAX);
        let pictures = messages::count(u32::try_from(count).unwrap_or(u32::MAX), "picture");
        let price = if price.0 > 0 { format!(" for {price}") } else { String::new() };
        let does = if self.model.task == Task::Generate { "paints" } else { "makes" };
        let seconds = self.model.usual_time.as_secs().max(1);
        format!("{} {does} {pictures}{price}, usually in {seconds} s", self.model)
    }

    /// On the bar, or as a line if the model is one to wait for.
    fn say(&self, words: &str) {
        if !self.bar.is_hidden() {
            self.bar.set_message(words.to_owned());
        } else if self.model.usual_time >= NOTICEABLE {
            note(format_args!("{words}"));
        }
    }

    fn position(&self, now: Instant) -> u64 {
        let share = |picture: &Asked| match picture {
            Asked::NotYet => 0,
            Asked::Since(since) => likely_parts(now.duration_since(*since), self.model.usual_time),
            Asked::Answered => PARTS,
        };
        let count = u64::try_from(self.pictures.len()).unwrap_or(u64::MAX).max(1);
        self.pictures.iter().map(share).sum::<u64>() / count
    }
}

/// How far a picture is likely to be: nine tenths at the usual time, then ever slower, and never at the end.
fn likely_parts(elapsed: Duration, usual: Duration) -> u64 {
    let times = elapsed.as_secs_f64() / usual.as_secs_f64().max(0.001);
    let share = if times < 1.0 { 0.9 * times } else { 1.0 - 0.1 / times };
    ((share * PARTS as f64) as u64).min(LAST_PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_follows_the_usual_time_and_never_ends_before_the_answer() {
        let usual = Duration::from_secs(6);
        let at = |seconds| likely_parts(Duration::from_secs(seconds), usual);
        assert_eq!([at(0), at(3), at(6), at(12)], [0, 450, 900, 950]);
        let all: Vec<_> = (0..10_000).map(at).collect();
        assert!(all.is_sorted() && all.iter().all(|parts| *parts < PARTS));
    }
}
