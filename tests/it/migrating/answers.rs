//! Every question that a store can be asked.

use std::time::Duration;

use easel::backends::store::{Context, Cursor, GalleryPage, LastPicture, Store};
use easel::domain::job::Tally;
use easel::domain::job::{Claim, JobId, Viewer, Wanted};
use easel::domain::policy::Entry;
use easel::domain::session::{Session, SessionId};
use easel::domain::usage::{BlockedRow, Standing, Totals, UsageRow};
use time::OffsetDateTime;

/// About what is asked.
pub(crate) struct About {
    pub(crate) jobs: Vec<JobId>,
    pub(crate) guilds: Vec<u64>,
    pub(crate) members: Vec<u64>,
    pub(crate) channels: Vec<u64>,
    pub(crate) sessions: Vec<SessionId>,
    /// Moments of which days and months are asked about; the last is the latest.
    pub(crate) moments: Vec<OffsetDateTime>,
}

/// All answers.
#[derive(Debug, PartialEq)]
pub(crate) struct Answers {
    totals: Totals,
    due: Vec<JobId>,
    jobs: Vec<OfJob>,
    contexts: Vec<Context>,
    trails: Vec<Vec<Entry>>,
    blocked: Vec<Vec<BlockedRow>>,
    usage: Vec<Vec<UsageRow>>,
    standings: Vec<Standing>,
    sessions: Vec<OfSession>,
    latest: Vec<Option<Session>>,
    quiet: Vec<Session>,
    of_key: Vec<Claim>,
    of_members: Vec<Vec<Claim>>,
    galleries: Vec<GalleryPage>,
}

#[derive(Debug, PartialEq)]
struct OfJob {
    claim: Claim,
    /// Debug output leaves it out.
    token: Option<String>,
    known: Option<JobId>,
    by_sha256: Vec<Option<(JobId, u32)>>,
    children: Vec<Claim>,
}

#[derive(Debug, PartialEq)]
struct OfSession {
    begun: Option<Session>,
    waiting: Option<Session>,
    jobs: Vec<Claim>,
    last: Vec<Option<LastPicture>>,
    tally: Tally,
}

impl Answers {
    pub(crate) async fn of(store: &Store, about: &About) -> Answers {
        let latest = *about.moments.last().unwrap();
        let mut answers = Answers {
            totals: store.totals().await.unwrap(),
            due: store.due(latest, Duration::ZERO).await.unwrap(),
            jobs: vec![],
            contexts: vec![],
            trails: vec![],
            blocked: vec![],
            usage: vec![],
            standings: vec![],
            sessions: vec![],
            latest: vec![],
            quiet: store.quiet_sessions(latest + Duration::from_secs(90 * 86_400)).await.unwrap(),
            of_key: store.jobs_of_key("website", None, 100).await.unwrap(),
            of_members: vec![],
            galleries: vec![],
        };
        for job in &about.jobs {
            answers.jobs.push(OfJob::of(store, *job, latest).await);
        }
        for session in &about.sessions {
            answers.sessions.push(OfSession::of(store, *session, &about.members).await);
        }
        for member in &about.members {
            answers.of_members.push(store.jobs_of_member(*member, None, 100).await.unwrap());
        }
        for channel in &about.channels {
            answers.latest.push(store.latest_session(*channel).await.unwrap());
        }
        answers.ask_about_servers(store, about).await;
        answers
    }

    async fn ask_about_servers(&mut self, store: &Store, about: &About) {
        let latest = *about.moments.last().unwrap();
        for guild in &about.guilds {
            self.trails.push(store.audit(*guild, None, 100).await.unwrap());
            self.blocked.push(store.blocked(*guild, 100).await.unwrap());
            for moment in &about.moments {
                self.usage.push(store.usage(*guild, *moment).await.unwrap());
            }
        }
        for guild in about.guilds.iter().copied().map(Some).chain([None]) {
            for member in &about.members {
                for channel in &about.channels {
                    let viewer = Viewer { guild, channel: *channel, reads_history: true, member: *member };
                    for wanted in [Wanted::Mine, Wanted::Channel, Wanted::Words(vec!["cat".into()])] {
                        let page = store.gallery(&wanted, viewer, Cursor::Latest, 100).await.unwrap();
                        self.galleries.push(page);
                    }
                    self.contexts.push(store.context(guild, vec![*channel], *member, latest).await.unwrap());
                }
                for moment in &about.moments {
                    self.standings.push(store.standing(guild, *member, *moment).await.unwrap());
                }
            }
        }
    }
}

impl OfJob {
    async fn of(store: &Store, job: JobId, now: OffsetDateTime) -> OfJob {
        let claim = store.find(job).await.unwrap().unwrap();
        let mut by_sha256 = Vec::new();
        for generated in claim.pictures.iter().filter_map(|picture| picture.generated()) {
            let found = store.by_sha256(&generated.sha256).await.unwrap();
            by_sha256.push(found.map(|(job, n)| (job.id, n)));
        }
        let token = match &claim.job.origin {
            easel::domain::job::Origin::Discord(origin) => Some(origin.token.clone()),
            _ => None,
        };
        let known = store.known(claim.job.dedupe_key(), now).await.unwrap();
        let children = store.children(job, None, 100).await.unwrap();
        OfJob { claim, token, known, by_sha256, children }
    }
}

impl OfSession {
    async fn of(store: &Store, id: SessionId, viewers: &[u64]) -> OfSession {
        let mut last = Vec::new();
        for viewer in viewers {
            last.push(store.last_picture(id, *viewer).await.unwrap());
        }
        OfSession {
            begun: store.session(id).await.unwrap(),
            waiting: store.waiting_session(id).await.unwrap(),
            jobs: store.session_jobs(id).await.unwrap(),
            last,
            tally: store.session_tally(id).await.unwrap(),
        }
    }
}
