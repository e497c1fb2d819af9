//! Usage as a table for a spreadsheet.

use crate::money::Micros;

/// What one member made with one model on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Such as `2026-11-23`, UTC.
    pub day: String,
    /// The member's name or id.
    pub member: String,
    /// The model's name.
    pub model: String,
    /// Pictures made.
    pub pictures: u32,
    /// Calls made for them.
    pub attempts: u32,
    /// What AWS may bill.
    pub dollars: Micros,
}

/// The rows as CSV (RFC 4180) with a header; `usd` has plain decimals.
pub fn usage_csv(rows: &[UsageRow]) -> String {
    let mut csv = "day,member,model,pictures,attempts,usd\r\n".to_owned();
    for row in rows {
        let usd = row.dollars.to_string().replace('$', "");
        let texts = [&row.day, &row.member, &row.model].map(|text| field(text)).join(",");
        csv.push_str(&format!("{texts},{},{},{usd}\r\n", row.pictures, row.attempts));
    }
    csv
}

/// A text that no spreadsheet takes for a formula, quoted where it must be.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_quoted_and_never_a_formula() {
        let row = |member: &str| UsageRow {
            day: "2026-11-23".to_owned(),
            member: member.to_owned(),
            model: "core".to_owned(),
            pictures: 4,
            attempts: 5,
            dollars: Micros(203_000),
        };
        let rows = ["ann", "a \"b\", c", "=1+1", "@x", "-2,3"].map(row);
        let lines = ["ann", "\"a \"\"b\"\", c\"", "'=1+1", "'@x", "\"'-2,3\""]
            .map(|member| format!("2026-11-23,{member},core,4,5,0.203\r\n"))
            .concat();
        assert_eq!(usage_csv(&rows), format!("day,member,model,pictures,attempts,usd\r\n{lines}"));
    }
}
