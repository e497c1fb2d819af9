//! Paths as a shell would read them, where no shell has.

use std::path::{Path, PathBuf};

/// The home folder of whoever runs Easel, if there is one.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// The path that is meant, with the home folder of this user in the place of `~`, `$HOME` or `${HOME}` at its start.
///
/// # Errors
/// A sentence on what cannot be meant, or is not known.
pub fn expanded(path: PathBuf, home: Option<&Path>) -> Result<PathBuf, String> {
    let Some(text) = path.to_str() else { return Ok(path) };
    if is_of_windows(text) {
        return Err(format!("`{text}` is a path of Windows; where Easel runs, one looks like /srv/easel"));
    }
    let behind_home = ["~", "${HOME}", "$HOME"].iter().find_map(|start| text.strip_prefix(start));
    if let Some(rest) = behind_home.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        let home = home.ok_or_else(|| {
            format!("`{text}` needs a home folder, and HOME is not set; write the whole path")
        })?;
        return expanded(home.join(rest.trim_start_matches('/')), None);
    }
    if text.starts_with('~') {
        return Err(format!(
            "`{text}` is in another user's home, which Easel does not look up; write the whole path"
        ));
    }
    if has_variable(text) {
        return Err(format!(
            "`{text}` has a variable in it, and only $HOME at the start is replaced; write the whole path"
        ));
    }
    Ok(path)
}

/// What follows the scheme: a path, or an address such as `file:///srv/easel`.
pub(super) fn behind(text: &str, scheme: &str) -> Option<PathBuf> {
    let path = text.strip_prefix(scheme)?.trim();
    let path = match path.strip_prefix("//") {
        // What an address encodes, a path would keep.
        Some(address) if address.contains('%') => return None,
        Some(address) => match address.strip_prefix("localhost/").or_else(|| address.strip_prefix('/')) {
            Some(absolute) => format!("/{}", absolute.trim_start_matches('/')),
            None => address.to_owned(),
        },
        None => path.to_owned(),
    };
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// `C:\pictures`, `C:/pictures`, the same behind `file:///`, and `\\server\share`.
fn is_of_windows(text: &str) -> bool {
    let mut start = text.strip_prefix('/').unwrap_or(text).chars();
    let drive = (start.next(), start.next(), start.next());
    text.starts_with("\\\\")
        || matches!(drive, (Some(letter), Some(':'), Some('/' | '\\')) if letter.is_ascii_alphabetic())
}

fn has_variable(text: &str) -> bool {
    let mut parts = text.split('$');
    parts.next();
    parts.any(|name| name.starts_with(|c: char| c == '{' || c == '_' || c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_home(text: &str) -> Result<PathBuf, String> {
        expanded(text.into(), Some(Path::new("/home/ann")))
    }

    #[test]
    fn a_home_stands_at_the_start_and_nothing_else_changes() {
        for (text, path) in [
            ("~", "/home/ann"),
            ("~/pictures", "/home/ann/pictures"),
            ("$HOME/pictures", "/home/ann/pictures"),
            ("${HOME}//a b/../c", "/home/ann/a b/../c"),
            ("data/archive/", "data/archive/"),
            ("../easel.db", "../easel.db"),
            ("/srv/a~b/100$", "/srv/a~b/100$"),
            ("./~", "./~"),
        ] {
            assert_eq!(at_home(text).unwrap(), Path::new(path), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_a_sentence() {
        for (text, needle) in [
            ("~bob/pictures", "another user's home"),
            ("$HOMES/pictures", "only $HOME at the start is replaced"),
            ("/srv/${USER}", "only $HOME at the start is replaced"),
            ("C:\\pictures", "a path of Windows"),
            ("/c:/pictures", "a path of Windows"),
            ("\\\\nas\\pictures", "a path of Windows"),
        ] {
            let said = at_home(text).unwrap_err();
            assert!(said.contains(needle) && said.contains(&format!("`{text}`")), "{said}");
        }
        let said = expanded("~/pictures".into(), None).unwrap_err();
        assert!(said.contains("needs a home folder, and HOME is not set"), "{said}");
    }

    #[test]
    fn an_address_of_a_file_is_a_path() {
        for (text, path) in [
            ("file:data/archive", Some("data/archive")),
            ("file: /srv/easel", Some("/srv/easel")),
            ("file:/srv/easel", Some("/srv/easel")),
            ("file:///srv/easel", Some("/srv/easel")),
            ("file:////srv/easel", Some("/srv/easel")),
            ("file://localhost/srv/easel", Some("/srv/easel")),
            ("file://data/archive", Some("data/archive")),
            ("file://~/pictures", Some("~/pictures")),
            ("file:///srv/a%20b", None),
            ("file:", None),
            ("file: ", None),
            ("file://", None),
            ("data/archive", None),
        ] {
            assert_eq!(behind(text, "file:"), path.map(PathBuf::from), "{text}");
        }
    }
}
