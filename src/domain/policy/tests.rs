use std::num::NonZeroU32;

use proptest::prelude::*;

use super::*;
use crate::domain::request::Style;

fn style(style: Style) -> Settings {
    Settings { style: Some(style), ..Settings::default() }
}

fn rule(phrase: &str) -> WordRule {
    WordRule { phrase: phrase.into(), note: None, age_restricted_too: true }
}

fn make(policy: &mut Policy, edit: Edit) -> Option<Change> {
    let change = policy.edited(&edit).unwrap();
    if let Some(change) = &change {
        policy.put(change.after.clone());
    }
    change
}

#[test]
fn defaults_are_set_field_by_field_and_reset_together() {
    let mut policy = Policy::default();
    make(&mut policy, Edit::SetDefaults(None, style(Style::Anime)));
    make(&mut policy, Edit::SetDefaults(None, Settings { count: Some(2), ..Settings::default() }));
    make(&mut policy, Edit::Lock(None, Field::Style, true));
    assert_eq!(
        (policy.defaults.settings.style, policy.defaults.settings.count),
        (Some(Style::Anime), Some(2))
    );
    make(&mut policy, Edit::ResetDefaults(None, vec![Field::Count]));
    assert_eq!(policy.defaults.settings, style(Style::Anime));
    make(&mut policy, Edit::ResetDefaults(None, vec![]));
    assert_eq!(policy, Policy::default());
}

#[test]
fn a_thread_has_the_defaults_of_its_channel_unless_it_has_its_own() {
    let mut policy = Policy::default();
    make(&mut policy, Edit::SetDefaults(Some(5), style(Style::Anime)));
    assert_eq!(policy.channel_defaults(&[50, 5]).unwrap().settings, style(Style::Anime));
    make(&mut policy, Edit::SetDefaults(Some(50), style(Style::LowPoly)));
    assert_eq!(policy.channel_defaults(&[50, 5]).unwrap().settings, style(Style::LowPoly));
    assert_eq!(policy.channel_defaults(&[6]), None);
}

#[test]
fn models_are_all_allowed_until_one_is_denied_or_only_some_are_named() {
    let mut policy = Policy::default();
    assert!(policy.models.allow("ultra"));
    make(&mut policy, Edit::DenyModel("ultra".into()));
    assert!(!policy.models.allow("ultra") && policy.models.allow("core"));
    make(&mut policy, Edit::AllowModel { name: "ultra".into(), only: false });
    assert!(policy.models.allow("ultra") && policy.models.allow("core"));
    make(&mut policy, Edit::AllowModel { name: "ultra".into(), only: true });
    assert!(policy.models.allow("ultra") && !policy.models.allow("core"));
    make(&mut policy, Edit::DenyModel("ultra".into()));
    assert!(
        !policy.models.allow("ultra") && !policy.models.allow("core"),
        "the last of the few takes no others along"
    );
}

#[test]
fn of_several_roles_the_most_generous_limit_counts_and_the_general_one_fills_the_gaps() {
    let mut policy = Policy::default();
    let limits = |daily, in_flight| Limits { daily, in_flight, ..Limits::default() };
    make(&mut policy, Edit::SetLimits(None, limits(Some(5), Some(2))));
    make(&mut policy, Edit::SetLimits(Some(20), limits(Some(50), None)));
    make(&mut policy, Edit::SetLimits(Some(21), limits(Some(10), None)));
    make(&mut policy, Edit::SetLimits(None, Limits { burst: NonZeroU32::new(9), ..Limits::default() }));
    let of = |roles: &[u64]| {
        let limits = policy.limits_of(roles);
        (limits.daily, limits.in_flight, limits.rate().burst.get())
    };
    assert_eq!(of(&[3]), (Some(5), Some(2), 9));
    assert_eq!(of(&[21, 3]), (Some(10), Some(2), 9));
    assert_eq!(of(&[20, 21, 3]), (Some(50), Some(2), 9));
}

#[test]
fn an_edit_that_changes_nothing_is_none_and_what_is_not_there_cannot_be_removed() {
    let mut policy = Policy::default();
    assert!(make(&mut policy, Edit::AddWord(rule("mud"))).is_some());
    assert!(make(&mut policy, Edit::AddWord(rule("mud"))).is_none());
    let unknown = Err(Refusal::NotBlocked { phrase: "rain".into() });
    assert_eq!(policy.edited(&Edit::RemoveWord("rain".into())), unknown);
    assert!(make(&mut policy, Edit::Pause(None)).is_none());
}

#[test]
fn a_word_is_one_rule_however_it_is_spelt() {
    let mut policy = Policy::default();
    for phrase in ["mud", "Voldemort", "rain*"] {
        make(&mut policy, Edit::AddWord(rule(phrase)));
    }
    let noted = WordRule { note: Some("not him".into()), ..rule("v0ldemort") };
    make(&mut policy, Edit::AddWord(noted.clone()));
    assert_eq!(policy.words, [rule("mud"), noted, rule("rain*")]);
    assert!(policy.edited(&Edit::RemoveWord("rain".into())).is_err(), "its star makes it another rule");
    make(&mut policy, Edit::RemoveWord("VOLDEMORT!".into()));
    assert_eq!(policy.words, [rule("mud"), rule("rain*")]);
}

/// Earlier versions took a star anywhere, and the same word in several spellings.
#[test]
fn rules_of_earlier_versions_can_be_removed() {
    let mut policy = Policy { words: vec![rule("b*dger"), rule("Mud"), rule("mud")], ..Policy::default() };
    make(&mut policy, Edit::RemoveWord("mud".into()));
    make(&mut policy, Edit::RemoveWord("b*dger".into()));
    assert_eq!(policy.words, []);
}

#[test]
fn lists_stay_within_their_limits() {
    let mut policy = Policy::default();
    for n in 0..WORDS_LIMIT {
        make(&mut policy, Edit::AddWord(rule(&format!("word{n}"))));
    }
    assert!(matches!(policy.edited(&Edit::AddWord(rule("more"))), Err(Refusal::PolicyFull { .. })));
    for channel in 0..PLACES_LIMIT as u64 {
        make(&mut policy, Edit::SetDefaults(Some(channel), style(Style::Anime)));
    }
    let another = policy.edited(&Edit::SetDefaults(Some(1_000), style(Style::Anime)));
    assert!(matches!(another, Err(Refusal::PolicyFull { .. })));
    assert!(policy.edited(&Edit::SetDefaults(Some(7), style(Style::LowPoly))).is_ok());
}

#[test]
fn what_was_changed_again_cannot_be_undone() {
    let mut policy = Policy::default();
    let first = make(&mut policy, Edit::SetDefaults(None, style(Style::Anime))).unwrap();
    make(&mut policy, Edit::SetDefaults(None, style(Style::LowPoly)));
    assert_eq!(policy.undone(1, &first), Err(Refusal::ChangedSince { number: 1 }));
}

fn edits() -> impl Strategy<Value = Edit> {
    let place = || prop::option::of(1..4u64);
    prop_oneof![
        (place(), 1..5u32).prop_map(|(at, n)| {
            Edit::SetDefaults(at, Settings { count: Some(n), ..Settings::default() })
        }),
        place().prop_map(|at| Edit::ResetDefaults(at, vec![])),
        (place(), any::<bool>()).prop_map(|(at, locked)| Edit::Lock(at, Field::Style, locked)),
        any::<bool>().prop_map(|only| Edit::AllowModel { name: "core".into(), only }),
        Just(Edit::DenyModel("core".into())),
        (place(), prop::option::of(1..9u32))
            .prop_map(|(role, daily)| { Edit::SetLimits(role, Limits { daily, ..Limits::default() }) }),
        place().prop_map(Edit::ResetLimits),
        "[a-c]".prop_map(|word| Edit::AddWord(rule(&word))),
        prop::option::of("[a-c]").prop_map(Edit::Pause),
    ]
}

proptest! {
    #[test]
    fn undoing_every_change_backwards_leads_back_to_the_beginning(edits in prop::collection::vec(edits(), 0..20)) {
        let mut policy = Policy::default();
        let changes: Vec<_> = edits.into_iter().filter_map(|edit| make(&mut policy, edit)).collect();
        let kept: Policy = serde_json::from_str(&serde_json::to_string(&policy).unwrap()).unwrap();
        prop_assert_eq!(&kept, &policy);
        for change in changes.iter().rev() {
            let back = policy.undone(1, change).unwrap();
            policy.put(back.after);
        }
        prop_assert_eq!(policy, Policy::default());
    }
}
