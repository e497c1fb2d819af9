//! Orders to a store, and a worker's way through one.

use std::collections::BTreeMap;
use std::time::Duration;

use easel::backends::store::Store;
use easel::domain::image_format::ImageFormat;
use easel::domain::job::{self, Admission, Attempt, Begun, CallId, Conclusion, Progress, Settlement};
use easel::domain::job::{
    ApiOrigin, Bill, Claim, DiscordOrigin, GeneratedImage, InSession, Job, JobId, MadeFrom, Origin, Outcome,
    Picture, State,
};
use easel::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use easel::domain::money::Micros;
use easel::domain::request::{Aspect, ImageRequest};
use easel::domain::session::SessionId;
use time::OffsetDateTime;
use time::macros::datetime;

/// The last minute but five of a day and of a month.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-30 23:55 UTC);
pub(crate) const NEXT_MONTH: OffsetDateTime = datetime!(2026-12-01 00:00 UTC);
pub(crate) const LEASE: Duration = Duration::from_secs(60);
pub(crate) const PRICE: Micros = Micros(40_000);
pub(crate) const GUILD: u64 = 11;
pub(crate) const CHANNEL: u64 = 2;
pub(crate) const MEMBER: u64 = 3;

/// Who orders how much, where and when.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) interaction: u64,
    pub(crate) guild: Option<u64>,
    pub(crate) channel: u64,
    pub(crate) member: u64,
    pub(crate) session: Option<SessionId>,
    pub(crate) private: bool,
    /// The key of the images API that it comes under; then it is no member's, in no server.
    pub(crate) key: Option<&'static str>,
    pub(crate) prompt: &'static str,
    /// The job that it varies.
    pub(crate) parent: Option<JobId>,
    pub(crate) pictures: u32,
    pub(crate) price: Micros,
    pub(crate) at: OffsetDateTime,
}

/// One picture for one member in a server.
pub(crate) fn order(interaction: u64) -> Order {
    Order {
        interaction,
        guild: Some(GUILD),
        channel: CHANNEL,
        member: MEMBER,
        session: None,
        private: false,
        key: None,
        prompt: "a cat",
        parent: None,
        pictures: 1,
        price: PRICE,
        at: NOW,
    }
}

impl Order {
    pub(crate) fn id(&self) -> JobId {
        JobId::new(self.at, u128::from(self.interaction))
    }

    pub(crate) fn job(&self) -> Job {
        let session = self.session.map(|id| InSession { id, title: "posters".into() });
        let origin = DiscordOrigin {
            interaction: self.interaction,
            application: 1,
            token: "secret-canary".into(),
            guild: self.guild,
            channel: self.channel,
            member: self.member,
            private: self.private,
            file_limit: 1,
            session,
            locale: None,
            guild_locale: None,
            press: None,
        };
        let request = ImageRequest {
            prompt: self.prompt.into(),
            negative: None,
            model: "core".into(),
            aspect: Aspect::Square,
            style: None,
            style_as_words: false,
            seeds: (0..self.pictures).collect(),
            image: None,
            edit: None,
            cfg: None,
            steps: None,
            private: self.private,
            prefix: None,
            suffix: None,
            ignored_flags: Vec::new(),
            in_place_of: None,
            variants: Vec::new(),
            price: None,
            sources: BTreeMap::new(),
        };
        let api = |key: &str| ApiOrigin { key: key.to_owned(), each: self.price, repeat: None };
        let origin = self.key.map_or(Origin::Discord(origin), |key| Origin::Api(api(key)));
        Job { id: self.id(), origin, request, created: self.at, parent: self.parent, is_offer: false }
    }

    pub(crate) async fn admit(&self, store: &Store, limits: &AdmissionLimits) -> Admission {
        self.admit_for(store, limits, false).await
    }

    /// With a worker that is there for it, if it `begins` at once.
    pub(crate) async fn admit_for(&self, store: &Store, limits: &AdmissionLimits, begins: bool) -> Admission {
        let price = self.price * i64::from(self.pictures);
        let worker = job::Worker { owner: "worker".into(), lease: LEASE };
        let worker = begins.then_some(&worker);
        store.admit_for(&self.job(), price, limits, worker, self.at).await.unwrap()
    }

    /// Admitted for a worker that was there for it, which has these calls to make.
    pub(crate) async fn begun<'a>(&self, store: &'a Store) -> (Worker<'a>, Vec<(u32, CallId)>) {
        let admitted = self.admit_for(store, &AdmissionLimits::default(), true).await;
        let Admission::Admitted { begun: Some(begun), .. } = admitted else { panic!("{admitted:?}") };
        let Begun { claim, calls } = *begun;
        (Worker { store, claim, now: self.at }, calls)
    }

    pub(crate) async fn fits(&self, store: &Store, limits: &AdmissionLimits) -> bool {
        matches!(self.admit(store, limits).await, Admission::Admitted { .. })
    }

    /// Admitted under these limits, and in a worker's hands.
    pub(crate) async fn claimed_under<'a>(&self, store: &'a Store, limits: &AdmissionLimits) -> Worker<'a> {
        assert!(self.fits(store, limits).await);
        Worker::takes(store, self.id(), self.at).await.unwrap()
    }

    pub(crate) async fn claimed<'a>(&self, store: &'a Store) -> Worker<'a> {
        self.claimed_under(store, &AdmissionLimits::default()).await
    }
}

pub(crate) fn budget_limit(scope: BudgetScope, limit: Micros) -> AdmissionLimits {
    AdmissionLimits { budgets: vec![BudgetLimit { scope, limit }], ..AdmissionLimits::default() }
}

pub(crate) fn session_id(random: u128) -> SessionId {
    SessionId::new(NOW, random)
}

/// Somebody who holds a job, or believes so.
pub(crate) struct Worker<'a> {
    pub(crate) store: &'a Store,
    pub(crate) claim: Claim,
    /// The worker's clock.
    pub(crate) now: OffsetDateTime,
}

impl<'a> Worker<'a> {
    /// The job, if it has something to do and nobody has it.
    pub(crate) async fn takes(store: &'a Store, job: JobId, now: OffsetDateTime) -> Option<Worker<'a>> {
        let claim = store.claim(job, "worker", now, LEASE).await.unwrap();
        claim.map(|claim| Worker { store, claim, now })
    }

    pub(crate) fn job(&self) -> JobId {
        self.claim.job.id
    }

    pub(crate) async fn attempt_at(&self, n: u32, price: Micros) -> Attempt {
        self.store.attempt(self.job(), self.claim.fence, n, price, self.now).await.unwrap()
    }

    pub(crate) async fn attempt(&self, n: u32) -> Attempt {
        self.attempt_at(n, PRICE).await
    }

    /// A call that is in the ledger.
    pub(crate) async fn call(&self, n: u32) -> CallId {
        match self.attempt(n).await {
            Attempt::Go(call) => call,
            said => panic!("{said:?}"),
        }
    }

    pub(crate) async fn settle(&self, n: u32, call: CallId, bill: Bill, outcome: Option<Outcome>) -> bool {
        let settlement = Settlement { n, call: Some(call), bill, outcome };
        self.store.settle(self.job(), self.claim.fence, settlement).await.unwrap().is_stored()
    }

    /// A call that ends like this and leaves the picture open.
    pub(crate) async fn spend(&self, n: u32, bill: Bill) {
        let call = self.call(n).await;
        assert!(self.settle(n, call, bill, None).await);
    }

    pub(crate) async fn generate(&self, n: u32) {
        let call = self.call(n).await;
        let outcome = generated(&format!("{}-{n}", self.job()));
        assert!(self.settle(n, call, Bill::Due, outcome).await);
    }

    pub(crate) async fn progress(&self, progress: Progress) -> bool {
        self.store.progress(self.job(), self.claim.fence, progress, self.now).await.unwrap()
    }

    pub(crate) async fn conclude(&self, delivered: u32) -> bool {
        self.progress(concluded(delivered)).await
    }

    pub(crate) async fn archive(&self) -> bool {
        let archived = (0..).zip(&self.claim.pictures).map(|(n, _)| (n, format!("key-{n}"))).collect();
        self.progress(Progress { archived, ..Progress::default() }).await
    }

    /// Gives the job back for so many seconds.
    pub(crate) async fn release(&self, seconds: i64) -> bool {
        self.progress(Progress { release_for: Some(seconds * 1_000), ..Progress::default() }).await
    }

    /// Every picture generated, delivered and archived.
    pub(crate) async fn finish(&self) {
        let pictures = u32::try_from(self.claim.pictures.len()).unwrap();
        for n in 0..pictures {
            self.generate(n).await;
        }
        assert!(self.conclude(pictures).await && self.archive().await && self.release(0).await);
    }

    /// The end of a job that brought nothing.
    pub(crate) async fn fail(&self) {
        assert!(self.conclude(0).await && self.release(0).await);
    }

    pub(crate) async fn found(&self) -> Claim {
        self.store.find(self.job()).await.unwrap().unwrap()
    }

    pub(crate) async fn picture(&self, n: usize) -> Picture {
        self.found().await.pictures.remove(n)
    }
}

pub(crate) fn generated(sha256: &str) -> Option<Outcome> {
    Some(Outcome::Generated(GeneratedImage {
        seed: 5,
        sha256: sha256.into(),
        bytes: 3,
        format: ImageFormat::Png,
        region: None,
        took: Some(2_000),
        made_from: MadeFrom::default(),
    }))
}

pub(crate) fn concluded(delivered: u32) -> Progress {
    let state = if delivered > 0 { State::Delivered } else { State::Failed };
    let conclusion = Conclusion { state, delivered, refusal: None, posted: None };
    Progress { concluded: Some(conclusion), ..Progress::default() }
}
