//! The items that a thing from elsewhere becomes: those that there would be if all had happened here. Pure.

use super::effects::{self, DAY_KEPT};
use super::item::{Key, number, text};
use super::orders::REQUEST_KEPT;
use super::record::Record;
use super::rules::{Document, trail_line};
use super::sessions::{Held, points_at};
use super::write::Write;
use crate::store::thing::{Balance, Thing, Whole};

/// Writes of whole items, each only if there is none; all of them can be made in any order.
pub(in crate::store) fn items(thing: &Thing) -> anyhow::Result<Vec<Write>> {
    let writes = match thing {
        Thing::Job(whole) => job(whole)?,
        Thing::Account(balance) => vec![account(balance)],
        Thing::Usage { guild, month, row } => {
            let key = Key::usage(guild, month, &row.day, &row.member.to_string(), &row.model);
            let counters = [
                ("delivered", row.pictures.into()),
                ("calls", row.attempts.into()),
                ("spent", row.dollars.0),
            ];
            vec![Write::put(&key, counters.map(|(name, count)| (name, number(count))))]
        }
        Thing::Policy { guild, policy, last } => {
            let document = Document { value: policy, revision: Some(last.max(&1) - 1), number: *last };
            vec![document.put(&Key::policy(*guild), *last)?]
        }
        Thing::Line { guild, entry } => vec![trail_line(*guild, entry)?],
        Thing::Preferences { member, settings } => {
            let document = Document { value: settings, revision: None, number: 0 };
            vec![document.put(&Key::preferences(*member), 0)?]
        }
        Thing::Session { session, waiting } => {
            let held = Held { session: session.clone(), waiting: *waiting, revision: 0 };
            let mut writes = vec![held.put()?];
            let begun = (!waiting).then(|| Key::begun(session));
            let running = held.is_running().then(|| Key::running(session.channel));
            writes.extend(begun.iter().chain(&running).map(|key| points_at(key, session)));
            writes
        }
    };
    Ok(writes.into_iter().map(Write::if_absent).collect())
}

/// The job, and what it is known and found by. The accounts and the usage are things of their own.
fn job(whole: &Whole) -> anyhow::Result<Vec<Write>> {
    let (record, job) = (Record::of(whole), &whole.claim.job);
    let mut writes = vec![effects::put(&record, 1)?];
    writes.extend(effects::found_by(None, &record)?);
    writes.extend(effects::held_back(None, &record)?);
    let known = [
        ("job", text(&job.id.to_string())),
        // Whoever wrote it does not ask any more.
        ("writer", text("migration")),
        ("expires", number((job.created + REQUEST_KEPT).unix_timestamp())),
    ];
    writes.push(Write::put(&Key::request(&job.dedupe_key()), known));
    writes.extend(job.session().map(|session| Write::put(&Key::session_job(session, job.id), [])));
    Ok(writes)
}

fn account(balance: &Balance) -> Write {
    let Balance { account, tally, calls, last_order, told_by } = balance;
    let (ordered, delivered) = (i64::from(tally.ordered), i64::from(tally.delivered));
    let mut attributes = vec![
        ("reserved", number(tally.reserved.0)),
        ("spent", number(tally.spent.0)),
        ("used", number(tally.reserved.0 + tally.spent.0)),
        ("ordered", number(ordered)),
        ("delivered", number(delivered)),
        ("taken", number(ordered + delivered)),
        ("calls", number(*calls)),
    ];
    attributes.extend(last_order.map(|last| ("expires", number(last.unix_timestamp() + DAY_KEPT))));
    attributes.extend(told_by.map(|job| ("told_by", text(&job.to_string()))));
    Write::put(&Key::account(account), attributes)
}
