//! A session as one ZIP file, sent where it fits and linked to where it does not.

use std::fs::File as Disk;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use serde_json::Value;

use super::pictures::{self, Shown};
use crate::app::App;
use crate::app::messages::session as texts;
use crate::app::reports::export::{Export, ExportItem, Writer};
use crate::backends::archive::record_key;
use crate::backends::discord_api::message::{File, Message};
use crate::domain::refusal::Refusal;
use crate::domain::session::Session;

/// How long the link to an export works at most.
const LINK_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// All pictures that `viewer` may see, their records and a page to look through them.
pub(crate) async fn export(
    app: &App,
    session: &Session,
    viewer: u64,
    file_limit: u64,
) -> anyhow::Result<Message> {
    let pictures = pictures::of(app, session.id, Some(viewer)).await?;
    if pictures.is_empty() {
        return Err(Refusal::NothingToExport.into());
    }
    let tally = app.store.session_tally(session.id).await?;
    let about = Export {
        title: session.plan.title.clone(),
        facts: texts::export_facts(session, &tally, pictures.len()),
    };
    let scratch = app.spool.scratch(&format!("export-{}", session.id)).await?;
    let mut writer = Writer::new(scratch.file()?, about);
    let mut missing = 0;
    for (at, shown) in pictures.iter().enumerate() {
        match item(app, at, shown).await? {
            Some(item) => writer = added(writer, item).await?,
            None => missing += 1,
        }
    }
    let length = tokio::task::spawn_blocking(move || anyhow::Ok(writer.finish()?.metadata()?.len()))
        .await
        .context("writing an export")??;
    let words = texts::Exported { pictures: pictures.len() - missing, missing, bytes: length };
    if length <= file_limit {
        let path = scratch.path().to_owned();
        let bytes = Bytes::from(tokio::fs::read(path).await.context("reading an export")?);
        let name = format!("easel-session-{}.zip", session.id);
        let file = File { name, mime: "application/zip", alt: texts::EXPORT_ALT.to_owned(), bytes };
        return Ok(Message { files: vec![file], ..texts::exported(session, &words, None) });
    }
    let place = session.guild.map_or_else(|| "dm".to_owned(), |guild| guild.to_string());
    let name = ulid::Ulid::from_parts(
        u64::try_from(app.now().unix_timestamp()).unwrap_or_default() * 1_000,
        rand::random(),
    );
    let key = format!("exports/{place}/{}/{name}.zip", session.id);
    app.archive.put_large(&key, scratch.path(), "application/zip").await.context("keeping an export")?;
    let link = app.archive.link(&key, LINK_LIFE, app.now()).await?;
    Ok(texts::exported(session, &words, Some((&key, link.as_ref()))))
}

async fn added(mut writer: Writer<Disk>, item: ExportItem) -> anyhow::Result<Writer<Disk>> {
    let add = move || writer.add(item).map(|()| writer);
    tokio::task::spawn_blocking(add).await.context("writing an export")?
}

/// A picture with its record; `None` if it is gone.
async fn item(app: &App, at: usize, shown: &Shown) -> anyhow::Result<Option<ExportItem>> {
    let job = &shown.claim.job;
    let picture = shown.claim.pictures.iter().find(|picture| picture.n == shown.n);
    let Some(generated) = picture.and_then(|picture| picture.generated()) else { return Ok(None) };
    let _permit = app.picture_limiter.enter().await;
    let Some(bytes) = app.picture(&shown.claim, shown.n).await? else { return Ok(None) };
    let record = match app.archive.get(&record_key(job)).await? {
        Some(record) => serde_json::from_slice(&record).unwrap_or(Value::Null),
        // It is archived together with the pictures, which wait in the spool.
        None => Value::Null,
    };
    Ok(Some(ExportItem {
        name: format!("{:03}-{}-{}.{}", at + 1, job.id, shown.n, generated.format.extension()),
        bytes,
        record,
        prompt: job.request.prompt.clone(),
        seed: generated.seed,
        model: job.request.model.clone(),
        when: job.created,
    }))
}
