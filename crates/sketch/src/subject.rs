//! The figures: small drawings in a 100 × 100 box, standing on y = 100, drawn with wash and ink.

use super::canvas::Canvas;
use super::cast::{Drawing, Member};
use super::colour::{Mood, Rgb};
use super::figures::{Part, Tone};
use super::noise::{Field, Rng, fbm};
use super::path::{Outline, Place, outline};
use super::scene::{Ground, Scene};

/// The most figures in one picture.
const MOST: usize = 3;

/// Draws what the prompt names, in front of the landscape.
pub(super) fn draw(canvas: &mut Canvas, scene: &Scene) {
    let mut rng = scene.rng("subjects");
    let seed = rng.seed();
    let grain = Field::new(canvas.w, canvas.h, 8, |x, y| fbm(x * 0.035, y * 0.035, 2, seed));
    let treat = scene.shows("cat") && scene.shows("ice cream");
    let is_shown = |subject: &&&Member| match subject.name {
        "ice cream" => !treat,
        "flower" => scene.subjects.len() == 1,
        _ => true,
    };
    let mut cast: Vec<&Member> = scene.subjects.iter().filter(is_shown).take(MOST).copied().collect();
    // A rainbow or an island stands behind all others.
    cast.sort_by_key(|subject| !is_backdrop(subject));
    let others = cast.iter().filter(|subject| !is_backdrop(subject)).count();
    let mut slot = 0;
    for subject in cast.iter().copied() {
        let alone = cast.len() == 1 || is_backdrop(subject);
        let share = if alone {
            rng.range(0.42, 0.58)
        } else {
            slot += 1;
            (slot as f32 - 0.5) / others as f32 + rng.range(-0.04, 0.04)
        };
        let place = place(canvas, scene, subject, share, others, &mut rng);
        let parts = subject.parts(treat, &mut rng);
        let figure = Figure { parts, place, tones: tones(scene, subject, &mut rng) };
        figure.draw(canvas, &grain, scene);
    }
}

fn is_backdrop(subject: &Member) -> bool {
    matches!(subject.name, "rainbow" | "cloud" | "island" | "waterfall" | "volcano" | "lightning")
}

fn place(
    canvas: &Canvas,
    scene: &Scene,
    subject: &Member,
    share: f32,
    others: usize,
    rng: &mut Rng,
) -> Place {
    let (w, h) = (canvas.w as f32, canvas.h as f32);
    let room = (h * 0.9).min(w * if others < 2 { 1.15 } else { 0.75 });
    let size = subject.size * rng.range(0.90, 1.04) * room;
    let foot = if subject.name == "rocket" && scene.ground != Ground::Space { 0.90 } else { subject.foot };
    let leans = subject.turns && matches!(subject.drawing, Drawing::Still(_));
    Place {
        flip: subject.turns && rng.chance(0.5),
        turn: if leans { rng.range(-0.035, 0.035) } else { 0.0 },
        ..Place::new(w * share, h * (foot + rng.range(-0.012, 0.012)), size / 100.0)
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

fn tones(scene: &Scene, subject: &Member, rng: &mut Rng) -> Tones {
    let c = &scene.colours;
    let coats = [0xE9A05C, 0xEDB27A, 0xA9A7B4, 0xF3E6D2, 0xD98E4E].map(Rgb::hex);
    let metals = [0x9FC3CC, 0xB9C4D6, 0xE0C39A, 0x8FB8B0].map(Rgb::hex);
    let gloom = match (scene.mood, subject.name) {
        (_, "stroller" | "rocket" | "astronaut" | "moon" | "star" | "candle" | "ghost" | "witch") => 0.06,
        (Mood::Neon, _) => 0.22,
        (mood, _) if mood.is_dark() => 0.38,
        _ => 0.06,
    };
    Tones {
        coat: scene.coat.or(subject.coat().map(Rgb::hex)).unwrap_or(rng.pick(coats)),
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
            let shape = centre(&part.path);
            if let Some(tone) = part.wash {
                Figure::wash(canvas, &shape, self.tones.of(tone), grain, part.flat, scene.light_right);
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

    /// Watercolour: granulated, lit from above and from one side, darker where the pigment gathers at the edge.
    fn wash(canvas: &mut Canvas, shape: &Outline, tone: Rgb, grain: &Field, flat: f32, light_right: bool) {
        let mask = canvas.mask(shape);
        let reach = (mask.w.min(mask.h) as f32 * 0.11).clamp(1.0, 60.0);
        let shadow = tone.multiply(Rgb::hex(0x8C6A8E), 0.75);
        let lit = tone.mix(Rgb::hex(0xFFF6DC), 0.5);
        let side = if light_right { -1.0 } else { 1.0 };
        let around = |k: f32, x: f32, y: f32| {
            let look = |i: i32| {
                let far = reach * k * (i as f32 + 0.5);
                mask.at((x + far * side) as i32 + mask.x0, (y + far * 1.1) as i32 + mask.y0)
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
