//! Pictures that people attach: checked by description before admission, by bytes before they go to a model.

use bytes::Bytes;
use url::Url;

use crate::domain::catalogue::MOST_PIXELS;
use crate::domain::decode::dimensions;
use crate::domain::image_format::ImageFormat;
use crate::domain::refusal::FileProblem;
use crate::domain::refusal::Refusal;
use crate::domain::request::IMAGE_BYTES_LIMIT;

/// A file that a person attached, as Discord describes it. Nothing of it is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Where it can be fetched for a while.
    pub url: String,
    pub filename: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its content type, if Discord knows it.
    pub content_type: Option<String>,
    /// Width and height in pixels, if Discord could read them.
    pub pixels: Option<(u32, u32)>,
}

/// The shortest side that any model takes; others get a larger copy.
const SIDE_MIN: u32 = 32;
/// Hosts of Discord's own file store, and of its copies of the pictures that links in messages show.
const DISCORD_HOSTS: [&str; 4] = [
    "cdn.discordapp.com",
    "media.discordapp.net",
    "images-ext-1.discordapp.net",
    "images-ext-2.discordapp.net",
];

/// Checks what Discord says of a file, before anything is fetched.
///
/// `elsewhere` is the API's base URL when `DISCORD_API_URL` is set: files may come from there too.
pub fn check_description(file: &Attachment, elsewhere: Option<&Url>) -> Result<(), Refusal> {
    if let Some(kind) = &file.content_type
        && ImageFormat::from_content_type(kind).is_none()
    {
        return Err(unusable(FileProblem::Type(kind.clone())));
    }
    check_size(file.size)?;
    if let Some(pixels) = file.pixels {
        check_pixels(pixels)?;
    }
    check_host(&file.url, elsewhere)
}

/// Checks that an address is one of Discord's file store, so that Easel fetches nothing else for anybody.
pub fn check_host(address: &str, elsewhere: Option<&Url>) -> Result<(), Refusal> {
    let fine = Url::parse(address).is_ok_and(|url| {
        let discord = url.scheme() == "https"
            && url.port().is_none()
            && url.host_str().is_some_and(|host| DISCORD_HOSTS.contains(&host));
        discord || elsewhere.is_some_and(|base| base.origin() == url.origin())
    });
    if fine { Ok(()) } else { Err(unusable(FileProblem::Elsewhere)) }
}

/// Checks the bytes: a picture of an accepted format and size, and which. Only its header is read.
pub fn check_bytes(bytes: &Bytes) -> Result<ImageFormat, Refusal> {
    check_size(bytes.len() as u64)?;
    let format = ImageFormat::of(bytes).ok_or_else(|| match image::guess_format(bytes) {
        Ok(other) => unusable(FileProblem::Type(other.to_mime_type().to_owned())),
        Err(_) => not_a_picture(),
    })?;
    if format.is_animated(bytes) {
        return Err(unusable(FileProblem::Animated));
    }
    check_pixels(dimensions(bytes).map_err(|_| not_a_picture())?)?;
    Ok(format)
}

/// The refusal for a file that is gone or cannot be fetched.
pub fn gone() -> Refusal {
    unusable(FileProblem::Gone)
}

/// The refusal for a file that no decoder reads.
pub fn not_a_picture() -> Refusal {
    unusable(FileProblem::NotAPicture)
}

/// The refusal for a file with more bytes than allowed.
pub fn too_large() -> Refusal {
    unusable(FileProblem::TooLarge)
}

fn check_size(bytes: u64) -> Result<(), Refusal> {
    if bytes == 0 {
        return Err(unusable(FileProblem::Empty));
    }
    if bytes > IMAGE_BYTES_LIMIT { Err(too_large()) } else { Ok(()) }
}

fn check_pixels((width, height): (u32, u32)) -> Result<(), Refusal> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(unusable(FileProblem::TooManyPixels { width, height, most: MOST_PIXELS }));
    }
    if width.min(height) < SIDE_MIN {
        return Err(unusable(FileProblem::TooFewPixels { width, height, least: SIDE_MIN }));
    }
    Ok(())
}

fn unusable(problem: FileProblem) -> Refusal {
    Refusal::Attachment { problem: problem.into(), limit_mib: IMAGE_BYTES_LIMIT / (1024 * 1024) }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn file(url: &str) -> Attachment {
        Attachment {
            url: url.into(),
            filename: "a.png".into(),
            size: 1000,
            content_type: Some("image/png".into()),
            pixels: Some((512, 512)),
        }
    }

    #[test]
    fn only_discords_own_hosts_are_fetched_from() {
        let emulator = Url::parse("http://127.0.0.1:4321").unwrap();
        for (url, elsewhere, fine) in [
            ("https://cdn.discordapp.com/ephemeral-attachments/1/2/a.png?ex=1", None, true),
            ("https://media.discordapp.net/attachments/1/2/a.png", None, true),
            ("https://images-ext-1.discordapp.net/external/x/https/example.com/a.png", None, true),
            ("http://cdn.discordapp.com/a.png", None, false),
            ("https://cdn.discordapp.com.evil.example/a.png", None, false),
            ("https://cdn.discordapp.com@evil.example/a.png", None, false),
            ("https://cdn.discordapp.com:8443/a.png", None, false),
            ("http://169.254.169.254/latest/meta-data", None, false),
            ("http://127.0.0.1:4321/a.png", Some(&emulator), true),
            ("http://127.0.0.1:4322/a.png", Some(&emulator), false),
            ("http://127.0.0.1:4321/a.png", None, false),
            ("file:///etc/passwd", None, false),
            ("nonsense", None, false),
        ] {
            assert_eq!(check_description(&file(url), elsewhere).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn a_file_that_is_no_usable_picture_is_refused_with_the_reason() {
        let table = [
            (
                Attachment { content_type: Some("video/mp4".into()), ..file("https://cdn.discordapp.com/a") },
                FileProblem::Type("video/mp4".into()),
            ),
            (Attachment { size: 40 << 20, ..file("https://cdn.discordapp.com/a") }, FileProblem::TooLarge),
            (Attachment { size: 0, ..file("https://cdn.discordapp.com/a") }, FileProblem::Empty),
            (
                Attachment { pixels: Some((9000, 9000)), ..file("https://cdn.discordapp.com/a") },
                FileProblem::TooManyPixels { width: 9000, height: 9000, most: MOST_PIXELS },
            ),
            (
                Attachment { pixels: Some((10, 900)), ..file("https://cdn.discordapp.com/a") },
                FileProblem::TooFewPixels { width: 10, height: 900, least: 32 },
            ),
        ];
        for (file, problem) in table {
            let refusal = Refusal::Attachment { problem: problem.into(), limit_mib: 16 };
            assert_eq!(check_description(&file, None), Err(refusal));
        }
    }

    #[test]
    fn bytes_are_checked_by_their_header() {
        let mut png = Cursor::new(Vec::new());
        image::RgbImage::new(64, 64).write_to(&mut png, image::ImageFormat::Png).unwrap();
        assert_eq!(check_bytes(&png.into_inner().into()), Ok(ImageFormat::Png));
        for wrong in [&b"GIF89a\x01\x00\x01\x00"[..], b"hello", b"\x89PNG\r\n\x1a\nbroken"] {
            assert!(check_bytes(&Bytes::from_static(wrong)).is_err());
        }
    }
}
