//! How each variable's text is read: `None` for what is not allowed there. Pure.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::{ArchiveUrl, EngineChoice, Function, GuardrailId, LogFormat, QueueUrl, Shards, Token};

pub(super) fn default_discord() -> Url {
    #[expect(clippy::expect_used, reason = "a constant")]
    Url::parse("https://discord.com").expect("a valid URL")
}

pub(super) fn base_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.path() == "/";
    (plain && url.query().is_none()).then_some(url)
}

pub(super) fn path_behind(text: &str, scheme: &str) -> Option<PathBuf> {
    text.strip_prefix(scheme).filter(|path| !path.is_empty()).map(PathBuf::from)
}

pub(super) fn archive_url(text: &str) -> Option<ArchiveUrl> {
    let Some(place) = text.strip_prefix("s3://") else {
        return path_behind(text, "file:").map(ArchiveUrl::Folder);
    };
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let named = (3..=63).contains(&bucket.len()) && bucket.chars().all(fine);
    named.then(|| ArchiveUrl::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
}

pub(super) fn queue_url(text: &str) -> Option<QueueUrl> {
    if text == "local" {
        return Some(QueueUrl::Local);
    }
    let url = Url::parse(text.strip_prefix("sqs:")?).ok()?;
    let named = url.path_segments()?.next_back().is_some_and(|name| !name.is_empty());
    let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    (named && plain && !url.path().ends_with(".fifo")).then_some(QueueUrl::Sqs(url))
}

/// An ARN has colons of its own: the version is what follows the last.
pub(super) fn guardrail(text: &str) -> Option<GuardrailId> {
    let (id, version) = text.rsplit_once(':')?;
    let numbered = (1..=8).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_digit());
    let versioned = version == "DRAFT" || (numbered && !version.starts_with('0'));
    let bare = match id.split_once(":guardrail/") {
        Some((account, bare)) if account.starts_with("arn:aws") && account.contains(":bedrock:") => bare,
        Some(_) => return None,
        None => id,
    };
    let named = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (versioned && named).then(|| GuardrailId { id: id.to_owned(), version: version.to_owned() })
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

pub(super) fn function(text: &str) -> Option<Function> {
    match text {
        "front" => Some(Function::Front),
        "work" => Some(Function::Work),
        _ => None,
    }
}

pub(super) fn snowflake(text: &str) -> Option<u64> {
    (15..=20).contains(&text.len()).then(|| text.parse().ok()).flatten()
}

pub(super) fn engine(text: &str) -> Option<EngineChoice> {
    match text {
        "bedrock" => Some(EngineChoice::Bedrock),
        "sketch" => Some(EngineChoice::Sketch),
        _ => None,
    }
}

pub(super) fn workers(text: &str) -> Option<usize> {
    text.parse().ok().filter(|workers| (1..=4096).contains(workers))
}

pub(super) fn shards(text: &str) -> Option<Shards> {
    let (range, total) = text.split_once('/')?;
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let shards = Shards { first: first.parse().ok()?, last: last.parse().ok()?, total: total.parse().ok()? };
    (shards.first <= shards.last && shards.last < shards.total).then_some(shards)
}

pub(super) fn filter(text: &str) -> Option<String> {
    tracing_subscriber::EnvFilter::try_new(text).ok().map(|_| text.to_owned())
}

pub(super) fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}
