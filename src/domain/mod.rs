//! The rules: no I/O, no clock, no randomness of their own.

pub mod catalogue;
pub mod digest;
pub(crate) mod encode;
pub mod error;
pub mod fit;
pub mod image_format;
pub mod job;
pub mod likeness;
pub mod limits;
pub(crate) mod metadata;
pub mod money;
pub mod policy;
pub mod presets;
pub mod refusal;
pub mod request;
pub mod services;
pub mod session;
pub mod settings;
pub mod shrink;
pub mod signature;
pub(crate) mod text;
pub mod unreadable;
pub mod usage;
pub(crate) mod vocabulary;
pub mod words;
pub(crate) mod xmp;
