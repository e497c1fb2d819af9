//! A session's pictures as one ZIP file, with their records and a page that shows them.

use std::collections::BTreeSet;
use std::io::{Seek, Write};

use bytes::Bytes;
use time::OffsetDateTime;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

mod page;
mod room;

pub use room::Room;

#[derive(Debug, Clone)]
pub struct Export {
    pub title: String,
    /// Facts, one a line.
    pub facts: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct ExportItem {
    /// Its file, such as `001-<job>-0.png`.
    pub name: String,
    /// The original, as it lies in the archive, or a smaller copy.
    pub bytes: Bytes,
    pub is_copy: bool,
    /// The archived record of its job.
    pub record: serde_json::Value,
    pub prompt: String,
    /// The seed that makes it again.
    pub seed: u32,
    pub model: String,
    pub when: OffsetDateTime,
}

/// Writes the ZIP item by item, so that one picture at a time is in memory. The same items give the same bytes.
///
/// It holds `pictures/`, `records/<job>.json` and `index.html`.
pub struct Writer<W: Write + Seek> {
    zip: ZipWriter<W>,
    export: Export,
    shown: Vec<page::Shown>,
    /// In lower case: some file systems do not tell `A` from `a`.
    names: BTreeSet<String>,
    records: BTreeSet<String>,
    /// Bytes that it has at most, once it is finished.
    length: u64,
}

impl<W: Write + Seek> Writer<W> {
    pub fn new(file: W, export: Export) -> Writer<W> {
        let length = room::of_frame(&export);
        let (zip, names, records) = (ZipWriter::new(file), BTreeSet::new(), BTreeSet::new());
        Writer { zip, export, shown: Vec::new(), names, records, length }
    }

    /// Writes a picture, and its job's record unless another picture brought it.
    pub fn add(&mut self, item: ExportItem) -> anyhow::Result<()> {
        self.length += room::of_item(&item);
        let name = self.free_name(&item.name);
        self.write(&format!("pictures/{name}"), &item.bytes, item.when)?;
        let job = item.record.get("job").and_then(serde_json::Value::as_str);
        // A record without its job's id goes by its picture.
        let record = safe(job.unwrap_or(&name));
        if self.records.insert(record.to_lowercase()) {
            self.write(
                &format!("records/{record}.json"),
                &serde_json::to_vec_pretty(&item.record)?,
                item.when,
            )?;
        }
        let ExportItem { prompt, seed, model, when, .. } = item;
        self.shown.push(page::Shown { name, record, prompt, seed, model, when });
        Ok(())
    }

    /// Writes the page and the ZIP's directory; gives the file back.
    pub fn finish(mut self) -> anyhow::Result<W> {
        let latest = self.shown.iter().map(|shown| shown.when).max().unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let html = page::html(&self.export, &self.shown);
        self.write("index.html", html.as_bytes(), latest)?;
        let mut file = self.zip.finish()?;
        file.flush()?;
        Ok(file)
    }

    /// PNG cannot be packed any further, and everything else is small.
    fn write(&mut self, name: &str, bytes: &[u8], when: OffsetDateTime) -> anyhow::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip_time(when))
            .unix_permissions(0o644)
            .large_file(u32::try_from(bytes.len()).is_err());
        self.zip.start_file(name, options)?;
        self.zip.write_all(bytes)?;
        Ok(())
    }

    fn free_name(&mut self, wanted: &str) -> String {
        let name = safe(wanted);
        let others = (2_u32..).map(|n| format!("{n}-{name}"));
        let mut free = std::iter::once(name.clone()).chain(others);
        free.find(|name| self.names.insert(name.to_lowercase())).unwrap_or(name)
    }
}

/// A name that is one harmless file on every system, and needs no escaping in a link.
fn safe(name: &str) -> String {
    let known = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = name.chars().map(known).collect();
    // The end is kept, because it says what kind of file it is.
    let name = &name[name.len().saturating_sub(100)..];
    let name = name.trim_matches(['.', '-']);
    // Windows reserves names such as `con.png`.
    if name.starts_with(|c: char| c.is_ascii_digit()) { name.to_owned() } else { format!("0-{name}") }
}

/// In UTC. A ZIP knows the years from 1980 to 2107; other moments become the first of them.
fn zip_time(when: OffsetDateTime) -> DateTime {
    let when = when.to_offset(time::UtcOffset::UTC);
    u16::try_from(when.year())
        .ok()
        .and_then(|year| {
            let (hour, minute, second) = when.to_hms();
            DateTime::from_date_and_time(year, when.month().into(), when.day(), hour, minute, second).ok()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use serde_json::json;
    use time::macros::datetime;
    use zip::ZipArchive;

    use super::*;

    pub(super) fn item(name: &str, job: &str, prompt: &str) -> ExportItem {
        ExportItem {
            name: name.to_owned(),
            bytes: Bytes::from(format!("bytes of {name}")),
            is_copy: false,
            record: json!({ "version": 1, "job": job }),
            prompt: prompt.to_owned(),
            seed: 7,
            model: "core".to_owned(),
            when: datetime!(2026-11-23 14:05:06 UTC),
        }
    }

    fn zipped(items: &[ExportItem]) -> Vec<u8> {
        let export = Export { title: "Foxes & <b>".to_owned(), facts: vec!["2 pictures".to_owned()] };
        let mut writer = Writer::new(Cursor::new(Vec::new()), export);
        items.iter().for_each(|item| writer.add(item.clone()).unwrap());
        writer.finish().unwrap().into_inner()
    }

    fn read(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        let files = 0..archive.len();
        files
            .map(|n| {
                let mut file = archive.by_index(n).unwrap();
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).unwrap();
                assert_eq!(file.compression(), CompressionMethod::Stored);
                assert_eq!(file.last_modified().unwrap().to_string(), "2026-11-23 14:05:06");
                (file.name().unwrap().into_owned(), bytes)
            })
            .collect()
    }

    #[test]
    fn pictures_come_back_byte_for_byte_and_each_record_once() {
        let items = [item("001-A-0.png", "A", "a fox"), item("002-A-1.png", "A", "a fox")];
        let files = read(&zipped(&items));
        let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        let wanted = ["pictures/001-A-0.png", "records/0-A.json", "pictures/002-A-1.png", "index.html"];
        assert_eq!(names, wanted);
        assert_eq!((&files[0].1[..], &files[2].1[..]), (&items[0].bytes[..], &items[1].bytes[..]));
        let record: serde_json::Value = serde_json::from_slice(&files[1].1).unwrap();
        assert_eq!(record, items[0].record);
        assert_eq!(zipped(&items), zipped(&items));
    }

    #[test]
    fn names_stay_inside_the_folder_and_never_collide() {
        let names = ["../../etc/x.png", "1.PNG", "1.png", "con.png", "0/é\\.png", ""];
        let items: Vec<_> = names.iter().map(|name| item(name, name, "a fox")).collect();
        let files = read(&zipped(&items));
        let pictures: Vec<_> = files.iter().filter_map(|(name, _)| name.strip_prefix("pictures/")).collect();
        let wanted = ["0-etc-x.png", "1.PNG", "2-1.png", "0-con.png", "0---.png", "0-"];
        assert_eq!(pictures, wanted);
        assert!(files.iter().all(|(name, _)| name.matches('/').count() <= 1 && !name.contains("..")));
    }

    #[test]
    fn the_page_shows_every_picture_and_runs_nothing() {
        let nasty = "<script>alert(1)</script> \" ' onload=x & more";
        let files = read(&zipped(&[item("001-A-0.png", "A", nasty)]));
        let html = String::from_utf8(files.last().unwrap().1.clone()).unwrap();
        assert!(!html.contains("<script"), "{html}");
        let escaped = "&lt;script&gt;alert(1)&lt;/script&gt; &quot; &#39; onload=x &amp; more";
        assert_eq!(html.matches(escaped).count(), 2, "{html}");
        assert!(html.contains("<h1>Foxes &amp; &lt;b&gt;</h1>"));
        assert!(html.contains("href=\"pictures/001-A-0.png\""));
        assert!(html.contains("2026-11-23 14:05 UTC"));
        assert!(!html.contains("http:") && !html.contains("https:"));
    }
}
