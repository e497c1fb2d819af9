//! Firs: one, a line of them, a forest in the mist.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::noise::{Rng, lerp, smooth, value};
use super::path::Point;
use super::scene::Scene;

pub(super) fn forest(canvas: &mut Canvas, scene: &Scene, horizon: f32, rng: &mut Rng) {
    let (u, c, h) = (canvas.unit(), scene.colours, canvas.h as f32);
    for layer in 0..4 {
        let t = (layer as f32 + 0.5) / 4.0;
        let foot = lerp(horizon + h * 0.02, h * 0.99, t);
        let tone = c.far.mix(c.near, t).mix(c.sky[2], 0.4 * (1.0 - t));
        let mist = c.sky[2];
        let floor = c.ground.mix(c.sky[2], 0.6 * (1.0 - t)).multiply(c.near, 0.5 * t);
        canvas.rows(foot - u * 0.10, h, |_, y, under| {
            let t = smooth((y - foot + u * 0.10) / (u * 0.12));
            under.mix(floor.mix(mist, 0.25), 0.85 * t)
        });
        let gap = u * lerp(0.035, 0.16, t);
        let mut x = -gap * rng.unit();
        while x < canvas.w as f32 + gap {
            let aside = ((x / canvas.w as f32 - 0.5).abs() * 2.0).powi(2);
            if layer < 3 || aside > 0.3 {
                let tall = u * lerp(0.17, 0.62, t * t) * rng.range(0.75, 1.2);
                fir(canvas, scene, [x, foot + u * rng.range(-0.015, 0.02)], tall, tone, rng);
            }
            x += gap * rng.range(0.7, 1.5);
        }
    }
}

/// A line of firs standing on `foot`, thicker at the sides.
pub(super) fn line_of_firs(canvas: &mut Canvas, scene: &Scene, rng: &mut Rng, foot: f32) {
    let (u, w) = (canvas.unit(), canvas.w as f32);
    let tone = scene.colours.near.mix(scene.colours.far, 0.22);
    let mut x = -u * 0.02;
    while x < w + u * 0.02 {
        let aside = ((x / w - 0.5).abs() * 2.0).powf(1.5);
        let tall = u * (0.03 + 0.10 * aside) * rng.range(0.6, 1.3);
        fir(canvas, scene, [x, foot + u * 0.008], tall, tone, rng);
        x += u * rng.range(0.010, 0.030);
    }
}

pub(super) fn fir(canvas: &mut Canvas, scene: &Scene, [x, foot]: Point, tall: f32, tone: Rgb, rng: &mut Rng) {
    let tiers = if tall > 70.0 { 11 } else { 6 };
    let (mut left, mut right) = (vec![[x, foot - tall]], Vec::new());
    for i in 0..tiers {
        let t = (i as f32 + 1.0) / tiers as f32;
        let y = foot - tall * (1.0 - t * 0.93);
        let reach = tall * 0.21 * t.powf(0.85);
        left.push([x - reach * rng.range(0.8, 1.15), y + tall * 0.012]);
        left.push([x - reach * 0.45, y - tall * 0.018]);
        right.push([x + reach * rng.range(0.8, 1.15), y + tall * 0.012]);
        right.push([x + reach * 0.45, y - tall * 0.018]);
    }
    left.extend([[x - tall * 0.016, foot - tall * 0.07], [x - tall * 0.016, foot]]);
    left.extend([[x + tall * 0.016, foot], [x + tall * 0.016, foot - tall * 0.07]]);
    left.extend(right.into_iter().rev());
    let mask = canvas.mask(&vec![left]);
    let (snowy, seed, c) = (scene.snow, rng.seed(), scene.colours);
    canvas.wash(&mask, |px, py, _| {
        let side = (px as f32 - x) / (tall * 0.2);
        let tuft = value(px as f32 / tall * 30.0, py as f32 / tall * 42.0, seed);
        let colour = tone.mix(c.light, (-side * 0.10 + tuft * 0.12 - 0.02).clamp(0.0, 0.3));
        let frost = if snowy && tuft > 0.55 { 0.75 } else { 0.0 };
        (colour.mix(Rgb::WHITE, frost), 0.97)
    });
}
