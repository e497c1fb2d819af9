//! How long models take.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::rows::{from_json, to_json};
use crate::domain::durations::Durations;
use crate::domain::job::Taken;

impl Sqlite {
    pub(crate) async fn durations(&self, model: &str) -> anyhow::Result<Durations> {
        let model = model.to_owned();
        self.look(move |db| of(db, &model)).await
    }
}

pub(super) fn add(db: &Connection, Taken { model, millis }: &Taken) -> rusqlite::Result<()> {
    let durations = of(db, model)?.with(millis);
    db.prepare_cached("INSERT OR REPLACE INTO durations (model, millis) VALUES (?1, ?2)")?
        .execute(params![model, to_json(&durations)?])
        .map(drop)
}

fn of(db: &Connection, model: &str) -> rusqlite::Result<Durations> {
    let found = db
        .prepare_cached("SELECT millis FROM durations WHERE model = ?1")?
        .query_row([model], durations)
        .optional()?;
    Ok(found.unwrap_or_default())
}

pub(super) fn durations(row: &Row<'_>) -> rusqlite::Result<Durations> {
    from_json(row, "millis")
}
