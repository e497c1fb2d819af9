//! A session as ZIP files: one by a link where the archive gives links, else as many as fit into messages.

use std::fs::File as Disk;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use serde_json::Value;

use super::pictures;
use crate::app::App;
use crate::app::messages::session as texts;
use crate::app::reports::export::{Export, ExportItem, Room, Writer};
use crate::app::stored_picture::StoredPicture;
use crate::backends::archive::{export_key, record_key};
use crate::backends::discord_api::message::{File, Message};
use crate::backends::spool::Scratch;
use crate::domain::refusal::Refusal;
use crate::domain::session::Session;
use crate::domain::shrink::shrink;

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
        let (name, alt) = (self.name.clone(), texts::EXPORT_ALT.to_owned());
        let file = File { name, mime: "application/zip", alt, bytes: Bytes::from(bytes), kept: None };
        Ok(Message { files: vec![file], ..Message::words(&self.words) })
    }
}

/// All pictures that `viewer` may see, their records and a page to look through them.
pub(crate) async fn export(
    app: &App,
    session: &Session,
    viewer: u64,
    file_limit: u64,
) -> anyhow::Result<Exported> {
    let pictures = pictures::of(app, session.id, Some(viewer)).await?;
    if pictures.is_empty() {
        return Err(Refusal::NothingToExport.into());
    }
    let room = if app.archive.gives_links() {
        Room::unlimited()
    } else {
        Room::in_files_of(file_limit, pictures.iter().map(StoredPicture::bytes))
    };
    let tally = app.store.session_tally(session.id).await?;
    let about = Export {
        title: session.plan.title.clone(),
        facts: texts::export_facts(session, &tally, pictures.len()),
    };
    let packed = pack(app, session, &pictures, &about, room).await?;
    match packed.files.as_slice() {
        [(file, length)] if *length > file_limit => {
            let message = link(app, session, file, *length, &packed.summary).await?;
            Ok(Exported { message, more: Vec::new() })
        }
        _ => parts(session, packed).await,
    }
}

struct Packed {
    /// With their lengths in bytes.
    files: Vec<(Scratch, u64)>,
    summary: texts::ExportSummary,
}

async fn pack(
    app: &App,
    session: &Session,
    pictures: &[StoredPicture],
    about: &Export,
    room: Room,
) -> anyhow::Result<Packed> {
    let mut files = Vec::new();
    let mut open = None;
    let mut summary = texts::ExportSummary::default();
    for (at, shown) in pictures.iter().enumerate() {
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
                let scratch = app.spool.scratch(&format!("export-{}", session.id)).await?;
                let writer = Writer::new(scratch.file()?, about.clone());
                (scratch, writer)
            }
        };
        open = Some((scratch, added(writer, item).await?));
    }
    files.extend(finished(open).await?);
    anyhow::ensure!(!files.is_empty(), Refusal::NothingToExport);
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
    session: &Session,
    file: &Scratch,
    length: u64,
    summary: &texts::ExportSummary,
) -> anyhow::Result<Message> {
    let name = ulid::Ulid::from_parts(
        u64::try_from(app.now().unix_timestamp()).unwrap_or_default() * 1_000,
        rand::random(),
    );
    let key = export_key(session.guild, session.id, name);
    app.archive.put_large(&key, file.path(), "application/zip").await.context("keeping an export")?;
    let link = app.archive.link(&key, LINK_LIFE, app.now()).await?.context("an archive without links")?;
    Ok(texts::exported_by_link(session, summary, length, &link))
}

/// The files, the first of them with words about all.
async fn parts(session: &Session, packed: Packed) -> anyhow::Result<Exported> {
    let Packed { files, summary } = packed;
    let count = files.len();
    let part = |(at, (scratch, _)): (usize, (Scratch, u64))| Part {
        scratch,
        name: match count {
            1 => format!("easel-session-{}.zip", session.id),
            _ => format!("easel-session-{}-{}-of-{count}.zip", session.id, at + 1),
        },
        words: match at {
            0 => texts::exported(session, &summary, count),
            _ => texts::export_part(session, at + 1, count),
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
