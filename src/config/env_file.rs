//! `.env`: what it sets below the environment, and what in it would be read otherwise than it was meant.

use std::collections::BTreeMap;
use std::path::Path;

use super::Problems;
use super::reader::from_environment;

/// What the file sets, in its order.
#[derive(Debug, Default, PartialEq)]
struct EnvFile {
    values: Vec<(String, String)>,
    problems: Vec<String>,
}

/// Adds what `.env` sets to the environment, which takes precedence where it has a value that is not empty.
///
/// # Errors
/// [`Problems`] with the number of each line at fault, or a sentence on the file.
pub(super) fn load(path: &Path) -> anyhow::Result<()> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => anyhow::bail!(
            "`.env` cannot be read ({error}): make it a text file that this user may read, or remove it"
        ),
    };
    let file = EnvFile::read(&text);
    Problems::none_of(file.problems)?;
    let is_missing = |name: &str| from_environment(name).is_none_or(|value| value.trim().is_empty());
    let missing = file.values.iter().filter(|(name, value)| !value.is_empty() && is_missing(name));
    let lines: String = missing.map(|(name, value)| format!("{name}=\"{}\"\n", escaped(value))).collect();
    Ok(dotenvy::from_read_override(lines.as_bytes())?)
}

/// As it stands between double quotes, where `dotenvy` replaces variables.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\\' | '"' | '$' => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    text
}

impl EnvFile {
    fn read(text: &str) -> EnvFile {
        let text = text.trim_start_matches('\u{feff}');
        let mut file = EnvFile::default();
        file.find_variables(text);
        for line in dotenvy::from_read_iter(text.as_bytes()) {
            match line {
                Ok(pair) => file.values.push(pair),
                Err(dotenvy::Error::LineParse(..)) if !file.problems.is_empty() => {}
                Err(dotenvy::Error::LineParse(..)) => file.problems.push(broken(text)),
                Err(error) => file.problems.push(format!("`.env` cannot be read: {error}")),
            }
        }
        file.find_repeated(text);
        file
    }

    fn find_repeated(&mut self, text: &str) {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        self.values.iter().for_each(|(name, _)| *times.entry(name).or_default() += 1);
        for (name, _) in times.iter().filter(|(_, times)| **times > 1) {
            let lines: Vec<_> = assignments(text)
                .filter(|(_, known, _)| known == name)
                .map(|(number, ..)| number.to_string())
                .collect();
            let lines = lines.join(" and ");
            self.problems
                .push(format!("`.env` sets {name} more than once, in lines {lines}: keep one of them"));
        }
    }

    /// `dotenvy` puts the value of a variable in the place of its name, nothing where there is none.
    fn find_variables(&mut self, text: &str) {
        let replaced = assignments(text).filter(|(.., value)| replaces_variables(value));
        let problem = |(number, name, _): (usize, &str, &str)| {
            format!(
                "`.env`, line {number}: a `$` in the value of {name} begins the name of a variable; put the value into single quotes to keep it"
            )
        };
        self.problems.extend(replaced.map(problem));
    }
}

/// Lines that give a name a value: number from 1, name, value.
fn assignments(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    (1..).zip(text.lines()).filter_map(|(number, line)| {
        let line = line.trim_start();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        (!name.starts_with('#')).then_some((number, name.trim(), value.trim()))
    })
}

fn replaces_variables(value: &str) -> bool {
    let text = if value.starts_with('\'') { return false } else { value };
    let text = text.split(" #").next().unwrap_or_default();
    let mut before = ' ';
    text.chars().any(|c| {
        let begins = c == '$' && before != '\\';
        before = c;
        begins
    })
}

/// The first line that cannot be read on its own, without its value, which may be a secret.
fn broken(text: &str) -> String {
    let is_broken = |line: &str| dotenvy::from_read_iter(line.as_bytes()).any(|pair| pair.is_err());
    let line = (1..).zip(text.lines()).find(|(_, line)| is_broken(line));
    let place = line.map_or_else(String::new, |(number, line)| {
        let name = line.split_once('=').map(|(name, _)| name.trim()).filter(|name| !name.contains(' '));
        name.map_or_else(|| format!(" at line {number}"), |name| format!(" at line {number} ({name})"))
    });
    format!(
        "`.env` cannot be read{place}: each line must be NAME=value; put a value with spaces, quotes or # into single quotes"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        EnvFile::read(text).problems
    }

    #[test]
    fn values_are_read_as_they_were_meant() {
        let text = "# a comment\nexport A=1\nB='two words $x' # why\n\nC=\"a \\\"b\\\" \\$c\"\nD=\n";
        let file = EnvFile::read(text);
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        assert_eq!(file.problems, Vec::<String>::new());
        let wanted = [("A", "1"), ("B", "two words $x"), ("C", "a \"b\" $c"), ("D", "")].map(pair);
        assert_eq!(file.values, wanted);
        let again: String =
            file.values.iter().map(|(name, value)| format!("{name}=\"{}\"\n", escaped(value))).collect();
        assert_eq!(EnvFile::read(&again), file, "{again}");
    }

    #[test]
    fn a_name_that_is_set_twice_is_told_with_its_lines() {
        let said = problems("A=1\n# A=2\nB=1\nexport A=3\n");
        assert_eq!(said, ["`.env` sets A more than once, in lines 1 and 4: keep one of them"]);
    }

    #[test]
    fn a_value_that_would_be_cut_at_a_dollar_is_told_with_its_line() {
        for text in ["A=1\nB=pa$work", "A=1\nB=\"pa$work\""] {
            let said = problems(text);
            assert!(said.len() == 1 && said[0].contains("line 2: a `$` in the value of B"), "{said:?}");
        }
        for fine in ["B='pa$work'", "B=\"pa\\$work\"", "B=1 # costs $1", "# B=$x"] {
            assert_eq!(problems(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn a_broken_line_is_told_by_its_number_and_name_and_without_its_value() {
        let said = problems("A=1\n\nDISCORD_TOKEN=secret canary\n");
        assert!(
            said.len() == 1 && said[0].starts_with("`.env` cannot be read at line 3 (DISCORD_TOKEN): "),
            "{said:?}"
        );
        assert!(!said[0].contains("canary"));
        assert!(problems("A=1\nsecret canary\n")[0].starts_with("`.env` cannot be read at line 2: "));
    }
}
