//! What a server of another maker understands of Amazon's ways to store an object: tried out once in a process.

use std::hash::{DefaultHasher, Hash, Hasher};

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use tokio::sync::{Mutex, MutexGuard};

use super::connection::status;

/// What it heeds. Amazon heeds all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abilities {
    /// `If-None-Match: *`: a key that is taken is not overwritten.
    pub(super) condition: bool,
    /// A SHA-256 of the object in a header.
    pub(super) checksum: bool,
}

impl Abilities {
    pub(super) const ALL: Abilities = Abilities { condition: true, checksum: true };

    /// The most wanted first.
    pub(super) const TRIED: [Abilities; 4] = [
        Abilities::ALL,
        Abilities { condition: true, checksum: false },
        Abilities { condition: false, checksum: true },
        Abilities { condition: false, checksum: false },
    ];
}

/// What follows from one way of storing that was tried.
#[derive(Debug)]
pub(super) enum Trial {
    Answered(Abilities),
    /// The server does not know what it was asked for.
    NotUnderstood(SdkError<PutObjectError>),
    /// It says nothing about the server.
    Failed(SdkError<PutObjectError>),
}

impl Trial {
    pub(super) fn failed(error: SdkError<PutObjectError>) -> Trial {
        match (status(&error), error.code()) {
            // Where only pictures may be written, nothing can be tried.
            (_, Some("AccessDenied")) => Trial::Answered(Abilities::ALL),
            (Some(400 | 501), _) => Trial::NotUnderstood(error),
            _ => Trial::Failed(error),
        }
    }
}

/// One writer at a time for each key, where the server does not see to it.
#[derive(Debug)]
pub(super) struct Turns([Mutex<()>; 32]);

impl Turns {
    pub(super) fn new() -> Turns {
        Turns(std::array::from_fn(|_| Mutex::new(())))
    }

    /// Waits for the turn of this key, or of another one that shares its place.
    pub(super) async fn of(&self, key: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let places = self.0.len() as u64;
        let place = usize::try_from(hasher.finish() % places).unwrap_or_default();
        self.0[place].lock().await
    }
}
