//! Files that survive a crash: written beside their place, synced, then published under their name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

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
        let (path, mut file) = create_beside(place, mode)?;
        // A file system without locks loses only the protection against a cleaning neighbour.
        let _ = file.try_lock();
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        let draft = Draft { path, moved: false, _locked: file };
        written.map(|()| draft)
    }

    /// Gives it the name `place`, in place of whatever has it.
    pub(crate) fn replace(mut self, place: &Path) -> io::Result<()> {
        fs::rename(&self.path, place)?;
        self.moved = true;
        sync_folder_of(place)
    }

    /// Gives it the name `place`, or fails with [`ErrorKind::AlreadyExists`].
    pub(crate) fn publish(self, place: &Path) -> io::Result<()> {
        let linked = fs::hard_link(&self.path, place);
        drop(self);
        // The name may be a crashed writer's, who did not get as far as this.
        sync_folder_of(place)?;
        linked
    }
}

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
    match fs::create_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound && folder.parent().is_some() => {
            create_folder(folder.parent().unwrap_or(folder))?;
            create_folder(folder)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder_of(folder),
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

/// A new name is safe only once the folder is on the disk as well.
fn sync_folder_of(place: &Path) -> io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
