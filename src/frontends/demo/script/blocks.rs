//! The blocks of a message in Discord's markdown.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    Small,
    Quoted,
    Listed,
    /// Between fences.
    Code,
}

/// Lines of one kind that follow each other, without what marks them.
pub(super) fn blocks(text: &str) -> Vec<(Kind, Vec<&str>)> {
    let mut blocks: Vec<(Kind, Vec<&str>)> = Vec::new();
    let mut fenced = false;
    let mut begins = true;
    for line in text.lines() {
        if line.trim() == "```" || (!fenced && line.starts_with("```") && !line[3..].contains("```")) {
            (fenced, begins) = (!fenced, true);
            continue;
        }
        let (kind, shown) = if fenced { (Kind::Code, line) } else { kind(line) };
        if !fenced && shown.trim().is_empty() {
            begins = true;
            continue;
        }
        match blocks.last_mut() {
            Some((last, lines)) if *last == kind && !begins => lines.push(shown),
            _ => blocks.push((kind, vec![shown])),
        }
        begins = false;
    }
    blocks
}

fn kind(line: &str) -> (Kind, &str) {
    let marks = [
        ("-# ", Kind::Small),
        (">>> ", Kind::Quoted),
        ("> ", Kind::Quoted),
        ("- ", Kind::Listed),
        ("* ", Kind::Listed),
    ];
    let marked = marks.into_iter().find_map(|(mark, kind)| Some((kind, line.strip_prefix(mark)?)));
    marked.unwrap_or((Kind::Words, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_kind_are_one_block() {
        let text = "a\nb\n\nc\n> q\n-# s\n-# t\n- one\n- two\n```json\n\n> x\n```\n**d** - e\n";
        let expected = [
            (Kind::Words, vec!["a", "b"]),
            (Kind::Words, vec!["c"]),
            (Kind::Quoted, vec!["q"]),
            (Kind::Small, vec!["s", "t"]),
            (Kind::Listed, vec!["one", "two"]),
            (Kind::Code, vec!["", "> x"]),
            (Kind::Words, vec!["**d** - e"]),
        ];
        assert_eq!(blocks(text), expected);
    }
}
