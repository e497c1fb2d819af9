//! `/imagine`: from the command to the admitted job.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};
use time::Date;

use super::anywhere;
use super::options::Options;
use crate::backends::discord_api::attachment;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, COUNT_LIMIT, ImageSource, PROMPT_LIMIT, SEED_LIMIT};
use crate::frontends::discord::interaction::Attachment;
use crate::frontends::discord::orders;
use crate::frontends::discord::response::{Call, Response};

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
    let file = options.attachment("image");
    let source = |file: Attachment| ImageSource::Attachment { url: file.url, filename: file.filename };
    let ask = Ask {
        prompt: options.text("prompt").unwrap_or_default(),
        negative: options.text("negative"),
        model: options.text("model"),
        aspect: options.text("aspect"),
        style: options.text("style"),
        count: options.integer("count"),
        seed: options.integer("seed"),
        steps: options.integer("steps"),
        strength: options.number("strength"),
        cfg: options.number("cfg"),
        private: options.flag("private"),
        from_last: options.text("from").is_some_and(|from| from == "last"),
        image: file.clone().map(source),
        ..Ask::default()
    };
    Some((ask, file))
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
    orders::order(call, ask.with_variants()?).await
}

fn length(limit: usize) -> u16 {
    u16::try_from(limit).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::frontends::discord::interaction::Value;

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
