//! What whoever runs Easel can do where a database cannot be used.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::backends::disk::{file_system, without_locks};

/// The error, with what to do about it in front.
pub(super) fn explained(error: rusqlite::Error, path: &Path) -> anyhow::Error {
    let remedy = remedy(&error, path);
    anyhow::Error::new(error).context(format!("EASEL_STORE: {remedy}"))
}

/// A place that has no memory for several readers of a file.
pub(super) fn without_wal(path: &Path) -> String {
    let kind = file_system(path).map_or_else(String::new, |kind| format!(" ({kind})"));
    format!(
        "`{}` is on a file system{kind} that cannot share memory, as network file systems often cannot (NFS, SMB); put EASEL_STORE on a local disk",
        path.display()
    )
}

fn remedy(error: &rusqlite::Error, path: &Path) -> String {
    let shown = path.display();
    let (code, extended) = match error {
        rusqlite::Error::SqliteFailure(fault, _) => (Some(fault.code), fault.extended_code),
        _ => (None, 0),
    };
    match (code, extended) {
        (Some(ErrorCode::FileLockingProtocolFailed), _)
        | (
            _,
            rusqlite::ffi::SQLITE_IOERR_LOCK
            | rusqlite::ffi::SQLITE_IOERR_RDLOCK
            | rusqlite::ffi::SQLITE_IOERR_UNLOCK
            | rusqlite::ffi::SQLITE_IOERR_CHECKRESERVEDLOCK
            | rusqlite::ffi::SQLITE_IOERR_SHMLOCK,
        ) => without_locks(path),
        (
            _,
            rusqlite::ffi::SQLITE_IOERR_SHMMAP
            | rusqlite::ffi::SQLITE_IOERR_SHMOPEN
            | rusqlite::ffi::SQLITE_IOERR_SHMSIZE,
        ) => without_wal(path),
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => format!(
            "another program keeps `{shown}` locked; end it, or, if there is none, put EASEL_STORE on a local disk"
        ),
        (Some(ErrorCode::DiskFull), _) => format!("the disk of `{shown}` is full; make room on it"),
        (Some(ErrorCode::ReadOnly), _) => {
            format!(
                "`{shown}` cannot be written; give this user the file and its folder, on a disk that is mounted for writing"
            )
        }
        (Some(ErrorCode::SystemIoFailure), _) => format!(
            "the disk of `{shown}` has a fault or is full; see the kernel's log (dmesg), or put EASEL_STORE elsewhere"
        ),
        (Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied), _) => {
            format!("`{shown}` cannot be opened; give this user the file and its folder")
        }
        _ => format!("`{shown}` cannot be used as a database; move it away or name another file"),
    }
}
