//! `/session` and its buttons: who may do what, decided at once; the work comes behind a deferred answer.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::options::Options;
use super::written;
use crate::app::App;
use crate::app::messages::session as texts;
use crate::backends::discord_api::attachment;
use crate::backends::discord_api::rest::ThreadKind;
use crate::backends::store::Context;
use crate::domain::policy::Asker;
use crate::domain::refusal::{Allowed, Needed, NoThread, OptionName, Refusal};
use crate::domain::session::{
    Act, MEMBERS_LIMIT, Plan, PlanEdit, QUIET_HOURS_LIMIT, Session, SessionId, UNTITLED,
};
use crate::domain::settings::{Field, Settings};
use crate::frontends::discord::deferred::Deferred;
use crate::frontends::discord::interaction::{Attachment, ChannelKind, Interaction};
use crate::frontends::discord::response::{Call, Response, in_time};

mod declared;

pub(super) use declared::declare;

/// What somebody asks of a session, as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SessionCommand {
    Start {
        options: SessionOptions,
        thread: bool,
    },
    Change {
        options: SessionOptions,
        /// A setting to take away.
        reset: Option<String>,
        without_reference: bool,
    },
    Show,
    /// Shows its pictures, from this page on.
    History {
        /// From 1.
        page: Option<i64>,
    },
    End,
    Export,
}

/// What a session is to be like, as far as it was said.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct SessionOptions {
    title: Option<String>,
    settings: Vec<(Field, String)>,
    /// The picture to start from.
    reference: Option<Attachment>,
    /// Mentions of those who take part.
    members: Option<String>,
    budget: Option<String>,
    /// Quiet hours after which it ends by itself.
    quiet_hours: Option<i64>,
}

/// The subcommand behind `session `; `None` for one of another version.
pub(super) fn parse(path: &str, options: Options) -> Option<SessionCommand> {
    Some(match path {
        "start" => SessionCommand::Start {
            options: read_options(&options),
            thread: options.flag("thread").unwrap_or_default(),
        },
        "change" => SessionCommand::Change {
            options: read_options(&options),
            reset: options.text("reset"),
            without_reference: options.flag("no_reference").unwrap_or_default(),
        },
        "show" => SessionCommand::Show,
        "history" => SessionCommand::History { page: options.integer("page") },
        "end" => SessionCommand::End,
        "export" => SessionCommand::Export,
        _ => return None,
    })
}

fn read_options(options: &Options) -> SessionOptions {
    SessionOptions {
        title: options.text("title"),
        settings: options.settings(),
        reference: options.attachment("reference"),
        members: options.text("members"),
        budget: options.text("budget"),
        quiet_hours: options.integer("quiet_hours"),
    }
}

pub(super) async fn respond(call: Call<'_>, command: SessionCommand) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let context = call.context().await?;
    match command {
        SessionCommand::Start { options, thread } => start(call, context, options, thread),
        SessionCommand::Change { options, reset, without_reference } => {
            let session = running(interaction, context.session.clone(), Act::Change)?;
            let mut edit = edit(app, interaction, &context, &options, now)?;
            edit.reset = reset.as_deref().map(written::field).transpose()?.into_iter().collect();
            edit.reference = without_reference.then_some(None);
            if edit == PlanEdit::default() && options.reference.is_none() {
                return Err(Refusal::Missing { what: Needed::Change.into() });
            }
            let (edit, reference) = (Box::new(edit), options.reference);
            Ok(Response::later(false, Deferred::ChangeSession { session, edit, reference }))
        }
        SessionCommand::Show => {
            let session = context.session.ok_or(Refusal::NoSession)?;
            let tally = in_time(app.store.session_tally(session.id)).await?;
            Ok(Response::private(&texts::facts(&session, &tally)))
        }
        SessionCommand::History { page } => {
            let session = latest(app, interaction, Act::SeeHistory).await?;
            let page = page.and_then(|page| u32::try_from(page).ok()).unwrap_or(1).saturating_sub(1);
            Ok(Response::later(true, Deferred::SessionHistory { session, page }))
        }
        SessionCommand::End => {
            let session = running(interaction, context.session, Act::End)?;
            Ok(Response::later(false, Deferred::EndSession(session)))
        }
        SessionCommand::Export => {
            let session = latest(app, interaction, Act::Export).await?;
            Ok(Response::later(true, Deferred::SessionExport(session)))
        }
    }
}

fn start(
    call: Call<'_>,
    context: Context,
    options: SessionOptions,
    thread: bool,
) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    let edit = edit(app, interaction, &context, &options, now)?;
    let mut plan = Plan::default().with(&edit);
    if plan.title.is_empty() {
        plan.title = UNTITLED.to_owned();
    }
    let thread = thread.then(|| thread_kind(interaction)).transpose()?;
    let running = context.session.filter(|_| thread.is_none());
    if let Some(running) = &running {
        running.check(Act::Replace, interaction.actor())?;
    }
    let session = Session {
        id: SessionId::new(now, u128::from(interaction.id)),
        guild: interaction.guild,
        channel: interaction.channel,
        by: interaction.member,
        started: now,
        last: now,
        ended: None,
        plan,
    };
    let reference = options.reference;
    // A question is for the one who has to answer it.
    Ok(Response::later(running.is_some(), Deferred::BeginSession { session, reference, thread }))
}

/// Which kind of thread can be made where the member is. Where it is unclear, Discord decides.
fn thread_kind(interaction: &Interaction) -> Result<ThreadKind, Refusal> {
    let why = match interaction.channel_kind {
        _ if interaction.guild.is_none() => NoThread::Conversation,
        ChannelKind::Text | ChannelKind::Unknown => return Ok(ThreadKind::Public),
        ChannelKind::Announcement => return Ok(ThreadKind::Announcement),
        ChannelKind::Thread => NoThread::IsThread,
        ChannelKind::Voice => NoThread::Channel,
        ChannelKind::Conversation => NoThread::Conversation,
    };
    Err(Refusal::NoThread { why })
}

/// The plan that these options ask for, if they are allowed here.
fn edit(
    app: &App,
    interaction: &Interaction,
    context: &Context,
    options: &SessionOptions,
    now: OffsetDateTime,
) -> Result<PlanEdit, Refusal> {
    let asker = Asker { roles: &interaction.roles, places: &context.places };
    context.policy.access.check(asker)?;
    check_reference(app, options.reference.as_ref())?;
    let set = if options.settings.is_empty() {
        Settings::default()
    } else {
        written::settings(&options.settings, &app.offered(context, &interaction.roles), now.date())?
    };
    // What the server has locked, a session cannot change.
    let below = Context { session: None, preferences: Settings::default(), ..context.clone() };
    app.layers(&below).with_request(set.clone())?;
    let title = options.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    Ok(PlanEdit {
        title: title.map(str::to_owned),
        set,
        members: options.members.as_deref().map(members).transpose()?,
        budget: written::dollars(OptionName::Budget, options.budget.clone())?,
        quiet_hours: options.quiet_hours.map(quiet_hours).transpose()?,
        ..PlanEdit::default()
    })
}

fn check_reference(app: &App, file: Option<&Attachment>) -> Result<(), Refusal> {
    let elsewhere = app.config.discord_is_elsewhere.then_some(&app.config.discord_url);
    file.map_or(Ok(()), |file| attachment::check_description(file, elsewhere))
}

fn quiet_hours(hours: i64) -> Result<u32, Refusal> {
    let fits = u32::try_from(hours).ok().filter(|hours| (1..=QUIET_HOURS_LIMIT).contains(hours));
    fits.ok_or_else(|| Refusal::OutOfRange {
        option: OptionName::QuietHours.into(),
        got: hours.to_string(),
        allowed: Allowed::Whole { least: 1, most: QUIET_HOURS_LIMIT }.into(),
    })
}

/// Mentions of members, as Discord writes them: `<@7>`, in older clients `<@!7>`.
fn members(text: &str) -> Result<BTreeSet<u64>, Refusal> {
    if matches!(text.trim(), "everyone" | "@everyone") {
        return Ok(BTreeSet::new());
    }
    let wrong = || Refusal::OutOfRange {
        option: OptionName::Members.into(),
        got: text.to_owned(),
        allowed: Allowed::Mentions { most: MEMBERS_LIMIT }.into(),
    };
    let member = |word: &str| {
        let id = word.strip_prefix("<@")?.strip_suffix('>')?;
        id.strip_prefix('!').unwrap_or(id).parse::<u64>().ok()
    };
    // Nothing has to stand between two mentions.
    let spaced = text.replace("><", "> <").replace(',', " ");
    let members: Option<BTreeSet<u64>> = spaced.split_whitespace().map(member).collect();
    members.filter(|members| (1..=MEMBERS_LIMIT).contains(&members.len())).ok_or_else(wrong)
}

/// The session that runs, if this member may do this with it.
fn running(interaction: &Interaction, running: Option<Session>, act: Act) -> Result<Session, Refusal> {
    let session = running.ok_or(Refusal::NoSession)?;
    session.check(act, interaction.actor()).map(|()| session)
}

/// The session that runs here, or the last that did, if this member may do this with it.
async fn latest(app: &App, interaction: &Interaction, act: Act) -> Result<Session, Refusal> {
    let session = in_time(app.store.latest_session(interaction.channel)).await?.ok_or(Refusal::NoSession)?;
    session.check(act, interaction.actor()).map(|()| session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_by_mentions() {
        let set = |ids: &[u64]| Ok(ids.iter().copied().collect());
        assert_eq!(members("<@7> <@!8>,<@9>"), set(&[7, 8, 9]));
        assert_eq!(members("<@7><@8>"), set(&[7, 8]));
        assert_eq!(members(" everyone "), set(&[]));
        for wrong in ["", "mira", "<@7> mira", "<@&7>", "<@x>", "@here"] {
            assert!(members(wrong).is_err(), "{wrong}");
        }
        let many: String = (1..=51).map(|id| format!("<@{id}>")).collect();
        assert!(members(&many).is_err());
    }
}
