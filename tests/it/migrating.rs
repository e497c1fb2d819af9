//! Moving from a file to a table: everything is as before, whatever happens on the way.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use easel::app::clock::Clock;
use easel::backends::store::{Dynamo, Store};
use easel::domain::limits::AdmissionLimits;
use easel::domain::money::Micros;
use rusqlite::Row;
use rusqlite::types::Value;
use time::{Duration, OffsetDateTime};

use crate::archive::{aws, server};
use crate::backends::interleavings::what_was_begun_goes_on_elsewhere;
use crate::backends::ledger;
use crate::backends::orders::{Order, PRICE, Worker, order};
use crate::backends::place::Place;
use crate::support::{Setup, World};

pub(crate) mod answers;
mod life;
mod trouble;

use answers::{About, Answers};

const MOTO: &str = "EASEL_TEST_S3_MOTO";
const MINISTACK: &str = "EASEL_TEST_S3_MINISTACK";

/// A file in which everything has happened, and an empty table.
struct Move {
    world: World,
    aws: SdkConfig,
    table: String,
    now: OffsetDateTime,
    about: About,
    /// What the file answers once nobody works on it.
    answers: Answers,
}

impl Move {
    /// The program asks the stand-in at `address`, which may be a proxy before it.
    async fn through(variable: &str, address: Option<&str>) -> Move {
        let upstream = server(variable);
        let (aws, table) = (aws(&upstream), format!("easel-{}", ulid::Ulid::new()));
        Dynamo::new(&aws, &table).create_table().await.unwrap();
        let mut world = World::without_bot(Setup::default()).await;
        world.set("AWS_REGION", "us-east-1");
        world.set("AWS_ENDPOINT_URL_DYNAMODB", address.unwrap_or(&upstream));
        world.set("EASEL_STORE", format!("dynamodb:{table}"));
        // Stores keep milliseconds.
        let now = Clock::System.now();
        let now = now.replace_millisecond(now.millisecond()).unwrap();
        let (life, path) = (world.path("life.db"), world.path("data/easel.db"));
        let store = Store::open(&life).unwrap();
        let about = life::fill(&store, now).await;
        // What a process leaves that is killed: leases, and a journal with the last of what it wrote.
        std::fs::create_dir(world.path("data")).unwrap();
        for file in ["", "-wal"] {
            std::fs::copy(with(&life, file), with(&path, file)).unwrap();
        }
        drop(store);
        let answers = Answers::of(&Store::open(&life).unwrap(), &about).await;
        Move { world, aws, table, now, about, answers }
    }

    async fn on(variable: &str) -> Move {
        Move::through(variable, None).await
    }

    /// Every row of the file.
    fn rows(&self) -> Vec<String> {
        let db = self.world.db();
        let names = |query: &str| -> Vec<String> {
            let mut names = db.prepare(query).unwrap();
            names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let of = |table: String| {
            let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let width = all.column_count();
            let row = |row: &Row<'_>| {
                (0..width).map(|at| row.get::<_, Value>(at)).collect::<rusqlite::Result<Vec<_>>>()
            };
            all.query_map([], row)
                .unwrap()
                .map(|row| format!("{table} {:?}", row.unwrap()))
                .collect::<Vec<_>>()
        };
        names("SELECT name FROM sqlite_master WHERE type = 'table'").into_iter().flat_map(of).collect()
    }

    fn database(&self) -> PathBuf {
        self.world.path("data/easel.db")
    }

    fn arguments<'a>(&self, to: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        [&["migrate", "--from", "sqlite:data/easel.db", "--to", to], more].concat()
    }

    /// Runs the program: exit code, stdout, stderr.
    async fn migrate(&self, more: &[&str]) -> (i32, String, String) {
        let to = format!("dynamodb:{}", self.table);
        self.world.run(&self.arguments(&to, more)).await
    }

    /// Runs it to a good end; what it printed.
    async fn migrates(&self) -> String {
        let (code, out, err) = self.migrate(&[]).await;
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    }

    fn store(&self) -> Store {
        Store::dynamo(&self.aws, &self.table)
    }

    async fn everything_is_as_before(&self) {
        assert_eq!(Answers::of(&self.store(), &self.about).await, self.answers);
        ledger::agrees(&self.aws, &self.table).await;
    }

    /// All items, in an order of their own.
    async fn items(&self) -> Vec<String> {
        let all = ledger::everything(&self.aws, &self.table).await;
        let mut items: Vec<_> =
            all.into_iter().map(|item| format!("{:?}", BTreeMap::from_iter(item))).collect();
        items.sort();
        items
    }

    /// Nobody gets to work with the table as it is, and is told why.
    async fn is_half_filled(&self) {
        for program in ["check", "worker", "run"] {
            let mut command = self.world.program(&[program]);
            command
                .env("EASEL_QUEUE", if program == "worker" { "sqs:http://127.0.0.1:1/q" } else { "local" });
            let (code, out, err) = self.world.outcome(command).await;
            let told = format!("`{}` is only half-filled: run `easel migrate` again", self.table);
            assert!(code == 1 && format!("{out}{err}").contains(&told), "{program}: {out}{err}");
        }
    }
}

fn with(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

/// The number in a column of a line of the report.
fn number(report: &str, line: &str, column: usize) -> String {
    let line =
        report.lines().find(|text| text.starts_with(line)).unwrap_or_else(|| panic!("{line}: {report}"));
    line[line.find("  ").unwrap()..].split_whitespace().nth(column).unwrap().to_owned()
}

async fn everything_that_can_happen_is_in_the_table_as_before(stand_in: &str) {
    let moving = Move::on(stand_in).await;
    let rows = moving.rows();
    let (code, out, err) = moving.migrate(&["--check"]).await;
    assert!(code == 1 && out.contains("DIFFERS"), "{out}");
    assert!(
        err.contains("not the same in `data/easel.db` and in the table") && err.contains("jobs, "),
        "{err}"
    );
    assert_eq!(moving.items().await, [""; 0], "a check writes nothing");
    let report = moving.migrates().await;
    assert!(!report.contains("DIFFERS") && !report.contains("unknown"), "{report}");
    moving.everything_is_as_before().await;
    let jobs = moving.about.jobs.len().to_string();
    assert_eq!((number(&report, "jobs ", 0), number(&report, "jobs ", 1)), (jobs.clone(), jobs));
    let spent = moving.store().totals().await.unwrap().attempted_micros.to_string();
    for line in ["calls ", "deployment "] {
        assert_eq!(number(&report, line, 2), format!("{spent},"), "{report}");
    }
    let written = moving.items().await;
    let again = moving.migrates().await;
    assert!(again.contains("; 0 item(s) were written") && moving.items().await == written, "{again}");
    let (code, out, _) = moving.migrate(&["--check"]).await;
    assert!(code == 0 && !out.contains("DIFFERS"), "{out}");
    assert!(rows.len() > 100 && moving.rows() == rows, "the file was not changed");
}

#[tokio::test]
async fn everything_that_can_happen_is_in_the_table_as_before_on_moto() {
    everything_that_can_happen_is_in_the_table_as_before(MOTO).await;
}

#[tokio::test]
async fn everything_that_can_happen_is_in_the_table_as_before_on_ministack() {
    everything_that_can_happen_is_in_the_table_as_before(MINISTACK).await;
}

#[tokio::test]
async fn what_a_dead_process_left_goes_on_in_the_table_on_ministack() {
    let moving = Move::on(MINISTACK).await;
    moving.migrates().await;
    let (store, now) = (moving.store(), moving.now);
    let at = |interaction| Order { at: now, ..order(interaction) };
    let called = Worker::takes(&store, at(31).id(), now).await.expect("its lease is over");
    assert_eq!(called.claim.pictures.iter().map(|one| one.paid_calls).collect::<Vec<_>>(), [1, 1]);
    called.generate(1).await;
    assert!(called.conclude(2).await && called.archive().await && called.release(0).await);
    for interaction in [32, 33, 34] {
        let worker = Worker::takes(&store, at(interaction).id(), now).await.expect("so are pauses");
        assert!(worker.conclude(1).await && worker.archive().await && worker.release(0).await);
    }
    Worker::takes(&store, at(30).id(), now).await.unwrap().finish().await;
    assert!(!life::is_told(&store, 25, now).await, "that server knows");
    assert!(!at(1).fits(&store, &AdmissionLimits::default()).await, "it was asked for before");
    ledger::agrees(&moving.aws, &moving.table).await;
}

/// All that is left to chance, and what only the number of writes tells, is taken out.
fn plain(mut item: HashMap<String, AttributeValue>) -> Option<BTreeMap<String, String>> {
    let is_begun = item.get("queue") == Some(&text("begun"));
    let is_job = item["pk"].as_s().unwrap().starts_with("job#");
    item.retain(|name, value| {
        let is_nothing = value.as_n().is_ok_and(|digits| digits == "0");
        !is_nothing && name != "rev" && name != "writer" && (name != "due" || !is_begun)
    });
    if let Some(doc) = item.get_mut("doc").filter(|_| is_job) {
        let mut record: serde_json::Value = serde_json::from_str(doc.as_s().unwrap()).unwrap();
        for name in ["writer", "lease_until", "not_before"] {
            record[name] = 0.into();
        }
        record["charges"].as_array_mut().unwrap().iter_mut().for_each(|charge| charge["id"] = 0.into());
        *doc = text(&record.to_string());
    }
    let is_mark = item["pk"] == text("migration");
    let plain = item.into_iter().map(|(name, value)| (name, format!("{value:?}"))).collect();
    (!is_mark).then_some(plain)
}

#[tokio::test]
async fn the_table_is_as_if_all_had_happened_in_it_on_ministack() {
    let moving = Move::on(MINISTACK).await;
    moving.migrates().await;
    let other = format!("easel-{}", ulid::Ulid::new());
    Dynamo::new(&moving.aws, &other).create_table().await.unwrap();
    life::fill(&Store::dynamo(&moving.aws, &other), moving.now).await;
    let items = async |table: &str| {
        let all = ledger::everything(&moving.aws, table).await;
        // A table may forget what has expired, or not have got round to it.
        let now = moving.now.unix_timestamp();
        let expires = |item: &HashMap<String, AttributeValue>| {
            item.get("expires").map(|expires| expires.as_n().unwrap().parse::<i64>().unwrap())
        };
        let kept = all.into_iter().filter(|item| expires(item).is_none_or(|expires| expires > now));
        let mut items: Vec<_> = kept.filter_map(plain).collect();
        items.sort();
        items
    };
    let (moved, happened) = (items(&moving.table).await, items(&other).await);
    let strange: Vec<_> = moved.iter().filter(|item| !happened.contains(item)).collect();
    assert_eq!(strange, Vec::<&BTreeMap<_, _>>::new());
    let missing: Vec<_> =
        happened.iter().filter(|item| !moved.contains(item)).map(|item| item["pk"].as_str()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// It keeps requests for sixty days and the accounts of a day for four hundred, to the benefit of nobody longer.
#[tokio::test]
async fn what_a_table_would_have_forgotten_is_not_written_to_it_on_ministack() {
    let moving = Move::on(MINISTACK).await;
    let ancient = Order { at: moving.now - Duration::days(500), ..order(91) };
    ancient.claimed(&Store::open(&moving.database()).unwrap()).await.finish().await;
    moving.migrates().await;
    let store = moving.store();
    assert!(store.find(ancient.id()).await.unwrap().is_some());
    assert_eq!(store.known(ancient.job().dedupe_key(), moving.now).await.unwrap(), None);
    let standing = store.standing(ancient.guild, ancient.member, ancient.at).await.unwrap();
    assert_eq!((standing.day.spent, standing.month.spent), (Micros(0), PRICE));
}

#[test]
fn what_was_begun_in_a_file_goes_on_in_a_table_on_ministack() {
    what_was_begun_goes_on_elsewhere(Place::sqlite, Place::ministack, 6);
}

#[tokio::test]
async fn each_way_that_there_is_not_is_one_sentence() {
    let world = World::without_bot(Setup::default()).await;
    world.write("letter.db", "this is not a database, it is a letter of more than sixteen bytes".repeat(20));
    let only = "the way is from sqlite:PATH to dynamodb:TABLE, and there is no other";
    for (from, to, said) in [
        ("dynamodb:easel", "sqlite:easel.db", only),
        ("sqlite:a.db", "sqlite:b.db", only),
        ("dynamodb:easel", "dynamodb:other", only),
        (
            "data/easel.db",
            "dynamodb:easel",
            "--from: `data/easel.db` is not allowed here; it must be sqlite:PATH or",
        ),
        (
            "sqlite:easel.db",
            "dynamodb:a b",
            "--to: `dynamodb:a b` is not allowed here; it must be sqlite:PATH or",
        ),
        ("sqlite:easel.db", "dynamodb:easel", "--from: there is no database `easel.db`"),
        ("sqlite:letter.db", "dynamodb:easel", "--from: `letter.db` cannot be read as a database"),
    ] {
        let (code, out, err) = world.run(&["migrate", "--from", from, "--to", to]).await;
        assert_eq!((code, out.as_str(), err.lines().count()), (1, "", 1), "{err}");
        assert!(err.contains(said), "{err}");
    }
    assert!(!world.path("easel.db").exists() && !world.path("data").exists());
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
