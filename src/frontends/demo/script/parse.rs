//! A script's lines, each as what it says.

/// A line that does something, and its number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    /// As it was read.
    pub(super) text: String,
    pub(super) step: Step,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    In(String),
    As(String),
    /// A command with its options, without the slash.
    Use(String),
    /// The start of a button's label.
    Press(String),
    /// A command of the Apps menu.
    Apps(String),
    Choose(String),
    Fill {
        label: String,
        text: String,
    },
    Submit,
    Say(String),
}

/// What a line may be.
pub(super) const STEPS: &str = "in CHANNEL, as MEMBER, /COMMAND OPTIONS, press LABEL, apps COMMAND, choose OPTION, fill LABEL: TEXT, submit, say TEXT, # COMMENT";

/// A line that cannot be followed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) number: usize,
    pub(super) text: String,
    /// What is wrong with it, and what is allowed there.
    pub(super) reason: String,
}

/// Empty lines and comments are left out.
///
/// # Errors
/// The first line that is none of [`STEPS`].
pub(super) fn parse(script: &str) -> Result<Vec<Line>, Wrong> {
    let lines = script.trim_start_matches('\u{feff}').lines().map(str::trim).zip(1..);
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let read = |(line, number): (&str, usize)| {
        let text = line.to_owned();
        match step(line) {
            Ok(step) => Ok(Line { number, text, step }),
            Err(reason) => Err(Wrong { number, text, reason }),
        }
    };
    lines.map(read).collect()
}

fn step(line: &str) -> Result<Step, String> {
    if let Some(command) = line.strip_prefix('/') {
        return Ok(Step::Use(command.trim().to_owned()));
    }
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let with = |make: fn(String) -> Step, what: &str| match rest {
        "" => Err(format!("write {what} behind it: {verb} {what}")),
        _ => Ok(make(rest.to_owned())),
    };
    match verb {
        "in" => with(Step::In, "CHANNEL"),
        "as" => with(Step::As, "MEMBER"),
        "press" => with(Step::Press, "LABEL"),
        "apps" => with(Step::Apps, "COMMAND"),
        "choose" => with(Step::Choose, "OPTION"),
        "say" => with(Step::Say, "TEXT"),
        "fill" => match rest.split_once(':') {
            Some((label, text)) => {
                Ok(Step::Fill { label: label.trim().to_owned(), text: text.trim().to_owned() })
            }
            None => Err("write a label, a colon and a text behind it: fill LABEL: TEXT".to_owned()),
        },
        "submit" if rest.is_empty() => Ok(Step::Submit),
        _ => Err(format!("a line is one of: {STEPS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read_as_one_step() {
        let text = String::from;
        let cases = [
            ("in paintings", Step::In(text("paintings"))),
            ("  in   Night studies ", Step::In(text("Night studies"))),
            ("as Mira", Step::As(text("Mira"))),
            ("/imagine a cat # one --n 2", Step::Use(text("imagine a cat # one --n 2"))),
            ("press Vary subtle", Step::Press(text("Vary subtle"))),
            ("apps Edit picture", Step::Apps(text("Edit picture"))),
            ("choose 2", Step::Choose(text("2"))),
            ("fill Shows: a mill: red", Step::Fill { label: text("Shows"), text: text("a mill: red") }),
            ("fill Shows:", Step::Fill { label: text("Shows"), text: text("") }),
            ("submit", Step::Submit),
            ("say Good morning.", Step::Say(text("Good morning."))),
        ];
        for (line, step) in cases {
            let read = parse(&format!("# a comment\r\n\r\n{line}\r\n"));
            let text = line.trim().to_owned();
            assert_eq!(read, Ok(vec![Line { number: 3, text, step }]), "{line}");
        }
    }

    #[test]
    fn a_line_that_is_none_is_named_with_what_is_allowed() {
        let cases = [
            ("wait", STEPS),
            ("submit it", STEPS),
            ("inside", STEPS),
            ("press", "press LABEL"),
            ("apps", "apps COMMAND"),
            ("fill Shows", "fill LABEL: TEXT"),
        ];
        for (line, allowed) in cases {
            let wrong = parse(&format!("as Mira\n{line}")).unwrap_err();
            assert_eq!((wrong.number, &*wrong.text), (2, line));
            assert!(wrong.reason.contains(allowed), "{line}: {}", wrong.reason);
        }
    }
}
