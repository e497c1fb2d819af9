//! The writes of a transaction that carry out what a step of a job changes.

use super::item::{Key, NEXT_TURN, WARNED_BY, json, number, text};
use super::write::Write;
use crate::domain::job::accounts::{Bound, Measure};
use crate::domain::job::{
    BlockedChange, Difference, DigestChange, JobId, JobRecord, Latest, Posting, ShelfChange, UsagePosting,
};

/// The job as it is after a step from this revision, and all that changes with it.
pub(super) fn writes(
    revision: Option<i64>,
    after: &JobRecord,
    difference: &Difference,
    bounds: &[Bound],
) -> anyhow::Result<Vec<Write>> {
    let put = put(after, revision.unwrap_or_default() + 1)?;
    let mut writes = vec![match revision {
        Some(revision) => put.only_if("rev = :rev", [(":rev", number(revision))]),
        None => put.if_absent(),
    }];
    writes.extend(difference.postings.iter().map(|posting| post(posting, bounds)));
    writes.extend(difference.usage.iter().map(post_usage));
    writes.extend(difference.digests.iter().map(|change| find_by(after.id(), change)));
    writes.extend(difference.latest.map(|of| latest(after.id(), of)));
    writes.extend(difference.disowned.map(|member| Write::delete(Key::member_job(member, after.id()))));
    writes.extend(difference.shelves.iter().map(|change| move_to(after.id(), change)));
    writes.extend(difference.blocked.iter().map(|line| list_blocked(after.id(), after.created_ms(), line)));
    Ok(writes)
}

/// The job itself. What has something to do stands in a queue of the index.
pub(super) fn put(record: &JobRecord, revision: i64) -> anyhow::Result<Write> {
    let mut attributes = vec![("doc", json(record)?), ("rev", number(revision))];
    if let Some((queue, due)) = record.queue() {
        attributes.extend([("queue", text(queue.name())), ("due", number(due))]);
    }
    Ok(Write::put(&Key::job(record.id()), attributes))
}

/// The places of a job among those of its member, session or key, and of the one that it varies: it has them from its
/// admission on.
pub(super) fn places(record: &JobRecord) -> Vec<Write> {
    let job = record.id();
    let places = [
        record.key().map(|key| Key::key_job(key, job)),
        record.session().map(|session| Key::session_job(session, job)),
        record.member().map(|member| Key::member_job(member, job)),
        record.parent().map(|parent| Key::child(parent, job)),
    ];
    places.iter().flatten().map(|key| Write::put(key, [])).collect()
}

/// Conditions cannot add: `used` and `taken` are the sums that limits are held against.
fn post(posting: &Posting, bounds: &[Bound]) -> Write {
    let Posting { account, amounts, warning, next_turn } = posting;
    let added = [
        ("reserved", amounts.reserved),
        ("spent", amounts.spent),
        ("used", amounts.used()),
        ("ordered", amounts.ordered),
        ("delivered", amounts.delivered),
        ("taken", amounts.taken()),
        ("calls", amounts.calls),
    ];
    let added: Vec<_> = added.into_iter().filter(|(_, more)| *more != 0).collect();
    let warned_by = warning.map(|change| change.then);
    let until = account.kept_until();
    let mut set = Vec::new();
    set.extend(until.map(|_| "expires = :expires".to_owned()));
    set.extend(warned_by.flatten().map(|_| format!("{WARNED_BY} = :then")));
    set.extend(next_turn.map(|_| format!("{NEXT_TURN} = :turn")));
    let mut clauses = Vec::new();
    if !set.is_empty() {
        clauses.push(format!("SET {}", set.join(", ")));
    }
    if !added.is_empty() {
        let added: Vec<_> = added.iter().map(|(name, _)| format!("{name} :{name}")).collect();
        clauses.push(format!("ADD {}", added.join(", ")));
    }
    if warned_by == Some(None) {
        clauses.push(format!("REMOVE {WARNED_BY}"));
    }
    let mut write = Write::update(Key::account(account), clauses.join(" "));
    for (name, more) in added {
        write = write.with([(format!(":{name}").as_str(), number(more))]);
    }
    if let Some(until) = until {
        write = write.with([(":expires", number(until))]);
    }
    if let Some(turn) = next_turn {
        write = write.with([(":turn", number(*turn))]);
    }
    if let Some(job) = warned_by.flatten() {
        write = write.with([(":then", job_text(job))]);
    }
    if let Some(change) = warning {
        write = match change.seen {
            Some(job) => write.only_if(&format!("{WARNED_BY} = :seen"), [(":seen", job_text(job))]),
            None => write.only_if(&format!("attribute_not_exists({WARNED_BY})"), []),
        };
    }
    let here = bounds.iter().filter(|bound| bound.account.as_ref() == Some(account));
    here.fold(write, within)
}

fn job_text(job: JobId) -> aws_sdk_dynamodb::types::AttributeValue {
    text(&job.to_string())
}

/// Only if there is room for what is added.
fn within(write: Write, bound: &Bound) -> Write {
    let (name, value) = match bound.measure() {
        Measure::Ordered => ("ordered", ":ordered_room"),
        Measure::Taken => ("taken", ":taken_room"),
        Measure::Used => ("used", ":used_room"),
    };
    let holds = format!("(attribute_not_exists({name}) OR {name} <= {value})");
    write.only_if(&holds, [(value, number(bound.room()))])
}

fn post_usage(usage: &UsagePosting) -> Write {
    let UsagePosting { guild, member, month, day, model, amounts } = usage;
    let key = Key::usage(guild, month, day, member, model);
    let write = Write::update(key, "ADD delivered :delivered, calls :calls, spent :spent");
    write.with([
        (":delivered", number(amounts.delivered)),
        (":calls", number(amounts.calls)),
        (":spent", number(amounts.spent)),
    ])
}

fn find_by(job: JobId, change: &DigestChange) -> Write {
    let DigestChange { n, sha256, is_found } = change;
    let key = Key::sha256(sha256, job, *n);
    if *is_found {
        Write::put(&key, [("job", job_text(job)), ("picture", number((*n).into()))])
    } else {
        Write::delete(key)
    }
}

fn move_to(job: JobId, ShelfChange { shelf, is_there }: &ShelfChange) -> Write {
    let key = Key::shelved(shelf, job);
    if *is_there { Write::put(&key, []) } else { Write::delete(key) }
}

/// A member's last picture in a channel.
pub(super) fn latest(job: JobId, Latest { channel, member }: Latest) -> Write {
    Write::put(&Key::latest(channel, member), [("job", job_text(job))])
}

/// What a guardrail held back of a job: one item for the prompt, one for all pictures.
pub(super) fn list_blocked(job: JobId, ordered_at: i64, line: &BlockedChange) -> Write {
    let BlockedChange { guild, channel, member, stage, category } = line;
    let key = Key::blocked(*guild, job, *stage);
    let Some(category) = category else { return Write::delete(key) };
    let attributes = [
        ("asked", number(ordered_at)),
        ("who", text(&member.to_string())),
        ("place", text(&channel.to_string())),
        ("stage", text(stage.name())),
        ("category", text(category)),
    ];
    Write::put(&key, attributes)
}
