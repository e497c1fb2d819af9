//! Finds the original of a copy that was saved anew: scaled, compressed again, or fetched from a preview. What pictures
//! look like is computed here, and not when they are made: to decode one costs twice what all else costs that Easel does
//! to it, and hardly any is ever looked for.

use std::sync::Arc;

use anyhow::Context;
use futures_util::StreamExt;
use futures_util::stream;

use crate::app::App;
use crate::backends::store::KeptPicture;
use crate::domain::likeness::Likeness;

/// Pictures that are fetched and decoded at a time.
const AT_ONCE: usize = 8;
/// As near as a copy comes that was only saved anew: nothing better is looked for.
const NEAR_ENOUGH: u32 = 98;

/// The original that a copy looks like.
pub(super) struct Original {
    pub(super) picture: KeptPicture,
    /// How many percent of what is compared agree.
    pub(super) percent: u32,
}

/// The kept picture that `file` looks most like, if any does; and how many pictures were looked at. The latest come
/// first.
pub(super) async fn find(app: &Arc<App>, file: Vec<u8>) -> anyhow::Result<(Option<Original>, usize)> {
    let wanted = tokio::task::spawn_blocking(move || Likeness::of(&file)).await?;
    let wanted = wanted.context("it cannot be decoded as a picture either")?;
    let kept = app.store.kept_pictures().await?;
    let mut compared = stream::iter(kept)
        .map(|picture| async { (compare(app, wanted, &picture).await, picture) })
        .buffered(AT_ONCE);
    let (mut nearest, mut count) = (None::<Original>, 0);
    while let Some((percent, picture)) = compared.next().await {
        count += 1;
        if percent > nearest.as_ref().map(|original| original.percent) {
            nearest = percent.map(|percent| Original { picture, percent });
        }
        if percent >= Some(NEAR_ENOUGH) {
            break;
        }
    }
    Ok((nearest, count))
}

/// A picture that is gone or broken looks like nothing.
async fn compare(app: &Arc<App>, wanted: Likeness, picture: &KeptPicture) -> Option<u32> {
    let found = app.kept(&picture.key, Some((picture.job, picture.n))).await;
    let bytes = found
        .inspect_err(|error| tracing::warn!(job = %picture.job, error = format!("{error:#}"), "a picture cannot be read"))
        .ok()??;
    let likeness = tokio::task::spawn_blocking(move || Likeness::of(&bytes)).await.ok()?.ok()?;
    wanted.copy_percent(likeness)
}
