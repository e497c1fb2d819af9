//! `/prefer` and `/usage`: what members say and see of themselves.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};

use super::anywhere;
use super::options::{Options, field_option, setting_options};
use crate::domain::settings::Field;

/// What a member prefers, as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub enum Prefer {
    /// These values where a request says nothing else.
    Set(Vec<(Field, String)>),
    /// Shows what holds for the member in this place.
    Show,
    /// Takes one preference away, or all.
    Reset(Option<String>),
}

/// The subcommand behind `prefer `; `None` for one of another version.
pub(super) fn parse(path: &str, options: &Options) -> Option<Prefer> {
    match path {
        "set" => Some(Prefer::Set(options.settings())),
        "show" => Some(Prefer::Show),
        "reset" => Some(Prefer::Reset(options.text("field"))),
        _ => None,
    }
}

/// `/prefer` as Discord wants it declared.
pub(super) fn prefer_command() -> CreateCommand {
    let sub = |name, words| Opt::new(Type::SubCommand, name, words);
    let set = setting_options()
        .into_iter()
        .fold(sub("set", "Set what holds for you where you say nothing else"), Opt::add_sub_option);
    let reset =
        sub("reset", "Forget your preferences").add_sub_option(field_option("field", "Only this one"));
    anywhere(CreateCommand::new("prefer").description("Your own defaults, in every server"))
        .set_options(vec![set, sub("show", "What holds for you here, and where it comes from"), reset])
}

/// `/usage` as Discord wants it declared.
pub(super) fn usage_command() -> CreateCommand {
    anywhere(CreateCommand::new("usage").description("What you have used, and what is left"))
}
