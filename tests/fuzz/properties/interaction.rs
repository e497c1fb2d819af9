//! What must be true of any body that a stranger posts: shared by a fuzz target and by a test over the corpus.

use std::collections::BTreeSet;

use easel::app::components::Button;
use easel::app::messages::{self, Reader};
use easel::backends::discord_api::attachment;
use easel::backends::discord_api::message::Message;
use easel::domain::catalogue::Catalogue;
use easel::domain::request::{Ask, COUNT_LIMIT, ImageRequest, PROMPT_LIMIT, SEED_LIMIT, resolve};
use easel::domain::settings::Effective;
use easel::frontends::discord::commands::options::Options;
use easel::frontends::discord::commands::{self, imagine};
use easel::frontends::discord::interaction::{Action, Attachment, Incoming, Interaction, read};
use easel::frontends::discord::response::Response;
use easel::frontends::discord::suggestions::suggestions;
use serde_json::Value;
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 23);

/// What some bytes turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Nothing that Discord sends.
    Foreign,
    /// A ping.
    Ping,
    /// An order that a model can be asked for.
    Order,
    /// An order that cannot be.
    Refused,
    /// Another command.
    Command,
    /// Something that is being typed.
    Typing,
    /// A button.
    Click,
    /// Something of another version.
    Unknown,
}

/// The body of a request to the HTTP frontend.
pub(crate) fn check(body: &[u8]) -> Kind {
    let Ok(incoming) = read(body) else { return Kind::Foreign };
    let Incoming::Interaction(interaction) = incoming else { return Kind::Ping };
    // In fields that nobody reads may stand what no value can hold: 1e999, or bytes that are no text.
    if let Ok(sent) = serde_json::from_slice(body) {
        is_what_was_sent(&interaction, &sent);
    }
    match interaction.action {
        Action::Command { name, options } => match name.as_str() {
            "imagine" => {
                imagine::parse("", Options(options)).map_or(Kind::Unknown, |(ask, file)| order(ask, file))
            }
            name if commands::is_known(name, options) => Kind::Command,
            _ => Kind::Unknown,
        },
        Action::Typing { option, text, .. } => {
            let found = suggestions(&option, &text, &Catalogue::bedrock(), TODAY);
            let shown = Response::choices(found.into_iter()).callback;
            let choices = shown["data"]["choices"].as_array().expect("choices");
            assert!(choices.len() <= 25, "Discord takes 25 choices");
            Kind::Typing
        }
        Action::Click { custom_id, .. } | Action::Submit { custom_id, .. } => {
            if let Some(button) = Button::from_custom_id(&custom_id) {
                assert!(button.custom_id().len() <= 100, "Discord takes 100 characters");
                assert_eq!(Button::from_custom_id(&button.custom_id()), Some(button));
            }
            Kind::Click
        }
        Action::OnMessage { .. } => Kind::Command,
        Action::Unknown => Kind::Unknown,
    }
}

/// Ids are those that were sent, to the last digit, and the token is in no log.
fn is_what_was_sent(interaction: &Interaction, sent: &Value) {
    let id = |value: &Value| value.as_str().and_then(|id| id.parse::<u64>().ok());
    assert_eq!(id(&sent["id"]), Some(interaction.id));
    assert_eq!(id(&sent["application_id"]), Some(interaction.application));
    assert_eq!(id(&sent["guild_id"]), interaction.guild);
    let member = id(&sent["member"]["user"]["id"]).or(id(&sent["user"]["id"]));
    assert_eq!(member.unwrap_or_default(), interaction.member);
    assert_eq!(sent["token"], interaction.token.as_str());
    if let (Some(guild), Value::Object(_)) = (interaction.guild, &sent["member"]) {
        assert!(interaction.roles.contains(&guild), "everybody's role");
    }
    assert!(!interaction.is_admin() || interaction.guild.is_some(), "nobody manages a private conversation");
    let other = Interaction { token: String::new(), ..interaction.clone() };
    assert_eq!(format!("{interaction:?}"), format!("{other:?}"), "the token is shown");
}

fn order(ask: Ask, file: Option<Attachment>) -> Kind {
    if let Some(file) = file
        && attachment::check_description(&file, None).is_ok()
    {
        let url = url::Url::parse(&file.url).expect("an address");
        assert_eq!(url.scheme(), "https");
        assert!(url.host_str().is_some_and(|host| host.ends_with(".discordapp.com")), "{url}");
    }
    let mut kind = Kind::Refused;
    for catalogue in [Catalogue::bedrock(), Catalogue::sketch()] {
        match resolve(ask.clone(), Effective::built_in(), &catalogue, TODAY, 0) {
            Ok(request) => {
                within_limits(&request, &catalogue);
                kind = Kind::Order;
            }
            Err(refusal) => {
                let words = Message::words(messages::refusal(&refusal, Reader::Discord));
                let shown = Response::private(&words).callback;
                let words = shown["data"]["content"].as_str().expect("words");
                assert!((1..=2_000).contains(&words.chars().count()), "Discord takes 2,000 characters");
            }
        }
    }
    kind
}

/// A model can be asked for it, and the ledger can hold it.
fn within_limits(request: &ImageRequest, catalogue: &Catalogue) {
    let model = catalogue.find(&request.model).expect("a model of the catalogue");
    assert!(model.is_alive(TODAY));
    assert!(!request.prompt.trim().is_empty());
    assert!(request.prompt.chars().count() <= PROMPT_LIMIT);
    assert!(request.prompt_for_model().chars().count() <= model.prompt_limit);
    let seeds: BTreeSet<u32> = request.seeds.iter().copied().collect();
    assert_eq!(seeds.len(), request.seeds.len(), "each picture has a seed of its own");
    assert!((1..=COUNT_LIMIT as usize).contains(&seeds.len()));
    assert!(seeds.into_iter().all(|seed| seed <= SEED_LIMIT));
    if let Some(image) = &request.image {
        assert!(model.abilities.image_to_image && (0.0..=1.0).contains(&image.strength));
    }
    if let Some(cfg) = request.cfg {
        assert!(model.abilities.cfg.is_some_and(|most| (0.0..=f64::from(most)).contains(&cfg)));
    }
    if let Some(steps) = request.steps {
        assert!(model.abilities.steps.is_some_and(|(least, most)| (least..=most).contains(&steps)));
    }
    let written = serde_json::to_string(request).expect("a row");
    let again: ImageRequest = serde_json::from_str(&written).expect("a request");
    assert_eq!(
        (again.prompt, again.negative, again.seeds),
        (request.prompt.clone(), request.negative.clone(), request.seeds.clone())
    );
}
