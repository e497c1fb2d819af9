//! What a look changes: the treatment of the finished scene and the print.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::look::Look;
use super::noise::{Field, fbm, smooth, speck, value};
use super::scene::Scene;

impl Look {
    /// Reworks the finished scene.
    pub(super) fn apply(self, canvas: &mut Canvas, scene: &Scene) {
        let (u, h) = (canvas.unit(), canvas.h as f32);
        match self {
            Self::Ink => ink(canvas, scene),
            Self::Pixels => pixels(canvas, (u / 128.0).max(2.0) as usize, 0.0),
            Self::Tiles => pixels(canvas, (u / 64.0).max(3.0) as usize, 0.5),
            Self::Facets => facets(canvas, scene, u / 52.0),
            Self::Comic => comic(canvas, scene),
            Self::Neon => canvas.rows(0.0, h, |_, _, c| contrast(c.saturate(1.35), 1.12)),
            Self::Film => {
                canvas.rows(0.0, h, |_, _, c| {
                    contrast(c.saturate(0.72), 0.86)
                        .mix(Rgb::hex(0xE8B27A), 0.10)
                        .screen(Rgb::hex(0x3A2A40), 0.35)
                });
            }
            Self::Cinema => canvas.rows(0.0, h, |_, _, c| {
                let shade = Rgb::hex(0x2A5A66).mix(Rgb::hex(0xFFD2A0), c.luma());
                contrast(c.mix(shade, 0.24), 1.12)
            }),
            Self::Vivid => canvas.rows(0.0, h, |_, _, c| contrast(c.saturate(1.28), 1.06)),
            Self::Soft => canvas
                .rows(0.0, h, |_, y, c| c.saturate(1.12).screen(scene.colours.sky[2], 0.10 * (1.0 - y / h))),
            Self::Watercolour => {}
        }
    }

    /// Eight-bit rows with paper, grain and a soft vignette.
    pub(super) fn print(self, canvas: &Canvas, scene: &Scene) -> Vec<u8> {
        let seed = scene.rng("print").seed();
        let (w, h, u) = (canvas.w as f32, canvas.h as f32, canvas.unit());
        let (grain, paper, edge) = match self {
            Self::Pixels => (0.004, 0.0, 0.0),
            Self::Film => (0.075, 0.02, 0.34),
            Self::Cinema | Self::Neon => (0.022, 0.015, 0.34),
            Self::Ink => (0.02, 0.05, 0.06),
            _ => (0.020, 0.05, 0.13),
        };
        let fibre = Field::new(canvas.w, canvas.h, 3, |x, y| {
            value(x * 0.33, y * 0.21, seed) * 0.6 + value(x * 0.07, y * 0.11, seed ^ 7) * 0.4
        });
        let pool = Field::new(canvas.w, canvas.h, 8, |x, y| {
            let (dx, dy) = (x / w * 2.0 - 1.0, y / h * 2.0 - 1.0);
            let blot = fbm(x / u * 4.0, y / u * 4.0, 3, seed) - 0.5;
            1.0 - edge * smooth((dx * dx + dy * dy) * 0.5 + blot * 0.2).powi(2)
        });
        let mut out = Vec::with_capacity(canvas.px.len() * 3);
        for y in 0..canvas.h {
            for x in 0..canvas.w {
                let noise = (speck(x as i32, y as i32, seed) - 0.5) * grain;
                let (fx, fy) = (x as f32, y as f32);
                let tooth = (fibre.at(fx, fy) - 0.5) * paper;
                let light = pool.at(fx, fy) * (1.0 + tooth);
                let Rgb(px) = canvas.px[y * canvas.w + x];
                out.extend(px.map(|v| ((v * light + noise) * 255.0 + 0.5).clamp(0.0, 255.0) as u8));
            }
        }
        out
    }
}

fn contrast(c: Rgb, by: f32) -> Rgb {
    Rgb(c.0.map(|v| ((v - 0.5) * by + 0.5).clamp(0.0, 1.0)))
}

/// Pen on cream paper: edges become lines, shadow becomes hatching.
fn ink(canvas: &mut Canvas, scene: &Scene) {
    let (w, u) = (canvas.w, canvas.unit());
    let luma: Vec<f32> = canvas.px.iter().map(|c| c.luma()).collect();
    let at = |x: f32, y: f32| {
        let (x, y) = ((x.max(0.0) as usize).min(w - 1), y.max(0.0) as usize);
        luma.get(y * w + x).copied().unwrap_or(1.0)
    };
    let (paper, pen) = (Rgb::hex(0xF8F1E1), Rgb::hex(0x2B2A33).mix(scene.colours.ink, 0.4));
    let (reach, gap, seed) = ((u / 700.0).max(1.0), (u / 128.0).max(4.0), scene.rng("hatch").seed());
    let sway = Field::new(w, canvas.h, 6, |x, y| fbm(x / u * 5.0, y / u * 5.0, 3, seed));
    let hatch = |v: f32| 1.0 - smooth(((v / gap).fract() - 0.5).abs() * 4.4 - 0.35);
    canvas.rows(0.0, f32::MAX, |x, y, under| {
        let gx = at(x + reach, y) - at(x - reach, y);
        let gy = at(x, y + reach) - at(x, y - reach);
        let line = smooth((gx * gx + gy * gy).sqrt() * 3.2 - 0.22);
        let wave = sway.at(x, y);
        let tone = at(x, y) + (wave - 0.5) * 0.12;
        let drift = wave * gap * 9.0 + u * 4.0;
        let one = hatch(x + y + drift) * smooth((0.56 - tone) * 4.0);
        let two = hatch(x - y * 0.9 + drift + u * 2.0) * smooth((0.34 - tone) * 5.0);
        let three = hatch(y * 1.3 + drift) * smooth((0.20 - tone) * 6.0);
        let ground = paper.mix(under.mix(paper, 0.5), 0.16);
        ground.mix(pen, (line * 0.92).max(one * 0.62).max(two * 0.7).max(three * 0.75))
    });
}

fn pixels(canvas: &mut Canvas, block: usize, grout: f32) {
    let source: Vec<Rgb> = canvas.px.clone();
    let (w, h) = (canvas.w, canvas.h);
    for y0 in (0..h).step_by(block) {
        for x0 in (0..w).step_by(block) {
            let (x1, y1) = ((x0 + block).min(w), (y0 + block).min(h));
            let mut sum = [0.0; 3];
            for y in y0..y1 {
                for px in &source[y * w + x0..y * w + x1] {
                    (0..3).for_each(|k| sum[k] += px.0[k]);
                }
            }
            let mean = Rgb(sum.map(|v| v / ((x1 - x0) * (y1 - y0)) as f32)).saturate(1.15);
            let dither = (((x0 / block) + (y0 / block)) % 2) as f32 * 0.3 - 0.15;
            let steps = 14.0;
            let flat = Rgb(mean.0.map(|v| ((v * steps + dither).round() / steps).clamp(0.0, 1.0)));
            for y in y0..y1 {
                for x in x0..x1 {
                    let edge = grout > 0.0 && (x == x0 || y == y0);
                    canvas.px[y * w + x] = flat.scale(if edge { 1.0 - grout } else { 1.0 });
                }
            }
        }
    }
}

fn facets(canvas: &mut Canvas, scene: &Scene, cell: f32) {
    let source = Canvas { w: canvas.w, h: canvas.h, px: canvas.px.clone() };
    let seed = scene.rng("facets").seed();
    let corner = |i: i32, j: i32| {
        let jitter = |s| (speck(i, j, seed ^ s) - 0.5) * 0.75;
        [(i as f32 + jitter(1)) * cell, (j as f32 + jitter(2)) * cell]
    };
    for j in -1..=(canvas.h as f32 / cell) as i32 + 1 {
        for i in -1..=(canvas.w as f32 / cell) as i32 + 1 {
            let q = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
            let split = if speck(i, j, seed) < 0.5 { [[0, 1, 2], [0, 2, 3]] } else { [[0, 1, 3], [1, 2, 3]] };
            for three in split {
                let t = three.map(|k| q[k]);
                let mid = [0, 1].map(|k| (t[0][k] + t[1][k] + t[2][k]) / 3.0);
                let mut tone = source.at(mid[0], mid[1]);
                for p in t {
                    tone = tone.mix(source.at((p[0] + mid[0]) / 2.0, (p[1] + mid[1]) / 2.0), 0.25);
                }
                let lean = 0.94 + 0.12 * speck(i * 2 + three[1] as i32, j, seed ^ 4);
                let grown = t.map(|p| [0, 1].map(|k| mid[k] + (p[k] - mid[k]) * (1.0 + 1.0 / cell)));
                canvas.fill(&vec![grown.to_vec()], tone.scale(lean).saturate(1.12), 1.0);
            }
        }
    }
}

/// Flat tones, halftone dots in the half-shadow.
fn comic(canvas: &mut Canvas, scene: &Scene) {
    let pitch = (canvas.unit() / 150.0).max(4.0);
    let ink = scene.colours.ink;
    canvas.rows(0.0, f32::MAX, |x, y, c| {
        let step = Rgb(c.saturate(1.3).0.map(|v| ((v * 7.0).round() / 7.0).clamp(0.0, 1.0)));
        let (rx, ry) = ((x + y) / pitch, (x - y) / pitch);
        let (dx, dy) = (rx - rx.round(), ry - ry.round());
        let size = (0.60 - c.luma()).clamp(0.0, 0.42);
        let dot = smooth((size - (dx * dx + dy * dy).sqrt()) * pitch * 0.6 + 0.5);
        step.mix(ink, dot * 0.42 * smooth(size * 12.0))
    });
}
