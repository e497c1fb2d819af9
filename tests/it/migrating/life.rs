//! A store in which everything has happened that can happen.

use easel::backends::store::Store;
use easel::domain::job::{Admission, Settlement};
use easel::domain::job::{Bill, Job, JobId, Origin, Outcome};
use easel::domain::limits::{AdmissionLimits, BudgetScope};
use easel::domain::policy::Edit;
use easel::domain::refusal::Refusal;
use easel::domain::session::{Plan, Session, SessionId, Start};
use easel::domain::settings::Settings;
use time::{Duration, OffsetDateTime};

use super::answers::About;
use crate::backends::orders::{GUILD, MEMBER, Order, PRICE, Worker, budget_limit, order, session_id};

const OTHER_GUILD: u64 = 12;
const OTHER_MEMBER: u64 = 4;

/// Fills an empty store with what has happened until `now`; what there is to be asked about it.
pub(crate) async fn fill(store: &Store, now: OffsetDateTime) -> About {
    let mut orders = Vec::new();
    sessions(store, now).await;
    ended(store, now, &mut orders).await;
    told(store, now, &mut orders).await;
    under_way(store, now, &mut orders).await;
    let mut jobs: Vec<JobId> = orders.iter().map(Order::id).collect();
    jobs.push(from_the_shell(store, now).await);
    policies(store, now).await;
    let past = [100, 40, 1].map(|days| now - Duration::days(days));
    About {
        jobs,
        guilds: vec![GUILD, OTHER_GUILD],
        members: vec![MEMBER, OTHER_MEMBER],
        channels: vec![2, 7, 8],
        sessions: (1..=4).map(|n| session_at(n, now).id).collect(),
        moments: past.into_iter().chain([now]).collect(),
    }
}

/// What is over, one way or another.
async fn ended(store: &Store, now: OffsetDateTime, orders: &mut Vec<Order>) {
    let at = |interaction, days| Order { at: now - Duration::days(days), ..order(interaction) };
    let in_session = |interaction| Order { session: Some(session_at(1, now).id), ..at(interaction, 0) };
    for whole in [
        at(1, 0),
        Order { pictures: 4, member: OTHER_MEMBER, ..at(2, 0) },
        at(3, 1),
        Order { guild: None, ..at(4, 40) },
        Order { guild: Some(OTHER_GUILD), ..at(5, 40) },
        Order { key: Some("website"), pictures: 2, ..at(6, 0) },
        in_session(7),
        Order { private: true, member: OTHER_MEMBER, ..in_session(8) },
        at(9, 100),
    ] {
        whole.claimed(store).await.finish().await;
        orders.push(whole);
    }
    let repeated = Order { pictures: 3, ..at(10, 0) };
    let worker = repeated.claimed(store).await;
    for (n, bill) in [(0, Bill::Due), (1, Bill::Free), (2, Bill::NoCall)] {
        worker.spend(n, bill).await;
    }
    worker.finish().await;
    let failed = at(11, 0);
    let worker = failed.claimed(store).await;
    worker.spend(0, Bill::Due).await;
    worker.fail().await;
    let cancelled = Order { session: Some(session_at(1, now).id), ..at(12, 0) };
    assert!(cancelled.fits(store, &AdmissionLimits::default()).await);
    assert!(store.cancel(cancelled.id(), now).await.unwrap());
    let held_back = Order { pictures: 2, ..at(13, 0) };
    let worker = held_back.claimed(store).await;
    for (n, refusal) in [
        (0, Refusal::GuardedPrompt { category: "hate".into() }),
        (1, Refusal::GuardedPicture { category: "violence".into() }),
    ] {
        let outcome = Some(Outcome::Refused { refusal });
        let settlement = Settlement { n, call: None, bill: Bill::NoCall, outcome };
        assert!(store.settle(worker.job(), worker.claim.fence, settlement).await.unwrap().is_stored());
    }
    worker.fail().await;
    orders.extend([repeated, failed, cancelled, held_back]);
}

/// Five orders of a server that may have six pictures a month: the fifth is the first that is told so.
async fn told(store: &Store, now: OffsetDateTime, orders: &mut Vec<Order>) {
    for interaction in 20..=24 {
        let told = is_told(store, interaction, now).await;
        assert_eq!(told, interaction == 24, "{interaction}");
        orders.push(of_that_server(interaction, now));
    }
}

/// Whether one more order of that server is the first to hear that most of its month is used.
pub(crate) async fn is_told(store: &Store, interaction: u64, now: OffsetDateTime) -> bool {
    match of_that_server(interaction, now).admit(store, &budget_limit(BudgetScope::Guild, PRICE * 6)).await {
        Admission::Admitted { warning, .. } => warning.is_some(),
        said => panic!("{said:?}"),
    }
}

fn of_that_server(interaction: u64, now: OffsetDateTime) -> Order {
    Order { guild: Some(OTHER_GUILD), at: now, ..order(interaction) }
}

/// What a process was doing when it died.
async fn under_way(store: &Store, now: OffsetDateTime, orders: &mut Vec<Order>) {
    let at = |interaction| Order { at: now, ..order(interaction) };
    let waiting = at(30);
    assert!(
        waiting.fits(store, &AdmissionLimits { in_flight: Some(50), daily: Some(50), budgets: vec![] }).await
    );
    let called = Order { pictures: 2, ..at(31) };
    let worker = called.claimed(store).await;
    worker.generate(0).await;
    worker.call(1).await;
    let resting = at(32);
    let worker = resting.claimed(store).await;
    worker.spend(0, Bill::Free).await;
    assert!(worker.release(3_600).await);
    let unarchived = at(33);
    let worker = unarchived.claimed(store).await;
    worker.generate(0).await;
    assert!(worker.conclude(1).await && worker.release(60).await);
    let generated = Order { session: Some(session_at(1, now).id), ..at(34) };
    generated.claimed(store).await.generate(0).await;
    orders.extend([waiting, called, resting, unarchived, generated]);
}

async fn from_the_shell(store: &Store, now: OffsetDateTime) -> JobId {
    let at = Order { at: now, ..order(40) };
    let job = Job { origin: Origin::Shell, parent: Some(Order { at: now, ..order(1) }.id()), ..at.job() };
    store.admit(&job, PRICE, &AdmissionLimits::default(), now).await.unwrap();
    Worker::takes(store, job.id, now).await.unwrap().finish().await;
    job.id
}

async fn policies(store: &Store, now: OffsetDateTime) {
    let settings = Settings { count: Some(2), ..Settings::default() };
    for edit in [Edit::SetDefaults(None, settings), Edit::Pause(Some("holidays".into())), Edit::Pause(None)] {
        store.edit(GUILD, 77, edit, now).await.unwrap().unwrap();
    }
    store.undo(GUILD, 78, 1, now).await.unwrap().unwrap();
    store.edit(OTHER_GUILD, 77, Edit::Pause(Some("moving".into())), now).await.unwrap().unwrap();
    store.prefer(MEMBER, |own| own.count = Some(3)).await.unwrap();
    store.prefer(MEMBER, |own| own.private = Some(true)).await.unwrap();
    store.prefer(OTHER_MEMBER, |own| own.count = Some(1)).await.unwrap();
}

/// The first runs in channel 2, the second waits there; the third has ended in 7, the fourth is quiet in 8.
async fn sessions(store: &Store, now: OffsetDateTime) {
    let begins = async |session: Session| {
        assert_eq!(store.start_session(session).await.unwrap(), Start::Begun);
    };
    begins(session_at(3, now - Duration::days(2))).await;
    assert!(store.end_session(session_at(3, now).id, now - Duration::days(1)).await.unwrap());
    begins(Session { guild: None, ..session_at(4, now - Duration::days(3)) }).await;
    begins(session_at(1, now - Duration::hours(1))).await;
    store
        .change_session(session_at(1, now).id, |plan| plan.title = "placards".into())
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(store.start_session(session_at(2, now)).await.unwrap(), Start::Waits(_)));
}

fn session_at(n: u64, started: OffsetDateTime) -> Session {
    Session {
        id: id_of(n),
        guild: Some(GUILD),
        channel: [2, 2, 7, 8][usize::try_from(n).unwrap() - 1],
        by: MEMBER,
        started,
        last: started,
        ended: None,
        plan: Plan { title: "posters".into(), quiet_hours: Some(4), ..Plan::default() },
    }
}

fn id_of(n: u64) -> SessionId {
    session_id(u128::from(n))
}
