//! The variables for Discord.

use secrecy::SecretString;
use url::Url;

/// `DISCORD_TOKEN`
#[derive(Debug, Clone)]
pub enum Token {
    Here(SecretString),
    /// The ARN of a secret in AWS Secrets Manager whose text it is.
    InSecret(String),
}

/// `EASEL_SHARDS`: some of the connections that a large bot divides its servers among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shards {
    /// The first, from 0.
    pub first: u32,
    pub last: u32,
    /// How many there are in all processes together.
    pub total: u32,
}

pub(super) fn token(text: &str) -> Option<Token> {
    match text.strip_prefix("arn:aws").and_then(|rest| rest.split_once(":secretsmanager:")) {
        Some(_) if secret_region(text).is_some() => Some(Token::InSecret(text.to_owned())),
        Some(_) => None,
        None => bot_token(text).map(Token::Here),
    }
}

/// A text that can be a bot's token.
pub fn bot_token(text: &str) -> Option<SecretString> {
    let fine = text.len() >= 20 && text.chars().all(|c| c.is_ascii_graphic());
    fine.then(|| SecretString::from(text.to_owned()))
}

/// The region in a secret's ARN.
pub fn secret_region(arn: &str) -> Option<&str> {
    match arn.split(':').collect::<Vec<_>>()[..] {
        [_, _, _, region, account, "secret", name] => {
            let named = !region.is_empty() && !account.is_empty() && !name.is_empty();
            named.then_some(region)
        }
        _ => None,
    }
}

pub(super) fn base_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.path() == "/";
    (plain && url.query().is_none()).then_some(url)
}

pub(super) fn snowflake(text: &str) -> Option<u64> {
    (15..=20).contains(&text.len()).then(|| text.parse().ok()).flatten()
}

pub(super) fn shards(text: &str) -> Option<Shards> {
    let (range, total) = text.split_once('/')?;
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let shards = Shards { first: first.parse().ok()?, last: last.parse().ok()?, total: total.parse().ok()? };
    (shards.first <= shards.last && shards.last < shards.total).then_some(shards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_a_range_or_one_of_so_many() {
        let of = |first, last, total| Some(Shards { first, last, total });
        for (text, read) in [
            ("0-3/16", of(0, 3, 16)),
            ("15/16", of(15, 15, 16)),
            ("16/16", None),
            ("0-3", None),
            ("3-2/16", None),
            ("0--1/2", None),
            ("/", None),
        ] {
            assert_eq!(shards(text), read, "{text}");
        }
    }
}
