//! Private pictures that their member shows to everybody.

use anyhow::Context;

use crate::app::App;
use crate::app::messages::picture::{self, Remarks};
use crate::backends::discord_api::message::Message;
use crate::backends::discord_api::rest::Fault;
use crate::backends::discord_api::retry::Retry;
use crate::domain::job::{Claim, JobId, Origin, Posted};
use crate::domain::refusal::Refusal;
use crate::domain::shrink::shrink;

/// Files that a message of Discord can have.
const FILES_LIMIT: usize = 10;

/// Makes the pictures of a private job everybody's: the message that shows them.
///
/// # Errors
/// As [`again`].
pub(crate) async fn message(app: &App, mut claim: Claim, file_limit: u64) -> anyhow::Result<Message> {
    if let Origin::Discord(origin) = &mut claim.job.origin {
        origin.private = false;
    }
    let job = claim.job.id;
    let message = again(app, claim, file_limit).await?;
    // Before the message is out: whoever sees it may press its buttons.
    app.store.publish(job, None).await?;
    Ok(message)
}

/// A message that shows the pictures of a job once more. `file_limit` is how many bytes one file may have.
///
/// # Errors
/// [`Refusal::PictureGone`], or a place that cannot be read.
pub(crate) async fn again(app: &App, claim: Claim, file_limit: u64) -> anyhow::Result<Message> {
    let (mut files, mut remarks) = (Vec::new(), Remarks::default());
    let _permit = app.picture_limiter.enter().await;
    let generated = claim.pictures.iter().filter(|picture| picture.generated().is_some());
    for picture in generated.take(FILES_LIMIT) {
        let original = app.picture(&claim, picture.n).await?.ok_or(Refusal::PictureGone)?;
        let is_too_large = original.len() as u64 > file_limit;
        let bytes = if is_too_large {
            remarks.shrunk.push((picture.n, None));
            let copy = tokio::task::spawn_blocking(move || shrink(&original, file_limit, None)).await?;
            copy.context("making a smaller copy")?
        } else {
            original
        };
        files.push(picture::file(&claim, picture.n, bytes, is_too_large));
    }
    let words = picture::finished(&claim, &remarks, &app.catalogue, app.now().date());
    Ok(Message { files, ..words })
}

/// Writes down which message shows the pictures.
pub(crate) async fn remember(app: &App, job: JobId, posted: Option<Posted>) {
    if let Err(error) = app.store.publish(job, posted).await {
        tracing::error!(%job, error = format!("{error:#}"), "where a published picture is shown could not be written down");
    }
}

/// Writes down that a message shows the pictures of a job once more, so that it goes with them.
pub(crate) async fn remember_copy(app: &App, job: JobId, copy: Posted) {
    let remembered = match app.store.show_again(job, copy).await {
        Ok(true) => Ok(()),
        // They were deleted while they were shown.
        Ok(false) => take_away(app, copy).await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    if let Err(error) = remembered {
        tracing::error!(%job, error = format!("{error:#}"), "where pictures are shown again could not be written down");
    }
}

/// Deletes a message. One that is gone is fine.
pub(crate) async fn take_away(app: &App, Posted { channel, message }: Posted) -> Result<(), Fault> {
    match Retry::message().until_taken(|| app.discord.delete(channel, message)).await {
        Err(fault) if fault.is_unknown() => Ok(()),
        deleted => deleted,
    }
}
