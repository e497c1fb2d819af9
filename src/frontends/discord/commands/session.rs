//! `/session`: a channel works on one thing together.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};

use super::anywhere;
use super::options::{Options, field_option, setting_options};
use crate::domain::session::{QUIET_HOURS_LIMIT, TITLE_LIMIT};
use crate::domain::settings::Field;
use crate::frontends::discord::interaction::Attachment;

/// What somebody asks of a session, as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionCommand {
    /// Begins one, in the channel or in a thread for it.
    Start {
        /// What it is to be like.
        options: SessionOptions,
        /// In a thread.
        thread: bool,
    },
    /// Changes the one that runs.
    Change {
        /// What is to be different.
        options: SessionOptions,
        /// A setting to take away.
        reset: Option<String>,
        /// Take the reference picture away.
        without_reference: bool,
    },
    /// Shows what holds in it.
    Show,
    /// Shows its pictures, from this page on.
    History {
        /// From 1.
        page: Option<i64>,
    },
    /// Ends it.
    End,
    /// Packs all its pictures.
    Export,
}

/// What a session is to be like, as far as it was said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionOptions {
    /// What it is about.
    pub title: Option<String>,
    /// Settings.
    pub settings: Vec<(Field, String)>,
    /// The picture to start from.
    pub reference: Option<Attachment>,
    /// Mentions of those who take part.
    pub members: Option<String>,
    /// A budget limit in dollars.
    pub budget: Option<String>,
    /// Quiet hours after which it ends by itself.
    pub quiet_hours: Option<i64>,
}

/// The subcommand behind `session `; `None` for one of another version.
pub(super) fn parse(path: &str, options: &Options) -> Option<SessionCommand> {
    Some(match path {
        "start" => SessionCommand::Start {
            options: read_options(options),
            thread: options.flag("thread").unwrap_or_default(),
        },
        "change" => SessionCommand::Change {
            options: read_options(options),
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

/// The command as Discord wants it declared. `from_picture`: a model here can start from a picture.
pub(super) fn command(from_picture: bool) -> CreateCommand {
    let sub = |name, words| Opt::new(Type::SubCommand, name, words);
    let with = |sub: Opt, options: Vec<Opt>| options.into_iter().fold(sub, Opt::add_sub_option);
    let start = with(sub("start", "Begin a session in this channel"), session_options(from_picture))
        .add_sub_option(Opt::new(Type::Boolean, "thread", "Make a thread for it"));
    let mut change = with(sub("change", "Change the session in this channel"), session_options(from_picture))
        .add_sub_option(field_option("reset", "Take this setting away"));
    if from_picture {
        let drop = Opt::new(Type::Boolean, "no_reference", "Take the reference picture away");
        change = change.add_sub_option(drop);
    }
    let page = Opt::new(Type::Integer, "page", "Which page").min_int_value(1).max_int_value(10_000);
    anywhere(CreateCommand::new("session").description("Work on one thing together in this channel"))
        .set_options(vec![
            start,
            sub("show", "What holds in this session, who takes part, what it cost"),
            change,
            sub("history", "The session's pictures at a glance").add_sub_option(page),
            sub("end", "End the session, with all its pictures at a glance"),
            sub("export", "All pictures and their records as one ZIP file"),
        ])
}

fn session_options(from_picture: bool) -> Vec<Opt> {
    let mut options = vec![
        Opt::new(Type::String, "title", "What it is about")
            .max_length(u16::try_from(TITLE_LIMIT).unwrap_or(u16::MAX)),
    ];
    options.extend(setting_options());
    if from_picture {
        options.push(Opt::new(Type::Attachment, "reference", "Pictures start from this one"));
    }
    options.push(
        Opt::new(Type::String, "members", "Only these take part: mention them; everyone for all")
            .max_length(1_500),
    );
    options.push(
        Opt::new(
            Type::String,
            "budget",
            "Dollars for the whole session, such as 5 or 0.50; none for no limit",
        )
        .max_length(16),
    );
    options.push(
        Opt::new(
            Type::Integer,
            "quiet_hours",
            "It ends by itself after so many hours without a request (12)",
        )
        .min_int_value(1)
        .max_int_value(u64::from(QUIET_HOURS_LIMIT)),
    );
    options
}
