//! Text in the built-in font: Noto Sans, cut down to Latin, Greek and Cyrillic. Its licence lies beside it.

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};
use anyhow::Context;
use unicode_normalization::UnicodeNormalization;

static NOTO_SANS: &[u8] = include_bytes!("font/NotoSans-Regular.ttf");

pub(super) struct Font(FontRef<'static>);

/// Letters of so many pixels, from the highest to the lowest point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size(pub(super) f32);

/// Where a line of text stands, seen from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Right,
    Around,
    Left,
}

impl Font {
    pub(super) fn built_in() -> anyhow::Result<Font> {
        FontRef::try_from_slice(NOTO_SANS).map(Font).context("the built-in font")
    }

    /// The text as one line of at most `width` pixels. Emoji and marks without a width are left out; a character that
    /// the font does not have is drawn as a box.
    pub(super) fn fitted(&self, text: &str, size: Size, width: u32) -> String {
        #[expect(clippy::cast_precision_loss, reason = "widths of pictures are small")]
        let width = width as f32;
        let known: String = text.nfc().filter(|c| !dropped(*c)).map(blank).collect();
        let mut line = known.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.width(&line, size) <= width {
            return line;
        }
        while line.pop().is_some() {
            let clipped = format!("{}…", line.trim_end());
            if self.width(&clipped, size) <= width {
                return clipped;
            }
        }
        line
    }

    /// Calls `pixel` with the offset of each pixel that the line covers, and with the covered share of it.
    pub(super) fn draw(&self, text: &str, size: Size, stand: Stand, mut pixel: impl FnMut(i32, i32, f32)) {
        let font = self.0.as_scaled(PxScale::from(size.0));
        let width = self.width(text, size);
        let mut x = match stand {
            Stand::Right => 0.0,
            Stand::Around => -width / 2.0,
            Stand::Left => -width,
        };
        for c in text.chars() {
            let id = font.glyph_id(c);
            let glyph = id.with_scale_and_position(font.scale(), point(x, font.ascent()));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|dx, dy, share| {
                    pixel(offset(corner.x, dx), offset(corner.y, dy), share.clamp(0.0, 1.0));
                });
            }
            x += font.h_advance(id);
        }
    }

    fn width(&self, text: &str, size: Size) -> f32 {
        let font = self.0.as_scaled(PxScale::from(size.0));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "corners of glyphs are whole pixels")]
fn offset(corner: f32, within: u32) -> i32 {
    (corner as i32).saturating_add_unsigned(within)
}

fn blank(c: char) -> char {
    if c.is_control() || c.is_whitespace() { ' ' } else { c }
}

/// Emoji, their modifiers, joiners, variation selectors, tags, and marks for the direction of writing.
fn dropped(c: char) -> bool {
    matches!(
        u32::from(c),
        0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x20e3 | 0x2600..=0x27bf | 0x2b00..=0x2bff
            | 0xfe00..=0xfe0f | 0xfeff | 0x1f000..=0x1faff | 0xe0000..=0xe01ef
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size(20.0);

    #[test]
    fn a_line_is_clipped_to_its_width_and_emoji_are_left_out() {
        let font = Font::built_in().unwrap();
        for (text, shown) in [
            ("crème brûlée", "crème brûlée"),
            ("cre\u{300}me", "crème"),
            ("🐈 cat 👩‍🚀", "cat"),
            ("“Ñandú” – Ωμέγα, щука\n\tx", "“Ñandú” – Ωμέγα, щука x"),
            ("left\u{202e}right", "leftright"),
            ("猫 cat", "猫 cat"),
            ("", ""),
        ] {
            assert_eq!(font.fitted(text, SIZE, 400), shown);
        }
        let clipped = font.fitted("a lighthouse in a storm", SIZE, 90);
        assert!(clipped.starts_with("a light") && clipped.ends_with('…'), "{clipped}");
        assert!(font.width(&clipped, SIZE) <= 90.0);
        assert_eq!(font.fitted("wide", SIZE, 2), "");
    }

    #[test]
    fn every_character_leaves_ink_also_one_that_the_font_does_not_have() {
        let font = Font::built_in().unwrap();
        let ink = |text: &str| {
            let mut ink = 0.0;
            font.draw(text, SIZE, Stand::Right, |_, _, share| ink += share);
            ink
        };
        for text in ["a", "Ж", "ß", "ő", "…", "$", "猫", "한"] {
            assert!(ink(text) > 5.0, "{text}");
        }
        assert!(ink("aa") > 1.9 * ink("a"));
    }
}
