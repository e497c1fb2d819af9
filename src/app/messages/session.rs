//! What people read about sessions.

use super::export::day;
use super::{count, page as listed, typed};
use crate::app::components::{self, Button, Look};
use crate::backends::discord_api::message::{ALT_LIMIT, Message};
use crate::domain::job::Tally;
use crate::domain::session::{DEFAULT_QUIET_HOURS, Plan, Session, SessionId};
use crate::domain::text::{clip, visible};

/// A session has begun, for everybody in its channel.
pub(crate) fn begun(session: &Session) -> Message {
    let title = format!(
        "**{}** – <@{}> has begun a session here. Each `/imagine` in this channel takes part in it; `/session show` tells more.",
        typed(&session.plan.title),
        session.by
    );
    // No embed: in a thread, Easel may lack the permission for one.
    Message::words(format!("{title}\n{}", plan_lines(&session.plan).join("\n")))
}

/// The same, for the channel that the thread was made in.
pub(crate) fn begun_in_thread(session: &Session) -> Message {
    Message::words(format!(
        "**{}** – the session has begun in <#{}>.",
        typed(&session.plan.title),
        session.channel
    ))
}

/// Another session runs: end it for this one?
pub(crate) fn which_one(running: &Session, waiting: SessionId) -> Message {
    let words = format!(
        "**{}** is running in this channel since <t:{}:R>, and a channel has one session at a time. End it and begin yours? \
         Its pictures stay, and it can still be exported by the channel's `/session export` until yours begins.",
        typed(&running.plan.title),
        running.started.unix_timestamp()
    );
    let buttons = [
        (Button::Replace(waiting, Some(running.id)), "End it and begin mine", Look::Danger),
        (Button::Keep(waiting), "Let it go on", Look::Plain),
    ];
    Message { components: vec![components::row(&buttons)], ..Message::words(words) }
}

pub(crate) fn replaced(begun: &Session) -> Message {
    Message::words(format!("**{}** has begun.", typed(&begun.plan.title)))
}

pub(crate) fn kept() -> Message {
    Message::words("The session in this channel goes on.")
}

/// The question was answered before, or is too old.
pub(crate) fn nothing_waits() -> Message {
    Message::words("That session is no longer waiting. `/session start` begins one.")
}

/// What holds after a change.
pub(crate) fn changed(session: &Session) -> Message {
    let title = format!("**{}** was changed. What holds in this session:", typed(&session.plan.title));
    listed(&title, &plan_lines(&session.plan))
}

pub(crate) fn facts(session: &Session, tally: &Tally) -> Message {
    let title = format!(
        "**{}** – begun by <@{}> <t:{}:R>; without a request it ends by itself <t:{}:R>.",
        typed(&session.plan.title),
        session.by,
        session.started.unix_timestamp(),
        session.quiet_end().unix_timestamp()
    );
    let mut lines = plan_lines(&session.plan);
    lines.push(sums(tally));
    if tally.ordered > 0 {
        lines.push(format!("under way: {}, {} reserved", count(tally.ordered, "picture"), tally.reserved));
    }
    listed(&title, &lines)
}

pub(crate) fn ended(session: &Session, tally: &Tally, members: usize) -> Message {
    Message::words(format!(
        "**{}** has ended: {}, by {}. Begun by <@{}> <t:{}:R>. `/session export` packs all of it, until another session begins here.",
        typed(&session.plan.title),
        sums(tally),
        count(members, "member"),
        session.by,
        session.started.unix_timestamp()
    ))
}

/// A page, from 0, of a session's pictures.
pub(crate) fn history(session: &Session, pictures: usize, page: u32, pages: u32) -> Message {
    if pictures == 0 {
        return Message::words(format!("**{}** has no picture yet.", typed(&session.plan.title)));
    }
    let words = format!(
        "**{}** – {}, the oldest first; page {} of {pages}. Private pictures of others are left out.",
        typed(&session.plan.title),
        count(pictures, "picture"),
        page + 1
    );
    let earlier = page.checked_sub(1).map(|page| (Button::History(session.id, page), "Earlier", Look::Plain));
    let later = (page + 1 < pages).then(|| (Button::History(session.id, page + 1), "Later", Look::Plain));
    let buttons: Vec<_> = earlier.into_iter().chain(later).collect();
    let components = if buttons.is_empty() { Vec::new() } else { vec![components::row(&buttons)] };
    Message { components, ..Message::words(words) }
}

pub(crate) fn sheet_alt(title: &str, first: usize, last: usize) -> String {
    clip(&format!("Pictures {first} to {last} of the session {}", visible(title)), ALT_LIMIT)
}

pub(crate) fn export_facts(session: &Session, tally: &Tally, pictures: usize) -> Vec<String> {
    let dates = session.ended.map_or_else(
        || format!("begun {}", day(session.started)),
        |ended| format!("{} to {} (UTC)", day(session.started), day(ended)),
    );
    vec![dates, format!("{} in this file", count(pictures, "picture")), format!("{} in all", tally.spent)]
}

fn sums(tally: &Tally) -> String {
    format!("{}, {}", count(tally.delivered, "picture"), tally.spent)
}

fn plan_lines(plan: &Plan) -> Vec<String> {
    let value = |field| Some(format!("{field}: **{}**", typed(&plan.settings.shown(field)?)));
    let mut lines: Vec<_> = plan.settings.fields().filter_map(value).collect();
    if plan.reference.is_some() {
        lines.push("starts from: a reference picture, with models that can start from one".to_owned());
    }
    let names: Vec<_> = plan.members.iter().map(|member| format!("<@{member}>")).collect();
    let who = if names.is_empty() { "everybody".to_owned() } else { names.join(", ") };
    lines.push(format!("takes part: {who}"));
    lines.extend(plan.budget.map(|limit| format!("budget: {limit} for the whole session")));
    let hours = plan.quiet_hours.unwrap_or(DEFAULT_QUIET_HOURS);
    lines.push(format!("ends by itself after {} without a request", count(hours, "hour")));
    lines
}
