//! Jobs that wait for a worker: which is next, and what their members are told meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::status::{EDIT_TIMEOUT, EVERY, PATIENCE, locked, progress_of, until};
use super::{End, Work};
use crate::app::App;
use crate::app::messages::picture::Remarks;
use crate::app::messages::progress::{self, At};
use crate::backends::discord_api::message::Message;
use crate::domain::job::{Claim, Job, JobId, State};

/// Jobs that are looked at to find the next one.
const LOOK: usize = 10;
/// Places that are told. Whoever is further behind is told none.
const LONGEST: usize = 1_000;
/// An order this young may not be in the line yet, as far as the store can see.
const YOUNG: Duration = Duration::from_secs(10);

/// What this process knows about jobs that wait.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// Those that workers of this process are about to claim.
    being_claimed: Mutex<HashSet<JobId>>,
    /// Those that this process has enqueued; `None` while it tells nobody their place.
    waiting: Mutex<Option<HashMap<JobId, Job>>>,
}

impl Line {
    /// A job that is enqueued.
    pub(super) fn add(&self, job: &Job) {
        if job.origin.discord().is_some()
            && let Some(waiting) = locked(&self.waiting).as_mut()
        {
            waiting.insert(job.id, job.clone());
        }
    }

    /// A job that is enqueued again, and that this process may have taken from one that is gone.
    pub(super) async fn find(&self, app: &App, job: JobId) -> anyhow::Result<()> {
        let is_known = |waiting: &HashMap<JobId, Job>| waiting.contains_key(&job);
        if app.store.is_shared() || locked(&self.waiting).as_ref().is_none_or(is_known) {
            return Ok(());
        }
        let found = app.store.find(job).await?.filter(|claim| claim.fence == 0);
        found.iter().for_each(|claim| self.add(&claim.job));
        Ok(())
    }

    fn is_empty(&self) -> bool {
        locked(&self.waiting).as_ref().is_none_or(HashMap::is_empty)
    }

    /// What waits of this process's jobs, with places from 1.
    fn places(&self, line: &[JobId], young: i64) -> Vec<(usize, Job)> {
        let mut waiting = locked(&self.waiting);
        let Some(waiting) = waiting.as_mut() else { return Vec::new() };
        let in_line: HashSet<&JobId> = line.iter().collect();
        waiting.retain(|job, _| in_line.contains(job) || job.ordered_at() > young);
        let place = |(at, job)| Some((at, waiting.get(job)?.clone()));
        (1..).zip(line).filter_map(place).collect()
    }
}

/// Takes whichever job is next as far as it can go: each delivery stands for one job that waits, not for this one. Only
/// one that somebody had begun with goes before the line when it is delivered. Behind that, one job is taken up that
/// somebody had begun with and that nobody works on, whose message may be lost with that worker.
pub async fn process_next(app: &App, delivered: JobId, abandoned: &CancellationToken) -> End {
    let end = match next(app, delivered).await {
        Ok(work) => work.process(abandoned).await,
        Err(end) => end,
    };
    if end == End::Done
        && let Ok(work) = first_of(app, Jobs::GivenUp).await
    {
        // If it is given back, the sweeper enqueues it.
        work.process(abandoned).await;
    }
    end
}

async fn next(app: &App, delivered: JobId) -> Result<Work<'_>, End> {
    let found = app.store.find(delivered).await.map_err(|error| unknown(&error))?;
    if found.as_ref().is_some_and(|claim| claim.fence > 0)
        && let Ok(work) = Work::claim(app, delivered).await
    {
        return Ok(work);
    }
    match first_of(app, Jobs::InLine).await {
        // An order of this moment may not be in the line yet, as far as the store can see.
        Err(End::Done) => Work::claim(app, delivered).await,
        claimed => claimed,
    }
}

#[derive(Debug, Clone, Copy)]
enum Jobs {
    InLine,
    /// Somebody had begun with them.
    GivenUp,
}

/// The first of these jobs that can be claimed.
async fn first_of(app: &App, jobs: Jobs) -> Result<Work<'_>, End> {
    let mut tried = HashSet::new();
    loop {
        let look = LOOK + tried.len() + locked(&app.line.being_claimed).len();
        let listed = match jobs {
            Jobs::InLine => app.store.in_line(look).await,
            Jobs::GivenUp => app.store.given_up(app.now(), look).await,
        };
        let listed = listed.map_err(|error| unknown(&error))?;
        let Some(free) = listed.into_iter().find_map(|job| Turn::take(app, job, &mut tried)) else {
            return Err(End::Done);
        };
        match Work::claim(app, free.job).await {
            Err(End::Done) => {}
            claimed => return claimed,
        }
    }
}

fn unknown(error: &anyhow::Error) -> End {
    tracing::error!(error = format!("{error:#}"), "the store could not say which job is next");
    End::Unknown
}

/// A job that no other worker of this process tries to claim.
struct Turn<'a> {
    app: &'a App,
    job: JobId,
}

impl<'a> Turn<'a> {
    fn take(app: &'a App, job: JobId, tried: &mut HashSet<JobId>) -> Option<Turn<'a>> {
        let free = !tried.contains(&job) && locked(&app.line.being_claimed).insert(job);
        free.then(|| {
            tried.insert(job);
            Turn { app, job }
        })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        locked(&self.app.line.being_claimed).remove(&self.job);
    }
}

/// Tells members their place in line, until the process is told to stop.
pub async fn tell_places(app: Arc<App>) {
    locked(&app.line.waiting).get_or_insert_default();
    let rounds = async {
        loop {
            until(Instant::now() + EVERY).await;
            if app.line.is_empty() {
                continue;
            }
            match app.store.in_line(LONGEST).await {
                Ok(line) => tell_each(&app, &line).await,
                Err(error) => {
                    tracing::debug!(error = format!("{error:#}"), "nobody can be told their place in line");
                }
            }
        }
    };
    app.stopping.run_until_cancelled(rounds).await;
}

async fn tell_each(app: &Arc<App>, line: &[JobId]) {
    let young = i64::try_from(YOUNG.as_millis()).unwrap_or_default();
    let now = crate::domain::job::millis(app.now());
    for (place, job) in app.line.places(line, now - young) {
        let Some(origin) = job.origin.discord() else { continue };
        let old_enough = app.now() - job.created >= PATIENCE;
        if old_enough && app.now() < job.token_dies() && app.edits.allows(origin.channel, origin.interaction)
        {
            let app = app.clone();
            // A slow message holds up no other.
            app.clone().spawn(async move { tell_place(&app, &job, place).await });
        }
    }
}

async fn tell_place(app: &App, job: &Job, place: usize) {
    let words = progress_of(app, job, At::InLine(place)).await;
    show(app, job, &Message { keep_files: true, ..words }).await;
    // What came meanwhile may have reached Discord before this did.
    match app.store.find(job.id).await {
        Ok(Some(claim)) if claim.state.is_final() => show_end(app, claim).await,
        _ => {}
    }
}

async fn show_end(app: &App, claim: Claim) {
    let message = match claim.state {
        State::Delivered => {
            let work = Work::new(app, claim, Vec::new());
            let shrunk = work.shrunk_ones(true).await.unwrap_or_default();
            return work.remark(&Remarks { not_archived: false, shrunk }).await;
        }
        State::Cancelled => progress::cancelled(claim.job.id, claim.spent()),
        _ => return,
    };
    show(app, &claim.job, &Message { keep_files: true, ..message }).await;
}

async fn show(app: &App, job: &Job, message: &Message) {
    let Some(origin) = job.origin.discord() else { return };
    let edit = app.discord.edit_original(origin.application, &origin.token, message);
    if let Ok(Err(fault)) = timeout(EDIT_TIMEOUT, edit).await {
        app.edits.heed(origin.interaction, &fault);
        tracing::debug!(job = %job.id, %fault, "a place in line was not shown");
    }
}
