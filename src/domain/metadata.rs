//! What a picture's file says beside its pixels. A copy that is encoded anew keeps it, and says that the picture is
//! generated. Content credentials (C2PA) are not among it: they vouch for the very bytes that a copy does not have.

use std::io::Cursor;

use image::ImageDecoder;

use super::decode::decoder;
use super::xmp;

/// Bytes that a part may have: one segment of a JPEG file holds not much more.
const PART_LIMIT: usize = 60_000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) exif: Option<Vec<u8>>,
    pub(crate) icc: Option<Vec<u8>>,
    pub(crate) xmp: Option<String>,
    /// Text chunks of a PNG file: keyword and text.
    pub(crate) texts: Vec<(String, String)>,
}

impl Metadata {
    /// What `file` says; a part that cannot be read is left out.
    pub(crate) fn of(file: &[u8]) -> Metadata {
        let Ok(mut decoder) = decoder(file) else { return Metadata::default() };
        Metadata {
            exif: decoder.exif_metadata().ok().flatten(),
            icc: decoder.icc_profile().ok().flatten().filter(|profile| is_rgb(profile)),
            xmp: decoder.xmp_metadata().ok().flatten().and_then(|packet| String::from_utf8(packet).ok()),
            texts: texts(file),
        }
    }

    /// The same with the mark of a generated picture, and without parts of more than `limit` bytes.
    pub(crate) fn marked(self, limit: usize) -> Metadata {
        let limit = limit.min(PART_LIMIT);
        let fits = |part: &Vec<u8>| part.len() <= limit;
        let packet = xmp::marked(self.xmp.as_deref(), &[]);
        let xmp = if packet.len() <= limit { packet } else { xmp::marked(None, &[]) };
        let length: usize = self.texts.iter().map(|(keyword, text)| keyword.len() + text.len()).sum();
        Metadata {
            exif: self.exif.filter(fits),
            icc: self.icc.filter(fits),
            xmp: Some(xmp),
            texts: if length <= limit { self.texts } else { Vec::new() },
        }
    }

    /// The packet for a format without text chunks: it holds the texts too, where they fit.
    pub(crate) fn packet(&self) -> Option<String> {
        let plain = self.xmp.as_deref()?;
        let with_texts = xmp::marked(Some(plain), &self.texts);
        Some(if with_texts.len() <= PART_LIMIT { with_texts } else { plain.to_owned() })
    }
}

/// Copies are encoded in RGB: a profile for grey or CMYK does not describe them.
fn is_rgb(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"RGB ")
}

/// The text chunks of a PNG file, compressed or not, without its XMP packet.
fn texts(file: &[u8]) -> Vec<(String, String)> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_ignore_iccp_chunk(true);
    let Ok(mut reader) = decoder.read_info() else { return Vec::new() };
    // Chunks may stand behind the pixels too.
    drop(reader.finish());
    let info = reader.info();
    let plain = info.uncompressed_latin1_text.iter().map(|chunk| (&chunk.keyword, Some(chunk.text.clone())));
    let packed = info.compressed_latin1_text.iter().map(|chunk| (&chunk.keyword, chunk.get_text().ok()));
    let wide = info.utf8_text.iter().map(|chunk| (&chunk.keyword, chunk.get_text().ok()));
    plain
        .chain(packed)
        .chain(wide)
        .filter(|(keyword, _)| *keyword != XMP_KEYWORD)
        .filter_map(|(keyword, text)| Some((keyword.clone(), text?)))
        .collect()
}

/// The keyword of the text chunk in which PNG files keep an XMP packet.
pub(crate) const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
