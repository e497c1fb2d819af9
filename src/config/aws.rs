//! What the environment says about AWS, as far as people get it wrong. The SDK reads these variables itself.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::reader::from_environment;

/// Where AWS credentials may come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsVariables {
    /// `AWS_PROFILE`
    pub profile: Option<String>,
    pub has_key_id: bool,
    pub has_secret: bool,
    /// The files with profiles: configuration and credentials.
    pub files: [PathBuf; 2],
}

/// The profiles of both files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    /// Each with whether it logs in through IAM Identity Center (SSO).
    pub known: BTreeMap<String, bool>,
    /// Files that are not there, or may not be read, and why.
    pub unread: Vec<(PathBuf, ErrorKind)>,
}

impl AwsVariables {
    pub fn from_environment() -> AwsVariables {
        let set = |name| from_environment(name).filter(|value| !value.trim().is_empty());
        let home = set("HOME").map(PathBuf::from).unwrap_or_default();
        let file = |name, below: &str| set(name).map_or_else(|| home.join(".aws").join(below), PathBuf::from);
        AwsVariables {
            profile: set("AWS_PROFILE"),
            has_key_id: set("AWS_ACCESS_KEY_ID").is_some(),
            has_secret: set("AWS_SECRET_ACCESS_KEY").is_some(),
            files: [file("AWS_CONFIG_FILE", "config"), file("AWS_SHARED_CREDENTIALS_FILE", "credentials")],
        }
    }

    /// The profile that the SDK takes.
    pub fn profile(&self) -> &str {
        self.profile.as_deref().unwrap_or("default")
    }

    pub fn profiles(&self) -> Profiles {
        let mut profiles = Profiles::default();
        for (file, is_configuration) in self.files.iter().zip([true, false]) {
            match std::fs::read_to_string(file) {
                Ok(text) => profiles.add(&text, is_configuration),
                Err(error) => profiles.unread.push((file.clone(), error.kind())),
            }
        }
        profiles
    }
}

impl Profiles {
    /// Profiles are `[profile NAME]` in a configuration, `[NAME]` among credentials, and `[default]` in both.
    fn add(&mut self, text: &str, is_configuration: bool) {
        let mut current = None;
        for line in text.lines().map(str::trim) {
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                let section = section.0.trim();
                let named = section.strip_prefix("profile").filter(|name| name.starts_with([' ', '\t']));
                let name = match named {
                    Some(name) => Some(name.trim()),
                    None if !is_configuration || section == "default" => Some(section),
                    None => None,
                };
                current = name.map(|name| name.trim_matches(['"', '\'']).to_owned());
                if let Some(name) = &current {
                    self.known.entry(name.clone()).or_default();
                }
            } else if let Some(logs_in) = current.as_ref().and_then(|name| self.known.get_mut(name)) {
                *logs_in |= line.starts_with("sso_session") || line.starts_with("sso_start_url");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_stand_in_both_files_under_their_own_headings() {
        let mut profiles = Profiles::default();
        profiles.add(
            "[default]\nregion = x\n[profile work]\nsso_session = corp\n[sso-session corp]\nsso_start_url = https://x\n[profile \"two words\"]\n",
            true,
        );
        profiles.add("# [none]\n[work]\n[keys]\naws_access_key_id = AKIA\n", false);
        let known: Vec<_> = profiles.known.iter().map(|(name, logs_in)| (name.as_str(), *logs_in)).collect();
        assert_eq!(known, [("default", false), ("keys", false), ("two words", false), ("work", true)]);
    }
}
