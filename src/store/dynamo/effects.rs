//! What a change of a job changes beside it: the accounts, the usage, and what its pictures are found by. Pure.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Key, json, number, text};
use super::record::Record;
use super::write::Write;
use crate::error::Refusal;
use crate::job::{JobId, Origin, Outcome};
use crate::limits::Purse;
use crate::store::Stage;
use crate::store::accounts::{Account, Accounts, Bound, Entry, Limit};

/// Seconds for which the account of a day is kept.
pub(super) const DAY_KEPT: i64 = 400 * 86_400;

/// The job that told that most of the server's month is used, as the server's account keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing changes, whatever it is.
    AsItIs,
    /// This job tells, as the first.
    By(JobId),
    /// Somebody told before.
    Before,
    /// It is to be told again.
    ByNobody,
    /// What this job told is to be told again.
    NotBy(JobId),
}

/// The writes that turn `before` into `after`, if what is added fits under the bounds.
pub(super) fn effects(
    before: Option<(&Record, i64)>,
    after: &Record,
    bounds: &[Bound],
    told: Told,
) -> anyhow::Result<Vec<Write>> {
    let accounts = after.accounts()?;
    let share = before.map(|(record, _)| (record.entry(), record.calls())).unwrap_or_default();
    let entry = difference(after.entry(), share.0);
    let calls = after.calls() - share.1;
    let mut writes = vec![document(before.map(|(_, revision)| revision), after)?];
    let is_guild = |account: &Account| accounts.purse(Purse::Guild).as_ref() == Some(account);
    let is_day = |account: &Account| accounts.purse(Purse::MemberDay).as_ref() == Some(account);
    for account in accounts.all() {
        let told = if is_guild(&account) { told } else { Told::AsItIs };
        let until = is_day(&account).then_some(after.created / 1_000 + DAY_KEPT);
        writes.extend(booking(&account, entry, calls, bounds, told, until));
    }
    writes.extend(usage(&accounts, after, entry, calls));
    writes.extend(found_by(before.map(|(record, _)| record), after)?);
    writes.extend(held_back(before.map(|(record, _)| record), after)?);
    Ok(writes)
}

fn document(revision: Option<i64>, record: &Record) -> anyhow::Result<Write> {
    let put = put(record, revision.unwrap_or_default() + 1)?;
    Ok(match revision {
        Some(revision) => put.only_if("rev = :rev", [(":rev", number(revision))]),
        None => put.if_absent(),
    })
}

/// The job itself. What has something to do stands in a queue of the index.
pub(super) fn put(record: &Record, revision: i64) -> anyhow::Result<Write> {
    let mut attributes = vec![("doc", json(record)?), ("rev", number(revision))];
    if record.open {
        let (queue, due) = match record.fence {
            0 => ("admitted", record.created),
            _ => ("begun", record.lease_until.max(record.not_before)),
        };
        attributes.extend([("queue", text(queue)), ("due", number(due))]);
    }
    Ok(Write::put(&Key::job(record.id()), attributes))
}

fn difference(after: Entry, before: Entry) -> Entry {
    Entry {
        reserved: after.reserved - before.reserved,
        spent: after.spent - before.spent,
        ordered: after.ordered - before.ordered,
        delivered: after.delivered - before.delivered,
    }
}

/// Conditions cannot add: `used` and `taken` are the sums that limits are held against.
fn booking(
    account: &Account,
    entry: Entry,
    calls: i64,
    bounds: &[Bound],
    told: Told,
    until: Option<i64>,
) -> Option<Write> {
    let added = [
        ("reserved", entry.reserved),
        ("spent", entry.spent),
        ("used", entry.reserved + entry.spent),
        ("ordered", entry.ordered),
        ("delivered", entry.delivered),
        ("taken", entry.ordered + entry.delivered),
        ("calls", calls),
    ];
    let added: Vec<_> = added.into_iter().filter(|(_, more)| *more != 0).collect();
    if added.is_empty() && told == Told::AsItIs {
        return None;
    }
    let mut set = Vec::new();
    let mut expression = String::new();
    if until.is_some() {
        set.push("expires = :expires");
    }
    if let Told::By(_) = told {
        set.push("told_by = :job");
    }
    if !set.is_empty() {
        expression += &format!("SET {} ", set.join(", "));
    }
    if !added.is_empty() {
        let added: Vec<_> = added.iter().map(|(name, _)| format!("{name} :{name}")).collect();
        expression += &format!("ADD {} ", added.join(", "));
    }
    if matches!(told, Told::ByNobody | Told::NotBy(_)) {
        expression += "REMOVE told_by";
    }
    let mut write = Write::update(Key::account(account), expression.trim());
    for (name, more) in added {
        write = write.with([(format!(":{name}").as_str(), number(more))]);
    }
    if let Some(until) = until {
        write = write.with([(":expires", number(until))]);
    }
    write = match told {
        Told::AsItIs | Told::ByNobody => write,
        Told::By(job) => {
            write.only_if("attribute_not_exists(told_by)", []).with([(":job", text(&job.to_string()))])
        }
        Told::Before => write.only_if("attribute_exists(told_by)", []),
        Told::NotBy(job) => write.only_if("told_by = :job", [(":job", text(&job.to_string()))]),
    };
    let here = bounds.iter().filter(|bound| bound.account.as_ref() == Some(account));
    Some(here.fold(write, guarded))
}

/// Only if there is room for what is added.
fn guarded(write: Write, bound: &Bound) -> Write {
    let (name, value) = match bound.limit {
        Limit::InFlight(_) => ("ordered", ":ordered_room"),
        Limit::Daily { .. } => ("taken", ":taken_room"),
        Limit::Ceiling { .. } => ("used", ":used_room"),
    };
    let holds = format!("(attribute_not_exists({name}) OR {name} <= {value})");
    write.only_if(&holds, [(value, number(bound.room()))])
}

/// The counters of a server's day, member and model.
fn usage(accounts: &Accounts, record: &Record, entry: Entry, calls: i64) -> Option<Write> {
    let (guild, member) = (accounts.guild.as_ref()?, accounts.member.as_ref()?);
    if (entry.delivered, calls, entry.spent) == (0, 0, 0) {
        return None;
    }
    let key = Key::usage(guild, &accounts.month, &accounts.day, member, &record.request.model);
    let write = Write::update(key, "ADD delivered :delivered, calls :calls, spent :spent");
    Some(write.with([
        (":delivered", number(entry.delivered)),
        (":calls", number(calls)),
        (":spent", number(entry.spent)),
    ]))
}

/// Pictures that the job has and did not have before, by their bytes.
pub(super) fn found_by(before: Option<&Record>, after: &Record) -> anyhow::Result<Vec<Write>> {
    let digest = |record: Option<&Record>, n: usize| -> Option<String> {
        record?.pictures.get(n)?.painted().map(str::to_owned)
    };
    let mut writes = Vec::new();
    for n in 0..after.pictures.len() {
        let is = digest(Some(after), n);
        if is != digest(before, n)
            && let Some(digest) = is
        {
            let key = Key::sha256(&digest, after.id(), n);
            let of = [("job", text(&after.id().to_string())), ("picture", number(i64::try_from(n)?))];
            writes.push(Write::put(&key, of));
        }
    }
    Ok(writes)
}

/// What a guardrail held back of a server's job: one item for the prompt, one for all pictures.
pub(super) fn held_back(before: Option<&Record>, after: &Record) -> anyhow::Result<Vec<Write>> {
    let Origin::Discord(origin) = &after.origin else { return Ok(Vec::new()) };
    let Some(guild) = origin.guild else { return Ok(Vec::new()) };
    let mut writes = Vec::new();
    for stage in [Stage::Prompt, Stage::Picture] {
        let categories = categories(after, stage);
        if categories == before.map(|before| self::categories(before, stage)).unwrap_or_default() {
            continue;
        }
        let key = Key::blocked(guild, after.id(), stage == Stage::Picture);
        writes.push(if categories.is_empty() {
            Write::delete(key)
        } else {
            let attributes: [(&str, AttributeValue); 5] = [
                ("asked", number(after.created)),
                ("who", text(&origin.member.to_string())),
                ("place", text(&origin.channel.to_string())),
                ("stage", text(stage.name())),
                ("category", text(&categories.join("; "))),
            ];
            Write::put(&key, attributes)
        });
    }
    Ok(writes)
}

/// Each category once.
fn categories(record: &Record, stage: Stage) -> Vec<&str> {
    let mut categories = Vec::new();
    for outcome in record.pictures.iter().filter_map(|picture| picture.outcome.as_ref()) {
        let (of, category) = match outcome {
            Outcome::Refused { refusal: Refusal::GuardedPrompt { category } } => (Stage::Prompt, category),
            Outcome::Refused { refusal: Refusal::GuardedPicture { category } } => (Stage::Picture, category),
            _ => continue,
        };
        if of == stage && !categories.contains(&category.as_str()) {
            categories.push(category.as_str());
        }
    }
    categories
}
