//! What a picture costs in calls of the C library, which do not depend on the machine.

use super::World;
use super::preload::library;

/// In the order of `counts.c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Syncs of the database.
    pub(crate) database: u64,
    /// Syncs of other files and of folders.
    pub(crate) other: u64,
    /// Copies of more than 64 KB within memory.
    pub(crate) copies: u64,
}

impl World {
    /// The program that is started next is counted.
    pub(crate) fn count_calls(&mut self) {
        self.set("LD_PRELOAD", library("counts"));
        self.set("COUNTS", self.path("counts").display().to_string());
    }

    /// What the program has done so far.
    pub(crate) fn counts(&self) -> Counts {
        let bytes = std::fs::read(self.path("counts")).unwrap();
        let count = |at: usize| u64::from_ne_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap());
        Counts { database: count(0), other: count(1), copies: count(2) }
    }
}
