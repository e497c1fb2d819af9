//! `/easel usage`: the month in words, as a chart and as a table.

use anyhow::Context as _;
use bytes::Bytes;
use time::OffsetDateTime;

use crate::app::App;
use crate::app::messages::admin as reply;
use crate::app::reports::draw::chart::{Day, month_chart};
use crate::app::reports::usage::usage_csv;
use crate::backends::discord_api::reply::{File, Message};
use crate::backends::store::UsageRow;
use crate::domain::money::Micros;

/// What a server used in the month of `now`.
pub(in crate::frontends::discord) async fn month(
    app: &App,
    guild: u64,
    now: OffsetDateTime,
) -> anyhow::Result<Message> {
    let rows = app.store.usage(guild, now).await?;
    let policy = app.store.context(Some(guild), Vec::new(), 0, now).await?.policy;
    let month = format!("{:04}-{:02}", now.year(), u8::from(now.month()));
    let drawn = {
        let (rows, month, budget) = (rows.clone(), month.clone(), policy.budget.month);
        let draw =
            move || month_chart(&reply::chart_title(&month), reply::CHART_NOTE, &days(&rows, now), budget);
        tokio::task::spawn_blocking(draw).await.context("drawing the chart")??
    };
    let file = |name: String, mime, alt: &str, bytes| File { name, mime, alt: alt.to_owned(), bytes };
    Ok(Message {
        files: vec![
            file(format!("easel-{month}.png"), "image/png", reply::CHART_ALT, Bytes::from(drawn)),
            file(format!("easel-{month}.csv"), "text/csv", reply::TABLE_ALT, Bytes::from(usage_csv(&rows))),
        ],
        ..reply::usage(&rows, &month, policy.budget.month)
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
