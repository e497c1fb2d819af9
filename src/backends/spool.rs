//! The safety net of one machine: pictures between the model's answer and the archive, on disk before anyone is told.
//!
//! A folder that only this user can read, with files that are written in place and used again. A process writes only to
//! slots that it made itself, and knows in memory which of them are free. Pictures of other processes, dead or alive, are
//! found by the first line of their slots; they are read and removed, never overwritten.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;

use crate::backends::disk;
use crate::backends::image_buffer::ImageBuffer;
use crate::domain::job::JobId;

mod folder;
mod scratch;
mod slot;

use folder::{FREE, Folder};
pub use scratch::Scratch;
use slot::Key;

/// Bytes of a larger picture.
const PICTURE: usize = 2 * 1024 * 1024;

/// Pictures of jobs, by number.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: Arc<Folder>,
}

impl Spool {
    /// Makes the folder if it is missing, removes what crashed writers left unfinished in it, and takes stock of the rest.
    ///
    /// # Errors
    /// A folder that cannot be made, or belongs to another user.
    pub fn open(path: &Path) -> anyhow::Result<Spool> {
        Spool::with_free_slots(path, FREE)
    }

    /// A spool that removes the files of pictures that were let go. Where other processes work on the same jobs, what one
    /// of them has let go is to be found in the archive alone.
    ///
    /// # Errors
    /// As for [`Spool::open`].
    pub fn open_beside_others(path: &Path) -> anyhow::Result<Spool> {
        Spool::with_free_slots(path, 0)
    }

    fn with_free_slots(path: &Path, free: usize) -> anyhow::Result<Spool> {
        let prepare = || {
            disk::create_folder(path)?;
            disk::make_private(path)?;
            disk::remove_leftovers(path)?;
            Folder::open(path, free)
        };
        let folder = prepare().map_err(|error| disk::explained(error, path)).with_context(|| {
            format!("the spool `{}` must be a folder of the user who runs Easel", path.display())
        })?;
        Ok(Spool { folder: Arc::new(folder) })
    }

    /// Whether it has room for a picture.
    ///
    /// # Errors
    /// A disk that takes none, with the remedy.
    pub fn try_out(&self) -> anyhow::Result<()> {
        let path = self.folder.path();
        disk::try_out(path, PICTURE).map_err(|error| disk::explained(error, path))
    }

    /// Keeps a picture whose SHA-256 is known, in hex, and hands its bytes back, kept or not. When it is kept, a crash or a
    /// power cut cannot take it away. A full or broken disk keeps nothing; then an earlier picture of that number stays.
    ///
    /// # Errors
    /// The thread ended early.
    pub async fn keep(
        &self,
        job: JobId,
        n: u32,
        mut image: ImageBuffer,
        sha256: &str,
    ) -> anyhow::Result<(Bytes, anyhow::Result<()>)> {
        let (folder, sha256) = (self.folder.clone(), sha256.to_owned());
        let kept = move || {
            let kept = folder.keep((job, n), &mut image, sha256);
            (image.freeze(), kept)
        };
        let (bytes, kept) =
            tokio::task::spawn_blocking(kept).await.context("the spool's thread ended early")?;
        Ok((bytes, self.explain(kept, || format!("keep picture {n} of job {job}"))))
    }

    /// A kept picture, `None` when there is none. If this process does not know of any, the whole folder is looked through.
    pub async fn load(&self, job: JobId, n: u32) -> anyhow::Result<Option<Bytes>> {
        self.at(job, n, "read", Folder::load).await
    }

    /// Whether a picture is kept.
    pub async fn holds(&self, job: JobId, n: u32) -> anyhow::Result<bool> {
        self.at(job, n, "look for", Folder::holds).await
    }

    /// Lets a picture go; one that is missing is fine. It has to be archived, or nobody's: its slot may be used again.
    pub async fn forget(&self, job: JobId, n: u32) -> anyhow::Result<()> {
        if self.folder.release((job, n)) {
            return Ok(());
        }
        self.at(job, n, "remove", Folder::remove).await
    }

    /// An empty file of this name for work that goes through the disk; nothing else may have it at the same time.
    ///
    /// # Errors
    /// A full or broken disk.
    pub async fn scratch(&self, name: &str) -> anyhow::Result<Scratch> {
        let name = format!("{name}-{:016x}{}", rand::random::<u64>(), disk::UNFINISHED);
        let path = self.folder.path().join(name);
        let made = tokio::task::spawn_blocking(move || Scratch::create(path));
        made.await.context("the spool's thread ended early")?.context("the spool takes no files")
    }

    /// The pictures that this process and others keep, by job and number.
    pub async fn kept(&self) -> anyhow::Result<Vec<(JobId, u32)>> {
        let folder = self.folder.clone();
        let kept = tokio::task::spawn_blocking(move || folder.kept());
        kept.await.context("the spool's thread ended early")?.context("the spool")
    }

    /// Removes the slots that hold nothing; they are made again when they are needed.
    pub async fn tidy(&self) -> anyhow::Result<()> {
        let folder = self.folder.clone();
        let tidied = tokio::task::spawn_blocking(move || folder.tidy());
        tidied.await.context("the spool's thread ended early")
    }

    /// Works on a picture's files on a thread that may wait for the disk.
    async fn at<T: Send + 'static>(
        &self,
        job: JobId,
        n: u32,
        what: &'static str,
        work: impl FnOnce(&Folder, Key) -> std::io::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let folder = self.folder.clone();
        let done = tokio::task::spawn_blocking(move || work(&folder, (job, n)));
        let done = done.await.context("the spool's thread ended early")?;
        self.explain(done, || format!("{what} picture {n} of job {job}"))
    }

    fn explain<T>(&self, done: std::io::Result<T>, what: impl FnOnce() -> String) -> anyhow::Result<T> {
        let path = self.folder.path();
        done.map_err(|error| disk::explained(error, path))
            .with_context(|| format!("the spool `{}` cannot {}", path.display(), what()))
    }
}

#[cfg(test)]
mod tests;
