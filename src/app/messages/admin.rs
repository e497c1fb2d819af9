//! What admins read: settings, rules and changes in words.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::{code, count, fitted, page, priced, typed};
use crate::backends::discord_api::message::{EMBEDS_LIMIT, Message};
use crate::domain::catalogue::Catalogue;
use crate::domain::job::{Tally, WARN_PERCENT};
use crate::domain::limits::Limits;
use crate::domain::money::Micros;
use crate::domain::policy::{Access, Budget, Entry, ModelRules, Part, Policy, Rule};
use crate::domain::settings::{Defaults, Effective, Field, Source};
use crate::domain::text::clip;
use crate::domain::usage::{BlockedRow, UsageRow};
use crate::domain::words::WordRule;

/// Members that the month's list names.
const MEMBERS_SHOWN: usize = 15;

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

/// Who changed what, when, and below it what the guardrail held back: never the words or the picture themselves.
pub(crate) fn audit(entries: &[Entry], blocked: &[BlockedRow]) -> Message {
    let mut message = changes(entries);
    if !blocked.is_empty() {
        let line = |row: &BlockedRow| {
            let (at, stage) = (row.at.unix_timestamp(), row.stage.name());
            format!("<t:{at}:f> <@{}> in <#{}>, {stage}: {}", row.member, row.channel, typed(&row.category))
        };
        let title = "**Held back by the guardrail, the latest first**".to_owned();
        let lines: Vec<_> = std::iter::once(title).chain(blocked.iter().map(line)).collect();
        let taken: usize = message.embeds.iter().map(|words| words.chars().count()).sum();
        message.embeds.push(fitted(&lines, EMBEDS_LIMIT - taken));
    }
    message
}

fn changes(entries: &[Entry]) -> Message {
    let Some(last) = entries.last() else {
        return Message::words("Nobody has changed anything here yet.");
    };
    let line = |entry: &Entry| {
        let undone = entry.undoes.map(|number| format!(", undoing {number}")).unwrap_or_default();
        let at = entry.at.unix_timestamp();
        format!("**{}** <t:{at}:f> <@{}>{undone}: {}", entry.number, entry.by, clip(&difference(entry), 400))
    };
    let earlier = if last.number > 1 {
        format!(" `/easel audit before:{}` shows what came before.", last.number)
    } else {
        String::new()
    };
    let lines: Vec<_> = entries.iter().map(line).collect();
    page(&format!("Changes in this server, the latest first.{earlier}"), &lines)
}

fn difference(entry: &Entry) -> String {
    let (before, after) = (&entry.change.before, &entry.change.after);
    format!("{}: {} → {}", subject(after), words_of(before), words_of(after))
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
    }
}

fn words_of(part: &Part) -> String {
    let words = match part {
        Part::Defaults(_, defaults) => defaults_in_words(defaults),
        Part::Models(models) => models_in_words(models),
        Part::Access(access) => access_lines(access).join("; "),
        Part::Limits(_, limits) => limits_in_words(limits),
        Part::Budget(budget) => budget_limits(budget).join(", "),
        Part::Words(words) => list(words.iter().map(|rule| typed(&rule.phrase))),
        Part::Paused(reason) => reason.as_deref().map(typed).unwrap_or_default(),
    };
    if words.is_empty() { "none".to_owned() } else { words }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn defaults_in_words(defaults: &Defaults) -> String {
    let value = |field: Field| Some(format!("{field} {}", typed(&defaults.settings.shown(field)?)));
    let values = defaults.settings.fields().filter_map(value);
    let locks = defaults.locks.iter().map(|field| format!("{field} locked"));
    list(values.chain(locks))
}

/// What holds in a server or a channel, and who says so.
pub(crate) fn defaults(effective: &Effective, channel: Option<u64>, default_model: &str) -> Message {
    let place = channel.map_or_else(|| "this server".to_owned(), |channel| format!("<#{channel}>"));
    let title = format!("What holds in {place} where a request says nothing else:");
    page(&title, &effective_lines(effective, default_model))
}

/// Each setting with its value, whether it is locked, and where it comes from.
pub(crate) fn effective_lines(effective: &Effective, default_model: &str) -> Vec<String> {
    let line = |field: &Field| {
        let default = || (*field == Field::Model).then(|| default_model.to_owned());
        let value = effective.settings.shown(*field).or_else(default);
        let value = value.as_deref().map_or_else(|| "–".to_owned(), typed);
        let locked = effective.locked.get(field).map_or("", |_| ", locked");
        let source = effective.sources.get(field).copied();
        format!("{field}: **{value}** ({}{locked})", source_in_words(source))
    };
    Field::ALL.iter().map(line).collect()
}

/// Where a value comes from.
pub(crate) fn source_in_words(source: Option<Source>) -> &'static str {
    match source {
        None | Some(Source::BuiltIn) => "built in",
        Some(Source::Deployment) => "set by whoever runs Easel",
        Some(Source::Guild) => "from this server",
        Some(Source::Channel) => "from this channel",
        Some(Source::Session) => "from this session",
        Some(Source::Member) => "from the member's preferences",
        Some(Source::Request) => "from the request",
    }
}

fn models_in_words(models: &ModelRules) -> String {
    let only = (!models.only.is_empty()).then(|| format!("only {}", names(&models.only)));
    let denied = (!models.denied.is_empty()).then(|| format!("not {}", names(&models.denied)));
    list(only.into_iter().chain(denied))
}

fn names(names: &BTreeSet<String>) -> String {
    list(names.iter().map(|name| code(name)))
}

/// Every living model, and whether it is offered.
pub(crate) fn models(catalogue: &Catalogue, rules: &ModelRules, today: Date) -> Message {
    let line = |name: &str, price: Micros| {
        let state = if rules.allow(name) { "offered" } else { "not offered" };
        format!("{}: {state}", priced(name, price))
    };
    let lines: Vec<_> = catalogue.image_models(today).map(|model| line(&model.name, model.price)).collect();
    page("Models of this Easel:", &lines)
}

fn access_lines(access: &Access) -> Vec<String> {
    let models = access.models.iter().map(|(name, rule)| (format!("model {}", code(name)), rule));
    let fixed =
        [("using Easel".to_owned(), &access.generate), ("private pictures".to_owned(), &access.private)];
    let rules = fixed.into_iter().chain(models);
    rules.filter_map(|(what, rule)| Some(format!("{what}: {}", rule_in_words(rule)?))).collect()
}

fn rule_in_words(rule: &Rule) -> Option<String> {
    let roles = |ids: &BTreeSet<u64>| list(ids.iter().map(|id| format!("<@&{id}>")));
    let channels = |ids: &BTreeSet<u64>| list(ids.iter().map(|id| format!("<#{id}>")));
    let parts = [
        (!rule.roles.is_empty()).then(|| format!("only {}", roles(&rule.roles))),
        (!rule.denied_roles.is_empty()).then(|| format!("not {}", roles(&rule.denied_roles))),
        (!rule.channels.is_empty()).then(|| format!("only in {}", channels(&rule.channels))),
        (!rule.denied_channels.is_empty()).then(|| format!("not in {}", channels(&rule.denied_channels))),
    ];
    let words = list(parts.into_iter().flatten());
    (!words.is_empty()).then_some(words)
}

/// Who may do what.
pub(crate) fn access(access: &Access) -> Message {
    let lines = access_lines(access);
    if lines.is_empty() {
        return Message::words(
            "Everybody may use Easel everywhere, with every offered model, and privately too.",
        );
    }
    page("Who may do what; a denial wins:", &lines)
}

fn limits_in_words(limits: &Limits) -> String {
    let parts = [
        limits.burst.map(|burst| format!("{} at once", count(burst.get(), "request"))),
        limits.per_minute.map(|rate| format!("then {rate} a minute")),
        limits.in_flight.map(|limit| format!("{} under way", count(limit, "picture"))),
        limits.daily.map(|limit| format!("{} a day", count(limit, "picture"))),
    ];
    list(parts.into_iter().flatten())
}

/// How much each member may ask for.
pub(crate) fn limits(policy: &Policy) -> Message {
    let rate = policy.limits.rate();
    let pictures = |limit: Option<u32>| match limit {
        Some(limit) => count(limit, "picture"),
        None => "any number of pictures".to_owned(),
    };
    let mut lines = vec![format!(
        "everybody: {} at once, then {} a minute; {} under way; {} a day (UTC)",
        count(rate.burst.get(), "request"),
        rate.per_minute,
        pictures(policy.limits.in_flight),
        pictures(policy.limits.daily),
    )];
    let roles = policy.roles.iter();
    lines.extend(roles.map(|(role, limits)| format!("<@&{role}>: {}", limits_in_words(limits))));
    page("Limits of each member; of several roles the most generous counts:", &lines)
}

fn budget_limits(budget: &Budget) -> Vec<String> {
    let dollars = [
        (budget.month, "a month for the server"),
        (budget.member_day, "a day for each member"),
        (budget.member_month, "a month for each member"),
    ];
    let budgets = dollars.into_iter().filter_map(|(limit, words)| Some(format!("{} {words}", limit?)));
    let warning = budget.warn_in.map(|channel| format!("warning in <#{channel}> at {WARN_PERCENT} %"));
    budgets.chain(warning).collect()
}

/// Budget limits, and what is used of the server's month.
pub(crate) fn budget(budget: &Budget, used: Tally, deployment_has_one: bool) -> Message {
    let mut lines = budget_limits(budget);
    if lines.is_empty() {
        lines.push("No budget limit is set for this server.".to_owned());
    }
    let all = used.spent + used.reserved;
    let share = budget.month.map(|limit| format!(" ({} %)", all.percent_of(limit))).unwrap_or_default();
    lines.push(format!("used this month: {all}{share}, {} of it for pictures under way", used.reserved));
    if deployment_has_one {
        lines.push("Whoever runs Easel has a budget limit for all servers together.".to_owned());
    }
    page("Budgets; they count every call that AWS may bill; days and months are UTC:", &lines)
}

/// That most of the server's month is used.
pub(crate) fn budget_warning(percent: u32) -> Message {
    Message::words(format!(
        "{percent} % of this server's budget for this month (UTC) is used. `/easel usage` shows by whom, `/easel budget set` raises it."
    ))
}

pub(crate) fn words(rules: &[WordRule]) -> Message {
    if rules.is_empty() {
        return Message::words("No words are blocked. `/easel words add` blocks one.");
    }
    let line = |rule: &WordRule| {
        let note = rule.note.as_deref().map(|note| format!(" – {}", typed(note))).unwrap_or_default();
        let place = if rule.age_restricted_too { "" } else { " (not in age-restricted channels)" };
        format!("||{}||{place}{note}", typed(&rule.phrase))
    };
    page("Blocked words and phrases:", &rules.iter().map(line).collect::<Vec<_>>())
}

pub(crate) fn usage(rows: &[UsageRow], month: &str, budget: Option<Micros>) -> Message {
    let dollars: Micros = rows.iter().map(|row| row.dollars).sum();
    let pictures: u32 = rows.iter().map(|row| row.pictures).sum();
    let calls: u32 = rows.iter().map(|row| row.attempts).sum();
    let share = budget
        .map(|limit| format!(", {} % of the budget of {limit}", dollars.percent_of(limit)))
        .unwrap_or_default();
    let title = format!(
        "**{month}** (days and months are UTC): {dollars}{share}; {} delivered, {} of models.",
        count(pictures, "picture"),
        count(calls, "call")
    );
    let mut lines = vec!["**Models**".to_owned()];
    lines.extend(sums(rows, |row| code(&row.model)));
    lines.push("**Members**".to_owned());
    let members = sums(rows, |row| format!("<@{}>", row.member));
    lines.extend(members.iter().take(MEMBERS_SHOWN).cloned());
    if let Some(more @ 1..) = members.len().checked_sub(MEMBERS_SHOWN) {
        lines.push(format!("… and {more} more in the table"));
    }
    page(&title, &lines)
}

pub(crate) fn chart_title(month: &str) -> String {
    format!("Easel, {month}")
}

/// What stands below the heading.
pub(crate) const CHART_NOTE: &str = "Days are UTC";
/// For those who cannot see the chart.
pub(crate) const CHART_ALT: &str = "Dollars and pictures for each day of the month";
/// For those who cannot see the table.
pub(crate) const TABLE_ALT: &str = "The month by day, member and model";

/// Dollars and pictures by a key, the dearest first.
fn sums(rows: &[UsageRow], key: impl Fn(&UsageRow) -> String) -> Vec<String> {
    let mut sums: BTreeMap<String, (Micros, u32)> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(key(row)).or_default();
        *sum = (sum.0 + row.dollars, sum.1 + row.pictures);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
    let line = |(key, (dollars, pictures))| format!("{key}: {dollars}, {}", count(pictures, "picture"));
    sums.into_iter().map(line).collect()
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
        let message = audit(&vec![entry; 15], &vec![row; 10]);
        let lengths: Vec<_> = message.embeds.iter().map(|words| words.chars().count()).collect();
        assert!(lengths.len() == 2 && lengths.iter().sum::<usize>() <= EMBEDS_LIMIT, "{lengths:?}");
        assert!(
            lengths[0] <= crate::backends::discord_api::message::EMBED_LIMIT
                && message.embeds[1].lines().count() > 5,
            "{lengths:?}"
        );
    }
}
