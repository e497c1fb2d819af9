//! What people wrote into options, read into values.

use time::Date;

use crate::domain::catalogue::Catalogue;
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::refusal::{Allowed, Needed, OptionName};
use crate::domain::request::setting;
use crate::domain::settings::{Field, Settings};

/// Settings, of which there must be at least one.
pub(super) fn settings(
    written: &[(Field, String)],
    catalogue: &Catalogue,
    today: Date,
) -> Result<Settings, Refusal> {
    if written.is_empty() {
        return Err(Refusal::Missing { what: Needed::Setting.into() });
    }
    let mut settings = Settings::default();
    for (field, text) in written {
        settings.copy(*field, &setting(*field, text, catalogue, today)?);
    }
    Ok(settings)
}

pub(super) fn field(name: &str) -> Result<Field, Refusal> {
    let found = Field::ALL.iter().find(|field| field.name() == name).copied();
    found.ok_or_else(|| Refusal::OutOfRange {
        option: OptionName::Field.into(),
        got: name.to_owned(),
        allowed: Allowed::Settings.into(),
    })
}

/// A budget limit; `Some(None)`: none.
pub(super) fn dollars(option: OptionName, text: Option<String>) -> Result<Option<Option<Micros>>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim().trim_start_matches('$');
    if text.eq_ignore_ascii_case("none") {
        return Ok(Some(None));
    }
    let amount = Micros::from_dollars(text).ok_or_else(|| Refusal::OutOfRange {
        option: option.into(),
        got: text.to_owned(),
        allowed: Allowed::Dollars.into(),
    })?;
    Ok(Some(Some(amount)))
}
