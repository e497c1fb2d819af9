use time::macros::datetime;

use super::*;
use crate::backends::store::{Cursor, Store};
use crate::domain::image_format::ImageFormat;
use crate::domain::job::{Attempt, Conclusion, Progress, Settlement, Tally, Viewer, Wanted};
use crate::domain::job::{Bill, GeneratedImage, MadeFrom, Origin, Outcome, State};
use crate::domain::limits::BudgetScope;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, resolve};
use crate::domain::session::SessionQueue;
use crate::domain::usage::UsageRow;

const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);
const LEASE: Duration = Duration::from_secs(60);
const PRICE: Micros = Micros(40_000);

fn job(random: u128) -> Job {
    let ask = Ask { prompt: "a cat".into(), ..Ask::default() };
    let catalogue = crate::domain::catalogue::Catalogue::bedrock();
    Job {
        id: JobId::new(NOW, random),
        origin: Origin::Shell,
        request: resolve(ask, crate::domain::settings::Effective::built_in(), &catalogue, NOW.date(), 5)
            .unwrap(),
        created: NOW,
        parent: None,
        is_offer: false,
    }
}

struct Bench {
    store: Store,
    folder: tempfile::TempDir,
}

fn reader(store: &Store) -> &mpsc::Sender<Op> {
    match store {
        Store::Sqlite(sqlite) => &sqlite.reader,
        Store::Dynamo(_) => panic!("a table"),
    }
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    Bench { store: Store::open(&folder.path().join("easel.db")).unwrap(), folder }
}

#[tokio::test]
async fn leases_and_pauses_of_a_dead_process_are_over_at_the_next_start() {
    let Bench { store, folder } = bench();
    let path = folder.path().join("easel.db");
    for job in [job(1), job(2)] {
        store.admit(&job, PRICE, &AdmissionLimits::default(), NOW).await.unwrap();
        let claim = store.claim(job.id, "first", NOW, LEASE).await.unwrap().unwrap();
        if job.id == self::job(2).id {
            let pause = Progress { release_for: Some(60_000), ..Progress::default() };
            assert!(store.progress(job.id, claim.fence, pause, NOW).await.unwrap());
        }
    }
    let second = Store::open(&path).unwrap();
    assert_eq!(second.due(NOW, Duration::ZERO).await.unwrap(), [], "the first process lives");
    assert_eq!(second.claim(job(1).id, "second", NOW, LEASE).await.unwrap(), None);
    drop((store, second));
    let next = Store::open(&path).unwrap();
    assert_eq!(next.due(NOW, Duration::ZERO).await.unwrap(), [job(1).id, job(2).id]);
    assert!(next.claim(job(1).id, "next", NOW, LEASE).await.unwrap().is_some());
}

#[tokio::test]
async fn an_order_that_nobody_waits_for_any_more_is_not_taken() {
    let bench = bench();
    let blocker = Connection::open(bench.folder.path().join("easel.db")).unwrap();
    blocker.execute_batch("BEGIN EXCLUSIVE").unwrap();
    // The writer's thread stands before the lock with the first; the second waits in the queue and gives up.
    let (first, second, limits) = (job(1), job(2), AdmissionLimits::default());
    let held = bench.store.admit(&first, PRICE, &limits, NOW);
    let given_up =
        tokio::time::timeout(Duration::from_millis(50), bench.store.admit(&second, PRICE, &limits, NOW));
    let unlock = async {
        assert!(given_up.await.is_err());
        blocker.execute_batch("COMMIT").unwrap();
    };
    let (held, ()) = futures_util::future::join(held, unlock).await;
    assert_eq!(held.unwrap(), Admission::Admitted { warning: None, begun: None });
    assert_eq!(bench.store.find(second.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_job_is_taken_back_before_anything_that_is_asked_for_later() {
    let Bench { store, .. } = bench();
    store.admit(&job(1), PRICE, &AdmissionLimits::default(), NOW).await.unwrap();
    drop(store.cancel_soon(job(1).id, false, NOW));
    assert_eq!(store.claim(job(1).id, "worker", NOW, LEASE).await.unwrap(), None);
    assert_eq!(store.find(job(1).id).await.unwrap().unwrap().state, State::Cancelled);
}

/// The readers' thread answers what waits together from one look at the database.
#[tokio::test]
async fn a_question_sees_what_was_written_before_it_was_asked() {
    let bench = bench();
    let (first_reads, has_read) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    let slow = send(reader(&bench.store), true, move |db| {
        let open = ops::open(db);
        first_reads.send(()).unwrap();
        wait.recv().unwrap();
        open
    });
    has_read.recv().unwrap();
    bench.store.admit(&job(1), PRICE, &AdmissionLimits::default(), NOW).await.unwrap();
    let later = send(reader(&bench.store), true, ops::open);
    go_on.send(()).unwrap();
    assert_eq!(slow.await.unwrap().unwrap(), 0);
    assert_eq!(later.await.unwrap().unwrap(), 1);
}

/// How this query would be answered.
fn plan(query: &str, values: impl rusqlite::Params) -> Vec<String> {
    let db = Connection::open_in_memory().unwrap();
    MIGRATIONS.iter().for_each(|migration| db.execute_batch(migration).unwrap());
    let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
    let steps = plan.query_map(values, |row| row.get("detail")).unwrap();
    steps.map(Result::unwrap).collect()
}

/// However much others have ordered.
#[test]
fn the_orders_of_a_key_or_member_are_found_without_a_look_at_any_other() {
    for (query, found) in [
        (ops::OF_KEY, "jobs_api_key (api_key=? AND id<?)"),
        (ops::OF_MEMBER, "jobs_member (member=? AND id<?)"),
        (ops::OF_PARENT, "jobs_parent (parent=? AND id<?)"),
    ] {
        let steps = plan(query, ("website", None::<String>, 9));
        assert_eq!(steps, [format!("SEARCH jobs USING INDEX {found}")], "and nothing is sorted");
    }
}

#[test]
fn sessions_in_a_queue_are_found_without_a_look_at_any_other() {
    for (queue, index) in [
        (SessionQueue::Waiting, "sessions_waiting (started<?)"),
        (SessionQueue::Running, "sessions_quiet (quiet_at<?)"),
    ] {
        assert_eq!(plan(sessions::queued(queue), [0]), [format!("SEARCH sessions USING INDEX {index}")]);
    }
}

#[test]
fn processes_that_start_at_once_share_a_database_that_is_not_there_yet() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("easel.db");
        let start = std::sync::Barrier::new(6);
        std::thread::scope(|scope| {
            let open = || {
                start.wait();
                Sqlite::open(&path).map(drop)
            };
            let opened: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            for opened in opened {
                opened.join().unwrap().unwrap();
            }
        });
    }
}

fn version_1() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("easel.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(include_str!("schema.sql")).unwrap();
    db.execute_batch(include_str!("tests/version1.sql")).unwrap();
    drop(db);
    Bench { store: Store::open(&path).unwrap(), folder }
}

fn old(number: u128) -> JobId {
    format!("{number:026}").parse().unwrap()
}

#[test]
fn the_accounts_of_version_1_are_added_up() {
    let bench = version_1();
    let db = Connection::open(bench.folder.path().join("easel.db")).unwrap();
    let mut query = db.prepare("SELECT * FROM accounts ORDER BY scope, period").unwrap();
    let account = |row: &rusqlite::Row<'_>| {
        let name: (String, String) = (row.get("scope")?, row.get("period")?);
        let money: (i64, i64) = (row.get("reserved")?, row.get("spent")?);
        Ok((name, money, (row.get("ordered")?, row.get("delivered")?)))
    };
    let kept: Vec<_> = query.query_map([], account).unwrap().map(Result::unwrap).collect();
    let expected = [
        ("deployment", "2026-11", (40_000, 280_000), (2, 3)),
        ("deployment", "2026-12", (40_000, 0), (1, 0)),
        ("guild:11", "2026-11", (40_000, 160_000), (2, 2)),
        ("guild:12", "2026-11", (0, 80_000), (0, 0)),
        ("member:11:3", "2026-11", (40_000, 120_000), (2, 1)),
        ("member:11:3", "2026-11-22", (0, 80_000), (0, 1)),
        ("member:11:3", "2026-11-30", (40_000, 40_000), (2, 0)),
        ("member:11:3", "ever", (40_000, 120_000), (2, 1)),
        ("member:11:4", "2026-11", (0, 40_000), (0, 1)),
        ("member:11:4", "2026-11-22", (0, 40_000), (0, 1)),
        ("member:11:4", "ever", (0, 40_000), (0, 1)),
        ("member:12:3", "2026-11", (0, 80_000), (0, 0)),
        ("member:12:3", "2026-11-22", (0, 80_000), (0, 0)),
        ("member:12:3", "ever", (0, 80_000), (0, 0)),
        ("member:dm:4", "2026-12", (40_000, 0), (1, 0)),
        ("member:dm:4", "2026-12-01", (40_000, 0), (1, 0)),
        ("member:dm:4", "ever", (40_000, 0), (1, 0)),
    ];
    let expected = expected.map(|(scope, period, money, pictures): (&str, &str, (i64, i64), (u32, u32))| {
        ((scope.to_owned(), period.to_owned()), money, pictures)
    });
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn a_job_of_version_1_is_finished() {
    let bench = version_1();
    let store = &bench.store;
    let end_of_november = datetime!(2026-11-30 23:59:59.999 UTC);
    let now = datetime!(2026-12-01 00:00:05 UTC);
    assert_eq!(store.due(now, Duration::ZERO).await.unwrap(), [old(2), old(3), old(4)]);
    let claim = store.claim(old(2), "worker", now, LEASE).await.unwrap().unwrap();
    assert_eq!(
        (claim.state, claim.fence, claim.pictures[0].generated().is_some()),
        (State::Generating, 2, true)
    );
    let Attempt::Go(call) = store.attempt(old(2), 2, 1, PRICE, now).await.unwrap() else { panic!("no call") };
    let generated = Outcome::Generated(GeneratedImage {
        seed: 6,
        sha256: "ee".into(),
        bytes: 3,
        format: ImageFormat::Png,
        region: None,
        took: None,
        made_from: MadeFrom::default(),
    });
    let settlement = Settlement { n: 1, call: Some(call), bill: Bill::Due, outcome: Some(generated) };
    assert!(store.settle(old(2), 2, settlement).await.unwrap().is_stored());
    let end = Progress {
        concluded: Some(Conclusion { state: State::Delivered, delivered: 2, refusal: None, posted: None }),
        archived: vec![(0, "a-0".into()), (1, "a-1".into())],
        release_for: Some(0),
        ..Progress::default()
    };
    assert!(store.progress(old(2), 2, end, now).await.unwrap());
    assert_eq!(store.due(now, Duration::ZERO).await.unwrap(), [old(3), old(4)]);
    let standing = store.standing(Some(11), 3, end_of_november).await.unwrap();
    let day = Tally { spent: PRICE * 2, delivered: 2, ..Tally::default() };
    assert_eq!((standing.in_flight, standing.day), (0, day));
    let row = |day: &str, member, pictures, attempts| UsageRow {
        day: day.into(),
        member,
        model: "core".into(),
        pictures,
        attempts,
        dollars: PRICE * i64::from(attempts),
    };
    let usage = store.usage(11, end_of_november).await.unwrap();
    assert_eq!(usage, [row("2026-11-22", 3, 1, 2), row("2026-11-22", 4, 1, 1), row("2026-11-30", 3, 2, 2)]);
}

#[tokio::test]
async fn every_job_of_version_1_can_be_read() {
    let bench = version_1();
    for number in 1..=7 {
        let found = bench.store.find(old(number)).await.unwrap().unwrap();
        assert_eq!(found.job.request.prompt, "a cat");
    }
    let refused = bench.store.find(old(1)).await.unwrap().unwrap().pictures.remove(1).outcome;
    let Some(Outcome::Refused { refusal: Refusal::BudgetUsed { scope, .. } }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(scope, BudgetScope::Deployment, "the one that version 1 had");
}

/// A file of version 2 is one of version 3 without keys and their orders.
fn without_keys(db: &Connection) {
    let orders = "(SELECT id FROM jobs WHERE api_key IS NOT NULL)";
    for rows in ["charges WHERE job IN", "pictures WHERE job IN", "jobs WHERE id IN"] {
        db.execute(&format!("DELETE FROM {rows} {orders}"), []).unwrap();
    }
    let rest = "DELETE FROM spend WHERE scope LIKE 'key:%'; ALTER TABLE jobs DROP COLUMN api_key; PRAGMA user_version = 2";
    db.execute_batch(rest).unwrap();
}

#[tokio::test]
async fn what_versions_2_and_3_left_is_found_as_it_was() {
    for version in [2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("easel.db");
        let db = Connection::open(&path).unwrap();
        MIGRATIONS[..3].iter().for_each(|migration| db.execute_batch(migration).unwrap());
        db.execute_batch(include_str!("tests/version3.sql")).unwrap();
        if version == 2 {
            without_keys(&db);
        }
        drop(db);
        let store = Store::open(&path).unwrap();
        let db = Connection::open(&path).unwrap();
        let warned = "SELECT warned_by FROM accounts WHERE scope = 'guild:11'";
        assert_eq!(db.query_row(warned, [], |row| row.get::<_, String>(0)).unwrap(), old(1).to_string());
        finds_servers_and_sessions(&store).await;

        let (request, now) = (format!("api:website:{}", old(5)), datetime!(2026-11-22 13:00 UTC));
        let known = (version == 3).then_some(old(5));
        assert_eq!(store.known(request.clone(), now).await.unwrap(), known);
        assert_eq!(store.known(request, now + time::Duration::days(60)).await.unwrap(), None);
        let of_key = store.jobs_of_key("website", None, 9).await.unwrap();
        assert_eq!(of_key.first().map(|claim| claim.job.id), known);
        let viewer = Viewer { guild: Some(11), channel: 2, reads_history: true, member: 4 };
        let page =
            store.gallery(&Wanted::Words(vec!["cat".into()]), viewer, Cursor::Latest, 9).await.unwrap();
        assert_eq!(page.jobs.first().map(|claim| claim.job.id), Some(old(2)), "{page:?}");
        assert_eq!(store.jobs_of_member(4, None, 9).await.unwrap().len(), 2);
        assert_eq!(store.totals().await.unwrap().attempted, if version == 3 { 6 } else { 5 });
    }
}

async fn finds_servers_and_sessions(store: &Store) {
    let now = datetime!(2026-11-22 13:00 UTC);
    let claim = store.find(old(4)).await.unwrap().unwrap();
    assert_eq!((claim.spent(), claim.pictures[1].calls, claim.price), (PRICE * 3, 1, PRICE * 3));
    let blocked: Vec<_> = store.blocked(12, 9).await.unwrap().into_iter().map(|row| row.category).collect();
    assert_eq!(blocked, ["violence; hate"]);
    assert_eq!(store.usage(11, now).await.unwrap().len(), 2, "what was cancelled cost nothing");
    assert_eq!(store.by_sha256("bb").await.unwrap().unwrap().0.id, old(2));

    let session = format!("{:026}", 9).parse().unwrap();
    let jobs: Vec<_> = store.session_jobs(session).await.unwrap().into_iter().map(|job| job.job.id).collect();
    assert_eq!(jobs, [old(2)]);
    assert!(store.quiet_sessions(now).await.unwrap().is_empty());
    assert_eq!(store.quiet_sessions(now + time::Duration::hours(1)).await.unwrap()[0].id, session);
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
    let said = format!("{:#}", Sqlite::open(&path).unwrap_err());
    let shown = path.display();
    assert_eq!(
        said,
        format!(
            "EASEL_STORE: `{shown}`: it was made by a newer Easel (version 99); this one knows {}",
            MIGRATIONS.len()
        )
    );
}
