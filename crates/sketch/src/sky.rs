//! Everything above the horizon.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::noise::{Field, Rng, fbm, smooth, value};
use super::path::{Place, outline};
use super::scene::Scene;

/// Paints the sky down to `horizon` and returns where the sun or the moon is.
pub(super) fn paint(canvas: &mut Canvas, scene: &Scene, horizon: f32) -> [f32; 2] {
    let mut rng = scene.rng("sky");
    let u = canvas.unit();
    let centre = match (scene.subjects.is_empty(), scene.light_right) {
        (true, false) => rng.pick([0.3, 0.38]),
        (true, true) => rng.pick([0.62, 0.7]),
        (false, false) => 0.2,
        (false, true) => 0.8,
    };
    let high = if scene.moon { 0.30 } else { rng.range(0.40, 0.62) };
    let orb = [canvas.w as f32 * (centre + rng.range(-0.04, 0.04)), horizon * high];
    gradient(canvas, scene, horizon, orb, &mut rng);
    if scene.mood.is_dark() {
        stars(canvas, &mut rng, horizon);
    }
    let shines = ["sun", "moon", "star"].iter().any(|name| scene.shows(name));
    if !scene.rain && !shines {
        disc(canvas, scene, orb, u * rng.range(0.055, 0.085));
    }
    orb
}

fn gradient(canvas: &mut Canvas, scene: &Scene, horizon: f32, orb: [f32; 2], rng: &mut Rng) {
    let (u, seed, other) = (canvas.unit(), rng.seed(), rng.seed());
    let stretch = rng.range(2.2, 3.4);
    let clouds = Field::new(canvas.w, horizon as usize, 6, |x, y| {
        let (x, y) = (x / u * stretch, y / u * stretch * 2.1);
        let bend = value(x * 0.8, y * 0.8, other) * 1.2;
        fbm(x + bend, y + bend * 0.5, 4, seed)
    });
    let wash = Field::new(canvas.w, horizon as usize, 8, |x, y| fbm(x / u * 6.0, y / u * 6.0, 3, other));
    let c = &scene.colours;
    let dark = scene.mood.is_dark();
    let cover = if scene.rain { 0.40 } else { rng.range(0.50, 0.57) };
    let cloud = if dark { c.sky[2].mix(c.sky[1], 0.5) } else { c.light.mix(Rgb::WHITE, 0.35) };
    let underside = c.sky[1].mix(c.far, 0.55);
    canvas.soft_rows(0.0, horizon + 2.0, |x, y| {
        let paper = wash.at(x, y) - 0.5;
        let t = (y / horizon + paper * 0.16).clamp(0.0, 1.0);
        let base = if t < 0.55 {
            c.sky[0].mix(c.sky[1], smooth(t / 0.55))
        } else {
            c.sky[1].mix(c.sky[2], smooth((t - 0.55) / 0.45))
        };
        let (dx, dy) = ((x - orb[0]) / u, (y - orb[1]) / u);
        let near = 1.0 / (1.0 + 14.0 * (dx * dx + dy * dy));
        let base = base.screen(c.light, near * near * if dark { 0.30 } else { 0.42 });
        let puff = clouds.at(x, y);
        let body = smooth((puff - cover) / 0.16) * (0.82 - 0.35 * t);
        let lit = smooth((puff - clouds.at(x - dx.signum() * 9.0, y - 16.0)) * 7.0 + 0.5);
        base.mix(underside.mix(cloud, lit * 0.7 + near * 0.3), body * if dark { 0.45 } else { 0.72 })
    });
}

fn stars(canvas: &mut Canvas, rng: &mut Rng, horizon: f32) {
    let u = canvas.unit();
    for _ in 0..260 {
        let at = [rng.unit() * canvas.w as f32, rng.unit().powf(1.3) * horizon];
        let size = u / 1024.0 * (0.5 + 1.1 * rng.unit().powi(4));
        let colour = Rgb::hex(rng.pick([0xFFFFFF, 0xFFF1D0, 0xCFE0FF]));
        canvas.dab(at, at, size, colour, rng.range(0.35, 0.95));
        if rng.chance(0.06) {
            canvas.glow(at, size * 11.0, colour, 0.8);
        }
    }
}

fn disc(canvas: &mut Canvas, scene: &Scene, orb: [f32; 2], radius: f32) {
    let c = &scene.colours;
    canvas.glow(orb, radius * 6.5, c.light, 0.55);
    canvas.glow(orb, radius * 2.6, c.light, 0.5);
    let place = Place::new(orb[0], orb[1], radius);
    let mask = canvas.mask(&outline("E 0 0 1 1", &place));
    let seed = scene.rng("disc").seed();
    let (moon, light) = (scene.moon, c.light);
    canvas.wash(&mask, |x, y, _| {
        let crater = fbm(x as f32 / radius * 2.2, y as f32 / radius * 2.2, 3, seed);
        let shade = if moon { smooth((crater - 0.5) * 4.0) * 0.16 } else { 0.0 };
        (light.mix(Rgb::WHITE, 0.45).scale(1.0 - shade), 0.96)
    });
}

/// A few birds, far away.
pub(super) fn birds(canvas: &mut Canvas, scene: &Scene, horizon: f32) {
    let mut rng = scene.rng("birds");
    let (u, w) = (canvas.unit(), canvas.w as f32);
    let flock = [w * rng.range(0.2, 0.75), horizon * rng.range(0.22, 0.5)];
    for _ in 0..(3 + rng.next() % 5) {
        let size = u * rng.range(0.008, 0.017);
        let mut place =
            Place::new(flock[0] + u * rng.range(-0.13, 0.13), flock[1] + u * rng.range(-0.07, 0.07), size);
        place.turn = rng.range(-0.25, 0.25);
        for stroke in outline("M -1 -0.45 Q -0.5 -0.6 0 0 M 0 0 Q 0.4 -0.75 1 -0.5", &place) {
            canvas.ink(&stroke, u * 0.0026, scene.colours.ink, 0.75);
        }
    }
}
