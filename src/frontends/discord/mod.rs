//! Discord: the Gateway and the HTTP frontend, and the commands and buttons behind them.

mod buttons;
pub mod commands;
mod deferred;
mod doubts;
mod forms;
pub mod gateway;
pub mod http;
pub mod interaction;
mod on_message;
mod orders;
mod picture_link;
pub mod register;
pub mod response;
pub(crate) mod start;
pub mod suggestions;
pub mod watchdog;
