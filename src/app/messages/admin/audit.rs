//! The audit trail: who changed what, and what the guardrail held back.

use std::collections::BTreeMap;

use super::{access_rules, list, rule_parts, word_rule};
use crate::app::messages::{code, count, fitted, page, page_within, typed};
use crate::backends::discord_api::message::{Message, PANEL_LIMIT};
use crate::domain::job::{JobId, WARN_PERCENT};
use crate::domain::limits::Limits;
use crate::domain::policy::{Access, Budget, Entry, Part, Rule};
use crate::domain::settings::{Defaults, Field};
use crate::domain::text::clip;
use crate::domain::usage::BlockedRow;

pub(crate) fn changed(entry: Option<&Entry>) -> Message {
    let Some(entry) = entry else {
        return Message::words("Nothing changed: everything is already as you want it.");
    };
    let title = match entry.undoes {
        Some(undone) => {
            format!("Entry {undone} is taken back, as entry {} of the audit trail.", entry.number)
        }
        None => format!("Done. `/easel audit undo:{}` takes it back.", entry.number),
    };
    page(&title, &[difference(entry)])
}

/// Characters of the changes where what was held back stands below them.
const CHANGES_BESIDE_BLOCKED: usize = 2_400;

/// Whose pictures were removed, by their jobs; of a member who was forgotten nobody knows it.
pub(crate) type Whose = BTreeMap<JobId, u64>;

/// Who changed what, when, whose pictures were removed, and below it what the guardrail held back: never the words or the
/// picture themselves.
pub(crate) fn audit(entries: &[Entry], whose: &Whose, blocked: &[BlockedRow]) -> Message {
    let room = if blocked.is_empty() { PANEL_LIMIT } else { CHANGES_BESIDE_BLOCKED };
    let mut message = changes(entries, whose, room);
    if !blocked.is_empty() {
        let line = |row: &BlockedRow| {
            let (at, stage) = (row.at.unix_timestamp(), row.stage.name());
            format!("<t:{at}:f> <@{}> in <#{}>, {stage}: {}", row.member, row.channel, typed(&row.category))
        };
        let title = "**Held back by the guardrail, the latest first**".to_owned();
        let lines: Vec<_> = std::iter::once(title).chain(blocked.iter().map(line)).collect();
        let taken: usize = message.embeds.iter().map(|words| words.chars().count()).sum();
        let taken = taken + message.content.chars().count();
        message.embeds.push(fitted(&lines, PANEL_LIMIT - taken));
    }
    message
}

fn changes(entries: &[Entry], whose: &Whose, room: usize) -> Message {
    let Some(last) = entries.last() else {
        return Message::words("Nobody has changed anything here yet.");
    };
    let line = |entry: &Entry| {
        let undone = entry.undoes.map(|number| format!(", undoing {number}")).unwrap_or_default();
        let at = entry.at.unix_timestamp();
        let what = entry.removed().map_or_else(|| clip(&difference(entry), 400), |job| removed(job, whose));
        format!("**{}** <t:{at}:f> <@{}>{undone}: {what}", entry.number, entry.by)
    };
    let earlier = if last.number > 1 {
        format!(" `/easel audit before:{}` shows what came before.", last.number)
    } else {
        String::new()
    };
    let lines: Vec<_> = entries.iter().map(line).collect();
    page_within(room, &format!("Changes in this server, the latest first.{earlier}"), &lines)
}

fn removed(job: JobId, whose: &Whose) -> String {
    match whose.get(&job) {
        Some(member) => format!("removed a picture of <@{member}>"),
        None => "removed a picture of somebody who was forgotten since".to_owned(),
    }
}

/// What a change took away and added, and not what stayed.
fn difference(entry: &Entry) -> String {
    let (before, after) = (facts(&entry.change.before), facts(&entry.change.after));
    let subject = subject(&entry.change.after);
    if before.is_empty() || after.is_empty() {
        return format!("{subject}: {} → {}", in_words(&before), in_words(&after));
    }
    let of = |facts: &[Fact], key: &str| facts.iter().find(|fact| fact.key == key).cloned();
    let gone = before.iter().filter_map(|fact| match of(&after, &fact.key) {
        Some(other) if other == *fact => None,
        Some(other) => Some(format!("{} → {}", fact.shown, other.shown)),
        None => Some(format!("− {}", fact.shown)),
    });
    let added = after.iter().filter(|fact| of(&before, &fact.key).is_none());
    let changes: Vec<_> = gone.chain(added.map(|fact| format!("+ {}", fact.shown))).collect();
    format!("{subject}: {}", changes.join(", "))
}

/// One thing that a part of a policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is about: two facts of one key are one that changed.
    key: String,
    pub(super) shown: String,
}

impl Fact {
    fn new(key: impl ToString, shown: impl Into<String>) -> Fact {
        Fact { key: key.to_string(), shown: shown.into() }
    }
}

pub(super) fn in_words(facts: &[Fact]) -> String {
    let words = list(facts.iter().map(|fact| fact.shown.clone()));
    if words.is_empty() { "none".to_owned() } else { words }
}

fn subject(part: &Part) -> String {
    match part {
        Part::Defaults(None, _) => "defaults".to_owned(),
        Part::Defaults(Some(channel), _) => format!("defaults of <#{channel}>"),
        Part::Models(_) => "models".to_owned(),
        Part::Access(_) => "access".to_owned(),
        Part::Limits(None, _) => "limits".to_owned(),
        Part::Limits(Some(role), _) => format!("limits of <@&{role}>"),
        Part::Budget(_) => "budget".to_owned(),
        Part::Words(_) => "blocked words".to_owned(),
        Part::Paused(_) => "pause".to_owned(),
        Part::Removed(_) => "removed".to_owned(),
    }
}

fn facts(part: &Part) -> Vec<Fact> {
    match part {
        Part::Defaults(_, defaults) => defaults_facts(defaults),
        Part::Models(models) => {
            let only = models.only.iter().map(|name| format!("only {}", code(name)));
            let denied = models.denied.iter().map(|name| format!("not {}", code(name)));
            only.chain(denied).map(|words| Fact::new(&words, words.clone())).collect()
        }
        Part::Access(access) => access_facts(access),
        Part::Limits(_, limits) => limits_facts(limits),
        Part::Budget(budget) => budget_facts(budget),
        Part::Words(words) => words.iter().map(|rule| Fact::new(&rule.phrase, word_rule(rule))).collect(),
        Part::Removed(job) => job.iter().map(|job| Fact::new("", code(&job.to_string()))).collect(),
        Part::Paused(reason) => reason.iter().map(|reason| Fact::new("", typed(reason))).collect(),
    }
}

fn defaults_facts(defaults: &Defaults) -> Vec<Fact> {
    let value =
        |field: Field| Some(Fact::new(field, format!("{field} {}", typed(&defaults.settings.shown(field)?))));
    let values = defaults.settings.fields().filter_map(value);
    let locks = defaults.locks.iter().map(|field| format!("{field} locked"));
    values.chain(locks.map(|words| Fact::new(&words, words.clone()))).collect()
}

/// One for each role and channel.
fn access_facts(access: &Access) -> Vec<Fact> {
    let facts = |(what, rule): (String, &Rule)| {
        let each = |(words, ids): (&'static str, Vec<String>)| {
            ids.into_iter().map(move |id| format!("{words} {id}")).collect::<Vec<_>>()
        };
        let parts: Vec<_> = rule_parts(rule).into_iter().flat_map(each).collect();
        parts.into_iter().map(move |words| format!("{what}: {words}"))
    };
    access_rules(access).flat_map(facts).map(|words| Fact::new(&words, words.clone())).collect()
}

pub(super) fn limits_facts(limits: &Limits) -> Vec<Fact> {
    let parts = [
        ("burst", limits.burst.map(|burst| format!("{} at once", count(burst.get(), "request")))),
        ("per minute", limits.per_minute.map(|rate| format!("then {rate} a minute"))),
        ("in flight", limits.in_flight.map(|limit| format!("{} under way", count(limit, "picture")))),
        ("daily", limits.daily.map(|limit| format!("{} a day", count(limit, "picture")))),
        (
            "variants",
            limits.variants.map(|limit| format!("{} of one order with variants", count(limit, "picture"))),
        ),
    ];
    parts.into_iter().filter_map(|(key, words)| Some(Fact::new(key, words?))).collect()
}

pub(super) fn budget_facts(budget: &Budget) -> Vec<Fact> {
    let dollars = [
        (budget.month, "a month for the server"),
        (budget.member_day, "a day for each member"),
        (budget.member_month, "a month for each member"),
    ];
    let budgets = dollars
        .into_iter()
        .filter_map(|(limit, words)| Some(Fact::new(words, format!("{} {words}", limit?))));
    let warning = budget.warn_in.map(|channel| format!("warning in <#{channel}> at {WARN_PERCENT} %"));
    budgets.chain(warning.map(|words| Fact::new("warning", words))).collect()
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::domain::job::Stage;
    use crate::domain::policy::Change;

    #[test]
    fn a_full_audit_trail_fits_into_a_message() {
        let at = OffsetDateTime::UNIX_EPOCH;
        let pause = |reason: &str| Part::Paused(Some(reason.repeat(400)));
        let change = Change { before: pause("*"), after: pause("_") };
        let entry = Entry { number: 7, at, by: u64::MAX, change, undoes: None };
        let (member, channel) = (u64::MAX, u64::MAX);
        let row = BlockedRow { at, member, channel, stage: Stage::Picture, category: "*".repeat(400) };
        let message = audit(&vec![entry; 15], &Whose::new(), &vec![row; 10]);
        let lengths: Vec<_> = message.embeds.iter().map(|words| words.chars().count()).collect();
        let all = lengths.iter().sum::<usize>() + message.content.chars().count();
        assert!(lengths.len() == 2 && all <= PANEL_LIMIT, "{lengths:?}");
        assert!(message.embeds.iter().all(|words| words.lines().count() > 2), "{lengths:?}");
    }
}
