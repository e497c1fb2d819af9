//! A session's pictures at a glance.

use std::collections::BTreeSet;

use anyhow::Context;
use bytes::Bytes;

use crate::app::App;
use crate::app::messages::session as texts;
use crate::app::reports::draw::sheet::{Cell, MOST_CELLS, contact_sheet};
use crate::backends::discord_api::message::{File, Message};
use crate::domain::job::{Claim, GeneratedImage};
use crate::domain::session::{Session, SessionId};

/// A picture that was delivered in a session.
pub(super) struct Shown {
    pub(super) claim: Claim,
    pub(super) n: u32,
}

impl Shown {
    pub(super) fn generated(&self) -> Option<&GeneratedImage> {
        self.claim.pictures.iter().find(|picture| picture.n == self.n)?.generated()
    }

    /// How large it is, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.generated().map_or(0, |generated| generated.bytes)
    }
}

/// The pictures of a session that `viewer` may see, oldest first; `None` stands for everybody.
pub(super) async fn of(app: &App, session: SessionId, viewer: Option<u64>) -> anyhow::Result<Vec<Shown>> {
    let jobs = app.store.session_jobs(session).await?;
    let visible = |claim: &Claim| match viewer {
        Some(member) => claim.job.origin.visible_to(member),
        None => claim.job.origin.is_public(),
    };
    Ok(jobs.into_iter().filter(visible).flat_map(pictures).collect())
}

fn pictures(claim: Claim) -> Vec<Shown> {
    let generated = claim.pictures.iter().filter(|picture| picture.generated().is_some());
    let numbers: Vec<_> = generated.map(|picture| picture.n).collect();
    numbers.into_iter().map(|n| Shown { claim: claim.clone(), n }).collect()
}

pub(super) fn members(pictures: &[Shown]) -> usize {
    let member = |shown: &Shown| shown.claim.job.origin.discord().map(|origin| origin.member);
    pictures.iter().filter_map(member).collect::<BTreeSet<_>>().len()
}

/// One page, from 0, of what a member may see, with buttons to the pages beside it. A page that is not there is the last.
pub(crate) async fn page(app: &App, session: &Session, viewer: u64, page: u32) -> anyhow::Result<Message> {
    let pictures = of(app, session.id, Some(viewer)).await?;
    let pages = u32::try_from(pictures.len().div_ceil(MOST_CELLS))?;
    let page = page.min(pages.saturating_sub(1));
    let file = sheet(app, &session.plan.title, &pictures, page).await?;
    Ok(Message { files: file.into_iter().collect(), ..texts::history(session, pictures.len(), page, pages) })
}

/// The contact sheet of a page; nothing where there is no picture.
pub(super) async fn sheet(
    app: &App,
    title: &str,
    pictures: &[Shown],
    page: u32,
) -> anyhow::Result<Option<File>> {
    let first = page as usize * MOST_CELLS;
    let mut cells = Vec::new();
    // One picture at a time is in memory, and of each only its thumbnail stays.
    for (at, shown) in pictures.iter().enumerate().skip(first).take(MOST_CELLS) {
        let permit = app.picture_limiter.enter().await;
        let bytes = app.picture(&shown.claim, shown.n).await.unwrap_or_else(|error| {
            tracing::warn!(job = %shown.claim.job.id, error = format!("{error:#}"), "a picture is missing on a sheet");
            None
        });
        let label = format!("{} {}", at + 1, shown.claim.job.request.of(shown.n).prompt);
        let cell = tokio::task::spawn_blocking(move || Cell::new(label, bytes.as_ref()));
        cells.push(cell.await.context("making a thumbnail")?);
        drop(permit);
    }
    if cells.is_empty() {
        return Ok(None);
    }
    let alt = texts::sheet_alt(title, first + 1, first + cells.len());
    let title = title.to_owned();
    let draw = move || contact_sheet(&title, &cells);
    let drawn = tokio::task::spawn_blocking(draw).await.context("drawing a contact sheet")??;
    Ok(Some(File {
        name: format!("easel-session-{}.png", page + 1),
        mime: "image/png",
        alt,
        bytes: Bytes::from(drawn),
        kept: None,
    }))
}
