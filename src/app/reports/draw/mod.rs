//! Pictures that Easel draws itself: contact sheets and charts. No I/O; they take a core for a while, so callers use
//! `spawn_blocking`.

use std::convert::Infallible;
use std::io::Cursor;

use embedded_graphics::Drawable;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Pixel, Point, RgbColor, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Alignment, Baseline, Text, TextStyleBuilder};
use image::{Rgb, RgbImage};
use unicode_normalization::UnicodeNormalization;

pub mod chart;
pub mod sheet;

/// Discord's dark grey, so that a picture sits quietly in a conversation.
const GROUND: Rgb888 = Rgb888::new(0x1e, 0x1f, 0x22);
const LIGHT: Rgb888 = Rgb888::new(0xf2, 0xf3, 0xf5);
const DIM: Rgb888 = Rgb888::new(0xa5, 0xa9, 0xb3);

/// An RGB picture that takes text and shapes.
struct Canvas(RgbImage);

impl Canvas {
    fn new(width: u32, height: u32) -> Canvas {
        Canvas(RgbImage::from_pixel(width, height, Rgb([GROUND.r(), GROUND.g(), GROUND.b()])))
    }

    fn draw<T>(&mut self, shape: &impl Drawable<Color = Rgb888, Output = T>) -> T {
        let Ok(output) = shape.draw(self);
        output
    }

    fn fill(&mut self, x: i32, y: i32, width: u32, height: u32, colour: Rgb888) {
        let Ok(()) = self.fill_solid(&Rectangle::new(Point::new(x, y), Size::new(width, height)), colour);
    }

    /// Writes one line whose top is at `y` and which stands left of, right of or around `x`. Callers [`plain`] it.
    fn write(&mut self, text: &str, (x, y): (i32, i32), font: &MonoFont, colour: Rgb888, stand: Alignment) {
        let style = TextStyleBuilder::new().alignment(stand).baseline(Baseline::Top).build();
        let font = MonoTextStyle::new(font, colour);
        self.draw(&Text::with_text_style(text, Point::new(x, y), font, style));
    }

    fn png(&self) -> anyhow::Result<Vec<u8>> {
        let mut png = Cursor::new(Vec::new());
        self.0.write_to(&mut png, image::ImageFormat::Png)?;
        Ok(png.into_inner())
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(at, colour) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y)) else { continue };
            if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
                *pixel = Rgb([colour.r(), colour.g(), colour.b()]);
            }
        }
        Ok(())
    }
}

/// The text as the built-in fonts can show it, at most `most` characters long.
///
/// They know ISO 8859-1: emoji and marks without a width are dropped, other characters become `?`.
fn plain(text: &str, most: usize) -> String {
    let known: String = text.nfc().filter(|c| !dropped(*c)).map(in_latin_1).collect();
    let words = known.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= most {
        return words;
    }
    let kept: String = words.chars().take(most.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// Emoji, their modifiers, joiners, variation selectors, tags, and marks for the direction of writing.
fn dropped(c: char) -> bool {
    matches!(
        u32::from(c),
        0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x20e3 | 0x2600..=0x27bf | 0x2b00..=0x2bff
            | 0xfe00..=0xfe0f | 0xfeff | 0x1f000..=0x1faff | 0xe0000..=0xe01ef
    )
}

fn in_latin_1(c: char) -> char {
    match c {
        '‘' | '’' | '‚' => '\'',
        '“' | '”' | '„' => '"',
        '–' | '—' | '‐' | '‑' | '−' => '-',
        c if c.is_control() || c.is_whitespace() => ' ',
        c if u32::from(c) <= 0xff => c,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_what_the_fonts_can_show() {
        for (text, most, shown) in [
            ("crème brûlée", 20, "crème brûlée"),
            ("cre\u{300}me", 20, "crème"),
            ("🐈 cat 👩‍🚀", 20, "cat"),
            ("猫 cat", 20, "? cat"),
            ("“a – b”\n\tc", 20, "\"a - b\" c"),
            ("left\u{202e}right", 20, "leftright"),
            ("a lighthouse in a storm", 12, "a lightho..."),
            ("", 5, ""),
        ] {
            assert_eq!(plain(text, most), shown);
        }
    }
}
