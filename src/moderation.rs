//! What may not be asked for, and what may not be shown.

mod guardrail;
mod words;

pub use guardrail::{Guardrail, Verdict};
pub use words::{WordRule, broken_rule, phrase};

/// The longest phrase of a word rule, in characters.
pub const PHRASE_LIMIT: usize = 100;
