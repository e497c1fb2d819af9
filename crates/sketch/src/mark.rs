//! The mark "easel sketch" in the lower right corner.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::path::{Place, Point, outline};

/// Single-stroke letters on a grid where the x-height is 1 and y points down; with their advance.
fn glyph(letter: char) -> (&'static str, f32) {
    match letter {
        'e' => (
            "M 0.08 -0.5 L 0.66 -0.56 C 0.66 -0.95 0.05 -1.05 0.06 -0.45 C 0.06 0.1 0.55 0.08 0.7 -0.16",
            0.86,
        ),
        'a' => (
            "M 0.64 -0.86 C 0.4 -1.08 0.02 -0.9 0.04 -0.42 C 0.05 0.1 0.5 0.08 0.64 -0.5 M 0.66 -0.94 C 0.62 -0.5 0.6 -0.1 0.76 0",
            0.92,
        ),
        's' => (
            "M 0.56 -0.86 C 0.38 -1.05 0.06 -0.94 0.1 -0.7 C 0.14 -0.46 0.58 -0.56 0.56 -0.26 C 0.54 0.06 0.14 0.06 0.02 -0.12",
            0.76,
        ),
        'l' => ("M 0.16 -1.75 C 0.1 -1.1 0.1 -0.5 0.14 -0.16 Q 0.2 0.04 0.36 -0.08", 0.5),
        'k' => ("M 0.12 -1.75 L 0.12 0 M 0.6 -0.94 L 0.14 -0.42 L 0.66 0", 0.82),
        't' => {
            ("M 0.26 -1.4 C 0.22 -0.9 0.2 -0.5 0.24 -0.18 Q 0.3 0.04 0.5 -0.08 M 0 -0.94 L 0.52 -0.98", 0.66)
        }
        'c' => ("M 0.62 -0.8 C 0.4 -1.08 0.02 -0.9 0.05 -0.42 C 0.06 0.1 0.48 0.1 0.66 -0.16", 0.78),
        'h' => ("M 0.12 -1.75 L 0.12 0 M 0.12 -0.58 C 0.2 -1.02 0.62 -1.06 0.62 -0.62 L 0.62 0", 0.86),
        _ => ("", 0.55),
    }
}

const EASEL: &str = "M -0.75 0 L -0.1 -1.7 L 0.55 0 M -0.1 -1.7 L -0.1 -0.2 M -0.62 -0.52 L 0.44 -0.52 M -0.5 -0.52 L -0.5 -1.3 L 0.3 -1.3 L 0.3 -0.52";

/// Draws the mark, light on dark or dark on light.
pub(super) fn sign(canvas: &mut Canvas) {
    let (w, h) = (canvas.w as f32, canvas.h as f32);
    let size = (canvas.unit() * 0.0125).max(2.4);
    let text = "easel sketch";
    let wide: f32 = text.chars().map(|letter| glyph(letter).1).sum::<f32>() * size;
    let (left, base) = (w - wide - size * 2.2, h - size * 1.9);
    let mut pen = left;
    let mut strokes: Vec<Vec<Point>> = outline(EASEL, &Place::new(left - size * 1.2, base, size * 1.05));
    for letter in text.chars() {
        let (path, advance) = glyph(letter);
        strokes.extend(outline(path, &Place::new(pen, base, size)));
        pen += advance * size;
    }
    let mut light = 0.0;
    for i in 0..24 {
        light += canvas.at(left + wide * i as f32 / 24.0, base - size * 0.6).luma() / 24.0;
    }
    let (colour, halo) = (Rgb::hex(0x2A2530), Rgb::hex(0xFFF9EC));
    let (colour, halo) = if light > 0.5 { (colour, halo) } else { (halo, colour) };
    for stroke in &strokes {
        for pair in stroke.windows(2) {
            canvas.dab(pair[0], pair[1], size * 0.26, halo, 0.13);
        }
    }
    for stroke in &strokes {
        for pair in stroke.windows(2) {
            canvas.dab(pair[0], pair[1], size * 0.055, colour, 0.62);
        }
    }
}
