//! Why a JSON text could not be read. serde's own messages quote what they found, which may be a secret.

use serde_json::error::Category;
use thiserror::Error;

/// Where in a JSON text reading ended; nothing of the text is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{what} (line {line}, column {column})")]
pub struct Unreadable {
    what: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Unreadable {
        let what = match error.classify() {
            Category::Data => "a field is missing, or its value has another shape",
            Category::Eof => "the JSON ends too early",
            Category::Syntax | Category::Io => "it is not JSON",
        };
        Unreadable { what, line: error.line(), column: error.column() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_told_and_no_value() {
        for (json, said) in [
            (
                "{\n\"a\": \"secret\"}",
                "a field is missing, or its value has another shape (line 2, column 13)",
            ),
            ("{\"a\": 300}", "a field is missing, or its value has another shape (line 1, column 9)"),
            ("{\"a\": 1", "the JSON ends too early (line 1, column 7)"),
            ("secret", "it is not JSON (line 1, column 1)"),
        ] {
            let error = serde_json::from_str::<std::collections::HashMap<String, u8>>(json).unwrap_err();
            assert_eq!(Unreadable::from(error).to_string(), said);
        }
    }
}
