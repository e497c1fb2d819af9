//! The safety net of one machine: pictures between the model's answer and the archive, on disk before anyone is told.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;

use crate::backends::disk::{self, Draft};
use crate::domain::job::JobId;

/// Bytes of a larger picture.
const PICTURE: usize = 2 * 1024 * 1024;

/// A folder that only this user can read, with one file a picture.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// Makes the folder if it is missing, and removes what crashed writers left in it.
    ///
    /// # Errors
    /// A folder that cannot be made, or belongs to another user.
    pub fn open(folder: &Path) -> anyhow::Result<Spool> {
        let prepare = || {
            disk::create_folder(folder)?;
            disk::make_private(folder)?;
            disk::remove_leftovers(folder)
        };
        prepare().map_err(|error| disk::explained(error, folder)).with_context(|| {
            format!("the spool `{}` must be a folder of the user who runs Easel", folder.display())
        })?;
        Ok(Spool { folder: folder.to_owned() })
    }

    /// Whether it has room for a picture.
    ///
    /// # Errors
    /// A disk that takes none, with the remedy.
    pub fn try_out(&self) -> anyhow::Result<()> {
        disk::try_out(&self.folder, PICTURE).map_err(|error| disk::explained(error, &self.folder))
    }

    /// Keeps a picture. When this returns, a crash or a power cut cannot take it away.
    ///
    /// # Errors
    /// A full or broken disk; then nothing is kept, and an earlier picture of that number stays.
    pub async fn keep(&self, job: JobId, n: u32, bytes: &Bytes) -> anyhow::Result<()> {
        let bytes = bytes.clone();
        self.at(job, n, "keep", move |path| Draft::write(path, &bytes, 0o600)?.replace(path)).await
    }

    /// A kept picture, `None` when there is none.
    pub async fn load(&self, job: JobId, n: u32) -> anyhow::Result<Option<Bytes>> {
        self.at(job, n, "read", |path| Ok(disk::read(path)?.map(Bytes::from))).await
    }

    /// Whether a picture is kept.
    pub async fn holds(&self, job: JobId, n: u32) -> anyhow::Result<bool> {
        self.at(job, n, "look for", Path::try_exists).await
    }

    /// Lets a picture go; one that is missing is fine.
    pub async fn forget(&self, job: JobId, n: u32) -> anyhow::Result<()> {
        self.at(job, n, "remove", disk::remove).await
    }

    /// An empty file of this name for work that goes through the disk; nothing else may have it at the same time.
    ///
    /// # Errors
    /// A full or broken disk.
    pub async fn scratch(&self, name: &str) -> anyhow::Result<Scratch> {
        let path = self.folder.join(format!("{name}-{:016x}{}", rand::random::<u64>(), disk::UNFINISHED));
        let made = tokio::task::spawn_blocking(move || Scratch::create(path));
        made.await.context("the spool's thread ended early")?.context("the spool takes no files")
    }

    /// The pictures that are kept, by job and number.
    pub async fn kept(&self) -> anyhow::Result<Vec<(JobId, u32)>> {
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || {
            let entries = fs::read_dir(&folder)?;
            entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()
        });
        let names = listed.await.context("the spool's thread ended early")?.context("the spool")?;
        Ok(names.iter().filter_map(|name| picture_of(name.to_str()?)).collect())
    }

    /// Works on a picture's file on a thread that may wait for the disk.
    async fn at<T: Send + 'static>(
        &self,
        job: JobId,
        n: u32,
        what: &'static str,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let path = self.folder.join(format!("{job}-{n}.png"));
        let done = tokio::task::spawn_blocking(move || {
            work(&path)
                .map_err(|error| disk::explained(error, &path))
                .with_context(|| format!("the spool cannot {what} `{}`", path.display()))
        });
        done.await.context("the spool's thread ended early")?
    }
}

/// A file that is gone once this is dropped, or at the next start after a crash.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    file: File,
}

impl Scratch {
    fn create(path: PathBuf) -> io::Result<Scratch> {
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

fn picture_of(name: &str) -> Option<(JobId, u32)> {
    let (job, n) = name.strip_suffix(".png")?.split_once('-')?;
    Some((job.parse().ok()?, n.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use time::OffsetDateTime;

    use super::*;

    const PICTURE: Bytes = Bytes::from_static(b"\x89PNG canary");

    fn job() -> JobId {
        JobId::new(OffsetDateTime::UNIX_EPOCH, 7)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn a_kept_picture_outlives_the_process_until_it_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("data/spool");
        Spool::open(&folder).unwrap().keep(job(), 2, &PICTURE).await.unwrap();

        let spool = Spool::open(&folder).unwrap();
        assert_eq!(spool.load(job(), 2).await.unwrap(), Some(PICTURE));
        assert_eq!(spool.load(job(), 1).await.unwrap(), None);
        assert_eq!(spool.kept().await.unwrap(), [(job(), 2)]);
        spool.forget(job(), 2).await.unwrap();
        spool.forget(job(), 2).await.unwrap();
        assert_eq!(spool.load(job(), 2).await.unwrap(), None);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_later_picture_takes_the_place_of_an_earlier_one() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool.keep(job(), 0, &Bytes::from_static(b"a much longer first answer")).await.unwrap();
        spool.keep(job(), 0, &PICTURE).await.unwrap();
        assert_eq!(spool.load(job(), 0).await.unwrap(), Some(PICTURE));
    }

    #[tokio::test]
    async fn only_this_user_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("spool");
        fs::create_dir(&folder).unwrap();
        let spool = Spool::open(&folder).unwrap();
        spool.keep(job(), 0, &PICTURE).await.unwrap();
        let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    }

    #[tokio::test]
    async fn a_torn_file_is_never_loaded_and_goes_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let torn = dir.path().join(format!(".{}-0.png.0{}", job(), disk::UNFINISHED));
        fs::write(&torn, b"\x89PN").unwrap();
        let busy = Draft::write(&dir.path().join("other.png"), b"being written", 0o600).unwrap();

        let spool = Spool::open(dir.path()).unwrap();
        assert!(!torn.exists());
        assert_eq!(spool.load(job(), 0).await.unwrap(), None);
        busy.replace(&dir.path().join("other.png")).unwrap();
    }

    #[tokio::test]
    async fn a_disk_that_cannot_take_it_is_an_error_with_the_path() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("spool")).unwrap();
        fs::remove_dir(dir.path().join("spool")).unwrap();
        let said = format!("{:#}", spool.keep(job(), 0, &PICTURE).await.unwrap_err());
        assert!(said.contains("cannot keep") && said.contains("-0.png"), "{said}");
    }
}
