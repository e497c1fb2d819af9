//! The other variables whose values have a type of their own.

use crate::domain::retention::Retention;

/// `EASEL_ENGINE`
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineChoice {
    Bedrock,
    /// The built-in engine, which needs no account.
    Sketch,
}

/// `EASEL_GUARDRAIL`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardrailId {
    /// Its identifier, or its ARN.
    pub id: String,
    /// A number, or `DRAFT`.
    pub version: String,
}

/// `EASEL_LOG_FORMAT`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    /// One object for each line.
    Json,
}

/// `_HANDLER`, under AWS Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Behind API Gateway: admits jobs and enqueues them.
    Front,
    /// Behind the queue: works on jobs.
    Work,
}

pub(super) fn engine(text: &str) -> Option<EngineChoice> {
    match text {
        "bedrock" => Some(EngineChoice::Bedrock),
        "sketch" => Some(EngineChoice::Sketch),
        _ => None,
    }
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

pub(super) fn keep_days(text: &str) -> Option<Retention> {
    text.parse().ok().filter(|days| (1..=36_500).contains(days)).map(|days| Retention { days })
}

pub(super) fn workers(text: &str) -> Option<usize> {
    text.parse().ok().filter(|workers| (1..=4096).contains(workers))
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

pub(super) fn function(text: &str) -> Option<Function> {
    match text {
        "front" => Some(Function::Front),
        "work" => Some(Function::Work),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guardrail_has_a_version_behind_its_id_or_its_arn() {
        let arn = "arn:aws:bedrock:us-west-2:123456789012:guardrail/abc123";
        for (text, id, version) in [
            ("abc123:1", "abc123", "1"),
            ("abc123:DRAFT", "abc123", "DRAFT"),
            (&format!("{arn}:12"), arn, "12"),
        ] {
            let read = guardrail(text).unwrap();
            assert_eq!((read.id.as_str(), read.version.as_str()), (id, version));
        }
        for wrong in [
            arn,
            "abc123",
            "abc123:",
            ":1",
            "abc123:0",
            "abc123:01",
            "abc123:latest",
            "ABC:1",
            "a b:1",
            "a/b:1",
        ] {
            assert_eq!(guardrail(wrong), None, "{wrong}");
        }
    }
}
