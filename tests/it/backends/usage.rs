//! What was used, by whom and for what.

use easel::backends::store::Store;
use easel::domain::job::{Attempt, Bill, Outcome};
use easel::domain::job::{Settlement, Stage, Tally};
use easel::domain::limits::AdmissionLimits;
use easel::domain::money::Micros;
use easel::domain::refusal::Refusal;
use easel::domain::request::ImageRequest;
use easel::domain::usage::{Standing, Totals, UsageRow};
use time::Duration;

use super::orders::{GUILD, MEMBER, NEXT_MONTH, NOW, Order, PRICE, Worker, generated, order, session_id};

pub(super) async fn a_month_has_a_row_for_each_day_member_and_model(store: &Store) {
    let retried = Order { pictures: 2, ..order(1) }.claimed(store).await;
    retried.spend(0, Bill::Due).await;
    retried.spend(1, Bill::Free).await;
    retried.finish().await;
    order(2).claimed(store).await.finish().await;
    Order { member: 4, ..order(3) }.claimed(store).await.finish().await;
    Order { at: NOW - Duration::days(1), ..order(4) }.claimed(store).await.finish().await;
    let mut ultra = Order { at: NOW - Duration::days(1), ..order(5) }.job();
    ultra.request.model = "ultra".into();
    store.admit(&ultra, PRICE, &AdmissionLimits::default(), NOW).await.unwrap();
    Worker::takes(store, ultra.id, NOW).await.unwrap().finish().await;
    Order { guild: Some(99), ..order(6) }.claimed(store).await.finish().await;
    Order { guild: None, ..order(7) }.claimed(store).await.finish().await;
    Order { at: NEXT_MONTH, ..order(8) }.claimed(store).await.finish().await;
    let row = |day: &str, member, model: &str, pictures, attempts, calls| UsageRow {
        day: day.into(),
        member,
        model: model.into(),
        pictures,
        attempts,
        dollars: PRICE * calls,
    };
    let november = [
        row("2026-11-29", MEMBER, "core", 1, 1, 1),
        row("2026-11-29", MEMBER, "ultra", 1, 1, 1),
        row("2026-11-30", MEMBER, "core", 3, 5, 4),
        row("2026-11-30", 4, "core", 1, 1, 1),
    ];
    assert_eq!(store.usage(GUILD, NOW).await.unwrap(), november);
    assert_eq!(store.usage(GUILD, NEXT_MONTH).await.unwrap(), [row("2026-12-01", MEMBER, "core", 1, 1, 1)]);
    assert_eq!(store.usage(5, NOW).await.unwrap(), []);
}

pub(super) async fn pictures_that_differ_are_booked_for_their_models(store: &Store) {
    let order = Order { pictures: 3, price: PRICE * 3, ..order(1) };
    let mut job = order.job();
    let variant = |model: &str, price: Micros| ImageRequest {
        model: model.into(),
        price: Some(price),
        ..job.request.clone()
    };
    job.request.variants = vec![variant("core", PRICE), variant("ultra", PRICE * 2), variant("core", PRICE)];
    store.admit(&job, PRICE * 4, &AdmissionLimits::default(), NOW).await.unwrap();
    let worker = Worker::takes(store, job.id, NOW).await.unwrap();
    for (n, price) in [(0, PRICE), (1, PRICE * 2)] {
        let Attempt::Go(call) = worker.attempt_at(n, price).await else { panic!() };
        assert!(worker.settle(n, call, Bill::Due, generated(&format!("sum-{n}"))).await);
    }
    worker.spend(2, Bill::Due).await;
    assert!(worker.conclude(2).await);
    let row = |model: &str, pictures, attempts, dollars| UsageRow {
        day: "2026-11-30".into(),
        member: MEMBER,
        model: model.into(),
        pictures,
        attempts,
        dollars,
    };
    assert_eq!(
        store.usage(GUILD, NOW).await.unwrap(),
        [row("core", 1, 2, PRICE * 2), row("ultra", 1, 1, PRICE * 2)]
    );
}

pub(super) async fn what_has_cost_and_brought_nothing_has_no_row(store: &Store) {
    assert!(order(1).fits(store, &AdmissionLimits::default()).await);
    let called = order(2).claimed(store).await;
    called.spend(0, Bill::NoCall).await;
    assert_eq!(store.usage(GUILD, NOW).await.unwrap(), []);
}

pub(super) async fn a_standing_shows_what_is_reserved_and_spent(store: &Store) {
    let mine = Order { pictures: 2, ..order(1) }.claimed(store).await;
    mine.generate(0).await;
    Order { at: NOW - Duration::days(1), ..order(2) }.claimed(store).await.finish().await;
    Order { member: 4, ..order(3) }.claimed(store).await.finish().await;
    Order { guild: None, ..order(4) }.claimed(store).await.finish().await;
    let held = |spent, delivered| Tally { reserved: PRICE, spent: PRICE * spent, ordered: 2, delivered };
    let standing = store.standing(Some(GUILD), MEMBER, NOW).await.unwrap();
    let expected = Standing {
        in_flight: 2,
        day: held(1, 0),
        month: held(2, 1),
        guild: held(3, 2),
        deployment: held(4, 3),
    };
    assert_eq!(standing, expected);
    let later = store.standing(Some(GUILD), MEMBER, NEXT_MONTH).await.unwrap();
    assert_eq!(later, Standing { in_flight: 2, ..Standing::default() });
    let totals = Totals { open: 1, attempted: 4, attempted_micros: PRICE * 4, delivered: 3, reserved: PRICE };
    assert_eq!(store.totals().await.unwrap(), totals);
}

pub(super) async fn what_is_done_after_midnight_belongs_to_the_day_of_the_order(store: &Store) {
    let worker = order(1).claimed(store).await;
    let worker = Worker { now: NEXT_MONTH + Duration::minutes(1), ..worker };
    worker.finish().await;
    let standing = store.standing(Some(GUILD), MEMBER, NOW).await.unwrap();
    let spent = Tally { spent: PRICE, delivered: 1, ..Tally::default() };
    assert_eq!(
        (standing.day, standing.month, standing.guild, standing.deployment),
        (spent, spent, spent, spent)
    );
    assert_eq!(store.standing(Some(GUILD), MEMBER, NEXT_MONTH).await.unwrap(), Standing::default());
    assert_eq!(store.usage(GUILD, NEXT_MONTH).await.unwrap(), []);
}

pub(super) async fn a_session_has_a_budget_over_all_its_days(store: &Store) {
    for (interaction, at) in [(1, NOW), (2, NEXT_MONTH), (3, NEXT_MONTH + Duration::days(40))] {
        let order = Order { session: Some(session_id(1)), at, ..order(interaction) };
        order.claimed(store).await.finish().await;
    }
    let tally = Tally { spent: PRICE * 3, delivered: 3, ..Tally::default() };
    assert_eq!(store.session_tally(session_id(1)).await.unwrap(), tally);
    assert_eq!(store.session_tally(session_id(2)).await.unwrap(), Tally::default());
}

pub(super) async fn what_a_guardrail_held_back_is_a_row_for_each_job_and_stage(store: &Store) {
    let prompt = |category: &str| Refusal::GuardedPrompt { category: category.into() };
    let picture = |category: &str| Refusal::GuardedPicture { category: category.into() };
    let other = Some(GUILD + 1);
    for (interaction, guild, refusals) in [
        (1, Some(GUILD), vec![prompt("hate"), prompt("hate")]),
        (2, Some(GUILD), vec![picture("violence"), picture("insults, violence"), picture("violence")]),
        (3, Some(GUILD), vec![Refusal::FilteredOutput]),
        (4, other, vec![prompt("hate")]),
        (5, None, vec![prompt("hate")]),
        (6, Some(GUILD), vec![picture("sexual")]),
    ] {
        let pictures = u32::try_from(refusals.len()).unwrap();
        let worker = Order { guild, pictures, ..order(interaction) }.claimed(store).await;
        for (n, refusal) in (0..).zip(refusals) {
            let settlement =
                Settlement { n, call: None, bill: Bill::NoCall, outcome: Some(Outcome::Refused { refusal }) };
            assert!(store.settle(worker.job(), worker.claim.fence, settlement).await.unwrap().is_stored());
        }
    }
    let rows = store.blocked(GUILD, 10).await.unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.stage, row.category.as_str())).collect();
    let expected = [
        (Stage::Picture, "sexual"),
        (Stage::Picture, "violence; insults, violence"),
        (Stage::Prompt, "hate"),
    ];
    assert_eq!(seen, expected, "the latest first");
    assert!(rows.iter().all(|row| (row.at, row.member, row.channel) == (NOW, MEMBER, 2)));
    assert_eq!(store.blocked(GUILD, 1).await.unwrap(), rows[..1]);
}
