//! What members read of themselves and of a picture.

use super::admin::{effective_lines, source_in_words};
use super::picture::{quoted, variants};
use super::{code, jump_link, page, shell_command, typed, typed_up_to};
use crate::backends::discord_api::message::Message;
use crate::domain::job::{Claim, Origin, Outcome};
use crate::domain::limits::Limits;
use crate::domain::money::Micros;
use crate::domain::policy::Budget;
use crate::domain::request::{ImageRequest, ImageSource};
use crate::domain::settings::{Effective, Field, Settings, Source};
use crate::domain::usage::Standing;

/// Boxes of a bar.
const BOXES: u32 = 10;
/// Characters of a prompt as the model got it.
const SENT_SHOWN: usize = 1_000;
/// Characters of an ancestor's prompt.
const ANCESTOR_SHOWN: usize = 100;
/// Characters of a shell command.
const COMMAND_SHOWN: usize = 1_200;

/// What a member prefers, and what comes of it in this place.
pub(crate) fn preferences(own: &Settings, effective: &Effective, default_model: &str) -> Message {
    let fields: Vec<_> = own.fields().map(Field::name).collect();
    let title = if fields.is_empty() {
        "You have no preferences; `/prefer set` sets them. What holds for you here:".to_owned()
    } else {
        format!(
            "Your preferences, in every server: {}. What holds for you here, where a request says nothing else:",
            fields.join(", ")
        )
    };
    page(&title, &effective_lines(effective, default_model))
}

pub(crate) fn usage(
    standing: &Standing,
    limits: &Limits,
    budget: &Budget,
    deployment: Option<Micros>,
) -> Message {
    let rate = limits.rate();
    let today = standing.day.ordered + standing.day.delivered;
    let count = |label: &str, used: u32, limit: Option<u32>| match limit {
        Some(limit) => format!("{} {label}: **{used}** of {limit}", bar(used.into(), limit.into())),
        None => format!("{label}: **{used}**, no limit"),
    };
    let money = |label: &str, used: Micros, limit: Option<Micros>| match limit {
        Some(limit) => format!("{} {label}: **{used}** of {limit}", bar(used.0, limit.0)),
        None => format!("{label}: **{used}**, no limit"),
    };
    let share = |label: &str, used: Micros, limit: Option<Micros>| {
        limit.map(|limit| format!("{} {label}: {} %", bar(used.0, limit.0), used.percent_of(limit)))
    };
    let mut lines = vec![
        count("pictures today", today, limits.daily),
        count("pictures under way", standing.in_flight, limits.in_flight),
        money("dollars today", standing.day.reserved + standing.day.spent, budget.member_day),
        money("dollars this month", standing.month.reserved + standing.month.spent, budget.member_month),
        format!("pictures this month: **{}** delivered", standing.month.delivered),
    ];
    let guild = standing.guild.reserved + standing.guild.spent;
    let all = standing.deployment.reserved + standing.deployment.spent;
    lines.extend(share("this server's month", guild, budget.month));
    lines.extend(share("this Easel's month", all, deployment));
    lines.push(format!("requests: {} at once, then {} a minute", rate.burst, rate.per_minute));
    let title = "**What you have used here.** Days and months are UTC. Pictures count once they are delivered or under way; \
                 dollars count every call that AWS may bill, filtered pictures too.";
    page(title, &lines)
}

fn bar(used: i64, limit: i64) -> String {
    let full = match limit {
        0 => BOXES,
        limit => u32::try_from(used.max(0) * i64::from(BOXES) / limit).unwrap_or(BOXES).min(BOXES),
    };
    "▰".repeat(full as usize) + &"▱".repeat((BOXES - full) as usize)
}

/// How the pictures of a job were made, for what cost, and in which region.
///
/// `ancestors` are the jobs that it goes on from, the nearest first.
pub(crate) fn details(claim: &Claim, ancestors: &[Claim]) -> Message {
    let (job, request) = (&claim.job, &claim.job.request);
    let differ = !request.variants.is_empty();
    let mut lines = if differ { variants(claim) } else { Vec::new() };
    let shared = |field: &&Field| !differ || matches!(field, Field::Prefix | Field::Suffix | Field::Private);
    lines.extend(Field::ALL.iter().filter(shared).filter_map(|field| line(claim, *field)));
    lines.extend(claim.region().map(|region| format!("region: {}", code(region))));
    lines.extend(request.cfg.map(|cfg| format!("cfg: **{cfg}** (from the request)")));
    lines.extend(request.steps.map(|steps| format!("steps: **{steps}** (from the request)")));
    lines.extend(start(request).map(|from| format!("starts from: {from}")));
    let sent = request.prompt_for_model();
    if !differ && sent != request.prompt {
        lines.push(format!("words to the model: {}", typed_up_to(SENT_SHOWN, &sent)));
    }
    let calls: u32 = claim.pictures.iter().map(|picture| picture.calls).sum();
    let paid: u32 = claim.pictures.iter().map(|picture| picture.paid_calls).sum();
    lines.push(format!("calls of the model: {calls}, of which AWS may bill {paid}, {}", claim.spent()));
    if let Origin::Discord(origin) = &job.origin {
        let session = origin.session.as_ref().map(|session| format!(", session {}", typed(&session.title)));
        let at = job.created.unix_timestamp();
        lines.push(format!("asked by <@{}> <t:{at}:f>{}", origin.member, session.unwrap_or_default()));
    }
    lines.extend(ancestors.iter().map(ancestor));
    lines.push(format!("job `{}`", job.id));
    if !differ {
        lines.push(format!("in a shell: {}", typed_up_to(COMMAND_SHOWN, &shell_command(claim))));
    }
    let title = if request.prompt.is_empty() { code(&request.model) } else { quoted(&request.prompt) };
    page(&title, &lines)
}

/// A job that another one goes on from, with a link to its message where it has one.
fn ancestor(claim: &Claim) -> String {
    let request = &claim.job.request;
    let made = format!("{} {}", code(&request.model), typed_up_to(ANCESTOR_SHOWN, &request.prompt));
    match jump_link(claim) {
        Some(link) => format!("made from: {made} ([show]({link}))"),
        None => format!("made from: {made} (job `{}`)", claim.job.id),
    }
}

/// A setting with its value and where that came from; nothing where it had no part in the picture.
fn line(claim: &Claim, field: Field) -> Option<String> {
    let request = &claim.job.request;
    let value = match field {
        Field::Model => request.model.clone(),
        Field::Aspect => request.shown_aspect()?.to_string(),
        Field::Style => request.style?.to_string(),
        Field::Negative => request.negative.clone()?,
        Field::Count => request.edit.is_none().then(|| request.seeds.len().to_string())?,
        Field::Seed => request.has_seed().then(|| seeds(claim))?,
        Field::Strength => request.image.as_ref()?.strength.to_string(),
        Field::Prefix => request.prefix.clone()?,
        Field::Suffix => request.suffix.clone()?,
        Field::Private => request.private.then(|| "yes".to_owned())?,
    };
    let source = match (field, request.sources.get(&field).copied()) {
        (Field::Seed, None | Some(Source::BuiltIn)) => "drawn at random",
        (_, source) => source_in_words(source),
    };
    Some(format!("{field}: **{}** ({source})", typed(&value)))
}

fn seeds(claim: &Claim) -> String {
    let seed = |picture: &crate::domain::job::Picture| match &picture.outcome {
        Some(Outcome::Generated(generated)) => generated.seed.to_string(),
        _ => format!("{} (no picture)", picture.seed),
    };
    claim.pictures.iter().map(seed).collect::<Vec<_>>().join(", ")
}

fn start(request: &ImageRequest) -> Option<String> {
    Some(match request.source()? {
        ImageSource::Attachment { filename, .. } => format!("the attached {}", typed(filename)),
        ImageSource::File { .. } => "a file".to_owned(),
        ImageSource::Kept { .. } => "a picture that was kept".to_owned(),
        ImageSource::Message { .. } => "a message's picture".to_owned(),
        ImageSource::Archive { picture: Some((job, n)), .. } => format!("picture {} of job `{job}`", n + 1),
        ImageSource::Archive { picture: None, .. } => "the session's reference picture".to_owned(),
    })
}
