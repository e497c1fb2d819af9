//! Members who are forgotten.

use easel::backends::store::Store;
use easel::domain::forgetting::{Forgetting, Held};
use easel::domain::job::JobId;
use easel::domain::session::{Plan, Session, Start};
use easel::domain::settings::Settings;
use time::{Duration, OffsetDateTime};

use super::orders::{GUILD, MEMBER, NOW, Worker, order, session_id};

/// Long enough for whatever rests or is held.
const LATER: OffsetDateTime = NOW.saturating_add(Duration::minutes(5));

async fn asked(store: &Store) -> Forgetting {
    let held = Held { orders: 2, ..Held::default() };
    store.forget_soon(Forgetting::new(MEMBER, held, None, NOW)).await.unwrap();
    store.claim_forgetting(MEMBER, LATER).await.unwrap().expect("nobody has it")
}

pub(super) async fn one_process_at_a_time_forgets_a_member_until_nothing_is_left(store: &Store) {
    let held = asked(store).await;
    assert_eq!(held.held.orders, 2);
    assert_eq!(store.claim_forgetting(MEMBER, LATER).await.unwrap(), None);
    assert_eq!(store.to_forget(LATER).await.unwrap(), [0; 0]);
    assert!(store.hold_forgetting(&held, LATER).await.unwrap());
    store.pause_forgetting(&held, false, LATER).await.unwrap();
    assert_eq!(store.to_forget(LATER + Duration::hours(1)).await.unwrap(), [MEMBER]);
    let next = store.claim_forgetting(MEMBER, LATER + Duration::hours(1)).await.unwrap().unwrap();
    assert!(!store.end_forgetting(&held).await.unwrap(), "another one has it");
    assert!(store.end_forgetting(&next).await.unwrap() && !store.end_forgetting(&next).await.unwrap());
    assert!(!store.is_to_be_forgotten(MEMBER).await.unwrap());
    assert_eq!(store.to_forget(LATER + Duration::days(1)).await.unwrap(), [0; 0]);
}

pub(super) async fn a_disowned_job_is_nobodys_and_has_cost_what_it_cost(store: &Store) {
    let order = order(1);
    order.claimed(store).await.finish().await;
    let standing = async || store.standing(Some(GUILD), MEMBER, NOW).await.unwrap();
    let (before, usage) = (standing().await, store.usage(GUILD, NOW).await.unwrap());
    assert!(!store.disown(order.id()).await.unwrap(), "it is not erased");
    store.erase(order.id(), NOW).await.unwrap();
    let removing = Worker::takes(store, order.id(), NOW).await.unwrap();
    assert!(!store.disown(order.id()).await.unwrap(), "its files are still there");
    assert_eq!(store.jobs_of_member(MEMBER, None, 9).await.unwrap().len(), 1);
    store.forget_traces(&removing.claim.job).await.unwrap();
    assert!(store.finish_erasure(order.id(), removing.claim.fence).await.unwrap());
    for _ in 0..2 {
        assert!(store.disown(order.id()).await.unwrap());
        assert_eq!(store.jobs_of_member(MEMBER, None, 9).await.unwrap(), []);
    }
    assert_eq!((standing().await, store.usage(GUILD, NOW).await.unwrap()), (before, usage));
    assert!(store.disown(JobId::new(NOW, 77)).await.unwrap(), "there is nothing of what is not there");
}

fn session(random: u128, channel: u64, by: u64, members: &[u64]) -> Session {
    let settings = Settings { prefix: Some("a secret".into()), count: Some(2), ..Settings::default() };
    let plan = Plan {
        title: "posters".into(),
        settings,
        reference: Some("sessions/1/key.png".into()),
        members: members.iter().copied().collect(),
        ..Plan::default()
    };
    let id = session_id(random);
    Session { id, guild: Some(GUILD), channel, by, started: NOW, last: NOW, ended: None, plan }
}

pub(super) async fn a_member_leaves_every_session_that_has_to_do_with_them(store: &Store) {
    let all = [
        session(1, 1, MEMBER, &[]),
        session(2, 2, 8, &[MEMBER, 8]),
        session(3, 3, 8, &[MEMBER]),
        session(4, 4, 8, &[8]),
    ];
    for session in &all {
        assert_eq!(store.start_session(session.clone()).await.unwrap(), Start::Begun);
    }
    let waiting = session(5, 4, MEMBER, &[]);
    store.start_session(waiting.clone()).await.unwrap();
    store.change_session(all[3].id, |plan| plan.members.extend([MEMBER])).await.unwrap();
    let theirs = store.sessions_of_member(MEMBER).await.unwrap();
    assert_eq!(
        theirs.iter().map(|session| session.id).collect::<Vec<_>>(),
        (1..6).map(session_id).collect::<Vec<_>>()
    );
    for session in &theirs {
        store.leave_session(session.id, MEMBER, LATER).await.unwrap();
    }
    assert_eq!(store.sessions_of_member(MEMBER).await.unwrap(), []);
    let left = async |at: usize| store.session(all[at].id).await.unwrap().unwrap();
    let own = left(0).await;
    assert_eq!((own.by, own.ended, own.plan.title.as_str()), (0, Some(LATER), "Untitled"));
    assert_eq!(
        (own.plan.settings.prefix, own.plan.settings.count, own.plan.reference),
        (None, Some(2), None)
    );
    let shared = left(1).await;
    assert_eq!((shared.ended, shared.plan.title.as_str(), shared.plan.members.len()), (None, "posters", 1));
    assert_eq!(left(2).await.ended, Some(LATER), "it would be everybody's");
    assert_eq!(left(3).await, all[3]);
    assert_eq!(store.waiting_session(waiting.id).await.unwrap(), None);
    let next = Session { started: LATER, last: LATER, ..session(6, 1, 8, &[]) };
    assert_eq!(store.start_session(next).await.unwrap(), Start::Begun, "its channel is free");
}

pub(super) async fn preferences_are_forgotten_and_others_keep_theirs(store: &Store) {
    for member in [MEMBER, 8] {
        store.prefer(member, |settings| settings.count = Some(3)).await.unwrap();
    }
    let held = asked(store).await;
    store.forget_member(MEMBER).await.unwrap();
    let preferred = async |member| store.context(None, vec![2], member, NOW).await.unwrap().preferences.count;
    assert_eq!((preferred(MEMBER).await, preferred(8).await), (None, Some(3)));
    assert!(store.end_forgetting(&held).await.unwrap(), "that they are to be forgotten is not forgotten");
}
