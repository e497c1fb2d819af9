//! The commands: declared to Discord, and parsed into one enum.

use serde_json::Value as Json;
use serenity::all::{
    CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt, InstallationContext,
    InteractionContext,
};
use time::Date;

use crate::app::messages;
use crate::domain::catalogue::Catalogue;
use crate::domain::request::{Ask, Aspect, COUNT_LIMIT, ImageSource, PROMPT_LIMIT, SEED_LIMIT, Style};
use crate::frontends::discord::interaction::{Attachment, Value};

mod easel;
mod member;
mod options;
mod session;

pub use easel::Admin;
pub use member::Prefer;
use options::Options;
pub use session::{SessionCommand, SessionOptions};

/// What a person asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A picture; the file to start from comes apart, since its description is checked first.
    Imagine(Box<Ask>, Option<Attachment>),
    /// The help page.
    Help,
    /// A channel's work on one thing.
    Session(Box<SessionCommand>),
    /// What the member prefers.
    Prefer(Prefer),
    /// What the member has used.
    Usage,
    /// What a server's admins decide.
    Easel(Box<Admin>),
    /// A command of another version.
    Unknown(String),
}

/// The command in an interaction's data. Options of a wrong type cannot come from Discord and are left out.
pub fn parse(name: &str, options: Vec<(String, Value)>) -> Command {
    match name {
        "imagine" => imagine(options),
        "help" => Command::Help,
        "usage" => Command::Usage,
        path => subcommand(path, Options(options)),
    }
}

fn subcommand(path: &str, options: Options) -> Command {
    let (name, rest) = path.split_once(' ').unwrap_or((path, ""));
    let command = match name {
        "easel" => easel::parse(rest, options).map(|admin| Command::Easel(Box::new(admin))),
        "prefer" => member::parse(rest, &options).map(Command::Prefer),
        "session" => session::parse(rest, &options).map(|command| Command::Session(Box::new(command))),
        _ => return Command::Unknown(name.to_owned()),
    };
    command.unwrap_or_else(|| Command::Unknown(path.to_owned()))
}

fn imagine(options: Vec<(String, Value)>) -> Command {
    let mut ask = Ask::default();
    let mut attachment = None;
    for (name, value) in options {
        match (name.as_str(), value) {
            ("prompt", Value::Text(text)) => ask.prompt = text,
            ("negative", Value::Text(text)) => ask.negative = Some(text),
            ("model", Value::Text(text)) => ask.model = Some(text),
            ("aspect", Value::Text(text)) => ask.aspect = Some(text),
            ("style", Value::Text(text)) => ask.style = Some(text),
            ("count", Value::Integer(number)) => ask.count = Some(number),
            ("seed", Value::Integer(number)) => ask.seed = Some(number),
            ("steps", Value::Integer(number)) => ask.steps = Some(number),
            ("strength", value) => ask.strength = number(&value),
            ("cfg", value) => ask.cfg = number(&value),
            ("private", Value::Boolean(yes)) => ask.private = Some(yes),
            ("from", Value::Text(text)) => ask.from_last = text == "last",
            ("image", Value::Attachment(file)) => {
                ask.image =
                    Some(ImageSource::Attachment { url: file.url.clone(), filename: file.filename.clone() });
                attachment = Some(file);
            }
            _ => {}
        }
    }
    Command::Imagine(Box::new(ask), attachment)
}

/// JSON knows one kind of number: `1` may come for `1.0`.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "small numbers, checked afterwards")]
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    }
}

/// Choices for an option that is being typed, as label and value: those whose name, or a model's id, contains the text.
pub fn suggestions(option: &str, text: &str, catalogue: &Catalogue, today: Date) -> Vec<(String, String)> {
    let wanted = text.trim().to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&wanted);
    match option {
        "model" => catalogue
            .image_models(today)
            .filter(|model| fits(&model.name) || fits(&model.id))
            .map(|model| (messages::priced_choice(&model.name, model.price), model.name.clone()))
            .collect(),
        "style" => named(&mut Style::ALL.iter().map(|style| style.name()).filter(|name| fits(name))),
        "aspect" => named(&mut Aspect::ALL.iter().map(|aspect| aspect.name()).filter(|name| fits(name))),
        _ => Vec::new(),
    }
}

fn named(names: &mut dyn Iterator<Item = &'static str>) -> Vec<(String, String)> {
    names.map(|name| (name.to_owned(), name.to_owned())).collect()
}

/// Every command, as Discord wants it declared.
///
/// `cfg` and `steps` are there only while a model knows them.
pub fn declared(catalogue: &Catalogue, today: Date) -> Vec<Json> {
    let from_picture = catalogue.image_models(today).any(|model| model.abilities.image_to_image);
    let commands = [
        imagine_command(catalogue, today),
        session::command(from_picture),
        member::usage_command(),
        member::prefer_command(),
        help_command(),
        easel::command(),
    ];
    commands
        .into_iter()
        .filter_map(|command| serde_json::to_value(command).ok())
        .map(|command| with_number(without_blanks(command)))
        .collect()
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

fn imagine_command(catalogue: &Catalogue, today: Date) -> CreateCommand {
    let mut options = vec![
        Opt::new(
            Type::String,
            "prompt",
            "What to paint. Flags at the end work too: --ar 16:9 --no text --seed 7",
        )
        .required(true)
        .min_length(1)
        .max_length(length(PROMPT_LIMIT)),
        Opt::new(Type::String, "negative", "What to leave out").max_length(length(PROMPT_LIMIT)),
        Opt::new(Type::String, "model", "Which model paints").set_autocomplete(true),
        Opt::new(Type::String, "aspect", "Width to height").set_autocomplete(true),
        Opt::new(Type::String, "style", "A look, such as anime or line-art").set_autocomplete(true),
        Opt::new(Type::Integer, "count", "How many pictures")
            .min_int_value(1)
            .max_int_value(u64::from(COUNT_LIMIT)),
        Opt::new(Type::Integer, "seed", "The same seed makes the same picture again")
            .min_int_value(0)
            .max_int_value(u64::from(SEED_LIMIT)),
    ];
    if catalogue.image_models(today).any(|model| model.abilities.image_to_image) {
        options.push(Opt::new(Type::Attachment, "image", "Start from this picture"));
        options.push(
            Opt::new(Type::String, "from", "Start from the last picture of this channel's session")
                .add_string_choice("last", "last"),
        );
        options.push(
            Opt::new(Type::Number, "strength", "How far to go from it: 0 keeps it, 1 ignores it")
                .min_number_value(0.0)
                .max_number_value(1.0),
        );
    }
    if let Some(most) = catalogue.image_models(today).filter_map(|model| model.abilities.cfg).max() {
        options.push(
            Opt::new(Type::Number, "cfg", "How closely to follow the prompt")
                .min_number_value(0.0)
                .max_number_value(f64::from(most)),
        );
    }
    if let Some((least, most)) = catalogue.image_models(today).filter_map(|model| model.abilities.steps).max()
    {
        options.push(
            Opt::new(Type::Integer, "steps", "How long to refine")
                .min_int_value(u64::from(least))
                .max_int_value(u64::from(most)),
        );
    }
    options.push(Opt::new(Type::Boolean, "private", "Only you see the picture"));
    anywhere(CreateCommand::new("imagine").description("Paint a picture from words")).set_options(options)
}

fn help_command() -> CreateCommand {
    anywhere(CreateCommand::new("help").description("What Easel can do, and how"))
}

/// In servers, in private conversations with the bot, and wherever a user brings the bot along.
fn anywhere(command: CreateCommand) -> CreateCommand {
    command
        .contexts(vec![
            InteractionContext::Guild,
            InteractionContext::BotDm,
            InteractionContext::PrivateChannel,
        ])
        .integration_types(vec![InstallationContext::Guild, InstallationContext::User])
}

fn length(limit: usize) -> u16 {
    u16::try_from(limit).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 22);

    fn option_names(catalogue: &Catalogue) -> Vec<String> {
        let imagine = &declared(catalogue, TODAY)[0];
        imagine["options"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| o["name"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn cfg_and_steps_are_declared_only_while_a_model_has_them() {
        assert!(!option_names(&Catalogue::bedrock()).contains(&"cfg".to_owned()));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[[model]]\nid='arn:x'\nname='own'\nfamily='sdxl'\nprice_usd=0.01")
            .unwrap();
        let names = option_names(&Catalogue::bedrock().with_file(file.path()).unwrap());
        assert!(names.contains(&"cfg".to_owned()) && names.contains(&"steps".to_owned()), "{names:?}");
    }

    #[test]
    fn suggestions_follow_what_is_typed() {
        let catalogue = Catalogue::bedrock();
        let values = |option, text| {
            suggestions(option, text, &catalogue, TODAY).into_iter().map(|(_, v)| v).collect::<Vec<_>>()
        };
        assert_eq!(values("model", ""), ["core", "ultra", "sd3.5"]);
        assert_eq!(values("model", "UL"), ["ultra"]);
        assert_eq!(values("model", "stability.sd3-5"), ["sd3.5"]);
        assert!(values("model", "picture").is_empty());
        assert_eq!(values("style", "pix"), ["pixel-art"]);
        assert!(values("prompt", "").is_empty());
    }

    #[test]
    fn a_command_is_parsed_into_an_ask() {
        let options = vec![
            ("prompt".to_owned(), Value::Text("a cat".into())),
            ("count".to_owned(), Value::Integer(2)),
            ("strength".to_owned(), Value::Integer(1)),
        ];
        let Command::Imagine(ask, None) = parse("imagine", options) else { panic!("not an ask") };
        assert_eq!((ask.prompt.as_str(), ask.count, ask.strength), ("a cat", Some(2), Some(1.0)));
        assert_eq!(parse("paint", vec![]), Command::Unknown("paint".into()));
    }
}
