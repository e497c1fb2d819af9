//! Files that survive a crash: written beside their place, synced, then published under their name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

mod mounts;
mod remedy;

pub(crate) use mounts::{file_system, is_shared};
pub(crate) use remedy::{explained, without_locks};

/// What the names of unfinished files end with.
pub(crate) const UNFINISHED: &str = ".tmp";

/// How many unfinished files of one name may lie around before writing it fails.
const DRAFTS: u32 = 1_000;

/// A whole file, synced, that lies beside its place under a hidden name.
///
/// Dropped before it was published, it is gone. It is locked until then, so that it is not taken for a leftover.
pub(crate) struct Draft {
    path: PathBuf,
    moved: bool,
    _locked: File,
}

impl Draft {
    /// Writes `bytes` beside `place`. `mode` is what the file permits, less the umask.
    pub(crate) fn write(place: &Path, bytes: &[u8], mode: u32) -> io::Result<Draft> {
        Draft::fill(place, mode, |file| file.write_all(bytes))
    }

    /// Writes what `source` holds beside `place`.
    pub(crate) fn copy(place: &Path, source: &Path, mode: u32) -> io::Result<Draft> {
        let mut source = File::open(source)?;
        Draft::fill(place, mode, |file| io::copy(&mut source, file).map(drop))
    }

    fn fill(place: &Path, mode: u32, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Draft> {
        let (path, mut file) = create_beside(place, mode)?;
        // A file system without locks loses only the protection against a cleaning neighbour.
        let _ = file.try_lock();
        let written = write(&mut file).and_then(|()| file.sync_data());
        let draft = Draft { path, moved: false, _locked: file };
        written.map(|()| draft)
    }

    /// Gives it the name `place`, or fails with [`ErrorKind::AlreadyExists`].
    pub(crate) fn publish(mut self, place: &Path) -> io::Result<()> {
        let published = match fs::hard_link(&self.path, place) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => self.rename_to_free(place),
            linked => linked,
        };
        drop(self);
        // The name may be a crashed writer's, who did not get as far as this.
        sync_folder_of(place)?;
        published
    }

    /// For file systems without hard links (exFAT, many of SMB and FUSE): a look, then a rename, which replaces. Between
    /// the two no other writer gets in: of this process never, of others where the file system locks folders. A crash
    /// leaves the whole file under its name or none.
    fn rename_to_free(&mut self, place: &Path) -> io::Result<()> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = File::open(folder_of(place))?;
        // The lock ends with the handle.
        let _ = folder.lock();
        match fs::symlink_metadata(place) {
            Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Err(_) => fs::rename(&self.path, place)?,
        }
        self.moved = true;
        Ok(())
    }
}

/// Of those who look for a free name and take it by a rename.
static TURN: Mutex<()> = Mutex::new(());

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.moved {
            // What stays behind is hidden, and there is no caller to tell.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a folder and those above it, each safe before the next.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    // Some folders are there and take nothing, as /proc.
    let missing = folder.parent().filter(|parent| !parent.is_dir());
    match (fs::create_dir(folder), missing) {
        (Err(error), Some(parent)) if error.kind() == ErrorKind::NotFound => {
            create_folder(parent)?;
            create_folder(folder)
        }
        (Err(error), _) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        (Err(error), _) => Err(error),
        (Ok(()), _) => sync_folder_of(folder),
    }
}

/// Removes what crashed writers left in `folder`, and nothing that is still being written.
pub(crate) fn remove_leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.to_string_lossy().ends_with(UNFINISHED) {
            continue;
        }
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// The bytes of a file, `None` when there is no such file.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes a file; one that is missing is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn create_beside(place: &Path, mode: u32) -> io::Result<(PathBuf, File)> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    for draft in 0..DRAFTS {
        let path = place.with_file_name(format!(".{name}.{draft}{UNFINISHED}"));
        match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((path, file)),
        }
    }
    Err(io::Error::new(
        ErrorKind::AlreadyExists,
        format!("{DRAFTS} unfinished files of this name lie beside it"),
    ))
}

/// A new name is safe only once the folder is on the disk as well. Some file systems cannot sync a folder, or see to
/// it by themselves.
pub(crate) fn sync_folder_of(place: &Path) -> io::Result<()> {
    match File::open(folder_of(place))?.sync_all() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Lets nobody but this user into a folder.
///
/// # Errors
/// It belongs to another user. A file system that knows no rights is no error.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let Err(error) = fs::set_permissions(folder, fs::Permissions::from_mode(0o700)) else { return Ok(()) };
    let own = Draft::write(&folder.join("owner"), b"", 0o600)?;
    if fs::metadata(folder)?.uid() != fs::metadata(&own.path)?.uid() {
        return Err(error);
    }
    tracing::warn!(
        "`{}` is on a file system without rights: others on this machine may read what lies there",
        folder.display()
    );
    Ok(())
}

/// Whether `folder` takes `length` bytes, which are gone after that.
pub(crate) fn try_out(folder: &Path, length: usize) -> io::Result<()> {
    Draft::write(&folder.join("easel-check"), &vec![0; length], 0o600).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_takes_a_free_name_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("a.png");
        let rename = |bytes: &[u8]| Draft::write(&place, bytes, 0o600).unwrap().rename_to_free(&place);
        rename(b"first").unwrap();
        assert_eq!(rename(b"second").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&place).unwrap(), b"first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing unfinished is left");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_takes_nothing_is_an_error_at_once() {
        for path in ["/proc/easel", "/proc/easel/data/archive"] {
            create_folder(Path::new(path)).unwrap_err();
        }
    }

    #[test]
    fn of_many_who_rename_one_wins() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("a.png");
        let won = std::thread::scope(|scope| {
            let rename = |n: u8| {
                let place = &place;
                scope
                    .spawn(move || Draft::write(place, &[n; 9], 0o600).unwrap().rename_to_free(place).is_ok())
            };
            let threads: Vec<_> = (0..16).map(rename).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
    }
}
