//! Discord's REST API: its calls, messages in its JSON, and files that people attached.

pub(crate) mod age_restriction;
pub mod attachment;
mod call;
pub(crate) mod edit_rate;
mod form;
pub mod message;
pub mod permissions;
pub mod pictures;
mod private;
pub mod rest;
pub(crate) mod retry;
