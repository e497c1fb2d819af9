//! What whoever runs Easel can do about what a disk says.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::mounts::file_system;

/// `ENOLCK` and `EIO`, for which there is no [`ErrorKind`]; the same on Linux and macOS for the second alone.
const NO_LOCKS: i32 = if cfg!(target_os = "linux") { 37 } else { 77 };
const FAULT: i32 = 5;

/// The error, with what to do about it in front where that is known.
pub(crate) fn explained(error: io::Error, path: &Path) -> anyhow::Error {
    let remedy = remedy(&error, path);
    let error = anyhow::Error::new(error);
    match remedy {
        Some(remedy) => error.context(remedy),
        None => error,
    }
}

/// For a lock that a file system does not give.
pub(crate) fn without_locks(path: &Path) -> String {
    let kind = file_system(path).map_or_else(|| "on a file system".to_owned(), |kind| format!("on {kind}"));
    format!(
        "`{}` is {kind} without locks, as network file systems often are (NFS, SMB); put it on a local disk",
        path.display()
    )
}

fn remedy(error: &io::Error, path: &Path) -> Option<String> {
    let there = existing(path);
    let shown = there.display();
    Some(match error.kind() {
        ErrorKind::PermissionDenied => rights(there),
        ErrorKind::ReadOnlyFilesystem => {
            let folder = if there.is_dir() { there } else { super::folder_of(there) };
            format!(
                "`{}` is mounted read-only; mount it for writing, or name another place",
                folder.display()
            )
        }
        ErrorKind::StorageFull => "the disk is full; make room on it".to_owned(),
        ErrorKind::QuotaExceeded => {
            "this user's quota on the disk is used up; raise it, or make room".to_owned()
        }
        ErrorKind::FileTooLarge => "files may not be that large here; raise the limit (ulimit -f)".to_owned(),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            format!("`{shown}` is a file where a folder should be; move it away, or name another place")
        }
        ErrorKind::IsADirectory => format!("`{shown}` is a folder; name a file in it"),
        ErrorKind::InvalidFilename => {
            "the path is longer than this file system takes; name a shorter one".to_owned()
        }
        ErrorKind::StaleNetworkFileHandle | ErrorKind::NotConnected => {
            format!("the file system of `{shown}` is gone; mount it again")
        }
        _ if error.raw_os_error() == Some(NO_LOCKS) => without_locks(path),
        _ if error.raw_os_error() == Some(FAULT) => {
            format!("the disk of `{shown}` has a fault; see the kernel's log (dmesg)")
        }
        _ => return None,
    })
}

fn rights(there: &Path) -> String {
    let shown = there.display();
    // Where the kernel shows no processes, nobody is known.
    let me = fs::metadata("/proc/self").map(|process| process.uid());
    match (fs::metadata(there), me) {
        (Ok(found), Ok(me)) if found.uid() != me => format!(
            "`{shown}` belongs to user {}, and Easel runs as user {me}; give it to that user (chown -R {me} {shown}), which for a container's volume is done outside of it",
            found.uid()
        ),
        _ => format!(
            "the rights of `{shown}` do not let this user write there; mend them, or name another place"
        ),
    }
}

/// The path, or what of it is there.
fn existing(path: &Path) -> &Path {
    let there = path.ancestors().find(|part| fs::symlink_metadata(part).is_ok());
    there.unwrap_or_else(|| if path.is_absolute() { Path::new("/") } else { Path::new(".") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_disk_says_comes_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("archive/dm/1/a.png");
        for (kind, remedy) in [
            (ErrorKind::ReadOnlyFilesystem, "is mounted read-only; mount it for writing"),
            (ErrorKind::StorageFull, "the disk is full; make room"),
            (ErrorKind::QuotaExceeded, "quota on the disk is used up"),
            (ErrorKind::FileTooLarge, "ulimit -f"),
            (ErrorKind::InvalidFilename, "name a shorter one"),
            (ErrorKind::StaleNetworkFileHandle, "is gone; mount it again"),
            (ErrorKind::PermissionDenied, "do not let this user write there"),
        ] {
            let said = format!("{:#}", explained(kind.into(), &path));
            assert!(said.contains(remedy), "{remedy} in {said}");
        }
        let said = format!("{:#}", explained(io::Error::from_raw_os_error(NO_LOCKS), &path));
        assert!(said.contains("without locks") && said.contains("put it on a local disk"), "{said}");
        let said = format!("{:#}", explained(io::Error::from_raw_os_error(FAULT), &path));
        assert!(said.contains(&format!("the disk of `{}` has a fault", dir.path().display())), "{said}");
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let in_the_way = dir.path().join("notes.txt");
        fs::write(&in_the_way, "notes").unwrap();
        let path = in_the_way.join("a/b");
        let said = format!("{:#}", explained(fs::create_dir(&path).unwrap_err(), &path));
        assert!(said.starts_with(&format!("`{}` is a file where a folder", in_the_way.display())), "{said}");
    }
}
