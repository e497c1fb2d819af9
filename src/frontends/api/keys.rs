//! Who may use the images API: a file of names, hashed keys and limits.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use toml::Value;

use super::problem::Problem;
use crate::config::Problems;
use crate::domain::digest::from_hex;
use crate::domain::limits::{DEFAULT_RATE, LIMIT_LIMIT};
use crate::domain::money::Micros;
use crate::domain::text::excerpt;

/// How often the file is looked at.
const LOOK: Duration = Duration::seconds(1);
const NAME_LIMIT: usize = 40;

/// A key, as far as anybody needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// Its name, in the ledger and in the log.
    pub name: String,
    pub requests_per_minute: NonZeroU32,
    /// Dollars a calendar month (UTC).
    pub monthly_budget: Micros,
}

/// SHA-256 of a key. Keys are long and random, so that nothing slower is needed to keep them from being guessed.
type Hash = [u8; 32];
type ByHash = HashMap<Hash, Arc<Key>>;

/// The keys of a file, which is read again when it has changed.
#[derive(Debug)]
pub struct Keys {
    path: PathBuf,
    loaded: Mutex<LoadedKeys>,
}

#[derive(Debug)]
struct LoadedKeys {
    keys: ByHash,
    /// The file as it was when it was read; `None` for one that could not be found.
    seen: Option<Stamp>,
    looked: OffsetDateTime,
}

type Stamp = (SystemTime, u64);

impl Keys {
    /// Reads the file.
    ///
    /// # Errors
    /// All that is wrong with it, each a sentence with the file and the key's name.
    pub fn open(path: &Path, now: OffsetDateTime) -> Result<Keys, Problems> {
        let seen = stamp(path);
        let loaded = LoadedKeys { keys: load(path)?, seen, looked: now };
        Ok(Keys { path: path.to_owned(), loaded: Mutex::new(loaded) })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).keys.len()
    }

    /// The key that a request shows.
    ///
    /// # Errors
    /// 401, without telling which part of it was wrong.
    pub(super) fn shown(&self, headers: &HeaderMap, now: OffsetDateTime) -> Result<Arc<Key>, Problem> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
            let (scheme, key) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        let Some(key) = bearer else {
            return Err(Problem::unauthorized("Send your key as `Authorization: Bearer KEY`."));
        };
        self.holder(key, now).ok_or_else(|| Problem::unauthorized("This key is not known, or not any more."))
    }

    /// What is known of a key. The time of the look-up tells something of hashes at most, of which nobody can choose
    /// the beginning: it need not be constant.
    fn holder(&self, key: &str, now: OffsetDateTime) -> Option<Arc<Key>> {
        let hash: Hash = Sha256::digest(key).into();
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if now - loaded.looked >= LOOK || now < loaded.looked {
            loaded.looked = now;
            self.look_again(&mut loaded);
        }
        loaded.keys.get(&hash).cloned()
    }

    /// Reads a file that has changed. One that is broken leaves the keys as they are, and is told once.
    fn look_again(&self, loaded: &mut LoadedKeys) {
        // Before it is read: what is written meanwhile is seen at the next look.
        let seen = stamp(&self.path);
        if seen == loaded.seen {
            return;
        }
        loaded.seen = seen;
        match load(&self.path) {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "EASEL_API_KEYS_FILE has changed and was read again");
                loaded.keys = keys;
            }
            Err(problems) => {
                tracing::error!(%problems, "EASEL_API_KEYS_FILE has changed and cannot be used; the keys stay as they were");
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let file = fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<toml::Table>,
}

fn load(path: &Path) -> Result<ByHash, Problems> {
    let shown = path.display();
    let sole = |problem: String| Problems(vec![format!("EASEL_API_KEYS_FILE: {problem}")]);
    let text = fs::read_to_string(path)
        .map_err(|error| sole(format!("cannot read `{shown}`: {error}; make it with `easel api-key`")))?;
    // The error's own text would show the line, which may hold what should not be in a log.
    let file: File = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
        sole(format!("`{shown}` is not a list of [[key]] entries, near line {line}: {}", error.message()))
    })?;
    let mut problems = Vec::new();
    let (mut keys, mut names) = (ByHash::new(), HashSet::new());
    for (number, mut entry) in (1..).zip(file.key) {
        let named = entry.get("name").and_then(Value::as_str).map(|name| format!("key `{}`", excerpt(name)));
        let whose = named.unwrap_or_else(|| format!("key number {number}"));
        let mut say = |what: &str| problems.push(format!("EASEL_API_KEYS_FILE: `{shown}`: {whose}: {what}"));
        let Some((hash, key)) = read(&mut entry, &mut say) else { continue };
        if !names.insert(key.name.clone()) {
            say("another key has this name");
        }
        if keys.insert(hash, Arc::new(key)).is_some() {
            say("another entry has this `sha256`; make a key for each with `easel api-key`");
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(Problems(problems)) }
}

/// One entry; `None` once something is wrong with it, all of which was said.
fn read(entry: &mut toml::Table, say: &mut impl FnMut(&str)) -> Option<(Hash, Key)> {
    let mut take = |field: &str, default: Option<Value>| entry.remove(field).or(default);
    let name =
        take("name", None).and_then(|value| value.as_str().filter(|name| is_name(name)).map(str::to_owned));
    if name.is_none() {
        say("`name` must have 1 to 40 characters of a-z, 0-9 and -");
    }
    let hash = take("sha256", None).and_then(|value| from_hex(value.as_str()?));
    if hash.is_none() {
        say("`sha256` must be the SHA-256 of the key, 64 hex digits, as `easel api-key` prints it");
    }
    let rate = take("requests_per_minute", Some(Value::Integer(DEFAULT_RATE.per_minute.get().into())));
    let rate =
        rate.and_then(|value| u32::try_from(value.as_integer()?).ok()).filter(|rate| *rate <= LIMIT_LIMIT);
    let rate = rate.and_then(NonZeroU32::new);
    if rate.is_none() {
        say("`requests_per_minute` must be a whole number from 1 to 10000");
    }
    let budget = take("monthly_budget_usd", None).and_then(|value| match value {
        Value::Integer(dollars) => Micros::from_dollars(&dollars.to_string()),
        Value::Float(dollars) => Micros::from_dollars(&dollars.to_string()),
        _ => None,
    });
    if budget.is_none() {
        say(
            "`monthly_budget_usd` must be there, dollars such as 25 or 0.5: what the key may spend in a calendar month",
        );
    }
    for field in entry.keys() {
        say(&format!("`{}` is not known here", excerpt(field)));
    }
    let key = Key { name: name?, requests_per_minute: rate?, monthly_budget: budget? };
    entry.is_empty().then_some((hash?, key))
}

/// Whether a key can have this name: 1 to 40 characters of a-z, 0-9 and -.
pub fn is_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=NAME_LIMIT).contains(&name.len()) && name.chars().all(fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::sha256_hex;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn entry(name: &str, key: &str) -> String {
        let hash = sha256_hex(key);
        format!("[[key]]\nname = \"{name}\"\nsha256 = \"{hash}\"\nmonthly_budget_usd = 1.5\n")
    }

    #[test]
    fn a_key_that_is_taken_out_is_known_for_a_second_at_most() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), entry("web", "one") + &entry("shop", "two")).unwrap();
        let keys = Keys::open(file.path(), NOW).unwrap();
        let web = keys.holder("one", NOW).unwrap();
        assert_eq!((web.name.as_str(), web.requests_per_minute.get()), ("web", 6));
        assert_eq!(web.monthly_budget, Micros(1_500_000));
        fs::write(file.path(), entry("shop", "two")).unwrap();
        assert_eq!(keys.holder("one", NOW + LOOK), None);
        assert!(keys.holder("two", NOW + LOOK).is_some());
    }

    #[test]
    fn a_file_that_breaks_leaves_the_keys_as_they_were() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), entry("web", "one")).unwrap();
        let keys = Keys::open(file.path(), NOW).unwrap();
        for (second, broken) in (1..).zip(["[[key]", "[[key]]\nname = 'web'"]) {
            fs::write(file.path(), broken).unwrap();
            assert!(keys.holder("one", NOW + LOOK * second).is_some());
        }
        fs::remove_file(file.path()).unwrap();
        assert!(keys.holder("one", NOW + LOOK * 5).is_some());
        fs::write(file.path(), "").unwrap();
        assert_eq!(keys.holder("one", NOW + LOOK * 6), None, "mended");
    }

    #[test]
    fn all_that_is_wrong_is_told_with_file_and_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let said = |text: &str| {
            fs::write(file.path(), text).unwrap();
            Keys::open(file.path(), NOW).unwrap_err().0
        };
        let wrong = "[[key]]\nname = 'Web'\nsha256 = 'secret-canary'\nrequests_per_minute = 0\nmonthly_budget_usd = -1\nbudget = 3\n";
        let problems = said(
            &(wrong.to_owned()
                + "[[key]]\n"
                + &entry("twice", "a")
                + &entry("twice", "b")
                + &entry("same", "a")),
        );
        let needles = [
            "key `Web`: `name`",
            "key `Web`: `sha256`",
            "key `Web`: `requests_per_minute`",
            "key `Web`: `monthly_budget_usd`",
            "key `Web`: `budget` is not known",
            "key number 2: `name`",
            "key number 2: `sha256`",
            "key number 2: `monthly_budget_usd`",
            "key `twice`: another key has this name",
            "key `same`: another entry has this `sha256`",
        ];
        assert_eq!(problems.len(), needles.len(), "{problems:?}");
        for (problem, needle) in problems.iter().zip(needles) {
            assert!(
                problem.contains(needle) && problem.contains(&file.path().display().to_string()),
                "{problem}"
            );
            assert!(!problem.contains("secret-canary"), "{problem}");
        }
        assert!(said("[[key]]\nname = 'a'\nsha256 = secret-canary\n")[0].contains("near line 3"));
    }
}
