//! Word rules.

use serde::{Deserialize, Serialize};

/// A word or phrase that no prompt may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordRule {
    /// The words.
    pub phrase: String,
    /// Shown to the person.
    pub note: Option<String>,
    /// The rule holds in age-restricted channels too.
    pub age_restricted_too: bool,
}
