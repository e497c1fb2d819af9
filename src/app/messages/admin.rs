//! What admins read: settings, rules and changes in words.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::{code, count, page, priced, typed};
use crate::backends::discord_api::message::Message;
use crate::domain::catalogue::Catalogue;
use crate::domain::job::Tally;
use crate::domain::money::Micros;
use crate::domain::policy::{Access, Budget, ModelRules, Policy, Rule};
use crate::domain::settings::{Effective, Field, Source};
use crate::domain::usage::UsageRow;
use crate::domain::words::WordRule;

mod audit;

pub(crate) use audit::{Whose, audit, changed};
use audit::{budget_facts, in_words, limits_facts};

/// Members that the month's list names.
const MEMBERS_SHOWN: usize = 15;

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
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

/// Every living model, and whether it is offered.
pub(crate) fn models(catalogue: &Catalogue, rules: &ModelRules, today: Date) -> Message {
    let line = |name: &str, price: Micros| {
        let state = if rules.allow(name) { "offered" } else { "not offered" };
        format!("{}: {state}", priced(name, price))
    };
    let services = catalogue.services(today).map(|(_, model)| model);
    let all = catalogue.image_models(today).chain(services);
    let lines: Vec<_> = all.map(|model| line(&model.name, model.price)).collect();
    if lines.is_empty() {
        return Message::words("Whoever runs Easel offers no model that is still served.");
    }
    page("Models and image services of this Easel:", &lines)
}

/// What access rules there are about, and the rule of each.
fn access_rules(access: &Access) -> impl Iterator<Item = (String, &Rule)> {
    let models = access.models.iter().map(|(name, rule)| (format!("model {}", code(name)), rule));
    let fixed =
        [("using Easel".to_owned(), &access.generate), ("private pictures".to_owned(), &access.private)];
    fixed.into_iter().chain(models)
}

fn access_lines(access: &Access) -> Vec<String> {
    let line = |(what, rule)| {
        let parts = rule_parts(rule).into_iter().filter(|(_, ids)| !ids.is_empty());
        let words = list(parts.map(|(words, ids)| format!("{words} {}", list(ids.into_iter()))));
        (!words.is_empty()).then(|| format!("{what}: {words}"))
    };
    access_rules(access).filter_map(line).collect()
}

fn rule_parts(rule: &Rule) -> [(&'static str, Vec<String>); 4] {
    let roles = |ids: &BTreeSet<u64>| ids.iter().map(|id| format!("<@&{id}>")).collect();
    let channels = |ids: &BTreeSet<u64>| ids.iter().map(|id| format!("<#{id}>")).collect();
    [
        ("only", roles(&rule.roles)),
        ("not", roles(&rule.denied_roles)),
        ("only in", channels(&rule.channels)),
        ("not in", channels(&rule.denied_channels)),
    ]
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

/// How much each member may ask for.
pub(crate) fn limits(policy: &Policy) -> Message {
    let rate = policy.limits.rate();
    let pictures = |limit: Option<u32>| match limit {
        Some(limit) => count(limit, "picture"),
        None => "any number of pictures".to_owned(),
    };
    let mut lines = vec![format!(
        "everybody: {} at once, then {} a minute; {} under way; {} a day (UTC); {} of one order with variants",
        count(rate.burst.get(), "request"),
        rate.per_minute,
        pictures(policy.limits.in_flight),
        pictures(policy.limits.daily),
        count(policy.limits.variants(), "picture"),
    )];
    let roles = policy.roles.iter();
    lines.extend(roles.map(|(role, limits)| format!("<@&{role}>: {}", in_words(&limits_facts(limits)))));
    page("Limits of each member; of several roles the most generous counts:", &lines)
}

/// Budget limits, and what is used of the server's month.
pub(crate) fn budget(budget: &Budget, used: Tally, deployment_has_one: bool) -> Message {
    let mut lines: Vec<_> = budget_facts(budget).into_iter().map(|fact| fact.shown).collect();
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
    page("Blocked words and phrases:", &rules.iter().map(word_rule).collect::<Vec<_>>())
}

/// The phrase is a spoiler: not everybody wants to read it.
fn word_rule(rule: &WordRule) -> String {
    let note = rule.note.as_deref().map(|note| format!(" – {}", typed(note))).unwrap_or_default();
    let place = if rule.age_restricted_too { "" } else { " (not in age-restricted channels)" };
    format!("||{}||{place}{note}", typed(&rule.phrase))
}

pub(crate) fn usage(rows: &[UsageRow], month: &str, budget: Option<Micros>) -> Message {
    if rows.is_empty() {
        return Message::words(format!(
            "**{month}** (days and months are UTC): nobody has used Easel here yet this month. `/imagine` makes the first picture."
        ));
    }
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
