//! Discord: the gateway and the HTTP frontend, and the commands behind them.

pub mod answer;
pub mod commands;
mod deferred;
pub mod gateway;
pub mod http;
pub mod interaction;
pub mod register;
pub mod sessions;
pub mod watchdog;
