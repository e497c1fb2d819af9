//! Easel: a Discord bot that paints with Amazon Bedrock.

pub mod app;
pub mod archive;
pub mod attachment;
pub mod cli;
pub mod config;
pub mod discord;
pub mod disk;
pub mod emulator;
pub mod engine;
pub mod error;
pub mod job;
pub mod limits;
pub mod money;
pub mod queue;
pub mod request;
pub mod settings;
pub mod spool;
pub mod store;
pub mod worker;
