//! Takes the variables out of the environment and collects what is wrong with them.

use std::collections::HashMap;
use std::path::Path;

use super::table::{DISCORD_TOKEN, Variable};

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(super) fn from_environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Adds what `.env` sets to the environment, which takes precedence.
pub(super) fn load_env_file(path: &Path) -> anyhow::Result<()> {
    match dotenvy::from_path(path) {
        Err(dotenvy::Error::LineParse(_, at)) => anyhow::bail!(
            "`.env` cannot be read near column {at} of one of its lines: each line must be NAME=value; put a value with spaces or # in quotes"
        ),
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => anyhow::bail!(
            "`.env` cannot be read ({error}): make it a text file that this user may read, or remove it"
        ),
        Ok(()) => Ok(()),
    }
}

pub(super) struct Reader {
    pub(super) values: HashMap<String, String>,
    pub(super) problems: Vec<String>,
}

impl Reader {
    pub(super) fn refuse_if_set(&mut self, name: &str) {
        if self.take(name).is_some() {
            self.problems.push(format!("{name}: this version does not know it yet; remove it"));
        }
    }

    /// The variable's value; `None` if it is not set or wrong.
    pub(super) fn optional<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let Variable { name, allowed, .. } = variable;
        let text = self.take(name)?;
        let value = parse(&text);
        if value.is_none() {
            // A secret is not repeated.
            let shown = if *name == DISCORD_TOKEN.name { "what was read" } else { &format!("`{text}`") };
            self.problems.push(format!("{name}: {shown} is not allowed here; it must be {allowed}"));
        }
        value
    }

    pub(super) fn or_default<T>(&mut self, variable: &Variable, parse: fn(&str) -> Option<T>) -> T {
        #[expect(clippy::expect_used, reason = "the defaults are constants")]
        let default = || variable.default.and_then(parse).expect("a default that can be parsed");
        self.optional(variable, parse).unwrap_or_else(default)
    }

    pub(super) fn is_set(&self, variable: &Variable) -> bool {
        self.values.get(variable.name).is_some_and(|value| !value.trim().is_empty())
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}
