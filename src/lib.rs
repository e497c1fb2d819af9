//! Easel: a Discord bot that paints with Amazon Bedrock.
//!
//! ```text
//!  discord/gateway ─┐                                                       ┌─ archive
//!                   ├─ answer ── commands ── request ── limits ─┐           │
//!  discord/http ────┘  ≤ 3 s     parse       resolve    admit   │           │
//!                                                               ▼           │
//!                                                        store + queue ── worker ── engine/
//!                                                                           │
//!                                                                           └─ messages
//! ```
//!
//! Programs have a door of their own, [`api`], with the same way behind it. Under AWS Lambda ([`lambda`]) the doors and
//! the worker are a function each, and `store + queue` lie between them as they lie between any two machines.
//!
//! One direction: `config → app → {gateway, http, worker, lambda, cli}`. Parsing, settings, requests, limits, job states and the
//! models' bodies do no I/O and take the time as an argument. The job's row in the store is the truth; the queue
//! carries its id. What people of Discord read, and each refusal, is written in [`messages`], nowhere else.

pub mod cli;

pub mod app;
pub mod clock;
pub mod config;
pub mod error;
pub mod messages;
pub mod refusal;
pub mod secret;

mod age_restriction;
pub mod attachment;
pub mod discord;
pub mod limits;
pub mod moderation;
pub mod money;
pub mod policy;
pub mod request;
pub mod session;
pub mod settings;

pub mod image_format;
pub mod job;
pub mod queue;
pub mod rate_limiter;
pub mod store;

pub mod engine;
pub mod worker;

pub mod api;
pub mod lambda;
pub mod routes;
pub mod server;

pub mod archive;
pub mod digest;
mod disk;
pub mod export;
pub mod shrink;
pub mod spool;

pub mod draw;
mod text;
pub mod usage;
