//! Where a store lives.

use easel::store::Store;
use tempfile::TempDir;

/// A place for one store, empty at first, and gone when the test is over.
pub(super) enum Place {
    /// A folder with one file.
    Sqlite(TempDir),
}

impl Place {
    pub(super) fn sqlite() -> Place {
        Place::Sqlite(tempfile::tempdir().unwrap())
    }

    /// Opens the store, once more if it is open.
    pub(super) fn open(&self) -> Store {
        match self {
            Place::Sqlite(folder) => Store::open(&folder.path().join("easel.db")).unwrap(),
        }
    }
}
