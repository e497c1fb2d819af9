//! The canvas: pixels, anti-aliased fills, ink lines and glows.

use super::colour::Rgb;
use super::path::{Outline, Point, ribbon};

/// Scan lines per pixel row.
const SUB: i32 = 5;

pub(super) struct Canvas {
    pub(super) w: usize,
    pub(super) h: usize,
    pub(super) px: Vec<Rgb>,
}

/// How much of each pixel in a box a shape covers.
pub(super) struct Mask {
    pub(super) x0: i32,
    pub(super) y0: i32,
    pub(super) w: i32,
    pub(super) h: i32,
    cover: Vec<f32>,
}

impl Mask {
    pub(super) fn at(&self, x: i32, y: i32) -> f32 {
        let (x, y) = (x - self.x0, y - self.y0);
        if x < 0 || y < 0 || x >= self.w || y >= self.h { 0.0 } else { self.cover[(y * self.w + x) as usize] }
    }

    fn span(&mut self, row: i32, from: f32, to: f32) {
        let (from, to) = ((from - self.x0 as f32).max(0.0), (to - self.x0 as f32).min(self.w as f32));
        if to <= from {
            return;
        }
        let start = ((row - self.y0) * self.w) as usize;
        let part = 1.0 / SUB as f32;
        let (first, last) = (from as usize, (to.ceil() as usize).min(self.w as usize));
        for (i, cell) in self.cover[start + first..start + last].iter_mut().enumerate() {
            let x = (first + i) as f32;
            *cell += part * (to.min(x + 1.0) - from.max(x)).clamp(0.0, 1.0);
        }
    }
}

impl Canvas {
    pub(super) fn new(w: usize, h: usize) -> Self {
        Self { w, h, px: vec![Rgb::WHITE; w * h] }
    }

    /// The shorter side: the unit of every size in a picture.
    pub(super) fn unit(&self) -> f32 {
        self.w.min(self.h) as f32
    }

    pub(super) fn at(&self, x: f32, y: f32) -> Rgb {
        let x = (x.max(0.0) as usize).min(self.w - 1);
        let y = (y.max(0.0) as usize).min(self.h - 1);
        self.px[y * self.w + x]
    }

    /// Rewrites every pixel of the rows from `top` to `bottom`.
    pub(super) fn rows(&mut self, top: f32, bottom: f32, shade: impl Fn(f32, f32, Rgb) -> Rgb) {
        let (top, bottom) = (top.max(0.0) as usize, (bottom.max(0.0) as usize).min(self.h));
        for y in top..bottom {
            for (x, px) in self.px[y * self.w..(y + 1) * self.w].iter_mut().enumerate() {
                *px = shade(x as f32, y as f32, *px);
            }
        }
    }

    /// As [`Canvas::rows`] for shades without edges: computed every fourth pixel, interpolated between.
    pub(super) fn soft_rows(&mut self, top: f32, bottom: f32, shade: impl Fn(f32, f32) -> Rgb) {
        const STEP: usize = 4;
        let (top, bottom) = (top.max(0.0) as usize, (bottom.max(0.0) as usize).min(self.h));
        let knots = |y: usize| -> Vec<Rgb> {
            (0..self.w / STEP + 2).map(|k| shade((k * STEP) as f32, y as f32)).collect()
        };
        let (mut above, mut below) = (Vec::new(), knots(top));
        let mut row = vec![Rgb::WHITE; self.w / STEP + 2];
        let mut px = std::mem::take(&mut self.px);
        for y in top..bottom {
            let part = (y - top) % STEP;
            if part == 0 {
                above = std::mem::replace(&mut below, knots(y + STEP));
            }
            for (k, knot) in row.iter_mut().enumerate() {
                *knot = above[k].mix(below[k], part as f32 / STEP as f32);
            }
            for (k, four) in px[y * self.w..(y + 1) * self.w].chunks_mut(STEP).enumerate() {
                for (i, px) in four.iter_mut().enumerate() {
                    *px = row[k].mix(row[k + 1], i as f32 / STEP as f32);
                }
            }
        }
        self.px = px;
    }

    /// Non-zero winding coverage of a closed outline.
    pub(super) fn mask(&self, outline: &Outline) -> Mask {
        let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
        for point in outline.iter().flatten() {
            for k in 0..2 {
                low[k] = low[k].min(point[k]);
                high[k] = high[k].max(point[k]);
            }
        }
        let (x0, y0) = (low[0].floor().max(0.0) as i32, low[1].floor().max(0.0) as i32);
        let w = ((high[0].ceil().min(self.w as f32)) as i32).saturating_sub(x0).max(0);
        let h = ((high[1].ceil().min(self.h as f32)) as i32).saturating_sub(y0).max(0);
        let mut mask = Mask { x0, y0, w, h, cover: vec![0.0; (w * h) as usize] };
        let crossings = crossings(outline, y0 * SUB, (y0 + h) * SUB);
        let mut winding = 0;
        for pair in crossings.windows(2) {
            winding += pair[0].2;
            if pair[0].0 != pair[1].0 {
                winding = 0;
            } else if winding != 0 {
                mask.span(pair[0].0 / SUB, pair[0].1, pair[1].1);
            }
        }
        mask
    }

    /// Mixes a colour in through a mask; `shade` gives the colour and its strength.
    pub(super) fn wash(&mut self, mask: &Mask, shade: impl Fn(i32, i32, Rgb) -> (Rgb, f32)) {
        for y in mask.y0..mask.y0 + mask.h {
            let row = &mask.cover[((y - mask.y0) * mask.w) as usize..];
            for (&cover, x) in row.iter().zip(mask.x0..mask.x0 + mask.w) {
                if cover > 0.003 {
                    let px = &mut self.px[y as usize * self.w + x as usize];
                    let (colour, strength) = shade(x, y, *px);
                    *px = px.mix(colour, (cover * strength).min(1.0));
                }
            }
        }
    }

    pub(super) fn fill(&mut self, outline: &Outline, colour: Rgb, strength: f32) {
        let mask = self.mask(outline);
        self.wash(&mask, |_, _, _| (colour, strength));
    }

    /// A hand-drawn line.
    pub(super) fn ink(&mut self, line: &[Point], width: f32, colour: Rgb, strength: f32) {
        if line.len() > 1 {
            let seed = (line[0][0].to_bits() >> 8) ^ line[line.len() - 1][1].to_bits().rotate_left(9);
            self.fill(&ribbon(line, width, seed), colour, strength);
        }
    }

    /// A light that fades out at `radius`.
    pub(super) fn glow(&mut self, [cx, cy]: Point, radius: f32, colour: Rgb, strength: f32) {
        let clip = |v: f32, end: usize| (v.max(0.0) as usize).min(end);
        for y in clip(cy - radius, self.h)..clip(cy + radius, self.h) {
            for x in clip(cx - radius, self.w)..clip(cx + radius, self.w) {
                let (dx, dy) = (x as f32 - cx, y as f32 - cy);
                if dx * dx + dy * dy > radius * radius {
                    continue;
                }
                let d = 1.0 - (dx * dx + dy * dy).sqrt() / radius;
                let px = &mut self.px[y * self.w + x];
                *px = px.screen(colour, strength * d * d * d);
            }
        }
    }

    /// One opaque dab of a round brush from `a` to `b`.
    pub(super) fn dab(&mut self, a: Point, b: Point, radius: f32, colour: Rgb, strength: f32) {
        let clip = |v: f32, end: usize| (v.max(0.0) as usize).min(end);
        let (x0, x1) = (clip(a[0].min(b[0]) - radius, self.w), clip(a[0].max(b[0]) + radius + 2.0, self.w));
        let (y0, y1) = (clip(a[1].min(b[1]) - radius, self.h), clip(a[1].max(b[1]) + radius + 2.0, self.h));
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let per_length = 1.0 / (dx * dx + dy * dy).max(1e-6);
        for y in y0..y1 {
            for x in x0..x1 {
                let (px, py) = (x as f32 - a[0], y as f32 - a[1]);
                let t = ((px * dx + py * dy) * per_length).clamp(0.0, 1.0);
                let (ex, ey) = (px - dx * t, py - dy * t);
                let apart = ex * ex + ey * ey;
                if apart < (radius + 0.5) * (radius + 0.5) {
                    let cover = (radius + 0.5 - apart.sqrt()).min(1.0);
                    let px = &mut self.px[y * self.w + x];
                    *px = px.mix(colour, cover * strength);
                }
            }
        }
    }
}

/// Where the edges meet the scan lines, sorted: scan line, x, direction.
fn crossings(outline: &Outline, top: i32, bottom: i32) -> Vec<(i32, f32, i32)> {
    let mut out = Vec::new();
    for line in outline {
        for (i, &from) in line.iter().enumerate() {
            let to = line[(i + 1) % line.len()];
            let (a, b, direction) = if from[1] <= to[1] { (from, to, 1) } else { (to, from, -1) };
            let scan = |y: f32| (y * SUB as f32 - 0.5).ceil() as i32;
            let slope = (b[0] - a[0]) / (b[1] - a[1]).max(1e-9);
            for s in scan(a[1]).max(top)..scan(b[1]).min(bottom) {
                let y = (s as f32 + 0.5) / SUB as f32;
                out.push((s, a[0] + slope * (y - a[1]), direction));
            }
        }
    }
    out.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    out
}
