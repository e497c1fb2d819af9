//! What is admitted, what is refused, and what cancelling takes back.

use easel::backends::store::Store;
use easel::domain::job::{self, Admission, Bill, Claim, Job, Origin, State};
use easel::domain::limits::{AdmissionLimits, BudgetLimit, BudgetScope};
use easel::domain::money::Micros;
use easel::domain::refusal::Refusal;
use easel::domain::usage::{Standing, Totals};
use time::Duration;

use super::orders::{
    GUILD, LEASE, MEMBER, NEXT_MONTH, NOW, Order, PRICE, Worker, budget_limit, generated, order, session_id,
};

pub(super) async fn the_same_request_is_admitted_once(store: &Store) {
    let first = order(7);
    assert_eq!(store.known(first.job().dedupe_key(), NOW).await.unwrap(), None);
    assert!(first.fits(store, &AdmissionLimits::default()).await);
    for known in [
        store.known(first.job().dedupe_key(), NOW).await,
        store.known_in_turn(first.job().dedupe_key(), NOW).await,
    ] {
        assert_eq!(known.unwrap(), Some(first.job().id));
    }
    let again = Order { at: NOW + Duration::seconds(1), ..first.clone() };
    let full = budget_limit(BudgetScope::Deployment, PRICE);
    assert_eq!(again.admit(store, &full).await, Admission::Duplicate(first.id()), "it is not refused");
    assert_eq!(store.totals().await.unwrap(), Totals { open: 1, reserved: PRICE, ..Totals::default() });
}

pub(super) async fn a_refused_order_leaves_nothing(store: &Store) {
    let order = Order { pictures: 2, session: Some(session_id(1)), ..order(7) };
    assert!(!order.fits(store, &budget_limit(BudgetScope::Session, PRICE)).await);
    assert_eq!(store.find(order.id()).await.unwrap(), None);
    assert_eq!(store.known(order.job().dedupe_key(), NOW).await.unwrap(), None);
    assert_eq!(store.totals().await.unwrap(), Totals::default());
    assert_eq!(store.standing(Some(GUILD), MEMBER, NOW).await.unwrap(), Standing::default());
    assert!(order.fits(store, &budget_limit(BudgetScope::Session, PRICE * 2)).await, "a second try is free");
}

pub(super) async fn an_admitted_job_comes_back_as_it_was(store: &Store) {
    let parent = order(1).job();
    let mut job = Order { pictures: 2, session: Some(session_id(1)), ..order(7) }.job();
    job.parent = Some(parent.id);
    store.admit(&job, PRICE * 2, &AdmissionLimits::default(), NOW).await.unwrap();
    let found = store.find(job.id).await.unwrap().unwrap();
    assert_eq!((&found.job, found.state, found.fence), (&job, State::Admitted, 0));
    let pictures: Vec<_> =
        found.pictures.iter().map(|picture| (picture.n, picture.seed, picture.calls)).collect();
    assert_eq!(pictures, [(0, 0, 0), (1, 1, 0)]);
    assert_eq!(store.find(parent.id).await.unwrap(), None);
}

/// In each of them two pictures have room; the moment is when the budget is free again.
const BUDGETS: [(BudgetScope, Option<i64>); 5] = [
    (BudgetScope::Deployment, Some(NEXT_MONTH.unix_timestamp())),
    (BudgetScope::Guild, Some(NEXT_MONTH.unix_timestamp())),
    (BudgetScope::MemberDay, Some(NEXT_MONTH.unix_timestamp())),
    (BudgetScope::MemberMonth, Some(NEXT_MONTH.unix_timestamp())),
    (BudgetScope::Session, None),
];

pub(super) async fn each_budget_has_its_limit(store: &Store) {
    for (place, (scope, free_at)) in (1u64..).zip(BUDGETS) {
        // Everybody's budget is checked first: the others leave something in it.
        let member = Order {
            guild: Some(100 + place),
            member: place,
            session: Some(session_id(place.into())),
            ..order(place * 10)
        };
        let limits = budget_limit(scope, PRICE * 2);
        for n in 0..2 {
            assert!(Order { interaction: place * 10 + n, ..member.clone() }.fits(store, &limits).await);
        }
        let third = Order { interaction: place * 10 + 2, ..member.clone() };
        let used = Refusal::BudgetUsed { scope, limit: PRICE * 2, used: PRICE * 2, free_at };
        assert_eq!(third.admit(store, &limits).await, Admission::Refused(used));
        let free = Order { price: Micros(0), interaction: place * 10 + 3, ..member };
        assert!(free.fits(store, &limits).await, "what costs nothing is never too dear: {scope:?}");
    }
}

pub(super) async fn a_budget_is_used_up_for_those_who_share_it_and_no_others(store: &Store) {
    let somebody = Order { session: Some(session_id(1)), ..order(1) };
    assert!(somebody.fits(store, &AdmissionLimits::default()).await);
    let elsewhere = Order { guild: Some(99), session: None, ..somebody.clone() };
    let else_one = Order { member: 99, ..somebody.clone() };
    let tomorrow = Order { at: NEXT_MONTH, ..somebody.clone() };
    let private = Order { guild: None, session: None, ..somebody.clone() };
    let mut interaction = 1;
    for (scope, there, other, then, alone) in [
        (BudgetScope::Deployment, false, false, true, false),
        (BudgetScope::Guild, true, false, true, true),
        (BudgetScope::MemberDay, true, true, true, true),
        (BudgetScope::MemberMonth, true, true, true, true),
        (BudgetScope::Session, true, false, false, true),
    ] {
        let whose = [(&elsewhere, there), (&else_one, other), (&tomorrow, then), (&private, alone)];
        for (who, (order, fits)) in whose.into_iter().enumerate() {
            interaction += 1;
            let order = Order { interaction, ..order.clone() };
            assert_eq!(order.fits(store, &budget_limit(scope, PRICE)).await, fits, "{scope:?} {who}");
            // What was admitted must not stand in the way of the next one.
            assert_eq!(store.cancel(order.id(), NOW).await.unwrap(), fits);
        }
    }
}

pub(super) async fn a_members_day_and_month_are_apart(store: &Store) {
    let yesterday = Order { at: NOW - Duration::days(1), ..order(1) };
    assert!(yesterday.fits(store, &AdmissionLimits::default()).await);
    assert!(!order(2).fits(store, &budget_limit(BudgetScope::MemberMonth, PRICE)).await);
    assert!(order(2).fits(store, &budget_limit(BudgetScope::MemberDay, PRICE)).await);
}

pub(super) async fn of_several_limits_the_first_that_forbids_is_named(store: &Store) {
    assert!(order(1).fits(store, &AdmissionLimits::default()).await);
    let budgets = [BudgetScope::MemberDay, BudgetScope::Guild, BudgetScope::Deployment].map(|scope| {
        let limit = if scope == BudgetScope::MemberDay { PRICE * 2 } else { PRICE };
        BudgetLimit { scope, limit }
    });
    let limits = AdmissionLimits { budgets: budgets.into(), ..AdmissionLimits::default() };
    let Admission::Refused(Refusal::BudgetUsed { scope, .. }) = order(2).admit(store, &limits).await else {
        panic!("it fits")
    };
    assert_eq!(scope, BudgetScope::Guild);
}

pub(super) async fn pictures_under_way_are_limited_until_they_arrive(store: &Store) {
    let limits = AdmissionLimits { in_flight: Some(3), ..AdmissionLimits::default() };
    let first = Order { pictures: 2, at: NOW - Duration::days(40), ..order(1) };
    let first = first.claimed_under(store, &limits).await;
    let second = Order { pictures: 2, ..order(2) };
    let refused = Refusal::InFlight { limit: 3, used: 2 };
    assert_eq!(second.admit(store, &limits).await, Admission::Refused(refused), "whenever it was ordered");
    for free in [Order { member: 4, ..second.clone() }, Order { guild: None, ..second.clone() }] {
        let free = Order { interaction: 100 + free.member + free.guild.unwrap_or_default(), ..free };
        assert!(free.fits(store, &limits).await, "{free:?}");
    }
    first.finish().await;
    assert!(second.fits(store, &limits).await);
    assert_eq!(store.standing(Some(GUILD), MEMBER, NOW).await.unwrap().in_flight, 2);
}

pub(super) async fn pictures_of_a_day_count_from_the_order_unless_they_fail(store: &Store) {
    let limits = AdmissionLimits { daily: Some(3), ..AdmissionLimits::default() };
    Order { pictures: 2, ..order(1) }.claimed_under(store, &limits).await.finish().await;
    let under_way = order(2).claimed_under(store, &limits).await;
    let refused = Refusal::QuotaUsed { limit: 3, used: 3, free_at: NEXT_MONTH.unix_timestamp() };
    assert_eq!(order(3).admit(store, &limits).await, Admission::Refused(refused));
    assert!(Order { member: 4, ..order(4) }.fits(store, &limits).await);
    assert!(Order { guild: Some(99), ..order(5) }.fits(store, &limits).await);
    under_way.fail().await;
    assert!(order(3).fits(store, &limits).await);
    assert!(Order { at: NEXT_MONTH, pictures: 3, ..order(6) }.fits(store, &limits).await);
}

pub(super) async fn from_four_fifths_of_a_servers_month_on_people_are_told(store: &Store) {
    let limits = budget_limit(BudgetScope::Guild, PRICE * 5);
    let mut told = Vec::new();
    for interaction in 1..=5 {
        let Admission::Admitted { warning, .. } = order(interaction).admit(store, &limits).await else {
            panic!("it does not fit")
        };
        let worker = Worker::takes(store, order(interaction).id(), NOW).await.unwrap();
        told.push((warning, worker.claim.budget_used));
        worker.finish().await;
    }
    let below = (None, None);
    assert_eq!(told, [below, below, below, (Some(80), Some(80)), (None, Some(100))]);
    let next = Order { at: NEXT_MONTH, ..order(6) };
    assert_eq!(next.admit(store, &limits).await, Admission::Admitted { warning: None, begun: None });
}

/// How much is used after each of these orders, as far as people are told.
async fn told(store: &Store, orders: impl IntoIterator<Item = u64>, limit: i64) -> Vec<Option<u32>> {
    let mut told = Vec::new();
    for interaction in orders {
        match order(interaction).admit(store, &budget_limit(BudgetScope::Guild, PRICE * limit)).await {
            Admission::Admitted { warning, .. } => told.push(warning),
            said => panic!("{said:?}"),
        }
    }
    told
}

pub(super) async fn people_are_warned_though_a_repeated_call_used_four_fifths(store: &Store) {
    assert_eq!(told(store, [1, 2, 3], 5).await, [None; 3]);
    let worker = Worker::takes(store, order(1).id(), NOW).await.unwrap();
    worker.spend(0, Bill::Due).await;
    worker.finish().await;
    assert_eq!(told(store, [4], 5).await, [Some(100)]);
}

pub(super) async fn people_are_warned_once_for_each_budget_limit(store: &Store) {
    assert_eq!(told(store, 1..=4, 5).await, [None, None, None, Some(80)]);
    let failed = Worker::takes(store, order(4).id(), NOW).await.unwrap();
    failed.fail().await;
    assert_eq!(told(store, 5..=6, 5).await, [None; 2], "they know");
    assert_eq!(told(store, 7..=8, 10).await, [None; 2], "there is room again");
    assert_eq!(told(store, [9], 10).await, [Some(80)]);
    assert_eq!(told(store, [10], 9).await, [None]);
}

pub(super) async fn an_order_that_was_taken_back_has_told_nobody(store: &Store) {
    assert_eq!(told(store, 1..=4, 5).await, [None, None, None, Some(80)]);
    assert!(store.cancel(order(4).id(), NOW).await.unwrap());
    assert_eq!(told(store, [5], 5).await, [Some(80)]);
}

pub(super) async fn a_warning_that_was_taken_back_comes_again_once(store: &Store) {
    assert_eq!(told(store, 1..=9, 10).await[7..], [Some(80), None]);
    assert!(store.cancel(order(8).id(), NOW).await.unwrap());
    assert_eq!(told(store, 10..=11, 10).await, [Some(90), None]);
}

pub(super) async fn a_request_is_known_for_sixty_days(store: &Store) {
    assert!(order(1).fits(store, &AdmissionLimits::default()).await);
    let (last, later) = (NOW + Duration::days(60) - Duration::seconds(1), NOW + Duration::days(60));
    let again = Order { at: last, ..order(1) };
    assert_eq!(again.admit(store, &AdmissionLimits::default()).await, Admission::Duplicate(order(1).id()));
    let request = again.job().dedupe_key();
    assert_eq!(store.known(request.clone(), last).await.unwrap(), Some(order(1).id()));
    assert_eq!(store.known(request.clone(), later).await.unwrap(), None);
    let anew = Order { at: later, ..order(1) };
    assert!(anew.fits(store, &AdmissionLimits::default()).await);
    assert_eq!(store.known(request, later).await.unwrap(), Some(anew.id()));
}

pub(super) async fn a_cancelled_order_leaves_nothing_but_its_name(store: &Store) {
    let order = Order { pictures: 3, session: Some(session_id(1)), ..order(7) };
    assert!(order.fits(store, &AdmissionLimits::default()).await);
    assert!(store.cancel(order.id(), NOW).await.unwrap());
    assert!(!store.cancel(order.id(), NOW).await.unwrap());
    assert_eq!(store.totals().await.unwrap(), Totals::default());
    assert_eq!(store.standing(Some(GUILD), MEMBER, NOW).await.unwrap(), Standing::default());
    assert!(Worker::takes(store, order.id(), NOW + Duration::days(1)).await.is_none());
    let found = store.find(order.id()).await.unwrap().unwrap();
    let Origin::Discord(origin) = found.job.origin else { panic!("not from Discord") };
    assert_eq!((found.state, origin.token.as_str()), (State::Cancelled, ""));
    assert_eq!(order.admit(store, &AdmissionLimits::default()).await, Admission::Duplicate(order.id()));
}

pub(super) async fn an_offer_is_kept_reserves_nothing_and_is_never_worked_on(store: &Store) {
    let limits = budget_limit(BudgetScope::Guild, PRICE);
    let offer = Job { is_offer: true, ..order(1).job() };
    assert_eq!(
        store.admit(&offer, PRICE, &limits, NOW).await.unwrap(),
        Admission::Admitted { warning: None, begun: None }
    );
    let found = store.find(offer.id).await.unwrap().unwrap();
    let Origin::Discord(origin) = found.job.origin else { panic!("not from Discord") };
    assert_eq!((found.state, origin.token.as_str()), (State::Cancelled, ""));
    let (later, grace) = (NOW + Duration::days(1), std::time::Duration::from_secs(60));
    assert!(store.due(later, grace).await.unwrap().is_empty());
    assert!(Worker::takes(store, offer.id, later).await.is_none());
    let dear = Job { is_offer: true, ..order(2).job() };
    let refused = store.admit(&dear, PRICE * 2, &limits, NOW).await.unwrap();
    assert!(matches!(refused, Admission::Refused(Refusal::BudgetUsed { .. })), "{refused:?}");
    let warning = Admission::Admitted { warning: Some(100), begun: None };
    assert_eq!(order(3).admit(store, &limits).await, warning, "all of the budget is there");
}

pub(super) async fn what_somebody_works_on_is_not_cancelled(store: &Store) {
    let worker = order(1).claimed(store).await;
    assert!(!store.cancel(worker.job(), NOW).await.unwrap());
    assert!(worker.release(0).await);
    assert!(!store.cancel(worker.job(), NOW).await.unwrap(), "a model may have been asked");
    let worker = Worker::takes(store, worker.job(), NOW).await.unwrap();
    worker.finish().await;
    assert!(!store.cancel(worker.job(), NOW).await.unwrap());
    assert_eq!(worker.found().await.state, State::Delivered);
}

pub(super) async fn an_order_that_nobody_waits_for_is_taken_back(store: &Store) {
    assert!(order(1).fits(store, &AdmissionLimits::default()).await);
    store.cancel_soon(order(1).id(), false, NOW).await.unwrap();
    assert!(Worker::takes(store, order(1).id(), NOW).await.is_none());
    assert_eq!(store.totals().await.unwrap(), Totals::default());
}

pub(super) async fn what_begins_at_once_is_as_if_claimed_and_called_step_by_step(store: &Store) {
    let (at_once, calls) = Order { pictures: 2, ..order(1) }.begun(store).await;
    let in_steps = Order { pictures: 2, ..order(2) }.claimed(store).await;
    assert_eq!(calls, [(0, in_steps.call(0).await), (1, in_steps.call(1).await)]);
    let Claim { state, fence, price, pictures, .. } = in_steps.claim.clone();
    assert_eq!(at_once.claim, Claim { state, fence, price, pictures, ..at_once.claim.clone() });
    let (one, other) = (at_once.found().await, in_steps.found().await);
    assert_eq!((one.state, one.fence, one.pictures), (other.state, other.fence, other.pictures));
    assert!(Worker::takes(store, at_once.job(), NOW).await.is_none(), "it has its worker");
    let (spent, open) = (PRICE * 4, 2);
    let totals = Totals { open, attempted: 4, attempted_micros: spent, ..Totals::default() };
    assert_eq!(store.totals().await.unwrap(), totals);
    for (n, call) in calls {
        assert!(at_once.settle(n, call, Bill::Due, generated(&format!("sum-{n}"))).await);
    }
    assert!(at_once.archive().await && at_once.conclude(2).await && at_once.release(0).await);
    let after_the_lease = NOW + LEASE + Duration::seconds(1);
    assert_eq!(Worker::takes(store, in_steps.job(), after_the_lease).await.unwrap().claim.fence, 2);
    assert!(Worker::takes(store, at_once.job(), after_the_lease).await.is_none(), "nothing is left to do");
}

pub(super) async fn what_began_at_once_is_taken_back_as_long_as_no_picture_has_an_answer(store: &Store) {
    for soon in [false, true] {
        let (worker, _) = order(1 + u64::from(soon)).begun(store).await;
        assert!(!store.cancel(worker.job(), NOW).await.unwrap(), "its worker may be at it");
        assert!(!store.take_back(worker.job(), Some(2), NOW).await.unwrap(), "another's claim");
        let taken_back = match soon {
            true => store.cancel_soon(worker.job(), true, NOW).await,
            false => store.take_back(worker.job(), Some(1), NOW).await,
        };
        assert!(taken_back.unwrap());
        assert_eq!(store.totals().await.unwrap(), Totals::default());
        assert_eq!(store.standing(Some(GUILD), MEMBER, NOW).await.unwrap(), Standing::default());
        assert_eq!(worker.found().await.state, State::Cancelled);
        assert!(!worker.release(0).await, "it is nobody's");
    }
    let (worker, calls) = order(3).begun(store).await;
    assert!(worker.settle(0, calls[0].1, Bill::Due, generated("sum")).await);
    assert!(!store.take_back(worker.job(), Some(1), NOW).await.unwrap(), "it is paid");
}

pub(super) async fn an_offer_never_begins(store: &Store) {
    let offer = Job { is_offer: true, ..order(1).job() };
    let worker = job::Worker { owner: "worker".into(), lease: LEASE };
    let limits = AdmissionLimits::default();
    let admitted = store.admit_for(&offer, PRICE, &limits, Some(&worker), NOW).await.unwrap();
    assert_eq!(admitted, Admission::Admitted { warning: None, begun: None });
    assert_eq!(store.totals().await.unwrap(), Totals::default());
}
