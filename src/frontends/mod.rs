//! How Easel is reached.

pub mod api;
pub mod cli;
pub mod discord;
pub mod lambda;
pub mod routes;
pub mod server;
