//! Orders, and what becomes of them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use easel::backends::store::Store;
use easel::domain::image_format::ImageFormat;
use easel::domain::job::{Admission, Attempt, Bill, CallId, Claim, Conclusion, Progress, Settlement, State};
use easel::domain::job::{
    ApiOrigin, DiscordOrigin, GeneratedImage, InSession, Job, JobId, MadeFrom, Origin, Outcome,
};
use easel::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use easel::domain::money::Micros;
use easel::domain::refusal::Refusal;
use easel::domain::request::{Aspect, ImageRequest};
use easel::domain::session::{Plan, Session, SessionId};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-20 12:00 UTC);
pub(crate) const PRICE: Micros = Micros(40_000);
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// One picture for somebody.
#[derive(Clone)]
pub(crate) struct Order {
    /// Of all orders in its file.
    pub(crate) number: u64,
    pub(crate) guild: Option<u64>,
    pub(crate) channel: u64,
    pub(crate) member: u64,
    pub(crate) session: Option<SessionId>,
    /// The key of the images API that it comes under; then it is no member's.
    pub(crate) key: Option<String>,
    pub(crate) at: OffsetDateTime,
}

impl Order {
    pub(crate) fn id(&self) -> JobId {
        JobId::new(self.at, u128::from(self.number))
    }

    pub(crate) fn job(&self) -> Job {
        let discord = DiscordOrigin {
            interaction: self.number,
            application: 1,
            token: "t".repeat(180),
            guild: self.guild,
            channel: self.channel,
            member: self.member,
            private: false,
            file_limit: 10 << 20,
            session: self.session.map(|id| InSession { id, title: "Posters".into() }),
            locale: Some("en-GB".into()),
            guild_locale: None,
            press: None,
        };
        let api = |key: &String| ApiOrigin { key: key.clone(), each: PRICE, repeat: None };
        let origin = self.key.as_ref().map_or(Origin::Discord(discord), |key| Origin::Api(api(key)));
        let request = ImageRequest {
            prompt: format!(
                "a lighthouse in the fog at dawn, in oil, with a small boat, number {}",
                self.number
            ),
            negative: None,
            model: "core".into(),
            aspect: Aspect::Square,
            style: None,
            style_as_words: false,
            seeds: vec![7],
            image: None,
            edit: None,
            cfg: None,
            steps: None,
            private: false,
            prefix: None,
            suffix: None,
            ignored_flags: Vec::new(),
            in_place_of: None,
            variants: Vec::new(),
            price: None,
            sources: BTreeMap::new(),
        };
        Job { id: self.id(), origin, request, created: self.at, parent: None, is_offer: false }
    }

    pub(crate) async fn admit(&self, store: &Store) -> anyhow::Result<()> {
        self.admit_as(store, &self.job()).await
    }

    async fn admit_as(&self, store: &Store, job: &Job) -> anyhow::Result<()> {
        match store.admit(job, PRICE, &limits(), self.at).await? {
            Admission::Admitted { .. } => Ok(()),
            other => bail!("not admitted: {other:?}"),
        }
    }

    pub(crate) async fn cancelled(&self, store: &Store) -> anyhow::Result<()> {
        self.admit(store).await?;
        ensure!(store.cancel(self.id(), self.at).await?, "not cancelled");
        Ok(())
    }

    pub(crate) async fn claim(&self, store: &Store) -> anyhow::Result<Claim> {
        store.claim(self.id(), "worker", self.at, LEASE).await?.context("somebody else has it")
    }

    /// A guardrail holds the picture back.
    pub(crate) async fn blocked(&self, store: &Store) -> anyhow::Result<()> {
        self.admit(store).await?;
        let fence = self.claim(store).await?.fence;
        let refusal = Refusal::GuardedPicture { category: "violence".into() };
        let (call, outcome) = (self.call(store, fence).await?, Outcome::Refused { refusal: refusal.clone() });
        ensure!(store.settle(self.id(), fence, settlement(call, outcome)).await?.is_stored(), "not settled");
        let conclusion =
            Conclusion { state: State::Failed, delivered: 0, refusal: Some(refusal), posted: None };
        let failed = Progress { concluded: Some(conclusion), release_for: Some(0), ..Progress::default() };
        ensure!(store.progress(self.id(), fence, failed, self.at).await?, "not failed");
        Ok(())
    }

    pub(crate) async fn delivered(&self, store: &Store) -> anyhow::Result<()> {
        self.delivered_as(store, &self.job()).await
    }

    /// The same of a job that differs from [`Order::job`] in what was asked for.
    pub(crate) async fn delivered_as(&self, store: &Store, job: &Job) -> anyhow::Result<()> {
        self.admit_as(store, job).await?;
        let fence = self.claim(store).await?.fence;
        let call = self.call(store, fence).await?;
        ensure!(
            store.settle(self.id(), fence, settlement(call, self.picture())).await?.is_stored(),
            "not settled"
        );
        ensure!(store.progress(self.id(), fence, delivered(), self.at).await?, "not delivered");
        Ok(())
    }

    pub(crate) async fn call(&self, store: &Store, fence: i64) -> anyhow::Result<CallId> {
        match store.attempt(self.id(), fence, 0, PRICE, self.at).await? {
            Attempt::Go(call) => Ok(call),
            other => bail!("no attempt: {other:?}"),
        }
    }

    /// Its bytes are its own; their hash is spread as hashes are.
    pub(crate) fn sha256(&self) -> String {
        let spread =
            |round: u64| (self.number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17 * round as u32);
        (0..4).map(|round| format!("{:016x}", spread(round))).collect()
    }

    pub(crate) fn picture(&self) -> Outcome {
        let (sha256, region) = (self.sha256(), Some("us-west-2".into()));
        Outcome::Generated(GeneratedImage {
            seed: 7,
            sha256,
            bytes: 1_587_327,
            format: ImageFormat::Png,
            region,
            took: None,
            made_from: MadeFrom::default(),
        })
    }
}

pub(crate) fn settlement(call: CallId, outcome: Outcome) -> Settlement {
    Settlement { n: 0, call: Some(call), bill: Bill::Due, outcome: Some(outcome) }
}

/// The picture is with the person and in the archive.
pub(crate) fn delivered() -> Progress {
    let conclusion = Conclusion { state: State::Delivered, delivered: 1, refusal: None, posted: None };
    Progress {
        concluded: Some(conclusion),
        archived: vec![(0, "7/9/2026/11/20/job-0.png".into())],
        release_for: Some(0),
        ..Progress::default()
    }
}

/// Of every kind, and never reached.
fn limits() -> AdmissionLimits {
    let scopes = [
        BudgetScope::Deployment,
        BudgetScope::Guild,
        BudgetScope::MemberDay,
        BudgetScope::MemberMonth,
        BudgetScope::Session,
        BudgetScope::Key,
    ];
    let limit = Micros(i64::MAX / 4);
    let budgets = scopes.map(|scope| BudgetLimit { scope, limit }).to_vec();
    AdmissionLimits { in_flight: Some(u32::MAX), daily: Some(u32::MAX), budgets }
}

/// A session that starts at this moment.
pub(crate) fn session(number: u64, guild: u64, channel: u64, started: OffsetDateTime) -> Session {
    let id = SessionId::new(started, u128::from(number));
    let plan = Plan { title: "Posters".into(), ..Plan::default() };
    Session { id, guild: Some(guild), channel, by: 8, started, last: started, ended: None, plan }
}
