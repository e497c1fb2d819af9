//! What may be asked of a store, as values of a property test.

use easel::domain::job::{Bill, Outcome, Viewer};
use easel::domain::refusal::Refusal;
use proptest::prelude::*;
use proptest::sample::Index;

use super::super::orders::{Order, generated, order, session_id};
use super::{CHANNELS, GUILDS, MEMBERS, PROMPTS, SESSIONS};

/// One call of the store. An index picks among the jobs or claims that there are.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// Of somebody, when it happens.
    Admit {
        order: Order,
        parent: Option<Index>,
        /// A worker is there for it.
        begins: bool,
    },
    Publish(Index),
    Gallery {
        words: Option<&'static str>,
        viewer: Viewer,
        cursor: Option<Index>,
        /// Than the job at the cursor.
        is_newer: bool,
        limit: usize,
    },
    /// A claim's job is taken back in its worker's hands.
    TakeBack(Index),
    AdmitAgain(Index),
    FindRequest(Index),
    Cancel(Index),
    Erase(Index),
    ForgetTraces(Index),
    Claim(Index),
    Extend(Index),
    /// The price is in quarters of the usual one.
    Attempt {
        claim: Index,
        n: u32,
        quarters: i64,
    },
    Settle {
        claim: Index,
        call: Index,
        bill: Bill,
        outcome: Option<Ending>,
    },
    /// A picture gets another outcome without a call, as one that was lost does.
    Overrule {
        claim: Index,
        n: u32,
        outcome: Ending,
    },
    Conclude {
        claim: Index,
        delivered: u32,
    },
    Archive(Index),
    FinishErasure(Index),
    Disown(Index),
    ForgetMember(u64),
    LeaveSession {
        number: u128,
        member: u64,
    },
    Release {
        claim: Index,
        seconds: i64,
    },
    Find(Index),
    Edit {
        guild: u64,
        edit: u8,
    },
    Undo {
        guild: u64,
        number: i64,
    },
    Audit {
        guild: u64,
        before: Option<i64>,
    },
    Prefer {
        member: u64,
        count: u32,
    },
    Context {
        guild: Option<u64>,
        channel: u64,
        member: u64,
    },
    StartSession {
        number: u128,
        channel: u64,
        quiet_hours: Option<u32>,
    },
    ReplaceSession {
        number: u128,
        about: Option<u128>,
    },
    ForgetSession(u128),
    ChangeSession {
        number: u128,
        quiet_hours: u32,
    },
    EndSession(u128),
    LatestSession(u64),
    LastPicture {
        number: u128,
        viewer: u64,
    },
    QuietSessions,
    Due {
        grace: u64,
    },
    Totals,
    OfKey {
        before: Option<Index>,
        limit: usize,
    },
    OfMember {
        member: u64,
        before: Option<Index>,
        limit: usize,
    },
    Children {
        parent: Index,
        before: Option<Index>,
        limit: usize,
    },
    Usage(u64),
    Standing {
        guild: Option<u64>,
        member: u64,
    },
    Wait {
        seconds: i64,
    },
}

/// What a picture's asking came to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    /// One of a few pictures, so that two may have the same bytes.
    Generated(u8),
    Failed,
    GuardedPrompt,
    GuardedPicture(u8),
}

impl Ending {
    pub(super) fn outcome(self) -> Option<Outcome> {
        let category = |kind: u8| ["violence", "hate"][usize::from(kind % 2)].to_owned();
        let refusal = match self {
            Ending::Generated(picture) => return generated(&format!("{picture:02}")),
            Ending::Failed => Refusal::ModelFailed,
            Ending::GuardedPrompt => Refusal::GuardedPrompt { category: category(0) },
            Ending::GuardedPicture(kind) => Refusal::GuardedPicture { category: category(kind) },
        };
        Some(Outcome::Refused { refusal })
    }
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        6 => (0..6u8).prop_map(Ending::Generated),
        2 => Just(Ending::Failed),
        1 => Just(Ending::GuardedPrompt),
        1 => (0..2u8).prop_map(Ending::GuardedPicture),
    ]
}

fn orders() -> impl Strategy<Value = Order> {
    let guild = prop::option::weighted(0.8, prop::sample::select(GUILDS.to_vec()));
    let place = (guild, prop::sample::select(CHANNELS.to_vec()), prop::sample::select(MEMBERS.to_vec()));
    let request = (
        prop::sample::select(PROMPTS.to_vec()),
        prop::option::of(0..SESSIONS),
        any::<bool>(),
        prop::bool::weighted(0.2),
        1..=3u32,
    );
    (place, request).prop_map(|((guild, channel, member), (prompt, session, private, keyed, pictures))| {
        let (session, key) = (session.map(session_id), keyed.then_some("website"));
        Order { guild, channel, member, prompt, session, private, key, pictures, ..order(0) }
    })
}

pub(super) fn about_jobs() -> impl Strategy<Value = Event> {
    let index = any::<Index>;
    let bill = prop::sample::select(vec![Bill::Due, Bill::Due, Bill::Free, Bill::NoCall]);
    prop_oneof![
        8 => (orders(), prop::option::weighted(0.3, index()), prop::bool::weighted(0.3))
            .prop_map(|(order, parent, begins)| Event::Admit { order, parent, begins }),
        1 => index().prop_map(Event::TakeBack),
        1 => index().prop_map(Event::AdmitAgain),
        1 => index().prop_map(Event::FindRequest),
        3 => index().prop_map(Event::Cancel),
        2 => index().prop_map(Event::Erase),
        1 => index().prop_map(Event::ForgetTraces),
        1 => index().prop_map(Event::Disown),
        6 => index().prop_map(Event::Claim),
        1 => index().prop_map(Event::Extend),
        8 => (index(), 0..3u32, prop::sample::select(vec![4, 4, 4, 3, 6]))
            .prop_map(|(claim, n, quarters)| Event::Attempt { claim, n, quarters }),
        8 => (index(), index(), bill, prop::option::of(ending()))
            .prop_map(|(claim, call, bill, outcome)| Event::Settle { claim, call, bill, outcome }),
        1 => (index(), 0..3u32, ending()).prop_map(|(claim, n, outcome)| Event::Overrule { claim, n, outcome }),
        3 => (index(), 0..=3u32).prop_map(|(claim, delivered)| Event::Conclude { claim, delivered }),
        2 => index().prop_map(Event::Archive),
        1 => index().prop_map(Event::FinishErasure),
        3 => (index(), 0..90i64).prop_map(|(claim, seconds)| Event::Release { claim, seconds }),
        1 => index().prop_map(Event::Find),
        2 => index().prop_map(Event::Publish),
        3 => gallery(),
    ]
}

/// Somebody looks for words, for their own pictures, or for those of a channel.
fn gallery() -> impl Strategy<Value = Event> {
    let guild = prop::option::of(prop::sample::select(GUILDS.to_vec()));
    let viewer = (
        guild,
        prop::sample::select(CHANNELS.to_vec()),
        prop::bool::weighted(0.8),
        prop::sample::select(MEMBERS.to_vec()),
    );
    let viewer = viewer.prop_map(|(guild, channel, reads_history, member)| Viewer {
        guild,
        channel,
        reads_history,
        member,
    });
    let words = prop::option::of(prop::sample::select(vec!["", "fox", "red fox", "fox owl"]));
    (words, viewer, prop::option::of(any::<Index>()), any::<bool>(), 1..4usize).prop_map(
        |(words, viewer, cursor, is_newer, limit)| Event::Gallery { words, viewer, cursor, is_newer, limit },
    )
}

pub(super) fn about_the_rest() -> impl Strategy<Value = Event> {
    let guild = || prop::sample::select(GUILDS.to_vec());
    let member = || prop::sample::select(MEMBERS.to_vec());
    let channel = || prop::sample::select(CHANNELS.to_vec());
    let minutes = prop::sample::select(vec![1, 20, 70, 300, 800, 1_500, 45_000, 90_000]);
    let hours = prop::option::of(1..30u32);
    let page = || (prop::option::of(any::<Index>()), 0..4usize);
    prop_oneof![
        2 => (guild(), 0..5u8).prop_map(|(guild, edit)| Event::Edit { guild, edit }),
        1 => (guild(), 0..4i64).prop_map(|(guild, number)| Event::Undo { guild, number }),
        1 => (guild(), prop::option::of(0..4i64)).prop_map(|(guild, before)| Event::Audit { guild, before }),
        1 => (member(), 1..4u32).prop_map(|(member, count)| Event::Prefer { member, count }),
        1 => (prop::option::of(guild()), channel(), member())
            .prop_map(|(guild, channel, member)| Event::Context { guild, channel, member }),
        3 => (0..SESSIONS, channel(), hours)
            .prop_map(|(number, channel, quiet_hours)| Event::StartSession { number, channel, quiet_hours }),
        3 => (0..SESSIONS, prop::option::of(0..SESSIONS)).prop_map(|(number, about)| Event::ReplaceSession { number, about }),
        1 => (0..SESSIONS).prop_map(Event::ForgetSession),
        1 => (0..SESSIONS, 1..30u32).prop_map(|(number, quiet_hours)| Event::ChangeSession { number, quiet_hours }),
        1 => (0..SESSIONS).prop_map(Event::EndSession),
        1 => (0..SESSIONS, member()).prop_map(|(number, member)| Event::LeaveSession { number, member }),
        1 => member().prop_map(Event::ForgetMember),
        1 => channel().prop_map(Event::LatestSession),
        2 => (0..SESSIONS, member()).prop_map(|(number, viewer)| Event::LastPicture { number, viewer }),
        2 => Just(Event::QuietSessions),
        1 => (0..100u64).prop_map(|grace| Event::Due { grace }),
        1 => Just(Event::Totals),
        2 => page().prop_map(|(before, limit)| Event::OfKey { before, limit }),
        2 => (member(), page()).prop_map(|(member, (before, limit))| Event::OfMember { member, before, limit }),
        2 => (any::<Index>(), page()).prop_map(|(parent, (before, limit))| Event::Children { parent, before, limit }),
        2 => guild().prop_map(Event::Usage),
        1 => (prop::option::of(guild()), member()).prop_map(|(guild, member)| Event::Standing { guild, member }),
        5 => minutes.prop_map(|minutes| Event::Wait { seconds: minutes * 60 }),
        3 => (0..90i64).prop_map(|seconds| Event::Wait { seconds }),
    ]
}
