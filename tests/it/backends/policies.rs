//! What admins and members say, and who changed what.

use easel::backends::store::{Context, Store};
use easel::domain::policy::{Edit, Entry, Part, Policy};
use easel::domain::refusal::Refusal;
use easel::domain::settings::{Field, Settings};
use time::Duration;

use super::orders::{GUILD, MEMBER, NOW};

const ADMIN: u64 = 77;

fn count(count: u32) -> Settings {
    Settings { count: Some(count), ..Settings::default() }
}

fn pause(reason: &str) -> Edit {
    Edit::Pause(Some(reason.into()))
}

async fn edit(store: &Store, edit: Edit) -> Result<Option<Entry>, Refusal> {
    store.edit(GUILD, ADMIN, edit, NOW).await.unwrap()
}

async fn policy(store: &Store) -> Policy {
    store.context(Some(GUILD), vec![], MEMBER, NOW).await.unwrap().policy
}

pub(super) async fn an_edit_holds_at_once_and_has_its_line(store: &Store) {
    let entry = edit(store, pause("holidays")).await.unwrap().unwrap();
    assert_eq!((entry.number, entry.at, entry.by, entry.undoes), (1, NOW, ADMIN, None));
    assert_eq!(entry.change.after, Part::Paused(Some("holidays".into())));
    assert_eq!(policy(store).await.paused.as_deref(), Some("holidays"));
    assert_eq!(store.audit(GUILD, None, 10).await.unwrap(), [entry]);
    assert_eq!(store.audit(99, None, 10).await.unwrap(), [], "another server has a trail of its own");
    let first = store.edit(99, ADMIN, pause("moving"), NOW).await.unwrap().unwrap().unwrap();
    assert_eq!(first.number, 1);
}

pub(super) async fn an_edit_that_changes_nothing_leaves_no_line(store: &Store) {
    assert_eq!(edit(store, Edit::Pause(None)).await, Ok(None));
    assert_eq!(
        edit(store, Edit::RemoveWord("hat".into())).await,
        Err(Refusal::NotBlocked { phrase: "hat".into() })
    );
    assert_eq!(store.audit(GUILD, None, 10).await.unwrap(), []);
    assert_eq!(policy(store).await, Policy::default());
}

pub(super) async fn an_edit_can_be_undone_until_the_same_thing_changes_again(store: &Store) {
    edit(store, Edit::SetDefaults(None, count(2))).await.unwrap();
    edit(store, pause("holidays")).await.unwrap();
    let undone = store.undo(GUILD, ADMIN + 1, 1, NOW).await.unwrap().unwrap();
    assert_eq!((undone.number, undone.by, undone.undoes), (3, ADMIN + 1, Some(1)));
    let left = policy(store).await;
    assert_eq!((left.defaults.settings.count, left.paused.as_deref()), (None, Some("holidays")));
    let again = store.undo(GUILD, ADMIN, 1, NOW).await.unwrap();
    assert_eq!(again, Err(Refusal::ChangedSince { number: 1 }));
    let redone = store.undo(GUILD, ADMIN, 3, NOW).await.unwrap().unwrap();
    assert_eq!((redone.number, redone.undoes), (4, Some(3)));
    assert_eq!(policy(store).await.defaults.settings.count, Some(2));
    for number in [i64::MIN, -1, 0, 5, i64::MAX] {
        assert_eq!(store.undo(GUILD, ADMIN, number, NOW).await.unwrap(), Err(Refusal::NoEntry { number }));
        assert_eq!(store.undo(99, ADMIN, 1, NOW).await.unwrap(), Err(Refusal::NoEntry { number: 1 }));
    }
    assert_eq!(store.audit(GUILD, None, 10).await.unwrap().len(), 4);
}

pub(super) async fn the_trail_is_read_page_by_page(store: &Store) {
    for reason in ["a", "b", "c", "d", "e"] {
        edit(store, pause(reason)).await.unwrap();
    }
    let numbers = async |before, limit| {
        let page = store.audit(GUILD, before, limit).await.unwrap();
        page.into_iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 2).await, [5, 4]);
    assert_eq!(numbers(Some(4), 2).await, [3, 2]);
    assert_eq!(numbers(Some(2), 2).await, [1]);
    assert_eq!(numbers(Some(1), 2).await, [0; 0]);
}

pub(super) async fn admins_who_edit_at_once_get_a_line_each(store: &Store) {
    let edits = Field::ALL.iter().map(|field| edit(store, Edit::Lock(None, *field, true)));
    let entries = futures_util::future::join_all(edits).await;
    let mut numbers: Vec<_> =
        entries.into_iter().map(|entry| usize::try_from(entry.unwrap().unwrap().number).unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=Field::ALL.len()).collect::<Vec<_>>());
    assert_eq!(policy(store).await.defaults.locks.len(), Field::ALL.len(), "none was lost");
}

pub(super) async fn preferences_are_the_members_own(store: &Store) {
    store.prefer(MEMBER, |own| own.count = Some(2)).await.unwrap();
    store.prefer(MEMBER, |own| own.private = Some(true)).await.unwrap();
    let places = vec![2, 1];
    let of = async |guild, member| store.context(guild, places.clone(), member, NOW).await.unwrap();
    let preferences = Settings { private: Some(true), ..count(2) };
    let mine = Context { preferences, places: places.clone(), ..Context::default() };
    assert_eq!(of(Some(GUILD), MEMBER).await, mine);
    assert_eq!(of(None, MEMBER).await, mine, "everywhere");
    assert_eq!(of(Some(GUILD), 4).await.preferences, Settings::default());
}

pub(super) async fn a_private_conversation_has_no_servers_policy(store: &Store) {
    edit(store, pause("holidays")).await.unwrap();
    let context = store.context(None, vec![5], MEMBER, NOW + Duration::days(1)).await.unwrap();
    assert_eq!(context, Context { places: vec![5], ..Context::default() });
}
