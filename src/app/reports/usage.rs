//! Usage as a table for a spreadsheet.

use crate::backends::store::UsageRow;

/// The rows as CSV (RFC 4180) with a header; `usd` has plain decimals.
pub fn usage_csv(rows: &[UsageRow]) -> String {
    let mut csv = "day,member,model,pictures,attempts,usd\r\n".to_owned();
    for row in rows {
        let usd = row.dollars.to_string().replace('$', "");
        let member = row.member.to_string();
        let texts = [&row.day, &member, &row.model].map(|text| field(text)).join(",");
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
    use crate::domain::money::Micros;

    #[test]
    fn a_row_is_quoted_and_never_a_formula() {
        let row = |model: &str| UsageRow {
            day: "2026-11-23".to_owned(),
            member: 7,
            model: model.to_owned(),
            pictures: 4,
            attempts: 5,
            dollars: Micros(203_000),
        };
        let rows = ["ann", "a \"b\", c", "=1+1", "@x", "-2,3"].map(row);
        let lines = ["ann", "\"a \"\"b\"\", c\"", "'=1+1", "'@x", "\"'-2,3\""]
            .map(|model| format!("2026-11-23,7,{model},4,5,0.203\r\n"))
            .concat();
        assert_eq!(usage_csv(&rows), format!("day,member,model,pictures,attempts,usd\r\n{lines}"));
    }
}
