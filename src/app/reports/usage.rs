//! What a server used in a month: as a chart, and as a table for a spreadsheet.

use anyhow::Context as _;
use bytes::Bytes;
use time::OffsetDateTime;

use crate::app::App;
use crate::app::messages::admin as texts;
use crate::app::reports::draw::chart::{Day, month_chart};
use crate::backends::discord_api::message::{File, Message};
use crate::domain::money::Micros;
use crate::domain::usage::UsageRow;

/// What a server used in the month of `now`.
pub(crate) async fn month(app: &App, guild: u64, now: OffsetDateTime) -> anyhow::Result<Message> {
    let rows = app.store.usage(guild, now).await?;
    let policy = app.store.context(Some(guild), Vec::new(), 0, now).await?.policy;
    let month = format!("{:04}-{:02}", now.year(), u8::from(now.month()));
    if rows.is_empty() {
        return Ok(texts::usage(&rows, &month, policy.budget.month));
    }
    let drawn = {
        let (rows, month, budget) = (rows.clone(), month.clone(), policy.budget.month);
        let draw =
            move || month_chart(&texts::chart_title(&month), texts::CHART_NOTE, &days(&rows, now), budget);
        tokio::task::spawn_blocking(draw).await.context("drawing the chart")??
    };
    let file =
        |name: String, mime, alt: &str, bytes| File { name, mime, alt: alt.to_owned(), bytes, kept: None };
    Ok(Message {
        files: vec![
            file(format!("easel-{month}.png"), "image/png", texts::CHART_ALT, Bytes::from(drawn)),
            file(format!("easel-{month}.csv"), "text/csv", texts::TABLE_ALT, Bytes::from(usage_csv(&rows))),
        ],
        ..texts::usage(&rows, &month, policy.budget.month)
    })
}

/// Every day of the month, the empty ones too.
fn days(rows: &[UsageRow], now: OffsetDateTime) -> Vec<Day> {
    let last = now.month().length(now.year());
    let of = |day: u8| {
        let name = format!("{:02}", day);
        let rows = rows.iter().filter(|row| row.day.ends_with(&format!("-{name}")));
        rows.fold(Day { day, dollars: Micros(0), pictures: 0 }, |sum, row| Day {
            dollars: sum.dollars + row.dollars,
            pictures: sum.pictures + row.pictures,
            ..sum
        })
    };
    (1..=last).map(of).collect()
}

/// The rows as CSV (RFC 4180) with a header; `usd` has plain decimals.
fn usage_csv(rows: &[UsageRow]) -> String {
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
