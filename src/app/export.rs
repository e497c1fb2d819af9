//! Pictures as ZIP files: one by a link where the archive gives links, else as many as fit into messages.

use std::fs::File as Disk;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use serde_json::Value;

use crate::app::App;
use crate::app::messages::export as texts;
use crate::app::reports::export::{Export, ExportItem, Room, Writer};
use crate::app::stored_picture::StoredPicture;
use crate::backends::archive::{ExportOf, record_key};
use crate::backends::discord_api::message::{File, Message};
use crate::backends::spool::Scratch;
use crate::domain::refusal::Refusal;
use crate::domain::shrink::shrink;

mod own;

pub(crate) use own::export as export_own;

/// How long the link to an export works at most.
const LINK_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What stands in the place of the deferral, and the files that come after it.
pub(crate) struct Exported {
    pub(crate) message: Message,
    pub(crate) more: Vec<Part>,
}

/// One of the files, on disk until it is sent.
pub(crate) struct Part {
    scratch: Scratch,
    name: String,
    words: String,
}

impl Part {
    pub(crate) async fn message(&self) -> anyhow::Result<Message> {
        let bytes = tokio::fs::read(self.scratch.path()).await.context("reading an export")?;
        let (name, alt) = (self.name.clone(), texts::ALT.to_owned());
        let file = File { name, mime: "application/zip", alt, bytes: Bytes::from(bytes), kept: None };
        Ok(Message { files: vec![file], ..Message::words(&self.words) })
    }
}

/// What is packed, and how it is called.
pub(crate) struct Contents {
    pub(crate) title: String,
    /// Facts, one a line.
    pub(crate) facts: Vec<String>,
    /// Of the files, without an ending.
    pub(crate) name: String,
    pub(crate) of: ExportOf,
    pub(crate) pictures: Vec<StoredPicture>,
    /// What else there is to tell.
    pub(crate) note: Option<String>,
    /// Where there is no picture to pack.
    pub(crate) nothing: Refusal,
}

/// The pictures, their records and a page to look through them.
pub(crate) async fn pack(app: &App, contents: &Contents, file_limit: u64) -> anyhow::Result<Exported> {
    let room = if app.archive.gives_links() {
        Room::unlimited()
    } else {
        Room::in_files_of(file_limit, contents.pictures.iter().map(StoredPicture::bytes))
    };
    let packed = write(app, contents, room).await?;
    match packed.files.as_slice() {
        [(file, length)] if *length > file_limit => {
            let message = link(app, contents, file, *length, &packed.summary).await?;
            Ok(Exported { message, more: Vec::new() })
        }
        _ => parts(contents, packed).await,
    }
}

struct Packed {
    /// With their lengths in bytes.
    files: Vec<(Scratch, u64)>,
    summary: texts::ExportSummary,
}

async fn write(app: &App, contents: &Contents, room: Room) -> anyhow::Result<Packed> {
    let about = Export { title: contents.title.clone(), facts: contents.facts.clone() };
    let mut files = Vec::new();
    let mut open = None;
    let mut summary = texts::ExportSummary { note: contents.note.clone(), ..Default::default() };
    for (at, shown) in contents.pictures.iter().enumerate() {
        let Some(item) = item(app, at, shown, room).await? else {
            summary.missing += 1;
            continue;
        };
        summary.pictures += 1;
        summary.copies += usize::from(item.is_copy);
        let (scratch, writer) = match open.take() {
            Some((scratch, writer)) if room.takes(&writer, &item) => (scratch, writer),
            full => {
                files.extend(finished(full).await?);
                let scratch = app.spool.scratch(&format!("export-{}", contents.name)).await?;
                let writer = Writer::new(scratch.file()?, about.clone());
                (scratch, writer)
            }
        };
        open = Some((scratch, added(writer, item).await?));
    }
    files.extend(finished(open).await?);
    anyhow::ensure!(!files.is_empty(), contents.nothing.clone());
    Ok(Packed { files, summary })
}

async fn added(mut writer: Writer<Disk>, item: ExportItem) -> anyhow::Result<Writer<Disk>> {
    let add = move || writer.add(item).map(|()| writer);
    tokio::task::spawn_blocking(add).await.context("writing an export")?
}

async fn finished(open: Option<(Scratch, Writer<Disk>)>) -> anyhow::Result<Option<(Scratch, u64)>> {
    let Some((scratch, writer)) = open else { return Ok(None) };
    let finish = move || anyhow::Ok(writer.finish()?.metadata()?.len());
    let length = tokio::task::spawn_blocking(finish).await.context("writing an export")??;
    Ok(Some((scratch, length)))
}

/// Puts the one file into the archive, for a message with a link to it.
async fn link(
    app: &App,
    contents: &Contents,
    file: &Scratch,
    length: u64,
    summary: &texts::ExportSummary,
) -> anyhow::Result<Message> {
    let name = ulid::Ulid::from_parts(
        u64::try_from(app.now().unix_timestamp()).unwrap_or_default() * 1_000,
        rand::random(),
    );
    let key = contents.of.key(name);
    app.archive.put_large(&key, file.path(), "application/zip").await.context("keeping an export")?;
    let link = app.archive.link(&key, LINK_LIFE, app.now()).await?.context("an archive without links")?;
    Ok(texts::by_link(&contents.title, summary, length, &link))
}

/// The files, the first of them with words about all.
async fn parts(contents: &Contents, packed: Packed) -> anyhow::Result<Exported> {
    let Packed { files, summary } = packed;
    let count = files.len();
    let part = |(at, (scratch, _)): (usize, (Scratch, u64))| Part {
        scratch,
        name: match count {
            1 => format!("{}.zip", contents.name),
            _ => format!("{}-{}-of-{count}.zip", contents.name, at + 1),
        },
        words: match at {
            0 => texts::exported(&contents.title, &summary, count),
            _ => texts::part(&contents.title, at + 1, count),
        },
    };
    let mut parts = files.into_iter().enumerate().map(part);
    let first = parts.next().context("an export without a file")?;
    Ok(Exported { message: first.message().await?, more: parts.collect() })
}

/// A picture with its record; `None` if it is gone.
async fn item(app: &App, at: usize, shown: &StoredPicture, room: Room) -> anyhow::Result<Option<ExportItem>> {
    let job = &shown.claim.job;
    let Some(generated) = shown.generated() else { return Ok(None) };
    let _permit = app.picture_limiter.enter().await;
    let Some(bytes) = app.picture(&shown.claim, shown.n).await? else { return Ok(None) };
    let record = match app.archive.get(&record_key(job)).await? {
        Some(record) => serde_json::from_slice(&record).unwrap_or(Value::Null),
        // It is archived together with the pictures, which wait in the spool.
        None => Value::Null,
    };
    let name = |extension| format!("{:03}-{}-{}.{extension}", at + 1, job.id, shown.n);
    let mut item = ExportItem {
        name: name(generated.format.extension()),
        bytes,
        is_copy: false,
        record,
        prompt: job.request.of(shown.n).prompt.clone(),
        seed: generated.seed,
        model: job.request.of(shown.n).model.clone(),
        when: job.created,
    };
    if let Some(limit) = room.smaller(&item) {
        let original = item.bytes.clone();
        let copy = tokio::task::spawn_blocking(move || shrink(&original, limit, None)).await?;
        item.bytes = copy.context("making a smaller copy")?;
        item.name = name("jpg");
        item.is_copy = true;
    }
    Ok(Some(item))
}
