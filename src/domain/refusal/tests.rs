use serde_json::{Value, json};

use super::*;

fn read(stored: &Value) -> Refusal {
    serde_json::from_value(stored.clone()).unwrap_or_else(|error| panic!("{stored}: {error}"))
}

fn text<T>(words: &str) -> OrText<T> {
    OrText::Text(words.to_owned())
}

#[test]
fn what_earlier_versions_stored_is_read() {
    let table = [
        (
            json!({ "why": "too_long", "what": "prompt", "length": 4001, "limit": 4000 }),
            Refusal::TooLong { what: TextKind::Prompt.into(), length: 4001, limit: 4000 },
        ),
        (
            json!({ "why": "too_long", "what": "negative prompt", "length": 9, "limit": 8 }),
            Refusal::TooLong { what: text("negative prompt"), length: 9, limit: 8 },
        ),
        (
            json!({ "why": "flag", "flag": "chaos", "problem": "is not a flag of Easel" }),
            Refusal::Flag { flag: "chaos".into(), problem: text("is not a flag of Easel") },
        ),
        (
            json!({ "why": "out_of_range", "option": "quiet_hours", "got": "0", "allowed": "a whole number from 1 to 336" }),
            Refusal::OutOfRange {
                option: OptionName::QuietHours.into(),
                got: "0".into(),
                allowed: text("a whole number from 1 to 336"),
            },
        ),
        (
            json!({ "why": "unknown_model", "asked": "dall-e", "available": "`core`, `ultra`" }),
            Refusal::UnknownModel { asked: "dall-e".into(), available: text("`core`, `ultra`") },
        ),
        (
            json!({ "why": "model_ended", "model": "sdxl", "ended": "2025-05-20", "instead": "core" }),
            Refusal::ModelEnded { model: "sdxl".into(), ended: text("2025-05-20"), instead: "core".into() },
        ),
        (
            json!({ "why": "not_supported", "model": "core", "option": "cfg", "remedy": "Leave `cfg` out; no model here knows it." }),
            Refusal::NotSupported {
                model: "core".into(),
                option: OptionName::Cfg.into(),
                able: text("Leave `cfg` out; no model here knows it."),
            },
        ),
        (
            json!({ "why": "attachment", "problem": "it is too large", "limit_mib": 16 }),
            Refusal::Attachment { problem: text("it is too large"), limit_mib: 16 },
        ),
        (
            json!({ "why": "missing", "what": "`role` or `channel`" }),
            Refusal::Missing { what: text("`role` or `channel`") },
        ),
        (
            json!({ "why": "policy_full", "what": "blocked words", "limit": 500 }),
            Refusal::PolicyFull { what: text("blocked words"), limit: 500 },
        ),
    ];
    for (stored, expected) in table {
        let refusal = read(&stored);
        assert_eq!(refusal, expected, "{stored}");
        assert_eq!(read(&serde_json::to_value(&refusal).unwrap()), refusal, "written again");
    }
}
