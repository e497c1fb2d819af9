//! How Easel is reached.

pub mod api;
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
pub mod discord;
pub mod lambda;
pub mod routes;
pub mod server;
