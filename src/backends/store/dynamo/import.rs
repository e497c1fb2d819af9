//! The items of the table that an item from another back end becomes: those that there would be if all had happened
//! here.

use super::item::{Key, NEXT_TURN, WARNED_BY, number, text};
use super::orders::known_request;
use super::policies::{Document, trail_line};
use super::write::Write;
use super::{effects, sessions};
use crate::backends::store::item::StoreItem;
use crate::domain::job::JobRecord;
use crate::domain::job::accounts::{Account, Balance};

/// Writes of whole items, each only if there is none; all of them can be made in any order.
pub(crate) fn items(item: &StoreItem) -> anyhow::Result<Vec<Write>> {
    let writes = match item {
        StoreItem::Job(record) => job(record)?,
        // Whoever wrote it does not ask any more.
        StoreItem::Request { request, job, expires } => {
            vec![known_request(request, *job, "migration", *expires)]
        }
        StoreItem::Account(account, balance) => vec![self::account(account, balance)],
        StoreItem::Digest { sha256, job, n } => {
            let key = Key::sha256(sha256, *job, *n);
            vec![Write::put(&key, [("job", text(&job.to_string())), ("picture", number((*n).into()))])]
        }
        StoreItem::Latest { of, job } => vec![effects::latest(*job, *of)],
        StoreItem::Durations { model, durations } => vec![super::durations::put(model, durations)?],
        StoreItem::Blocked { job, at, line } => vec![effects::list_blocked(*job, *at, line)],
        StoreItem::Usage { guild, month, row } => {
            let key = Key::usage(guild, month, &row.day, &row.member.to_string(), &row.model);
            let counters = [
                ("delivered", row.pictures.into()),
                ("calls", row.attempts.into()),
                ("spent", row.dollars.0),
            ];
            vec![Write::put(&key, counters.map(|(name, count)| (name, number(count))))]
        }
        StoreItem::Policy { guild, policy, last } => {
            let document = Document { value: policy, revision: Some(last.max(&1) - 1), number: *last };
            vec![document.put(&Key::policy(*guild))?]
        }
        StoreItem::AuditLine { guild, entry } => vec![trail_line(*guild, entry)?],
        StoreItem::Preferences { member, settings } => {
            let document = Document { value: settings, revision: None, number: 0 };
            vec![document.put(&Key::preferences(*member))?]
        }
        StoreItem::Session(record) => {
            let session = &record.session;
            let begun = (!record.waiting).then(|| Key::begun(session));
            let running = record.running().map(|session| Key::running(session.channel));
            let pointers = begun.iter().chain(&running).map(|key| sessions::points_at(key, session));
            let of_members = sessions::of_members(session, None);
            [sessions::put(record, 0)?].into_iter().chain(pointers).chain(of_members).collect()
        }
        StoreItem::Forgetting(forgetting) => vec![super::forgetting::put(forgetting, None)?],
    };
    Ok(writes.into_iter().map(Write::if_absent).collect())
}

/// The job, and where it is found.
fn job(record: &JobRecord) -> anyhow::Result<Vec<Write>> {
    let shelves = record.shelves();
    let shelved = shelves.iter().map(|shelf| Write::put(&Key::shelved(shelf, record.id()), []));
    Ok([effects::put(record, 1)?].into_iter().chain(effects::places(record)).chain(shelved).collect())
}

fn account(account: &Account, balance: &Balance) -> Write {
    let Balance { amounts, warned_by, next_turn } = balance;
    let mut attributes = vec![
        ("reserved", number(amounts.reserved)),
        ("spent", number(amounts.spent)),
        ("used", number(amounts.used())),
        ("ordered", number(amounts.ordered)),
        ("delivered", number(amounts.delivered)),
        ("taken", number(amounts.taken())),
        ("calls", number(amounts.calls)),
    ];
    attributes.extend(account.kept_until().map(|until| ("expires", number(until))));
    attributes.extend(warned_by.map(|job| (WARNED_BY, text(&job.to_string()))));
    attributes.extend((*next_turn != 0).then(|| (NEXT_TURN, number(*next_turn))));
    Write::put(&Key::account(account), attributes)
}
