//! Animals that have no four legs, or that are not seen from the side. Those that face one way look to the right.

use super::figures::{Part, Tone, flat, line, shade, shape};
use super::noise::Rng;

const INK: Tone = Tone::Ink;
const WHITE: Tone = Tone::Hex(0xFFFFFF);
const BEAK: Tone = Tone::Hex(0xF2A33C);

/// A bird from the side.
#[derive(Clone, Copy)]
pub(super) struct Bird {
    pub(super) body: u32,
    breast: u32,
    head: u32,
    wing: u32,
    /// A duck's beak is flat and long.
    duck: bool,
    comb: bool,
    /// A long tail, raised or not.
    tail: f32,
}

pub(super) const BIRD: Bird = Bird {
    body: 0x7C9CC4,
    breast: 0xF09060,
    head: 0x7C9CC4,
    wing: 0x55739C,
    duck: false,
    comb: false,
    tail: 8.0,
};
pub(super) const PARROT: Bird = Bird {
    body: 0x4FB060,
    breast: 0xF4C844,
    head: 0xE5484D,
    wing: 0x3A7CC8,
    duck: false,
    comb: false,
    tail: 26.0,
};
pub(super) const DUCK: Bird = Bird {
    body: 0xD8CDBE,
    breast: 0x9A6A4C,
    head: 0x3F8A62,
    wing: 0xA89C90,
    duck: true,
    comb: false,
    tail: -6.0,
};
pub(super) const CHICKEN: Bird = Bird {
    body: 0xFBF2E2,
    breast: 0xFFF9EE,
    head: 0xFBF2E2,
    wing: 0xE9D8BC,
    duck: false,
    comb: true,
    tail: -16.0,
};

impl Bird {
    pub(super) fn parts(&self, rng: &mut Rng) -> Vec<Part> {
        let head = [69.0, 33.0 + rng.range(-3.0, 3.0)];
        let tones = [(Tone::Metal, self.wing), (Tone::MetalDark, self.head), (Tone::CoatPale, self.breast)];
        let toned =
            |part: Part| tones.iter().fold(part, |part, (tone, code)| part.toned(*tone, Tone::Hex(*code)));
        let on_head = |part: &Part| toned(part.at(head, [1.0, 1.0]));
        let mut parts = vec![shade("E 50 98.5 24 2.4")];
        parts.extend([45.0, 56.0].map(|x| LEG.at([x + rng.range(-1.0, 2.0), 0.0], [1.0, 1.0])));
        let (tip, low) = (8.0 - self.tail.abs() * 0.2, 62.0 + self.tail);
        let tail = format!("B 30 62 22 58 {tip} {low} {} {} 30 74", tip + 2.0, low + 10.0);
        parts.push(toned(shape(Tone::Metal, "").along(tail)));
        let (beak, comb) = (if self.duck { &BILL } else { &BEAK_POINTED }, COMB);
        parts.extend(comb.iter().filter(|_| self.comb).map(on_head));
        parts.push(on_head(beak));
        let (neck, brow) = ([head[0] - 12.0, head[1] + 6.0], head[1] - 4.0);
        parts.push(shape(Tone::Coat, "").along(format!(
            "B 24 64 40 52 {} {} {} {brow} {} {} 76 60 68 78 50 84 32 78",
            neck[0],
            neck[1],
            head[0],
            head[0] + 9.0,
            head[1] + 8.0
        )));
        parts.push(toned(flat(Tone::CoatPale, "B 72 47 73 62 66 76 52 82 54 66")));
        parts.push(on_head(&shape(Tone::MetalDark, "E 0 0 11.5 11")));
        parts.extend(DUCKS_RING.iter().filter(|_| self.duck).map(on_head));
        let tilt = rng.range(-0.18, 0.22);
        parts.extend(BIRDS_WING.iter().map(|part| toned(part.at([56.0, 60.0], [1.0, 1.0 + tilt]))));
        parts.extend(EYE.iter().map(|part| part.at([head[0] + 3.0, head[1] - 2.0], [1.0, 1.0])));
        parts
    }
}

const LEG: Part = shape(BEAK, "W 0 78 2.6 1 96 2 W -2 97 2.4 8 98 1.4");
const BEAK_POINTED: Part = shape(BEAK, "M 8 -4 L 21 2 L 8 6");
const BILL: Part = shape(BEAK, "B 7 -2 15 -1 24 0 23 5 9 6");
const COMB: &[Part] = &[
    shape(Tone::Hex(0xE0484A), "B -9 -7 -8 -17 -2 -12 1 -19 4 -12 8 -8"),
    shape(Tone::Hex(0xE0484A), "E 10 10 3 4.6"),
];
const DUCKS_RING: &[Part] = &[flat(WHITE, "W -9 11 3 8 12 3")];
const BIRDS_WING: &[Part] = &[
    shape(Tone::Metal, "B 0 -4 -12 -6 -24 -2 -36 12 -22 16 -6 12"),
    line(0.9, INK, "S -8 2 -18 5 -28 11 M -6 7 Q -14 11 -20 13"),
];
const EYE: &[Part] = &[flat(WHITE, "E 0 0 3 3.2"), flat(INK, "E 0.6 0 2 2.4"), flat(WHITE, "E 0 -1 0.7 0.8")];

/// A swimmer from the side. It is drawn in its own units: along from the root of its tail to its nose, 0 to 1, and
/// down from the middle of its body, half its height being 1.
#[derive(Clone, Copy)]
pub(super) struct Swimmer {
    back: u32,
    belly: u32,
    fin: u32,
    length: f32,
    height: f32,
    /// Behind the body and before it.
    behind: &'static [Part],
    before: &'static [Part],
    snout: &'static [Part],
}

pub(super) const FISH: Swimmer = Swimmer {
    back: 0xF28C38,
    belly: 0xFFD9A0,
    fin: 0xE5602E,
    length: 58.0,
    height: 42.0,
    behind: &[
        shape(Tone::Metal, "B 0.1 0 -0.2 -0.7 -0.34 -0.76 -0.2 0 -0.34 0.76 -0.2 0.7"),
        shape(Tone::Metal, "B 0.26 -0.8 0.33 -1.57 0.5 -1.62 0.74 -0.8"),
    ],
    before: &[
        flat(
            Tone::Hex(0xFFF4E2),
            "W 0.26 -0.85 0.3 0.31 0 0.3 0.26 0.8 0.3 W 0.53 -0.95 0.3 0.58 0 0.3 0.53 0.92 0.3",
        ),
        shape(Tone::Metal, "B 0.64 0.24 0.4 0.86 0.43 0.2"),
        line(1.0, INK, "M 0.97 0.2 Q 0.9 0.38 0.84 0.28"),
    ],
    snout: &[],
};
pub(super) const SHARK: Swimmer = Swimmer {
    back: 0x7D92A4,
    belly: 0xE9EEF2,
    fin: 0x6B8294,
    length: 72.0,
    height: 26.0,
    behind: &[
        shape(Tone::Metal, "M 0.11 -0.23 L -0.25 -1.85 Q -0.08 0 -0.17 1 L 0.11 0.23"),
        shape(Tone::Metal, "M 0.64 -0.8 Q 0.53 -2.1 0.36 -2.46 Q 0.44 -1.46 0.42 -0.8"),
    ],
    before: &[
        line(0.9, INK, "M 0.67 -0.46 Q 0.63 0 0.67 0.46 M 0.6 -0.46 Q 0.56 0 0.6 0.46"),
        flat(WHITE, "M 0.93 0.3 L 0.9 0.62 L 0.88 0.42 L 0.85 0.7 L 0.82 0.5 L 0.79 0.73 L 0.75 0.46"),
        line(0.9, INK, "M 0.95 0.3 Q 0.83 0.46 0.74 0.5"),
        shape(Tone::Metal, "B 0.7 0.5 0.53 1.92 0.43 2 0.54 0.6"),
    ],
    snout: &[],
};
pub(super) const WHALE: Swimmer = Swimmer {
    back: 0x4E7FB0,
    belly: 0xDDE9F2,
    fin: 0x3F6C98,
    length: 70.0,
    height: 48.0,
    behind: &[FLUKES],
    before: &[
        line(1.0, INK, "M 0.98 0.16 Q 0.8 0.42 0.66 0.08"),
        shape(
            Tone::Hex(0xBFE3F2),
            "W 0.68 -1 0.06 0.65 -1.5 0.05 0.5 -1.6 0.03 W 0.69 -1 0.06 0.73 -1.5 0.05 0.88 -1.58 0.03",
        ),
        shape(Tone::Metal, "B 0.7 0.5 0.53 1.5 0.43 1.54 0.54 0.6"),
    ],
    snout: &[],
};
pub(super) const DOLPHIN: Swimmer = Swimmer {
    back: 0x7AA3BE,
    belly: 0xE4EEF2,
    fin: 0x5F8CA8,
    length: 66.0,
    height: 24.0,
    behind: &[FLUKES, shape(Tone::Metal, "M 0.64 -0.8 Q 0.53 -2 0.36 -2.4 Q 0.44 -1.46 0.42 -0.8")],
    before: &[shape(Tone::Metal, "B 0.7 0.5 0.53 1.9 0.43 2 0.54 0.6")],
    snout: &[shape(Tone::Coat, "W 0.88 0.12 0.24 1.02 0.36 0.12 1.12 0.44 0.07")],
};
const FLUKES: Part = shape(Tone::Metal, "B 0.06 -0.1 -0.12 -0.8 -0.36 -1.1 -0.2 -0.35 -0.34 0.3 -0.03 0.25");

impl Swimmer {
    pub(super) fn coat(&self) -> u32 {
        self.back
    }

    pub(super) fn parts(&self, rng: &mut Rng) -> Vec<Part> {
        let (nose, y, half) = (94.0, 55.0, self.height / 2.0);
        let beat = 1.0 + rng.range(-0.2, 0.2);
        let tail = nose - self.length;
        let in_units = |down: f32| {
            move |part: &Part| {
                part.at([tail, y], [self.length, half * down]).toned(Tone::Metal, Tone::Hex(self.fin))
            }
        };
        let body = [
            shape(Tone::Coat, "B 0 -0.2 0.36 -0.85 0.64 -1 0.86 -0.62 1 0 0.86 0.6 0.64 1 0.36 0.8 0 0.2"),
            flat(Tone::Hex(self.belly), "B 0.13 0.2 0.5 0.22 0.94 0.2 0.8 0.66 0.5 0.93"),
        ];
        let behind = self.behind.iter().map(in_units(beat));
        let middle = self.snout.iter().chain(&body).chain(self.before).map(in_units(1.0));
        let eye = EYE.iter().map(|part| part.at([nose - 16.0, y - half * 0.18], [1.0, 1.0]));
        behind.chain(middle).chain(eye).collect()
    }
}

pub(super) const OWL: &[Part] = &[
    shade("E 50 98.5 20 2.4"),
    line(3.0, Tone::Hex(0x8A623E), "S 14 94 40 93 64 95 90 92"),
    shape(
        Tone::Hex(0xA97A4C),
        "M 24 26 L 26 8 Q 34 12 40 17 L 60 17 Q 66 12 74 8 L 76 26 Q 82 60 72 82 Q 62 94 50 94 Q 38 94 28 82 Q 18 60 24 26",
    ),
    flat(Tone::Hex(0xF0DDBE), "B 36 52 50 48 64 52 66 74 50 90 34 74"),
    line(
        1.0,
        Tone::Hex(0x8A623E),
        "M 42 60 Q 45 63 48 60 M 52 60 Q 55 63 58 60 M 38 68 Q 41 71 44 68 M 47 68 Q 50 71 53 68 M 56 68 Q 59 71 62 68 M 42 76 Q 45 79 48 76 M 52 76 Q 55 79 58 76",
    ),
    shape(Tone::Hex(0x7E5634), "B 25 44 32 56 32 74 24 82 17 66"),
    shape(Tone::Hex(0x7E5634), "B 75 44 68 56 68 74 76 82 83 66"),
    shape(Tone::Hex(0xF7EAD2), "E 38 33 12.5 12.5"),
    shape(Tone::Hex(0xF7EAD2), "E 62 33 12.5 12.5"),
    shape(Tone::Hex(0xF6C13C), "E 39 33 8 8"),
    shape(Tone::Hex(0xF6C13C), "E 61 33 8 8"),
    flat(INK, "E 39.6 33 4.6 4.8 E 60.4 33 4.6 4.8"),
    flat(WHITE, "E 38 31 1.5 1.6 E 59 31 1.5 1.6"),
    shape(BEAK, "M 46 40 L 54 40 L 50 50"),
    shape(BEAK, "W 42 92 3 40 97 2 W 45 92 3 46 97 2 W 55 92 3 54 97 2 W 58 92 3 60 97 2"),
];

pub(super) const PENGUIN: &[Part] = &[
    shade("E 50 98.5 22 2.6"),
    shape(BEAK, "B 34 95 42 92 48 96 44 99 32 99"),
    shape(BEAK, "B 66 95 58 92 52 96 56 99 68 99"),
    shape(Tone::Hex(0x323A48), "W 30 44 9 22 60 10 18 76 4"),
    shape(Tone::Hex(0x323A48), "W 70 44 9 78 60 10 82 76 4"),
    shape(Tone::Hex(0x323A48), "B 50 4 66 12 69 30 75 60 70 88 50 96 30 88 25 60 31 30 34 12"),
    flat(WHITE, "B 50 36 62 44 66 66 60 86 50 91 40 86 34 66 38 44"),
    flat(WHITE, "E 43 23 7.5 8.5 E 57 23 7.5 8.5"),
    flat(INK, "E 44 23 2.8 3.4 E 56 23 2.8 3.4"),
    flat(WHITE, "E 43.2 21.8 0.9 1 E 55.2 21.8 0.9 1"),
    shape(BEAK, "M 43 30 Q 50 26 57 30 Q 50 38 43 30"),
];

pub(super) const TURTLE: &[Part] = &[
    shade("E 50 92 40 3"),
    shape(Tone::Hex(0x8DBB62), "W 26 78 10 22 86 9 20 92 8"),
    shape(Tone::Hex(0x8DBB62), "W 66 78 10 68 86 9 70 92 8"),
    shape(Tone::Hex(0x8DBB62), "W 14 76 6 6 80 3 2 82 1"),
    shape(Tone::Hex(0x8DBB62), "W 72 70 12 84 58 12 88 52 16"),
    shape(Tone::Hex(0x5E8A4A), "M 10 76 C 12 40 34 32 46 32 C 60 32 78 44 80 76 Q 46 86 10 76"),
    flat(Tone::Hex(0x86AF5E), "M 38 42 L 52 42 L 58 54 L 46 62 L 32 54"),
    flat(Tone::Hex(0x86AF5E), "M 28 56 L 40 64 L 38 76 L 18 74"),
    flat(Tone::Hex(0x86AF5E), "M 62 56 L 50 64 L 54 77 L 73 74"),
    line(1.0, INK, "M 11 74 Q 46 84 80 74"),
    flat(WHITE, "E 90 48 3 3.2"),
    flat(INK, "E 90.8 48 1.9 2.3"),
    line(0.9, INK, "M 96 55 Q 92 59 87 57"),
];

pub(super) const FROG: &[Part] = &[
    shade("E 50 96 38 3"),
    shape(Tone::Hex(0x5BA648), "B 12 62 26 58 34 74 30 92 10 92 4 78"),
    shape(Tone::Hex(0x5BA648), "B 88 62 74 58 66 74 70 92 90 92 96 78"),
    shape(Tone::Hex(0x72C057), "B 50 40 74 46 80 70 66 92 34 92 20 70 26 46"),
    flat(Tone::Hex(0xDDEBB0), "B 50 64 66 70 62 90 38 90 34 70"),
    shape(Tone::Hex(0x72C057), "W 34 72 9 32 86 8 30 95 7"),
    shape(Tone::Hex(0x72C057), "W 66 72 9 68 86 8 70 95 7"),
    shape(Tone::Hex(0x72C057), "W 20 97 4 30 95 5 38 97 4 W 62 97 4 70 95 5 80 97 4"),
    shape(Tone::Hex(0x72C057), "E 30 34 12 12"),
    shape(Tone::Hex(0x72C057), "E 70 34 12 12"),
    shape(Tone::Hex(0x72C057), "B 18 48 30 38 50 40 70 38 82 48 74 62 50 66 26 62"),
    flat(Tone::Hex(0xFFF4C8), "E 30 33 7.4 7.6 E 70 33 7.4 7.6"),
    flat(INK, "E 30 33 5 3 E 70 33 5 3"),
    line(1.3, INK, "M 24 54 Q 50 64 76 54"),
    flat(INK, "E 46 46 0.9 0.9 E 54 46 0.9 0.9"),
];

pub(super) const SNAKE: &[Part] = &[
    shade("E 50 96 42 3"),
    shape(
        Tone::Hex(0x6FA84E),
        "W 6 88 2 20 90 7 38 82 10 56 88 11 76 92 11 90 82 11 84 70 11 64 70 11 46 68 11 36 56 11 44 42 10 58 36 9 62 26 9",
    ),
    flat(
        Tone::Hex(0xF2D560),
        "W 24 88 2 30 86 5 34 84 2 W 62 90 2 68 92 6 74 92 2 W 72 69 2 66 70 6 60 70 2 W 40 62 2 37 57 6 38 50 2",
    ),
    shape(Tone::Hex(0x6FA84E), "B 56 26 58 14 68 8 80 14 82 22 70 27 62 30"),
    flat(Tone::Hex(0xE0484A), "W 81 20 1.6 90 22 1.4 96 18 0.8 W 89 22 1.4 95 26 0.8"),
    flat(WHITE, "E 68 16 3 3.2"),
    flat(INK, "E 69 16 1.5 2.6"),
];

pub(super) const BUTTERFLY: &[Part] = &[
    shape(Tone::Accent, "B 48 46 40 18 16 6 4 20 8 42 26 54"),
    shape(Tone::Accent, "B 52 46 60 18 84 6 96 20 92 42 74 54"),
    shape(Tone::Second, "B 48 54 28 52 12 64 18 84 34 86 46 68"),
    shape(Tone::Second, "B 52 54 72 52 88 64 82 84 66 86 54 68"),
    flat(Tone::Hex(0xFFF6E0), "E 20 26 6 5 E 80 26 6 5 E 34 34 4 4 E 66 34 4 4 E 26 72 5 5 E 74 72 5 5"),
    line(1.2, INK, "S 47 46 34 34 12 24 M 47 56 Q 36 66 24 78 M 53 46 Q 66 34 88 24 M 53 56 Q 64 66 76 78"),
    shape(Tone::Hex(0x4A3A40), "W 50 30 4 50 50 7 50 78 3"),
    shape(Tone::Hex(0x4A3A40), "E 50 27 4.4 4.4"),
    flat(INK, "W 48 24 1.4 44 13 1.2 36 9 2 W 52 24 1.4 56 13 1.2 64 9 2"),
];

pub(super) const BEE: &[Part] = &[
    shape(Tone::Hex(0xE6F3FA), "B 42 46 24 30 26 12 42 14 52 42"),
    shape(Tone::Hex(0xE6F3FA), "B 54 44 56 18 70 8 80 22 64 44"),
    shape(INK, "M 12 62 L 2 66 L 14 68"),
    shape(Tone::Hex(0xF8C63A), "E 44 62 34 22"),
    flat(
        Tone::Hex(0x3A3038),
        "W 26 45 5 23 62 8 26 79 5 W 42 41 6 40 62 9 42 83 6 W 58 43 5 58 62 8 58 81 5",
    ),
    shape(Tone::Hex(0xF8C63A), "E 76 60 16 16"),
    flat(WHITE, "E 82 57 4.4 5"),
    flat(INK, "E 83 57.5 2.8 3.4"),
    line(1.2, INK, "M 80 70 Q 85 72 88 67"),
    line(1.4, INK, "S 74 45 76 34 84 30 M 80 46 Q 86 38 94 38"),
    flat(Tone::Hex(0xF2A0A0), "E 75 66 3 2"),
];

pub(super) const SNAIL: &[Part] = &[
    shade("E 50 93 42 3"),
    shape(Tone::Hex(0xE6C796), "B 6 90 30 80 62 82 78 74 80 54 90 46 96 56 92 78 78 92 40 94"),
    shape(Tone::Accent, "E 42 58 30 30"),
    line(2.2, INK, "S 66 74 64 50 46 36 26 48 22 66 36 78 52 72 54 58 44 50 36 58 42 64"),
    shape(Tone::Hex(0xE6C796), "W 85 52 3 83 40 2.4 80 31 2 W 91 52 3 94 42 2.4 98 34 2"),
    flat(INK, "E 80 29 2.4 2.4 E 98 32 2.4 2.4"),
    line(1.0, INK, "M 93 62 Q 90 66 86 64"),
];

pub(super) const SPIDER: &[Part] = &[
    line(0.9, Tone::Hex(0xE8E4F0), "M 50 -20 L 50 40"),
    line(2.4, INK, "S 38 56 20 40 6 50 M 36 60 Q 16 52 2 70 M 36 66 Q 18 66 8 88 M 40 72 Q 26 78 22 98"),
    line(2.4, INK, "S 62 56 80 40 94 50 M 64 60 Q 84 52 98 70 M 64 66 Q 82 66 92 88 M 60 72 Q 74 78 78 98"),
    shape(Tone::Hex(0x4A4452), "E 50 50 20 18"),
    shape(Tone::Hex(0x5A5464), "E 50 70 13 11"),
    flat(Tone::Accent, "M 44 42 L 56 42 L 50 49 L 56 56 L 44 56 L 50 49"),
    flat(WHITE, "E 45 69 3.6 4 E 55 69 3.6 4"),
    flat(INK, "E 45.5 70 2 2.4 E 54.5 70 2 2.4"),
    line(1.0, INK, "M 46 77 Q 50 79 54 77"),
];
