//! Two stores that are asked the same in the same order answer the same.

use std::fmt::Debug;

use easel::backends::store::{Cursor, Store};
use easel::domain::job::{Admission, Attempt, Begun, Bill, CallId, JobId, Progress, Settlement, Wanted};
use easel::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope, Limits};
use easel::domain::money::Micros;
use easel::domain::policy::Edit;
use easel::domain::search;
use easel::domain::session::{Plan, Session, SessionId};
use easel::domain::settings::Settings;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use time::{Duration, OffsetDateTime};

use super::orders::{LEASE, NOW, Order, PRICE, concluded, session_id};
use super::place::Place;
use crate::migrating::answers::{About, Answers};
use crate::support::seed::seed;

mod events;

use events::{Ending, Event, about_jobs, about_the_rest};

const GUILDS: [u64; 2] = [11, 12];
const MEMBERS: [u64; 2] = [3, 4];
const CHANNELS: [u64; 2] = [2, 7];
const PROMPTS: [&str; 3] = ["a red fox", "A fox's cub", "an owl"];
const SESSIONS: u128 = 4;

/// Limits, in pictures. A server's month of five is warned of from the fourth on.
fn limits() -> impl Strategy<Value = AdmissionLimits> {
    let limits = (
        prop::option::weighted(0.9, prop::sample::select(vec![5, 5, 10])),
        prop::array::uniform3(prop::option::weighted(0.3, 2..16i64)),
        prop::option::weighted(0.3, 1..10u32),
        prop::option::weighted(0.3, 1..10u32),
    );
    limits.prop_map(|(guild, [day, session, deployment], in_flight, daily)| {
        let budgets = [
            (BudgetScope::MemberDay, day),
            (BudgetScope::Session, session),
            (BudgetScope::Guild, guild),
            (BudgetScope::Deployment, deployment),
        ];
        let budget =
            |(scope, limit): (BudgetScope, Option<i64>)| Some(BudgetLimit { scope, limit: PRICE * limit? });
        AdmissionLimits { in_flight, daily, budgets: budgets.into_iter().filter_map(budget).collect() }
    })
}

/// Plays sequences of calls on a fresh store of each kind. `EASEL_TEST_SEED` plays those of an earlier run again.
pub(super) fn any_sequence_of_calls_is_answered_alike(
    one: impl AsyncFn() -> Place,
    other: impl AsyncFn() -> Place,
    cases: u32,
) {
    let seed = seed();
    let config = Config {
        cases,
        max_shrink_iters: 300,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let event = prop_oneof![3 => about_jobs(), 2 => about_the_rest()];
    let script = (limits(), prop::collection::vec(event, 0..70));
    let played = TestRunner::new(config).run(&script, |(limits, events)| {
        runtime.block_on(async {
            let mut play = Play::new([one().await, other().await], limits);
            for event in events {
                play.happens(event).await;
            }
            play.end().await;
        });
        Ok(())
    });
    played.unwrap();
}

/// A worker's claim of a job, whether or not it still holds, with the calls that each store put into its ledger.
struct Claimed {
    job: usize,
    fence: i64,
    calls: Vec<(u32, [CallId; 2])>,
}

struct Play {
    places: [Place; 2],
    stores: [Store; 2],
    limits: AdmissionLimits,
    now: OffsetDateTime,
    interactions: u64,
    orders: Vec<Order>,
    claims: Vec<Claimed>,
}

impl Play {
    fn new(places: [Place; 2], limits: AdmissionLimits) -> Play {
        let stores = places.each_ref().map(Place::open);
        Play { places, stores, limits, now: NOW, interactions: 0, orders: vec![], claims: vec![] }
    }

    /// The answer of both stores, which must be one.
    async fn both<T: PartialEq + Debug>(&self, ask: impl AsyncFn(&Store) -> T) -> T {
        let answers = [ask(&self.stores[0]).await, ask(&self.stores[1]).await];
        assert_eq!(answers[0], answers[1]);
        let [answer, _] = answers;
        answer
    }

    /// Of the order that the index picks, if there is any.
    fn id_of(&self, at: Option<Index>) -> Option<JobId> {
        let at = at.filter(|_| !self.orders.is_empty())?;
        Some(self.orders[at.index(self.orders.len())].id())
    }

    async fn happens(&mut self, event: Event) {
        match event {
            Event::Admit { order, parent, begins } => {
                let parent = self.id_of(parent);
                self.admit(Order { parent, at: self.now, ..order }, begins).await;
            }
            Event::Wait { seconds } => self.now += Duration::seconds(seconds),
            Event::AdmitAgain(at)
            | Event::FindRequest(at)
            | Event::Cancel(at)
            | Event::Erase(at)
            | Event::ForgetTraces(at)
            | Event::Disown(at)
            | Event::Claim(at)
            | Event::Publish(at)
            | Event::Find(at) => {
                if !self.orders.is_empty() {
                    self.about_an_order(&event, at.index(self.orders.len())).await;
                }
            }
            Event::Extend(at) | Event::Archive(at) | Event::FinishErasure(at) | Event::TakeBack(at) => {
                self.about_a_claim(&event, at).await
            }
            Event::Attempt { claim, .. }
            | Event::Settle { claim, .. }
            | Event::Overrule { claim, .. }
            | Event::Conclude { claim, .. }
            | Event::Release { claim, .. } => self.about_a_claim(&event, claim).await,
            Event::Edit { .. }
            | Event::Undo { .. }
            | Event::Audit { .. }
            | Event::Prefer { .. }
            | Event::ForgetMember(_)
            | Event::Context { .. } => {
                self.about_a_policy(event).await;
            }
            Event::Due { .. }
            | Event::Totals
            | Event::OfKey { .. }
            | Event::OfMember { .. }
            | Event::Children { .. }
            | Event::Gallery { .. }
            | Event::Usage(_)
            | Event::Standing { .. } => self.about_sums(event).await,
            _ => self.about_a_session(event).await,
        }
    }

    async fn admit(&mut self, order: Order, begins: bool) {
        self.interactions += 1;
        let order = Order { interaction: self.interactions, ..order };
        let admitted = self.both(async |store| order.admit_for(store, &self.limits, begins).await).await;
        if let Admission::Admitted { begun: Some(begun), .. } = admitted {
            let Begun { claim, calls } = *begun;
            let calls = calls.into_iter().map(|(n, call)| (n, [call, call])).collect();
            self.claims.push(Claimed { job: self.orders.len(), fence: claim.fence, calls });
        }
        self.orders.push(order);
    }

    async fn about_an_order(&mut self, event: &Event, at: usize) {
        let (order, now) = (&self.orders[at], self.now);
        match event {
            Event::AdmitAgain(_) => {
                let again = Order { at: now, ..order.clone() };
                self.both(async |store| again.admit(store, &self.limits).await).await;
            }
            Event::FindRequest(_) => {
                let request = order.job().dedupe_key();
                self.both(async |store| store.known(request.clone(), now).await.unwrap()).await;
            }
            Event::Cancel(_) => {
                self.both(async |store| store.cancel(order.id(), now).await.unwrap()).await;
            }
            Event::Erase(_) => {
                self.both(async |store| store.erase(order.id(), now).await.unwrap()).await;
            }
            Event::Disown(_) => {
                self.both(async |store| store.disown(order.id()).await.unwrap()).await;
            }
            Event::ForgetTraces(_) => {
                // Only of what was erased is that asked.
                let erased = self.both(async |store| store.find(order.id()).await.unwrap()).await;
                if let Some(claim) = erased.filter(|claim| claim.is_erased) {
                    self.both(async |store| store.forget_traces(&claim.job).await.unwrap()).await;
                }
            }
            Event::Publish(_) => {
                self.both(async |store| store.publish(order.id(), None).await.unwrap()).await;
            }
            Event::Find(_) => {
                self.both(async |store| store.find(order.id()).await.unwrap()).await;
            }
            _ => {
                let claim = self
                    .both(async |store| store.claim(order.id(), "worker", now, LEASE).await.unwrap())
                    .await;
                if let Some(claim) = claim {
                    self.claims.push(Claimed { job: at, fence: claim.fence, calls: vec![] });
                }
            }
        }
    }

    async fn about_a_claim(&mut self, event: &Event, at: Index) {
        if self.claims.is_empty() {
            return;
        }
        let claim = at.index(self.claims.len());
        let Claimed { job, fence, calls } = &self.claims[claim];
        let (fence, order, now) = (*fence, &self.orders[*job], self.now);
        let (job, pictures) = (order.id(), order.pictures);
        match event {
            Event::Extend(_) => {
                self.both(async |store| store.extend(job, fence, now, LEASE).await.unwrap()).await;
            }
            Event::TakeBack(_) => {
                self.both(async |store| store.take_back(job, Some(fence), now).await.unwrap()).await;
            }
            Event::Attempt { n, quarters, .. } => {
                let (n, price) = (n % pictures, Micros(PRICE.0 / 4 * quarters));
                self.attempt(claim, job, n, price).await;
            }
            Event::Settle { call, bill, outcome, .. } if !calls.is_empty() => {
                let (n, ids) = calls[call.index(calls.len())];
                let outcome = outcome.and_then(Ending::outcome);
                let settled =
                    ids.map(|id| Settlement { n, call: Some(id), bill: *bill, outcome: outcome.clone() });
                self.settle(job, fence, settled).await;
            }
            Event::Overrule { n, outcome, .. } => {
                let (n, outcome) = (n % pictures, outcome.outcome());
                let settlement = Settlement { n, call: None, bill: Bill::Due, outcome };
                self.settle(job, fence, [settlement.clone(), settlement]).await;
            }
            Event::Conclude { delivered, .. } => {
                self.progress(job, fence, concluded(*delivered.min(&pictures))).await
            }
            Event::Archive(_) => {
                let archived = (0..pictures).map(|n| (n, format!("{job}-{n}"))).collect();
                self.progress(job, fence, Progress { archived, ..Progress::default() }).await;
            }
            Event::FinishErasure(_) => {
                self.both(async |store| store.finish_erasure(job, fence).await.unwrap()).await;
            }
            Event::Release { seconds, .. } => {
                self.progress(
                    job,
                    fence,
                    Progress { release_for: Some(seconds * 1_000), ..Progress::default() },
                )
                .await;
            }
            _ => {}
        }
    }

    async fn attempt(&mut self, claim: usize, job: JobId, n: u32, price: Micros) {
        let (fence, now) = (self.claims[claim].fence, self.now);
        let ask = async |store: &Store| store.attempt(job, fence, n, price, now).await.unwrap();
        match [ask(&self.stores[0]).await, ask(&self.stores[1]).await] {
            [Attempt::Go(one), Attempt::Go(other)] => self.claims[claim].calls.push((n, [one, other])),
            [one, other] => assert_eq!(one, other),
        }
    }

    async fn settle(&self, job: JobId, fence: i64, [one, other]: [Settlement; 2]) {
        let answers = [
            self.stores[0].settle(job, fence, one).await.unwrap(),
            self.stores[1].settle(job, fence, other).await.unwrap(),
        ];
        assert_eq!(answers[0], answers[1]);
    }

    async fn progress(&self, job: JobId, fence: i64, progress: Progress) {
        self.both(async |store| store.progress(job, fence, progress.clone(), self.now).await.unwrap()).await;
    }

    async fn about_a_policy(&self, event: Event) {
        let now = self.now;
        match event {
            Event::Edit { guild, edit } => {
                let _ =
                    self.both(async |store| store.edit(guild, 9, self::edit(edit), now).await.unwrap()).await;
            }
            Event::Undo { guild, number } => {
                let _ = self.both(async |store| store.undo(guild, 9, number, now).await.unwrap()).await;
            }
            Event::Audit { guild, before } => {
                self.both(async |store| store.audit(guild, before, 3).await.unwrap()).await;
            }
            Event::Prefer { member, count } => {
                let change = move |settings: &mut Settings| settings.count = Some(count);
                self.both(async |store| store.prefer(member, change).await.unwrap()).await;
            }
            Event::ForgetMember(member) => {
                self.both(async |store| store.sessions_of_member(member).await.unwrap()).await;
                self.both(async |store| store.forget_member(member).await.unwrap()).await;
            }
            Event::Context { guild, channel, member } => {
                self.both(async |store| store.context(guild, vec![channel], member, now).await.unwrap())
                    .await;
            }
            _ => unreachable!(),
        }
    }

    async fn about_a_session(&self, event: Event) {
        let now = self.now;
        match event {
            Event::StartSession { number, channel, quiet_hours } => {
                let session = started(session_id(number), channel, quiet_hours, now);
                self.both(async |store| store.start_session(session.clone()).await.unwrap()).await;
            }
            Event::ReplaceSession { number, about } => {
                let (id, about) = (session_id(number), about.map(session_id));
                self.both(async |store| store.replace_session(id, about, now).await.unwrap()).await;
            }
            Event::ForgetSession(number) => {
                self.both(async |store| store.forget_session(session_id(number)).await.unwrap()).await;
            }
            Event::ChangeSession { number, quiet_hours } => {
                let change = move |plan: &mut Plan| plan.quiet_hours = Some(quiet_hours);
                self.both(async |store| store.change_session(session_id(number), change).await.unwrap())
                    .await;
            }
            Event::LeaveSession { number, member } => {
                self.both(async |store| store.leave_session(session_id(number), member, now).await.unwrap())
                    .await;
            }
            Event::EndSession(number) => {
                self.both(async |store| store.end_session(session_id(number), now).await.unwrap()).await;
            }
            Event::LatestSession(channel) => {
                self.both(async |store| store.latest_session(channel).await.unwrap()).await;
            }
            Event::LastPicture { number, viewer } => {
                self.both(async |store| store.last_picture(session_id(number), viewer).await.unwrap()).await;
            }
            _ => {
                self.both(async |store| store.quiet_sessions(now).await.unwrap()).await;
            }
        }
    }

    async fn about_sums(&self, event: Event) {
        let now = self.now;
        match event {
            Event::Due { grace } => {
                let grace = std::time::Duration::from_secs(grace);
                self.both(async |store| store.due(now, grace).await.unwrap()).await;
            }
            Event::OfKey { before, limit } => {
                let before = self.id_of(before);
                self.both(async |store| store.jobs_of_key("website", before, limit).await.unwrap()).await;
            }
            Event::OfMember { member, before, limit } => {
                let before = self.id_of(before);
                self.both(async |store| store.jobs_of_member(member, before, limit).await.unwrap()).await;
            }
            Event::Children { parent, before, limit } => {
                let Some(parent) = self.id_of(Some(parent)) else { return };
                let before = self.id_of(before);
                self.both(async |store| store.children(parent, before, limit).await.unwrap()).await;
            }
            Event::Gallery { words, viewer, cursor, is_newer, limit } => {
                let wanted = match words {
                    Some("") => Wanted::Channel,
                    Some(text) => Wanted::Words(search::words(text)),
                    None => Wanted::Mine,
                };
                let cursor = match self.id_of(cursor) {
                    Some(job) if is_newer => Cursor::After(job),
                    Some(job) => Cursor::Before(job),
                    None => Cursor::Latest,
                };
                self.both(async |store| store.gallery(&wanted, viewer, cursor, limit).await.unwrap()).await;
            }
            Event::Usage(guild) => {
                self.both(async |store| store.usage(guild, now).await.unwrap()).await;
            }
            Event::Standing { guild, member } => {
                self.both(async |store| store.standing(guild, member, now).await.unwrap()).await;
            }
            _ => {
                self.both(async |store| store.totals().await.unwrap()).await;
            }
        }
    }

    /// Every question that there is has one answer, and every account adds up.
    async fn end(self) {
        let mut jobs = Vec::new();
        for order in &self.orders {
            let found = self.both(async |store| store.find(order.id()).await.unwrap()).await;
            jobs.extend(found.map(|claim| claim.job.id));
        }
        let about = About {
            jobs,
            guilds: GUILDS.into(),
            members: MEMBERS.into(),
            channels: CHANNELS.into(),
            sessions: (0..SESSIONS).map(session_id).collect(),
            moments: vec![NOW, self.now],
        };
        self.both(async |store| Answers::of(store, &about).await).await;
        for place in &self.places {
            place.audit().await;
        }
    }
}

fn started(id: SessionId, channel: u64, quiet_hours: Option<u32>, now: OffsetDateTime) -> Session {
    let plan = Plan { title: "posters".into(), quiet_hours, ..Plan::default() };
    Session {
        id,
        guild: Some(GUILDS[0]),
        channel,
        by: MEMBERS[0],
        started: now,
        last: now,
        ended: None,
        plan,
    }
}

fn edit(number: u8) -> Edit {
    match number {
        0 => Edit::Pause(Some("repairs".into())),
        1 => Edit::Pause(None),
        2 => Edit::DenyModel("core".into()),
        3 => Edit::AllowModel { name: "core".into(), only: false },
        _ => Edit::SetLimits(None, Limits { in_flight: Some(3), ..Limits::default() }),
    }
}
