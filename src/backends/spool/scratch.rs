//! Files for work that goes through the disk.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file that is gone once this is dropped, or at the next start after a crash.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    file: File,
}

impl Scratch {
    pub(super) fn create(path: PathBuf) -> io::Result<Scratch> {
        let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        // The clean-up leaves a locked file alone.
        let _ = file.try_lock();
        Ok(Scratch { path, file })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Another handle to write and read it by.
    ///
    /// # Errors
    /// Too many open files.
    pub fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is removed at the next start.
        let _ = fs::remove_file(&self.path);
    }
}
