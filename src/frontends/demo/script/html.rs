//! A transcript as one HTML page with all that it needs in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::blocks::{Kind, blocks};
use super::inline::{escaped, inline};
use super::transcript::{Answer, Did, Entry, File, Part, Transcript};

const STYLE: &str = include_str!("page.css");

pub(super) fn html(transcript: &Transcript, title: &str) -> String {
    let mut body = String::new();
    let mut channel = "";
    for entry in &transcript.entries {
        if entry.channel != channel {
            channel = &entry.channel;
            body.push_str(&format!("<h2>{}</h2>\n", escaped(channel)));
        }
        body.push_str(&did(entry));
        body.extend(entry.answers.iter().map(|answer| answered(answer, &transcript.files)));
    }
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn did(entry: &Entry) -> String {
    let words = match &entry.did {
        Did::Used(line) => format!("used {}", code(line)),
        Did::Pressed(label) => format!("pressed {}", label_of(label)),
        Did::Chose(option) => format!("chose {}", label_of(option)),
        Did::Said(said) => format!("said</p>\n{}<p>", text(said)),
        Did::Filled(title, fields) => {
            let field = |(label, text): &(String, String)| {
                format!("<dt>{}</dt><dd>{}</dd>\n", escaped(label), escaped(text))
            };
            let fields: String = fields.iter().map(field).collect();
            format!("sent the form <b>{}</b></p>\n<dl>\n{fields}</dl>\n<p>", escaped(title))
        }
    };
    let did =
        format!("<section class=\"person\">\n<p><b>{}</b> {words}</p>\n</section>\n", escaped(entry.member));
    did.replace("<p></p>\n", "")
}

fn answered(answer: &Answer, files: &[File]) -> String {
    let whom = answer.only_for.as_ref();
    let whom = whom.map(|member| format!(" <small>(only {} sees this)</small>", escaped(member)));
    let parts: String = answer.parts.iter().map(|part| shown(part, files)).collect();
    format!("<section class=\"bot\">\n<p><b>Easel</b>{}</p>\n{parts}</section>\n", whom.unwrap_or_default())
}

fn shown(part: &Part, files: &[File]) -> String {
    match part {
        Part::Text(words) => text(words),
        Part::Rule => "<hr>\n".to_owned(),
        Part::Picture { alt, file } => {
            format!(
                "<img alt=\"{}\" src=\"{}\">\n",
                escaped(alt),
                files.get(*file).map(data).unwrap_or_default()
            )
        }
        Part::File { name, file } => {
            let data = files.get(*file).map(data).unwrap_or_default();
            format!("<p><a download=\"{0}\" href=\"{data}\">{0}</a></p>\n", escaped(name))
        }
        Part::Buttons(labels) => format!("<p class=\"labels\">{}</p>\n", all(labels)),
        Part::Menu { placeholder, options } => {
            format!("<p class=\"labels\">{} {}</p>\n", escaped(placeholder), all(options))
        }
        Part::Form { title, labels } => {
            format!("<p class=\"labels\">The form <b>{}</b> opens: {}</p>\n", escaped(title), all(labels))
        }
    }
}

fn data(file: &File) -> String {
    format!("data:{};base64,{}", escaped(&file.content_type), STANDARD.encode(&file.bytes))
}

fn all(labels: &[String]) -> String {
    labels.iter().map(|label| label_of(label)).collect::<Vec<_>>().join(" ")
}

fn label_of(label: &str) -> String {
    format!("<span class=\"label\">{}</span>", escaped(label))
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn text(text: &str) -> String {
    let block = |(kind, lines): (Kind, Vec<&str>)| {
        let joined = |between: &str| lines.iter().map(|line| inline(line)).collect::<Vec<_>>().join(between);
        match kind {
            Kind::Words => format!("<p>{}</p>\n", joined("<br>\n")),
            Kind::Small => format!("<p><small>{}</small></p>\n", joined("<br>\n")),
            Kind::Quoted => format!("<blockquote>{}</blockquote>\n", joined("<br>\n")),
            Kind::Listed => format!("<ul>\n<li>{}</li>\n</ul>\n", joined("</li>\n<li>")),
            Kind::Code => format!("<pre>{}</pre>\n", escaped(&lines.join("\n"))),
        }
    };
    blocks(text).into_iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_written_becomes_markup() {
        let evil = "<script>\"'&".to_owned();
        let all = vec![evil.clone()];
        let parts = vec![
            Part::Text(evil.clone()),
            Part::Picture { alt: evil.clone(), file: 0 },
            Part::File { name: evil.clone(), file: 0 },
            Part::Buttons(all.clone()),
            Part::Menu { placeholder: evil.clone(), options: all.clone() },
            Part::Form { title: evil.clone(), labels: all },
        ];
        let answers = vec![Answer { only_for: Some(evil.clone()), parts }];
        let entry = |did| Entry { channel: evil.clone(), member: "Mira", did, answers: answers.clone() };
        let fields = vec![(evil.clone(), evil.clone())];
        let did = [Did::Used, Did::Pressed, Did::Chose, Did::Said].map(|did| did(evil.clone()));
        let entries = did.into_iter().chain([Did::Filled(evil.clone(), fields)]).map(entry).collect();
        let bytes = bytes::Bytes::from_static(b"abc");
        let file =
            File { id: 1, name: "picture-1.png".to_owned(), content_type: "image/png".to_owned(), bytes };
        let page = html(&Transcript { entries, files: vec![file] }, &evil);
        assert!(!page.contains("<script") && !page.contains("\"'&"), "{page}");
        assert!(page.contains("src=\"data:image/png;base64,YWJj\""), "{page}");
        assert!(page.contains("(only &lt;script&gt;&quot;&#39;&amp; sees this)"), "{page}");
    }

    #[test]
    fn a_message_keeps_its_lines() {
        let words = "> a cat\n-# `core`\nHeld:\n- one\n- two";
        let expected = "<blockquote>a cat</blockquote>\n<p><small><code>core</code></small></p>\n<p>Held:</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n";
        assert_eq!(text(words), expected);
    }
}
