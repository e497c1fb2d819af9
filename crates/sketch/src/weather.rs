//! Rain and snow, in front of everything.

use super::canvas::Canvas;
use super::colour::Rgb;
use super::noise::value;
use super::scene::Scene;

pub(super) fn fall(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("weather");
    let (u, w, h) = (canvas.unit(), canvas.w as f32, canvas.h as f32);
    if scene.rain {
        let slant = rng.range(-0.22, -0.10);
        for _ in 0..620 {
            let near = rng.unit().powi(2);
            let length = u * (0.018 + 0.06 * near);
            let at = [rng.unit() * w * 1.1, rng.unit() * h];
            let to = [at[0] + slant * length, at[1] + length];
            canvas.dab(at, to, u * (0.0002 + 0.0009 * near), scene.colours.light, 0.12 + 0.26 * near);
        }
    }
    if scene.snow {
        for _ in 0..520 {
            let near = rng.unit().powi(3);
            let at = [rng.unit() * w, rng.unit() * h];
            let drift = u * 0.004 * near * value(at[0], at[1], 5);
            canvas.dab(
                at,
                [at[0] + drift, at[1] + drift],
                u * (0.0010 + 0.0050 * near),
                Rgb::WHITE,
                0.85 - 0.4 * near,
            );
        }
    }
}
