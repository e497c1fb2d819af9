//! The page of an export: one file that needs nothing but the pictures beside it.

use time::OffsetDateTime;

use super::Export;

/// What the page says about a picture. Both names are safe in a link.
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) record: String,
    pub(super) prompt: String,
    pub(super) seed: u32,
    pub(super) model: String,
    pub(super) when: OffsetDateTime,
}

/// Scripts stay off even if some text found a way through the escaping.
const HEAD: &str = r#"<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="script-src 'none'; object-src 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --ground: #f6f6f8; --card: #fff; --text: #1e1f22; --dim: #5c5f66; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #1e1f22; --card: #2b2d31; --text: #f2f3f5; --dim: #a5a9b3; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 100rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 .5rem; overflow-wrap: anywhere; }
header p, footer { margin: 0; color: var(--dim); overflow-wrap: anywhere; }
main { display: grid; gap: 1rem; margin-top: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); }
figure { margin: 0; overflow: hidden; border-radius: .6rem; background: var(--card); }
figure img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #0003; }
figcaption { padding: .75rem 1rem 1rem; }
figcaption p { margin: 0 0 .4rem; overflow-wrap: anywhere; white-space: pre-wrap; }
figcaption small { display: block; color: var(--dim); }
a { color: inherit; }
</style>
"#;

pub(super) fn html(export: &Export, items: &[Shown]) -> String {
    let title = escaped(&export.title);
    let facts: String =
        export.facts.iter().map(|fact| format!("<p dir=\"auto\">{}</p>\n", escaped(fact))).collect();
    let figures: String = items.iter().map(figure).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n{HEAD}<title>{title}</title>\n</head>\n<body>\n\
         <header>\n<h1>{title}</h1>\n{facts}</header>\n<main>\n{figures}</main>\n</body>\n</html>\n"
    )
}

fn figure(item: &Shown) -> String {
    let Shown { name, record, seed, .. } = item;
    let (prompt, model, when) = (escaped(&item.prompt), escaped(&item.model), moment(item.when));
    format!(
        "<figure>\n<a href=\"pictures/{name}\"><img src=\"pictures/{name}\" alt=\"{prompt}\" loading=\"lazy\"></a>\n\
         <figcaption><p dir=\"auto\">{prompt}</p>\n<small>{model}, seed {seed}</small>\n\
         <small>{when} · <a href=\"records/{record}.json\">record</a></small></figcaption>\n</figure>\n"
    )
}

fn moment(when: OffsetDateTime) -> String {
    let when = when.to_offset(time::UtcOffset::UTC);
    format!("{} {:02}:{:02} UTC", when.date(), when.hour(), when.minute())
}

pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
