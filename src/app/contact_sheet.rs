//! Pictures at a glance: a file with many of them.

use anyhow::Context;
use bytes::Bytes;

use crate::app::App;
use crate::app::reports::draw::sheet::{Cell, contact_sheet};
use crate::app::stored_picture::StoredPicture;
use crate::backends::discord_api::message::File;

/// What is said on a contact sheet and of it.
pub(crate) struct Sheet {
    /// The file's.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) alt: String,
}

/// A contact sheet of these pictures, each with its label; nothing where there is none.
pub(crate) async fn draw(
    app: &App,
    sheet: Sheet,
    pictures: impl Iterator<Item = (String, &StoredPicture)>,
) -> anyhow::Result<Option<File>> {
    let mut cells = Vec::new();
    // One picture at a time is in memory, and of each only its thumbnail stays.
    for (label, picture) in pictures {
        let permit = app.picture_limiter.enter().await;
        let bytes = app.picture(&picture.claim, picture.n).await.unwrap_or_else(|error| {
            tracing::warn!(job = %picture.claim.job.id, error = format!("{error:#}"), "a picture is missing on a sheet");
            None
        });
        let cell = tokio::task::spawn_blocking(move || Cell::new(label, bytes.as_ref()));
        cells.push(cell.await.context("making a thumbnail")?);
        drop(permit);
    }
    if cells.is_empty() {
        return Ok(None);
    }
    let Sheet { name, title, alt } = sheet;
    let draw = move || contact_sheet(&title, &cells);
    let drawn = tokio::task::spawn_blocking(draw).await.context("drawing a contact sheet")??;
    Ok(Some(File { name, mime: "image/png", alt, bytes: Bytes::from(drawn), kept: None }))
}
