//! What one rides, drives and flies. Those that face one way go to the right.

use super::figures::{Part, Tone, flat, line, shade, shape};

const GLASS: Tone = Tone::Hex(0xBFE0EA);
const TYRE: Tone = Tone::Hex(0x35323C);
const RIM: Tone = Tone::Hex(0xC8CDD4);
const STEEL: Tone = Tone::Hex(0x8E98A6);
const LAMP: Tone = Tone::Hex(0xFFE9A0);

pub(super) const CAR: &[Part] = &[
    shade("E 50 97 48 3"),
    shape(Tone::Accent, "B 2 78 4 68 18 64 30 62 40 48 66 47 78 60 94 66 99 76 97 88 50 90 4 88"),
    shape(GLASS, "M 34 63 L 43 52 L 53 52 L 53 63"),
    shape(GLASS, "M 57 52 L 65 52 L 74 63 L 57 63"),
    line(0.9, Tone::Ink, "M 55 52 L 55 86 M 58 70 L 63 70"),
    shape(LAMP, "E 95 73 3 3"),
    flat(Tone::Hex(0xD8453C), "E 4.5 73 2 3"),
    shape(TYRE, "E 24 87 11 11 E 77 87 11 11"),
    shape(RIM, "E 24 87 5 5 E 77 87 5 5"),
];

pub(super) const BUS: &[Part] = &[
    shade("E 50 97 50 3"),
    shape(Tone::Accent, "M -4 40 Q -4 34 4 34 L 94 34 Q 102 34 104 44 L 106 86 L -4 86"),
    flat(Tone::Hex(0xFFF4E0), "W -3.6 70 6 105 70 6"),
    shape(GLASS, "M 2 42 L 18 42 L 18 60 L 2 60"),
    shape(GLASS, "M 22 42 L 38 42 L 38 60 L 22 60"),
    shape(GLASS, "M 42 42 L 58 42 L 58 60 L 42 60"),
    shape(GLASS, "M 62 42 L 78 42 L 78 84 L 62 84"),
    line(0.9, Tone::Ink, "M 70 42 L 70 84"),
    shape(GLASS, "M 84 42 L 99 42 L 102 60 L 84 60"),
    shape(LAMP, "E 101 78 3 3"),
    shape(TYRE, "E 20 87 10 10 E 88 87 10 10"),
    shape(RIM, "E 20 87 4.6 4.6 E 88 87 4.6 4.6"),
];

pub(super) const TRUCK: &[Part] = &[
    shade("E 50 97 52 3"),
    shape(Tone::Hex(0xF4EAD8), "M -8 30 L 60 30 L 60 84 L -8 84"),
    flat(Tone::Second, "M -7 50 L 59 44 L 59 54 L -7 60"),
    shape(Tone::Accent, "M 63 46 L 84 46 Q 92 48 96 64 L 104 68 L 104 86 L 63 86"),
    shape(GLASS, "M 72 52 L 83 52 Q 88 54 90 65 L 72 65"),
    line(0.9, Tone::Ink, "M 69 52 L 69 84"),
    shape(LAMP, "E 102 76 2.4 3.4"),
    shape(STEEL, "M -8 82 L 104 82 L 104 87 L -8 87"),
    shape(TYRE, "E 8 88 10 10 E 32 88 10 10 E 86 88 10 10"),
    shape(RIM, "E 8 88 4.6 4.6 E 32 88 4.6 4.6 E 86 88 4.6 4.6"),
];

pub(super) const TRAIN: &[Part] = &[
    line(2.2, STEEL, "M -24 98 L 124 98"),
    line(
        1.6,
        Tone::Hex(0x7A5634),
        "M -16 98 L -16 101 M 4 98 L 4 101 M 24 98 L 24 101 M 44 98 L 44 101 M 64 98 L 64 101 M 84 98 L 84 101 M 104 98 L 104 101",
    ),
    flat(Tone::Hex(0xF2F0F0), "B 70 20 80 10 76 -4 60 -8 48 -2 40 -14 22 -12 24 0 44 6 58 12"),
    shape(Tone::Accent, "M -10 30 L 34 30 L 34 84 L -10 84"),
    shape(GLASS, "M 0 38 L 24 38 L 24 56 L 0 56"),
    shape(Tone::Hex(0x4A4E5C), "M -14 24 L 38 24 L 36 31 L -12 31"),
    shape(Tone::Hex(0x4A4E5C), "M 66 46 L 67 32 L 62 22 L 82 22 L 77 32 L 78 46"),
    shape(Tone::Hex(0x5A6E84), "M 34 46 L 88 46 Q 96 48 96 62 Q 96 78 88 80 L 34 80"),
    line(1.4, Tone::Hex(0xE3B341), "M 48 46 L 48 80 M 62 46 L 62 80 M 84 46 L 84 80"),
    shape(Tone::Hex(0xE3B341), "B 48 46 50 36 56 36 58 46"),
    shape(LAMP, "E 95 56 4 4"),
    shape(Tone::Accent, "M 88 82 L 98 82 L 112 96 L 88 96"),
    shape(Tone::Hex(0x4A4E5C), "M -12 80 L 92 80 L 92 86 L -12 86"),
    shape(TYRE, "E 4 88 10 10 E 28 88 10 10 E 54 90 8 8 E 76 90 8 8"),
    shape(RIM, "E 4 88 3 3 E 28 88 3 3 E 54 90 2.4 2.4 E 76 90 2.4 2.4"),
    line(2.2, Tone::Hex(0xC84A3C), "M 4 90 L 76 90"),
];

pub(super) const BICYCLE: &[Part] = &[
    shade("E 50 99 48 2.4"),
    line(2.4, TYRE, "S 0 76 6 61 20 55 34 61 40 76 34 91 20 97 6 91 0 76"),
    line(2.4, TYRE, "S 62 76 68 61 82 55 96 61 102 76 96 91 82 97 68 91 62 76"),
    line(
        0.5,
        STEEL,
        "M 20 57 L 20 95 M 2 76 L 38 76 M 7 63 L 33 89 M 33 63 L 7 89 M 82 57 L 82 95 M 64 76 L 100 76 M 69 63 L 95 89 M 95 63 L 69 89",
    ),
    line(3.4, Tone::Accent, "M 20 76 L 46 78 L 72 48 L 36 48 L 20 76 M 46 78 L 33 40 M 82 76 L 70 38"),
    line(2.2, Tone::Ink, "M 70 38 L 66 32 Q 76 30 82 36 M 46 78 L 52 88 M 48 88 L 56 88 M 46 78 L 40 68"),
    shape(Tone::Ink, "B 24 39 32 36 44 38 40 42 28 43"),
    shape(STEEL, "E 46 78 4.6 4.6"),
    flat(Tone::Ink, "E 20 76 2 2 E 82 76 2 2"),
];

pub(super) const MOTORCYCLE: &[Part] = &[
    shade("E 50 98 48 2.6"),
    shape(TYRE, "E 18 80 18 18 E 82 80 18 18"),
    shape(RIM, "E 18 80 10 10 E 82 80 10 10"),
    line(3.0, STEEL, "M 82 80 L 68 44 M 18 80 L 44 78"),
    shape(Tone::Hex(0x5A6070), "B 34 64 60 62 66 76 58 86 38 86 30 78"),
    shape(STEEL, "W 50 84 5 28 88 5 6 86 7"),
    shape(Tone::Accent, "B 40 54 56 44 70 48 72 58 60 66 44 64"),
    shape(Tone::Ink, "B 8 54 24 52 40 56 44 64 28 64 14 60"),
    shape(Tone::Accent, "B 4 62 16 56 30 64 14 64"),
    line(2.4, Tone::Ink, "M 68 44 L 62 36 L 54 36"),
    shape(LAMP, "E 75 50 5 5"),
];

pub(super) const AIRPLANE: &[Part] = &[
    shape(Tone::Hex(0xD8DEE6), "M 46 50 L 26 14 L 36 14 L 64 48"),
    shape(Tone::Accent, "M 10 50 L -2 24 L 10 24 L 26 48"),
    shape(Tone::Hex(0xF8F6F2), "B 0 52 20 46 60 44 88 46 102 56 92 64 60 66 20 62"),
    flat(Tone::Accent, "W 6 56 4 60 57 5 99 58 3"),
    shape(GLASS, "B 86 48 94 49 98 53 88 53"),
    flat(
        Tone::Hex(0x5A7EA4),
        "E 30 51 1.8 2 E 38 50.6 1.8 2 E 46 50.4 1.8 2 E 54 50.2 1.8 2 E 62 50.2 1.8 2 E 70 50.4 1.8 2 E 78 50.8 1.8 2",
    ),
    shape(Tone::Hex(0xE8ECF0), "M 40 58 L 14 88 L 28 88 L 62 60"),
    shape(STEEL, "B 32 74 46 72 48 79 34 82"),
    shape(Tone::Hex(0xE8ECF0), "M 12 56 L -4 66 L 6 66 L 24 58"),
];

pub(super) const HELICOPTER: &[Part] = &[
    line(1.4, Tone::Ink, "M 52 34 L 52 20"),
    shape(STEEL, "W -8 19 2 52 17 5 112 19 2"),
    shape(Tone::Accent, "W 42 52 14 10 46 6 -14 40 4"),
    shape(STEEL, "W -16 26 3 -14 54 3 W -22 42 2 -4 38 2"),
    shape(Tone::Accent, "B 26 50 40 34 62 32 84 44 90 60 78 74 46 76 30 66"),
    shape(GLASS, "B 62 38 78 44 86 58 64 60"),
    shape(GLASS, "B 40 42 54 40 54 56 40 56"),
    line(2.2, Tone::Ink, "M 44 76 L 40 88 M 68 75 L 72 88 M 24 88 L 84 88 Q 92 88 94 82"),
];

pub(super) const SUBMARINE: &[Part] = &[
    line(2.6, STEEL, "M 54 34 L 54 14 L 66 14"),
    shape(Tone::Second, "M 38 48 L 42 32 L 68 32 L 72 48"),
    shape(STEEL, "B 4 62 -6 48 -10 62 -6 76 M 2 60 L 10 60 L 10 66 L 2 66"),
    shape(Tone::Second, "B 4 62 18 48 50 44 86 48 100 62 86 78 50 82 18 76"),
    shape(GLASS, "E 36 62 6.4 6.4"),
    shape(GLASS, "E 56 62 6.4 6.4"),
    shape(GLASS, "E 76 62 6.4 6.4"),
    flat(Tone::Hex(0xE6F6FA), "E -16 50 3 3 E -22 40 2 2 E -18 28 2.6 2.6"),
];
