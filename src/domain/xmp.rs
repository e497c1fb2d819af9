//! The machine-readable mark of a generated picture: `Iptc4xmpExt:DigitalSourceType` in an XMP packet.
//!
//! XMP: ISO 16684-1. The vocabulary: <https://cv.iptc.org/newscodes/digitalsourcetype/>.

const SOURCE_TYPES: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const GENERATED: &str = "trainedAlgorithmicMedia";
/// Other words of the vocabulary that say that a machine made the picture.
const ALSO_GENERATED: [&str; 4] = [
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia",
    "algorithmicallyEnhanced",
    "compositeSynthetic",
];

/// An XMP packet with the mark: `existing` with it, where that can be read, else one with nothing more. `texts` are kept
/// in it: pairs of a keyword and what stands under it.
pub(crate) fn marked(existing: Option<&str>, texts: &[(String, String)]) -> String {
    let notes = notes(texts);
    if let Some(existing) = existing
        && let Some(end) = end_of_rdf(existing)
    {
        let (before, after) = existing.split_at(end);
        let (before, mark) = match source_type(before) {
            Some(at) => (with_generated(before, at), String::new()),
            None => (before.to_owned(), mark()),
        };
        return format!("{before}{mark}{notes}{after}");
    }
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{}{notes}</rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>",
        mark()
    )
}

fn mark() -> String {
    description(
        &format!(
            " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" Iptc4xmpExt:DigitalSourceType=\"{SOURCE_TYPES}{GENERATED}\""
        ),
        "",
    )
}

/// What PNG files say in text chunks, of which other formats have none.
fn notes(texts: &[(String, String)]) -> String {
    if texts.is_empty() {
        return String::new();
    }
    let lines: String = texts
        .iter()
        .map(|(keyword, text)| format!("<rdf:li>{}: {}</rdf:li>", escaped(keyword), escaped(text)))
        .collect();
    description(
        " xmlns:png=\"http://www.w3.org/TR/png/\"",
        &format!("<png:Text><rdf:Bag>{lines}</rdf:Bag></png:Text>"),
    )
}

fn description(attributes: &str, body: &str) -> String {
    format!(
        "<rdf:Description xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" rdf:about=\"\"{attributes}>{body}</rdf:Description>"
    )
}

/// XML 1.0 has no place for most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Where the closing tag of the packet's `RDF` begins.
fn end_of_rdf(packet: &str) -> Option<usize> {
    let close = packet.rfind(":RDF>")?;
    let start = packet[..close].rfind("</")?;
    packet[start + 2..close].chars().all(char::is_alphanumeric).then_some(start)
}

/// Where the packet's source type stands, behind the vocabulary's address.
fn source_type(packet: &str) -> Option<usize> {
    let property = packet.find(":DigitalSourceType")?;
    let value = packet[property..].find(SOURCE_TYPES)?;
    Some(property + value + SOURCE_TYPES.len())
}

/// A source type that says that a machine made the picture stands; another one was true of what it was made from.
fn with_generated(packet: &str, at: usize) -> String {
    let rest = &packet[at..];
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let word = if ALSO_GENERATED.contains(&&rest[..end]) { &rest[..end] } else { GENERATED };
    format!("{}{word}{}", &packet[..at], &rest[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <r:Description r:about='' xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:format>image/png</dc:format></r:Description>{}</r:RDF></x:xmpmeta>";
    const SOURCE: &str = "<r:Description r:about='' xmlns:i='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' \
        i:DigitalSourceType='http://cv.iptc.org/newscodes/digitalsourcetype/{}'/>";

    #[test]
    fn a_packet_keeps_what_it_says_and_gets_the_mark_once() {
        let plain = PACKET.replace("{}", "");
        let once = marked(Some(&plain), &[]);
        assert!(
            once.contains("<dc:format>image/png</dc:format>") && once.ends_with("</r:RDF></x:xmpmeta>"),
            "{once}"
        );
        assert_eq!(once.matches("digitalsourcetype/trainedAlgorithmicMedia\"").count(), 1, "{once}");
        assert_eq!(marked(Some(&once), &[]), once);
    }

    #[test]
    fn another_source_type_gives_way_unless_it_says_the_same() {
        for (was, becomes) in [
            ("digitalCapture", "trainedAlgorithmicMedia"),
            ("trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
            ("compositeWithTrainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"),
        ] {
            let with = |word| PACKET.replace("{}", &SOURCE.replace("{}", word));
            assert_eq!(marked(Some(&with(was)), &[]), with(becomes));
        }
    }

    #[test]
    fn what_is_no_packet_is_replaced_and_texts_are_escaped() {
        let new = marked(None, &[]);
        for broken in ["", "nothing", "<rdf:RDF/>", "<a b:RDF>"] {
            assert_eq!(marked(Some(broken), &[]), new);
        }
        let told = marked(None, &[("prompt".to_owned(), "a <b> & \u{1}c".to_owned())]);
        assert!(told.contains("<rdf:li>prompt: a &lt;b&gt; &amp; c</rdf:li>"), "{told}");
    }
}
