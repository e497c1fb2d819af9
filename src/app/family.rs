//! What a job goes on from, and what went on from it.

use crate::app::App;
use crate::app::contact_sheet::{self, Sheet};
use crate::app::messages::family as texts;
use crate::app::messages::family::Family;
use crate::app::stored_picture::StoredPicture;
use crate::backends::discord_api::message::Message;
use crate::domain::job::{Claim, JobId, Viewer};

/// How many are shown of either.
const ANCESTORS: usize = 5;
const CHILDREN: usize = 9;
/// Jobs that are read at a time, and how often: somebody may have made many that `viewer` may not see.
const READ: usize = 30;
const READS: usize = 5;

/// What `viewer` may see of a job's ancestors and children, at a glance; `None` if there is nothing.
pub(crate) async fn around(app: &App, viewer: Viewer, claim: &Claim) -> anyhow::Result<Option<Message>> {
    let mut ancestors = ancestors(app, viewer, claim.job.parent).await?;
    let mut children = children(app, viewer, claim.job.id).await?;
    if ancestors.is_empty() && children.is_empty() {
        return Ok(None);
    }
    let (is_earlier, is_more) = (ancestors.len() > ANCESTORS, children.len() > CHILDREN);
    ancestors.truncate(ANCESTORS);
    ancestors.reverse();
    children.truncate(CHILDREN);
    let family = Family { ancestors, this: claim.clone(), children, is_earlier, is_more };
    let members = family.members();
    let shown: Vec<_> = members
        .iter()
        .filter_map(|member| {
            let picture = StoredPicture::of(member.claim.clone(), None)?;
            Some((member.label(), picture))
        })
        .collect();
    let sheet = Sheet {
        name: "easel-family.png".to_owned(),
        title: texts::TITLE.to_owned(),
        alt: texts::alt(shown.len()),
    };
    let cells = shown.iter().map(|(label, picture)| (label.clone(), picture));
    let file = contact_sheet::draw(app, sheet, cells).await?;
    Ok(Some(Message { files: file.into_iter().collect(), ..texts::message(&family) }))
}

/// The nearest first, and one more than are shown if there is one.
async fn ancestors(app: &App, viewer: Viewer, mut next: Option<JobId>) -> anyhow::Result<Vec<Claim>> {
    let mut ancestors = Vec::new();
    while let Some(parent) = next.filter(|_| ancestors.len() <= ANCESTORS) {
        let Some(parent) = app.store.find(parent).await?.filter(|parent| viewer.sees(parent)) else { break };
        next = parent.job.parent;
        ancestors.push(parent);
    }
    Ok(ancestors)
}

/// The latest first, and one more than are shown if there is one.
async fn children(app: &App, viewer: Viewer, job: JobId) -> anyhow::Result<Vec<Claim>> {
    let (mut children, mut before) = (Vec::new(), None);
    for _ in 0..READS {
        let read = app.store.children(job, before, READ).await?;
        before = read.last().map(|claim| claim.job.id);
        let is_last = read.len() < READ;
        children.extend(read.into_iter().filter(|child| viewer.sees(child)));
        if is_last || children.len() > CHILDREN {
            break;
        }
    }
    children.truncate(CHILDREN + 1);
    Ok(children)
}
