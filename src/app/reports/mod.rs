//! What is made of many pictures or of the ledger: contact sheets, charts, tables, exports.

pub mod draw;
pub mod export;
pub mod usage;
