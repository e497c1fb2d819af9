//! The two error channels.
//!
//! A [`Refusal`] is expected: it is shown to the person who asked, by [`crate::app::messages`], and never logged as an error.
//! Everything else is an [`anyhow::Error`] with context, logged once where it is handled; the person then sees
//! [`Refusal::Fault`], one fixed sentence with the job's id.

use crate::domain::refusal::Refusal;

/// The refusal that caused `error`, if it was one.
pub fn refusal(error: &anyhow::Error) -> Option<&Refusal> {
    error.downcast_ref()
}
