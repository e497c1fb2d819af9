//! Every operation once a round, each with its time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use easel::backends::store::Store;
use easel::domain::session::{Replacement, Session, SessionId};
use time::OffsetDateTime;

use super::orders::{LEASE, NOW, Order, delivered, session, settlement};
use super::past::{CHANNEL, GUILD, KEY, MEMBER, edit, prefer};

/// Of each operation.
pub(crate) type Times = BTreeMap<&'static str, Vec<Duration>>;

/// Above all numbers of the past.
const NUMBERS: u64 = 2_000_000_000;
/// Where the rounds' orders come from, and where their sessions start.
const BUSY: u64 = 10;
const QUIET: u64 = 11;
/// What a report shows at once.
const PAGE: u32 = 10;

/// The rounds on one store.
pub(crate) struct Rounds<'a> {
    store: &'a Store,
    times: &'a mut Times,
    /// The session with a past.
    posters: SessionId,
    /// The session in which the rounds' orders are.
    busy: SessionId,
}

impl<'a> Rounds<'a> {
    pub(crate) async fn new(store: &'a Store, times: &'a mut Times) -> anyhow::Result<Rounds<'a>> {
        let posters = store.latest_session(CHANNEL).await?.context("the past has a session")?.id;
        let busy = session(NUMBERS, GUILD, BUSY, NOW);
        store.start_session(busy.clone()).await?;
        Ok(Rounds { store, times, posters, busy: busy.id })
    }

    pub(crate) async fn go(&mut self, round: u64) -> anyhow::Result<()> {
        let now = NOW + time::Duration::seconds(i64::try_from(round)?);
        let order = |n: u64| Order {
            number: NUMBERS + 10 * round + n,
            guild: Some(GUILD),
            channel: BUSY,
            member: MEMBER + 1,
            session: Some(self.busy),
            key: None,
            at: now,
        };
        let [first, second, third] = [order(1), order(2), order(3)];
        self.job(&first).await?;
        self.cancelled(&second, &third).await?;
        self.reports(now).await?;
        self.sessions(round, now).await?;
        self.rules(round, now).await
    }

    async fn time<T>(
        &mut self,
        name: &'static str,
        operation: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let begun = Instant::now();
        let answer = operation.await.context(name)?;
        self.times.entry(name).or_default().push(begun.elapsed());
        Ok(answer)
    }

    async fn job(&mut self, order: &Order) -> anyhow::Result<()> {
        let (store, now, id, request) = (self.store, order.at, order.id(), order.job().dedupe_key());
        let places = || vec![order.channel];
        let looked = store.context_of_order(request.clone(), order.guild, places(), order.member, now);
        ensure!(self.time("context_of_order", looked).await?.0.is_none(), "it is known already");
        self.time("context", store.context(order.guild, places(), order.member, now)).await?;
        self.time("admit", order.admit(store)).await?;
        ensure!(self.time("known", store.known(request.clone(), now)).await? == Some(id), "unknown");
        self.time("known_in_turn", store.known_in_turn(request, now)).await?;
        self.time("due", store.due(now, Duration::ZERO)).await?;
        let fence = self.time("claim", order.claim(store)).await?.fence;
        ensure!(self.time("extend", store.extend(id, fence, now, LEASE * 2)).await?, "not extended");
        let call = self.time("attempt", order.call(store, fence)).await?;
        let settlement = settlement(call, order.picture());
        ensure!(self.time("settle", store.settle(id, fence, settlement)).await?.is_stored(), "not settled");
        ensure!(self.time("progress", store.progress(id, fence, delivered(), now)).await?, "no progress");
        self.time("find", store.find(id)).await?.context("not there")?;
        let sha256 = order.sha256();
        self.time("by_sha256", store.by_sha256(&sha256)).await?.context("not found by its bytes").map(drop)
    }

    async fn cancelled(&mut self, one: &Order, other: &Order) -> anyhow::Result<()> {
        let store = self.store;
        one.admit(store).await?;
        ensure!(self.time("cancel", store.cancel(one.id(), one.at)).await?, "not cancelled");
        other.admit(store).await?;
        ensure!(
            self.time("cancel_soon", store.cancel_soon(other.id(), false, other.at)).await?,
            "not taken back"
        );
        Ok(())
    }

    /// About what both files have alike.
    async fn reports(&mut self, now: OffsetDateTime) -> anyhow::Result<()> {
        let (store, posters) = (self.store, self.posters);
        self.time("ping", store.ping()).await?;
        self.time("totals", store.totals()).await?;
        self.time("usage", store.usage(GUILD, now)).await?;
        self.time("standing", store.standing(Some(GUILD), MEMBER, now)).await?;
        self.time("blocked", store.blocked(GUILD, PAGE)).await?;
        self.time("audit", store.audit(GUILD, None, PAGE)).await?;
        self.time("jobs_of_key", store.jobs_of_key(KEY, None, PAGE as usize)).await?;
        self.time("session_tally", store.session_tally(posters)).await?;
        self.time("session_jobs", store.session_jobs(posters)).await?;
        self.time("last_picture", store.last_picture(posters, MEMBER)).await?.context("it has one").map(drop)
    }

    async fn sessions(&mut self, round: u64, now: OffsetDateTime) -> anyhow::Result<()> {
        let store = self.store;
        let [first, second, third]: [Session; 3] =
            [1, 2, 3].map(|n| session(NUMBERS + 10 * round + n, GUILD, QUIET, now));
        self.time("start_session", store.start_session(first.clone())).await?;
        self.time("session", store.session(first.id)).await?.context("it has begun")?;
        let change = store.change_session(first.id, move |plan| plan.title = format!("Round {round}"));
        self.time("change_session", change).await?.context("it runs")?;
        store.start_session(second.clone()).await?;
        store.start_session(third.clone()).await?;
        self.time("waiting_session", store.waiting_session(third.id)).await?.context("it waits")?;
        ensure!(self.time("forget_session", store.forget_session(third.id)).await?, "not forgotten");
        let replaced = store.replace_session(second.id, Some(first.id), now);
        let replaced = self.time("replace_session", replaced).await?;
        ensure!(matches!(replaced, Replacement::Begun(_)), "not replaced: {replaced:?}");
        ensure!(self.time("end_session", store.end_session(second.id, now)).await?, "not ended");
        self.time("latest_session", store.latest_session(CHANNEL)).await?.context("there was one")?;
        self.time("quiet_sessions", store.quiet_sessions(now)).await.map(drop)
    }

    async fn rules(&mut self, round: u64, now: OffsetDateTime) -> anyhow::Result<()> {
        let store = self.store;
        self.time("prefer", prefer(store, MEMBER)).await?;
        self.time("edit", edit(store, GUILD, NUMBERS + round)).await?;
        let last = store.audit(GUILD, None, 1).await?.pop().context("the trail has a line")?;
        let undone = self.time("undo", store.undo(GUILD, MEMBER, last.number, now)).await?;
        ensure!(undone.is_ok(), "not undone: {undone:?}");
        Ok(())
    }
}
