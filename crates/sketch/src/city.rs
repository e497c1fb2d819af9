//! A street at the foot of towers.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::noise::{Rng, lerp, smooth, speck, value};
use super::path::Point;
use super::scene::Scene;
use super::sky;

pub(super) fn paint(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("city");
    let h = canvas.h as f32;
    let street = h * 0.74;
    sky::paint(canvas, scene, street);
    for layer in 0..3 {
        skyline(canvas, scene, &mut rng, street, layer);
    }
    road(canvas, scene, street);
    lamps(canvas, scene, &mut rng, street);
}

fn skyline(canvas: &mut Canvas, scene: &Scene, rng: &mut Rng, foot: f32, layer: usize) {
    let (u, w, c) = (canvas.unit(), canvas.w as f32, scene.colours);
    let near = layer as f32 / 2.0;
    let haze = c.sky[2].mix(c.sky[1], 0.4);
    let mut x = -u * rng.range(0.02, 0.08);
    while x < w {
        let wide = u * rng.range(0.07, 0.13) * lerp(0.8, 1.35, near);
        let aside = ((x + wide * 0.5) / w - 0.5).abs() * 2.0;
        let rise = foot * lerp(0.62, 0.30 + 0.38 * aside, near) * rng.range(0.62, 1.2);
        let tone = c.far.mix(c.near, lerp(0.10, 0.94, near)).mix(haze, 0.30 * (1.0 - near));
        let tone = tone.mix(rng.pick([c.accent, c.second, c.sky[0], c.near]), 0.10);
        tower(canvas, scene, [x, foot - rise.min(foot * 0.92)], [wide, foot], tone, near, rng);
        x += wide * rng.range(0.86, 1.25);
    }
    canvas.rows(foot - u * 0.3, foot, |_, y, under| {
        under.mix(haze, 0.42 * smooth((y - foot + u * 0.3) / (u * 0.3)) * (1.0 - near))
    });
}

fn tower(
    canvas: &mut Canvas,
    scene: &Scene,
    [x, top]: Point,
    [wide, foot]: [f32; 2],
    tone: Rgb,
    near: f32,
    rng: &mut Rng,
) {
    let (u, c, seed) = (canvas.unit(), scene.colours, rng.seed());
    let crown: &[Point] = match rng.next() % 4 {
        0 => &[[0.2, 0.0], [0.2, 0.03], [0.8, 0.03], [0.8, 0.0]],
        1 => &[[0.5, 0.06]],
        2 => &[[0.46, 0.0], [0.5, 0.09], [0.54, 0.0]],
        _ => &[],
    };
    let mut roof = vec![[x, foot], [x, top]];
    roof.extend(crown.iter().map(|p| [x + wide * p[0], top - u * p[1]]));
    roof.extend([[x + wide, top], [x + wide, foot]]);
    let mask = canvas.mask(&vec![roof.clone()]);
    let columns = (wide / (u * lerp(0.014, 0.026, near))).floor().max(2.0);
    let cell = [wide / columns, u * lerp(0.018, 0.034, near)];
    let dark = scene.mood.is_dark() || scene.rain;
    let share = if dark { 0.44 } else { 0.22 };
    let lamp =
        [Rgb::hex(0xFFD98A), Rgb::hex(0xFFB765), Rgb::hex(0xFFF0C4), c.accent.mix(Rgb::hex(0xFFE0A0), 0.5)];
    canvas.wash(&mask, |px, py, _| {
        let (lx, ly) = ((px as f32 - x) / cell[0], (py as f32 - top) / cell[1]);
        let side = ((px as f32 - x) / wide - 0.5) * 0.34;
        let stain = value(px as f32 / u * 22.0, py as f32 / u * 13.0, seed) - 0.5;
        let wall = tone.mix(c.light, (-side * 0.5).max(0.0)).scale(1.0 - side * 0.5 + stain * 0.22);
        let (fx, fy) = (lx.fract(), ly.fract());
        let inside = fx > 0.26 && fx < 0.78 && fy > 0.26 && fy < 0.78 && ly > 0.4;
        if !inside {
            return (wall, 1.0);
        }
        let dice = speck(lx as i32, ly as i32, seed);
        if dice < share {
            let glass = lamp[(dice * 977.0) as usize % 4].scale(0.8 + 0.2 * fy);
            (wall.mix(glass, if dark { lerp(0.55, 0.95, near) } else { 0.6 }), 1.0)
        } else {
            (wall.mix(c.sky[1], if dark { 0.14 } else { 0.34 }), 1.0)
        }
    });
    canvas.ink(&roof, u * 0.0021, c.ink, 0.45 + 0.3 * near);
}

/// The road; in the rain it mirrors the street.
fn road(canvas: &mut Canvas, scene: &Scene, top: f32) {
    let (u, c, seed, w) = (canvas.unit(), scene.colours, scene.rng("road").seed(), canvas.w);
    let above: Vec<Rgb> = canvas.px[..top as usize * w].to_vec();
    let bottom = canvas.h as f32;
    let stone = c.near.mix(c.far, 0.30);
    let wet = if scene.rain { 0.80 } else { 0.26 };
    canvas.rows(top, bottom, |x, y, _| {
        let far = (y - top) / (bottom - top);
        let ripple = value(x / u * 9.0, y / u * lerp(130.0, 50.0, far), seed) - 0.5;
        let broad = value(x / u * 3.0, y / u * 10.0, seed ^ 5);
        let sx = (x + ripple * u * 0.03 * (0.3 + far)).clamp(0.0, w as f32 - 1.0) as usize;
        let sy = |k: f32| ((top - 2.0 - (y - top) * 1.7 - k * u * (0.01 + 0.04 * far)).max(0.0)) as usize;
        let mut light = [0.0; 3];
        for k in 0..4 {
            let from = above.get(sy(k as f32) * w + sx).copied().unwrap_or(c.near);
            (0..3).for_each(|i| light[i] += from.0[i] * 0.25);
        }
        let grain = 0.9 + 0.2 * value(x / u * 70.0, y / u * 150.0, seed);
        let puddle = smooth((broad - 0.30) * 3.0) * wet;
        stone
            .scale(grain * (1.05 - 0.35 * far))
            .mix(Rgb(light).screen(Rgb(light), 0.3), puddle * (0.95 - 0.35 * far))
    });
    let edge: Vec<Point> = (0..w).step_by(6).map(|x| [x as f32, top]).collect();
    canvas.ink(&edge, u * 0.003, c.ink, 0.6);
}

fn lamps(canvas: &mut Canvas, scene: &Scene, rng: &mut Rng, street: f32) {
    let (u, w, h, c) = (canvas.unit(), canvas.w as f32, canvas.h as f32, scene.colours);
    let lit = scene.mood.is_dark() || scene.rain;
    let warm = Rgb::hex(0xFFD08A);
    for i in 0..6 {
        let t = (i / 2) as f32 / 2.0;
        let side = if i % 2 == 0 { -1.0 } else { 1.0 };
        let x = w * (0.5 + side * lerp(0.13, 0.43, t) + rng.range(-0.01, 0.01));
        let foot = lerp(street + u * 0.01, h * 0.94, t * t);
        let tall = u * lerp(0.13, 0.50, t);
        let arm = -side * tall * 0.16;
        let head = [x + arm, foot - tall * 0.96];
        let pole = [[x, foot], [x, foot - tall * 0.94], [x + arm * 0.4, foot - tall], [x + arm, foot - tall]];
        canvas.ink(&pole, u * lerp(0.004, 0.011, t), c.ink, 0.95);
        if lit {
            canvas.glow(head, tall * 0.85, warm, 0.6);
            canvas.glow([head[0], foot + tall * 0.12], tall * 0.5, warm, 0.35);
            canvas.dab(
                [head[0], head[1]],
                [head[0], head[1] + tall * 0.02],
                tall * 0.035,
                Rgb::hex(0xFFF4D6),
                1.0,
            );
        } else {
            canvas.dab(head, head, tall * 0.04, c.light, 1.0);
        }
    }
}
