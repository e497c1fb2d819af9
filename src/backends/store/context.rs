//! What a request has to respect, and what it may start from.

use crate::domain::image_format::ImageFormat;
use crate::domain::job::Job;
use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::settings::Settings;

/// Everything that a request has to respect, as it stood when it was looked up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    pub policy: Policy,
    /// The session that runs in the channel.
    pub session: Option<Session>,
    pub preferences: Settings,
    /// The channel and, for a thread, the one above it.
    pub places: Vec<u64>,
}

/// The picture that `from:last` starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct LastPicture {
    pub job: Job,
    pub n: u32,
    pub format: ImageFormat,
}
