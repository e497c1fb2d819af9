//! What a file holds before anything is measured.

use anyhow::ensure;
use easel::backends::store::Store;
use easel::domain::policy::Edit;
use easel::domain::settings::Settings;
use futures_util::future::try_join_all;
use time::Duration;

use super::orders::{NOW, Order, session};

/// Of those whom the reports are about.
pub(crate) const GUILD: u64 = 7;
pub(crate) const MEMBER: u64 = 8;
pub(crate) const CHANNEL: u64 = 9;
pub(crate) const KEY: &str = "website";
/// How much they have of everything: jobs in a session, of a key, held back, open, and edits.
const OWN: u64 = 20;
/// The first of their orders' numbers; those of others lie below, those of the rounds above.
const OWN_NUMBERS: u64 = 1_000_000_000;

/// Orders that go to the store together, and share commits. A twentieth of them is of one session.
const BATCH: u64 = 400;
const GUILDS: u64 = 40;
/// In each server.
const MEMBERS: u64 = 50;
const DAYS: i64 = 180;

/// So many jobs of other servers and members over half a year, in every state but open.
pub(crate) async fn others(store: &Store, jobs: u64) -> anyhow::Result<()> {
    let spacing = Duration::days(DAYS) / i32::try_from(jobs.max(1))?;
    for first in (0..jobs).step_by(usize::try_from(BATCH)?) {
        let (until, begun) = (jobs.min(first + BATCH), NOW - spacing * i32::try_from(jobs - first)?);
        let at = |number: u64| begun + spacing * i32::try_from(number - first).unwrap_or_default();
        // One for each twenty orders: they are in channels of their own, so that all may run.
        let channels = (first..until).step_by(20);
        let sessions: Vec<_> =
            channels.map(|number| session(number, 1_000 + number % GUILDS, 5_000 + number, begun)).collect();
        try_join_all(sessions.iter().map(|session| store.start_session(session.clone()))).await?;
        try_join_all((first..until).map(|number| {
            let guild = 1_000 + number % GUILDS;
            let order = Order {
                number,
                guild: (number % 25 != 1).then_some(guild),
                channel: 10 * guild + number % 5,
                member: 100 * guild + (number / GUILDS) % MEMBERS,
                session: (number % 5 == 2).then(|| sessions[(number - first) as usize / 20].id),
                key: (number % 20 == 0).then(|| format!("key-{}", number / 20 % 5)),
                at: at(number),
            };
            one(store, order)
        }))
        .await?;
        try_join_all(sessions.iter().map(|session| store.end_session(session.id, at(until)))).await?;
    }
    Ok(())
}

async fn one(store: &Store, order: Order) -> anyhow::Result<()> {
    if order.number.is_multiple_of(50) {
        prefer(store, order.member).await?;
        edit(store, order.guild.unwrap_or(1_000), order.number).await?;
    }
    match order.number % 50 {
        3 | 23 => order.blocked(store).await,
        7 => order.cancelled(store).await,
        _ => order.delivered(store).await,
    }
}

/// The past that both files have.
pub(crate) async fn own(store: &Store) -> anyhow::Result<()> {
    let begun = NOW - Duration::hours(6);
    let posters = session(OWN_NUMBERS, GUILD, CHANNEL, begun);
    store.start_session(posters.clone()).await?;
    let order = |kind: u64, n: u64| Order {
        number: OWN_NUMBERS + kind * OWN + n,
        guild: Some(GUILD),
        channel: CHANNEL,
        member: MEMBER,
        session: None,
        key: None,
        at: begun + Duration::minutes(i64::try_from(n).unwrap_or_default()),
    };
    for n in 0..OWN {
        Order { session: Some(posters.id), ..order(0, n) }.delivered(store).await?;
        Order { key: Some(KEY.into()), ..order(1, n) }.delivered(store).await?;
        order(2, n).blocked(store).await?;
        Order { member: 100 + n, ..order(3, n) }.admit(store).await?;
        edit(store, GUILD, n).await?;
    }
    prefer(store, MEMBER).await?;
    let open = store.totals().await?.open;
    ensure!(u64::from(open) == OWN, "{open} jobs are open");
    Ok(())
}

pub(crate) async fn prefer(store: &Store, member: u64) -> anyhow::Result<()> {
    store
        .prefer(member, |settings: &mut Settings| {
            settings.count = Some(settings.count.map_or(1, |count| count % 4 + 1))
        })
        .await
}

/// Always a change, with its line in the trail.
pub(crate) async fn edit(store: &Store, guild: u64, number: u64) -> anyhow::Result<()> {
    let edit = Edit::Pause(Some(format!("holidays {number}")));
    let entry = store.edit(guild, MEMBER, edit, NOW).await?;
    ensure!(matches!(entry, Ok(Some(_))), "not edited: {entry:?}");
    Ok(())
}
