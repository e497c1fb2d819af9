//! Many at once, before one limit.

use std::sync::Arc;

use easel::backends::store::Store;
use easel::domain::limits::{AdmissionLimits, BudgetScope};
use easel::domain::money::Micros;
use time::Duration;
use tokio::task::JoinSet;

use super::orders::{NOW, Order, PRICE, Worker, budget_limit, order, session_id};
use super::place::Place;

const BUDGETS: [BudgetScope; 5] = [
    BudgetScope::Deployment,
    BudgetScope::Guild,
    BudgetScope::MemberDay,
    BudgetScope::MemberMonth,
    BudgetScope::Session,
];

/// The stores share one place, as those of several processes do.
pub(super) async fn of_two_hundred_requests_a_limit_of_seven_delivers_seven(
    place: &Place,
    stores: Vec<Arc<Store>>,
) {
    let number = AdmissionLimits { daily: Some(7), ..AdmissionLimits::default() };
    let limits = BUDGETS.map(|scope| budget_limit(scope, PRICE * 7)).into_iter().chain([number]);
    // One budget and the number are enough where each round takes long.
    for (round, limits) in (1..).zip(limits).step_by(if place.is_slow() { 5 } else { 1 }) {
        let mut tasks = JoinSet::new();
        for (order, store) in requests(round, &stores) {
            let limits = limits.clone();
            tasks.spawn(async move {
                let fits = order.fits(&store, &limits).await;
                if fits {
                    Worker::takes(&store, order.id(), order.at).await.unwrap().finish().await;
                }
                fits
            });
        }
        let delivered = tasks.join_all().await.into_iter().filter(|fits| *fits).count();
        assert_eq!(delivered, 7, "{limits:?}");
        let order = in_round(round);
        let standing = stores[0].standing(order.guild, order.member, order.at).await.unwrap();
        assert_eq!((standing.day.delivered, standing.in_flight), (7, 0));
        for tally in [standing.day, standing.month, standing.guild, standing.deployment] {
            assert_eq!((tally.reserved, tally.spent), (Micros(0), PRICE * 7));
        }
    }
}

pub(super) async fn of_two_hundred_requests_seven_are_under_way(_: &Place, stores: Vec<Arc<Store>>) {
    let limits = AdmissionLimits { in_flight: Some(7), ..AdmissionLimits::default() };
    let mut tasks = JoinSet::new();
    for (order, store) in requests(1, &stores) {
        let limits = limits.clone();
        tasks.spawn(async move { order.fits(&store, &limits).await });
    }
    let under_way = tasks.join_all().await.into_iter().filter(|fits| *fits).count();
    assert_eq!(under_way, 7);
}

/// Of a job that many workers reach for at once one gets hold, and either it is worked on or it is taken back.
pub(super) async fn of_many_workers_and_one_who_takes_the_job_back_one_wins(
    _: &Place,
    stores: Vec<Arc<Store>>,
) {
    for interaction in 1..=10 {
        let order = order(interaction);
        assert!(order.fits(&stores[0], &AdmissionLimits::default()).await);
        let mut tasks = JoinSet::new();
        for (n, store) in (0..8).zip(stores.iter().cycle()) {
            let (store, order) = (store.clone(), order.clone());
            tasks.spawn(async move {
                if n == interaction % 8 {
                    return store.cancel(order.id(), NOW).await.unwrap();
                }
                Worker::takes(&store, order.id(), NOW).await.is_some()
            });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
    }
}

fn requests(round: u64, stores: &[Arc<Store>]) -> impl Iterator<Item = (Order, Arc<Store>)> {
    let order = move |n| Order { interaction: round * 1_000 + n, ..in_round(round) };
    (0..200).map(order).zip(stores.iter().cloned().cycle())
}

/// No round shares a budget with another one.
fn in_round(round: u64) -> Order {
    let at = NOW + Duration::days(40) * u32::try_from(round).unwrap();
    Order { guild: Some(round), member: round, session: Some(session_id(round.into())), at, ..order(round) }
}
