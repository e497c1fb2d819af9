//! Pictures without a sky: a room with a window's light, and the deep of the sea.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::noise::{Field, fbm, lerp, smooth, value};
use super::path::{Place, outline};
use super::scene::Scene;

/// A wall, the light of a window on it, and a table in front.
pub(super) fn paint(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("room");
    let (u, w, h, c) = (canvas.unit(), canvas.w as f32, canvas.h as f32, scene.colours);
    let edge = h * rng.range(0.66, 0.74);
    let seed = rng.seed();
    let stripe = u * rng.range(0.07, 0.12);
    let plaster = Field::new(canvas.w, canvas.h, 6, |x, y| fbm(x / u * 5.0, y / u * 5.0, 3, seed));
    let wall = rng.pick([c.sky[1], c.sky[2], c.far.mix(c.sky[2], 0.5)]).mix(c.light, 0.25);
    let paper = rng.chance(0.6);
    let side = if scene.light_right { 1.0 } else { -1.0 };
    let slant = rng.range(0.25, 0.5) * side;
    let centre = w * (0.5 - 0.16 * side);
    canvas.rows(0.0, edge, |x, y, _| {
        let tone = wall.scale(0.94 + 0.12 * plaster.at(x, y));
        let tone = if paper && (x / stripe).rem_euclid(2.0) < 1.0 { tone.mix(c.second, 0.10) } else { tone };
        // Four panes of light fall aslant from the side of the window.
        let (px, py) = ((x - centre - (y - h * 0.3) * slant) / (u * 0.34), (y - h * 0.34) / (u * 0.30));
        let bar = smooth((px.abs() - 0.03) * 30.0) * smooth((py.abs() - 0.03) * 30.0);
        let pane = smooth((1.0 - px.abs()) * 12.0) * smooth((1.0 - py.abs()) * 12.0) * bar;
        let corner = 1.0 - 0.24 * ((x / w - 0.5) * side + 0.5).clamp(0.0, 1.0).mul_add(-1.0, 1.0);
        tone.scale(corner).screen(c.light, pane * 0.30)
    });
    let wood = rng.pick([0xB98355, 0xA8744C, 0xC79A68, 0x8E6248].map(Rgb::hex)).multiply(c.sky[1], 0.25);
    canvas.rows(edge, h, |x, y, _| {
        let far = (y - edge) / (h - edge).max(1.0);
        let grain = value(x / u * 3.0, y / u * lerp(150.0, 60.0, far), seed ^ 3);
        let knot = fbm(x / u * 2.0, y / u * 9.0, 3, seed ^ 7);
        let tone = wood.scale(0.82 + 0.22 * grain + 0.16 * knot);
        tone.mix(c.light, 0.16 * (1.0 - far)).scale(1.0 - 0.18 * far)
    });
    let line: Vec<_> = (0..canvas.w + 6).step_by(6).map(|x| [x as f32, edge]).collect();
    canvas.ink(&line, u * 0.004, c.ink, 0.6);
}

/// Blue water with rays from above, sand below, weeds and bubbles.
pub(super) fn deep(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("deep");
    let (u, w, h) = (canvas.unit(), canvas.w as f32, canvas.h as f32);
    let night = scene.mood.is_dark();
    let hues = if night {
        [0x2A6A96, 0x123E6A, 0x0A2444]
    } else {
        rng.pick([[0x8FD8E0, 0x3A9CC0, 0x1A5C90], [0x9ADFD0, 0x48A8A8, 0x1F6478]])
    };
    let [top, middle, bottom] = hues.map(Rgb::hex);
    let seed = rng.seed();
    let slant = rng.range(0.25, 0.55) * if scene.light_right { 1.0 } else { -1.0 };
    canvas.soft_rows(0.0, h, |x, y| {
        let t = y / h;
        let base = if t < 0.5 {
            top.mix(middle, smooth(t * 2.0))
        } else {
            middle.mix(bottom, smooth(t * 2.0 - 1.0))
        };
        let ray = value((x + y * slant) / u * 5.0, 0.5, seed);
        base.screen(Rgb::WHITE, smooth((ray - 0.52) * 5.0) * 0.20 * (1.0 - t))
    });
    let floor = move |x: f32| h * 0.88 - u * 0.05 * (fbm(x / u * 1.6, 2.5, 3, seed) - 0.4);
    let sand = Rgb::hex(0xD9C79A).mix(middle, 0.35);
    canvas.rows(h * 0.78, h, |x, y, under| {
        let depth = (y - floor(x)) / u;
        let grain = 0.9 + 0.2 * value(x / u * 40.0, y / u * 90.0, seed ^ 1);
        under.mix(sand.scale(grain), smooth(depth * 60.0))
    });
    for _ in 0..14 {
        let x = w * rng.unit();
        let place = Place {
            flip: rng.chance(0.5),
            ..Place::new(x, floor(x) + u * 0.02, u * rng.range(0.0012, 0.0026))
        };
        let tone = rng.pick([0x3F8A62, 0x2F7A78, 0xB8607A].map(Rgb::hex)).mix(bottom, 0.3);
        canvas.fill(&outline("W 0 4 7 8 -30 9 -6 -60 7 6 -96 2", &place), tone, 0.9);
    }
    for _ in 0..26 {
        let size = u * rng.range(0.003, 0.012);
        let place = Place::new(w * rng.unit(), h * rng.unit(), size);
        canvas.fill(&outline("E 0 0 1 1", &place), Rgb::WHITE, 0.25);
        canvas.fill(&outline("E -0.3 -0.3 0.3 0.3", &place), Rgb::WHITE, 0.7);
    }
}
