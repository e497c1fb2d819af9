//! Easel: a Discord bot that generates images with Amazon Bedrock.
//!
//! ```text
//!  frontends/            app/                                      backends/
//!  discord, api, cli ─── command ── domain: request, policy ── place_order ── store + queue
//!    ≤ 3 s               parse        resolve, decide             one write         │
//!                                                                                   ▼
//!                                          messages ◄── deliver ◄── worker ── engine, archive
//! ```
//!
//! Four layers; imports go down only, and never in a circle (`tests/it/layers.rs`). [`domain`] is pure: it does no
//! I/O and takes the time as an argument. The job's record in the store is the truth; the queue carries its id. What
//! people read is written in [`app::messages`], nowhere else. Under AWS Lambda ([`frontends::lambda`]) the frontends and the
//! worker are a function each.

pub mod app;
pub mod backends;
pub mod config;
pub mod domain;
pub mod frontends;
