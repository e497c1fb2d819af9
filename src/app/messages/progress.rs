//! What people read while they wait for their pictures.

use std::time::Duration;

use super::picture::{paid_in_vain, quoted, retry_button};
use super::{code, count};
use crate::app::components::{self, Button, Look};
use crate::backends::discord_api::message::Message;
use crate::domain::job::{Job, JobId};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;

/// How far a job is.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) at: At,
    /// Since it was ordered.
    pub(crate) gone: Duration,
    /// How long one picture of the model usually takes.
    pub(crate) usual: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    /// It waits for a worker, at this place, from 1.
    InLine(usize),
    /// The model has turned it away for the moment.
    Busy,
    /// So many of its pictures are ready.
    Ready(usize),
}

/// The message in the place of the deferral, without the pictures that are ready.
pub(crate) fn progress(job: &Job, progress: &Progress) -> Message {
    let request = &job.request;
    let model = match request.models().as_slice() {
        [only] => code(only),
        several => {
            format!("one of {}", several.iter().map(|model| code(model)).collect::<Vec<_>>().join(", "))
        }
    };
    let times = format!("{} so far, usually {}", seconds(progress.gone), seconds(progress.usual));
    let line = match progress.at {
        At::InLine(place) => {
            format!(
                "Place {place} in line · {} so far; {model} usually takes {}",
                seconds(progress.gone),
                seconds(progress.usual)
            )
        }
        At::Busy => format!("{model} is busy; still waiting for a free place · {times}"),
        At::Ready(0) => format!("{model} is at work · {times}"),
        At::Ready(ready) => format!(
            "{ready} of {} are ready; {model} is at work · {times}",
            count(request.seeds.len(), "picture")
        ),
    };
    let prompt = (!request.prompt.is_empty()).then(|| quoted(&request.prompt));
    let lines: Vec<_> = prompt.into_iter().chain([format!("-# {line}.")]).collect();
    let cancel = (Button::Cancel(job.id), "Cancel", Look::Plain);
    Message { components: vec![components::row(&[cancel])], ..Message::words(lines.join("\n")) }
}

/// A job that is being cancelled, while a model has still to answer.
pub(crate) fn cancelling() -> Message {
    Message::words(
        "Cancelling. Nothing more is asked of the model; what it has been asked already is not shown, and may cost.",
    )
}

/// A job that was cancelled, for which so much may have to be paid.
pub(crate) fn cancelled(job: JobId, spent: Micros) -> Message {
    let cost = paid_in_vain(spent).unwrap_or_else(|| "-# Nothing was charged.".to_owned());
    let words = format!("Cancelled.\n{cost}");
    Message { components: retry_button(job, &[&Refusal::Cancelled]), ..Message::words(words) }
}

/// Whole seconds, and minutes from two of them on.
fn seconds(time: Duration) -> String {
    let seconds = (time.as_millis() + 500) / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
