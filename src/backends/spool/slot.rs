//! A file of the spool: a line that says what it holds, one picture, and whatever a longer one left behind it.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use bytes::Bytes;

use crate::backends::disk;
use crate::backends::image_buffer::BLOCK;
use crate::domain::digest::sha256_hex;
use crate::domain::job::JobId;

/// What the names of slots end with.
pub(super) const ENDING: &str = ".slot";

/// What slots of this version begin with.
const MAGIC: &str = "easel-slot-1 ";

/// For a file whose writes go past the cache of the system.
#[cfg(target_os = "linux")]
pub(super) const DIRECT: i32 = libc::O_DIRECT;
#[cfg(not(target_os = "linux"))]
pub(super) const DIRECT: i32 = 0;

/// A picture: its job and its number.
pub(super) type Key = (JobId, u32);

/// The first block of a slot.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) key: Key,
    /// Of two slots with one picture, the higher turn is the later one.
    pub(super) turn: u32,
    /// Bytes of the picture, which begins with the second block.
    pub(super) length: usize,
    /// Of the picture.
    pub(super) sha256: String,
}

impl Header {
    /// One line, with its own digest at the end.
    pub(super) fn line(&self) -> String {
        let Header { key: (job, n), turn, length, sha256 } = self;
        let line = format!("{MAGIC}{job} {n} {turn} {length} {sha256}");
        format!("{line} {}\n", sha256_hex(&line))
    }

    fn parse(block: &[u8]) -> Option<Header> {
        let text = str::from_utf8(block.split(|byte| *byte == b'\n').next()?).ok()?;
        let (line, digest) = text.rsplit_once(' ')?;
        if sha256_hex(line) != digest {
            return None;
        }
        let words: Vec<_> = line.strip_prefix(MAGIC)?.split(' ').collect();
        let [job, n, turn, length, sha256] = words[..] else { return None };
        Some(Header {
            key: (job.parse().ok()?, n.parse().ok()?),
            turn: turn.parse().ok()?,
            length: length.parse().ok()?,
            sha256: sha256.to_owned(),
        })
    }
}

/// Writes a slot from its beginning. When this returns, a crash or a power cut cannot take it away. A slot that fails is
/// removed: it is torn, and others may need its room.
///
/// # Errors
/// What the disk says; of [`ErrorKind::NotFound`] or [`ErrorKind::WouldBlock`] if another process removes the file.
pub(super) fn fill(path: &Path, blocks: &[u8], is_new: bool, flags: i32) -> io::Result<()> {
    let filled = write(path, blocks, is_new, flags);
    if let Err(error) = &filled
        && error.kind() != ErrorKind::AlreadyExists
    {
        // What stays is torn, and goes at the next start.
        let _ = fs::remove_file(path);
    }
    filled
}

fn write(path: &Path, blocks: &[u8], is_new: bool, flags: i32) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(is_new).mode(0o600).custom_flags(flags);
    let file = options.open(path)?;
    // A file system without locks loses only the protection against a cleaning neighbour.
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return Err(ErrorKind::WouldBlock.into());
    }
    if is_new {
        disk::sync_folder_of(path)?;
    }
    file.write_all_at(blocks, 0)?;
    file.sync_data()?;
    // A neighbour that cleaned up before it was locked has taken its name.
    fs::symlink_metadata(path).map(drop)
}

/// What a slot says that it holds; `None` if it is shorter than that, or says nothing that makes sense.
pub(super) fn header(file: &File) -> io::Result<Option<Header>> {
    let mut block = [0; 512];
    let mut read = 0;
    while read < block.len() {
        match file.read_at(&mut block[read..], read as u64)? {
            0 => break,
            more => read += more,
        }
    }
    let length = file.metadata()?.len();
    let fits = |header: &Header| length >= (BLOCK as u64).saturating_add(header.length as u64);
    Ok(Header::parse(&block[..read]).filter(fits))
}

/// The picture of a slot, if it is whole.
pub(super) fn picture(file: &File) -> io::Result<Option<(Header, Bytes)>> {
    let Some(header) = header(file)? else { return Ok(None) };
    let mut bytes = vec![0; header.length];
    match file.read_exact_at(&mut bytes, BLOCK as u64) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    Ok((sha256_hex(&bytes) == header.sha256).then(|| (header, Bytes::from(bytes))))
}

/// Removes a file if it is `unwanted` while nobody writes to it. Where a file system has no locks, that is not known: then
/// it goes only `if_unsure`.
pub(super) fn remove_if(
    path: &Path,
    if_unsure: bool,
    unwanted: impl FnOnce(&File) -> io::Result<bool>,
) -> io::Result<()> {
    let file = match File::options().read(true).write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let is_idle = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => if_unsure,
    };
    if is_idle && unwanted(&file)? { disk::remove(path) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn a_header_is_read_back_whole_or_not_at_all() {
        let job = JobId::new(OffsetDateTime::UNIX_EPOCH, u128::MAX);
        let sha256 = sha256_hex("picture");
        let header = Header { key: (job, u32::MAX), turn: u32::MAX, length: usize::MAX, sha256 };
        let mut block = header.line().into_bytes();
        block.resize(512, 0);
        assert_eq!(Header::parse(&block), Some(header), "it has room in what is read of the block");
        let line = block.iter().position(|byte| *byte == b'\n').unwrap();
        for at in 0..line {
            let mut flipped = block.clone();
            flipped[at] ^= 1;
            assert_eq!(Header::parse(&flipped), None, "{at}");
            assert_eq!(Header::parse(&block[..at]), None, "{at}");
        }
    }
}
