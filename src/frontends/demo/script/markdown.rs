//! A transcript as Markdown. Messages of Discord are Markdown already, but for their lines and small text.

use super::blocks::{Kind, blocks};
use super::transcript::{Answer, Did, Entry, Part, Transcript};

/// `folder` is where the files are, as a link has it.
pub(super) fn markdown(transcript: &Transcript, folder: &str) -> String {
    let mut blocks = Vec::new();
    let mut channel = "";
    for entry in &transcript.entries {
        if entry.channel != channel {
            channel = &entry.channel;
            blocks.push(format!("## {}", escaped(channel)));
        }
        blocks.push(did(entry));
        for answer in &entry.answers {
            blocks.extend(answered(answer, transcript, folder));
        }
    }
    blocks.join("\n\n") + "\n"
}

fn did(entry: &Entry) -> String {
    let member = escaped(entry.member);
    match &entry.did {
        Did::Used(line) => format!("**{member}** used {}", code(line)),
        Did::Pressed(label) => format!("**{member}** pressed {}", code(label)),
        Did::Chose(option) => format!("**{member}** chose {}", code(option)),
        Did::Said(text) => format!("**{member}** said: {}", lines(text)),
        Did::Filled(title, fields) => {
            let fields = fields.iter().map(|(label, text)| format!("\n- {}: {}", escaped(label), code(text)));
            let fields: String = fields.collect();
            let break_ = if fields.is_empty() { "" } else { ":\n" };
            format!("**{member}** sent the form **{}**{break_}{fields}", escaped(title))
        }
    }
}

fn answered(answer: &Answer, transcript: &Transcript, folder: &str) -> Vec<String> {
    let whom = answer.only_for.as_ref().map(|member| format!(" _(only {} sees this)_", escaped(member)));
    let mut blocks = vec![format!("**Easel**{}", whom.unwrap_or_default())];
    for part in &answer.parts {
        let link = |file: usize| {
            let name = transcript.files.get(file).map_or("", |file| &file.name);
            encoded(&if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") })
        };
        blocks.push(match part {
            Part::Text(text) => lines(text),
            Part::Rule => "---".to_owned(),
            Part::Picture { alt, file } => format!("![{}]({})", escaped(alt), link(*file)),
            Part::File { name, file } => format!("[{}]({})", escaped(name), link(*file)),
            Part::Buttons(labels) => all(labels),
            Part::Menu { placeholder, options } => format!("{} {}", escaped(placeholder), all(options)),
            Part::Form { title, labels } => format!("The form **{}** opens: {}", escaped(title), all(labels)),
        });
    }
    blocks
}

fn all(labels: &[String]) -> String {
    labels.iter().map(|label| code(label)).collect::<Vec<_>>().join(" ")
}

/// Each line of a message stays one, and nothing runs on into the next block.
fn lines(text: &str) -> String {
    let shown = |(kind, lines): (Kind, Vec<&str>)| match kind {
        Kind::Words => lines.join("\\\n"),
        Kind::Small => lines.iter().map(|line| format!("<sub>{line}</sub>")).collect::<Vec<_>>().join("\\\n"),
        Kind::Quoted => lines.iter().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
        Kind::Listed => lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n"),
        Kind::Code => {
            let fence = fence(&lines.join("\n"), 3);
            format!("{fence}\n{}\n{fence}", lines.join("\n"))
        }
    };
    blocks(text).into_iter().map(shown).collect::<Vec<_>>().join("\n\n")
}

/// As it was written, whatever is in it.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let fence = fence(&text, 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// At least so many backticks, and more than stand anywhere in the text.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(least.max(if longest == 0 { 0 } else { longest + 1 }))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' => escaped.extend(['\\', letter]),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A path in a link.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_message_stay_what_they_are() {
        let cases = [
            ("a\nb", "a\\\nb"),
            ("a\n\nb", "a\n\nb"),
            (
                "> a cat\n> asleep\n-# `core` \u{b7} 1:1\n-# Session",
                "> a cat\n> asleep\n\n<sub>`core` \u{b7} 1:1</sub>\\\n<sub>Session</sub>",
            ),
            ("Held:\n- one\n- two\nDone", "Held:\n\n- one\n- two\n\nDone"),
            ("```json\n{\n\n}\n```", "```\n{\n\n}\n```"),
        ];
        for (text, markdown) in cases {
            assert_eq!(lines(text), markdown, "{text}");
        }
    }

    #[test]
    fn what_is_no_markdown_is_shown_as_it_is() {
        assert_eq!(code("/imagine a `cat`"), "`` /imagine a `cat` ``");
        assert_eq!(escaped("a [red] *cat*\n<b>"), "a \\[red\\] \\*cat\\* \\<b\\>");
        assert_eq!(encoded("my pictures (1)/picture-1.png"), "my%20pictures%20%281%29/picture-1.png");
    }
}
