//! The memory of one picture on its way from the model to the disk and into the network, never copied.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// Disks without a cache in between take whole blocks of this size, at addresses that are multiples of it. Every disk's
/// own block is a divisor of it.
pub const BLOCK: usize = 4096;
/// How many pictures leave their memory to later ones, and how large each may be. The pages of fresh memory cost as much
/// time as to decode a picture into them.
const SPARES: usize = 8;
const SPARE_SIZE: usize = 4 * 1024 * 1024;

/// Memory that nobody uses now.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Memory that is used again.
#[derive(Debug)]
struct Memory(Vec<u8>);

impl Memory {
    /// Empty, with room for so many bytes.
    fn with_capacity(bytes: usize) -> Memory {
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = spare.iter().position(|memory| memory.capacity() >= bytes);
        let taken = fits.map(|at| spare.swap_remove(at));
        drop(spare);
        Memory(taken.unwrap_or_else(|| Vec::with_capacity(bytes)))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let mut memory = std::mem::take(&mut self.0);
        if memory.capacity() > SPARE_SIZE {
            return;
        }
        memory.clear();
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        spare.push(memory);
        if spare.len() > SPARES
            && let Some((smallest, _)) = spare.iter().enumerate().min_by_key(|(_, memory)| memory.capacity())
        {
            spare.swap_remove(smallest);
        }
    }
}

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A file that arrives piece by piece, with room for a block before it and whole blocks to its end.
///
/// The spool writes its blocks; everybody else gets the same memory as [`Bytes`].
#[derive(Debug)]
pub struct ImageBuffer {
    /// A few bytes up to a multiple of [`BLOCK`], a block, the file, the padding.
    memory: Memory,
    /// Where the file begins.
    start: usize,
    /// Zeros after the file.
    padding: usize,
}

impl ImageBuffer {
    /// An empty file that can grow to `bytes` without being moved.
    pub fn with_capacity(bytes: usize) -> ImageBuffer {
        let mut memory = Memory::with_capacity(bytes + 3 * BLOCK);
        let start = aligned_start(&memory.0);
        memory.0.resize(start, 0);
        ImageBuffer { memory, start, padding: 0 }
    }

    pub fn of(file: &[u8]) -> ImageBuffer {
        let mut buffer = ImageBuffer::with_capacity(file.len());
        buffer.append(|memory| memory.extend_from_slice(file));
        buffer
    }

    pub fn file(&self) -> &[u8] {
        &self.memory.0[self.start..self.memory.0.len() - self.padding]
    }

    /// Lets `append` add to the end of the file.
    pub(crate) fn append<T>(&mut self, append: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let memory = &mut self.memory.0;
        memory.truncate(memory.len() - std::mem::take(&mut self.padding));
        append(memory)
    }

    /// A block that begins with `header`, then the file, filled up with zeros to whole blocks; its address is a multiple
    /// of [`BLOCK`] too. A header longer than a block is cut off.
    pub(crate) fn blocks(&mut self, header: &[u8]) -> &[u8] {
        if aligned_start(&self.memory.0) != self.start {
            // It outgrew its capacity and was moved.
            *self = ImageBuffer::of(self.file());
        }
        let length = self.file().len();
        self.padding = length.next_multiple_of(BLOCK) - length;
        let memory = &mut self.memory.0;
        memory.resize(self.start + length + self.padding, 0);
        let block = &mut memory[self.start - BLOCK..self.start];
        block.fill(0);
        block.iter_mut().zip(header).for_each(|(byte, of_header)| *byte = *of_header);
        &memory[self.start - BLOCK..]
    }

    pub fn freeze(self) -> Bytes {
        let end = self.memory.0.len() - self.padding;
        Bytes::from_owner(self.memory).slice(self.start..end)
    }
}

/// Where a file begins in this memory: after a block at an aligned address.
fn aligned_start(memory: &[u8]) -> usize {
    memory.as_ptr().align_offset(BLOCK) + BLOCK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_between_its_header_and_its_padding() {
        for length in [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 5] {
            let file: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut buffer = ImageBuffer::of(&file);
            let blocks = buffer.blocks(b"header");
            assert_eq!((blocks.len() % BLOCK, blocks.as_ptr().align_offset(BLOCK)), (0, 0));
            assert!(blocks.starts_with(b"header\0") && blocks[BLOCK..].starts_with(&file));
            assert_eq!(buffer.file(), file);
            assert_eq!(buffer.freeze(), file);
        }
    }

    #[test]
    fn memory_is_used_again_as_soon_as_the_last_of_its_owners_has_let_it_go() {
        let bytes = ImageBuffer::of(&[7; 100_000]).freeze();
        let (address, other_owner) = (bytes.as_ptr(), bytes.clone());
        drop(bytes);
        let second = ImageBuffer::of(&[8; 100_000]);
        assert_ne!(second.file().as_ptr(), address);
        drop(other_owner);
        let third = ImageBuffer::of(&[9; 10]);
        assert_eq!((third.file().as_ptr(), third.file()), (address, &[9; 10][..]));
    }

    #[test]
    fn so_much_memory_is_kept_and_no_more() {
        drop(ImageBuffer::with_capacity(SPARE_SIZE));
        let all: Vec<_> = (1..=2 * SPARES).map(|n| ImageBuffer::with_capacity(n * BLOCK)).collect();
        drop(all);
        let kept: Vec<_> = SPARE.lock().unwrap().iter().map(Vec::capacity).collect();
        assert_eq!(kept.len(), SPARES);
        assert!(kept.iter().all(|capacity| (SPARES * BLOCK..SPARE_SIZE).contains(capacity)), "{kept:?}");
    }

    #[test]
    fn a_file_that_outgrows_its_capacity_is_whole_and_aligned_again() {
        let mut buffer = ImageBuffer::with_capacity(10);
        for part in 0..40_u8 {
            buffer.append(|memory| memory.extend_from_slice(&[part; 1000]));
            buffer.blocks(b"again and again");
        }
        let blocks = buffer.blocks(b"the last");
        assert_eq!(blocks.as_ptr().align_offset(BLOCK), 0);
        assert!(blocks.starts_with(b"the last\0"));
        assert!(buffer.file().chunks(1000).zip(0..).all(|(part, n)| part == [n; 1000]));
        assert_eq!(buffer.freeze().len(), 40_000);
    }
}
