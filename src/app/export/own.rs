//! What a member made, for themselves: every server's, since the answer is theirs alone.

use crate::app::App;
use crate::app::export::{Contents, Exported, pack};
use crate::app::messages::export as texts;
use crate::app::stored_picture::StoredPicture;
use crate::backends::archive::ExportOf;
use crate::domain::refusal::Refusal;

/// Pictures of one export.
const PAGE: usize = 200;
/// Jobs that are read at a time.
const JOBS: usize = 100;

/// A page, from 0, of a member's pictures with their records: on the first are the latest, and the oldest of each comes
/// first.
pub(crate) async fn export(app: &App, member: u64, page: u32, file_limit: u64) -> anyhow::Result<Exported> {
    let Found { pictures, is_last } = pictures(app, member, page).await?;
    let facts = texts::facts_of_member(&pictures.iter().map(|picture| &picture.claim).collect::<Vec<_>>());
    let contents = Contents {
        title: texts::OWN_TITLE.to_owned(),
        facts,
        name: format!("easel-pictures-{}", page + 1),
        of: ExportOf::Member(member),
        pictures,
        nothing: Refusal::NothingOfYours,
        note: (!is_last).then(|| texts::older(PAGE, page + 2)),
    };
    pack(app, &contents, file_limit).await
}

struct Found {
    pictures: Vec<StoredPicture>,
    is_last: bool,
}

async fn pictures(app: &App, member: u64, page: u32) -> anyhow::Result<Found> {
    let (mut skip, mut before) = (page as usize * PAGE, None);
    let mut pictures = Vec::new();
    loop {
        let jobs = app.store.jobs_of_member(member, before, JOBS).await?;
        before = jobs.last().map(|claim| claim.job.id);
        for claim in jobs.iter().filter(|claim| claim.shows_pictures()) {
            for picture in StoredPicture::all(claim).into_iter().rev() {
                if skip > 0 {
                    skip -= 1;
                } else if pictures.len() == PAGE {
                    pictures.reverse();
                    return Ok(Found { pictures, is_last: false });
                } else {
                    pictures.push(picture);
                }
            }
        }
        if jobs.len() < JOBS {
            pictures.reverse();
            return Ok(Found { pictures, is_last: true });
        }
    }
}
