//! The archive of one machine: a folder.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bytes::Bytes;

use crate::backends::disk::{self, Draft};

/// Bytes that a check stores: as many as a picture has.
const PICTURE: usize = 2 * 1024 * 1024;

/// A folder whose files are never overwritten.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

#[derive(Debug, PartialEq, Eq)]
enum Put {
    Stored,
    TakenBySame,
    TakenByOther,
}

impl Folder {
    /// Makes the folder if it is missing.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn open(root: &Path) -> anyhow::Result<Folder> {
        disk::create_folder(root)
            .map_err(|error| disk::explained(error, root))
            .with_context(|| format!("EASEL_ARCHIVE: the folder `{}` cannot be made", root.display()))?;
        Ok(Folder { root: root.to_owned() })
    }

    pub(super) async fn put_image(&self, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        match self.put(key, bytes).await? {
            Put::Stored | Put::TakenBySame => Ok(()),
            Put::TakenByOther => bail!("`{}` already holds another picture", self.describe(key)),
        }
    }

    pub(super) async fn put_record(&self, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        self.put(key, bytes).await.map(drop)
    }

    pub(super) async fn put_large(&self, key: &str, file: &Path) -> anyhow::Result<()> {
        let file = file.to_owned();
        self.at(key, "write", move |path| {
            disk::create_folder(path.parent().unwrap_or(path))?;
            Draft::copy(path, &file, 0o666)?.publish(path)
        })
        .await
    }

    pub(super) async fn get(&self, key: &str) -> anyhow::Result<Option<Bytes>> {
        self.at(key, "read", |path| Ok(disk::read(path)?.map(Bytes::from))).await
    }

    pub(super) async fn remove(&self, beginning: &str) -> anyhow::Result<()> {
        self.at(beginning, "remove", remove).await
    }

    pub(super) async fn probe(&self, key: &str) -> anyhow::Result<()> {
        let put = self.put(key, Bytes::from_static(&[0; PICTURE])).await;
        let removed = self.at(key, "remove", |path| {
            disk::remove(path)?;
            // Another check may be under way in it.
            let _ = path.parent().map(fs::remove_dir);
            Ok(())
        });
        let removed = removed.await;
        put.and(removed)
    }

    pub(super) fn describe(&self, key: &str) -> String {
        self.root.join(key).display().to_string()
    }

    async fn put(&self, key: &str, bytes: Bytes) -> anyhow::Result<Put> {
        self.at(key, "write", move |path| put(path, &bytes)).await
    }

    /// Works on a key's file on a thread that may wait for the disk.
    async fn at<T: Send + 'static>(
        &self,
        key: &str,
        what: &'static str,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let path = self.root.join(key);
        let done = tokio::task::spawn_blocking(move || {
            work(&path)
                .map_err(|error| disk::explained(error, &path))
                .with_context(|| format!("EASEL_ARCHIVE: cannot {what} `{}`", path.display()))
        });
        done.await.context("the archive's thread ended early")?
    }
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<Put> {
    let draft = match Draft::write(path, bytes, 0o666) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            disk::create_folder(path.parent().unwrap_or(path))?;
            Draft::write(path, bytes, 0o666)?
        }
        written => written?,
    };
    match draft.publish(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let same = disk::read(path)?.is_some_and(|found| found == bytes);
            Ok(if same { Put::TakenBySame } else { Put::TakenByOther })
        }
        published => published.map(|()| Put::Stored),
    }
}

/// Removes what has a path that begins with this one, and what crashed writers left of them.
fn remove(beginning: &Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (beginning.parent(), beginning.file_name()) else { return Ok(()) };
    let name = name.to_string_lossy();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let found = path.file_name().unwrap_or_default().to_string_lossy();
        if found.strip_prefix('.').unwrap_or(&found).starts_with(&*name) {
            if path.is_dir() { fs::remove_dir_all(&path)? } else { disk::remove(&path)? }
        }
    }
    disk::sync_folder_of(beginning)?;
    // Only an empty folder goes: its name may say whose pictures were in it.
    let _ = fs::remove_dir(folder);
    Ok(())
}

#[cfg(test)]
mod tests {

    use super::*;

    #[tokio::test]
    async fn nothing_but_the_picture_stays_behind() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(&dir.path().join("archive")).unwrap();
        for bytes in ["first", "first", "second"] {
            let _ = folder.put_image("dm/1/x.png", Bytes::from(bytes)).await;
        }
        let names: Vec<_> = fs::read_dir(dir.path().join("archive/dm/1"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names, ["x.png"]);
    }

    #[tokio::test]
    async fn what_a_crashed_writer_left_is_in_nobodys_way() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(".x.png.0.tmp"), "torn").unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        folder.put_image("x.png", Bytes::from_static(b"whole")).await.unwrap();
        assert_eq!(folder.get("x.png").await.unwrap().unwrap(), "whole");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_named_with_its_variable() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        fs::write(dir.path().join("dm"), "a file where a folder should be").unwrap();
        let said = format!("{:#}", folder.put_image("dm/x.png", Bytes::new()).await.unwrap_err());
        assert!(said.contains("EASEL_ARCHIVE") && said.contains("x.png"), "{said}");
    }
}
