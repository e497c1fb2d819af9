//! Ridges, water, woods and meadows.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::noise::{Field, Rng, fbm, lerp, smooth, speck, value};
use super::path::{Place, Point, outline};
use super::scene::{Ground, Scene};
use super::sky;
use super::woods::{fir, forest, line_of_firs};

/// A landscape from the sky to the grass in the foreground.
pub(super) fn paint(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("land");
    let h = canvas.h as f32;
    let horizon = h * match scene.ground {
        Ground::Lake => 0.60,
        Ground::Sea => 0.56,
        Ground::Meadow => 0.62,
        Ground::Forest => 0.72,
        _ => 0.66,
    };
    let orb = sky::paint(canvas, scene, (horizon + h * 0.08).min(h));
    match scene.ground {
        Ground::Sea => sea(canvas, scene, horizon, orb),
        Ground::Forest => {
            range(canvas, scene, &mut rng, horizon, 0.7, 1);
            forest(canvas, scene, horizon, &mut rng);
        }
        Ground::Dunes | Ground::Ice => {
            range(canvas, scene, &mut rng, horizon, 0.5, 2);
            rolling(canvas, scene, &mut rng, horizon, 3);
        }
        Ground::Meadow => {
            range(canvas, scene, &mut rng, horizon, 0.55, 2);
            rolling(canvas, scene, &mut rng, horizon, 3);
            meadow(canvas, scene, horizon + h * 0.16);
        }
        Ground::Lake => {
            range(canvas, scene, &mut rng, horizon, 1.0, 3);
            line_of_firs(canvas, scene, &mut rng, horizon);
            water(canvas, scene, horizon, h, orb);
            shore(canvas, scene, &mut rng);
        }
        _ => {
            range(canvas, scene, &mut rng, horizon + h * 0.06, 1.25, 4);
            rolling(canvas, scene, &mut rng, horizon + h * 0.12, 1);
            line_of_firs(canvas, scene, &mut rng, horizon + h * 0.24);
        }
    }
    if !scene.mood.is_dark() {
        sky::birds(canvas, scene, horizon);
    }
}

/// Mountains, paler the farther away; `tall` scales them.
fn range(canvas: &mut Canvas, scene: &Scene, rng: &mut Rng, foot: f32, tall: f32, count: usize) {
    let u = canvas.unit();
    let c = &scene.colours;
    for i in 0..count {
        let depth = (i as f32 + 0.6) / count as f32;
        let rise = u * tall * lerp(0.44, 0.15, depth);
        let (seed, zoom) = (rng.seed(), lerp(1.7, 2.8, depth));
        let heights: Vec<f32> = (0..canvas.w + 64)
            .map(|x| {
                let x = x as f32 / u * zoom;
                let peaks = |x: f32, seed| 1.0 - (2.0 * value(x, 0.5, seed) - 1.0).abs();
                let body =
                    0.55 * peaks(x, seed) + 0.30 * peaks(x * 2.3, seed ^ 1) + 0.16 * peaks(x * 5.1, seed ^ 2);
                foot - rise * (body + 0.14 * fbm(x * 9.0, 9.5, 3, seed) - 0.08) + u * 0.05 * depth
            })
            .collect();
        let tone = c.far.mix(c.near, depth * 0.72).mix(c.sky[2], 0.30 * (1.0 - depth));
        let snow = tall > 0.9 && i < 2 || scene.snow;
        ridge(canvas, scene, &heights, foot + canvas.h as f32 * 0.09, tone, snow);
    }
}

fn ridge(canvas: &mut Canvas, scene: &Scene, heights: &[f32], foot: f32, tone: Rgb, snow: bool) {
    let relief = if matches!(scene.ground, Ground::Peaks | Ground::Lake) { 1.5 } else { 0.45 };
    let seed = heights[0].to_bits();
    let (u, c) = (canvas.unit(), scene.colours);
    let top = heights.iter().copied().fold(f32::MAX, f32::min);
    let warp = Field::new(canvas.w, foot as usize, 5, |x, y| fbm(x / u * 7.0, y / u * 6.0, 3, seed));
    let reach = (u * 0.012) as usize + 1;
    let last = (heights.len() - 1 - reach) as f32;
    let (lit, dark) = (tone.mix(c.light, 0.26), tone.multiply(c.near.mix(c.far, 0.4), 0.42));
    let mist = c.sky[2].mix(c.far, 0.3);
    let cap = c.light.mix(Rgb::WHITE, 0.6).mix(c.sky[1], 0.12);
    canvas.rows(top - 1.0, foot, |x, y, under| {
        let edge = heights[x as usize];
        let cover = (y + 1.0 - edge).clamp(0.0, 1.0);
        if cover <= 0.0 {
            return under;
        }
        let depth = (y - edge).max(0.0);
        let grain = warp.at(x, y);
        let slid = (x + (grain - 0.5) * depth * 2.4 + depth * 0.25).clamp(reach as f32, last) as usize;
        let slope = (heights[slid - reach] - heights[slid + reach]) / (2.0 * reach as f32);
        let side = smooth(slope * relief + 0.5 + (grain - 0.5) * 0.6);
        let mut colour = dark.mix(lit, side);
        let line = (edge - top) * 0.75 + depth * 0.9;
        if snow && line < u * 0.16 * (grain * 1.7 - 0.15) {
            colour = cap.mix(tone.mix(c.sky[0], 0.4), (1.0 - side) * 0.62);
        }
        let haze = smooth(depth / (u * 0.30)) * 0.62;
        under.mix(colour.scale(0.95 + grain * 0.1).mix(mist, haze), cover)
    });
    contour(canvas, scene, heights);
}

/// A thin line along an edge, with gaps.
fn contour(canvas: &mut Canvas, scene: &Scene, heights: &[f32]) {
    let (u, mut rng) = (canvas.unit(), scene.rng("contour"));
    let mut x = 0.0;
    while x < canvas.w as f32 {
        let end = (x + u * rng.range(0.10, 0.4)).min(canvas.w as f32);
        let line: Vec<Point> =
            (x as usize..end as usize).step_by(4).map(|x| [x as f32, heights[x] - u * 0.001]).collect();
        canvas.ink(&line, u * 0.0021, scene.colours.ink, 0.62);
        x = end + u * rng.range(0.0, 0.05);
    }
}

/// Soft hills or dunes down to the bottom edge.
fn rolling(canvas: &mut Canvas, scene: &Scene, rng: &mut Rng, top: f32, count: usize) {
    let (u, c) = (canvas.unit(), scene.colours);
    let room = canvas.h as f32 - top;
    for i in 0..count {
        let t = (i as f32 + 0.35) / count as f32;
        let (seed, zoom) = (rng.seed(), lerp(1.4, 0.9, t));
        let heights: Vec<f32> = (0..canvas.w + 64)
            .map(|x| top + room * t * 0.62 - u * 0.10 * (fbm(x as f32 / u * zoom, 3.5, 2, seed) - 0.35))
            .collect();
        let tone = c.ground.mix(c.far.mix(c.sky[2], 0.3), 0.45 * (1.0 - t));
        let brush = Field::new(canvas.w, canvas.h, 5, |x, y| fbm(x / u * 6.0, y / u * 26.0, 3, seed));
        let bottom = if i + 1 == count {
            canvas.h as f32
        } else {
            top + room * (t + 1.0 / count as f32) * 0.62 + u * 0.05
        };
        let (light, deep) = (tone.mix(c.light, 0.35), tone.multiply(c.near, 0.5));
        canvas.rows(top - u * 0.2, bottom, |x, y, under| {
            let cover = (y + 1.0 - heights[x as usize]).clamp(0.0, 1.0);
            let depth = ((y - heights[x as usize]) / (u * 0.22)).max(0.0);
            let g = brush.at(x, y - heights[x as usize] * 0.5);
            let colour = light.mix(deep, (depth * 0.5 + (g - 0.5) * 1.1 + 0.12).clamp(0.0, 1.0));
            under.mix(colour, cover)
        });
        contour(canvas, scene, &heights);
    }
}

/// A mirror of what stands above `top`, broken by ripples, with a glitter path below the light.
pub(super) fn water(canvas: &mut Canvas, scene: &Scene, top: f32, bottom: f32, orb: Point) {
    let (u, c, seed) = (canvas.unit(), scene.colours, scene.rng("water").seed());
    let ripple = Field::new(canvas.w, canvas.h, 3, |x, y| {
        let far = ((y - top) / u).max(0.002);
        value(x / u * 2.2 / (far + 0.10), 1.9 * (far * 900.0).sqrt(), seed)
    });
    let above: Vec<Rgb> = canvas.px[..(top as usize * canvas.w)].to_vec();
    let w = canvas.w;
    let glitter = if scene.rain { 0.0 } else { 0.85 };
    let deep = c.near.mix(c.sky[0], 0.5);
    canvas.rows(top, bottom, |x, y, _| {
        let far = (y - top) / (bottom - top);
        let wave = ripple.at(x, y) - 0.5;
        let sx = (x + wave * u * 0.14 * (0.25 + far)).clamp(0.0, w as f32 - 1.0) as usize;
        let sy = (top - 1.0 - (y - top) * 0.96 + wave * u * 0.11 * far).clamp(0.0, top - 1.0) as usize;
        let mirror = above.get(sy * w + sx).copied().unwrap_or(c.sky[1]);
        let (ox, oy) = ((sx as f32 - orb[0]) / u, (sy as f32 - orb[1]) / u);
        let disc = smooth(1.9 - (ox * ox + oy * oy) * 150.0);
        let mirror = mirror.mix(c.sky[1].mix(c.sky[2], 0.35), disc * 0.9);
        let colour = mirror.mix(deep, 0.16 + 0.34 * far + wave.abs() * 0.25);
        let path = (1.0 - (x - orb[0]).abs() / (u * (0.05 + 0.11 * far))).max(0.0);
        let spark = smooth((wave - 0.10) * 7.0) * path * glitter;
        colour.screen(c.light, spark + smooth((wave - 0.26) * 9.0) * 0.12)
    });
}

fn sea(canvas: &mut Canvas, scene: &Scene, horizon: f32, orb: Point) {
    let (u, c, h) = (canvas.unit(), scene.colours, canvas.h as f32);
    let mut rng = scene.rng("sea");
    if rng.chance(0.6) {
        range(canvas, scene, &mut rng, horizon, 0.38, 1);
    }
    water(canvas, scene, horizon, h, orb);
    for _ in 0..120 {
        let t = rng.unit().powf(1.4);
        let y = lerp(horizon + u * 0.012, h * 0.9, t);
        let (x, half) = (rng.unit() * canvas.w as f32, u * lerp(0.008, 0.07, t));
        let place = Place::new(x, y, half);
        for stroke in outline("M -1 0 Q -0.5 -0.16 0 0 Q 0.5 0.12 1 -0.02", &place) {
            let pen = if rng.chance(0.6) { c.light } else { c.near };
            canvas.ink(&stroke, u * lerp(0.0015, 0.0042, t), pen, 0.42);
        }
    }
    let seed = rng.seed();
    let beach = move |x: f32| h * 0.91 - u * 0.07 * (fbm(x / u * 1.3, 0.5, 3, seed) - 0.4);
    let (sand, foam) =
        (Rgb::hex(0xE9D2A4).mix(c.sky[2], 0.25).multiply(c.sky[1], 0.3), c.light.mix(Rgb::WHITE, 0.5));
    canvas.rows(h * 0.8, h, |x, y, under| {
        let depth = (y - beach(x)) / u;
        let lace = value(x / u * 40.0, y / u * 90.0, seed) * 0.012;
        let wet = under.mix(foam, smooth((depth + 0.012 + lace) * 130.0) * 0.85);
        let grain = 0.92 + 0.14 * value(x / u * 90.0, y / u * 160.0, seed);
        let dry = sand.scale(grain).multiply(c.far, 0.5 * (1.0 - smooth(depth * 18.0)));
        wet.mix(dry, smooth((depth - 0.004 + lace) * 140.0))
    });
}

/// The near bank of a lake, with firs on one side and reeds on the other.
fn shore(canvas: &mut Canvas, scene: &Scene, rng: &mut Rng) {
    let (u, w, h, c) = (canvas.unit(), canvas.w as f32, canvas.h as f32, scene.colours);
    let left = rng.chance(0.5);
    let seed = rng.seed();
    let from = |x: f32| if left { x / w } else { 1.0 - x / w };
    let bank = c.near.mix(c.ground, 0.35);
    canvas.rows(h * 0.75, h, |x, y, under| {
        let edge = h * (0.86 + 0.13 * smooth(from(x) * 1.5)) - u * 0.03 * fbm(x / u * 7.0, 1.5, 4, seed);
        under.mix(bank.scale(0.8 + 0.4 * value(x / u * 60.0, y / u * 25.0, seed)), (y - edge).clamp(0.0, 1.0))
    });
    for i in 0..4 {
        let x = w * (0.02 + 0.075 * i as f32 + rng.range(0.0, 0.03));
        let x = if left { x } else { w - x };
        let tall = u * (0.50 - 0.085 * i as f32) * rng.range(0.85, 1.1);
        fir(canvas, scene, [x, h * (0.90 + 0.014 * i as f32)], tall, c.near.scale(0.85), rng);
    }
    for _ in 0..46 {
        let x = w * rng.range(0.45, 1.0);
        let x = if left { x } else { w - x };
        let place = Place::new(x, h + 2.0, u * rng.range(0.04, 0.12));
        let path = rng.pick(["M 0 0 Q 0 -0.6 0.16 -1", "M 0 0 Q 0 -0.6 -0.14 -1", "M 0 0 Q 0 -0.5 0.4 -0.8"]);
        for blade in outline(path, &place) {
            canvas.ink(&blade, u * 0.0042, c.near.scale(0.8), 0.92);
        }
    }
}

/// Grass strokes and, where wanted, flowers, larger towards the viewer.
fn meadow(canvas: &mut Canvas, scene: &Scene, top: f32) {
    let (u, w, h, c) = (canvas.unit(), canvas.w as f32, canvas.h as f32, scene.colours);
    let mut rng = scene.rng("meadow");
    let petals = [c.accent, c.second, c.light, c.accent.mix(c.light, 0.45)];
    let count = 520;
    for i in 0..count {
        let t = i as f32 / count as f32;
        let y = lerp(top, h * 1.03, t);
        let size = u * lerp(0.012, 0.055, t) * rng.range(0.7, 1.3);
        let place = Place { flip: rng.chance(0.5), ..Place::new(w * rng.unit(), y, size) };
        let tone = c.ground.mix(if rng.chance(0.5) { c.near } else { c.light }, rng.range(0.08, 0.5));
        for blade in outline("M 0 0 Q 0.05 -0.6 0.35 -1", &place) {
            canvas.ink(&blade, u * lerp(0.0022, 0.0055, t), tone, 0.8);
        }
        let share = if scene.blooms { 0.30 } else { 0.08 };
        if !scene.snow && speck(i, 3, 77) < share {
            flower(canvas, place.put([0.35, -1.0]), size * 0.30, rng.pick(petals), &mut rng, c.second);
        }
    }
}

fn flower(canvas: &mut Canvas, [x, y]: Point, size: f32, petal: Rgb, rng: &mut Rng, heart: Rgb) {
    let turn = rng.unit();
    for i in 0..5 {
        let place = Place { turn: turn + i as f32 * 1.257, ..Place::new(x, y, size) };
        canvas.fill(&outline("E 0.62 0 0.52 0.36", &place), petal.scale(rng.range(0.88, 1.04)), 0.95);
    }
    canvas.dab([x, y], [x, y], size * 0.30, heart.mix(Rgb::WHITE, 0.15), 0.95);
}
