//! What may not be asked for, and what may not be shown.

mod words;

pub use words::{WordRule, broken_rule, phrase};

/// The longest phrase of a word rule, in characters.
pub const PHRASE_LIMIT: usize = 100;
