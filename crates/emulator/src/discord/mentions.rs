//! Mentions in a text, and whom they notify.

use serde_json::Value;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mentions {
    users: Vec<u64>,
    roles: Vec<u64>,
    everyone: bool,
}

/// Reads a text. A backslash escapes a mention; code formatting is not considered, which errs on the strict side.
pub(super) fn scan(text: &str) -> Mentions {
    let mut found = Mentions::default();
    let mut escaped = false;
    for (at, symbol) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        if !escaped {
            match symbol {
                '@' if rest.starts_with("@everyone") || rest.starts_with("@here") => found.everyone = true,
                '<' => found.read(rest),
                _ => {}
            }
        }
        escaped = symbol == '\\' && !escaped;
    }
    found
}

impl Mentions {
    fn read(&mut self, rest: &str) {
        let Some((inner, _)) = rest.strip_prefix("<@").and_then(|inner| inner.split_once('>')) else {
            return;
        };
        let (role, digits) = match inner.strip_prefix('&') {
            Some(digits) => (true, digits),
            None => (false, inner.strip_prefix('!').unwrap_or(inner)),
        };
        if let Ok(id) = digits.parse() {
            if role { self.roles.push(id) } else { self.users.push(id) }
        }
    }

    pub(super) fn any(&self) -> bool {
        self.everyone || !self.users.is_empty() || !self.roles.is_empty()
    }

    /// The ids that are notified and whether everybody is. `parse` is what applies without `allowed_mentions`.
    pub(super) fn notified(&self, allowed: Option<&Value>, parse: &[&str]) -> (Vec<u64>, bool) {
        let Some(allowed) = allowed.filter(|allowed| allowed.is_object()) else {
            let open = |kind: &str| parse.contains(&kind);
            let users = if open("users") { self.users.as_slice() } else { &[] };
            let roles = if open("roles") { self.roles.as_slice() } else { &[] };
            return (unique(&[users, roles]), self.everyone && open("everyone"));
        };
        let parsed = |kind: &str| {
            allowed["parse"].as_array().is_some_and(|kinds| kinds.iter().any(|item| item == kind))
        };
        let admitted = |kind: &str, ids: &[u64]| -> Vec<u64> {
            ids.iter().copied().filter(|id| parsed(kind) || lists(&allowed[kind], *id)).collect()
        };
        let (users, roles) = (admitted("users", &self.users), admitted("roles", &self.roles));
        (unique(&[&users, &roles]), self.everyone && parsed("everyone"))
    }
}

/// Whether `allowed_mentions` is there and opens no kind of mention as a whole.
pub(super) fn guarded(allowed: Option<&Value>) -> bool {
    allowed
        .is_some_and(|allowed| allowed.is_object() && allowed["parse"].as_array().is_none_or(Vec::is_empty))
}

fn lists(ids: &Value, id: u64) -> bool {
    ids.as_array().is_some_and(|ids| ids.iter().any(|item| parse_id(item) == Some(id)))
}

fn unique(lists: &[&[u64]]) -> Vec<u64> {
    let mut ids: Vec<u64> = Vec::new();
    for id in lists.iter().copied().flatten() {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    ids
}

/// An id, which the API takes as a string or as a number.
pub(super) fn parse_id(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
