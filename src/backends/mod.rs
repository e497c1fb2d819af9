//! One outside thing each.

pub mod archive;
pub mod aws;
pub(crate) mod causes;
pub mod discord_api;
pub(crate) mod disk;
pub mod engine;
pub(crate) mod guardrail;
pub mod http;
pub mod image_buffer;
pub mod queue;
pub mod rate_limit;
pub mod secrets;
pub mod spool;
pub mod store;
