//! Jobs that are erased.

use std::time::Duration;

use easel::backends::store::Store;
use easel::domain::job::{Bill, Erased, JobId, Origin, Outcome, Posted, Progress, State};
use easel::domain::limits::AdmissionLimits;
use easel::domain::refusal::Refusal;

use super::orders::{GUILD, LEASE, MEMBER, NOW, Order, Worker, concluded, order, session_id};

async fn erase(store: &Store, job: JobId) -> Erased {
    store.erase(job, NOW).await.unwrap().unwrap()
}

/// A worker that has an erased job.
async fn remover(store: &Store, job: JobId) -> Worker<'_> {
    Worker::takes(store, job, NOW).await.expect("an erased job has something to do")
}

pub(super) async fn an_erased_job_is_found_by_nothing(store: &Store) {
    let order = Order { session: Some(session_id(1)), pictures: 2, ..order(1) };
    let worker = order.claimed(store).await;
    let blocked = Outcome::Refused { refusal: Refusal::GuardedPicture { category: "hate".into() } };
    let call = worker.call(1).await;
    worker.generate(0).await;
    assert!(worker.settle(1, call, Bill::Due, Some(blocked)).await);
    assert!(worker.conclude(1).await && worker.archive().await && worker.release(0).await);
    let sha256 = format!("{}-0", order.id());
    assert!(store.by_sha256(&sha256).await.unwrap().is_some());
    assert!(store.last_picture_of(2, MEMBER).await.unwrap().is_some());
    assert_eq!(store.blocked(GUILD, 9).await.unwrap().len(), 1);

    assert_eq!(erase(store, order.id()).await, Erased::Begun);
    let removing = remover(store, order.id()).await;
    store.forget_traces(&removing.claim.job).await.unwrap();
    assert!(store.finish_erasure(order.id(), removing.claim.fence).await.unwrap());
    assert_eq!(store.by_sha256(&sha256).await.unwrap(), None);
    assert_eq!(store.last_picture_of(2, MEMBER).await.unwrap(), None);
    assert_eq!(store.last_picture(session_id(1), MEMBER).await.unwrap(), None);
    assert_eq!(store.blocked(GUILD, 9).await.unwrap(), []);
    assert_eq!(store.session_jobs(session_id(1)).await.unwrap(), []);
    assert_eq!(store.kept_pictures().await.unwrap(), []);
    let left = store.find(order.id()).await.unwrap().unwrap();
    assert!(left.is_erased && left.pictures.iter().all(|picture| picture.generated().is_none()));
    assert_eq!((left.job.request.prompt.as_str(), left.job.request.seeds.len()), ("", 0));
}

pub(super) async fn an_erased_job_has_cost_what_it_cost(store: &Store) {
    let order = Order { pictures: 2, ..order(1) };
    order.claimed(store).await.finish().await;
    let sums = async || {
        let usage = store.usage(GUILD, NOW).await.unwrap();
        let standing = store.standing(Some(GUILD), MEMBER, NOW).await.unwrap();
        let of_job = store.find(order.id()).await.unwrap().unwrap();
        let spent: Vec<_> = of_job.pictures.iter().map(|picture| picture.spent).collect();
        (usage, standing, spent, of_job.state, of_job.price)
    };
    let before = sums().await;
    assert_eq!(erase(store, order.id()).await, Erased::Begun);
    assert_eq!(sums().await, before);
    let removing = remover(store, order.id()).await;
    assert!(store.finish_erasure(order.id(), removing.claim.fence).await.unwrap());
    assert_eq!(sums().await, before);
}

pub(super) async fn a_job_is_erased_once_nobody_works_on_it(store: &Store) {
    let worker = order(1).claimed(store).await;
    assert_eq!(erase(store, worker.job()).await, Erased::AtWork, "it is generated");
    worker.generate(0).await;
    assert!(worker.conclude(1).await);
    assert_eq!(erase(store, worker.job()).await, Erased::AtWork, "it is archived");
    assert!(worker.release(600).await, "the archive is away");
    assert_eq!(erase(store, worker.job()).await, Erased::Begun);
    assert_eq!(erase(store, worker.job()).await, Erased::Before);
    assert!(!worker.archive().await, "who had it writes nothing more");

    let waiting = order(2);
    assert!(waiting.fits(store, &AdmissionLimits::default()).await);
    assert_eq!(erase(store, waiting.id()).await, Erased::Begun, "nobody has begun with it");
    let found = store.find(waiting.id()).await.unwrap().unwrap();
    assert_eq!(found.state, State::Cancelled);
    assert_eq!(store.standing(Some(GUILD), MEMBER, NOW).await.unwrap().in_flight, 0);
    assert_eq!(store.erase(order(3).id(), NOW).await.unwrap(), None);
}

pub(super) async fn an_erasure_is_gone_on_with_until_it_is_finished(store: &Store) {
    let worker = order(1).claimed(store).await;
    worker.generate(0).await;
    assert!(worker.archive().await);
    let posted = Some(Posted { channel: 2, message: 77 });
    let mut told = concluded(1);
    told.concluded.as_mut().unwrap().posted = posted;
    assert!(worker.progress(Progress { release_for: Some(0), ..told }).await);
    assert_eq!(erase(store, worker.job()).await, Erased::Begun);
    for _ in 0..2 {
        assert_eq!(store.due(NOW, Duration::ZERO).await.unwrap(), [worker.job()]);
        let failed = remover(store, worker.job()).await;
        assert!(failed.claim.is_erased && failed.claim.posted == posted, "it knows what to remove");
        assert!(failed.release(0).await);
        assert!(!store.finish_erasure(worker.job(), failed.claim.fence).await.unwrap(), "it gave it back");
    }
    let dead = remover(store, worker.job()).await;
    let last = Worker::takes(store, worker.job(), NOW + LEASE).await.unwrap();
    assert!(!store.finish_erasure(worker.job(), dead.claim.fence).await.unwrap());
    assert!(store.finish_erasure(worker.job(), last.claim.fence).await.unwrap());
    assert_eq!(store.due(NOW + LEASE * 2, Duration::ZERO).await.unwrap(), []);
    assert_eq!(last.found().await.posted, None);
}

pub(super) async fn a_later_picture_stays_the_last_one(store: &Store) {
    let (first, second) = (order(1), order(2));
    first.claimed(store).await.finish().await;
    second.claimed(store).await.finish().await;
    assert_eq!(erase(store, first.id()).await, Erased::Begun);
    store.forget_traces(&first.job()).await.unwrap();
    let last = store.last_picture_of(2, MEMBER).await.unwrap();
    assert_eq!(last.map(|(claim, _)| claim.job.id), Some(second.id()));
}

pub(super) async fn a_press_is_forgotten_with_what_it_ordered(store: &Store) {
    let mut job = order(1).job();
    let Origin::Discord(origin) = &mut job.origin else { unreachable!() };
    origin.press = Some("again".into());
    let request = job.dedupe_key();
    store.admit(&job, super::orders::PRICE, &AdmissionLimits::default(), NOW).await.unwrap();
    assert_eq!(store.known(request.clone(), NOW).await.unwrap(), Some(job.id));
    assert_eq!(erase(store, job.id).await, Erased::Begun);
    let removing = remover(store, job.id).await;
    store.forget_traces(&removing.claim.job).await.unwrap();
    assert_eq!(store.known(request, NOW).await.unwrap(), None);
    assert!(store.finish_erasure(job.id, removing.claim.fence).await.unwrap());
    let Origin::Discord(origin) = removing.found().await.job.origin else { unreachable!() };
    assert_eq!((origin.interaction, origin.press), (0, None));
}

pub(super) async fn a_key_does_not_list_what_was_erased(store: &Store) {
    let of_web = |n: u64| Order { key: Some("web"), ..order(n) };
    for n in 1..=5 {
        of_web(n).claimed(store).await.finish().await;
    }
    for n in [2, 3, 5] {
        assert_eq!(erase(store, of_web(n).id()).await, Erased::Begun);
    }
    let listed = async |limit| {
        let jobs = store.jobs_of_key("web", None, limit).await.unwrap();
        jobs.into_iter().map(|claim| claim.job.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(1).await, [of_web(4).id()]);
    assert_eq!(listed(9).await, [of_web(4).id(), of_web(1).id()]);
}

pub(super) async fn what_is_older_than_an_order_and_not_erased_is_found_page_by_page(store: &Store) {
    const ORDERS: u64 = 120;
    let at = |n: u64| NOW - Duration::from_secs(60 * (ORDERS - n));
    let nth = |n: u64| Order { at: at(n), ..order(n) };
    for n in 0..ORDERS {
        assert!(nth(n).fits(store, &AdmissionLimits::default()).await);
    }
    assert_eq!(erase(store, nth(3).id()).await, Erased::Begun);
    let (before, mut found, mut cursor) = (nth(110).id(), Vec::new(), None);
    loop {
        let (jobs, next) = store.kept_below(before, cursor).await.unwrap();
        found.extend(jobs);
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    found.sort_unstable();
    let expected: Vec<_> = (0..110).filter(|n| *n != 3).map(|n| nth(n).id()).collect();
    assert_eq!(found, expected);
}
