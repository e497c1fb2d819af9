//! The commands, a file each: how it is declared to Discord, parsed, and responded to.

use futures_util::future::BoxFuture;
use serde_json::Value as Json;
use serenity::all::{CreateCommand, InstallationContext, InteractionContext};
use time::Date;

use self::options::Options;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::frontends::discord::interaction::Value;
use crate::frontends::discord::on_message;
use crate::frontends::discord::response::{Call, Response};

mod easel;
mod edit;
mod export;
mod forget_me;
mod gallery;
mod help;
pub mod imagine;
pub mod options;
mod prefer;
mod session;
mod show;
mod usage;
mod written;

struct Command {
    name: &'static str,
    /// As Discord wants it declared while these models are offered; `None` without one that it needs.
    declare: fn(&Catalogue, Date) -> Option<CreateCommand>,
    /// Whether there is such a subcommand.
    knows: fn(&str, Options) -> bool,
    /// The response to a subcommand that is known; `None` if there was one before.
    respond: for<'a> fn(Call<'a>, &'a str, Options) -> BoxFuture<'a, Responded>,
}

type Responded = Result<Option<Response>, Refusal>;

/// The command in the module of its name, or in another one, which has `declare`, `parse` and `respond`.
macro_rules! command {
    ($name:ident) => {
        command!($name, stringify!($name))
    };
    ($name:ident, $written:expr) => {
        Command {
            name: $written,
            declare: |catalogue, today| $name::declare(catalogue, today).into(),
            knows: |subcommand, options| $name::parse(subcommand, options).is_some(),
            respond: |call, subcommand, options| {
                Box::pin(async move {
                    let unknown = || Refusal::UnknownCommand { command: full($written, subcommand) };
                    let parsed = $name::parse(subcommand, options).ok_or_else(unknown)?;
                    $name::respond(call, parsed).await.map(Into::into)
                })
            },
        }
    };
}

/// In the order in which they are declared.
const COMMANDS: &[Command] = &[
    command!(imagine),
    command!(edit),
    command!(show),
    command!(gallery),
    command!(export),
    command!(session),
    command!(usage),
    command!(prefer),
    command!(forget_me, "forget-me"),
    command!(help),
    command!(easel),
];

/// The response to a command; `None` if it was responded to before. Options of a wrong type cannot come from Discord
/// and are left out.
pub(super) async fn respond(call: Call<'_>, path: &str, options: Vec<(String, Value)>) -> Responded {
    let (name, subcommand) = path.split_once(' ').unwrap_or((path, ""));
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.respond)(call, subcommand, Options(options)).await,
        None => Err(Refusal::UnknownCommand { command: name.to_owned() }),
    }
}

/// Whether there is such a command, with its subcommand.
pub fn is_known(path: &str, options: Vec<(String, Value)>) -> bool {
    let (name, subcommand) = path.split_once(' ').unwrap_or((path, ""));
    let named = COMMANDS.iter().find(|command| command.name == name);
    named.is_some_and(|command| (command.knows)(subcommand, Options(options)))
}

pub fn declared(catalogue: &Catalogue, today: Date) -> Vec<Json> {
    COMMANDS
        .iter()
        .filter_map(|command| (command.declare)(catalogue, today))
        .chain(on_message::declare(catalogue, today))
        .filter_map(|command| serde_json::to_value(command).ok())
        .map(|command| with_number(without_blanks(command)))
        .collect()
}

fn full(name: &str, subcommand: &str) -> String {
    format!("{name} {subcommand}").trim_end().to_owned()
}

/// serenity writes permissions as a string, as Discord tells them; asked for, they are a number.
fn with_number(mut command: Json) -> Json {
    let name = "default_member_permissions";
    if let Some(bits) = command[name].as_str().and_then(|bits| bits.parse::<u64>().ok()) {
        command[name] = bits.into();
    }
    command
}

/// serenity writes down what was not said as well: `null`, `[]` and `{}`.
fn without_blanks(value: Json) -> Json {
    let says_something = |value: &Json| match value {
        Json::Null => false,
        Json::Array(items) => !items.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    match value {
        Json::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, without_blanks(value)))
            .filter(|(_, value)| says_something(value))
            .collect(),
        Json::Array(items) => items.into_iter().map(without_blanks).collect(),
        other => other,
    }
}

/// In servers, in private conversations with the bot, and wherever a user brings the bot along.
pub(super) fn anywhere(command: CreateCommand) -> CreateCommand {
    command
        .contexts(vec![
            InteractionContext::Guild,
            InteractionContext::BotDm,
            InteractionContext::PrivateChannel,
        ])
        .integration_types(vec![InstallationContext::Guild, InstallationContext::User])
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    /// The names of a command's subcommands, or of its options where it has none.
    fn parts(command: &Json) -> Vec<String> {
        let options = command["options"].as_array().cloned().unwrap_or_default();
        let is_group = |option: &Json| option["type"] == 2;
        let name = |option: &Json| option["name"].as_str().unwrap().to_owned();
        let inner = options.iter().filter(|option| is_group(option)).flat_map(parts);
        options.iter().map(name).chain(inner).collect()
    }

    #[test]
    fn the_page_of_commands_has_all_of_them() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md")).unwrap();
        for command in declared(&Catalogue::bedrock(), date!(2026 - 11 - 22)) {
            let name = command["name"].as_str().unwrap();
            let is_slash_command = command.get("type").is_none();
            let written = if is_slash_command { format!("`/{name}") } else { format!("**{name}**") };
            assert!(page.contains(&written), "{written}");
            for part in parts(&command) {
                let is_there =
                    [format!("`{part}`"), format!("`{part}:"), format!("`{part} "), format!(" {part}`")]
                        .iter()
                        .any(|written| page.contains(written));
                assert!(is_there, "{part} of /{name}");
            }
        }
    }
}
