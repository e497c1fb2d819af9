//! Discord: the doors, what people type, and what they see.

pub mod answer;
pub mod commands;
pub mod components;
mod deferred;
pub mod gateway;
pub mod http;
pub mod interaction;
pub mod register;
pub mod reply;
pub mod rest;
pub(crate) mod retry;
pub mod sessions;
pub mod signature;
pub mod watchdog;
