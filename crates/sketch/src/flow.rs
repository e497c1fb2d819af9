//! Pictures without a horizon: brush strokes along a flow, and space.

use std::f32::consts::TAU;

use super::canvas::Canvas;
use super::colour::Rgb;
use super::noise::{Field, Rng, fbm, smooth, value};
use super::path::{Place, Point, outline};
use super::scene::Scene;

/// Long strokes that follow a noise field, around a few quiet discs.
pub(super) fn paint(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("flow");
    let (u, w, h, c) = (canvas.unit(), canvas.w as f32, canvas.h as f32, scene.colours);
    let (seed, swirl) = (rng.seed(), rng.range(0.9, 1.7));
    let tilt = rng.range(0.0, TAU);
    let eye = [w * rng.range(0.34, 0.66), h * rng.range(0.34, 0.60)];
    let course = |x: f32, y: f32| {
        let (dx, dy) = (x - eye[0], y - eye[1]);
        let d = (dx * dx + dy * dy).sqrt().max(1.0);
        let pull = (-d * d / (u * u * 0.14)).exp();
        let (sin, cos) =
            (tilt + TAU * 0.9 * swirl * (fbm(x / u * 1.5, y / u * 1.5, 2, seed) - 0.5)).sin_cos();
        let [vx, vy] = [
            cos + (-dy / d * 0.98 - dx / d * 0.2 - cos) * pull,
            sin + (dx / d * 0.98 - dy / d * 0.2 - sin) * pull,
        ];
        let speed = (vx * vx + vy * vy).sqrt().max(0.05);
        [vx / speed, vy / speed]
    };
    let lean = Field::new(canvas.w, canvas.h, 4, |x, y| course(x, y)[0]);
    let bend = Field::new(canvas.w, canvas.h, 4, |x, y| course(x, y)[1]);
    let hue = Field::new(canvas.w, canvas.h, 4, |x, y| fbm(x / u * 1.3, y / u * 1.3, 3, seed ^ 9));
    let ramp = [c.near, c.sky[0], c.far, c.sky[1], c.accent, c.second, c.sky[2], c.light];
    let shade = |t: f32| {
        let t = t.clamp(0.0, 0.999) * 7.0;
        ramp[t as usize].mix(ramp[t as usize + 1], t.fract())
    };
    let tone = |x: f32, y: f32, jitter: f32| {
        let d = ((x - eye[0]).powi(2) + (y - eye[1]).powi(2)).sqrt() / u;
        shade((hue.at(x, y) - 0.5) * 1.5 + 0.84 - d * 0.72 + jitter)
    };
    canvas.soft_rows(0.0, h, |x, y| tone(x, y, -0.12).mix(c.sky[0], 0.25));
    let count = (1100.0 * w * h / (u * u)) as usize;
    for i in 0..count {
        let t = i as f32 / count as f32;
        let mut at = [rng.unit() * w, rng.unit() * h];
        let wide = u * (0.0085 - 0.0068 * t) * rng.range(0.6, 1.5);
        let colour = tone(at[0], at[1], rng.range(-0.24, 0.24));
        let step = wide * 1.2 + u * 0.004;
        for k in 0..16 {
            let taper = (1.0 - (k as f32 / 8.0 - 1.0).powi(2)).max(0.12).sqrt();
            let to = [at[0] + lean.at(at[0], at[1]) * step, at[1] + bend.at(at[0], at[1]) * step];
            canvas.dab(at, to, wide * taper, colour, 0.88);
            at = to;
        }
    }
    if scene.time {
        dial(canvas, scene, eye, u * 0.27, &mut rng);
    } else {
        discs(canvas, scene, eye, &mut rng);
    }
}

fn discs(canvas: &mut Canvas, scene: &Scene, eye: Point, rng: &mut Rng) {
    let (u, c) = (canvas.unit(), scene.colours);
    canvas.glow(eye, u * 0.34, c.light, 0.5);
    canvas.fill(&outline("E 0 0 1 1", &Place::new(eye[0], eye[1], u * 0.085)), c.light, 0.92);
    for i in 0..4 {
        let ring = arc(eye, u * (0.12 + 0.05 * i as f32), rng.unit() * TAU, rng.range(2.0, 5.2));
        canvas.ink(&ring, u * 0.0042, if i % 2 == 0 { c.light } else { c.ink }, 0.8);
    }
}

/// A clock without numbers: rings, ticks, two hands and orbiting beads.
fn dial(canvas: &mut Canvas, scene: &Scene, eye: Point, radius: f32, rng: &mut Rng) {
    let (u, c) = (canvas.unit(), scene.colours);
    canvas.glow(eye, radius * 2.0, c.light, 0.55);
    canvas.fill(&outline("E 0 0 1 1", &Place::new(eye[0], eye[1], radius)), c.light, 0.30);
    canvas.fill(&outline("E 0 0 1 1", &Place::new(eye[0], eye[1], radius * 0.72)), c.light, 0.34);
    let on = |a: f32, r: f32| [eye[0] + a.cos() * r, eye[1] + a.sin() * r];
    for i in 0..6 {
        let r = radius * (1.0 + 0.13 * i as f32);
        canvas.ink(
            &arc(eye, r, rng.unit() * TAU, TAU * (1.0 - 0.12 * i as f32)),
            u * 0.0036,
            c.ink,
            0.75 - 0.1 * i as f32,
        );
    }
    for i in 0..60 {
        let a = i as f32 / 60.0 * TAU - TAU / 4.0;
        let long = if i % 5 == 0 { 0.13 } else { 0.05 };
        let loose = (i as f32 / 60.0).powi(3) * radius * 0.55;
        let drift = loose * (value(i as f32 * 0.9, 0.5, 11) + 0.2);
        let line =
            [on(a, radius * 0.96 + drift), on(a + drift / radius * 0.2, radius * (0.96 - long) + drift)];
        canvas.ink(&line, u * if i % 5 == 0 { 0.0065 } else { 0.0032 }, c.ink, 0.9);
    }
    let start = rng.unit() * TAU;
    for (reach, wide, turn) in [(0.52, 0.0115, start), (0.82, 0.0075, start * 1.7 + 2.0)] {
        canvas.ink(&[on(turn + TAU / 2.0, radius * 0.12), on(turn, radius * reach)], u * wide, c.ink, 0.95);
    }
    canvas.ink(&[eye, on(start + 4.1, radius * 0.88)], u * 0.0034, c.accent, 0.95);
    canvas.dab(eye, eye, u * 0.012, c.accent, 1.0);
    for i in 0..5 {
        let at = on(rng.unit() * TAU, radius * (1.13 + 0.13 * i as f32));
        canvas.dab(at, at, u * rng.range(0.006, 0.014), if i % 2 == 0 { c.accent } else { c.second }, 1.0);
    }
}

fn arc(centre: Point, radius: f32, start: f32, sweep: f32) -> Vec<Point> {
    let at = |i: usize| start + sweep * i as f32 / 90.0;
    (0..=90).map(|i| [centre[0] + radius * at(i).cos(), centre[1] + radius * at(i).sin()]).collect()
}

/// A nebula, stars and a ringed planet.
pub(super) fn space(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("space");
    let (u, w, h, c) = (canvas.unit(), canvas.w as f32, canvas.h as f32, scene.colours);
    let (seed, lean) = (rng.seed(), rng.range(-0.8, 0.8));
    let dust = Field::new(canvas.w, canvas.h, 4, |x, y| {
        let (x, y) = (x / u * 2.2, y / u * 2.2);
        let bend = fbm(x, y, 3, seed ^ 3) * 1.8;
        fbm(x + bend, y + bend, 5, seed)
    });
    let band = |x: f32, y: f32| {
        let d = ((y - h * 0.5) - lean * (x - w * 0.5)) / u;
        (-d * d * 4.0).exp()
    };
    canvas.soft_rows(0.0, h, |x, y| {
        let (n, b) = (dust.at(x, y), band(x, y));
        let cloud = smooth((n - 0.36) * 2.4) * (0.25 + 0.75 * b);
        let base = c.sky[0].mix(c.sky[1], 0.12 + 0.88 * cloud).mix(c.sky[2], cloud * cloud * 0.8);
        let core = smooth((n * b - 0.40) * 4.5);
        let veil = smooth((dust.at(w - x, y) - 0.50) * 5.0) * b * 0.5;
        base.screen(c.second, cloud * smooth((0.55 - n) * 4.0) * 0.22)
            .screen(c.light, core * 0.75)
            .mix(c.near, veil)
    });
    for _ in 0..900 {
        let at = [rng.unit() * w, rng.unit() * h];
        let size = u / 1024.0 * (0.3 + 1.5 * rng.unit().powi(5));
        let colour = Rgb::hex(rng.pick([0xFFFFFF, 0xFFE9C8, 0xC9DBFF, 0xFFD0E0]));
        canvas.dab(at, at, size, colour, rng.range(0.25, 1.0));
        if rng.chance(0.025) {
            canvas.glow(at, size * 16.0, colour, 0.9);
        }
    }
    let centre = [w * rng.pick([0.24, 0.74]), h * rng.range(0.24, 0.36)];
    planet(canvas, scene, centre, u * rng.range(0.12, 0.19), &mut rng);
}

fn planet(canvas: &mut Canvas, scene: &Scene, at: Point, radius: f32, rng: &mut Rng) {
    let (c, seed, tilt) = (scene.colours, rng.seed(), rng.range(-0.5, -0.2));
    canvas.glow(at, radius * 2.2, c.accent.mix(c.light, 0.4), 0.45);
    let mask = canvas.mask(&outline("E 0 0 1 1", &Place::new(at[0], at[1], radius)));
    canvas.wash(&mask, |x, y, _| {
        let (dx, dy) = ((x as f32 - at[0]) / radius, (y as f32 - at[1]) / radius);
        let bands = fbm(dx * 0.8, (dy - dx * tilt) * 5.0 + fbm(dx * 2.0, dy * 2.0, 3, seed), 3, seed);
        let light = smooth(0.62 - dx * 0.45 + dy * 0.38 - (dx * dx + dy * dy) * 0.12);
        let colour = c.accent.mix(c.light, smooth((bands - 0.35) * 2.5) * 0.7);
        (c.near.mix(colour, light), 1.0)
    });
    for (scale, pen, wide) in [(1.55, c.light, 0.055), (1.78, c.second, 0.075), (1.98, c.light, 0.03)] {
        let place = Place { turn: tilt, ..Place::new(at[0], at[1], radius) };
        let ring: Vec<Point> = (-4..=76)
            .map(|i| i as f32 / 72.0 * TAU / 2.0)
            .map(|a| place.put([a.cos() * scale, a.sin() * scale * 0.30]))
            .collect();
        canvas.ink(&ring, radius * wide, pen, 0.7);
    }
}
