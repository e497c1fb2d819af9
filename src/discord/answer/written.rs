//! What people wrote into options, read into values.

use time::Date;

use crate::engine::catalogue::Catalogue;
use crate::error::{Refusal, excerpt};
use crate::money::Micros;
use crate::request::setting;
use crate::settings::{Field, Settings};

/// Settings, of which there must be at least one.
pub(super) fn settings(
    written: &[(Field, String)],
    catalogue: &Catalogue,
    today: Date,
) -> Result<Settings, Refusal> {
    if written.is_empty() {
        return Err(Refusal::Missing { what: "at least one setting".to_owned() });
    }
    let mut settings = Settings::default();
    for (field, text) in written {
        settings.copy(*field, &setting(*field, text, catalogue, today)?);
    }
    Ok(settings)
}

/// The setting of this name.
pub(super) fn field(name: &str) -> Result<Field, Refusal> {
    let found = Field::ALL.iter().find(|field| field.name() == name).copied();
    found.ok_or_else(|| Refusal::OutOfRange {
        option: "field".to_owned(),
        got: excerpt(name),
        allowed: Field::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", "),
    })
}

/// A ceiling; `Some(None)`: none.
pub(super) fn dollars(option: &str, text: Option<String>) -> Result<Option<Option<Micros>>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim().trim_start_matches('$');
    if text.eq_ignore_ascii_case("none") {
        return Ok(Some(None));
    }
    let amount = Micros::from_dollars(text).ok_or_else(|| Refusal::OutOfRange {
        option: option.to_owned(),
        got: excerpt(text),
        allowed: "dollars such as 25 or 0.50, or none".to_owned(),
    })?;
    Ok(Some(Some(amount)))
}
