//! What the command line asks for.

use anyhow::Context;

/// Each `--option` with its value.
pub(crate) fn pairs(words: impl Iterator<Item = String>) -> anyhow::Result<Vec<(String, String)>> {
    // Cargo says it to every benchmark.
    let mut words = words.filter(|word| word != "--bench");
    let mut pairs = Vec::new();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("`{word}` needs a value"))?;
        pairs.push((word, value));
    }
    Ok(pairs)
}

pub(crate) fn number(option: &str, text: &str) -> anyhow::Result<usize> {
    text.trim().parse().with_context(|| format!("{option} {text}"))
}

pub(crate) fn yes_or_no(option: &str, text: &str) -> anyhow::Result<bool> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => anyhow::bail!("{option} is `yes` or `no`, not `{text}`"),
    }
}
