//! `/session` as Discord wants it declared.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};
use time::Date;

use crate::domain::catalogue::Catalogue;
use crate::domain::session::{QUIET_HOURS_LIMIT, TITLE_LIMIT};
use crate::frontends::discord::commands::anywhere;
use crate::frontends::discord::commands::options::{field_option, setting_options};

pub(crate) fn declare(catalogue: &Catalogue, today: Date) -> CreateCommand {
    let from_picture = catalogue.image_models(today).any(|model| model.abilities.image_to_image);
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
            sub("export", "All pictures and their records, packed as ZIP"),
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
