//! What ids in Discord's markdown are called.

use time::OffsetDateTime;
use time::macros::format_description;

/// The kind of a mention by its sign: `@`, `@&` or `#`.
pub(super) type Name<'a> = &'a dyn Fn(&str, u64) -> Option<String>;

/// Puts names in place of mentions of members, roles, channels and commands, and a date in place of a moment.
pub(super) fn resolved(text: &str, name: Name) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('<') {
        resolved.push_str(before);
        let found = from.split_once('>').and_then(|(inside, behind)| Some((mention(inside, name)?, behind)));
        match found {
            Some((words, behind)) => {
                resolved.push_str(&words);
                rest = behind;
            }
            None => {
                resolved.push('<');
                rest = from;
            }
        }
    }
    resolved.push_str(rest);
    resolved
}

fn mention(inside: &str, name: Name) -> Option<String> {
    if let Some(command) = inside.strip_prefix('/') {
        let (path, id) = command.rsplit_once(':')?;
        return id.parse::<u64>().is_ok().then(|| format!("`/{path}`"));
    }
    if let Some(moment) = inside.strip_prefix("t:") {
        let seconds = moment.split(':').next()?.parse().ok()?;
        return moment_in_words(OffsetDateTime::from_unix_timestamp(seconds).ok()?);
    }
    let (sign, id) = inside.split_at(inside.find(|letter: char| letter.is_ascii_digit())?);
    let sign = if sign == "@!" { "@" } else { sign };
    let shown = if sign == "@&" { "@" } else { sign };
    Some(format!("{shown}{}", name(sign, id.parse().ok()?)?))
}

fn moment_in_words(moment: OffsetDateTime) -> Option<String> {
    moment
        .format(format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_read_as_names() {
        let name = |sign: &str, id: u64| match (sign, id) {
            ("@", 1) => Some("Mira".to_owned()),
            ("@&", 2) => Some("Hosts".to_owned()),
            ("#", 3) => Some("paintings".to_owned()),
            _ => None,
        };
        let cases = [
            ("<@1> and <@!1>, <@&2> in <#3>", "@Mira and @Mira, @Hosts in #paintings"),
            ("</session start:77> or `/help`", "`/session start` or `/help`"),
            ("done <t:1795838006:R>", "done 28 November 2026, 03:53 UTC"),
            ("<@9> 1 < 2 > 0 <b> <https://example.com> <", "<@9> 1 < 2 > 0 <b> <https://example.com> <"),
        ];
        for (text, read) in cases {
            assert_eq!(resolved(text, &name), read);
        }
    }
}
