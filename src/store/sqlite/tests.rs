use time::macros::datetime;

use super::*;
use crate::error::Refusal;
use crate::job::{Bill, DiscordOrigin, Origin, Outcome, Painted, State};
use crate::limits::{Ceiling, Purse};
use crate::request::{Ask, resolve};
use crate::store::{CallId, Conclusion, Stage};

const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);
const LEASE: Duration = Duration::from_secs(60);
const PRICE: Micros = Micros(40_000);

fn job(interaction: u64, count: i64) -> Job {
    let ask = Ask { prompt: "a cat".into(), count: Some(count), ..Ask::default() };
    let catalogue = crate::engine::catalogue::Catalogue::bedrock();
    Job {
        id: JobId::new(NOW, u128::from(interaction)),
        origin: Origin::Discord(DiscordOrigin {
            interaction,
            application: 1,
            token: "secret-canary".into(),
            guild: None,
            channel: 2,
            member: 3,
            private: false,
            file_limit: 1,
            session: None,
        }),
        request: resolve(ask, crate::settings::Effective::built_in(), &catalogue, NOW.date(), 5).unwrap(),
        created: NOW,
        parent: None,
    }
}

fn ceiling(limit: Micros) -> Terms {
    Terms { ceilings: vec![Ceiling { purse: Purse::Deployment, limit }], ..Terms::default() }
}

struct Bench {
    store: Sqlite,
    folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    Bench { store: Sqlite::open(&folder.path().join("easel.db")).unwrap(), folder }
}

impl Bench {
    async fn claimed(&self, interaction: u64, count: i64) -> Claim {
        let job = job(interaction, count);
        assert_eq!(
            self.store.admit(&job, PRICE * count, &Terms::default(), NOW).await.unwrap(),
            Admission::Admitted { crossed: None }
        );
        self.claim(job.id).await.unwrap()
    }

    async fn claim(&self, id: JobId) -> Option<Claim> {
        self.store.claim(id, "worker", NOW, LEASE).await.unwrap()
    }

    async fn attempt(&self, claim: &Claim) -> Attempt {
        self.store.attempt(claim.job.id, claim.fence, 0, PRICE, NOW).await.unwrap()
    }

    async fn settle(&self, claim: &Claim, call: CallId, bill: Bill, outcome: Option<Outcome>) -> bool {
        let settlement = Settlement { n: 0, call: Some(call), bill, outcome };
        self.store.settle(claim.job.id, claim.fence, settlement).await.unwrap()
    }
}

fn go(attempt: Attempt) -> CallId {
    let Attempt::Go(call) = attempt else { panic!("{attempt:?}") };
    call
}

fn painted() -> Option<Outcome> {
    Some(Outcome::Painted(Painted { seed: 5, sha256: "ab".into(), bytes: 3 }))
}

fn end(state: State, delivered: u32) -> Progress {
    Progress {
        concluded: Some(Conclusion { state, delivered, refusal: None }),
        release_for: Some(0),
        ..Progress::default()
    }
}

#[tokio::test]
async fn the_same_interaction_is_admitted_once() {
    let bench = bench();
    let first = job(7, 1);
    assert_eq!(
        bench.store.admit(&first, PRICE, &Terms::default(), NOW).await.unwrap(),
        Admission::Admitted { crossed: None }
    );
    assert_eq!(
        bench.store.admit(&first, PRICE, &Terms::default(), NOW).await.unwrap(),
        Admission::Duplicate(first.id)
    );
    assert_eq!(bench.store.totals().await.unwrap().reserved, PRICE);
}

#[tokio::test]
async fn a_ceiling_holds_under_many_at_once() {
    let bench = bench();
    let terms = ceiling(PRICE * 7);
    let jobs: Vec<_> = (1..=200).map(|n| job(n, 1)).collect();
    let admissions = jobs.iter().map(|job| bench.store.admit(job, PRICE, &terms, NOW));
    let admissions = futures_util::future::join_all(admissions).await;
    let admitted =
        admissions.into_iter().filter(|said| matches!(said, Ok(Admission::Admitted { .. }))).count();
    assert_eq!(admitted, 7);
}

#[tokio::test]
async fn a_repeated_call_must_fit_under_the_ceiling_too() {
    for (limit, fits) in [(PRICE, false), (PRICE * 2, true)] {
        let bench = self::bench();
        bench.store.admit(&job(1, 1), PRICE, &ceiling(limit), NOW).await.unwrap();
        let claim = bench.claim(job(1, 1).id).await.unwrap();
        let call = go(bench.attempt(&claim).await);
        assert!(bench.settle(&claim, call, Bill::Due, None).await);
        let again = bench.attempt(&claim).await;
        assert_eq!(matches!(again, Attempt::Go(_)), fits, "{again:?}");
        assert_eq!(matches!(again, Attempt::Refused(Refusal::BudgetUsed { .. })), !fits);
    }
}

#[tokio::test]
async fn no_picture_is_paid_a_third_time_and_unpaid_calls_do_not_count() {
    let bench = bench();
    let claim = bench.claimed(1, 1).await;
    for bill in [Bill::Free, Bill::Due, Bill::NoCall, Bill::Due] {
        let call = go(bench.attempt(&claim).await);
        assert!(bench.settle(&claim, call, bill, None).await);
    }
    assert_eq!(bench.attempt(&claim).await, Attempt::Exhausted);
    let totals = bench.store.totals().await.unwrap();
    assert_eq!((totals.attempted, totals.attempted_micros), (3, PRICE * 2));
}

#[tokio::test]
async fn a_call_of_unknown_end_counts_as_paid() {
    let bench = bench();
    let claim = bench.claimed(1, 1).await;
    go(bench.attempt(&claim).await);
    go(bench.attempt(&claim).await);
    assert_eq!(bench.attempt(&claim).await, Attempt::Exhausted);
}

#[tokio::test]
async fn what_was_reserved_and_not_used_comes_back_once() {
    let bench = bench();
    let claim = bench.claimed(1, 2).await;
    let call = go(bench.attempt(&claim).await);
    bench.settle(&claim, call, Bill::Due, painted()).await;
    for _ in 0..2 {
        bench.store.progress(claim.job.id, claim.fence, end(State::Delivered, 1), NOW).await.unwrap();
    }
    let totals = bench.store.totals().await.unwrap();
    assert_eq!((totals.reserved, totals.attempted_micros, totals.delivered), (Micros(0), PRICE, 1));
    let spend: (i64, i64) = {
        let db = Connection::open(bench.folder.path().join("easel.db")).unwrap();
        db.query_row("SELECT reserved, spent FROM spend WHERE scope = 'deployment'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap()
    };
    assert_eq!(spend, (0, PRICE.0));
}

#[tokio::test]
async fn a_stale_worker_can_write_nothing() {
    let bench = bench();
    let stale = bench.claimed(1, 1).await;
    assert_eq!(bench.claim(stale.job.id).await, None, "the lease holds");
    let later = NOW + Duration::from_secs(61);
    let fresh = bench.store.claim(stale.job.id, "other", later, LEASE).await.unwrap().unwrap();
    assert_eq!(bench.attempt(&stale).await, Attempt::Stale);
    assert!(!bench.store.extend(stale.job.id, stale.fence, later, LEASE).await.unwrap());
    assert!(!bench.store.progress(stale.job.id, stale.fence, end(State::Failed, 0), later).await.unwrap());
    assert!(bench.store.extend(fresh.job.id, fresh.fence, later, LEASE).await.unwrap());
}

#[tokio::test]
async fn leases_of_a_dead_process_are_free_at_the_next_start() {
    let Bench { store, folder } = bench();
    let bench = Bench { store, folder };
    let claim = bench.claimed(1, 1).await;
    let path = bench.folder.path().join("easel.db");
    let second = Sqlite::open(&path).unwrap();
    assert_eq!(
        second.claim(claim.job.id, "second", NOW, LEASE).await.unwrap(),
        None,
        "the first process lives"
    );
    drop((bench.store, second));
    let next = Sqlite::open(&path).unwrap();
    assert!(next.claim(claim.job.id, "next", NOW, LEASE).await.unwrap().is_some());
}

#[tokio::test]
async fn a_finished_job_keeps_no_token_and_stays_open_until_it_is_archived() {
    let bench = bench();
    let claim = bench.claimed(1, 1).await;
    let call = go(bench.attempt(&claim).await);
    bench.settle(&claim, call, Bill::Due, painted()).await;
    bench.store.progress(claim.job.id, claim.fence, end(State::Delivered, 1), NOW).await.unwrap();
    assert_eq!(bench.store.due(NOW, Duration::ZERO).await.unwrap(), [claim.job.id]);
    let again = bench.claim(claim.job.id).await.unwrap();
    assert_eq!(again.state, State::Delivered);
    let archived =
        Progress { archived: vec![(0, "key".into())], release_for: Some(0), ..Progress::default() };
    bench.store.progress(again.job.id, again.fence, archived, NOW).await.unwrap();
    assert_eq!(bench.store.due(NOW, Duration::ZERO).await.unwrap(), []);
    let Origin::Discord(origin) = bench.store.find(claim.job.id).await.unwrap().unwrap().job.origin else {
        panic!()
    };
    assert_eq!(origin.token, "");
    assert_eq!(bench.store.by_sha256("ab").await.unwrap().unwrap().1, 0);
}

#[tokio::test]
async fn an_order_that_nobody_waits_for_any_more_is_not_taken() {
    let bench = bench();
    let blocker = Connection::open(bench.folder.path().join("easel.db")).unwrap();
    blocker.execute_batch("BEGIN EXCLUSIVE").unwrap();
    // The writer's thread stands before the lock with the first; the second waits in the queue and gives up.
    let (first, second, terms) = (job(1, 1), job(2, 1), Terms::default());
    let held = bench.store.admit(&first, PRICE, &terms, NOW);
    let given_up =
        tokio::time::timeout(Duration::from_millis(50), bench.store.admit(&second, PRICE, &terms, NOW));
    let unlock = async {
        assert!(given_up.await.is_err());
        blocker.execute_batch("COMMIT").unwrap();
    };
    let (held, ()) = futures_util::future::join(held, unlock).await;
    assert_eq!(held.unwrap(), Admission::Admitted { crossed: None });
    assert_eq!(bench.store.find(second.id).await.unwrap(), None);
}

#[test]
fn a_file_that_is_no_database_and_one_from_the_future_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("easel.db");
    std::fs::write(&path, "this is not a database, it is a letter of more than sixteen bytes".repeat(20))
        .unwrap();
    let said = format!("{:#}", Sqlite::open(&path).unwrap_err());
    assert!(said.contains("EASEL_STORE") && said.contains("easel.db"), "{said}");
    std::fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(format!("{:#}", Sqlite::open(&path).unwrap_err()).contains("newer Easel"));
}

#[tokio::test]
async fn what_the_guardrail_held_back_is_a_row_for_each_job_and_stage_of_the_server() {
    let bench = bench();
    let prompt = |category: &str| Refusal::GuardedPrompt { category: category.into() };
    let picture = |category: &str| Refusal::GuardedPicture { category: category.into() };
    for (interaction, guild, refusals) in [
        (7, Some(1), vec![prompt("hate"), prompt("hate")]),
        (8, Some(1), vec![picture("violence"), picture("insults, violence"), picture("violence")]),
        (9, Some(1), vec![Refusal::FilteredOutput]),
        (10, Some(2), vec![prompt("hate")]),
        (11, None, vec![prompt("hate")]),
        (12, Some(1), vec![picture("sexual")]),
    ] {
        let mut job = job(interaction, i64::try_from(refusals.len()).unwrap());
        let Origin::Discord(origin) = &mut job.origin else { unreachable!() };
        origin.guild = guild;
        bench.store.admit(&job, PRICE, &Terms::default(), NOW).await.unwrap();
        let claim = bench.claim(job.id).await.unwrap();
        for (n, refusal) in (0..).zip(refusals) {
            let outcome = Some(Outcome::Refused { refusal });
            let settlement = Settlement { n, call: None, bill: Bill::NoCall, outcome };
            assert!(bench.store.settle(job.id, claim.fence, settlement).await.unwrap());
        }
    }
    let rows = bench.store.blocked(1, 10).await.unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.stage, row.category.as_str())).collect();
    assert_eq!(
        seen,
        [
            (Stage::Picture, "sexual"),
            (Stage::Picture, "violence; insults, violence"),
            (Stage::Prompt, "hate")
        ]
    );
    assert!(rows.iter().all(|row| (row.at, row.member, row.channel) == (NOW, 3, 2)));
    assert_eq!(bench.store.blocked(1, 1).await.unwrap(), rows[..1]);
}
