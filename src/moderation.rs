//! What may not be asked for, and what may not be shown.

mod words;

pub use words::WordRule;
