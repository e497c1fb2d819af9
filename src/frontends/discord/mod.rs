//! Discord: the Gateway and the HTTP frontend, and the commands and buttons behind them.

mod buttons;
pub mod commands;
mod deferred;
mod doubts;
pub mod gateway;
pub mod http;
pub mod interaction;
pub mod register;
pub mod response;
pub(crate) mod start;
pub mod suggestions;
pub mod watchdog;
