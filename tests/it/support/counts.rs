//! What a picture costs in calls of the C library, which do not depend on the machine.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use super::World;

/// What stands between the program and the C library. Each process of the tests makes its own.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/counts.c");
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("counts.so");
    let draft = library.with_extension(format!("{}.so", std::process::id()));
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-fno-builtin", "-o"])
        .arg(&draft)
        .args([source, "-ldl"])
        .status();
    assert!(made.expect("a C compiler, as for building Easel").success());
    std::fs::rename(&draft, &library).unwrap();
    library
});

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
        self.set("LD_PRELOAD", LIBRARY.display().to_string());
        self.set("COUNTS", self.path("counts").display().to_string());
    }

    /// What the program has done so far.
    pub(crate) fn counts(&self) -> Counts {
        let bytes = std::fs::read(self.path("counts")).unwrap();
        let count = |at: usize| u64::from_ne_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap());
        Counts { database: count(0), other: count(1), copies: count(2) }
    }
}
