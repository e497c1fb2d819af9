//! Stories about the whole of Easel: the real program, emulated Discord and Bedrock, other people's S3 servers.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on stops where it is")]

mod admin;
mod archive;
mod aws_words;
mod backends;
mod bad_input;
mod benchmarks;
#[cfg(target_os = "linux")]
mod costs;
mod crash;
mod deleting;
mod delivery;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "demo")]
mod demo_script;
#[cfg(target_os = "linux")]
mod disks;
mod docs;
mod dynamodb;
mod edits;
mod encrypted;
mod environment;
mod forgetting;
mod fuzzed;
mod gallery;
mod gateway;
mod guardrail;
mod http_frontend;
mod images;
mod imagine;
mod lambda;
mod later;
mod layers;
mod limits;
mod members;
mod migrating;
mod model_faults;
mod options;
mod pictures;
mod places;
mod programs;
mod progress;
mod proxies;
mod queues;
mod registering;
mod s3;
mod s3_faults;
mod serverless;
mod sessions;
mod several_machines;
mod shell;
mod stopping;
mod support;
mod throttled;
mod turns;
mod variants;
mod worker;
