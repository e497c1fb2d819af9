//! Discord's markdown within a line, as HTML.

/// The marks that are known, the longer ones first, and what they make of what is between two of them.
const MARKS: [(&str, &str); 5] = [("**", "strong"), ("__", "u"), ("~~", "s"), ("*", "em"), ("_", "em")];

/// Nothing of the text is left that a browser could take for more than words.
pub(super) fn inline(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (shown, behind) = span(rest, before)
            .unwrap_or_else(|| (escaped(letter.encode_utf8(&mut [0; 4])), &rest[letter.len_utf8()..]));
        html.push_str(&shown);
        before = rest[..rest.len() - behind.len()].chars().next_back();
        rest = behind;
    }
    html
}

/// The span that begins the text, and what is behind it.
fn span(text: &str, before: Option<char>) -> Option<(String, &str)> {
    if let Some(behind) = text.strip_prefix('\\') {
        let letter = behind.chars().next().filter(char::is_ascii_punctuation)?;
        return Some((escaped(&behind[..1]), &behind[letter.len_utf8()..]));
    }
    if text.starts_with('`') {
        return code(text);
    }
    if let Some((label, behind)) = text.strip_prefix('[').and_then(|text| text.split_once("](")) {
        let (url, behind) = behind.split_once(')')?;
        let is_one = !label.contains(['[', '\n']);
        return is_one.then(|| link(url, &inline(label))).flatten().map(|html| (html, behind));
    }
    if let Some((url, behind)) = text.strip_prefix("<http").and_then(|text| text.split_once('>')) {
        let url = format!("http{url}");
        return link(&url, &escaped(&url)).map(|html| (html, behind));
    }
    if text.starts_with("http") {
        let end = text.find(|letter: char| letter.is_whitespace() || "<>)".contains(letter));
        let url = text[..end.unwrap_or(text.len())].trim_end_matches(['.', ',', ';', ':', '!', '?']);
        return link(url, &escaped(url)).map(|html| (html, &text[url.len()..]));
    }
    MARKS.iter().find_map(|(mark, tag)| marked(text, before, mark, tag))
}

fn code(text: &str) -> Option<(String, &str)> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let (fence, rest) = text.split_at(ticks);
    let (inside, behind) = rest.split_once(fence)?;
    Some((format!("<code>{}</code>", escaped(inside.trim())), behind))
}

fn marked<'a>(text: &'a str, before: Option<char>, mark: &str, tag: &str) -> Option<(String, &'a str)> {
    let rest = text.strip_prefix(mark)?;
    let (inside, behind) = rest.split_once(mark)?;
    let touches = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let is_in_word = mark == "_" && (touches(before) || touches(behind.chars().next()));
    let is_empty = inside.is_empty() || inside.starts_with(' ') || inside.ends_with(' ');
    (!is_in_word && !is_empty).then(|| (format!("<{tag}>{}</{tag}>", inline(inside)), behind))
}

/// Only to where a browser goes without danger.
fn link(url: &str, shown: &str) -> Option<String> {
    let is_safe =
        ["https://", "http://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    let is_one = !url.contains(char::is_whitespace);
    (is_safe && is_one).then(|| format!(r#"<a href="{}" rel="noreferrer">{shown}</a>"#, escaped(url)))
}

/// Text as HTML has it, in attributes too.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_html_and_nothing_in_it_is_markup() {
        let cases = [
            ("a <b>cat</b> & \"dog\"", "a &lt;b&gt;cat&lt;/b&gt; &amp; &quot;dog&quot;"),
            ("**bold *and* `co*de`**", "<strong>bold <em>and</em> <code>co*de</code></strong>"),
            (
                "__u__ ~~s~~ _e_ snake_case_name 2 * 3 * 4",
                "<u>u</u> <s>s</s> <em>e</em> snake_case_name 2 * 3 * 4",
            ),
            ("aspect: **2\\:3** \\*", "aspect: <strong>2:3</strong> *"),
            ("``a`b`` ` <i>", "<code>a`b</code> ` &lt;i&gt;"),
            (
                "[show *it*](https://a.example/?x=1&y=\"2) b",
                r#"<a href="https://a.example/?x=1&amp;y=&quot;2" rel="noreferrer">show <em>it</em></a> b"#,
            ),
            (
                "see https://a.example/b.",
                r#"see <a href="https://a.example/b" rel="noreferrer">https://a.example/b</a>."#,
            ),
            ("<https://a.example>", r#"<a href="https://a.example" rel="noreferrer">https://a.example</a>"#),
            ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
            ("** ** \\", "** ** \\"),
            ("\u{e9}*\u{e9}*", "\u{e9}<em>\u{e9}</em>"),
        ];
        for (text, html) in cases {
            assert_eq!(inline(text), html, "{text}");
        }
    }
}
