//! Easel: a Discord bot that paints with Amazon Bedrock.

pub mod config;
pub mod engine;
pub mod error;
pub mod job;
pub mod money;
pub mod request;
pub mod settings;
