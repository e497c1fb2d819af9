//! Pictures that are found again: a member's own, and those of a channel.

use crate::app::App;
use crate::app::contact_sheet::{self, Sheet};
use crate::app::messages::gallery as texts;
use crate::app::stored_picture::StoredPicture;
use crate::backends::discord_api::message::Message;
use crate::backends::store::Cursor;
use crate::domain::job::{Viewer, Wanted};

/// Jobs on a page.
const PAGE: usize = 9;

/// A page of jobs with a picture of each at a glance, and buttons to the pages beside it.
pub(crate) async fn page(
    app: &App,
    viewer: Viewer,
    wanted: &Wanted,
    cursor: Cursor,
) -> anyhow::Result<Message> {
    let page = app.store.gallery(wanted, viewer, cursor, PAGE).await?;
    let shown: Vec<_> = page.jobs.iter().filter_map(|claim| StoredPicture::of(claim.clone(), None)).collect();
    let cells = shown.iter().enumerate().map(|(at, picture)| (texts::label(at, &picture.claim), picture));
    let title = texts::title(wanted);
    let alt = texts::sheet_alt(&title, shown.len());
    let sheet = Sheet { name: "easel-gallery.png".to_owned(), title, alt };
    let file = contact_sheet::draw(app, sheet, cells).await?;
    Ok(Message { files: file.into_iter().collect(), ..texts::page(wanted, cursor, &page) })
}
