//! The orders of a key of the images API.

use easel::backends::store::Store;
use easel::domain::job::JobId;
use easel::domain::limits::AdmissionLimits;
use time::Duration;

use super::orders::{NOW, Order, order};

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
