use time::macros::datetime;

use super::*;
use crate::job::Origin;
use crate::request::{Ask, resolve};

const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);
const LEASE: Duration = Duration::from_secs(60);
const PRICE: Micros = Micros(40_000);

fn job(random: u128) -> Job {
    let ask = Ask { prompt: "a cat".into(), ..Ask::default() };
    let catalogue = crate::engine::catalogue::Catalogue::bedrock();
    Job {
        id: JobId::new(NOW, random),
        origin: Origin::Shell,
        request: resolve(ask, crate::settings::Effective::built_in(), &catalogue, NOW.date(), 5).unwrap(),
        created: NOW,
        parent: None,
    }
}

struct Bench {
    store: Sqlite,
    folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    Bench { store: Sqlite::open(&folder.path().join("easel.db")).unwrap(), folder }
}

#[tokio::test]
async fn leases_and_pauses_of_a_dead_process_are_over_at_the_next_start() {
    let Bench { store, folder } = bench();
    let path = folder.path().join("easel.db");
    for job in [job(1), job(2)] {
        store.admit(&job, PRICE, &Terms::default(), NOW).await.unwrap();
        let claim = store.claim(job.id, "first", NOW, LEASE).await.unwrap().unwrap();
        if job.id == self::job(2).id {
            let pause = Progress { release_for: Some(60_000), ..Progress::default() };
            assert!(store.progress(job.id, claim.fence, pause, NOW).await.unwrap());
        }
    }
    let second = Sqlite::open(&path).unwrap();
    assert_eq!(second.due(NOW, Duration::ZERO).await.unwrap(), [], "the first process lives");
    assert_eq!(second.claim(job(1).id, "second", NOW, LEASE).await.unwrap(), None);
    drop((store, second));
    let next = Sqlite::open(&path).unwrap();
    assert_eq!(next.due(NOW, Duration::ZERO).await.unwrap(), [job(1).id, job(2).id]);
    assert!(next.claim(job(1).id, "next", NOW, LEASE).await.unwrap().is_some());
}

#[tokio::test]
async fn an_order_that_nobody_waits_for_any_more_is_not_taken() {
    let bench = bench();
    let blocker = Connection::open(bench.folder.path().join("easel.db")).unwrap();
    blocker.execute_batch("BEGIN EXCLUSIVE").unwrap();
    // The writer's thread stands before the lock with the first; the second waits in the queue and gives up.
    let (first, second, terms) = (job(1), job(2), Terms::default());
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
