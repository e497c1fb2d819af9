//! Takes the variables out of the environment and collects what is wrong with them.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::table::{DISCORD_TOKEN, VARIABLES, Variable};

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(super) fn from_environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The variables of Easel and of Discord that are set, those that no version knows too.
pub(super) fn ours() -> impl Iterator<Item = (String, String)> {
    let in_text = |(name, value): (OsString, OsString)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    };
    std::env::vars_os().map(in_text).filter(|(name, _)| is_ours(name))
}

/// What the AWS SDK reads, and what it needs to reach AWS: for another process.
pub(super) fn of_aws() -> Vec<(String, String)> {
    let is_wanted = |name: &str| {
        let plain = name.to_ascii_uppercase();
        plain.starts_with("AWS_")
            || matches!(&*plain, "HOME" | "PATH" | "HTTPS_PROXY" | "HTTP_PROXY" | "NO_PROXY")
    };
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    variables.filter(|(name, _)| is_wanted(name)).collect()
}

fn is_ours(name: &str) -> bool {
    name.starts_with("EASEL_") || name.starts_with("DISCORD_")
}

pub(super) struct Reader {
    pub(super) values: HashMap<String, String>,
    pub(super) problems: Vec<String>,
    /// Of whoever runs Easel.
    pub(super) home: Option<PathBuf>,
}

impl Reader {
    pub(super) fn refuse_if_set(&mut self, name: &str) {
        if self.take(name).is_some() {
            self.problems.push(format!("{name}: this version does not know it yet; remove it"));
        }
    }

    /// Names that are left once every variable was taken.
    pub(super) fn refuse_unknown(&mut self) {
        let is_set = |value: &String| !value.trim().is_empty();
        let unknown = self.values.iter().filter(|(name, value)| is_ours(name) && is_set(value));
        let mut names: Vec<_> = unknown.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let problem = |name: &str| {
            let remedy = nearest(name).map_or_else(
                || "remove it; README.md lists those that it knows".to_owned(),
                |known| format!("did you mean {known}?"),
            );
            format!("{name}: Easel knows no such variable; {remedy}")
        };
        self.problems.extend(names.into_iter().map(problem));
    }

    /// The variable's value; `None` if it is not set or wrong.
    pub(super) fn optional<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let Variable { name, allowed, .. } = variable;
        let text = self.take(name)?;
        if is_quoted(&text) {
            self.problems.push(format!(
                "{name}: the quotes around the value are part of it, as with docker's --env-file; remove them"
            ));
            return None;
        }
        let value = parse(&text);
        if value.is_none() {
            // A secret is not repeated.
            let shown = if *name == DISCORD_TOKEN.name { "what was read" } else { &format!("`{text}`") };
            self.problems.push(format!("{name}: {shown} is not allowed here; it must be {allowed}"));
        }
        value
    }

    pub(super) fn or_default<T>(&mut self, variable: &Variable, parse: fn(&str) -> Option<T>) -> T {
        self.optional(variable, parse).unwrap_or_else(|| default(variable, parse))
    }

    /// A value with a path in it, which `meant` reads as a shell would.
    pub(super) fn path<T>(
        &mut self,
        variable: &Variable,
        parse: fn(&str) -> Option<T>,
        meant: fn(T, Option<&Path>) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.optional(variable, parse)?;
        let problem = match meant(value, self.home.as_deref()) {
            Ok(value) => return Some(value),
            Err(problem) => problem,
        };
        self.problems.push(format!("{}: {problem}", variable.name));
        None
    }

    pub(super) fn path_or_default<T>(
        &mut self,
        variable: &Variable,
        parse: fn(&str) -> Option<T>,
        meant: fn(T, Option<&Path>) -> Result<T, String>,
    ) -> T {
        self.path(variable, parse, meant).unwrap_or_else(|| default(variable, parse))
    }

    pub(super) fn is_set(&self, variable: &Variable) -> bool {
        self.values.get(variable.name).is_some_and(|value| !value.trim().is_empty())
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

#[expect(clippy::expect_used, reason = "the defaults are constants")]
fn default<T>(variable: &Variable, parse: fn(&str) -> Option<T>) -> T {
    variable.default.and_then(parse).expect("a default that can be parsed")
}

/// The variable that somebody may have meant.
fn nearest(name: &str) -> Option<&'static str> {
    let bare = |name: &'_ str| name.split_once('_').map_or_else(String::new, |(_, bare)| bare.to_owned());
    let alike = |known: &str| strsim::jaro_winkler(&bare(known), &bare(name));
    let known = VARIABLES.iter().map(|variable| variable.name);
    known.max_by(|one, other| alike(one).total_cmp(&alike(other))).filter(|known| alike(known) > 0.85)
}

fn is_quoted(text: &str) -> bool {
    text.len() > 1 && ['"', '\''].iter().any(|quote| text.starts_with(*quote) && text.ends_with(*quote))
}
