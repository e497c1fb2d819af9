//! A session's pictures at a glance.

use std::collections::BTreeSet;

use crate::app::App;
use crate::app::contact_sheet::{self, Sheet};
use crate::app::messages::session as texts;
use crate::app::reports::draw::sheet::MOST_CELLS;
use crate::app::stored_picture::StoredPicture;
use crate::backends::discord_api::message::{File, Message};
use crate::domain::job::Claim;
use crate::domain::session::{Session, SessionId};

/// The pictures of a session that `viewer` may see, oldest first; `None` stands for everybody.
pub(super) async fn of(
    app: &App,
    session: SessionId,
    viewer: Option<u64>,
) -> anyhow::Result<Vec<StoredPicture>> {
    let jobs = app.store.session_jobs(session).await?;
    let visible = |claim: &Claim| match viewer {
        Some(member) => claim.job.origin.visible_to(member),
        None => claim.job.origin.is_public(),
    };
    Ok(jobs.into_iter().filter(visible).flat_map(|claim| StoredPicture::all(&claim)).collect())
}

pub(super) fn members(pictures: &[StoredPicture]) -> usize {
    let member = |shown: &StoredPicture| shown.claim.job.origin.discord().map(|origin| origin.member);
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
    pictures: &[StoredPicture],
    page: u32,
) -> anyhow::Result<Option<File>> {
    let first = page as usize * MOST_CELLS;
    let shown = pictures.iter().enumerate().skip(first).take(MOST_CELLS);
    let cells: Vec<_> = shown
        .map(|(at, picture)| {
            (format!("{} {}", at + 1, picture.claim.job.request.of(picture.n).prompt), picture)
        })
        .collect();
    let sheet = Sheet {
        name: format!("easel-session-{}.png", page + 1),
        title: title.to_owned(),
        alt: texts::sheet_alt(title, first + 1, first + cells.len()),
    };
    contact_sheet::draw(app, sheet, cells.into_iter()).await
}
