//! Which files of the folder hold which pictures, and which of them are free.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::slot::{self, DIRECT, ENDING, Header, Key};
use crate::backends::disk;
use crate::backends::image_buffer::ImageBuffer;

/// Free slots that are kept for further pictures: twice as many as are in memory at a time.
pub(super) const FREE: usize = 16;

/// What the names of pictures of earlier versions end with.
const OLD: &str = ".png";

/// The files of one spool, as one process sees them.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// What the names of this process's slots begin with.
    run: String,
    /// How slots are opened: [`DIRECT`] until the file system says that it cannot.
    flags: AtomicI32,
    /// How many free slots are kept.
    free: usize,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Files with this picture. Those of other processes were there when the folder was last looked through.
    kept: HashMap<Key, Vec<Place>>,
    /// Slots of this process whose pictures were let go.
    free: Vec<PathBuf>,
    /// How many slots this process made.
    made: u64,
}

#[derive(Debug, Clone)]
struct Place {
    path: PathBuf,
    /// As [`Header::turn`]; 0 for a picture of an earlier version.
    turn: u32,
    /// This process made it.
    is_own: bool,
}

impl Place {
    fn is_slot(&self) -> bool {
        has_ending(&self.path, ENDING)
    }

    fn load(&self, key: Key) -> io::Result<Option<Bytes>> {
        if !self.is_slot() {
            return Ok(disk::read(&self.path)?.map(Bytes::from));
        }
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        Ok(slot::picture(&file)?.filter(|(header, _)| header.key == key).map(|(_, bytes)| bytes))
    }

    /// Another process may have written another picture there since.
    fn remove(&self, key: Key) -> io::Result<()> {
        if self.is_own || !self.is_slot() {
            return disk::remove(&self.path);
        }
        slot::remove_if(&self.path, true, |file| {
            Ok(slot::header(file)?.is_some_and(|header| header.key == key))
        })
    }
}

impl Folder {
    /// Takes stock of what other processes left, and removes what is torn of it.
    pub(super) fn open(path: &Path, free: usize) -> io::Result<Folder> {
        let folder = Folder {
            path: path.to_owned(),
            run: format!("{:016x}", rand::random::<u64>()),
            flags: AtomicI32::new(DIRECT),
            free,
            known: Mutex::default(),
        };
        for torn in folder.look()? {
            if let Err(error) = slot::remove_if(&torn, false, |file| Ok(slot::header(file)?.is_none())) {
                tracing::warn!("`{}` holds no picture and cannot be removed: {error}", torn.display());
            }
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a picture into a slot of its own. One that was kept before leaves after that.
    pub(super) fn keep(&self, key: Key, image: &mut ImageBuffer, sha256: String) -> io::Result<()> {
        debug_assert_eq!(crate::domain::digest::sha256_hex(image.file()), sha256);
        let turn = self.places(key).first().map_or(1, |latest| latest.turn.saturating_add(1));
        let header = Header { key, turn, length: image.file().len(), sha256 };
        let path = self.write(image.blocks(header.line().as_bytes()))?;
        let earlier = self.known().kept.insert(key, vec![Place { path, turn, is_own: true }]);
        if let Err(error) = self.let_go(key, earlier.unwrap_or_default()) {
            tracing::warn!("an earlier picture stays in the spool: {error}");
        }
        Ok(())
    }

    /// Fills a free slot, else a fresh one; returns which. A free slot that fails makes room for the next.
    fn write(&self, blocks: &[u8]) -> io::Result<PathBuf> {
        loop {
            let (path, is_new) = self.next_slot();
            let flags = self.flags.load(Ordering::Relaxed);
            match slot::fill(&path, blocks, is_new, flags) {
                Ok(()) => return Ok(path),
                Err(error) if flags != 0 && cannot_go_direct(&error) => {
                    self.flags.store(0, Ordering::Relaxed);
                }
                Err(error) if is_new => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn next_slot(&self) -> (PathBuf, bool) {
        let mut known = self.known();
        if let Some(free) = known.free.pop() {
            return (free, false);
        }
        known.made += 1;
        (self.path.join(format!("{}-{}{ENDING}", self.run, known.made)), true)
    }

    /// A picture, from wherever it is. Torn slots are nothing.
    pub(super) fn load(&self, key: Key) -> io::Result<Option<Bytes>> {
        if let Some(bytes) = self.load_known(key)? {
            return Ok(Some(bytes));
        }
        self.look()?;
        let found = self.load_known(key)?;
        if found.is_none() {
            for torn in self.places(key).iter().filter(|place| place.is_slot()) {
                // What stays is never loaded.
                let _ = slot::remove_if(&torn.path, false, |file| Ok(slot::picture(file)?.is_none()));
            }
        }
        Ok(found)
    }

    fn load_known(&self, key: Key) -> io::Result<Option<Bytes>> {
        for place in self.places(key) {
            if let Some(bytes) = place.load(key)? {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Whether there is a picture that can be loaded.
    pub(super) fn holds(&self, key: Key) -> io::Result<bool> {
        for own in self.places(key).iter().filter(|place| place.is_own) {
            if own.path.try_exists()? {
                return Ok(true);
            }
        }
        Ok(self.load(key)?.is_some())
    }

    /// Lets a picture go if that takes no work on the disk.
    pub(super) fn release(&self, key: Key) -> bool {
        let mut known = self.known();
        let Some(places) = known.kept.get(&key) else { return true };
        if places.iter().any(|place| !place.is_own) || known.free.len() + places.len() > self.free {
            return false;
        }
        let released = known.kept.remove(&key).unwrap_or_default();
        known.free.extend(released.into_iter().map(|place| place.path));
        true
    }

    /// Lets a picture go, wherever it is.
    pub(super) fn remove(&self, key: Key) -> io::Result<()> {
        let places = self.known().kept.remove(&key).unwrap_or_default();
        self.let_go(key, places)
    }

    /// Own slots are free from here on, as far as so many are of use; other files go.
    fn let_go(&self, key: Key, places: Vec<Place>) -> io::Result<()> {
        for place in places {
            let mut known = self.known();
            if place.is_own && known.free.len() < self.free {
                known.free.push(place.path);
                continue;
            }
            drop(known);
            place.remove(key)?;
        }
        Ok(())
    }

    pub(super) fn kept(&self) -> io::Result<Vec<Key>> {
        self.look()?;
        Ok(self.known().kept.keys().copied().collect())
    }

    pub(super) fn tidy(&self) {
        let free = std::mem::take(&mut self.known().free);
        for path in free {
            // What stays behind holds a picture that is done with, and goes at the next start.
            let _ = fs::remove_file(path);
        }
    }

    /// Looks for pictures of other processes; returns slots that hold none.
    fn look(&self) -> io::Result<Vec<PathBuf>> {
        let (mut found, mut torn): (Vec<(Key, Place)>, _) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if let Some(key) = picture_of(&name) {
                found.push((key, Place { path, turn: 0, is_own: false }));
            } else if name.ends_with(ENDING) && !name.starts_with(&self.run) {
                match File::open(&path).and_then(|file| slot::header(&file)) {
                    Ok(Some(Header { key, turn, .. })) => {
                        found.push((key, Place { path, turn, is_own: false }));
                    }
                    Ok(None) => torn.push(path),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => tracing::warn!("the spool cannot read `{}`: {error}", path.display()),
                }
            }
        }
        let mut known = self.known();
        known.kept.retain(|_, places| {
            places.retain(|place| place.is_own);
            !places.is_empty()
        });
        for (key, place) in found {
            known.kept.entry(key).or_default().push(place);
        }
        Ok(torn)
    }

    /// Where a picture may be, the latest first.
    fn places(&self, key: Key) -> Vec<Place> {
        let mut places = self.known().kept.get(&key).cloned().unwrap_or_default();
        places.sort_by_key(|place| std::cmp::Reverse((place.turn, place.is_own)));
        places
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.tidy();
    }
}

/// As file systems say that have no [`DIRECT`], or want larger blocks for it.
fn cannot_go_direct(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported)
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending))
}

/// The picture in a file of an earlier version, which is `JOB-N.png`.
fn picture_of(name: &str) -> Option<Key> {
    let (job, n) = name.strip_suffix(OLD)?.split_once('-')?;
    Some((job.parse().ok()?, n.parse().ok()?))
}
