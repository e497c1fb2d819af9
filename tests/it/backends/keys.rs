//! The orders of a key of the images API, of a member, and those that vary another one.

use easel::backends::store::Store;
use easel::domain::job::{Claim, JobId};
use easel::domain::limits::AdmissionLimits;
use time::Duration;

use super::orders::{MEMBER, NOW, Order, order};

/// Orders of two keys, of a member and again of the first key, a second apart.
async fn ordered(store: &Store) -> Vec<JobId> {
    let mut of_web = Vec::new();
    for (second, key) in (0..).zip([Some("web"), Some("shop"), None, Some("web"), Some("web-2"), Some("web")])
    {
        let order = Order { key, at: NOW + Duration::seconds(second), ..order(50 - second.unsigned_abs()) };
        assert!(order.fits(store, &AdmissionLimits::default()).await);
        of_web.extend((key == Some("web")).then(|| order.id()));
    }
    of_web.reverse();
    of_web
}

async fn page(store: &Store, key: &str, before: Option<JobId>, limit: usize) -> Vec<JobId> {
    let jobs = store.jobs_of_key(key, before, limit).await.unwrap();
    jobs.into_iter().map(|claim| claim.job.id).collect()
}

pub(super) async fn a_key_knows_its_own_orders_the_latest_first(store: &Store) {
    let of_web = ordered(store).await;
    assert_eq!(page(store, "web", None, 10).await, of_web);
    assert_eq!(page(store, "shop", None, 10).await.len(), 1);
    assert_eq!(page(store, "we", None, 10).await, []);
    assert_eq!(page(store, "", None, 10).await, []);
    assert!(store.cancel(of_web[0], NOW + Duration::MINUTE).await.unwrap());
    let jobs = store.jobs_of_key("web", None, 10).await.unwrap();
    for (claim, id) in jobs.into_iter().zip(of_web) {
        assert_eq!(store.find(id).await.unwrap(), Some(claim), "as it stands");
    }
}

pub(super) async fn the_orders_of_a_key_are_read_page_by_page(store: &Store) {
    let of_web = ordered(store).await;
    assert_eq!(page(store, "web", None, 2).await, of_web[..2]);
    assert_eq!(page(store, "web", Some(of_web[1]), 2).await, of_web[2..]);
    assert_eq!(page(store, "web", Some(of_web[2]), 2).await, []);
    assert_eq!(page(store, "web", None, 0).await, []);
    let between = JobId::new(NOW + Duration::seconds(4), 0);
    assert_eq!(page(store, "web", Some(between), 1).await, of_web[1..2], "of nobody's order");
}

async fn ids(jobs: impl Future<Output = anyhow::Result<Vec<Claim>>>) -> Vec<JobId> {
    jobs.await.unwrap().into_iter().map(|claim| claim.job.id).collect()
}

/// An order so many seconds after the first.
fn nth(second: u32) -> Order {
    Order { at: NOW + Duration::seconds(second.into()), ..order(50 - u64::from(second)) }
}

pub(super) async fn a_member_has_all_their_orders_in_every_server_the_latest_first(store: &Store) {
    let (open, failed, cancelled) = (nth(0), nth(1), Order { guild: None, private: true, ..nth(2) });
    let elsewhere = Order { guild: Some(12), ..nth(3) };
    let others = [Order { member: MEMBER + 1, ..nth(4) }, Order { key: Some("web"), ..nth(5) }];
    for order in [&open, &cancelled, &elsewhere].into_iter().chain(&others) {
        assert!(order.fits(store, &AdmissionLimits::default()).await);
    }
    failed.claimed(store).await.fail().await;
    assert!(store.cancel(cancelled.id(), NOW + Duration::MINUTE).await.unwrap());
    let all = [&elsewhere, &cancelled, &failed, &open].map(Order::id);
    assert_eq!(ids(store.jobs_of_member(MEMBER, None, 9)).await, all);
    assert_eq!(ids(store.jobs_of_member(MEMBER, Some(all[1]), 1)).await, all[2..3]);
    assert_eq!(ids(store.jobs_of_member(MEMBER, Some(all[3]), 9)).await, []);
    assert_eq!(ids(store.jobs_of_member(MEMBER * 10 + 1, None, 9)).await, []);
}

pub(super) async fn a_job_knows_those_that_vary_it_the_latest_first(store: &Store) {
    let parent = nth(0);
    let of = |parent: &Order, second| Order { parent: Some(parent.id()), ..nth(second) };
    let (older, later) = (of(&parent, 1), Order { key: Some("web"), ..of(&parent, 2) });
    for order in [&parent, &older, &later, &of(&older, 3), &nth(4)] {
        assert!(order.fits(store, &AdmissionLimits::default()).await);
    }
    assert_eq!(ids(store.children(parent.id(), None, 9)).await, [later.id(), older.id()]);
    assert_eq!(ids(store.children(parent.id(), Some(later.id()), 9)).await, [older.id()]);
    assert_eq!(ids(store.children(later.id(), None, 9)).await, []);
}
