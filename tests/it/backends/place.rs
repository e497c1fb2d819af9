//! Where a store lives.

use easel::store::Store;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::books::accounts_agree;

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

    /// Holds each account against what jobs and calls add up to.
    pub(super) fn audit(&self) {
        match self {
            Place::Sqlite(folder) => {
                let db = Connection::open(folder.path().join("easel.db")).unwrap();
                accounts_agree(&db);
            }
        }
    }
}
