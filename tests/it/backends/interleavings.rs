//! Any order of events leaves the ledger right.

use easel::backends::store::Store;
use easel::backends::store::migration::Migration;
use easel::domain::job::{Admission, Attempt, CallId, Progress, Settlement, Tally};
use easel::domain::job::{Bill, JobId, Outcome};
use easel::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use easel::domain::money::Micros;
use easel::domain::usage::Totals;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use time::{Duration, OffsetDateTime};

use super::orders::{LEASE, NOW, Order, PRICE, Worker, concluded, generated, order, session_id};
use super::place::Place;
use crate::migrating::answers::{About, Answers};

/// What may happen. An index picks among the orders or holds that there are.
#[derive(Debug, Clone)]
enum Event {
    Order {
        guild: Option<u64>,
        member: u64,
        session: Option<u128>,
        pictures: u32,
    },
    OrderAgain(Index),
    Cancel(Index),
    Claim(Index),
    Extend(Index),
    /// The price is in quarters of the usual one.
    Attempt {
        hold: Index,
        n: u32,
        quarters: i64,
    },
    Settle {
        hold: Index,
        call: Index,
        bill: Bill,
        answer: Option<bool>,
    },
    Conclude {
        hold: Index,
        delivered: u32,
    },
    Archive(Index),
    Release {
        hold: Index,
        seconds: i64,
    },
    Wait {
        seconds: i64,
    },
    /// The process dies; another one opens the store.
    Crash,
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<Index>;
    let bill = prop::sample::select(vec![Bill::Due, Bill::Due, Bill::Free, Bill::NoCall]);
    prop_oneof![
        5 => (prop::option::of(11..13u64), 3..5u64, prop::option::of(1..3u128), 1..=4u32)
            .prop_map(|(guild, member, session, pictures)| Event::Order { guild, member, session, pictures }),
        1 => index().prop_map(Event::OrderAgain),
        1 => index().prop_map(Event::Cancel),
        5 => index().prop_map(Event::Claim),
        1 => index().prop_map(Event::Extend),
        8 => (index(), 0..4u32, prop::sample::select(vec![4, 4, 4, 3, 6]))
            .prop_map(|(hold, n, quarters)| Event::Attempt { hold, n, quarters }),
        8 => (index(), index(), bill, prop::option::of(any::<bool>()))
            .prop_map(|(hold, call, bill, answer)| Event::Settle { hold, call, bill, answer }),
        3 => (index(), 0..=4u32).prop_map(|(hold, delivered)| Event::Conclude { hold, delivered }),
        1 => index().prop_map(Event::Archive),
        2 => (index(), 0..90i64).prop_map(|(hold, seconds)| Event::Release { hold, seconds }),
        2 => (0..120i64).prop_map(|seconds| Event::Wait { seconds }),
        1 => Just(Event::Crash),
    ]
}

/// Limits, in pictures.
fn limits() -> impl Strategy<Value = AdmissionLimits> {
    let budgets = [
        BudgetScope::MemberDay,
        BudgetScope::MemberMonth,
        BudgetScope::Session,
        BudgetScope::Guild,
        BudgetScope::Deployment,
    ];
    let limits = prop::array::uniform5(prop::option::of(1..16i64));
    (limits, prop::option::of(1..10u32), prop::option::of(1..10u32)).prop_map(
        move |(limits, in_flight, daily)| {
            let budget = |(scope, limit): (BudgetScope, Option<i64>)| {
                Some(BudgetLimit { scope, limit: PRICE * limit? })
            };
            let budgets = budgets.into_iter().zip(limits).filter_map(budget).collect();
            AdmissionLimits { in_flight, daily, budgets }
        },
    )
}

pub(super) fn any_order_of_events_leaves_the_ledger_right(fresh: impl AsyncFn() -> Place, cases: u32) {
    let config = Config { cases, max_shrink_iters: 500, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let script = (limits(), prop::collection::vec(event(), 0..80));
    let played = TestRunner::new(config).run(&script, |(limits, events)| {
        runtime.block_on(async {
            let mut play = Play::new(fresh().await, limits);
            for event in events {
                match event {
                    Event::Crash => play = play.crashed(),
                    event => play.happens(event).await,
                }
                play.place.audit().await;
            }
            play.end().await;
        });
        Ok(())
    });
    played.unwrap();
}

/// As above, and in the middle of it everything moves to another place.
pub(crate) fn what_was_begun_goes_on_elsewhere(
    from: impl AsyncFn() -> Place,
    to: impl AsyncFn() -> Place,
    cases: u32,
) {
    let config = Config { cases, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let events = || prop::collection::vec(event(), 0..40);
    let played = TestRunner::new(config).run(&(limits(), events(), events()), |(limits, before, after)| {
        runtime.block_on(async {
            let mut play = Play::new(from().await, limits);
            for event in before {
                match event {
                    Event::Crash => play = play.crashed(),
                    event => play.happens(event).await,
                }
            }
            play = play.moved(to().await).await;
            play.place.audit().await;
            for event in after {
                play.happens(event).await;
            }
            play.end().await;
        });
        Ok(())
    });
    played.unwrap();
}

/// An order that was admitted, and what the answers of the store say about it.
struct Admitted {
    order: Order,
    spent: Micros,
    delivered: Option<u32>,
}

/// Somebody who took hold of an order, whether or not that still holds.
struct Hold {
    order: usize,
    fence: i64,
    calls: Vec<Call>,
}

struct Call {
    n: u32,
    id: CallId,
    /// What it may have cost; nothing once it is settled.
    open: Option<Micros>,
}

struct Play {
    place: Place,
    store: Store,
    limits: AdmissionLimits,
    now: OffsetDateTime,
    interactions: u64,
    admitted: Vec<Admitted>,
    holds: Vec<Hold>,
}

impl Play {
    fn new(place: Place, limits: AdmissionLimits) -> Play {
        let store = place.open();
        Play { place, store, limits, now: NOW, interactions: 0, admitted: vec![], holds: vec![] }
    }

    fn crashed(self) -> Play {
        drop(self.store);
        Play { store: self.place.open(), ..self }
    }

    /// Everything is as it was once the file has been opened again.
    async fn moved(self, to: Place) -> Play {
        let play = self.crashed();
        let about = About {
            jobs: play.admitted.iter().map(|admitted| admitted.order.id()).collect(),
            guilds: vec![11, 12],
            members: vec![3, 4],
            channels: vec![2],
            sessions: vec![session_id(1), session_id(2)],
            moments: vec![NOW, play.now],
        };
        let before = Answers::of(&play.store, &about).await;
        drop(play.store);
        let Place::Sqlite(folder) = &play.place else { panic!("from a file") };
        let migration = Migration::open(&folder.path().join("easel.db"), to.table(), NOW).unwrap();
        let report = migration.run(&|_| {}).await.unwrap();
        assert_eq!(report.difference(), None);
        let store = to.open();
        assert_eq!(Answers::of(&store, &about).await, before);
        Play { place: to, store, ..play }
    }

    async fn happens(&mut self, event: Event) {
        match event {
            Event::Order { guild, member, session, pictures } => {
                self.interactions += 1;
                let session = session.map(session_id);
                let order =
                    Order { guild, member, session, pictures, at: self.now, ..order(self.interactions) };
                if order.fits(&self.store, &self.limits).await {
                    self.admitted.push(Admitted { order, spent: Micros(0), delivered: None });
                    self.check(self.admitted.len() - 1).await;
                }
            }
            Event::Wait { seconds } => self.now += Duration::seconds(seconds),
            Event::OrderAgain(at) | Event::Cancel(at) | Event::Claim(at) if !self.admitted.is_empty() => {
                let at = at.index(self.admitted.len());
                self.happens_to_an_order(event, at).await;
                self.check(at).await;
            }
            Event::Extend(at)
            | Event::Attempt { hold: at, .. }
            | Event::Settle { hold: at, .. }
            | Event::Conclude { hold: at, .. }
            | Event::Archive(at)
            | Event::Release { hold: at, .. }
                if !self.holds.is_empty() =>
            {
                let at = at.index(self.holds.len());
                self.happens_to_a_hold(event, at).await;
                self.check(self.holds[at].order).await;
            }
            _ => {}
        }
    }

    async fn happens_to_an_order(&mut self, event: Event, at: usize) {
        let order = &self.admitted[at].order;
        match event {
            Event::OrderAgain(_) => {
                let again = order.admit(&self.store, &self.limits).await;
                assert_eq!(again, Admission::Duplicate(order.id()));
            }
            Event::Cancel(_) => {
                self.store.cancel(order.id(), self.now).await.unwrap();
            }
            _ => {
                if let Some(Worker { claim, .. }) = Worker::takes(&self.store, order.id(), self.now).await {
                    self.holds.push(Hold { order: at, fence: claim.fence, calls: vec![] });
                }
            }
        }
    }

    async fn happens_to_a_hold(&mut self, event: Event, at: usize) {
        let hold = &mut self.holds[at];
        let admitted = &mut self.admitted[hold.order];
        let (job, pictures) = (admitted.order.id(), admitted.order.pictures);
        let (store, fence, now) = (&self.store, hold.fence, self.now);
        match event {
            Event::Extend(_) => {
                store.extend(job, fence, now, LEASE).await.unwrap();
            }
            Event::Attempt { n, quarters, .. } => {
                let (n, price) = (n % pictures, Micros(PRICE.0 / 4 * quarters));
                if let Attempt::Go(id) = store.attempt(job, fence, n, price, now).await.unwrap() {
                    admitted.spent = admitted.spent + price;
                    hold.calls.push(Call { n, id, open: Some(price) });
                }
            }
            Event::Settle { call, bill, answer, .. } if !hold.calls.is_empty() => {
                let call = call.index(hold.calls.len());
                let Call { n, id, open } = hold.calls[call];
                let outcome = answer.and_then(|generated| self::answer(generated, job, n));
                let settlement = Settlement { n, call: Some(id), bill, outcome };
                if store.settle(job, fence, settlement).await.unwrap().is_stored() {
                    let back = open.filter(|_| bill != Bill::Due).unwrap_or_default();
                    admitted.spent = admitted.spent - back;
                    hold.calls[call].open = None;
                    if bill == Bill::NoCall {
                        hold.calls.remove(call);
                    }
                }
            }
            Event::Conclude { delivered, .. } => {
                let delivered = admitted.delivered.unwrap_or(delivered.min(pictures));
                if store.progress(job, fence, concluded(delivered), now).await.unwrap() {
                    admitted.delivered = Some(delivered);
                }
            }
            Event::Archive(_) => {
                let archived = (0..pictures).map(|n| (n, format!("{job}-{n}"))).collect();
                let archived = Progress { archived, ..Progress::default() };
                store.progress(job, fence, archived, now).await.unwrap();
            }
            Event::Release { seconds, .. } => {
                let release = Progress { release_for: Some(seconds * 1_000), ..Progress::default() };
                store.progress(job, fence, release, now).await.unwrap();
            }
            _ => {}
        }
    }

    /// No limit of this order is broken.
    async fn check(&self, at: usize) {
        let Order { guild, member, session, .. } = self.admitted[at].order;
        let order = &self.admitted[at].order;
        let standing = self.store.standing(guild, member, order.at).await.unwrap();
        for BudgetLimit { scope, limit } in &self.limits.budgets {
            let tally = match (scope, session) {
                (BudgetScope::Deployment, _) => standing.deployment,
                (BudgetScope::Guild, _) => standing.guild,
                (BudgetScope::MemberDay, _) => standing.day,
                (BudgetScope::MemberMonth, _) => standing.month,
                (BudgetScope::Session, Some(session)) => self.store.session_tally(session).await.unwrap(),
                (BudgetScope::Session, None) | (BudgetScope::Key, _) => Tally::default(),
            };
            assert!(tally.reserved + tally.spent <= *limit, "{scope:?} {tally:?}");
        }
        assert!(self.limits.in_flight.is_none_or(|limit| standing.in_flight <= limit));
        let today = standing.day.ordered + standing.day.delivered;
        assert!(self.limits.daily.is_none_or(|limit| today <= limit), "{today}");
        let found = self.store.find(order.id()).await.unwrap().unwrap();
        assert!(found.pictures.iter().all(|picture| picture.paid_calls <= 2));
    }

    /// Somebody works on whatever is left until nothing is, and then everything adds up.
    async fn end(mut self) {
        self.now += Duration::days(1);
        for at in 0..self.admitted.len() {
            self.finish(at).await;
            self.check(at).await;
        }
        assert_eq!(self.store.due(self.now, std::time::Duration::ZERO).await.unwrap(), []);
        let everything = self.sum(|_| true);
        let Totals { open, attempted_micros, delivered, reserved, .. } = self.store.totals().await.unwrap();
        assert_eq!((open, reserved), (0, Micros(0)));
        assert_eq!((attempted_micros, delivered), (everything.spent, everything.delivered));
        for Admitted { order, .. } in &self.admitted {
            self.adds_up(order).await;
        }
        self.place.audit().await;
    }

    async fn finish(&mut self, at: usize) {
        let admitted = &mut self.admitted[at];
        let Some(worker) = Worker::takes(&self.store, admitted.order.id(), self.now).await else { return };
        if !worker.claim.state.is_final() {
            for picture in worker.claim.pictures.iter().filter(|picture| picture.outcome.is_none()) {
                let n = picture.n;
                let (call, answered) = match worker.attempt(n).await {
                    Attempt::Go(call) => (Some(call), true),
                    Attempt::Exhausted | Attempt::Stopped | Attempt::Refused(_) => (None, false),
                    Attempt::Stale => panic!("it was claimed"),
                };
                admitted.spent = admitted.spent + if answered { PRICE } else { Micros(0) };
                let outcome = answer(answered, worker.job(), n);
                let settlement = Settlement { n, call, bill: Bill::Due, outcome };
                assert!(
                    self.store
                        .settle(worker.job(), worker.claim.fence, settlement)
                        .await
                        .unwrap()
                        .is_stored()
                );
            }
            let generated =
                worker.found().await.pictures.iter().filter(|one| one.generated().is_some()).count();
            let delivered = u32::try_from(generated).unwrap();
            assert!(worker.conclude(delivered).await);
            admitted.delivered = Some(delivered);
        }
        assert!(worker.archive().await && worker.release(0).await);
    }

    async fn adds_up(&self, order: &Order) {
        let standing = self.store.standing(order.guild, order.member, order.at).await.unwrap();
        let month = |other: &Order| other.at.month() == order.at.month();
        let server = |other: &Order| other.guild == order.guild;
        let member = |other: &Order| server(other) && other.member == order.member;
        assert_eq!(standing.in_flight, 0);
        assert_eq!(standing.day, self.sum(|other| member(other) && other.at.date() == order.at.date()));
        assert_eq!(standing.month, self.sum(|other| member(other) && month(other)));
        assert_eq!(standing.deployment, self.sum(month));
        if order.guild.is_some() {
            assert_eq!(standing.guild, self.sum(|other| server(other) && month(other)));
        }
        if let Some(session) = order.session {
            let tally = self.store.session_tally(session).await.unwrap();
            assert_eq!(tally, self.sum(|other| other.session == Some(session)));
        }
    }

    /// What must be spent and delivered for these orders, with nothing left reserved or under way.
    fn sum(&self, of: impl Fn(&Order) -> bool) -> Tally {
        let of = || self.admitted.iter().filter(|admitted| of(&admitted.order));
        Tally {
            spent: of().map(|admitted| admitted.spent).sum(),
            delivered: of().filter_map(|admitted| admitted.delivered).sum(),
            ..Tally::default()
        }
    }
}

fn answer(generated_it: bool, job: JobId, n: u32) -> Option<Outcome> {
    let refusal = easel::domain::refusal::Refusal::ModelFailed;
    if generated_it { generated(&format!("{job}-{n}")) } else { Some(Outcome::Refused { refusal }) }
}
