//! People: one plan seen from the front, and a table of what each wears. And those who look like people.

use super::figures::{Part, Tone, flat, line, shade, shape};
use super::noise::Rng;

#[derive(Clone, Copy, PartialEq)]
enum Dress {
    Trousers,
    Skirt,
    /// Down to the feet.
    Robe,
    Armour,
    /// A suit for space.
    Suit,
}

#[derive(Clone, Copy, PartialEq)]
enum Head {
    Short,
    Long,
    Crown,
    CrownAndHair,
    Helmet,
    PointedHat,
    Bubble,
    Bandana,
}

#[derive(Clone, Copy, PartialEq)]
enum Prop {
    None,
    Sword,
    Staff,
    Sceptre,
    Toy,
}

#[derive(Clone, Copy)]
pub(super) struct Person {
    dress: Dress,
    head: Head,
    prop: Prop,
    /// Of the clothes above, and below.
    cloth: Tone,
    below: Tone,
    beard: bool,
    /// Size of the head beside the body: children have larger ones.
    big_head: f32,
}

const PLAIN: Person = Person {
    dress: Dress::Trousers,
    head: Head::Short,
    prop: Prop::None,
    cloth: Tone::Accent,
    below: Tone::Hex(0x4A5A78),
    beard: false,
    big_head: 1.0,
};
pub(super) const MAN: Person = PLAIN;
pub(super) const WOMAN: Person =
    Person { dress: Dress::Skirt, head: Head::Long, below: Tone::Accent, ..PLAIN };
pub(super) const CHILD: Person = Person { big_head: 1.5, cloth: Tone::Second, prop: Prop::Toy, ..PLAIN };
pub(super) const KING: Person = Person {
    dress: Dress::Robe,
    head: Head::Crown,
    prop: Prop::Sceptre,
    cloth: Tone::Hex(0xB8384A),
    below: Tone::Hex(0xB8384A),
    beard: true,
    ..PLAIN
};
pub(super) const QUEEN: Person = Person {
    dress: Dress::Robe,
    head: Head::CrownAndHair,
    prop: Prop::Sceptre,
    cloth: Tone::Hex(0xE488B4),
    below: Tone::Hex(0xE488B4),
    ..PLAIN
};
pub(super) const KNIGHT: Person = Person {
    dress: Dress::Armour,
    head: Head::Helmet,
    prop: Prop::Sword,
    cloth: Tone::Hex(0xB4C0CC),
    below: Tone::Hex(0x94A2B0),
    ..PLAIN
};
pub(super) const WIZARD: Person = Person {
    dress: Dress::Robe,
    head: Head::PointedHat,
    prop: Prop::Staff,
    cloth: Tone::Hex(0x5A4E9C),
    below: Tone::Hex(0x5A4E9C),
    beard: true,
    ..PLAIN
};
pub(super) const WITCH: Person =
    Person { cloth: Tone::Hex(0x6E5A8C), below: Tone::Hex(0x6E5A8C), beard: false, ..WIZARD };
pub(super) const PIRATE: Person = Person {
    head: Head::Bandana,
    prop: Prop::Sword,
    cloth: Tone::Hex(0xF4EEE0),
    below: Tone::Hex(0x5A4034),
    beard: true,
    ..PLAIN
};
pub(super) const ASTRONAUT: Person = Person {
    dress: Dress::Suit,
    head: Head::Bubble,
    cloth: Tone::Hex(0xF2F2F4),
    below: Tone::Hex(0xF2F2F4),
    big_head: 1.25,
    ..PLAIN
};

impl Person {
    pub(super) fn parts(&self, rng: &mut Rng) -> Vec<Part> {
        let skin = Tone::Hex(rng.pick([0xF4CDA8, 0xE3AA7E, 0xB97B52, 0x8A5636]));
        let hair = Tone::Hex(if self.head == Head::PointedHat && self.beard {
            0xEDE8E4
        } else {
            rng.pick([0x3A2A22, 0x6A4226, 0xD9A04A, 0xA8482E, 0x2A2630])
        });
        let r = 9.0 * self.big_head;
        let (hx, hy) = (50.0, 14.0 + r * 0.55);
        let top = hy + r * 0.9;
        let mut parts = vec![shade("E 50 98.5 20 2.2")];
        if matches!(self.head, Head::Long | Head::CrownAndHair)
            || self.head == Head::PointedHat && !self.beard
        {
            parts.push(shape(hair, "").along(format!(
                "B {} {} {hx} {} {} {} {} {} {hx} {} {} {}",
                hx - r * 1.1,
                hy,
                hy - r * 1.2,
                hx + r * 1.1,
                hy,
                hx + r * 1.35,
                hy + r * 2.3,
                hy + r * 2.0,
                hx - r * 1.35,
                hy + r * 2.3
            )));
        }
        parts.extend(self.prop(rng.range(-2.0, 2.0)));
        parts.extend(self.arms(top, skin, rng));
        parts.extend(self.body(top, rng));
        parts.extend(self.face(hx, hy, r, skin, hair));
        parts
    }

    /// What the right hand holds, at 82, 58.
    fn prop(&self, tilt: f32) -> Vec<Part> {
        let parts: &[Part] = match self.prop {
            Prop::None => &[],
            Prop::Sword => SWORD,
            Prop::Staff => STAFF,
            Prop::Sceptre => SCEPTRE,
            Prop::Toy => TOY,
        };
        parts.iter().map(|part| part.at([82.0, 58.0], [1.0 + tilt * 0.04, 1.0 - tilt * 0.02])).collect()
    }

    fn arms(&self, top: f32, skin: Tone, rng: &mut Rng) -> Vec<Part> {
        let wide = if self.dress == Dress::Suit { 10.0 } else { 7.5 };
        let hand = if self.dress == Dress::Suit { Tone::Second } else { skin };
        let wave = rng.chance(0.5);
        let raised = self.prop != Prop::None;
        let left = if wave && !raised { [22.0, top + 2.0] } else { [27.0 + rng.range(-3.0, 2.0), 66.0] };
        let right = if raised { [81.0, 60.0] } else { [73.0 + rng.range(-2.0, 3.0), 66.0] };
        let arm = |from: f32, [x, y]: [f32; 2], bend: f32| {
            [
                shape(hand, "").along(format!("E {x} {y} 4 4")),
                shape(self.cloth, "").along(format!(
                    "W {from} {} {} {} {} {wide} {x} {y} {}",
                    top + 7.0,
                    wide * 1.2,
                    (from + x) / 2.0 + bend,
                    (top + 7.0 + y) / 2.0 + 3.0,
                    wide * 0.8
                )),
            ]
        };
        arm(39.0, left, -2.0).into_iter().chain(arm(61.0, right, 2.0)).collect()
    }

    fn body(&self, top: f32, rng: &mut Rng) -> Vec<Part> {
        let stride = rng.range(0.0, 4.0);
        let mut parts = Vec::new();
        let shoes = Tone::Hex(if self.dress == Dress::Suit { 0x9AA4B4 } else { 0x4A3830 });
        if self.dress != Dress::Robe {
            let (legs, wide) = match self.dress {
                Dress::Skirt => (Tone::Hex(0xF0C6A0), 6.5),
                Dress::Suit => (self.below, 13.0),
                _ => (self.below, 10.0),
            };
            for (x, foot) in [(44.0, 43.0 - stride), (56.0, 57.0 + stride)] {
                parts.push(shape(legs, "").along(format!("W {x} 66 {wide} {foot} 95 {}", wide * 0.75)));
                let out = if foot < 50.0 { -1.0 } else { 1.0 };
                parts.push(shape(shoes, "").along(format!(
                    "B {} 93 {} 93 {} 99 {} 99",
                    foot - 4.0 * out,
                    foot + 3.0 * out,
                    foot + 9.0 * out,
                    foot - 5.0 * out
                )));
            }
        }
        let (waist, hem, low) = match self.dress {
            Dress::Robe => (40.0, 27.0, 98.0),
            Dress::Skirt => (42.0, 31.0, 78.0),
            Dress::Suit => (35.0, 36.0, 72.0),
            Dress::Armour | Dress::Trousers => (38.0, 39.0, 70.0),
        };
        let shoulder = if self.dress == Dress::Suit { 33.0 } else { 36.0 };
        parts.push(shape(self.cloth, "").along(format!(
            "M 45 {top} Q {shoulder} {} {shoulder} {} Q {waist} {} {waist} 58 L {hem} {low} Q 50 {} {} {low} L {} 58 Q {} {} {} {} Q {} {} 55 {top}",
            top + 1.0, top + 7.0, top + 14.0, low + 3.0, 100.0 - hem, 100.0 - waist, 100.0 - waist, top + 14.0, 100.0 - shoulder, top + 7.0, 100.0 - shoulder, top + 1.0
        )));
        match self.dress {
            Dress::Robe => {
                parts.push(
                    flat(Tone::Hex(0xF3DFA8), "").along(format!("W 50 {} 4 50 60 5 50 97 9", top + 4.0)),
                );
                parts.push(shape(Tone::Hex(0xE3B341), "W 39 60 4 61 60 4"));
            }
            Dress::Armour => {
                parts.push(line(1.0, Tone::Ink, "").along(format!(
                    "M 50 {} L 50 66 M 40 56 Q 50 60 60 56 M 40 62 Q 50 66 60 62",
                    top + 3.0
                )));
                parts.push(shape(Tone::Accent, "B 14 46 30 44 36 48 34 66 24 78 14 66"));
                parts.push(flat(Tone::Hex(0xFFF4E0), "W 24 48 3 24 74 3 W 16 58 3 33 58 3"));
            }
            Dress::Suit => {
                parts.push(shape(Tone::Hex(0xAEB8C8), "B 42 52 58 52 58 64 42 64"));
                parts.push(flat(Tone::Accent, "E 45.5 56 1.6 1.6"));
                parts.push(flat(Tone::Second, "E 50 56 1.6 1.6"));
                parts.push(line(0.9, Tone::Ink, "M 45 60.5 L 55 60.5"));
            }
            Dress::Trousers => parts.push(shape(Tone::Hex(0x4A3830), "W 39 69 3 61 69 3")),
            Dress::Skirt => parts.push(shape(Tone::Second, "W 42 59 3.4 58 59 3.4")),
        }
        parts
    }

    /// In units of the head's radius.
    fn face(&self, x: f32, y: f32, r: f32, skin: Tone, hair: Tone) -> Vec<Part> {
        let parts = self
            .head
            .below()
            .iter()
            .chain(FACE)
            .chain(BEARD.iter().filter(|_| self.beard))
            .chain(self.head.above());
        let parts: Vec<&Part> =
            if self.head == Head::Helmet { HELMET.iter().collect() } else { parts.collect() };
        let tones = [(Tone::Coat, skin), (Tone::CoatDark, hair), (Tone::Metal, self.cloth)];
        let toned = |part: Part| tones.iter().fold(part, |part, (from, to)| part.toned(*from, *to));
        parts.into_iter().map(|part| toned(part.at([x, y], [r, r]))).collect()
    }
}

impl Head {
    fn below(self) -> &'static [Part] {
        if self == Head::Bubble { BUBBLE } else { SKULL }
    }

    fn above(self) -> &'static [Part] {
        match self {
            Head::Short => SHORT_HAIR,
            Head::Long => LONG_HAIR,
            Head::Crown => CROWNED,
            Head::CrownAndHair => CROWNED_HAIR,
            Head::PointedHat => POINTED_HAT,
            Head::Bandana => BANDANA,
            Head::Bubble | Head::Helmet => &[],
        }
    }
}

const GOLD: Tone = Tone::Hex(0xF0C23C);
const FRINGE: &str = "B -0.98 -0.1 -0.8 -0.8 0 -1.2 0.8 -0.8 0.98 -0.1 0.6 -0.45 0 -0.6 -0.6 -0.4";
const LONG_FRINGE: &str = "B -0.98 0.3 -0.8 -0.8 0 -1.2 0.8 -0.8 0.98 0.3 0.6 -0.45 0 -0.6 -0.6 -0.4";
const CROWN: &str = "M -0.8 -0.6 L -0.88 -1.6 L -0.4 -1.1 L 0 -1.8 L 0.4 -1.1 L 0.88 -1.6 L 0.8 -0.6";
const SKULL: &[Part] = &[shape(Tone::Coat, "E 0 0 0.9 1")];
const BUBBLE: &[Part] = &[
    shape(Tone::Hex(0xF2F2F4), "E 0 0 1.15 1.15"),
    shape(Tone::Hex(0x4E6C94), "E 0 0 0.86 0.8"),
    shape(Tone::Coat, "E 0 0.08 0.58 0.62"),
];
const FACE: &[Part] = &[
    flat(Tone::Ink, "E -0.34 0 0.11 0.15 E 0.34 0 0.11 0.15"),
    line(0.9, Tone::Ink, "M -0.3 0.42 Q 0 0.62 0.3 0.42"),
    flat(Tone::Hex(0xEE9A8E), "E -0.5 0.3 0.15 0.1 E 0.5 0.3 0.15 0.1"),
];
const BEARD: &[Part] = &[
    shape(Tone::CoatDark, "B -0.85 0.2 0 0.35 0.85 0.2 0.6 1.1 0 1.9 -0.6 1.1"),
    line(0.9, Tone::Ink, "M -0.24 0.6 Q 0 0.75 0.24 0.6"),
];
const SHORT_HAIR: &[Part] = &[shape(Tone::CoatDark, FRINGE)];
const LONG_HAIR: &[Part] = &[shape(Tone::CoatDark, LONG_FRINGE)];
const CROWNED: &[Part] = &[shape(Tone::CoatDark, FRINGE), shape(GOLD, CROWN)];
const CROWNED_HAIR: &[Part] = &[shape(Tone::CoatDark, LONG_FRINGE), shape(GOLD, CROWN)];
const POINTED_HAT: &[Part] = &[
    shape(Tone::Metal, "B -1.9 -0.5 0 -0.75 1.9 -0.5 0 -0.2"),
    shape(Tone::Metal, "M -1 -0.5 Q -0.3 -1.8 0.4 -2.9 Q 0.6 -1.6 1 -0.5"),
    flat(Tone::Second, "W -0.9 -0.75 0.3 0 -0.68 0.3 0.9 -0.75 0.3"),
];
const BANDANA: &[Part] = &[
    shape(Tone::Accent, "B -0.98 -0.35 -0.8 -0.95 0 -1.25 0.8 -0.95 0.98 -0.35 0 -0.5"),
    flat(Tone::Ink, "E 0.34 0 0.24 0.22"),
    line(1.0, Tone::Ink, "M -0.8 -0.4 L 0.9 0.15"),
];
const HELMET: &[Part] = &[
    shape(Tone::Accent, "W 0 -1.1 0.4 0.66 -1.9 0.78 1.66 -1.3 0.33"),
    shape(Tone::Hex(0xC4CED8), "M -1 1 C -1.3 -1.8 1.3 -1.8 1 1 L 0.7 1.15 Q 0 1.3 -0.7 1.15"),
    flat(Tone::Ink, "W -0.7 -0.05 0.38 0.7 -0.05 0.38"),
    line(0.9, Tone::Ink, "M 0 0.2 L 0 1 M -0.33 0.45 L -0.33 0.85 M 0.33 0.45 L 0.33 0.85"),
];

const SWORD: &[Part] = &[
    shape(Tone::Hex(0xDCE4EA), "M -3 -2 L -3 -44 L 0 -50 L 3 -44 L 3 -2"),
    shape(Tone::Hex(0xD9A441), "W -9 -1 4 8 -1 4"),
    shape(Tone::Hex(0x6A4A34), "W 0 0 4 0 10 4"),
];
const STAFF: &[Part] = &[
    shape(Tone::Hex(0x8A623E), "W 0 -46 3.6 0 0 3.6 0 40 3.6"),
    shape(Tone::Second, "E 0 -50 6 6"),
    flat(Tone::Second, "W 0 -62 1 0 -67 1.6 W 9 -54 1 14 -58 1.6 W -9 -54 1 -14 -58 1.6"),
];
const SCEPTRE: &[Part] =
    &[shape(Tone::Hex(0xE3B341), "W 0 -24 2.6 -1 14 2.6"), shape(Tone::Hex(0xE3B341), "E 0 -27 4.5 4.5")];
const TOY: &[Part] = &[
    flat(Tone::Ink, "W -1 0 0.8 2 -14 0.8 4 -32 0.8"),
    shape(Tone::Accent, "B 4 -32 -6 -42 -2 -54 10 -54 14 -42"),
];

pub(super) const SNOWMAN: &[Part] = &[
    shade("E 50 98.5 30 3"),
    line(2.2, Tone::Hex(0x7A563A), "S 32 52 18 44 8 34 M 15 41 L 8 44 M 68 52 Q 84 46 92 36 M 86 42 L 93 45"),
    shape(Tone::Hex(0xFAFBFF), "E 50 79 27 20"),
    shape(Tone::Hex(0xFAFBFF), "E 50 51 20 16"),
    shape(Tone::Hex(0xFAFBFF), "E 50 28 14.5 13"),
    shape(Tone::Accent, "W 37 38 6 50 42 7 63 38 6"),
    shape(Tone::Accent, "W 59 41 6 63 54 7"),
    shape(Tone::Hex(0x3A3440), "M 30 18 L 70 18 L 70 14 L 62 14 L 61 -2 L 39 -2 L 38 14 L 30 14"),
    flat(Tone::Accent, "W 38.4 11 4 61.6 11 4"),
    flat(Tone::Ink, "E 45 26 1.9 2.1 E 55 26 1.9 2.1 E 50 52 2 2 E 50 60 2 2 E 50 76 2 2"),
    shape(Tone::Hex(0xF08A35), "M 50 28 L 66 31.5 L 50 33"),
    line(1.0, Tone::Ink, "M 43 35 Q 49 39 55 36"),
];

pub(super) const GHOST: &[Part] = &[
    shade("E 50 99 22 2"),
    shape(
        Tone::Hex(0xF7F7FC),
        "M 22 92 C 20 40 26 8 50 8 C 74 8 80 40 78 92 Q 72 84 66 92 Q 60 98 55 90 Q 50 84 45 92 Q 39 98 34 90 Q 28 84 22 92",
    ),
    shape(Tone::Hex(0xF7F7FC), "W 25 50 9 14 54 8 9 46 5"),
    shape(Tone::Hex(0xF7F7FC), "W 75 50 9 86 54 8 91 46 5"),
    flat(Tone::Ink, "E 42 34 4.4 6.4 E 58 34 4.4 6.4"),
    flat(Tone::Hex(0xFFFFFF), "E 40.8 31.5 1.4 1.8 E 56.8 31.5 1.4 1.8"),
    flat(Tone::Ink, "E 50 50 4.4 5.6"),
    flat(Tone::Hex(0xF4B4BC), "E 34 44 3.6 2.2 E 66 44 3.6 2.2"),
];
