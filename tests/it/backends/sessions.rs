//! Sessions: one at a time in a channel, and the pictures that come of it.

use easel::backends::store::{LastPicture, Store};
use easel::domain::image_format::ImageFormat;
use easel::domain::limits::AdmissionLimits;
use easel::domain::session::{Plan, Replaced, Replacement, Session, Start};
use futures_util::stream::{self, StreamExt};
use time::{Duration, OffsetDateTime};

use super::orders::{GUILD, MEMBER, NOW, Order, Worker, order, session_id};

const CHANNEL: u64 = 2;

fn session(random: u128, started: OffsetDateTime) -> Session {
    Session {
        id: session_id(random),
        guild: Some(GUILD),
        channel: CHANNEL,
        by: MEMBER,
        started,
        last: started,
        ended: None,
        plan: Plan { title: "posters".into(), quiet_hours: Some(2), ..Plan::default() },
    }
}

async fn begins(store: &Store, session: &Session) {
    assert_eq!(store.start_session(session.clone()).await.unwrap(), Start::Begun);
}

pub(super) async fn a_channel_has_one_session_at_a_time(store: &Store) {
    let first = session(1, NOW);
    for _ in 0..2 {
        begins(store, &first).await;
    }
    let soon = NOW + Duration::minutes(5);
    let waits = Start::Waits(Box::new(first.clone()));
    assert_eq!(store.start_session(session(2, soon)).await.unwrap(), waits);
    assert_eq!(store.session(session_id(2)).await.unwrap(), None, "it has not begun");
    let elsewhere = Session { channel: 9, guild: None, ..session(3, soon) };
    begins(store, &elsewhere).await;
    assert_eq!(store.session(elsewhere.id).await.unwrap(), Some(elsewhere));
    assert_eq!(store.latest_session(CHANNEL).await.unwrap(), Some(first));
    assert_eq!(store.latest_session(99).await.unwrap(), None);
}

/// The running one, and one that waits for five minutes.
async fn one_waits(store: &Store) -> (Session, Session) {
    let (first, second) = (session(1, NOW), session(2, NOW + Duration::minutes(5)));
    begins(store, &first).await;
    for _ in 0..2 {
        assert_eq!(store.start_session(second.clone()).await.unwrap(), Start::Waits(Box::new(first.clone())));
    }
    assert_eq!(store.waiting_session(second.id).await.unwrap(), Some(second.clone()));
    (first, second)
}

pub(super) async fn a_session_that_waits_begins_in_the_others_place(store: &Store) {
    let (first, second) = one_waits(store).await;
    let then = NOW + Duration::minutes(7);
    let begun = Session { started: then, last: then, ..second };
    let ended = Some(Session { ended: Some(then), ..first.clone() });
    let replace = async || store.replace_session(begun.id, Some(first.id), then).await.unwrap();
    let replaced = Replaced { begun: begun.clone(), ended: ended.clone() };
    assert_eq!(replace().await, Replacement::Begun(Box::new(replaced)));
    assert_eq!(replace().await, Replacement::NoneWaits, "once");
    assert_eq!(store.session(first.id).await.unwrap(), ended);
    assert_eq!(store.latest_session(CHANNEL).await.unwrap(), Some(begun));
}

pub(super) async fn a_session_ends_only_for_one_who_was_asked_about_it(store: &Store) {
    let (first, second) = one_waits(store).await;
    let then = NOW + Duration::minutes(7);
    store.end_session(first.id, then).await.unwrap();
    let third = session(3, then);
    begins(store, &third).await;
    for asked_about in [Some(first.id), None] {
        let replaced = store.replace_session(second.id, asked_about, then).await.unwrap();
        assert_eq!(replaced, Replacement::AnotherRuns(Box::new(third.clone())));
    }
    assert_eq!(store.session(third.id).await.unwrap(), Some(third.clone()));
    assert_eq!(store.waiting_session(second.id).await.unwrap(), Some(second.clone()));
    let quiet = third.quiet_end();
    let replaced = store.replace_session(second.id, Some(first.id), quiet).await.unwrap();
    let Replacement::Begun(replaced) = replaced else { panic!("{replaced:?}") };
    assert_eq!(
        replaced.ended.map(|ended| (ended.id, ended.ended)),
        Some((third.id, Some(quiet))),
        "by itself"
    );
}

pub(super) async fn a_session_that_waits_does_nothing_else(store: &Store) {
    let (first, second) = one_waits(store).await;
    assert!(!store.end_session(second.id, NOW).await.unwrap());
    assert_eq!(store.change_session(second.id, |_| {}).await.unwrap(), None);
    assert_eq!(store.latest_session(CHANNEL).await.unwrap(), Some(first.clone()));
    let quiet = store.quiet_sessions(NOW + Duration::days(9)).await.unwrap();
    assert_eq!(quiet, std::slice::from_ref(&first));
    assert!(!store.forget_session(first.id).await.unwrap(), "it runs");
    assert!(store.forget_session(second.id).await.unwrap());
    assert!(!store.forget_session(second.id).await.unwrap());
    let replaced = store.replace_session(second.id, Some(first.id), NOW).await.unwrap();
    assert_eq!(replaced, Replacement::NoneWaits);
}

pub(super) async fn a_session_waits_for_a_day_and_outlives_the_other(store: &Store) {
    let (first, second) = one_waits(store).await;
    store.end_session(first.id, NOW).await.unwrap();
    let elsewhere = |random, at| Session { channel: 9, ..session(random, at) };
    begins(store, &elsewhere(3, second.started + Duration::DAY)).await;
    let replaced = store.replace_session(second.id, Some(first.id), NOW + Duration::DAY).await.unwrap();
    let Replacement::Begun(replaced) = replaced else { panic!("{replaced:?}") };
    assert_eq!((replaced.begun.id, replaced.ended), (second.id, None), "nothing had to end");
    let third = session(4, NOW + Duration::DAY);
    assert!(matches!(store.start_session(third.clone()).await.unwrap(), Start::Waits(_)));
    let late = third.started + Duration::DAY + Duration::seconds(1);
    store.start_session(elsewhere(5, late)).await.unwrap();
    assert_eq!(store.waiting_session(third.id).await.unwrap(), None);
}

pub(super) async fn a_session_ends_once(store: &Store) {
    let first = session(1, NOW);
    begins(store, &first).await;
    let end = NOW + Duration::minutes(5);
    assert!(store.end_session(first.id, end).await.unwrap());
    assert!(!store.end_session(first.id, end + Duration::minutes(1)).await.unwrap());
    assert!(!store.end_session(session_id(9), end).await.unwrap());
    let ended = Session { ended: Some(end), ..first.clone() };
    assert_eq!(store.session(first.id).await.unwrap(), Some(ended.clone()));
    assert_eq!(store.latest_session(CHANNEL).await.unwrap(), Some(ended));
    let second = session(2, end);
    begins(store, &second).await;
    assert_eq!(store.latest_session(CHANNEL).await.unwrap(), Some(second));
}

pub(super) async fn a_quiet_session_makes_room(store: &Store) {
    let first = session(1, NOW);
    begins(store, &first).await;
    let (before, end) = (NOW + Duration::minutes(119), NOW + Duration::hours(2));
    assert_eq!(store.quiet_sessions(before).await.unwrap(), []);
    assert_eq!(store.quiet_sessions(end).await.unwrap(), std::slice::from_ref(&first));
    begins(store, &session(2, end)).await;
    assert_eq!(store.session(first.id).await.unwrap().unwrap().ended, Some(end));
    assert_eq!(store.quiet_sessions(end).await.unwrap(), [], "it has ended");
}

/// More than one page of an index, all of them older.
pub(super) async fn one_quiet_session_among_many_is_found(store: Store) {
    let awake = Plan { quiet_hours: Some(48), ..Plan::default() };
    let begun = stream::iter(0..1_100u64).for_each_concurrent(16, async |channel| {
        let session = Session { channel, plan: awake.clone(), ..session(u128::from(channel), NOW) };
        begins(&store, &session).await;
    });
    begun.await;
    let quiet = Session { channel: 2_000, ..session(2_000, NOW + Duration::hours(1)) };
    begins(&store, &quiet).await;
    assert_eq!(store.quiet_sessions(NOW + Duration::hours(4)).await.unwrap(), [quiet]);
}

pub(super) async fn a_request_keeps_its_session_awake(store: &Store) {
    begins(store, &session(1, NOW)).await;
    let asked = NOW + Duration::hours(1);
    let request = Order { session: Some(session_id(1)), at: asked, ..order(1) };
    assert!(request.fits(store, &AdmissionLimits::default()).await);
    let refused = Order { interaction: 2, at: asked + Duration::hours(1), pictures: 4, ..request };
    let limits = AdmissionLimits { in_flight: Some(1), ..AdmissionLimits::default() };
    assert!(!refused.fits(store, &limits).await);
    assert_eq!(store.session(session_id(1)).await.unwrap().unwrap().last, asked);
    assert_eq!(store.quiet_sessions(NOW + Duration::hours(2)).await.unwrap(), []);
}

pub(super) async fn a_plan_changes_until_the_end(store: &Store) {
    let first = session(1, NOW);
    begins(store, &first).await;
    let rename = |plan: &mut Plan| plan.title = "covers".into();
    let renamed = Session { plan: Plan { title: "covers".into(), ..first.plan.clone() }, ..first.clone() };
    assert_eq!(store.change_session(first.id, rename).await.unwrap(), Some(renamed.clone()));
    assert_eq!(store.session(first.id).await.unwrap(), Some(renamed.clone()));
    let context = store.context(Some(GUILD), vec![CHANNEL], MEMBER, NOW).await.unwrap();
    assert_eq!(context.session, Some(renamed));
    store.end_session(first.id, NOW).await.unwrap();
    assert_eq!(store.change_session(first.id, rename).await.unwrap(), None);
    assert_eq!(store.change_session(session_id(9), rename).await.unwrap(), None);
}

pub(super) async fn a_session_knows_the_jobs_that_brought_pictures(store: &Store) {
    let of_session = |interaction, seconds| Order {
        session: Some(session_id(1)),
        at: NOW + Duration::seconds(seconds),
        ..order(interaction)
    };
    assert_eq!(store.last_picture(session_id(1), MEMBER).await.unwrap(), None);
    let slow = Order { pictures: 2, ..of_session(1, 0) }.claimed(store).await;
    let quick = of_session(2, 1).claimed(store).await;
    let failed = of_session(3, 2).claimed(store).await;
    Order { session: None, ..of_session(4, 3) }.claimed(store).await.finish().await;
    quick.finish().await;
    failed.fail().await;
    let last = store.last_picture(session_id(1), MEMBER).await.unwrap();
    assert_eq!(last, Some(LastPicture { job: quick.found().await.job, n: 0, format: ImageFormat::Png }));
    // Its second picture is refused; it is delivered after the quick one.
    slow.generate(0).await;
    let slow = Worker { now: NOW + Duration::seconds(9), ..slow };
    assert!(slow.conclude(1).await);
    let last = store.last_picture(session_id(1), MEMBER).await.unwrap();
    assert_eq!(last, Some(LastPicture { job: slow.found().await.job, n: 0, format: ImageFormat::Png }));
    let jobs = store.session_jobs(session_id(1)).await.unwrap();
    assert_eq!(jobs, [slow.found().await, quick.found().await], "in the order of the requests");
    assert_eq!(store.session_jobs(session_id(2)).await.unwrap(), []);
}

pub(super) async fn nobody_starts_from_somebody_elses_private_picture(store: &Store) {
    let of_session =
        |interaction, private| Order { session: Some(session_id(1)), private, ..order(interaction) };
    let open = of_session(1, false).claimed(store).await;
    open.finish().await;
    let private = of_session(2, true).claimed(store).await;
    // The picture is there as soon as it is generated, whether or not its delivery is written down.
    private.generate(0).await;
    let last = |viewer| async move { store.last_picture(session_id(1), viewer).await.unwrap().unwrap().job };
    assert_eq!(last(MEMBER).await, private.found().await.job);
    assert_eq!(last(MEMBER + 1).await, open.found().await.job);
}
