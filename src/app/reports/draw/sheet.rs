//! The contact sheet: many pictures at a glance.

use std::io::Cursor;

use bytes::Bytes;
use embedded_graphics::mono_font::iso_8859_1::FONT_10X20;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::text::Alignment;
use image::{DynamicImage, ImageReader, Limits};

use super::{Canvas, DIM, GROUND, LIGHT, plain};
use crate::domain::encode::encode;
use crate::domain::image_format::ImageFormat;
use crate::domain::metadata::Metadata;

/// Tiles on one sheet. Even noise in all of them stays below 6 MB.
pub const MOST_CELLS: usize = 12;

const TILE: u32 = 320;
const GAP: u32 = 16;
const TITLE_HEIGHT: u32 = 36;
const CAPTION_HEIGHT: u32 = 28;
const LETTER: u32 = 10;
/// Sides and bytes that decoding a picture may take.
const SIDE_LIMIT: u32 = 8192;
const DECODED_LIMIT: u64 = 512 * 1024 * 1024;
const EMPTY_TILE: Rgb888 = Rgb888::new(0x2b, 0x2d, 0x31);

#[derive(Debug, Clone)]
pub struct Cell {
    label: String,
    thumbnail: Option<image::RgbImage>,
}

impl Cell {
    /// A tile with a label under it, which is clipped to the tile's width.
    ///
    /// `picture` is a PNG, JPEG or WebP of any size and aspect, which is not kept. Without one, or with a broken one,
    /// the tile says so.
    pub fn new(label: String, picture: Option<&Bytes>) -> Cell {
        Cell { label, thumbnail: picture.and_then(thumbnail) }
    }
}

/// A PNG with the title and a tile for each cell, in rows of `columns`, marked as generated like what it shows.
///
/// # Errors
/// With no cells or more than [`MOST_CELLS`].
pub fn contact_sheet(title: &str, cells: &[Cell], columns: u32) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!((1..=MOST_CELLS).contains(&cells.len()), "{} tiles on a sheet", cells.len());
    let count = u32::try_from(cells.len())?;
    let columns = columns.clamp(1, count);
    let width = GAP + columns * (TILE + GAP);
    let height = GAP + TITLE_HEIGHT + count.div_ceil(columns) * (TILE + CAPTION_HEIGHT + GAP);
    let mut canvas = Canvas::new(width, height);
    let title = plain(title, ((width - 2 * GAP) / LETTER) as usize);
    canvas.write(&title, (GAP.cast_signed(), GAP.cast_signed()), &FONT_10X20, LIGHT, Alignment::Left);
    for (n, cell) in (0..count).zip(cells) {
        let x = GAP + n % columns * (TILE + GAP);
        let y = GAP + TITLE_HEIGHT + n / columns * (TILE + CAPTION_HEIGHT + GAP);
        tile(&mut canvas, cell, x, y);
        let caption = plain(&cell.label, (TILE / LETTER) as usize);
        let at = (x.cast_signed(), (y + TILE + 6).cast_signed());
        canvas.write(&caption, at, &FONT_10X20, LIGHT, Alignment::Left);
    }
    let marked = Metadata::default().marked(usize::MAX);
    encode(DynamicImage::ImageRgb8(canvas.0), ImageFormat::Png, &marked)
}

fn tile(canvas: &mut Canvas, cell: &Cell, x: u32, y: u32) {
    let (left, top) = (x.cast_signed(), y.cast_signed());
    canvas.fill(left, top, TILE, TILE, EMPTY_TILE);
    match &cell.thumbnail {
        Some(picture) => {
            let (dx, dy) = ((TILE - picture.width()) / 2, (TILE - picture.height()) / 2);
            image::imageops::replace(&mut canvas.0, picture, (x + dx).into(), (y + dy).into());
        }
        None => {
            let middle = (left + (TILE / 2).cast_signed(), top + (TILE / 2).cast_signed() - 10);
            canvas.write("not available", middle, &FONT_10X20, DIM, Alignment::Center);
        }
    }
}

/// The picture within a tile, never enlarged. `None` if it cannot be read within the limits.
fn thumbnail(bytes: &Bytes) -> Option<image::RgbImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_LIMIT);
    limits.max_image_height = Some(SIDE_LIMIT);
    limits.max_alloc = Some(DECODED_LIMIT);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let small = if picture.width() > TILE || picture.height() > TILE {
        picture.thumbnail(TILE, TILE)
    } else {
        picture
    };
    Some(on_ground(&small))
}

fn on_ground(picture: &DynamicImage) -> image::RgbImage {
    use embedded_graphics::prelude::RgbColor;
    let ground = image::Rgba([GROUND.r(), GROUND.g(), GROUND.b(), 255]);
    let mut under = image::RgbaImage::from_pixel(picture.width(), picture.height(), ground);
    image::imageops::overlay(&mut under, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgba8(under).into_rgb8()
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn cell(picture: &RgbImage, format: ImageFormat) -> Cell {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        Cell::new("a fox".to_owned(), Some(&bytes.into_inner().into()))
    }

    fn drawn(cells: &[Cell], columns: u32) -> RgbImage {
        image::load_from_memory(&contact_sheet("Pictures", cells, columns).unwrap()).unwrap().into_rgb8()
    }

    /// The colour at a point of the tile in this column of the first row.
    fn at(sheet: &RgbImage, column: u32, x: u32, y: u32) -> [u8; 3] {
        sheet.get_pixel(GAP + column * (TILE + GAP) + x, GAP + TITLE_HEIGHT + y).0
    }

    #[test]
    fn pictures_are_fitted_and_centred() {
        let red = Rgb([200, 0, 0]);
        let wide = cell(&RgbImage::from_pixel(640, 320, red), ImageFormat::Png);
        let small = cell(&RgbImage::from_pixel(20, 20, red), ImageFormat::Png);
        let sheet = drawn(&[wide, small], 4);
        assert_eq!(
            sheet.dimensions(),
            (GAP + 2 * (TILE + GAP), 2 * GAP + TITLE_HEIGHT + TILE + CAPTION_HEIGHT)
        );
        assert_eq!([at(&sheet, 0, 0, 80), at(&sheet, 0, 319, 239)], [red.0, red.0]);
        assert_eq!([at(&sheet, 0, 0, 78), at(&sheet, 1, 149, 160)], [[0x2b, 0x2d, 0x31]; 2]);
        assert_eq!([at(&sheet, 1, 150, 150), at(&sheet, 1, 169, 169)], [red.0, red.0]);
    }

    #[test]
    fn a_missing_broken_or_huge_picture_is_a_grey_tile() {
        let none = Cell::new(String::new(), None);
        let broken = Cell::new(String::new(), Some(&Bytes::from_static(b"\x89PNG\r\n\x1a\nnothing")));
        let huge = cell(&RgbImage::new(SIDE_LIMIT + 1, 1), ImageFormat::Png);
        let sheet = drawn(&[none, broken, huge], 3);
        for column in 0..3 {
            assert_eq!(at(&sheet, column, 4, 4), [0x2b, 0x2d, 0x31]);
            let words =
                (90..230).filter(|x| (150..170).any(|y| at(&sheet, column, *x, y) == [0xa5, 0xa9, 0xb3]));
            assert!(words.count() > 50);
        }
    }

    #[test]
    fn jpeg_is_read_too_and_a_full_sheet_of_noise_stays_small() {
        let mut noise = 1_u32;
        let picture = RgbImage::from_fn(400, 400, |_, _| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb(noise.to_be_bytes()[..3].try_into().unwrap())
        });
        let cells = vec![cell(&picture, ImageFormat::Jpeg); MOST_CELLS];
        for columns in [0, 4, 99] {
            let sheet = contact_sheet("Pictures", &cells, columns).unwrap();
            let packet = Metadata::of(&sheet).xmp.unwrap();
            assert!(packet.contains("/digitalsourcetype/trainedAlgorithmicMedia"), "{packet}");
            assert!((1_000_000..6_000_000).contains(&sheet.len()), "{}", sheet.len());
        }
        assert!(contact_sheet("Pictures", &vec![cells[0].clone(); 13], 4).is_err());
        assert!(contact_sheet("Pictures", &[], 4).is_err());
    }
}
