//! `/imagine`: from the command to the admitted job.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};
use time::Date;
use tokio::time::Instant;

use super::anywhere;
use super::options::Options;
use crate::app::messages::picture as texts;
use crate::app::{Customer, Member, Order, Placed, offer, place_order};
use crate::backends::discord_api::attachment;
use crate::domain::catalogue::Catalogue;
use crate::domain::job::DiscordOrigin;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, COUNT_LIMIT, ImageSource, PROMPT_LIMIT, SEED_LIMIT};
use crate::frontends::discord::interaction::{Attachment, Interaction, Value};
use crate::frontends::discord::response::{Call, Response, STORE_TIMEOUT};

pub(super) fn declare(catalogue: &Catalogue, today: Date) -> CreateCommand {
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

/// What is asked for; the file to start from comes apart, since its description is checked first.
pub fn parse(_: &str, options: Options) -> Option<(Ask, Option<Attachment>)> {
    let mut ask = Ask::default();
    let mut attachment = None;
    for (name, value) in options.0 {
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
    Some((ask, attachment))
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

/// `None` for an interaction that was admitted before.
pub(super) async fn respond(
    call: Call<'_>,
    (ask, file): (Ask, Option<Attachment>),
) -> Result<Option<Response>, Refusal> {
    let app = call.app;
    if let Some(file) = &file {
        let elsewhere = app.config.discord_is_elsewhere.then_some(&app.config.discord_url);
        attachment::check_description(file, elsewhere)?;
    }
    order(call, ask).await
}

/// `None` for an interaction that was admitted before.
pub(in crate::frontends::discord) async fn order(
    call: Call<'_>,
    ask: Ask,
) -> Result<Option<Response>, Refusal> {
    let Call { app, interaction, now } = call;
    let order = |ask| Order { ask, customer: Customer::Member(Box::new(member(interaction))) };
    let deadline = Instant::now() + STORE_TIMEOUT;
    match place_order(app, order(ask.clone()), deadline, now).await {
        Ok(Placed::New(job, start)) => Ok(Some(Response::start(job.request.private, start))),
        Ok(Placed::Known(_)) => Ok(None),
        Err(refused) => match offer(app, &refused, order(ask), deadline, now).await {
            Some(offer) => Ok(Some(Response::private(&texts::refused_with_offer(
                &refused,
                offer.job,
                &offer.model,
                offer.price,
            )))),
            None => Err(refused),
        },
    }
}

fn member(interaction: &Interaction) -> Member {
    Member {
        origin: DiscordOrigin {
            interaction: interaction.id,
            application: interaction.application,
            token: interaction.token.clone(),
            guild: interaction.guild,
            channel: interaction.channel,
            member: interaction.member,
            private: false,
            file_limit: interaction.file_limit,
            session: None,
            locale: interaction.locale.clone(),
            guild_locale: interaction.guild_locale.clone(),
        },
        parent: interaction.parent,
        actor: interaction.actor(),
        roles: interaction.roles.clone(),
        age_restricted: interaction.age_restricted,
    }
}

fn length(limit: usize) -> u16 {
    u16::try_from(limit).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn option_names(catalogue: &Catalogue) -> Vec<String> {
        let command = serde_json::to_value(declare(catalogue, date!(2026 - 11 - 22))).unwrap();
        let options = command["options"].as_array().unwrap();
        options.iter().map(|option| option["name"].as_str().unwrap().to_owned()).collect()
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
    fn a_command_is_parsed_into_an_ask() {
        let options = Options(vec![
            ("prompt".to_owned(), Value::Text("a cat".into())),
            ("count".to_owned(), Value::Integer(2)),
            ("strength".to_owned(), Value::Integer(1)),
        ]);
        let (ask, file) = parse("", options).unwrap();
        assert_eq!((ask.prompt.as_str(), ask.count, ask.strength, file), ("a cat", Some(2), Some(1.0), None));
    }
}
