//! What drawings are made of: paths in a 100 × 100 box, from back to front. And the first of them.

use std::borrow::Cow;

use super::path::Point;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tone {
    Coat,
    CoatDark,
    CoatPale,
    Metal,
    MetalDark,
    Accent,
    Second,
    Leaf,
    Ink,
    Lamp,
    Hex(u32),
}

/// One shape: washed with a tone, outlined with ink, or both.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) path: Cow<'static, str>,
    pub(super) wash: Option<Tone>,
    pub(super) ink: f32,
    pub(super) pen: Tone,
    pub(super) shade: bool,
    /// 0 = modelled by light, 1 = flat.
    pub(super) flat: f32,
}

pub(super) const fn shape(tone: Tone, path: &'static str) -> Part {
    let path = Cow::Borrowed(path);
    Part { path, wash: Some(tone), ink: 1.0, pen: Tone::Ink, shade: false, flat: 0.0 }
}

/// Colour without an outline.
pub(super) const fn flat(tone: Tone, path: &'static str) -> Part {
    let path = Cow::Borrowed(path);
    Part { path, wash: Some(tone), ink: 0.0, pen: Tone::Ink, shade: false, flat: 1.0 }
}

pub(super) const fn line(width: f32, pen: Tone, path: &'static str) -> Part {
    let path = Cow::Borrowed(path);
    Part { path, wash: None, ink: width, pen, shade: false, flat: 1.0 }
}

pub(super) const fn shade(path: &'static str) -> Part {
    let path = Cow::Borrowed(path);
    Part { path, wash: None, ink: 0.0, pen: Tone::Ink, shade: true, flat: 1.0 }
}

impl Part {
    /// The same part with its origin at a point, and in other units along each axis.
    pub(super) fn at(&self, origin: Point, units: Point) -> Part {
        let mut path = String::with_capacity(2 * self.path.len());
        let (mut command, mut count) = ("", 0);
        for word in self.path.split_ascii_whitespace() {
            let Ok(number) = word.parse::<f32>() else {
                (command, count) = (word, 0);
                path.push_str(word);
                path.push(' ');
                continue;
            };
            let moved = match (command, count % 3, count % 2) {
                ("W", 2, _) => number * (units[0] + units[1]) / 2.0,
                ("W", axis, _) => origin[axis] + number * units[axis],
                ("E", _, axis) if count > 1 => number * units[axis],
                (_, _, axis) => origin[axis] + number * units[axis],
            };
            path.push_str(&format!("{moved} "));
            count += 1;
        }
        self.clone().along(path)
    }

    /// The same part with this tone in the place of another.
    pub(super) fn toned(mut self, from: Tone, to: Tone) -> Part {
        self.wash = self.wash.map(|tone| if tone == from { to } else { tone });
        self.pen = if self.pen == from { to } else { self.pen };
        self
    }

    /// The same part along a path that was computed.
    pub(super) fn along(self, path: String) -> Part {
        Part { path: Cow::Owned(path), ..self }
    }
}

const PINK: Tone = Tone::Hex(0xF2A0A0);
const CONE: Tone = Tone::Hex(0xE0A862);
const VANILLA: Tone = Tone::Hex(0xFFF0CC);
const BERRY: Tone = Tone::Hex(0xF59BB0);
const MINT: Tone = Tone::Hex(0xB5DFC4);

pub(super) const CAT: &[Part] = &[
    shade("E 52 98.5 33 3.6"),
    shade("E 52 98.5 25 2.4"),
    shape(
        Tone::Coat,
        "M 63 95 C 84 99 97 86 92 70 C 89 60 79 61 80 68 C 81 73 86 73 85 79 C 83 88 74 88 64 84",
    ),
    flat(
        Tone::CoatDark,
        "M 92 70 C 89 60 79 61 80 68 C 80.4 70.5 81.5 71.5 82.8 72.8 C 85 69.5 89 68.5 92 70",
    ),
    shape(Tone::Coat, "M 31 98 C 24 86 29 66 39 56 L 61 56 C 71 66 77 86 69 98 C 60 101 40 101 31 98"),
    flat(Tone::CoatPale, "M 40 60 C 42 57 58 57 60 60 C 63 70 60 82 50 83 C 40 82 37 70 40 60"),
    flat(Tone::CoatDark, "M 29.5 77 Q 34 76 37 79 Q 33 79.5 28.6 81.5"),
    flat(Tone::CoatDark, "M 28.4 85 Q 33 84 36 87 Q 32 87 28.2 89"),
    flat(Tone::CoatDark, "M 71.2 77 Q 67 76 64 79 Q 68 79.5 72 81.5"),
    shape(Tone::Coat, "M 33 100 C 30 94 33 89 40 89 C 47 89 49 95 47 100"),
    shape(Tone::Coat, "M 53 100 C 51 95 53 89 60 89 C 67 89 70 94 67 100"),
    line(0.7, Tone::Ink, "M 38 100 L 38.2 96.5"),
    line(0.7, Tone::Ink, "M 42.4 100 L 42.4 96.5"),
    line(0.7, Tone::Ink, "M 58 100 L 57.8 96.5"),
    line(0.7, Tone::Ink, "M 62.4 100 L 62.4 96.5"),
    shape(Tone::Coat, "M 27 33 C 23 20 23 9 26.5 3.5 C 34 6 42 12 46 19 C 40 24 33 29 27 33"),
    shape(Tone::Coat, "M 73 33 C 77 20 77 9 73.5 3.5 C 66 6 58 12 54 19 C 60 24 67 29 73 33"),
    flat(PINK, "M 29 26 C 26.5 18 26.8 12 28.4 8.8 C 33 11 37.5 14.5 40 18.5 C 36 21 32 24 29 26"),
    flat(PINK, "M 71 26 C 73.5 18 73.2 12 71.6 8.8 C 67 11 62.5 14.5 60 18.5 C 64 21 68 24 71 26"),
    shape(
        Tone::Coat,
        "M 24 41 C 22 25 35 15.5 50 15.5 C 65 15.5 78 25 76 41 C 75.5 45 78 48 79.5 50 C 75 50.5 73.5 52 72 53.5 C 67 60 59 62 50 62 C 41 62 33 60 28 53.5 C 26.5 52 25 50.5 20.5 50 C 22 48 24.5 45 24 41",
    ),
    flat(Tone::CoatDark, "M 48.6 16 L 51.4 16 Q 51.6 22 50 27 Q 48.4 22 48.6 16"),
    flat(Tone::CoatDark, "M 42 16.6 L 44.6 16.2 Q 45.6 21 45.2 24.6 Q 43 21 42 16.6"),
    flat(Tone::CoatDark, "M 58 16.6 L 55.4 16.2 Q 54.4 21 54.8 24.6 Q 57 21 58 16.6"),
    flat(Tone::CoatDark, "M 24 40 Q 28 40.5 31 43 Q 27 42.6 24 43.4"),
    flat(Tone::CoatDark, "M 76 40 Q 72 40.5 69 43 Q 73 42.6 76 43.4"),
    flat(
        Tone::CoatPale,
        "M 50 43 C 56 42 62 46 61.5 52 C 61 58.5 55 61 50 61 C 45 61 39 58.5 38.5 52 C 38 46 44 42 50 43",
    ),
    flat(PINK, "E 32.5 48 4.6 2.9"),
    flat(PINK, "E 67.5 48 4.6 2.9"),
    shape(
        Tone::Hex(0xE2747C),
        "M 46.6 44.6 C 48.5 43.6 51.5 43.6 53.4 44.6 C 53 47 51 48.6 50 48.6 C 49 48.6 47 47 46.6 44.6",
    ),
    line(1.0, Tone::Ink, "M 50 48.4 C 50.2 52.4 46 54.2 42.8 51.6"),
    line(1.0, Tone::Ink, "M 50 48.4 C 49.8 52.4 54 54.2 57.2 51.6"),
    line(0.55, Tone::Ink, "M 35 49.5 Q 24 47 15 48.5"),
    line(0.55, Tone::Ink, "M 35.4 52 Q 25 52 17 56"),
    line(0.55, Tone::Ink, "M 65 49.5 Q 76 47 85 48.5"),
    line(0.55, Tone::Ink, "M 64.6 52 Q 75 52 83 56"),
];

pub(super) const CAT_HAPPY: &[Part] = &[
    line(1.7, Tone::Ink, "M 33 40.5 Q 38 33.5 43.5 40"),
    line(1.7, Tone::Ink, "M 56.5 40 Q 62 33.5 67 40.5"),
    line(0.9, Tone::Ink, "M 33.2 40.5 L 30.8 39.4"),
    line(0.9, Tone::Ink, "M 66.8 40.5 L 69.2 39.4"),
];

pub(super) const CAT_EYES: &[Part] = &[
    shape(Tone::Hex(0xF4E7A1), "E 38.5 37.5 5.2 6"),
    shape(Tone::Hex(0xF4E7A1), "E 61.5 37.5 5.2 6"),
    flat(Tone::Ink, "E 39 37.8 3.5 5"),
    flat(Tone::Ink, "E 61 37.8 3.5 5"),
    flat(Tone::Hex(0xFFFFFF), "E 37.6 35.4 1.4 1.6"),
    flat(Tone::Hex(0xFFFFFF), "E 59.6 35.4 1.4 1.6"),
    flat(Tone::Hex(0xFFFFFF), "E 40.4 40.2 0.7 0.8"),
    flat(Tone::Hex(0xFFFFFF), "E 62.4 40.2 0.7 0.8"),
];

pub(super) const CAT_PAWS: &[Part] = &[
    line(0.9, Tone::Ink, "M 42 72 C 41 80 41 85 42 89"),
    line(0.9, Tone::Ink, "M 58 72 C 59 80 59 85 58 89"),
    shape(Tone::Accent, "M 36 58.5 Q 50 66 64 58.5 Q 64.6 61 63.8 62.6 Q 50 70 36.2 62.6 Q 35.4 61 36 58.5"),
    shape(Tone::Second, "E 50 68 3 3"),
];

pub(super) const CAT_TREAT: &[Part] = &[
    shape(Tone::Accent, "M 36 59 Q 50 66 64 59 Q 64.6 61.4 63.8 63 Q 50 70 36.2 63 Q 35.4 61.4 36 59"),
    shape(CONE, "M 52.5 69.5 L 69.5 67 L 65 91"),
    line(0.45, Tone::Hex(0x9A6430), "M 56 72 L 66.6 82"),
    line(0.45, Tone::Hex(0x9A6430), "M 61 69 L 68 76"),
    line(0.45, Tone::Hex(0x9A6430), "M 67 69 L 58.4 79"),
    line(0.45, Tone::Hex(0x9A6430), "M 68 75 L 61.6 84"),
    shape(
        BERRY,
        "M 51 68.5 C 48.5 60 54 54.5 61 54.5 C 68 54.5 73 60 70.6 67 C 70 70.5 68 69.5 67 68.6 C 66 72.6 63 72 62.6 69.2 C 60 71 58.6 71 57.6 69.6 C 56 73 52 72.6 51 68.5",
    ),
    shape(
        VANILLA,
        "M 53.4 57.5 C 51.5 50.5 56.5 46 61.5 46 C 67 46 71 51 69 57 C 67 59.5 65 58 63.6 57.8 C 61.6 60 59.4 59.6 58 58.4 C 56.4 60 54 59.8 53.4 57.5",
    ),
    line(1.5, Tone::Accent, "M 57 51.5 L 58.6 50"),
    line(1.5, Tone::Hex(0x5FA8B8), "M 62.6 49.4 L 64.6 50"),
    line(1.5, Tone::Hex(0x7DB46C), "M 65.4 54 L 66.8 52.6"),
    line(1.5, Tone::Hex(0x9A6BB8), "M 60.4 54.6 L 62 55.6"),
    line(1.5, Tone::Hex(0xFFF3C4), "M 56 62 L 57.4 60.4"),
    line(1.5, Tone::Hex(0xFFF3C4), "M 64.6 62.4 L 66.4 63"),
    shape(
        Tone::Hex(0xEE7D86),
        "M 48.2 52.6 C 50 53.8 52.4 53.4 54 51.8 C 57 52.6 57.6 56.4 55 57.8 C 52 59 48.6 56.6 48.2 52.6",
    ),
    line(0.5, Tone::Hex(0xB84A5C), "M 51.2 54 Q 52.4 55.6 54 56"),
    shape(
        Tone::Coat,
        "M 37 66 C 33 72 36 82 46 83.5 C 52 84.5 60 83.5 63 81.5 C 66.5 79 64.5 73.6 60 74.4 C 55 75.4 50 75.6 47.5 73",
    ),
    line(0.6, Tone::Ink, "M 60.6 82 L 61 79.4"),
    line(0.6, Tone::Ink, "M 63.4 80.4 L 62.8 77.8"),
    shape(Tone::Coat, "M 72 70 C 74 77 73 84 68 86.4 C 63.4 88 60 84.6 62 81.4 C 64 79 67 79.6 68 76"),
    line(0.6, Tone::Ink, "M 63.4 86 L 64.6 83.8"),
    line(0.6, Tone::Ink, "M 66.2 86.8 L 66.8 84.4"),
];

pub(super) const ICE_CREAM: &[Part] = &[
    shade("E 50 99 18 2.6"),
    shape(CONE, "M 31 52 L 69 52 L 51 99 L 49 99"),
    line(0.6, Tone::Hex(0x9A6430), "M 34 58 L 55 88"),
    line(0.6, Tone::Hex(0x9A6430), "M 38 53 L 58.6 80"),
    line(0.6, Tone::Hex(0x9A6430), "M 48 53 L 62 71"),
    line(0.6, Tone::Hex(0x9A6430), "M 58 53 L 66 63"),
    line(0.6, Tone::Hex(0x9A6430), "M 66 58 L 45 88"),
    line(0.6, Tone::Hex(0x9A6430), "M 62 53 L 41.4 80"),
    line(0.6, Tone::Hex(0x9A6430), "M 52 53 L 38 71"),
    line(0.6, Tone::Hex(0x9A6430), "M 42 53 L 34 63"),
    shape(
        MINT,
        "M 30 52 C 24 38 32 28 41 29 C 52 30 56 42 52 52 C 50 57 47 55 45.6 53.4 C 43 60 39 59 38.6 54 C 35 58 31.6 56.6 30 52",
    ),
    shape(
        BERRY,
        "M 48 52 C 44 38 52 28 61 29 C 70 30 75 42 70.6 52 C 69 57 66.6 56 65 53.4 C 63 63 58 62 57.6 54 C 54 58 49 56.6 48 52",
    ),
    shape(
        VANILLA,
        "M 34 34 C 30 19 40 10 50 10 C 61 10 70 19 66 34 C 63 39 60 36.6 58 35 C 55 40.6 50 40 48.6 35.6 C 45 39.6 42 38.6 41 36 C 38.6 38.6 35 38 34 34",
    ),
    shape(Tone::Accent, "E 52 8 5 5"),
    line(0.9, Tone::Leaf, "M 52.6 3.6 Q 55 -1 60 -2"),
    flat(Tone::Hex(0xFFFFFF), "E 50.4 6.4 1.3 1.1"),
    line(1.2, Tone::Accent, "M 41 22 L 43.6 19.4"),
    line(1.2, Tone::Hex(0x5FA8B8), "M 56 19 L 59 20.6"),
    line(1.2, Tone::Hex(0x7DB46C), "M 49 25 L 51.6 27"),
    line(1.2, Tone::Hex(0x9A6BB8), "M 60 28 L 61.6 25.4"),
    line(1.2, Tone::Second, "M 40 30 L 43 30.6"),
];

pub(super) const ROBOT: &[Part] = &[
    shade("E 50 99 27 3"),
    shape(Tone::MetalDark, "M 37 76 L 45 76 L 44.6 94 L 37.4 94"),
    shape(Tone::MetalDark, "M 55 76 L 63 76 L 62.6 94 L 55.4 94"),
    shape(Tone::Metal, "M 32 99 C 31 92 36 90.5 41 90.5 C 46 90.5 47.6 94 47 99"),
    shape(Tone::Metal, "M 53 99 C 52.4 94 54 90.5 59 90.5 C 64 90.5 69 92 68 99"),
    line(3.6, Tone::MetalDark, "M 31 54 C 20 57 18 66 22 74"),
    line(3.6, Tone::MetalDark, "M 69 54 C 80 52 84 45 82 37"),
    shape(Tone::Metal, "E 22.4 76 4.6 4.6"),
    shape(Tone::Metal, "E 81.6 35 4.6 4.6"),
    shape(
        Tone::Metal,
        "M 31 49 Q 31 46.5 34 46.5 L 66 46.5 Q 69 46.5 69 49 L 67.4 77 Q 67 80 64 80 L 36 80 Q 33 80 32.6 77",
    ),
    shape(Tone::Hex(0xF5EBD5), "M 38.4 53 L 61.6 53 L 61 69 L 39 69"),
    shape(
        Tone::Accent,
        "M 50 66 C 44 61.6 42.6 58.6 44.6 56.8 C 46.6 55 49.4 56.4 50 58.6 C 50.6 56.4 53.4 55 55.4 56.8 C 57.4 58.6 56 61.6 50 66",
    ),
    flat(Tone::Ink, "E 40 74.4 1.2 1.2"),
    flat(Tone::Second, "E 45 74.4 1.2 1.2"),
    line(0.7, Tone::Ink, "M 51 74.4 L 60 74.4"),
    shape(Tone::MetalDark, "M 45 41 L 55 41 L 56 47 L 44 47"),
    line(1.2, Tone::Ink, "M 50 14 C 49.6 10 50.6 7 50 5"),
    shape(Tone::Accent, "E 50 4.4 3 3"),
    shape(Tone::MetalDark, "E 26.6 28 3.4 5"),
    shape(Tone::MetalDark, "E 73.4 28 3.4 5"),
    shape(
        Tone::Metal,
        "M 28 19 Q 28 13 35 13 L 65 13 Q 72 13 72 19 L 71.4 37 Q 71 42.5 65 42.5 L 35 42.5 Q 29 42.5 28.6 37",
    ),
    shape(
        Tone::Hex(0x2E3D4A),
        "M 33 21 Q 33 18 37 18 L 63 18 Q 67 18 67 21 L 66.4 33.4 Q 66 36.6 62.6 36.6 L 37.4 36.6 Q 34 36.6 33.6 33.4",
    ),
    flat(Tone::Lamp, "E 42 26 3.5 4"),
    flat(Tone::Lamp, "E 58 26 3.5 4"),
    flat(Tone::Hex(0xFFFFFF), "E 41 24.6 1.1 1.3"),
    flat(Tone::Hex(0xFFFFFF), "E 57 24.6 1.1 1.3"),
    line(1.1, Tone::Lamp, "M 45.6 31 Q 50 35 54.4 31"),
    line(0.9, Tone::Leaf, "M 82 34 C 84 27 83 22 85 16"),
    shape(Tone::Accent, "E 82.4 13.4 3 3"),
    shape(Tone::Accent, "E 88 13.6 3 3"),
    shape(Tone::Accent, "E 85 9.6 3 3"),
    shape(Tone::Accent, "E 85.4 17 3 3"),
    shape(Tone::Second, "E 85.2 13.4 2.4 2.4"),
];
