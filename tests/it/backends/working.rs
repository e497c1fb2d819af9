//! Who holds a job, and until when.

use std::time::Duration;

use easel::backends::store::Store;
use easel::domain::job::{Attempt, Progress};
use easel::domain::job::{Bill, Origin, State};
use easel::domain::limits::AdmissionLimits;

use super::orders::{LEASE, MEMBER, NOW, Order, Worker, concluded, generated, order};

pub(super) async fn a_job_has_one_worker_until_the_lease_ends(store: &Store) {
    let first = order(1).claimed(store).await;
    assert_eq!((first.claim.state, first.claim.fence), (State::Generating, 1));
    let end = NOW + LEASE;
    assert!(Worker::takes(store, first.job(), end - Duration::from_millis(1)).await.is_none());
    let second = Worker::takes(store, first.job(), end).await.unwrap();
    assert_eq!(second.claim.fence, 2);
}

pub(super) async fn a_worker_that_is_heard_of_keeps_its_job(store: &Store) {
    let worker = order(1).claimed(store).await;
    let later = NOW + LEASE / 2;
    assert!(store.extend(worker.job(), worker.claim.fence, later, LEASE).await.unwrap());
    assert!(Worker::takes(store, worker.job(), NOW + LEASE).await.is_none());
    assert_eq!(store.due(NOW + LEASE, Duration::ZERO).await.unwrap(), []);
    assert!(worker.release(0).await);
    assert!(!store.extend(worker.job(), worker.claim.fence, later, LEASE).await.unwrap(), "it gave it back");
}

pub(super) async fn a_stale_worker_can_write_nothing(store: &Store) {
    let stale = order(1).claimed(store).await;
    let call = stale.call(0).await;
    let fresh = Worker::takes(store, stale.job(), NOW + LEASE).await.unwrap();
    let before = fresh.found().await;
    assert_eq!(stale.attempt(0).await, Attempt::Stale);
    assert!(!stale.settle(0, call, Bill::NoCall, generated("ab")).await);
    assert!(!stale.archive().await && !stale.conclude(1).await && !stale.release(0).await);
    assert!(!store.extend(stale.job(), stale.claim.fence, NOW, LEASE).await.unwrap());
    assert_eq!(fresh.found().await, before);
    assert!(store.extend(fresh.job(), fresh.claim.fence, NOW, LEASE).await.unwrap());
}

pub(super) async fn who_gave_a_job_back_can_write_nothing_more(store: &Store) {
    let worker = order(1).claimed(store).await;
    assert!(worker.release(0).await);
    assert_eq!(worker.attempt(0).await, Attempt::Stale);
    assert!(!worker.conclude(1).await);
    assert_eq!(worker.found().await.state, State::Generating);
}

pub(super) async fn a_job_given_back_rests_as_long_as_was_said(store: &Store) {
    let worker = order(1).claimed(store).await;
    assert!(worker.release(30).await);
    let (early, then) = (NOW + Duration::from_millis(29_999), NOW + Duration::from_secs(30));
    assert!(Worker::takes(store, worker.job(), early).await.is_none());
    assert_eq!(store.due(early, Duration::ZERO).await.unwrap(), []);
    assert_eq!(store.due(then, Duration::from_secs(600)).await.unwrap(), [worker.job()]);
    assert!(Worker::takes(store, worker.job(), then).await.is_some());
}

pub(super) async fn what_nobody_works_on_is_due_oldest_first(store: &Store) {
    let grace = Duration::from_secs(10);
    let young = order(1);
    let old = Order { at: NOW - grace, ..order(2) };
    let older = Order { at: NOW - Duration::from_secs(40), ..order(3) };
    let taken = Order { at: NOW - Duration::from_secs(30), ..order(4) };
    for order in [&young, &old, &older, &taken] {
        assert!(order.fits(store, &AdmissionLimits::default()).await);
    }
    assert!(Worker::takes(store, taken.id(), NOW).await.is_some());
    assert_eq!(store.due(NOW, grace).await.unwrap(), [older.id(), old.id()]);
    assert_eq!(store.due(NOW, Duration::ZERO).await.unwrap(), [older.id(), old.id(), young.id()]);
    let all = store.due(NOW + LEASE, Duration::ZERO).await.unwrap();
    assert_eq!(all, [older.id(), taken.id(), old.id(), young.id()], "its worker is silent");
}

pub(super) async fn members_take_turns_in_the_line(store: &Store) {
    let at = |seconds| NOW + Duration::from_secs(seconds);
    let first = Order { pictures: 4, ..order(1) };
    let second = Order { at: at(1), ..order(2) };
    let third = Order { at: at(2), ..order(3) };
    let others = Order { at: at(3), member: MEMBER + 1, ..order(4) };
    let of_key = |interaction, second| Order { at: at(second), key: Some("blog"), ..order(interaction) };
    let keys = [of_key(5, 4), of_key(6, 5)];
    for order in [&first, &second, &third, &others, &keys[0], &keys[1]] {
        assert!(order.fits(store, &AdmissionLimits::default()).await);
    }
    let in_turn = [&first, &others, &keys[0], &keys[1], &second, &third].map(Order::id);
    assert_eq!(
        store.in_line(10).await.unwrap(),
        in_turn,
        "the key's second is set back by one picture, not four"
    );
    assert_eq!(store.in_line(2).await.unwrap(), in_turn[..2]);
    for id in in_turn {
        let worker = Worker::takes(store, id, at(6)).await.unwrap();
        worker.generate(0).await;
        assert!(worker.conclude(1).await);
    }
    assert_eq!(store.in_line(10).await.unwrap(), []);
    let later = Order { at: at(7), ..order(7) };
    let last = Order { at: at(8), member: MEMBER + 1, ..order(8) };
    assert!(later.fits(store, &AdmissionLimits::default()).await);
    assert!(last.fits(store, &AdmissionLimits::default()).await);
    assert_eq!(store.in_line(10).await.unwrap(), [later.id(), last.id()], "nothing of theirs is under way");
}

pub(super) async fn what_was_set_back_is_looked_for_by_its_age(store: &Store) {
    let (one, two) = (order(1), order(2));
    assert!(one.fits(store, &AdmissionLimits::default()).await);
    assert!(two.fits(store, &AdmissionLimits::default()).await);
    let grace = Duration::from_secs(10);
    assert_eq!(store.due(NOW + grace, grace).await.unwrap(), [one.id(), two.id()]);
}

pub(super) async fn a_delivered_job_stays_open_until_all_of_it_is_archived(store: &Store) {
    let worker = Order { pictures: 3, ..order(1) }.claimed(store).await;
    worker.generate(0).await;
    worker.generate(1).await;
    assert!(worker.progress(Progress { release_for: Some(0), ..concluded(2) }).await);
    assert_eq!(token(&worker).await, "secret-canary", "the remark has to be taken back");
    for (n, open) in [(1, 1), (0, 0)] {
        assert_eq!(store.due(NOW, Duration::ZERO).await.unwrap(), [worker.job()]);
        let late = Worker::takes(store, worker.job(), NOW).await.unwrap();
        assert_eq!(late.claim.state, State::Delivered);
        let archived = vec![(n, format!("key-{n}"))];
        assert!(
            late.progress(Progress { archived, release_for: Some(0), ..Progress::default() }).await,
            "{n}"
        );
        assert_eq!(store.totals().await.unwrap().open, open);
    }
    let keys: Vec<_> = worker.found().await.pictures.into_iter().map(|picture| picture.archived).collect();
    assert_eq!(keys, [Some("key-0".into()), Some("key-1".into()), None]);
    assert_eq!(token(&worker).await, "");
    assert!(Worker::takes(store, worker.job(), NOW).await.is_none());
}

pub(super) async fn a_failed_job_with_a_picture_is_archived_too(store: &Store) {
    let worker = order(1).claimed(store).await;
    worker.generate(0).await;
    worker.fail().await;
    let late = Worker::takes(store, worker.job(), NOW).await.unwrap();
    assert_eq!(late.claim.state, State::Failed);
    assert!(late.archive().await && late.release(0).await);
    assert_eq!(store.due(NOW, Duration::ZERO).await.unwrap(), []);
}

async fn token(worker: &Worker<'_>) -> String {
    match worker.found().await.job.origin {
        Origin::Discord(origin) => origin.token,
        Origin::Shell | Origin::Api(_) => panic!("not from Discord"),
    }
}
