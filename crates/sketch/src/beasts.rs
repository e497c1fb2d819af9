//! Animals on four legs: one body plan, and a table of what each makes of it. They look to the right.

use super::figures::{Part, Tone, flat, shade, shape};
use super::noise::Rng;
use super::path::Point;

mod animals;
mod features;

pub(super) use animals::*;
use features::*;

/// What varies from one picture to the next: how far the legs swing.
struct Pose {
    stride: f32,
}

impl Beast {
    pub(super) fn parts(&self, rng: &mut Rng) -> Vec<Part> {
        let pose = Pose { stride: rng.range(-7.0, 7.0) };
        let mut body = *self;
        body.head[1] += rng.range(-2.0, 4.0);
        let mut parts = vec![shade("E 50 98.5 36 3.2")];
        parts.extend(body.tail());
        if body.has(Extra::Wings) {
            parts.push(FAR_WING);
        }
        parts.extend(body.legs(&pose, true));
        parts.extend(body.legs(&pose, false));
        parts.extend(body.mane());
        parts.push(shape(Tone::Coat, "").along(body.torso()));
        parts.extend(body.pattern());
        if body.has(Extra::Wings) {
            parts.extend(WING.iter().cloned());
        }
        parts.extend(body.face());
        parts
    }

    fn has(&self, extra: Extra) -> bool {
        self.extras.contains(&extra)
    }

    /// The body with its neck, as one smooth line from the rump over the back to the head and along the belly back.
    fn torso(&self) -> String {
        let [rump, shoulder, back, belly] = self.trunk;
        let [hx, hy, r] = self.head;
        let deep = belly - back;
        let (from, to) = ([shoulder, back + deep * 0.35], [hx - r * 0.3, hy + r * 0.4]);
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = (dx * dx + dy * dy).sqrt();
        let (nx, ny) = (dy / length * self.neck, -dx / length * self.neck);
        let [mx, my] = [(from[0] + to[0]) / 2.0, (from[1] + to[1]) / 2.0];
        let middle = (rump + shoulder) / 2.0;
        smooth(&[
            [rump - 4.0, back + deep * 0.45],
            [rump + 2.0, back + deep * 0.06],
            [middle, back],
            [shoulder - 5.0, back - deep * 0.02],
            [mx + nx * 1.15, my + ny * 1.15],
            [to[0] + nx * 0.9, to[1] + ny * 0.9],
            [to[0] - nx * 0.9, to[1] - ny * 0.9],
            [mx - nx * 1.2, my - ny * 1.2],
            [shoulder + 8.0, back + deep * 0.62],
            [shoulder, belly + deep * 0.02],
            [middle, belly],
            [rump + 8.0, belly - deep * 0.02],
            [rump - 2.0, back + deep * 0.85],
        ])
    }

    fn legs(&self, pose: &Pose, far: bool) -> Vec<Part> {
        let [rump, shoulder, back, belly] = self.trunk;
        let hip = back + (belly - back) * 0.6;
        let (shift, swing, floor) = if far { (5.0, -pose.stride, 96.0) } else { (0.0, pose.stride, 98.0) };
        let (w, knee) = (self.leg, (hip + floor) / 2.0);
        let mut parts = Vec::new();
        for (x, bend, swing) in [(rump + 3.0 + shift, -3.0, swing), (shoulder - 1.0 + shift, 1.5, -swing)] {
            let (foot, wide, kx) = (x + swing * 0.8, w * 1.7, x + bend + swing * 0.3);
            let (ankle, thin) = (floor - w * 0.3, w * 0.85);
            let leg = format!("W {x} {hip} {wide} {kx} {knee} {w} {foot} {ankle} {thin}");
            parts.push(shape(Tone::Coat, "").along(leg.clone()));
            if self.foot != 0 {
                parts.push(HOOF.at([foot, floor], [w, 1.0]).toned(Tone::Metal, Tone::Hex(self.foot)));
            }
            if far {
                // It is in the shadow of the body.
                parts.push(shade("").along(leg));
            }
        }
        parts
    }

    fn tail(&self) -> Vec<Part> {
        let [rump, _, back, belly] = self.trunk;
        let (at, low) = ([rump - 1.0, back + 4.0], [1.0, (belly - back) / 20.0]);
        let (parts, units) = match self.tail {
            Tail::Raised => (RAISED, [1.0, 1.0]),
            Tail::Bushy if self.has(Extra::WhiteTip) => (BRUSH, [1.0, 1.0]),
            Tail::Bushy => (&BRUSH[..1], [1.0, 1.0]),
            Tail::Hair => (HAIR, [1.0, 1.0]),
            Tail::Tuft => (TUFT, [1.0, 1.0]),
            Tail::Curl => (CURL, [1.0, 1.0]),
            Tail::Stub => (STUB, [1.0, 1.0]),
            Tail::Thin => (THIN, low),
            Tail::None => return Vec::new(),
        };
        parts.iter().map(|part| part.at(at, units).toned(Tone::Metal, self.hair())).collect()
    }

    fn hair(&self) -> Tone {
        let hair = self
            .extras
            .iter()
            .find_map(|extra| if let Extra::Mane(code) = extra { Some(*code) } else { None });
        hair.map_or(Tone::Coat, Tone::Hex)
    }

    /// What runs down the neck.
    fn mane(&self) -> Option<Part> {
        let [_, shoulder, back, _] = self.trunk;
        let [hx, hy, r] = self.head;
        let (x, y) = ((shoulder + hx) / 2.0 - 7.0, (back + hy) / 2.0 - 3.0);
        let (left, top) = (hx - r * 0.2, hy - r);
        let path = format!("W {} {} 9 {x} {y} 13 {left} {top} 5", shoulder - 8.0, back - 1.0);
        (self.hair() != Tone::Coat).then(|| shape(self.hair(), "").along(path))
    }

    /// In units of the trunk: 0 and 1 are rump and shoulder, back and belly.
    fn pattern(&self) -> Vec<Part> {
        let [rump, shoulder, back, belly] = self.trunk;
        let (wide, deep) = (shoulder - rump, belly - back);
        let mut parts = Vec::new();
        for extra in self.extras {
            let (table, tone): (&[Part], _) = match extra {
                Extra::Stripes(code) => (STRIPES, *code),
                Extra::Spots(code) => (SPOTS, *code),
                Extra::Patches(code) => (PATCHES, *code),
                Extra::Udder => (UDDER, 0xF2B4B4),
                Extra::Wool => (&[], 0),
                _ => continue,
            };
            parts.extend(
                table
                    .iter()
                    .map(|part| part.at([rump, back], [wide, deep]).toned(Tone::Metal, Tone::Hex(tone))),
            );
            if *extra == Extra::Wool {
                let middle = [(rump + shoulder) / 2.0 + 1.0, (back + belly) / 2.0];
                let fleece = curls(middle, [wide / 2.0 + 9.0, deep / 2.0 + 5.0], 0.88);
                parts.push(shape(Tone::Hex(0xFBF5EA), "").along(fleece));
            }
        }
        // A long neck is spotted too.
        if let (true, Some(Extra::Spots(code))) = (self.head[1] < 15.0, self.extras.first()) {
            let neck =
                NECK_SPOTS.at([shoulder + 2.0, back], [self.head[0] - shoulder - 2.0, back - self.head[1]]);
            parts.push(neck.toned(Tone::Metal, Tone::Hex(*code)));
        }
        parts
    }

    /// In units of the head's radius, from its centre.
    fn face(&self) -> Vec<Part> {
        let [hx, hy, r] = self.head;
        let on_head = |part: &Part| part.at([hx, hy], [r, r]);
        let mut parts = Vec::new();
        for extra in self.extras {
            match extra {
                Extra::Ruff(code) => {
                    let ruff = curls([hx - 4.0, hy + 3.0], [r * 1.75, r * 1.75], 0.86);
                    parts.push(shape(Tone::Hex(*code), "").along(ruff));
                }
                Extra::Horns => parts.extend(HORNS.iter().map(on_head)),
                Extra::Antlers => parts.push(on_head(&ANTLERS)),
                Extra::Horn => parts.push(on_head(&HORN)),
                Extra::Knobs => parts.push(on_head(&KNOBS)),
                _ => {}
            }
        }
        parts.extend(self.ears.behind().iter().map(on_head));
        if self.has(Extra::Trunk) {
            parts.extend(TRUNK.iter().map(on_head));
        }
        parts.extend(self.muzzle());
        parts.extend(self.ears.before().iter().map(on_head));
        if let Some(Extra::Stripes(code)) =
            self.extras.iter().find(|extra| matches!(extra, Extra::Stripes(_)))
        {
            parts.push(on_head(&FACE_STRIPES).toned(Tone::Metal, Tone::Hex(*code)));
        }
        parts.extend(EYE.iter().map(|part| part.at([hx + r * 0.28, hy - r * 0.12], [1.0, 1.0])));
        parts
    }

    /// The head's outline with what is at its tip.
    fn muzzle(&self) -> Vec<Part> {
        let [hx, hy, r] = self.head;
        let [long, drop, half] = self.muzzle;
        let (tip, y) = (hx + long, hy + drop);
        let outline = smooth(&[
            [hx - r, hy],
            [hx - r * 0.4, hy - r * 0.9],
            [hx + r * 0.5, hy - r * 0.85],
            [hx + long * 0.6, y - half * 1.15],
            [tip, y - half * 0.75],
            [tip + 1.0, y + half * 0.4],
            [hx + long * 0.65, y + half],
            [hx + r * 0.3, hy + r * 0.95],
            [hx - r * 0.7, hy + r * 0.7],
        ]);
        let mut parts = vec![shape(Tone::Coat, "").along(outline)];
        // From its tip, in units of its length and of half its height.
        let at_tip = |part: &Part| part.at([tip, y], [long, half]);
        if self.has(Extra::WhiteTip) {
            parts.push(at_tip(&WHITE_CHIN));
        }
        if self.has(Extra::Snout) {
            parts.extend(SNOUT.iter().map(|part| part.at([tip, y], [1.0, half])));
        } else if !self.has(Extra::Trunk) {
            parts.push(flat(Tone::Ink, "E -0.6 0 2.2 1.8").at([tip, y - half * 0.35], [1.0, 1.0]));
            parts.push(at_tip(&MOUTH));
        }
        parts
    }
}

impl Ears {
    fn behind(self) -> &'static [Part] {
        match self {
            Ears::Pointed => POINTED,
            Ears::Round => ROUND,
            Ears::Dish => DISH,
            Ears::Long => LONG,
            Ears::Floppy | Ears::Fan => &[],
        }
    }

    fn before(self) -> &'static [Part] {
        match self {
            Ears::Floppy => FLOPPY,
            Ears::Fan => FAN,
            _ => &[],
        }
    }
}

/// A smooth closed line.
fn smooth(points: &[Point]) -> String {
    points.iter().fold("B".to_owned(), |path, [x, y]| format!("{path} {x} {y}"))
}

/// An ellipse with curls, whose valleys reach only `deep` as far.
fn curls([x, y]: Point, [rx, ry]: Point, deep: f32) -> String {
    let points: Vec<Point> = (0..26)
        .map(|i| {
            let far = if i % 2 == 0 { 1.0 } else { deep };
            let (sin, cos) = (i as f32 * std::f32::consts::TAU / 26.0).sin_cos();
            [x + cos * rx * far, y + sin * ry * far]
        })
        .collect();
    smooth(&points)
}
