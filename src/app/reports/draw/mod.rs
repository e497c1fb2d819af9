//! Pictures that Easel draws itself: contact sheets and charts. No I/O; they take a core for a while, so callers use
//! `spawn_blocking`.

use std::io::Cursor;

use image::{Rgb, RgbImage};

pub mod chart;
pub mod sheet;
mod text;

use text::{Font, Size, Stand};

type Colour = Rgb<u8>;

/// Discord's dark grey, so that a picture sits quietly in a conversation.
const GROUND: Colour = Rgb([0x1e, 0x1f, 0x22]);
const LIGHT: Colour = Rgb([0xf2, 0xf3, 0xf5]);
const DIM: Colour = Rgb([0xa5, 0xa9, 0xb3]);

/// An RGB picture that takes text and shapes; what lies outside of it is left out.
struct Canvas {
    pixels: RgbImage,
    font: Font,
}

impl Canvas {
    /// # Errors
    /// The built-in font cannot be read.
    fn new(width: u32, height: u32) -> anyhow::Result<Canvas> {
        Ok(Canvas { pixels: RgbImage::from_pixel(width, height, GROUND), font: Font::built_in()? })
    }

    fn fill(&mut self, x: i32, y: i32, width: u32, height: u32, colour: Colour) {
        let columns = x..x.saturating_add_unsigned(width);
        for y in y..y.saturating_add_unsigned(height) {
            columns.clone().for_each(|x| self.blend(x, y, colour, 1.0));
        }
    }

    /// A line of two pixels' height or more.
    fn line(&mut self, (x0, y0): (i32, i32), (x1, y1): (i32, i32), colour: Colour) {
        let y = |x: i32| y0 + (y1 - y0) * (x - x0) / (x1 - x0).max(1);
        for x in x0..=x1 {
            let (here, next) = (y(x), y((x + 1).min(x1)));
            self.fill(x, here.min(next) - 1, 1, here.abs_diff(next) + 2, colour);
        }
    }

    /// Writes one line whose top is at `y` and which stands right of, around or left of `x`.
    fn write(&mut self, text: &str, (x, y): (i32, i32), size: Size, colour: Colour, stand: Stand) {
        let mut covered = Vec::new();
        self.font.draw(text, size, stand, |dx, dy, share| covered.push((x + dx, y + dy, share)));
        for (x, y, share) in covered {
            self.blend(x, y, colour, share);
        }
    }

    /// Mixes a colour into a pixel; a `share` of 1 replaces what is there.
    fn blend(&mut self, x: i32, y: i32, colour: Colour, share: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.pixels.get_pixel_mut_checked(x, y) {
            for (old, new) in pixel.0.iter_mut().zip(colour.0) {
                let mixed = f32::from(*old) + (f32::from(new) - f32::from(*old)) * share;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between two bytes"
                )]
                let mixed = mixed.round() as u8;
                *old = mixed;
            }
        }
    }

    fn png(&self) -> anyhow::Result<Vec<u8>> {
        let mut png = Cursor::new(Vec::new());
        self.pixels.write_to(&mut png, image::ImageFormat::Png)?;
        Ok(png.into_inner())
    }
}
