//! `SQLite`: one file, one writer thread. What waits together is committed together, so that a burst of jobs
//! shares its fsyncs.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};
use time::OffsetDateTime;
use tokio::sync::oneshot;

use crate::backends::disk;
use crate::backends::store::KeptPicture;
use crate::backends::store::gallery::Direction;
use crate::domain::job::accounts::{Account, Amounts, Balances};
use crate::domain::job::{Admission, Bounded, Job, JobId, JobRecord, NewJob, Shelf, WorkQueue, Worker};
use crate::domain::limits::AdmissionLimits;
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::session::SessionId;

mod accounts;
mod blocked;
mod durations;
mod erasing;
mod export;
mod forgetting;
mod observed;
mod ops;
mod policies;
mod remedy;
mod rows;
mod sessions;
mod shelves;
mod thread;
mod usage;

use erasing::Wiped;
pub(super) use export::Source;
pub(super) use observed::{observe, observe_sessions};
use thread::{Op, send, serve};

const MIGRATIONS: &[&str] = &[
    include_str!("sqlite/schema.sql"),
    include_str!("sqlite/v2.sql"),
    include_str!("sqlite/v3.sql"),
    include_str!("sqlite/v4.sql"),
    include_str!("sqlite/v5.sql"),
    include_str!("sqlite/v6.sql"),
    include_str!("sqlite/v7.sql"),
    include_str!("sqlite/v10.sql"),
    include_str!("sqlite/v9.sql"),
    include_str!("sqlite/v11.sql"),
];

/// The version that brought shelves.
const SHELVES: u32 = 9;

/// How long the writer waits for the lock of a database that another program holds.
const LOCK_WAIT: Duration = Duration::from_secs(30);

/// A store in one `SQLite` file.
#[derive(Debug)]
pub struct Sqlite {
    writer: mpsc::Sender<Op>,
    /// Reads do not wait for commits.
    reader: mpsc::Sender<Op>,
    path: PathBuf,
    /// When pages of what was erased were last overwritten.
    wiped: Mutex<Wiped>,
    /// Shared among the processes that have the database open; see [`Sqlite::open`].
    _lock: File,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> anyhow::Result<Sqlite> {
        let shown = path.display();
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(folder) = folder {
            fs::create_dir_all(folder)
                .map_err(|error| disk::explained(error, folder))
                .with_context(|| format!("EASEL_STORE: cannot make the folder `{}`", folder.display()))?;
        }
        let (lock, alone) = lock(path)?;
        private_file(path)
            .map_err(|error| disk::explained(error, path))
            .with_context(|| format!("EASEL_STORE: cannot write `{shown}`"))?;
        let mut connection = connect(path)?;
        migrate(&mut connection).with_context(|| format!("EASEL_STORE: `{shown}`"))?;
        if alone {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            ops::free_all(&transaction).context("freeing dead leases")?;
            forgetting::free_all(&transaction).context("freeing dead leases")?;
            transaction.commit().context("freeing dead leases")?;
            lock.lock_shared().context("EASEL_STORE: cannot lock its file")?;
        }
        let readable = connect(path)?;
        readable.pragma_update(None, "query_only", true).context("EASEL_STORE")?;
        Ok(Sqlite {
            writer: serve("easel-store", connection, TransactionBehavior::Immediate)?,
            reader: serve("easel-reader", readable, TransactionBehavior::Deferred)?,
            path: path.to_owned(),
            wiped: Mutex::default(),
            _lock: lock,
        })
    }

    pub(super) async fn admit_for(
        &self,
        job: &Job,
        price: Micros,
        limits: &AdmissionLimits,
        worker: Option<&Worker>,
        now: OffsetDateTime,
    ) -> anyhow::Result<Admission> {
        let (job, limits, worker) = (job.clone(), limits.clone(), worker.cloned());
        let admit = move |tx: &Connection| {
            ops::admit(tx, &NewJob::new(&job, price, &limits, worker.as_ref(), now), now)
        };
        self.run(true, admit).await
    }

    /// As soon as it is this call's turn, whether or not anybody waits for the answer.
    pub(super) fn cancel_soon(
        &self,
        job: JobId,
        fence: Option<i64>,
        now: OffsetDateTime,
    ) -> oneshot::Receiver<anyhow::Result<bool>> {
        self.submit(false, move |tx| {
            let cancel =
                |record: &mut JobRecord| Bounded { answer: record.take_back(fence, now), bounds: Vec::new() };
            let cancelled = ops::update(tx, job, cancel)?;
            Ok(matches!(cancelled, Some(Ok(true))))
        })
    }

    pub(super) async fn update<T: Send + 'static>(
        &self,
        job: JobId,
        step: impl Fn(&mut JobRecord) -> Bounded<T> + Send + 'static,
    ) -> anyhow::Result<Option<Result<T, Refusal>>> {
        self.run(false, move |tx| ops::update(tx, job, step)).await
    }

    /// Jobs of this queue whose moment is `until` or earlier, the earliest first.
    pub(super) async fn queued(
        &self,
        queue: WorkQueue,
        until: i64,
        limit: usize,
    ) -> anyhow::Result<Vec<JobId>> {
        self.run(false, move |tx| ops::queued(tx, queue, until, limit)).await
    }

    pub(super) async fn known(&self, request: String, now: OffsetDateTime) -> anyhow::Result<Option<JobId>> {
        self.look(move |tx| ops::find_request(tx, &request, now)).await
    }

    pub(super) async fn known_in_turn(
        &self,
        request: String,
        now: OffsetDateTime,
    ) -> anyhow::Result<Option<JobId>> {
        self.run(true, move |tx| ops::find_request(tx, &request, now)).await
    }

    pub(super) async fn by_sha256(&self, sha256: &str) -> anyhow::Result<Option<(JobRecord, u32)>> {
        let sha256 = sha256.to_owned();
        self.look(move |tx| ops::by_sha256(tx, &sha256)).await
    }

    /// The job of the last picture that a member got in a channel.
    pub(super) async fn latest(&self, channel: u64, member: u64) -> anyhow::Result<Option<JobRecord>> {
        self.look(move |tx| ops::latest(tx, channel, member)).await
    }

    pub(super) async fn kept_pictures(&self) -> anyhow::Result<Vec<KeptPicture>> {
        self.look(ops::kept_pictures).await
    }

    pub(super) async fn record(&self, job: JobId) -> anyhow::Result<Option<JobRecord>> {
        self.look(move |tx| ops::find(tx, job)).await
    }

    /// The jobs of a session, oldest first.
    pub(super) async fn records_of(&self, session: SessionId) -> anyhow::Result<Vec<JobRecord>> {
        self.look(move |tx| ops::of_session(tx, session)).await
    }

    /// Up to `limit` jobs of a key of the images API with ids below `before`, the latest first.
    pub(super) async fn records_of_key(
        &self,
        key: &str,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<JobRecord>> {
        let key = key.to_owned();
        self.look(move |tx| ops::page(tx, ops::OF_KEY, &key, before, limit)).await
    }

    /// Up to `limit` jobs of a member with ids below `before`, the latest first.
    pub(super) async fn records_of_member(
        &self,
        member: u64,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<JobRecord>> {
        self.look(move |tx| ops::page(tx, ops::OF_MEMBER, &member.to_string(), before, limit)).await
    }

    /// Up to `limit` jobs that vary this one and have ids below `before`, the latest first.
    pub(super) async fn children(
        &self,
        parent: JobId,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<JobRecord>> {
        self.look(move |tx| ops::page(tx, ops::OF_PARENT, &parent.to_string(), before, limit)).await
    }

    /// Up to `limit` jobs of a shelf from this one on.
    pub(super) async fn shelf(
        &self,
        shelf: &Shelf,
        from: JobId,
        direction: Direction,
        limit: usize,
    ) -> anyhow::Result<Vec<JobId>> {
        let shelf = shelf.clone();
        self.look(move |tx| shelves::read(tx, &shelf, from, direction, limit)).await
    }

    /// Those of these jobs that there are, in no order.
    pub(super) async fn records(&self, jobs: Vec<JobId>) -> anyhow::Result<Vec<JobRecord>> {
        self.look(move |tx| shelves::records(tx, &jobs)).await
    }

    pub(super) async fn balances(&self, wanted: Vec<Account>) -> anyhow::Result<Balances> {
        self.look(move |tx| accounts::balances(tx, wanted)).await
    }

    /// What everybody's accounts hold, month by month.
    pub(super) async fn months(&self) -> anyhow::Result<Vec<Amounts>> {
        self.look(|tx| accounts::of_scope(tx, "deployment")).await
    }

    /// How many jobs have something to do.
    pub(super) async fn open_jobs(&self) -> anyhow::Result<u32> {
        self.look(ops::open).await
    }

    /// Whether it answers.
    pub(super) async fn ping(&self) -> anyhow::Result<()> {
        self.look(|tx| tx.query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |_| Ok(()))).await
    }

    async fn run<T, F>(&self, only_if_awaited: bool, op: F) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let answer = self.submit(only_if_awaited, op);
        answer.await.context("the store's thread has ended")?.context("the store failed")
    }

    /// Runs `op` beside the writer, on what is committed.
    async fn look<T, F>(&self, op: F) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let answer = send(&self.reader, true, op);
        answer.await.context("the store's thread has ended")?.context("the store failed")
    }

    fn submit<T, F>(&self, only_if_awaited: bool, op: F) -> oneshot::Receiver<anyhow::Result<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        send(&self.writer, only_if_awaited, op)
    }
}

/// The file that is locked while the database is open.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// A file that only this user may read: it holds interaction tokens.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The database's lock, and whether nobody else has the database open.
fn lock(path: &Path) -> anyhow::Result<(File, bool)> {
    let file = lock_path(path);
    let lock = private_file(&file).map_err(|error| disk::explained(error, &file)).with_context(|| {
        format!("EASEL_STORE: cannot write `{}`; give this user the folder", file.display())
    })?;
    // Whatever a lock fails with: SQLite takes some of it for a lock that another program has, and waits.
    let refused = || format!("EASEL_STORE: {}", disk::without_locks(&file));
    match lock.try_lock() {
        Ok(()) => Ok((lock, true)),
        Err(TryLockError::WouldBlock) => {
            // The first process makes the database: SQLite lets no two do that at once.
            lock.lock_shared().with_context(refused)?;
            Ok((lock, false))
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(refused),
    }
}

fn connect(path: &Path) -> anyhow::Result<Connection> {
    let (connection, journal) = opened(path).map_err(|error| remedy::explained(error, path))?;
    ensure!(journal == "wal", "EASEL_STORE: {}", remedy::without_wal(path));
    Ok(connection)
}

/// A connection, and the kind of journal that the place allows.
fn opened(path: &Path) -> rusqlite::Result<(Connection, String)> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(LOCK_WAIT)?;
    let journal = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What people had erased is not to be read from the pages that are free.
    connection.pragma_update(None, "secure_delete", true)?;
    // Otherwise a statement is compiled again whenever a parameter changes that an index could be chosen by.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    // The memory that readers and writers share is not touched before.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok((connection, journal))
}

fn migrate(connection: &mut Connection) -> anyhow::Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing) = MIGRATIONS.get(version as usize..) else {
        bail!("it was made by a newer Easel (version {version}); this one knows {}", MIGRATIONS.len());
    };
    for migration in missing {
        tx.execute_batch(migration)?;
    }
    if version < SHELVES {
        shelves::fill(&tx)?;
    }
    tx.pragma_update(None, "user_version", u32::try_from(MIGRATIONS.len())?)?;
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests;
