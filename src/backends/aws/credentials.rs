//! Why there are no credentials.

use std::io::ErrorKind;

use crate::config::{AwsVariables, Profiles, proxy_for};

/// Where a machine of EC2 asks for its role; containers of ECS have another address.
const METADATA: &str = "169.254.169.254";

/// What the operator does about credentials that cannot be had. `is_set_up` if there is a way to them, which failed;
/// `said` are the SDK's own words.
pub fn no_credentials(variables: &AwsVariables, is_set_up: bool, said: &str) -> String {
    let profile = variables.profile();
    let profiles = variables.profiles();
    match (variables.has_key_id, variables.has_secret) {
        (true, false) => return half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        (false, true) => return half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
        _ => {}
    }
    if let Some(problem) = unused_profile(variables) {
        return problem;
    }
    if profiles.known.get(profile).is_some_and(|logs_in| *logs_in) {
        let option = variables.profile.as_ref().map_or_else(String::new, |name| format!(" --profile {name}"));
        return format!(
            "the login of this profile has expired, or was never made: run `aws sso login{option}` as the user that runs Easel"
        );
    }
    // A session of `aws login`.
    if said.contains("credentials-login") {
        return format!(
            "the profile `{profile}` was made by `aws login`, which Easel does not read: add `credential_process = aws configure export-credentials --profile {profile} --format process` to a profile of another name, and take that one"
        );
    }
    if is_set_up {
        let whose = match profiles.known.contains_key(profile) {
            true => format!("the profile `{profile}` of `{}`", variables.files[0].display()),
            false => "the role of this machine or container".to_owned(),
        };
        return format!("{whose} gives no credentials, for the reason that stands here: mend that");
    }
    let role = match proxy_for(&format!("http://{METADATA}")) {
        Some(proxy) => format!(
            "a role that the machine has is asked for through {proxy}: add {METADATA} and 169.254.170.2 to NO_PROXY"
        ),
        None => "give the machine a role".to_owned(),
    };
    format!("set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or {role}")
}

/// Why the profile that `AWS_PROFILE` names is of no use, and the remedy. The SDK would say nothing and go on to the
/// machine's role.
pub fn unused_profile(variables: &AwsVariables) -> Option<String> {
    let name = variables.profile.as_ref()?;
    let profiles = variables.profiles();
    if (variables.has_key_id && variables.has_secret) || profiles.known.contains_key(name) {
        return None;
    }
    let files = variables.files.each_ref().map(|file| format!("`{}`", file.display())).join(" and ");
    if profiles.known.is_empty() && profiles.unread.len() == variables.files.len() {
        return Some(format!(
            "AWS_PROFILE is `{name}`, and {}: {} (under systemd, and in a container, homes are closed: name files that it may read in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead)",
            "the files with profiles cannot be read",
            unread(&profiles)
        ));
    }
    let known: Vec<_> = profiles.known.keys().map(|name| format!("`{name}`")).collect();
    let there = match &known[..] {
        [] => "there is none".to_owned(),
        [one] => format!("there is {one}"),
        several => format!("there are {}", several.join(", ")),
    };
    Some(format!("AWS_PROFILE is `{name}`, and {files} have no such profile; {there}"))
}

fn unread(profiles: &Profiles) -> String {
    let why = |kind: &ErrorKind| match kind {
        ErrorKind::NotFound => "is not there".to_owned(),
        ErrorKind::PermissionDenied => "may not be read by this user".to_owned(),
        other => format!("cannot be read ({other})"),
    };
    let each = profiles.unread.iter().map(|(file, kind)| format!("`{}` {}", file.display(), why(kind)));
    each.collect::<Vec<_>>().join(", ")
}

fn half(set: &str, missing: &str) -> String {
    format!("{set} is set and {missing} is not: set both, or neither to use a profile or a role")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(profile: &str, configuration: &str) -> (tempfile::TempDir, AwsVariables) {
        let folder = tempfile::tempdir().unwrap();
        let files = ["config", "credentials"].map(|name| folder.path().join(name));
        if !configuration.is_empty() {
            std::fs::write(&files[0], configuration).unwrap();
        }
        (folder, AwsVariables { profile: Some(profile.to_owned()), files, ..AwsVariables::default() })
    }

    #[test]
    fn a_profile_that_is_not_there_is_told_with_those_that_are() {
        let (_folder, variables) = variables("wrok", "[default]\n[profile work]\n");
        let said = unused_profile(&variables).unwrap();
        assert!(said.starts_with("AWS_PROFILE is `wrok`, and `"), "{said}");
        assert!(said.ends_with("have no such profile; there are `default`, `work`"), "{said}");
        let keys = AwsVariables { has_key_id: true, has_secret: true, ..variables };
        assert_eq!(unused_profile(&keys), None, "keys come first");
    }

    #[test]
    fn files_that_cannot_be_read_are_told_with_the_remedy() {
        let (_folder, variables) = variables("work", "");
        let said = unused_profile(&variables).unwrap();
        assert!(said.contains("/config` is not there, `") && said.contains("AWS_CONFIG_FILE"), "{said}");
    }

    #[test]
    fn each_way_to_have_no_credentials_has_its_remedy() {
        let (_folder, sso) = variables("work", "[profile work]\nsso_session = corp\n");
        assert!(no_credentials(&sso, true, "").contains("run `aws sso login --profile work`"));
        let (_folder, process) = variables("work", "[profile work]\ncredential_process = false\n");
        assert!(no_credentials(&process, true, "").starts_with("the profile `work` of `"));
        let half = AwsVariables { has_key_id: true, ..AwsVariables::default() };
        assert!(
            no_credentials(&half, false, "")
                .starts_with("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
        );
        assert!(
            no_credentials(&AwsVariables::default(), false, "")
                .starts_with("set AWS_PROFILE or AWS_ACCESS_KEY_ID")
        );
    }
}
