//! What lies in a table, kind by kind: how much of it, and a hash over all of it. Pure.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::item::{Item, Key, amounts, integer};
use super::stored;
use crate::backends::store::ledger::Ledger;
use crate::domain::money::Micros;

/// What an item is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Jobs with their pictures and calls.
    Jobs,
    /// Requests that are known, so that none is taken twice.
    Requests,
    /// Pictures that are found by their bytes.
    Digests,
    /// Members' last pictures in channels.
    Latest,
    /// How long models take.
    Durations,
    /// Whose money and pictures.
    Accounts,
    /// What members used, day by day.
    Usage,
    /// What a guardrail held back.
    HeldBack,
    /// Servers' policies.
    Policies,
    /// Lines of their audit trails.
    Audit,
    /// Members' preferences.
    Preferences,
    /// Sessions: running, waiting, ended.
    Sessions,
    /// Jobs of sessions.
    SessionJobs,
    /// Jobs of keys of the images API.
    KeyJobs,
    /// Jobs of members.
    MemberJobs,
    /// Jobs that vary others.
    Children,
    /// Sessions that members started or are named in.
    MemberSessions,
    /// Members who are to be forgotten.
    Forgetting,
    /// Jobs on shelves.
    Shelves,
    /// Sessions of channels.
    Channels,
    /// What Easel does not know.
    Unknown,
}

/// How much there is of a kind. The hash does not depend on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many items.
    pub rows: u64,
    /// The exclusive or of the SHA-256 of each item.
    pub hash: [u8; 32],
}

/// What lies in a table, or would lie there.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) kinds: BTreeMap<Kind, Count>,
    pub(crate) ledger: Ledger,
}

impl Kind {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Jobs => "jobs",
            Kind::Requests => "requests",
            Kind::Digests => "pictures by SHA-256",
            Kind::Latest => "last pictures",
            Kind::Durations => "times of models",
            Kind::Accounts => "accounts",
            Kind::Usage => "usage",
            Kind::HeldBack => "held back",
            Kind::Policies => "policies",
            Kind::Audit => "audit trail",
            Kind::Preferences => "preferences",
            Kind::Sessions => "sessions",
            Kind::SessionJobs => "jobs of sessions",
            Kind::KeyJobs => "jobs of keys",
            Kind::MemberJobs => "jobs of members",
            Kind::Children => "variations",
            Kind::MemberSessions => "sessions of members",
            Kind::Forgetting => "to be forgotten",
            Kind::Shelves => "gallery",
            Kind::Channels => "channels",
            Kind::Unknown => "unknown",
        }
    }

    pub(crate) fn of(key: &Key) -> Kind {
        let kind = |of: &str| of.split_once('#').map_or_else(|| of.to_owned(), |(kind, _)| kind.to_owned());
        match (kind(&key.pk).as_str(), kind(&key.sk).as_str()) {
            ("job", "job") => Kind::Jobs,
            ("request", "request") => Kind::Requests,
            ("sha256", _) => Kind::Digests,
            ("account", _) => Kind::Accounts,
            ("usage", _) => Kind::Usage,
            ("guild", "blocked") => Kind::HeldBack,
            ("guild", "policy") => Kind::Policies,
            ("guild", "audit") => Kind::Audit,
            ("member", "preferences") => Kind::Preferences,
            ("session", "session") => Kind::Sessions,
            ("session", "job") => Kind::SessionJobs,
            ("key", "job") => Kind::KeyJobs,
            ("model", "durations") => Kind::Durations,
            ("member", "job") => Kind::MemberJobs,
            ("member", "session") => Kind::MemberSessions,
            ("member", "forgetting") => Kind::Forgetting,
            ("job", "child") => Kind::Children,
            ("shelf", _) => Kind::Shelves,
            ("channel", "latest") => Kind::Latest,
            ("channel", "running" | "session") => Kind::Channels,
            _ => Kind::Unknown,
        }
    }
}

impl Contents {
    pub(crate) fn add(&mut self, key: &Key, item: &Item) -> anyhow::Result<()> {
        let kind = Kind::of(key);
        let count = self.kinds.entry(kind).or_default();
        count.rows += 1;
        count.hash.iter_mut().zip(digest(item)).for_each(|(sum, byte)| *sum ^= byte);
        match kind {
            Kind::Accounts => {
                let (held, scope) = (amounts(item)?, key.pk.trim_start_matches("account#"));
                self.ledger.account(scope, &key.sk, Micros(held.reserved), Micros(held.spent));
            }
            Kind::Jobs => {
                if let Some(stored) = stored(item)? {
                    let amounts = stored.record.amounts();
                    let pictures = i64::try_from(stored.record.ordered())?;
                    self.ledger.of_jobs(pictures, amounts.calls, Micros(amounts.spent));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether it may vanish at any moment, or has. Nobody needs it then.
pub(crate) fn is_gone(item: &Item, by: OffsetDateTime) -> anyhow::Result<bool> {
    Ok(item.contains_key("expires") && integer(item, "expires")? <= by.unix_timestamp())
}

/// SHA-256 over names, types and values, by name.
pub(crate) fn digest(item: &Item) -> [u8; 32] {
    let mut sum = Sha256::new();
    for (name, value) in item.iter().collect::<BTreeMap<_, _>>() {
        let (kind, value) = match value {
            AttributeValue::S(text) => ('S', text.clone()),
            AttributeValue::N(digits) => ('N', digits.clone()),
            other => ('?', format!("{other:?}")),
        };
        // With its length each part ends where it ends.
        sum.update(format!("{}:{name}{kind}{}:{value}", name.len(), value.len()));
    }
    sum.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::super::item::{number, text};
    use super::*;

    fn item(pairs: &[(&str, AttributeValue)]) -> Item {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_digest_tells_names_types_and_values_apart_and_no_order() {
        let all = [
            item(&[("a", text("1"))]),
            item(&[("a", number(1))]),
            item(&[("b", text("1"))]),
            item(&[("a", text("1")), ("b", text("2"))]),
            item(&[("a", text("1S1:b1:2"))]),
            item(&[("a", AttributeValue::Bool(true))]),
            item(&[("a", AttributeValue::Bool(false))]),
        ];
        let digests: std::collections::HashSet<_> = all.iter().map(digest).collect();
        assert_eq!(digests.len(), all.len());
        let turned = item(&[("b", text("2")), ("a", text("1"))]);
        assert_eq!(digest(&turned), digest(&all[3]));
    }

    #[test]
    fn the_hash_of_a_kind_depends_on_each_item_and_on_no_order() {
        let items: Vec<_> = (0..3).map(|n| item(&[("lines", number(n))])).collect();
        let key = Key { pk: "guild#1".into(), sk: "policy".into() };
        let contents = |order: &[usize]| {
            let mut contents = Contents::default();
            order.iter().for_each(|at| contents.add(&key, &items[*at]).unwrap());
            contents.kinds[&Kind::Policies]
        };
        assert_eq!(contents(&[0, 1, 2]), contents(&[2, 0, 1]));
        assert_ne!(contents(&[0, 1]).hash, contents(&[0, 2]).hash);
    }
}
