//! What must be true of anything that a stranger sends: shared by the fuzz targets and by a test over the corpus.

use std::collections::BTreeSet;

use easel::attachment;
use easel::discord::commands::{self, Command};
use easel::discord::components::Button;
use easel::discord::interaction::{Action, Attachment, Incoming, Interaction, read};
use easel::discord::reply;
use easel::discord::signature::{PublicKey, is_fresh};
use easel::engine::catalogue::Catalogue;
use easel::request::{Ask, COUNT_LIMIT, ImageRequest, PROMPT_LIMIT, SEED_LIMIT, resolve};
use easel::settings::Effective;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::Value;
use time::macros::datetime;
use time::{Date, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);
const TODAY: Date = NOW.date();

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
    /// A request whose own signature holds.
    Signed,
}

/// The body of a request to the HTTP door.
pub(crate) fn interaction(body: &[u8]) -> Kind {
    let Ok(incoming) = read(body) else { return Kind::Foreign };
    let sent: Value = serde_json::from_slice(body).expect("what was read is JSON");
    let Incoming::Interaction(interaction) = incoming else {
        assert_eq!(sent["type"], 1);
        return Kind::Ping;
    };
    is_what_was_sent(&interaction, &sent);
    match interaction.action {
        Action::Command { name, options } => match commands::parse(&name, options) {
            Command::Imagine(ask, file) => order(*ask, file),
            Command::Unknown(_) => Kind::Unknown,
            _ => Kind::Command,
        },
        Action::Typing { option, text, .. } => {
            let found = commands::suggestions(&option, &text, &Catalogue::bedrock(), TODAY);
            let shown = reply::choices(found.into_iter());
            let choices = shown["data"]["choices"].as_array().expect("choices");
            assert!(choices.len() <= 25, "Discord takes 25 choices");
            Kind::Typing
        }
        Action::Click { custom_id, .. } => {
            if let Some(button) = Button::from_custom_id(&custom_id) {
                assert!(button.custom_id().len() <= 100, "Discord takes 100 characters");
                assert_eq!(Button::from_custom_id(&button.custom_id()), Some(button));
            }
            Kind::Click
        }
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
                let shown = reply::private_words(&refusal.to_string());
                let words = shown["data"]["content"].as_str().expect("words");
                assert!((1..=2_000).contains(&words.chars().count()), "Discord takes 2,000 characters");
            }
        }
    }
    kind
}

/// A model can be asked for it, and the books can hold it.
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

/// The order of the group of Ed25519, lowest byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A timestamp, what claims to be a signature, and the body, in lines: what proves that a request came from Discord.
pub(crate) fn signature(data: &[u8]) -> Kind {
    let mut parts = data.splitn(3, |byte| *byte == b'\n');
    let mut line = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (timestamp, claimed) = (line(), line());
    let body = parts.next().unwrap_or_default();
    let secret = SigningKey::from_bytes(&[7; 32]);
    let key = PublicKey::from_hex(&hex(secret.verifying_key().as_bytes())).expect("a key");
    let right = secret.sign(&[timestamp.as_bytes(), body].concat()).to_bytes();

    assert!(key.verifies(&hex(&right), &timestamp, body));
    let holds = key.verifies(&claimed, &timestamp, body);
    assert_eq!(holds, claimed.eq_ignore_ascii_case(&hex(&right)), "{claimed}");
    only_for_these_bytes(&key, &right, &timestamp, body);
    if is_fresh(&timestamp, NOW) {
        let seconds: i64 = timestamp.parse().expect("seconds");
        assert!((NOW.unix_timestamp() - seconds).abs() <= 300);
    }
    if PublicKey::from_hex(&claimed).is_some() {
        assert!(claimed.len() == 64 && claimed.bytes().all(|digit| digit.is_ascii_hexdigit()));
    }
    if holds { Kind::Signed } else { Kind::Foreign }
}

/// Nothing near a right request is right.
fn only_for_these_bytes(key: &PublicKey, right: &[u8; 64], timestamp: &str, body: &[u8]) {
    let signature = hex(right);
    // Which bit is turned depends on the input, so that the fuzzer reaches all of them.
    let turn = body
        .iter()
        .chain(timestamp.as_bytes())
        .fold(body.len(), |sum, byte| sum * 31 % 65_521 + usize::from(*byte));
    let turned = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let at = turn % (bytes.len() * 8);
        bytes[at / 8] ^= 1 << (at % 8);
        bytes
    };
    assert!(!key.verifies(&hex(&turned(right)), timestamp, body), "another signature");
    assert!(!key.verifies(&signature, timestamp, &[body, b" "].concat()), "a longer body");
    assert!(!key.verifies(&signature, &format!("0{timestamp}"), body), "another time");
    if !body.is_empty() {
        assert!(!key.verifies(&signature, timestamp, &turned(body)), "another body");
        assert!(!key.verifies(&signature, timestamp, &body[1..]), "a shorter body");
    }
    let mut carry = 0;
    let mut malleable = *right;
    for (byte, add) in malleable[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert!(!key.verifies(&hex(&malleable), timestamp, body), "the same signature in another form");
    assert!(!key.verifies(&signature[..126], timestamp, body), "half a signature");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
