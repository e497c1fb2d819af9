//! From a database to a table: look what is there, write what is missing, hold both against each other.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::dynamo::{Contents, Count, Dynamo, Key, Kind, Mark, Write, digest, is_gone, items};
use super::ledger::{Sum, Whose};
use super::sqlite::Source;

/// Items that are on their way at a time.
const AT_ONCE: usize = 32;
/// What expires so soon may vanish while it is looked at, and is of no use any more.
const SOON: time::Duration = time::Duration::HOUR;

/// A database that nobody uses, and the table that is to hold the same.
#[derive(Debug)]
pub struct Migration {
    path: PathBuf,
    source: Source,
    target: Dynamo,
    now: OffsetDateTime,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Both are looked at.
    Comparing,
    /// So many items are missing.
    Writing(u64),
    /// One of them is there.
    Written,
}

/// What is in the database, and beside it what is in the table.
#[derive(Debug)]
pub struct Report {
    /// Each kind that is in one of them.
    pub kinds: Vec<(Kind, [Count; 2])>,
    /// The sums of the ledger.
    pub ledger: Vec<(Whose, [Sum; 2])>,
    /// Items that were written.
    pub written: u64,
}

/// What the table has to hold, by the digest of its key.
struct Expected {
    contents: Contents,
    digests: HashMap<u128, [u8; 32]>,
}

/// What the table holds.
struct Found {
    contents: Contents,
    /// What it does not hold, by the digest of its key.
    missing: HashMap<u128, [u8; 32]>,
    /// How many things are in it that do not belong there, by their kind, and one of them.
    strange: BTreeMap<Kind, u64>,
    example: Option<Key>,
}

impl Migration {
    /// Opens the database at `path` for this alone. `target` is asked nothing.
    ///
    /// # Errors
    /// A sentence with the remedy: above all, somebody has it open.
    pub fn open(path: &Path, target: Dynamo, now: OffsetDateTime) -> anyhow::Result<Migration> {
        Ok(Migration { path: path.to_owned(), source: Source::open(path)?, target, now })
    }

    /// Holds both against each other and writes nothing.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub async fn check(self, tell: &impl Fn(Step)) -> anyhow::Result<Report> {
        tell(Step::Comparing);
        self.target.check_table().await?;
        let (this, expected) = self.expect().await?;
        let found = this.look(expected.digests).await?;
        Ok(Report::new(&expected.contents, &found.contents, 0))
    }

    /// Writes what is missing, then holds both against each other. Broken off, it is to be run again.
    ///
    /// # Errors
    /// The table holds something else, and was not touched; or one of them cannot be read or written.
    pub async fn run(self, tell: &impl Fn(Step)) -> anyhow::Result<Report> {
        tell(Step::Comparing);
        self.target.check_table().await?;
        let mark = self.target.mark().await?;
        let (mut this, expected) = self.expect().await?;
        let mut found = this.look(expected.digests).await?;
        if !found.strange.is_empty() {
            bail!(this.refusal(&found, mark));
        }
        let missing = found.missing.len() as u64;
        if missing > 0 {
            this.target.set_mark(false, this.now).await?;
            tell(Step::Writing(missing));
            this = this.write(found.missing, tell).await?;
            tell(Step::Comparing);
            found = this.look(HashMap::new()).await?;
        }
        let report = Report::new(&expected.contents, &found.contents, missing);
        if report.difference().is_none() && (missing > 0 || mark == Mark::UnderWay) {
            this.target.set_mark(true, this.now).await?;
        }
        Ok(report)
    }

    async fn expect(self) -> anyhow::Result<(Migration, Expected)> {
        let read = move || {
            let mut expected = Expected { contents: Contents::default(), digests: HashMap::new() };
            let by = self.now + SOON;
            self.source.each(|item| {
                for write in items(&item)? {
                    let Some(item) = write.item() else { continue };
                    if !is_gone(item, by)? {
                        let key = Key::of(item)?;
                        expected.contents.add(&key, item)?;
                        expected.digests.insert(name(&key), digest(item));
                    }
                }
                Ok(())
            })?;
            // From its own tables, not from what was made of them.
            expected.contents.ledger = self.source.ledger()?;
            anyhow::Ok((self, expected))
        };
        tokio::task::spawn_blocking(read).await.context("reading the database")?
    }

    /// Compares the table with what is expected in it.
    async fn look(&self, expected: HashMap<u128, [u8; 32]>) -> anyhow::Result<Found> {
        let (mut contents, mut missing) = (Contents::default(), expected);
        let (mut strange, mut example) = (BTreeMap::new(), None);
        let by = self.now + SOON;
        let look = self.target.each(|key, item| {
            if is_gone(&item, by)? {
                return Ok(());
            }
            contents.add(&key, &item)?;
            if missing.remove(&name(&key)) != Some(digest(&item)) {
                *strange.entry(Kind::of(&key)).or_default() += 1;
                example.get_or_insert(key);
            }
            Ok(())
        });
        look.await?;
        Ok(Found { contents, missing, strange, example })
    }

    async fn write(
        self,
        missing: HashMap<u128, [u8; 32]>,
        tell: &impl Fn(Step),
    ) -> anyhow::Result<Migration> {
        let (sender, receiver) = mpsc::channel::<Write>(AT_ONCE);
        let target = self.target.clone();
        let read = move || {
            let sent = self.source.each(|item| {
                for write in items(&item)? {
                    let key = write.item().map(Key::of).transpose()?;
                    if key.is_some_and(|key| missing.contains_key(&name(&key))) {
                        sender.blocking_send(write).context("nobody writes any more")?;
                    }
                }
                Ok(())
            });
            sent.map(|()| self)
        };
        let reading = tokio::task::spawn_blocking(read);
        let writes = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
        let write = async |write| {
            target.put_once(write).await?;
            tell(Step::Written);
            anyhow::Ok(())
        };
        let written = writes.map(Ok).try_for_each_concurrent(AT_ONCE, write).await;
        let read = reading.await.context("reading the database")?;
        written?;
        read
    }

    /// Why the table is left alone.
    fn refusal(&self, found: &Found, mark: Mark) -> String {
        let kinds: Vec<_> =
            found.strange.iter().map(|(kind, count)| format!("{count} of {}", kind.name())).collect();
        let example = found.example.as_ref().map_or("", |key| &key.pk);
        let why = match mark {
            Mark::Absent => "something wrote into it that was not this migration",
            Mark::UnderWay => "Easel has run on the database since this migration was broken off",
            Mark::Done(_) => "this migration was finished, and Easel has run on one of them since",
        };
        format!(
            "{} holds what `{}` does not hold, or holds otherwise ({}; such as `{example}`): {why}. \
             Nothing was written. Where Easel runs on the table, all is done; otherwise delete it, make it anew, and migrate again",
            self.target.describe(),
            self.path.display(),
            kinds.join(", "),
        )
    }
}

impl Report {
    fn new(source: &Contents, target: &Contents, written: u64) -> Report {
        let mut all: Vec<Kind> = source.kinds.keys().chain(target.kinds.keys()).copied().collect();
        all.sort_unstable();
        all.dedup();
        let of = |contents: &Contents, kind| contents.kinds.get(&kind).copied().unwrap_or_default();
        Report {
            kinds: all.into_iter().map(|kind| (kind, [of(source, kind), of(target, kind)])).collect(),
            ledger: source.ledger.beside(&target.ledger).collect(),
            written,
        }
    }

    /// The kinds and sums that are not the same on both sides, if there are any.
    pub fn difference(&self) -> Option<String> {
        let kinds = self.kinds.iter().filter(|(_, [here, there])| here != there);
        let sums = self.ledger.iter().filter(|(_, [here, there])| here != there);
        let names: Vec<_> =
            kinds.map(|(kind, _)| kind.name()).chain(sums.map(|(whose, _)| whose.name())).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// The first half of a digest is as good a name as the whole key, and takes less memory.
fn name(key: &Key) -> u128 {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = digest(&key.item());
    u128::from_be_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}
