//! The contact sheet: many pictures at a glance.

use bytes::Bytes;
use image::imageops::FilterType;
use image::{DynamicImage, Rgb, RgbImage};

use super::text::{Size, Stand};
use super::{Canvas, Colour, DIM, GROUND, LIGHT};
use crate::domain::decode::{decode, dimensions};
use crate::domain::encode::encode;
use crate::domain::image_format::ImageFormat;
use crate::domain::metadata::Metadata;

/// Pictures on a page of many.
pub const MOST_CELLS: usize = 12;
/// Pictures on one sheet. Even noise in all of them stays below 7 MB.
const CELLS_LIMIT: usize = 15;

/// Rows are this high, or lower where that lets them end where the sheet ends.
const ROW_HEIGHT: u32 = 320;
/// Room for four square pictures beside each other.
const INNER_WIDTH: u32 = 4 * ROW_HEIGHT + 3 * GAP;
const GAP: u32 = 16;
const TITLE_HEIGHT: u32 = 36;
const CAPTION_HEIGHT: u32 = 28;
const TITLE: Size = Size(28.0);
const CAPTION: Size = Size(21.0);
/// Pixels that a side of a picture may have.
const SIDE_LIMIT: u32 = 8192;
const EMPTY_CELL: Colour = Rgb([0x2b, 0x2d, 0x31]);

#[derive(Debug, Clone)]
pub struct Cell {
    label: String,
    /// As high as a row can be, or narrower if it would be wider than the sheet.
    picture: Option<RgbImage>,
}

impl Cell {
    /// A picture with a label under it, which is clipped to the picture's width.
    ///
    /// `picture` is a PNG, JPEG or WebP of any size and aspect, which is not kept. Without one, or with a broken one,
    /// the cell says so.
    pub fn new(label: String, picture: Option<&Bytes>) -> Cell {
        Cell { label, picture: picture.and_then(scaled) }
    }

    /// How wide it is in a row of full height.
    fn width(&self) -> u32 {
        self.picture.as_ref().map_or(ROW_HEIGHT, |picture| {
            (picture.width() * ROW_HEIGHT / picture.height().max(1)).clamp(1, INNER_WIDTH)
        })
    }
}

/// A PNG with the title and the pictures in rows, each picture whole and filling its cell, marked as generated like what it
/// shows.
///
/// # Errors
/// With no cells or more than fifteen.
pub fn contact_sheet(title: &str, cells: &[Cell]) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!((1..=CELLS_LIMIT).contains(&cells.len()), "{} pictures on a sheet", cells.len());
    let rows = rows(cells);
    let width = 2 * GAP + rows.iter().map(Row::width).max().unwrap_or_default();
    let below = rows.iter().map(|row| row.height + CAPTION_HEIGHT + GAP);
    let mut canvas = Canvas::new(width, GAP + TITLE_HEIGHT + below.sum::<u32>())?;
    let title = canvas.font.fitted(title, TITLE, width - 2 * GAP);
    canvas.write(&title, (GAP.cast_signed(), GAP.cast_signed() - 6), TITLE, LIGHT, Stand::Right);
    let mut y = GAP + TITLE_HEIGHT;
    for row in &rows {
        let mut x = GAP;
        for (cell, width) in &row.cells {
            draw(&mut canvas, cell, (x, y), (*width, row.height));
            x += width + GAP;
        }
        y += row.height + CAPTION_HEIGHT + GAP;
    }
    let marked = Metadata::default().marked(usize::MAX);
    encode(DynamicImage::ImageRgb8(canvas.pixels), ImageFormat::Png, &marked)
}

struct Row<'a> {
    height: u32,
    /// With the width of each.
    cells: Vec<(&'a Cell, u32)>,
}

impl Row<'_> {
    fn width(&self) -> u32 {
        self.cells.iter().map(|(_, width)| width + GAP).sum::<u32>().saturating_sub(GAP)
    }
}

/// As many pictures in a row as make it full; a full row is as wide as the sheet.
fn rows(cells: &[Cell]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut left = cells;
    while !left.is_empty() {
        let mut count = 0;
        let mut taken = 0;
        while count < left.len() && room(count) > taken {
            taken += left[count].width();
            count += 1;
        }
        let (row, rest) = left.split_at(count.max(1));
        // Its last picture made it full or too wide: all become a little smaller.
        let (part, whole) = if taken > room(count - 1) { (room(count - 1), taken) } else { (1, 1) };
        let fitted = |cell| (cell, (Cell::width(cell) * part / whole).max(1));
        rows.push(Row { height: ROW_HEIGHT * part / whole, cells: row.iter().map(fitted).collect() });
        left = rest;
    }
    rows
}

/// What so many gaps leave of a row's width.
fn room(gaps: usize) -> u32 {
    INNER_WIDTH.saturating_sub(u32::try_from(gaps).unwrap_or(u32::MAX).saturating_mul(GAP))
}

fn draw(canvas: &mut Canvas, cell: &Cell, (x, y): (u32, u32), (width, height): (u32, u32)) {
    let (left, top) = (x.cast_signed(), y.cast_signed());
    match &cell.picture {
        Some(picture) => {
            let fitted = image::imageops::resize(picture, width, height, FilterType::Triangle);
            image::imageops::replace(&mut canvas.pixels, &fitted, x.into(), y.into());
        }
        None => {
            canvas.fill(left, top, width, height, EMPTY_CELL);
            let middle = (left + (width / 2).cast_signed(), top + (height / 2).cast_signed() - 10);
            canvas.write("not available", middle, CAPTION, DIM, Stand::Around);
        }
    }
    let caption = canvas.font.fitted(&cell.label, CAPTION, width);
    canvas.write(&caption, (left, top + height.cast_signed() + 3), CAPTION, LIGHT, Stand::Right);
}

/// The picture as high as a row. `None` if it cannot be read within the limits.
fn scaled(bytes: &Bytes) -> Option<RgbImage> {
    let (width, height) = dimensions(bytes).ok()?;
    if width.max(height) > SIDE_LIMIT {
        return None;
    }
    let picture = decode(bytes).ok()?;
    Some(on_ground(&picture.resize(INNER_WIDTH, ROW_HEIGHT, FilterType::Triangle)))
}

fn on_ground(picture: &DynamicImage) -> RgbImage {
    let [red, green, blue] = GROUND.0;
    let ground = image::Rgba([red, green, blue, 255]);
    let mut under = image::RgbaImage::from_pixel(picture.width(), picture.height(), ground);
    image::imageops::overlay(&mut under, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgba8(under).into_rgb8()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageFormat;

    use super::*;

    const RED: Colour = Rgb([200, 0, 0]);

    fn cell(width: u32, height: u32) -> Cell {
        encoded(&RgbImage::from_pixel(width, height, RED), ImageFormat::Png)
    }

    fn encoded(picture: &RgbImage, format: ImageFormat) -> Cell {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        Cell::new("a fox".to_owned(), Some(&bytes.into_inner().into()))
    }

    fn drawn(cells: &[Cell]) -> RgbImage {
        image::load_from_memory(&contact_sheet("Pictures", cells).unwrap()).unwrap().into_rgb8()
    }

    /// How wide and high the rows are.
    fn laid_out(cells: &[Cell]) -> Vec<(usize, u32, u32)> {
        rows(cells).iter().map(|row| (row.cells.len(), row.width(), row.height)).collect()
    }

    #[test]
    fn pictures_fill_their_cells_whole_whatever_their_aspect_and_size() {
        let sheet = drawn(&[cell(640, 320), cell(20, 20)]);
        let row = 640 + GAP + 320;
        assert_eq!(sheet.dimensions(), (2 * GAP + row, 2 * GAP + TITLE_HEIGHT + ROW_HEIGHT + CAPTION_HEIGHT));
        let at = |x: u32, y: u32| *sheet.get_pixel(GAP + x, GAP + TITLE_HEIGHT + y);
        let corners = [(0, 0), (639, 319), (640 + GAP, 0), (row - 1, 319)];
        assert!(corners.iter().all(|(x, y)| at(*x, *y) == RED));
        assert_eq!(at(640, 10), GROUND, "between them");
    }

    #[test]
    fn full_rows_are_as_wide_as_the_sheet() {
        assert_eq!(laid_out(&vec![cell(64, 64); 5]), [(4, INNER_WIDTH, 320), (1, 320, 320)]);
        for cells in [vec![cell(160, 90); 6], vec![cell(90, 210); 12], vec![cell(210, 90); 3]] {
            let rows = laid_out(&cells);
            let (_, full) = rows.split_last().unwrap();
            for (count, width, height) in full {
                assert!(INNER_WIDTH - width <= *count as u32 && *height <= 320, "{rows:?}");
            }
        }
        assert_eq!(laid_out(&[cell(4_000, 10)]).len(), 1, "one that is wider than the sheet");
        assert_eq!(laid_out(&[cell(10, 4_000)]).len(), 1, "and one that is very narrow");
    }

    #[test]
    fn a_missing_broken_or_huge_picture_is_a_grey_cell() {
        let none = Cell::new(String::new(), None);
        let broken = Cell::new(String::new(), Some(&Bytes::from_static(b"\x89PNG\r\n\x1a\nnothing")));
        let sheet = drawn(&[none, broken, cell(SIDE_LIMIT + 1, 1)]);
        for column in 0..3 {
            let at =
                |x: u32, y: u32| sheet.get_pixel(GAP + column * (320 + GAP) + x, GAP + TITLE_HEIGHT + y).0;
            assert_eq!(at(4, 4), EMPTY_CELL.0);
            let words = (90..230).flat_map(|x| (145..175).map(move |y| (x, y)));
            assert!(words.filter(|(x, y)| at(*x, *y) != EMPTY_CELL.0).count() > 50);
        }
    }

    #[test]
    fn jpeg_is_read_too_and_a_full_sheet_of_noise_stays_small() {
        let mut noise = 1_u32;
        let picture = RgbImage::from_fn(400, 400, |_, _| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb(noise.to_be_bytes()[..3].try_into().unwrap())
        });
        let cells = vec![encoded(&picture, ImageFormat::Jpeg); CELLS_LIMIT];
        let sheet = contact_sheet("Pictures", &cells).unwrap();
        let packet = Metadata::of(&sheet).xmp.unwrap();
        assert!(packet.contains("/digitalsourcetype/trainedAlgorithmicMedia"), "{packet}");
        assert!((1_000_000..7_000_000).contains(&sheet.len()), "{}", sheet.len());
        assert!(contact_sheet("Pictures", &vec![cells[0].clone(); CELLS_LIMIT + 1]).is_err());
        assert!(contact_sheet("Pictures", &[]).is_err());
    }
}
