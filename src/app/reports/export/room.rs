//! How much fits into the files of an export.

use std::io::{Seek, Write};

use super::page::escaped;
use super::{Export, ExportItem, Writer};

/// Files of an export, at most, as long as smaller copies of the pictures help: somebody has to download them one by
/// one, and where an app is only a member's own, Discord takes five messages after an answer.
const MOST_FILES: u64 = 5;
/// Bytes of a file apart from its items, at most: the page's frame and the ZIP's end.
const FRAME: u64 = 8 * 1024;
/// Bytes of an item apart from what is counted, at most: its ZIP entries with their names twice, and its HTML.
const ITEM_FRAME: u64 = 2 * 1024;
/// Bytes that a smaller copy gets in any case.
const SMALLEST_COPY: u64 = 4 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes of a file, at most.
    file: u64,
    /// Bytes of an item, at most.
    item: u64,
}

impl Room {
    /// For everything in one file.
    pub fn unlimited() -> Room {
        Room { file: u64::MAX, item: u64::MAX }
    }

    /// For files of at most `limit` bytes each, given how many bytes each picture has.
    pub fn in_files_of(limit: u64, pictures: impl Iterator<Item = u64>) -> Room {
        let file = limit.saturating_sub(FRAME);
        // What stands beside a picture is counted roughly here.
        let items: Vec<_> = pictures.map(|bytes| bytes.saturating_add(2 * ITEM_FRAME)).collect();
        let largest = items.iter().copied().filter(|item| *item <= file).max().unwrap_or(file);
        let needed = u64::try_from(items.len()).unwrap_or(u64::MAX).div_ceil(MOST_FILES).max(1);
        let item = if file / largest.max(1) >= needed { file } else { file / needed };
        Room { file: limit, item }
    }

    /// Whether the file has room for another item.
    pub fn takes<W: Write + Seek>(self, writer: &Writer<W>, item: &ExportItem) -> bool {
        writer.length.saturating_add(of_item(item)) <= self.file
    }

    /// How many bytes a copy of the picture may have, if the picture has too many.
    pub fn smaller(self, item: &ExportItem) -> Option<u64> {
        let room = of_item(item);
        let beside = room - item.bytes.len() as u64;
        (room > self.item).then(|| u64::max(self.item.saturating_sub(beside), SMALLEST_COPY))
    }
}

pub(super) fn of_frame(export: &Export) -> u64 {
    let facts = export.facts.iter().map(|fact| escaped(fact).len() + 32);
    FRAME + (2 * escaped(&export.title).len() + facts.sum::<usize>()) as u64
}

pub(super) fn of_item(item: &ExportItem) -> u64 {
    let record = serde_json::to_vec_pretty(&item.record).map_or(0, |record| record.len());
    // The prompt stands twice: as words, and for those who cannot see the picture.
    let words = 2 * escaped(&item.prompt).len() + escaped(&item.model).len();
    ITEM_FRAME + (item.bytes.len() + record + words) as u64
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::super::tests::item;
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn pictures_stay_as_they_are_while_five_files_hold_them() {
        let room = |pictures: u64| Room::in_files_of(10 * MIB, (0..pictures).map(|_| 2 * MIB));
        for fits in [1, 6, 20] {
            assert_eq!(room(fits).item, 10 * MIB - FRAME, "{fits}");
        }
        for pictures in [21, 100, 1_000] {
            let room = room(pictures);
            assert!(room.item < 2 * MIB && room.item * pictures <= 50 * MIB, "{pictures}: {room:?}");
            let in_a_file = (room.file - FRAME) / room.item;
            assert!(in_a_file * MOST_FILES >= pictures, "{pictures}: {room:?}");
        }
    }

    proptest! {
        #[test]
        fn a_file_never_has_more_bytes_than_were_counted(
            prompts in proptest::collection::vec("\\PC{0,60}", 1..12),
            title in "\\PC{0,80}",
        ) {
            let export = Export { title, facts: vec!["2 pictures".to_owned(), "$0.08 <in> all".to_owned()] };
            let mut writer = Writer::new(Cursor::new(Vec::new()), export);
            for (n, prompt) in prompts.iter().enumerate() {
                writer.add(item(&format!("{n:03}-{}-0.png", "J".repeat(26)), &format!("{n}"), prompt)).unwrap();
            }
            let most = writer.length;
            prop_assert!(writer.finish().unwrap().into_inner().len() as u64 <= most);
        }
    }
}
