//! Where the bot's data lie, and what is left of them.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

/// Files that a panel shows.
const SHOWN: usize = 50;

#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// What is to be removed at the end.
    made: Option<PathBuf>,
    /// No earlier playground has left data in it.
    pub(super) is_fresh: bool,
}

impl Folder {
    /// `root`, or one of its own. Unless they are to be kept, the data go at the end, but none that were there before.
    ///
    /// # Errors
    /// A sentence with the folder and the remedy.
    pub(super) fn make(root: Option<PathBuf>, keep: bool) -> anyhow::Result<Folder> {
        let own = || std::env::temp_dir().join(format!("easel-demo-{}", ulid::Ulid::new()));
        let root = root.unwrap_or_else(own);
        let shown = root.display().to_string();
        let is_new = !root.exists();
        ensure!(
            !root.join(".env").exists(),
            "--data: the bot would read `{shown}/.env`: choose another folder"
        );
        let had_data = root.join("data").exists();
        // What people write to the bot is nobody else's.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&root);
        made.with_context(|| format!("--data: cannot make the folder `{shown}`"))?;
        let root = root.canonicalize().with_context(|| format!("--data: `{shown}`"))?;
        let made = if is_new { root.clone() } else { root.join("data") };
        let made = Some(made).filter(|_| !keep && !had_data);
        Ok(Folder { root, made, is_fresh: !had_data })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn database(&self) -> PathBuf {
        self.root.join("data/easel.db")
    }

    fn archive(&self) -> PathBuf {
        self.root.join("data/archive")
    }

    fn archive_away(&self) -> PathBuf {
        self.root.join("data/archive-away")
    }

    /// Moves the archive away and puts a file in its place, or brings it back.
    ///
    /// # Errors
    /// The file system's.
    pub(super) fn move_archive(&self, away: bool) -> io::Result<()> {
        let (here, there) = (self.archive(), self.archive_away());
        if away && !there.exists() {
            // The bot makes it with its first picture.
            fs::create_dir_all(&here)?;
            fs::rename(&here, &there)?;
            fs::write(&here, "the archive is away")?;
        } else if !away && there.is_dir() {
            if here.is_file() {
                fs::remove_file(&here)?;
            }
            fs::rename(&there, &here)?;
        }
        Ok(())
    }

    /// # Errors
    /// The file system's.
    pub(super) fn remove(&self) -> io::Result<()> {
        match &self.made {
            Some(made) if made.exists() => fs::remove_dir_all(made),
            _ => Ok(()),
        }
    }

    /// The frame with what is archived, the latest first.
    pub(super) fn files_json(&self) -> Value {
        let mut files = Vec::new();
        let archive = if self.archive_away().is_dir() { self.archive_away() } else { self.archive() };
        collect(&archive, &archive, &mut files);
        files.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.name.cmp(&other.name)));
        let shown = |file: &Archived| json!({ "name": file.name, "bytes": file.bytes, "at": file.at });
        let latest: Vec<Value> = files.iter().take(SHOWN).map(shown).collect();
        json!({ "type": "files", "files": latest, "total": files.len() })
    }
}

struct Archived {
    name: String,
    bytes: u64,
    /// Unix milliseconds.
    at: u64,
}

/// What is being written or removed meanwhile is left out.
fn collect(folder: &Path, archive: &Path, files: &mut Vec<Archived>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, hidden) = (entry.path(), entry.file_name().as_encoded_bytes().starts_with(b"."));
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() {
            collect(&path, archive, files);
        } else if let (Ok(name), false) = (path.strip_prefix(archive), hidden) {
            let at = about.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            let at = at.and_then(|at| u64::try_from(at.as_millis()).ok()).unwrap_or_default();
            files.push(Archived { name: name.display().to_string(), bytes: about.len(), at });
        }
    }
}
