//! How often somebody may ask, counted in one process and by several.

use std::num::NonZeroU32;
use std::sync::Arc;

use easel::backends::rate_limit::RateLimiter;
use easel::backends::store::{Dynamo, Store};
use easel::domain::limits::Rate;
use easel::domain::refusal::Refusal;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

use super::orders::NOW;
use super::place::Place;
use crate::archive::{aws, server};
use crate::s3_faults::{Fault, Proxy};

const GUILD: Option<u64> = Some(3);
const MEMBER: u64 = 7;

/// Three at once, then one every ten seconds.
fn usual() -> Rate {
    rate(3, 6)
}

fn rate(burst: u32, per_minute: u32) -> Rate {
    let number = |number| NonZeroU32::new(number).unwrap();
    Rate { burst: number(burst), per_minute: number(per_minute) }
}

/// How many of so many requests are taken, and the moment that the last refusal named.
async fn taken(
    limiter: &RateLimiter,
    rate: Rate,
    requests: usize,
    now: OffsetDateTime,
) -> (usize, Option<i64>) {
    let (mut taken, mut told) = (0, None);
    for _ in 0..requests {
        match limiter.take(GUILD, MEMBER, rate, now).await.unwrap() {
            Ok(()) => taken += 1,
            Err(Refusal::RateLimited { free_at, .. }) => told = Some(free_at),
            Err(other) => panic!("{other}"),
        }
    }
    (taken, told)
}

/// The second after the next request is free in so many seconds.
fn free_in(now: OffsetDateTime, seconds: i64) -> Option<i64> {
    Some(now.unix_timestamp() + seconds + 1)
}

pub(super) async fn a_burst_is_free_at_once_and_then_the_next_has_its_moment(store: &Store) {
    let limiter = RateLimiter::beside(store);
    assert_eq!(taken(&limiter, usual(), 5, NOW).await, (3, free_in(NOW, 10)));
    let later = NOW + Duration::seconds(4);
    assert_eq!(taken(&limiter, usual(), 1, later).await, (0, free_in(later, 6)), "a refusal costs nothing");
    let once = rate(1, 1);
    assert_eq!(taken(&limiter, once, 2, NOW).await, (1, free_in(NOW, 60)));
    let Err(refusal) = limiter.take(GUILD, MEMBER, once, NOW).await.unwrap() else { panic!("a third") };
    let free_at = NOW.unix_timestamp() + 61;
    assert_eq!(refusal, Refusal::RateLimited { burst: 1, per_minute: 1, free_at });
}

pub(super) async fn quiet_time_gives_back_one_at_a_time(store: &Store) {
    let limiter = RateLimiter::beside(store);
    assert_eq!(taken(&limiter, usual(), 3, NOW).await.0, 3);
    let just_before = NOW + Duration::milliseconds(9_999);
    assert_eq!(taken(&limiter, usual(), 1, just_before).await, (0, free_in(NOW, 10)));
    let after_one = NOW + Duration::seconds(10);
    assert_eq!(taken(&limiter, usual(), 3, after_one).await, (1, free_in(after_one, 10)));
    let after_two_more = NOW + Duration::seconds(35);
    assert_eq!(taken(&limiter, usual(), 3, after_two_more).await, (2, free_in(after_two_more, 5)));
    let after_a_day = NOW + Duration::days(1);
    assert_eq!(taken(&limiter, usual(), 9, after_a_day).await, (3, free_in(after_a_day, 10)));
}

pub(super) async fn everybody_has_requests_of_their_own(store: &Store) {
    let limiter = RateLimiter::beside(store);
    let once = rate(1, 1);
    let key = |name: &'static str| limiter.take_for_key(name, NonZeroU32::MIN, NOW);
    for (guild, member) in [(Some(1), 1), (Some(1), 2), (Some(2), 1), (None, 1)] {
        assert_eq!(limiter.take(guild, member, once, NOW).await.unwrap(), Ok(()), "{guild:?} {member}");
    }
    assert_eq!((key("a").await.unwrap(), key("b").await.unwrap()), (Ok(()), Ok(())));
    for (guild, member) in [(Some(1), 1), (Some(1), 2), (Some(2), 1), (None, 1)] {
        assert!(limiter.take(guild, member, once, NOW).await.unwrap().is_err(), "{guild:?} {member}");
    }
    assert!(key("a").await.unwrap().is_err() && key("b").await.unwrap().is_err());
}

pub(super) async fn a_key_may_make_a_minutes_orders_at_once(store: &Store) {
    let limiter = RateLimiter::beside(store);
    let take = || limiter.take_for_key("website", NonZeroU32::new(4).unwrap(), NOW);
    for _ in 0..4 {
        assert_eq!(take().await.unwrap(), Ok(()));
    }
    let free_at = NOW.unix_timestamp() + 16;
    assert_eq!(take().await.unwrap(), Err(Refusal::RateLimited { burst: 4, per_minute: 4, free_at }));
}

pub(super) async fn a_changed_rate_holds_at_once(store: &Store) {
    let limiter = RateLimiter::beside(store);
    assert_eq!(taken(&limiter, rate(1, 1), 2, NOW).await, (1, free_in(NOW, 60)));
    assert_eq!(taken(&limiter, rate(2, 60), 5, NOW).await, (2, free_in(NOW, 1)));
    assert_eq!(taken(&limiter, rate(1, 30), 5, NOW).await, (1, free_in(NOW, 2)));
}

pub(super) async fn of_fifty_at_once_the_burst_is_taken(store: &Store) {
    at_once(&[Arc::new(RateLimiter::beside(store))]).await;
}

async fn at_once(limiters: &[Arc<RateLimiter>]) {
    for (round, expected) in [(0, 3), (10, 1), (30, 2), (3_600, 3)] {
        let now = NOW + Duration::seconds(round);
        let mut requests = JoinSet::new();
        for limiter in limiters.iter().cycle().take(50) {
            let limiter = limiter.clone();
            requests.spawn(async move { limiter.take(GUILD, MEMBER, usual(), now).await.unwrap() });
        }
        let taken = requests.join_all().await.into_iter().filter(Result::is_ok).count();
        assert_eq!(taken, expected, "after {round} s");
    }
}

/// Two processes ask in turn, then at once.
async fn share(place: Place) {
    let limiters = [place.open(), place.open()].map(|store| Arc::new(RateLimiter::beside(&store)));
    let once = rate(2, 1);
    assert_eq!(taken(&limiters[0], once, 1, NOW).await.0, 1);
    assert_eq!(taken(&limiters[1], once, 2, NOW).await, (1, free_in(NOW, 60)));
    assert_eq!(taken(&limiters[0], once, 1, NOW).await, (0, free_in(NOW, 60)));
    at_once(&limiters).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_the_rate_on_moto() {
    share(Place::moto().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_the_rate_on_ministack() {
    share(Place::ministack().await).await;
}

/// Two processes whose clocks are five seconds apart: each is right by its own, and never more than five seconds
/// away from what the other one says.
#[tokio::test]
async fn clocks_that_differ_shift_the_moment_by_as_much_on_ministack() {
    let place = Place::ministack().await;
    let limiter = RateLimiter::beside(&place.open());
    let ahead = NOW + Duration::seconds(5);
    assert_eq!(taken(&limiter, usual(), 4, ahead).await, (3, free_in(ahead, 10)));
    assert_eq!(taken(&limiter, usual(), 1, NOW).await, (0, free_in(NOW, 15)), "five seconds longer");
    assert_eq!(taken(&limiter, usual(), 2, ahead + Duration::seconds(10)).await.0, 1, "five seconds early");
    let behind = NOW + Duration::seconds(10);
    assert_eq!(taken(&limiter, usual(), 1, behind).await, (0, free_in(behind, 15)), "not given twice");
}

/// A member who rests between two requests costs one write each time, and so does a refusal.
#[tokio::test]
async fn a_request_is_one_call_and_within_a_burst_two_on_moto() {
    let (upstream, table) = (server("EASEL_TEST_S3_MOTO"), format!("easel-{}", ulid::Ulid::new()));
    Dynamo::new(&aws(&upstream), &table).create_table().await.unwrap();
    let (proxy, address, _server) = Proxy::start(upstream, &[]).await;
    let limiter = RateLimiter::beside(&Store::dynamo(&aws(&address), &table));
    for (seconds, calls) in [(0, 1), (60, 2), (60, 4), (60, 6), (60, 7), (61, 8), (120, 9)] {
        taken(&limiter, usual(), 1, NOW + Duration::seconds(seconds)).await;
        assert_eq!(proxy.count(), calls, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_taken_once_on_moto() {
    let (upstream, table) = (server("EASEL_TEST_S3_MOTO"), format!("easel-{}", ulid::Ulid::new()));
    Dynamo::new(&aws(&upstream), &table).create_table().await.unwrap();
    // The second request of a burst is refused as a first one before it is written.
    let faults = [Fault::LoseAnswer, Fault::Nothing, Fault::Nothing, Fault::LoseAnswer];
    let (_proxy, address, _server) = Proxy::start(upstream, &faults).await;
    let limiter = RateLimiter::beside(&Store::dynamo(&aws(&address), &table));
    assert_eq!(taken(&limiter, usual(), 4, NOW).await, (3, free_in(NOW, 10)));
}
