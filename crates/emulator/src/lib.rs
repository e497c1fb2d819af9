//! Stand-ins for the two services that nobody else imitates well enough: Discord and Amazon Bedrock.
//!
//! Both are written from the services' documentation, never from Easel's own encoders, and are reached only
//! through base URLs. They refuse what the real ones refuse, and have switches for faults.

pub mod bedrock;
pub mod discord;
mod socket;
mod sync;
pub mod tls;
