//! The figures: small drawings in a 100 × 100 box, standing on y = 100, drawn with wash and ink.

use super::canvas::Canvas;
use super::colour::{Mood, Rgb};
use super::figures::{self, Part, Tone};
use super::noise::{Field, Rng, fbm};
use super::path::{Outline, Place, outline};
use super::scene::{Ground, Scene, Subject};
use super::things;

/// Draws what the prompt names, in front of the landscape.
pub(super) fn draw(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("subjects");
    let seed = rng.seed();
    let grain = Field::new(canvas.w, canvas.h, 8, |x, y| fbm(x * 0.035, y * 0.035, 2, seed));
    let treat = scene.subjects.contains(&Subject::Cat) && scene.subjects.contains(&Subject::IceCream);
    let cast: Vec<Subject> = scene
        .subjects
        .iter()
        .copied()
        .filter(|subject| match subject {
            Subject::IceCream => !treat,
            Subject::Flower => scene.subjects.len() == 1,
            _ => true,
        })
        .take(3)
        .collect();
    let (w, h) = (canvas.w as f32, canvas.h as f32);
    for (i, subject) in cast.iter().enumerate() {
        let slot = (i as f32 + 0.5) / cast.len() as f32;
        let share = if cast.len() == 1 { rng.range(0.46, 0.54) } else { slot };
        let (size, foot) = stance(*subject, scene.ground);
        let size = size * (h * 0.9).min(w * if cast.len() == 1 { 1.15 } else { 0.75 });
        let place = Place::new(w * share, h * foot, size / 100.0);
        let figure = Figure { parts: parts(*subject, treat), place, tones: tones(scene, *subject, &mut rng) };
        figure.draw(canvas, &grain, scene);
    }
}

/// Height as a share of the canvas, and the position of the feet.
fn stance(subject: Subject, ground: Ground) -> (f32, f32) {
    match subject {
        Subject::Cat => (0.84, 0.94),
        Subject::IceCream | Subject::Flower => (0.74, 0.94),
        Subject::Robot => (0.78, 0.92),
        Subject::House => (0.50, 0.86),
        Subject::Tree => (0.66, 0.86),
        Subject::Boat => (0.42, 0.80),
        Subject::Lighthouse => (0.66, 0.80),
        Subject::Balloon => (0.46, 0.56),
        Subject::Rocket if ground == Ground::Space => (0.62, 0.80),
        Subject::Rocket => (0.70, 0.90),
        Subject::Stroller => (0.36, 0.93),
    }
}

fn parts(subject: Subject, treat: bool) -> Vec<Part> {
    match subject {
        Subject::Cat if treat => [figures::CAT, figures::CAT_HAPPY, figures::CAT_TREAT].concat(),
        Subject::Cat => [figures::CAT, figures::CAT_EYES, figures::CAT_PAWS].concat(),
        Subject::IceCream => figures::ICE_CREAM.to_vec(),
        Subject::Robot => figures::ROBOT.to_vec(),
        Subject::House => things::HOUSE.to_vec(),
        Subject::Tree => things::TREE.to_vec(),
        Subject::Boat => things::BOAT.to_vec(),
        Subject::Flower => things::FLOWER.to_vec(),
        Subject::Rocket => things::ROCKET.to_vec(),
        Subject::Lighthouse => things::LIGHTHOUSE.to_vec(),
        Subject::Balloon => things::BALLOON.to_vec(),
        Subject::Stroller => things::STROLLER.to_vec(),
    }
}

struct Tones {
    coat: Rgb,
    metal: Rgb,
    accent: Rgb,
    second: Rgb,
    ink: Rgb,
    leaf: Rgb,
    ambient: Rgb,
    gloom: f32,
}

fn tones(scene: &Scene, subject: Subject, rng: &mut Rng) -> Tones {
    let c = &scene.colours;
    let coats = [0xE9A05C, 0xEDB27A, 0xA9A7B4, 0xF3E6D2, 0xD98E4E].map(Rgb::hex);
    let metals = [0x9FC3CC, 0xB9C4D6, 0xE0C39A, 0x8FB8B0].map(Rgb::hex);
    let gloom = match (scene.mood, subject) {
        (_, Subject::Stroller | Subject::Rocket) => 0.06,
        (Mood::Neon, _) => 0.22,
        (mood, _) if mood.is_dark() => 0.38,
        _ => 0.06,
    };
    Tones {
        coat: scene.coat.unwrap_or(rng.pick(coats)),
        metal: rng.pick(metals),
        accent: c.accent,
        second: c.second,
        ink: c.ink.mix(Rgb::hex(0x2A1F24), 0.5),
        leaf: c.ground.mix(c.near, 0.35),
        ambient: c.sky[1],
        gloom,
    }
}

impl Tones {
    fn of(&self, tone: Tone) -> Rgb {
        let plain = match tone {
            Tone::Coat => self.coat,
            Tone::CoatDark => self.coat.multiply(Rgb::hex(0xA8705C), 0.75),
            Tone::CoatPale => self.coat.mix(Rgb::hex(0xFFF8EC), 0.78),
            Tone::Metal => self.metal,
            Tone::MetalDark => self.metal.multiply(Rgb::hex(0x6B7480), 0.9),
            Tone::Accent => self.accent,
            Tone::Second => self.second,
            Tone::Leaf => self.leaf,
            Tone::Ink => return self.ink,
            Tone::Lamp => return Rgb::hex(0xFFE8A8),
            Tone::Hex(code) => Rgb::hex(code),
        };
        plain.mix(plain.multiply(self.ambient, 1.0), self.gloom * 1.6).mix(self.ambient, self.gloom * 0.25)
    }
}

struct Figure {
    parts: Vec<Part>,
    place: Place,
    tones: Tones,
}

impl Figure {
    fn draw(&self, canvas: &mut Canvas, grain: &Field, scene: &Scene) {
        let centre = |path: &str| -> Outline {
            let mut lines = outline(path, &Place::new(-50.0, -100.0, 1.0));
            lines.iter_mut().flatten().for_each(|p| *p = self.place.put(*p));
            lines
        };
        let line = self.place.scale * 0.62;
        for part in &self.parts {
            let shape = centre(part.path);
            if let Some(tone) = part.wash {
                self.wash(canvas, &shape, self.tones.of(tone), grain, part.flat);
            }
            if part.shade {
                canvas.fill(&shape, scene.colours.ink, 0.20);
            }
            if part.ink > 0.0 {
                for stroke in &shape {
                    let mut stroke = stroke.clone();
                    if part.wash.is_some() {
                        stroke.extend(stroke.first().copied());
                    }
                    canvas.ink(&stroke, (line * part.ink).max(0.8), self.tones.of(part.pen), 0.88);
                }
            }
        }
    }

    /// Watercolour: granulated, lit from the upper left, darker where the pigment gathers at the edge.
    fn wash(&self, canvas: &mut Canvas, shape: &Outline, tone: Rgb, grain: &Field, flat: f32) {
        let mask = canvas.mask(shape);
        let reach = (mask.w.min(mask.h) as f32 * 0.11).clamp(1.0, 60.0);
        let shadow = tone.multiply(Rgb::hex(0x8C6A8E), 0.75);
        let lit = tone.mix(Rgb::hex(0xFFF6DC), 0.5);
        let around = |k: f32, x: f32, y: f32| {
            let look = |i: i32| {
                let far = reach * k * (i as f32 + 0.5);
                mask.at((x + far) as i32 + mask.x0, (y + far * 1.1) as i32 + mask.y0)
            };
            1.0 - (0..8).map(look).sum::<f32>() / 8.0
        };
        let (w, h) = (mask.w as usize, mask.h as usize);
        let dark = Field::new(w, h, 4, |x, y| around(0.26, x, y));
        let bright = Field::new(w, h, 4, |x, y| around(-0.17, x, y));
        canvas.wash(&mask, |x, y, _| {
            let (mx, my) = ((x - mask.x0) as f32, (y - mask.y0) as f32);
            let g = grain.at(x as f32, y as f32) - 0.5;
            let colour = tone.mix(shadow, (dark.at(mx, my) * 0.8) * (1.0 - flat));
            let colour = colour.mix(lit, bright.at(mx, my) * 0.5 * (1.0 - flat));
            (colour.scale(1.0 + g * 0.15), 0.97)
        });
    }
}
