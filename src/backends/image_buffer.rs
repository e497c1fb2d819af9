//! The memory of one picture on its way from the model to the disk and into the network, never copied.

use bytes::Bytes;

/// Disks without a cache in between take whole blocks of this size, at addresses that are multiples of it. Every disk's
/// own block is a divisor of it.
pub const BLOCK: usize = 4096;

/// A file that arrives piece by piece, with room for a block before it and whole blocks to its end.
///
/// The spool writes its blocks; everybody else gets the same memory as [`Bytes`].
#[derive(Debug)]
pub struct ImageBuffer {
    /// A few bytes up to a multiple of [`BLOCK`], a block, the file, the padding.
    memory: Vec<u8>,
    /// Where the file begins.
    start: usize,
    /// Zeros after the file.
    padding: usize,
}

impl ImageBuffer {
    /// An empty file that can grow to `bytes` without being moved.
    pub fn with_capacity(bytes: usize) -> ImageBuffer {
        let mut memory = Vec::with_capacity(bytes + 3 * BLOCK);
        let start = aligned_start(&memory);
        memory.resize(start, 0);
        ImageBuffer { memory, start, padding: 0 }
    }

    pub fn of(file: &[u8]) -> ImageBuffer {
        let mut buffer = ImageBuffer::with_capacity(file.len());
        buffer.append(|memory| memory.extend_from_slice(file));
        buffer
    }

    pub fn file(&self) -> &[u8] {
        &self.memory[self.start..self.memory.len() - self.padding]
    }

    /// Lets `append` add to the end of the file.
    pub(crate) fn append<T>(&mut self, append: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        self.memory.truncate(self.memory.len() - std::mem::take(&mut self.padding));
        append(&mut self.memory)
    }

    /// A block that begins with `header`, then the file, filled up with zeros to whole blocks; its address is a multiple
    /// of [`BLOCK`] too. A header longer than a block is cut off.
    pub(crate) fn blocks(&mut self, header: &[u8]) -> &[u8] {
        if aligned_start(&self.memory) != self.start {
            // It outgrew its capacity and was moved.
            *self = ImageBuffer::of(self.file());
        }
        let length = self.file().len();
        self.padding = length.next_multiple_of(BLOCK) - length;
        self.memory.resize(self.start + length + self.padding, 0);
        let block = &mut self.memory[self.start - BLOCK..self.start];
        block.fill(0);
        block.iter_mut().zip(header).for_each(|(byte, of_header)| *byte = *of_header);
        &self.memory[self.start - BLOCK..]
    }

    pub fn freeze(self) -> Bytes {
        let end = self.memory.len() - self.padding;
        Bytes::from(self.memory).slice(self.start..end)
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
