//! Keys and attributes of items.

use std::collections::HashMap;
use std::str::FromStr;

use anyhow::{Context, anyhow};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::job::accounts::{Account, Amounts, Balance};
use crate::domain::job::{JobId, Shelf, Stage, millis};
use crate::domain::limits::{Asker, Rate};
use crate::domain::session::{Session, SessionId};
use crate::domain::unreadable::Unreadable;

/// The attribute of a server's month with the job that warned of it.
pub(super) const WARNED_BY: &str = "told_by";

/// The attribute of an account with the turn of its next order.
pub(super) const NEXT_TURN: &str = "next_turn";

/// The queue of members who are to be forgotten, and the sort key of such an item.
pub(super) const FORGETTING: &str = "forgetting";

/// An item of the table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Where an item lies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Key {
        Key { pk, sk: sk.into() }
    }

    pub(super) fn job(id: JobId) -> Key {
        Key::new(format!("job#{id}"), "job")
    }

    /// What was admitted for a request.
    pub(super) fn request(dedupe: &str) -> Key {
        Key::new(format!("request#{dedupe}"), "request")
    }

    pub(super) fn account(account: &Account) -> Key {
        Key::new(format!("account#{}", account.scope), &account.period)
    }

    /// Pictures with these bytes, by job and number.
    pub(super) fn sha256(digest: &str, job: JobId, n: u32) -> Key {
        Key::new(format!("sha256#{digest}"), format!("{job}#{n}"))
    }

    /// The job of a member's last picture in a channel.
    pub(super) fn latest(channel: u64, member: u64) -> Key {
        Key::new(format!("channel#{channel}"), format!("latest#{member}"))
    }

    /// How long a model takes.
    pub(super) fn durations(model: &str) -> Key {
        Key::new(format!("model#{model}"), "durations")
    }

    pub(super) fn session(id: SessionId) -> Key {
        Key::new(format!("session#{id}"), "session")
    }

    pub(super) fn session_job(session: SessionId, job: JobId) -> Key {
        Key::new(format!("session#{session}"), format!("job#{job}"))
    }

    /// Jobs of a key of the images API sort by their moment.
    pub(super) fn key_job(key: &str, job: JobId) -> Key {
        Key::new(format!("key#{key}"), format!("job#{job}"))
    }

    /// So do those of a member,
    pub(super) fn member_job(member: u64, job: JobId) -> Key {
        Key::new(format!("member#{member}"), format!("job#{job}"))
    }

    /// and those that vary another one.
    pub(super) fn child(parent: JobId, job: JobId) -> Key {
        Key::new(format!("job#{parent}"), format!("child#{job}"))
    }

    /// A job that lies on this shelf.
    pub(super) fn shelved(shelf: &Shelf, job: JobId) -> Key {
        Key::new(format!("shelf#{shelf}"), job.to_string())
    }

    /// The session that nobody ended.
    pub(super) fn running(channel: u64) -> Key {
        Key::new(format!("channel#{channel}"), "running")
    }

    /// Sessions of a channel sort by their start.
    pub(super) fn begun(session: &Session) -> Key {
        let sk = format!("session#{:015}#{}", millis(session.started), session.id);
        Key::new(format!("channel#{}", session.channel), sk)
    }

    pub(super) fn policy(guild: u64) -> Key {
        Key::new(format!("guild#{guild}"), "policy")
    }

    pub(super) fn audit(guild: u64, number: i64) -> Key {
        Key::new(format!("guild#{guild}"), format!("audit#{number:019}"))
    }

    /// From the last one on, what was held back of pictures comes before what was held back of the prompt.
    pub(super) fn blocked(guild: u64, job: JobId, stage: Stage) -> Key {
        Key::new(format!("guild#{guild}"), format!("blocked#{job}#{}", u8::from(stage == Stage::Picture)))
    }

    pub(super) fn preferences(member: u64) -> Key {
        Key::new(format!("member#{member}"), "preferences")
    }

    pub(super) fn usage(guild: &str, month: &str, day: &str, member: &str, model: &str) -> Key {
        Key::new(format!("usage#{guild}#{month}"), format!("{day}#{member}#{model}"))
    }

    /// How far a migration from elsewhere has come.
    pub(super) fn migration() -> Key {
        Key::new("migration".to_owned(), "migration")
    }

    /// What somebody asked for at this rate. A member's lie with all that is theirs.
    pub(super) fn rate(asker: &Asker, rate: Rate) -> Key {
        let rate = format!("{}#{}", rate.burst, rate.per_minute);
        match asker {
            Asker::Member(guild, member) => {
                let place = guild.map_or_else(|| "dm".to_owned(), |guild| guild.to_string());
                Key::new(format!("member#{member}"), format!("rate#{place}#{rate}"))
            }
            Asker::Key(name) => Key::new(format!("rate#key#{name}"), format!("rate#{rate}")),
        }
    }

    /// A session that a member started or is named in.
    pub(super) fn member_session(member: u64, session: SessionId) -> Key {
        Key::new(format!("member#{member}"), format!("session#{session}"))
    }

    /// That a member is to be forgotten.
    pub(super) fn forgetting(member: u64) -> Key {
        Key::new(format!("member#{member}"), FORGETTING)
    }

    pub(crate) fn of(item: &Item) -> anyhow::Result<Key> {
        Ok(Key { pk: string(item, "pk")?.to_owned(), sk: string(item, "sk")?.to_owned() })
    }

    /// The id behind the kind of the thing.
    pub(super) fn id<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(&self) -> anyhow::Result<T> {
        let (_, id) = self.pk.split_once('#').with_context(|| format!("`{}` is no key", self.pk))?;
        id.parse().with_context(|| format!("`{id}` is no id"))
    }

    pub(crate) fn item(&self) -> Item {
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }
}

pub(super) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(super) fn json<T: Serialize>(value: &T) -> anyhow::Result<AttributeValue> {
    Ok(AttributeValue::S(serde_json::to_string(value)?))
}

pub(super) fn string<'a>(item: &'a Item, name: &str) -> anyhow::Result<&'a str> {
    let found = item.get(name).with_context(|| format!("an item has no `{name}`"))?;
    found.as_s().map(String::as_str).map_err(|_| anyhow!("`{name}` is no text"))
}

pub(super) fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    item: &Item,
    name: &str,
) -> anyhow::Result<T> {
    string(item, name)?.parse().with_context(|| format!("`{name}` of an item"))
}

/// Nothing counts as 0.
pub(super) fn integer(item: &Item, name: &str) -> anyhow::Result<i64> {
    let Some(value) = item.get(name) else { return Ok(0) };
    let digits = value.as_n().map_err(|_| anyhow!("`{name}` is no number"))?;
    digits.parse().with_context(|| format!("`{name}` of an item"))
}

pub(super) fn from_json<T: DeserializeOwned>(item: &Item, name: &str) -> anyhow::Result<T> {
    serde_json::from_str(string(item, name)?)
        .map_err(Unreadable::from)
        .with_context(|| format!("`{name}` of an item"))
}

pub(super) fn balance(item: &Item) -> anyhow::Result<Balance> {
    let warned_by = item.contains_key(WARNED_BY).then(|| parsed(item, WARNED_BY)).transpose()?;
    Ok(Balance { amounts: amounts(item)?, warned_by, next_turn: integer(item, NEXT_TURN)? })
}

pub(super) fn amounts(item: &Item) -> anyhow::Result<Amounts> {
    Ok(Amounts {
        reserved: integer(item, "reserved")?,
        spent: integer(item, "spent")?,
        ordered: integer(item, "ordered")?,
        delivered: integer(item, "delivered")?,
        calls: integer(item, "calls")?,
    })
}
