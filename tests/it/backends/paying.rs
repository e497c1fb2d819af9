//! Calls of a model and the end of a job: what is reserved, spent, given back and delivered.

use easel::backends::store::Store;
use easel::domain::job::{Attempt, Settlement, Tally};
use easel::domain::job::{Bill, Outcome, State};
use easel::domain::limits::BudgetScope;
use easel::domain::money::Micros;
use easel::domain::refusal::Refusal;
use time::Duration;

use super::orders::{
    GUILD, LEASE, MEMBER, NEXT_MONTH, NOW, Order, PRICE, Worker, budget_limit, generated, order, session_id,
};

const BUDGETS: [BudgetScope; 5] = [
    BudgetScope::Deployment,
    BudgetScope::Guild,
    BudgetScope::MemberDay,
    BudgetScope::MemberMonth,
    BudgetScope::Session,
];

/// Somebody with a budget in every scope.
fn rich(interaction: u64) -> Order {
    Order { session: Some(session_id(1)), ..order(interaction) }
}

/// What every budget of [`rich`] holds, which must be the same.
async fn budgets(store: &Store) -> Tally {
    let standing = store.standing(Some(GUILD), MEMBER, NOW).await.unwrap();
    let session = store.session_tally(session_id(1)).await.unwrap();
    for other in [standing.month, standing.guild, standing.deployment, session] {
        assert_eq!(other, standing.day);
    }
    assert_eq!(standing.in_flight, standing.day.ordered);
    assert_eq!(store.totals().await.unwrap().reserved, standing.day.reserved);
    standing.day
}

fn tally(reserved: i64, spent: i64, ordered: u32, delivered: u32) -> Tally {
    Tally { reserved: PRICE * reserved, spent: PRICE * spent, ordered, delivered }
}

pub(super) async fn money_is_reserved_then_spent_then_given_back(store: &Store) {
    let worker = Order { pictures: 3, ..rich(1) }.claimed(store).await;
    assert_eq!(budgets(store).await, tally(3, 0, 3, 0));
    worker.generate(0).await;
    worker.generate(1).await;
    assert_eq!(budgets(store).await, tally(1, 2, 3, 0));
    for _ in 0..2 {
        assert!(worker.conclude(2).await);
        assert_eq!(budgets(store).await, tally(0, 2, 0, 2), "once");
    }
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.attempted, totals.attempted_micros, totals.delivered), (2, PRICE * 2, 2));
}

pub(super) async fn a_later_word_on_what_was_delivered_holds(store: &Store) {
    let worker = Order { pictures: 2, ..rich(1) }.claimed(store).await;
    worker.generate(0).await;
    for delivered in [1, 0, 2] {
        assert!(worker.conclude(delivered).await);
        assert_eq!(budgets(store).await, tally(0, 1, 0, delivered));
    }
    assert_eq!(worker.found().await.state, State::Delivered);
}

pub(super) async fn no_picture_is_paid_a_third_time_and_unpaid_calls_do_not_count(store: &Store) {
    let worker = rich(1).claimed(store).await;
    for bill in [Bill::Free, Bill::Due, Bill::NoCall, Bill::Due] {
        worker.spend(0, bill).await;
    }
    assert_eq!(worker.attempt(0).await, Attempt::Exhausted);
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.attempted, totals.attempted_micros), (3, PRICE * 2));
    let picture = worker.picture(0).await;
    assert_eq!((picture.calls, picture.paid_calls), (3, 2));
}

pub(super) async fn a_call_of_unknown_end_counts_as_paid_whoever_made_it(store: &Store) {
    let dead = rich(1).claimed(store).await;
    dead.call(0).await;
    let next = Worker::takes(store, dead.job(), NOW + LEASE).await.unwrap();
    next.call(0).await;
    assert_eq!(next.attempt(0).await, Attempt::Exhausted);
    assert_eq!(next.picture(0).await.paid_calls, 2);
    next.fail().await;
    assert_eq!(budgets(store).await, tally(0, 2, 0, 0));
}

pub(super) async fn a_repeated_call_must_fit_under_every_budget_limit_too(store: &Store) {
    for (place, scope) in (1..).zip(BUDGETS) {
        for (room, fits) in [(1, false), (2, true)] {
            let id = place * 10 + room;
            let alone = Order {
                guild: Some(id),
                member: id,
                session: Some(session_id(id.into())),
                at: NOW + Duration::days(40 * i64::try_from(id).unwrap()),
                ..order(id)
            };
            let limit = PRICE * i64::try_from(room).unwrap();
            let worker = alone.claimed_under(store, &budget_limit(scope, limit)).await;
            worker.spend(0, Bill::Due).await;
            let again = worker.attempt(0).await;
            assert_eq!(matches!(again, Attempt::Go(_)), fits, "{again:?}");
            let of =
                matches!(&again, Attempt::Refused(Refusal::BudgetUsed { scope: of, .. }) if *of == scope);
            assert_eq!(of, !fits, "{again:?}");
        }
    }
}

pub(super) async fn a_budget_of_last_month_is_free_again_already(store: &Store) {
    for (place, scope) in (1..).zip(BUDGETS.into_iter().filter(|scope| *scope != BudgetScope::Session)) {
        let alone = Order { guild: Some(place), member: place, ..order(place) };
        let worker = alone.claimed_under(store, &budget_limit(scope, PRICE)).await;
        worker.spend(0, Bill::Due).await;
        let worker = Worker { now: NEXT_MONTH + Duration::minutes(1), ..worker };
        let free_at = Some(NEXT_MONTH.unix_timestamp());
        let refused = Refusal::BudgetUsed { scope, limit: PRICE, used: PRICE, free_at };
        assert_eq!(worker.attempt(0).await, Attempt::Refused(refused));
    }
}

pub(super) async fn a_key_has_a_budget_for_each_month(store: &Store) {
    let web = |interaction| Order { key: Some("web"), ..order(interaction) };
    let one = budget_limit(BudgetScope::Key, PRICE);
    let worker = web(1).claimed_under(store, &one).await;
    assert!(!web(2).fits(store, &one).await);
    assert!(Order { key: Some("shop"), ..order(3) }.fits(store, &one).await, "another key");
    assert!(order(4).fits(store, &one).await, "a member has no key");
    assert!(Order { at: NEXT_MONTH, ..web(5) }.fits(store, &one).await, "another month");
    worker.spend(0, Bill::Due).await;
    let free_at = Some(NEXT_MONTH.unix_timestamp());
    let refused = Refusal::BudgetUsed { scope: BudgetScope::Key, limit: PRICE, used: PRICE, free_at };
    assert_eq!(worker.attempt(0).await, Attempt::Refused(refused));
    worker.fail().await;
    assert!(!web(6).fits(store, &one).await, "what was spent stays spent");
    assert!(web(7).fits(store, &budget_limit(BudgetScope::Key, PRICE * 2)).await);
    assert!(
        !web(8).fits(store, &budget_limit(BudgetScope::Deployment, PRICE * 4)).await,
        "the deployment's month too"
    );
}

pub(super) async fn the_second_picture_has_a_reservation_of_its_own(store: &Store) {
    let two = Order { pictures: 2, ..rich(1) };
    let worker = two.claimed_under(store, &budget_limit(BudgetScope::Guild, PRICE * 2)).await;
    worker.spend(0, Bill::Due).await;
    assert!(matches!(worker.attempt(0).await, Attempt::Refused(_)), "that is the other picture's money");
    worker.generate(1).await;
    assert_eq!(budgets(store).await, tally(0, 2, 2, 0));
}

pub(super) async fn a_call_that_cost_nothing_may_be_repeated_under_a_used_up_budget(store: &Store) {
    let worker = rich(1).claimed_under(store, &budget_limit(BudgetScope::Guild, PRICE)).await;
    for bill in [Bill::Free, Bill::NoCall, Bill::Free] {
        worker.spend(0, bill).await;
        assert_eq!(budgets(store).await, tally(1, 0, 1, 0));
    }
    worker.finish().await;
    assert_eq!(budgets(store).await, tally(0, 1, 0, 1));
}

pub(super) async fn a_call_is_settled_once(store: &Store) {
    let worker = Order { pictures: 2, ..rich(1) }.claimed(store).await;
    for (n, bills) in [(0, [Bill::Free, Bill::Free]), (1, [Bill::Due, Bill::Free])] {
        let call = worker.call(n).await;
        for bill in bills {
            assert!(worker.settle(n, call, bill, None).await);
        }
    }
    assert_eq!(budgets(store).await, tally(1, 1, 2, 0));
    let late = worker.call(0).await;
    assert!(
        worker.settle(0, late, Bill::NoCall, None).await && worker.settle(0, late, Bill::NoCall, None).await
    );
    assert_eq!(budgets(store).await, tally(1, 1, 2, 0));
    assert_eq!(store.totals().await.unwrap().attempted, 2);
}

/// It was not reserved: what it might have cost is free for others, and it may be made once more.
pub(super) async fn a_repeated_call_that_cost_nothing_holds_no_money_back(store: &Store) {
    let worker = rich(1).claimed_under(store, &budget_limit(BudgetScope::Guild, PRICE * 2)).await;
    worker.spend(0, Bill::Due).await;
    for bill in [Bill::Free, Bill::NoCall] {
        worker.spend(0, bill).await;
        assert_eq!(budgets(store).await, tally(0, 1, 1, 0));
    }
    worker.finish().await;
    assert_eq!(budgets(store).await, tally(0, 2, 0, 1));
}

pub(super) async fn a_call_that_ends_after_its_job_leaves_nothing_reserved(store: &Store) {
    for (interaction, bill) in [(1, Bill::Free), (2, Bill::NoCall)] {
        let worker = rich(interaction).claimed(store).await;
        let call = worker.call(0).await;
        assert!(worker.conclude(0).await);
        assert!(worker.settle(0, call, bill, None).await);
        assert_eq!(budgets(store).await, Tally::default());
    }
}

pub(super) async fn a_call_is_settled_for_its_own_picture_only(store: &Store) {
    let worker = Order { pictures: 2, ..rich(1) }.claimed(store).await;
    let other = rich(2).claimed(store).await;
    let call = worker.call(0).await;
    assert!(worker.settle(1, call, Bill::Free, None).await);
    assert!(other.settle(0, call, Bill::Free, None).await);
    assert_eq!(budgets(store).await, tally(2, 1, 3, 0));
    assert_eq!(worker.picture(0).await.paid_calls, 1);
}

pub(super) async fn a_price_that_changed_on_the_way_is_booked_as_it_is(store: &Store) {
    let two = Order { pictures: 2, ..rich(1) };
    let worker = two.claimed_under(store, &budget_limit(BudgetScope::Guild, PRICE * 4)).await;
    let cheap = worker.attempt_at(0, Micros(PRICE.0 / 2)).await;
    assert!(matches!(cheap, Attempt::Go(_)));
    let half = Micros(PRICE.0 / 2);
    let day = budgets(store).await;
    assert_eq!((day.reserved, day.spent), (PRICE + half, half));
    assert!(matches!(worker.attempt_at(1, PRICE * 4).await, Attempt::Refused(_)));
    assert!(matches!(worker.attempt_at(1, PRICE * 3).await, Attempt::Go(_)));
    let day = budgets(store).await;
    assert_eq!((day.reserved, day.spent), (Micros(0), PRICE * 3 + half));
    worker.fail().await;
    assert_eq!(budgets(store).await.spent, PRICE * 3 + half);
}

pub(super) async fn a_job_is_generated_once_each_picture_has_its_answer(store: &Store) {
    let worker = Order { pictures: 2, ..order(1) }.claimed(store).await;
    let call = worker.call(0).await;
    assert!(worker.settle(0, call, Bill::Due, generated("ab")).await);
    assert_eq!(worker.found().await.state, State::Generating);
    let refused = Some(Outcome::Refused { refusal: Refusal::FilteredOutput });
    let settlement = Settlement { n: 1, call: None, bill: Bill::NoCall, outcome: refused.clone() };
    assert!(store.settle(worker.job(), worker.claim.fence, settlement).await.unwrap().is_stored());
    let found = worker.found().await;
    assert_eq!(found.state, State::Generated);
    let outcomes: Vec<_> = found.pictures.iter().map(|picture| picture.outcome.clone()).collect();
    assert_eq!(outcomes, [generated("ab"), refused]);
}

pub(super) async fn a_lost_picture_is_found_no_more(store: &Store) {
    let worker = order(1).claimed(store).await;
    worker.generate(0).await;
    let sha256 = worker.picture(0).await.generated().unwrap().sha256.clone();
    assert_eq!(store.by_sha256(&sha256).await.unwrap().unwrap().0.id, worker.job());
    let lost = Some(Outcome::Refused { refusal: Refusal::Fault { job: worker.job() } });
    let settlement = Settlement { n: 0, call: None, bill: Bill::Due, outcome: lost };
    assert!(store.settle(worker.job(), worker.claim.fence, settlement).await.unwrap().is_stored());
    assert_eq!(store.by_sha256(&sha256).await.unwrap(), None);
}

pub(super) async fn a_picture_is_found_by_its_bytes(store: &Store) {
    for (interaction, sha256) in [(1, "ab"), (2, "cd"), (3, "ab")] {
        let worker = Order { pictures: 2, ..order(interaction) }.claimed(store).await;
        let call = worker.call(1).await;
        assert!(worker.settle(1, call, Bill::Due, generated(sha256)).await);
    }
    let (job, n) = store.by_sha256("ab").await.unwrap().unwrap();
    assert_eq!((job.id, n), (order(1).id(), 1), "the first that had them");
    assert_eq!(store.by_sha256("ef").await.unwrap(), None);
}

pub(super) async fn generated_pictures_are_listed_the_latest_first(store: &Store) {
    for interaction in [1, 2] {
        Order { pictures: 2, ..order(interaction) }.claimed(store).await.finish().await;
    }
    order(3).claimed(store).await.generate(0).await;
    order(4).claimed(store).await.fail().await;
    let listed = store.kept_pictures().await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|kept| (kept.job, kept.n, kept.sha256)).collect();
    let of = |interaction: u64, n: u32| {
        let job = order(interaction).id();
        (job, n, format!("{job}-{n}"))
    };
    assert_eq!(listed, [of(3, 0), of(2, 1), of(2, 0), of(1, 1), of(1, 0)], "archived or not");
}
