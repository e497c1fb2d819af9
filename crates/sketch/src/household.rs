//! Things of a household, and signs.

use super::figures::{Part, Tone, flat, line, shade, shape};

const WOOD: Tone = Tone::Hex(0xB07A4C);
const WOOD_DARK: Tone = Tone::Hex(0x8A5A36);
const GOLD: Tone = Tone::Hex(0xE8B93E);
const STEEL: Tone = Tone::Hex(0xC4CCD6);
const DARK: Tone = Tone::Hex(0x3A3844);
const PAPER: Tone = Tone::Hex(0xFFF6E6);
const GLASS: Tone = Tone::Hex(0xCFE6EC);

pub(super) const CHAIR: &[Part] = &[
    shade("E 50 98.5 30 2.4"),
    shape(WOOD_DARK, "W 34 62 5 34 92 4 W 70 60 5 72 92 4"),
    shape(WOOD, "W 28 4 6 28 66 6 W 64 4 6 64 62 6"),
    shape(WOOD, "W 28 12 7 64 12 7"),
    shape(WOOD, "W 28 26 6 64 26 6"),
    shape(WOOD, "W 28 40 6 64 40 6"),
    shape(Tone::Accent, "B 22 60 34 54 76 54 82 60 72 66 26 66"),
    shape(WOOD, "W 26 66 6 24 98 5 W 78 64 6 80 98 5"),
];

pub(super) const TABLE: &[Part] = &[
    shade("E 50 98.5 50 3"),
    shape(WOOD_DARK, "W 18 60 5 18 92 4 W 82 60 5 82 92 4"),
    shape(WOOD, "W 6 60 7 4 98 6 W 94 60 7 96 98 6"),
    shape(WOOD, "M 8 46 L 92 46 L 104 58 L -4 58"),
    shape(WOOD_DARK, "M -4 58 L 104 58 L 104 65 L -4 65"),
    shape(Tone::Second, "B 40 50 43 34 50 32 57 34 60 50"),
    shape(Tone::Leaf, "W 48 34 1.6 41 16 1.4 W 50 34 1.6 51 10 1.4 W 53 34 1.6 61 18 1.4"),
    shape(Tone::Accent, "E 41 15 5 5 E 51 9 5 5 E 62 17 5 5"),
];

pub(super) const BED: &[Part] = &[
    shade("E 50 98.5 56 3"),
    shape(WOOD, "M -8 98 L -8 34 Q -8 28 -2 28 L 2 28 Q 6 28 6 34 L 6 98"),
    shape(WOOD, "M 96 98 L 96 52 Q 96 48 100 48 L 104 48 Q 108 48 108 52 L 108 98"),
    shape(WOOD_DARK, "M 4 82 L 98 82 L 98 92 L 4 92"),
    shape(PAPER, "M 4 66 L 98 66 L 98 84 L 4 84"),
    shape(Tone::Hex(0xFFFFFF), "B 8 54 24 50 36 56 36 66 22 70 8 68"),
    shape(Tone::Accent, "M 36 60 Q 66 52 98 62 L 100 88 L 34 88 Q 40 74 36 60"),
    flat(Tone::Second, "W 48 60 4 50 86 5 W 66 58 4 68 86 5 W 84 60 4 86 86 5"),
];

pub(super) const LAMP: &[Part] = &[
    shade("E 50 98.5 20 2.4"),
    shape(GOLD, "W 50 44 4 50 92 4"),
    shape(GOLD, "B 32 94 50 90 68 94 66 99 34 99"),
    shape(Tone::Accent, "M 36 10 L 64 10 L 80 48 Q 50 56 20 48"),
    flat(Tone::Lamp, "B 30 46 50 50 70 46 66 51 50 54 34 51"),
    line(0.9, Tone::Ink, "M 64 50 L 65 64"),
    flat(GOLD, "E 65 66 1.8 1.8"),
];

pub(super) const CLOCK: &[Part] = &[
    shade("E 50 98.5 26 2.4"),
    shape(DARK, "W 30 84 6 22 98 6 W 70 84 6 78 98 6"),
    shape(GOLD, "E 28 18 13 10 E 72 18 13 10"),
    shape(Tone::Accent, "E 50 54 40 40"),
    shape(PAPER, "E 50 54 32 32"),
    line(2.0, Tone::Ink, "M 50 25 L 50 31 M 50 77 L 50 83 M 21 54 L 27 54 M 73 54 L 79 54"),
    line(
        1.2,
        Tone::Ink,
        "M 65 29 L 62 34 M 75 39 L 70 42 M 35 29 L 38 34 M 25 39 L 30 42 M 65 79 L 62 74 M 75 69 L 70 66 M 35 79 L 38 74 M 25 69 L 30 66",
    ),
    line(3.0, Tone::Ink, "M 50 54 L 40 38"),
    line(2.4, Tone::Ink, "M 50 54 L 66 44"),
    flat(Tone::Accent, "E 50 54 3 3"),
];

pub(super) const BOOK: &[Part] = &[
    shade("E 50 92 48 3"),
    shape(Tone::Accent, "M 50 34 Q 26 20 0 30 L 0 88 Q 26 80 50 92 Q 74 80 100 88 L 100 30 Q 74 20 50 34"),
    shape(PAPER, "M 50 32 Q 28 18 5 27 L 5 82 Q 28 74 50 87"),
    shape(PAPER, "M 50 32 Q 72 18 95 27 L 95 82 Q 72 74 50 87"),
    line(
        0.8,
        Tone::Ink,
        "M 12 36 Q 28 30 43 38 M 12 46 Q 28 40 43 48 M 12 56 Q 28 50 43 58 M 12 66 Q 28 60 43 68 M 57 38 Q 72 30 88 36 M 57 48 Q 72 40 88 46 M 57 58 Q 72 50 88 56 M 57 68 Q 72 60 88 66",
    ),
    line(1.2, Tone::Ink, "M 50 32 L 50 88"),
];

pub(super) const CUP: &[Part] = &[
    shade("E 46 97 42 3"),
    shape(PAPER, "E 46 92 42 6"),
    shape(Tone::Accent, "W 74 50 6 92 50 6 90 68 6 70 74 5"),
    shape(Tone::Accent, "M 14 40 Q 16 78 30 90 L 62 90 Q 76 78 78 40"),
    shape(PAPER, "E 46 40 32 7"),
    shape(Tone::Hex(0x7A4A2C), "E 46 41 27 5"),
    line(1.8, Tone::Hex(0xF4F0EA), "S 36 32 32 22 40 14 36 4 M 52 32 Q 48 22 54 14 Q 60 6 55 -2"),
];

pub(super) const BOTTLE: &[Part] = &[
    shade("E 50 98.5 18 2.4"),
    shape(Tone::Hex(0xB07A4C), "M 45 4 L 55 4 L 55 13 L 45 13"),
    shape(
        Tone::Hex(0x5E9A72),
        "M 43 12 L 57 12 L 57 34 Q 58 42 66 48 Q 70 52 70 60 L 70 94 Q 70 98 66 98 L 34 98 Q 30 98 30 94 L 30 60 Q 30 52 34 48 Q 42 42 43 34",
    ),
    shape(PAPER, "M 30 62 L 70 62 L 70 84 L 30 84"),
    shape(Tone::Accent, "E 50 73 7 7"),
    flat(Tone::Hex(0xD6EEDC), "W 37 52 3 36 58 3"),
];

pub(super) const KEY: &[Part] = &[
    shape(
        GOLD,
        "M 46 44 L 100 44 L 100 56 L 96 56 L 96 68 L 88 68 L 88 60 L 82 60 L 82 72 L 72 72 L 72 56 L 46 56",
    ),
    shape(GOLD, "E 26 50 26 26"),
    shape(DARK, "E 22 50 11 11"),
    flat(PAPER, "W 10 38 3 20 28 3 30 28 2"),
];

pub(super) const UMBRELLA: &[Part] = &[
    shape(WOOD_DARK, "W 50 8 2.4 50 60 2.6 50 88 3 44 96 3.4 36 94 3.4 34 86 3"),
    shape(
        Tone::Accent,
        "M 2 52 C 4 16 34 6 50 6 C 66 6 96 16 98 52 Q 90 44 82 51 Q 74 44 66 51 Q 58 44 50 51 Q 42 44 34 51 Q 26 44 18 51 Q 10 44 2 52",
    ),
    flat(Tone::Second, "M 34 51 Q 36 20 50 6 Q 64 20 66 51 Q 58 44 50 51 Q 42 44 34 51"),
    line(
        0.8,
        Tone::Ink,
        "M 50 6 Q 34 20 34 51 M 50 6 Q 66 20 66 51 M 50 6 Q 18 22 18 51 M 50 6 Q 82 22 82 51",
    ),
    line(1.6, Tone::Ink, "M 50 6 L 50 0"),
];

pub(super) const CANDLE: &[Part] = &[
    shade("E 50 98.5 26 2.6"),
    shape(GOLD, "B 18 92 50 87 82 92 74 99 26 99"),
    shape(PAPER, "M 38 40 Q 50 34 62 40 L 62 92 Q 50 96 38 92"),
    shape(PAPER, "W 40 42 5 38 58 5 W 58 42 5 60 52 5"),
    line(1.4, Tone::Ink, "M 50 38 L 50 29"),
    shape(Tone::Hex(0xFFA93C), "B 50 0 58 16 56 28 50 32 44 28 42 16"),
    flat(Tone::Hex(0xFFF0A8), "B 50 14 54 22 52 29 48 29 46 22"),
];

pub(super) const GUITAR: &[Part] = &[
    shade("E 50 99 22 2.4"),
    shape(WOOD_DARK, "M 46 -2 L 54 -2 L 55 12 L 45 12"),
    shape(WOOD_DARK, "M 47 10 L 53 10 L 53 56 L 47 56"),
    shape(Tone::Hex(0xD98E4A), "B 50 42 66 44 70 54 63 62 72 72 72 90 50 98 28 90 28 72 37 62 30 54 34 44"),
    shape(DARK, "E 50 64 8.5 8.5"),
    shape(WOOD_DARK, "M 40 84 L 60 84 L 60 88 L 40 88"),
    line(0.5, PAPER, "M 48 0 L 48 86 M 50 0 L 50 86 M 52 0 L 52 86"),
    line(2.2, GOLD, "M 42 1 L 45 1 M 42 7 L 45 7 M 55 1 L 58 1 M 55 7 L 58 7"),
];

pub(super) const PIANO: &[Part] = &[
    shade("E 50 98.5 50 3"),
    shape(DARK, "W 8 70 6 8 98 5 W 92 70 6 92 98 5"),
    shape(DARK, "M 0 20 L 100 20 L 100 78 L 0 78"),
    shape(Tone::Hex(0x55525F), "M 6 26 L 94 26 L 94 46 L 6 46"),
    shape(PAPER, "M 36 28 L 50 31 L 64 28 L 64 44 L 50 47 L 36 44"),
    shape(PAPER, "M 2 56 L 98 56 L 98 68 L 2 68"),
    line(
        0.7,
        Tone::Ink,
        "M 12 56 L 12 68 M 22 56 L 22 68 M 32 56 L 32 68 M 42 56 L 42 68 M 52 56 L 52 68 M 62 56 L 62 68 M 72 56 L 72 68 M 82 56 L 82 68 M 90 56 L 90 68",
    ),
    flat(
        Tone::Ink,
        "W 12 56 5 12 62 5 W 22 56 5 22 62 5 W 42 56 5 42 62 5 W 52 56 5 52 62 5 W 62 56 5 62 62 5 W 82 56 5 82 62 5",
    ),
];

pub(super) const CAMERA: &[Part] = &[
    shade("E 50 92 46 3"),
    shape(DARK, "M 32 34 L 38 22 L 62 22 L 68 34"),
    shape(DARK, "M 4 38 Q 4 32 10 32 L 90 32 Q 96 32 96 38 L 96 84 Q 96 90 90 90 L 10 90 Q 4 90 4 84"),
    flat(Tone::Accent, "M 4.6 44 L 95.4 44 L 95.4 50 L 4.6 50"),
    shape(STEEL, "E 50 62 24 24"),
    shape(DARK, "E 50 62 18 18"),
    shape(Tone::Hex(0x5A8AB4), "E 50 62 11 11"),
    flat(Tone::Hex(0xFFFFFF), "E 45 57 3.4 3.4"),
    shape(Tone::Lamp, "M 78 36 L 90 36 L 90 42 L 78 42"),
    shape(Tone::Hex(0xD8453C), "M 12 27 L 24 27 L 24 32 L 12 32"),
];

pub(super) const COMPUTER: &[Part] = &[
    shade("E 50 98.5 46 3"),
    shape(STEEL, "M 44 68 L 56 68 L 58 80 L 42 80"),
    shape(STEEL, "B 30 80 50 78 70 80 66 84 34 84"),
    shape(DARK, "M 4 12 Q 4 6 10 6 L 90 6 Q 96 6 96 12 L 96 66 Q 96 70 90 70 L 10 70 Q 4 70 4 66"),
    shape(Tone::Hex(0x9ED2DC), "M 10 12 L 90 12 L 90 63 L 10 63"),
    flat(Tone::Hex(0x7DB46C), "M 10 63 L 10 50 Q 32 34 52 50 Q 70 38 90 50 L 90 63"),
    flat(Tone::Lamp, "E 74 24 6 6"),
    shape(STEEL, "M 14 88 L 78 88 L 82 98 L 10 98"),
    line(
        0.7,
        Tone::Ink,
        "M 16 91 L 77 91 M 14 94.5 L 79 94.5 M 26 88 L 24 98 M 38 88 L 37 98 M 50 88 L 50 98 M 62 88 L 64 98",
    ),
    shape(STEEL, "B 90 88 97 88 99 97 89 97"),
];

pub(super) const PHONE: &[Part] = &[
    shade("E 50 98.5 24 2.4"),
    shape(DARK, "M 26 10 Q 26 2 34 2 L 66 2 Q 74 2 74 10 L 74 90 Q 74 98 66 98 L 34 98 Q 26 98 26 90"),
    shape(Tone::Hex(0x9ED2DC), "M 30 12 L 70 12 L 70 86 L 30 86"),
    flat(Tone::Accent, "B 35 18 44 18 44 27 35 27"),
    flat(Tone::Second, "B 47 18 56 18 56 27 47 27"),
    flat(Tone::Hex(0x7DB46C), "B 59 18 67 18 67 27 59 27"),
    flat(Tone::Hex(0xFFFFFF), "B 35 34 65 34 65 50 35 50"),
    line(0.8, Tone::Ink, "M 38 39 L 60 39 M 38 45 L 54 45"),
    flat(STEEL, "E 50 92 3 3"),
];

pub(super) const HAT: &[Part] = &[
    shade("E 50 88 50 3"),
    shape(Tone::Accent, "B 0 76 24 68 50 66 76 68 100 76 80 86 50 88 20 86"),
    shape(Tone::Accent, "M 24 74 C 26 40 32 28 42 32 Q 50 36 58 32 C 68 28 74 40 76 74 Q 50 82 24 74"),
    shape(Tone::Hex(0x4A3840), "W 24.6 68 8 50 73 8 75.4 68 8"),
    shape(Tone::Second, "W 74 66 4 84 50 6 92 34 1"),
];

pub(super) const SHOE: &[Part] = &[
    shade("E 50 92 48 3"),
    shape(PAPER, "B 2 82 30 84 70 84 98 80 98 90 70 92 4 92"),
    shape(Tone::Accent, "B 4 82 6 50 14 44 28 48 44 46 58 62 82 68 97 76 96 84 50 85"),
    shape(Tone::Hex(0xFFF4E0), "B 12 46 24 40 38 42 28 50"),
    shape(PAPER, "B 84 70 97 76 97 84 80 84"),
    line(1.8, PAPER, "M 42 50 L 50 44 M 48 55 L 56 49 M 55 61 L 62 54"),
    flat(Tone::Second, "W 14 74 4 34 72 5 48 66 3"),
];

pub(super) const CROWN: &[Part] = &[
    shade("E 50 96 36 3"),
    shape(GOLD, "M 12 90 L 4 36 L 28 58 L 50 22 L 72 58 L 96 36 L 88 90 Q 50 98 12 90"),
    shape(Tone::Hex(0xD8453C), "E 50 74 6 7"),
    shape(Tone::Hex(0x4E8AC4), "E 28 74 5 5.6"),
    shape(Tone::Hex(0x4E8AC4), "E 72 74 5 5.6"),
    shape(GOLD, "E 4 33 5 5 E 50 18 6 6 E 96 33 5 5"),
    line(1.2, Tone::Ink, "M 12 86 Q 50 94 88 86"),
];

pub(super) const SWORD: &[Part] = &[
    shape(STEEL, "M 46 64 L 46 8 L 50 -4 L 54 8 L 54 64"),
    line(0.8, Tone::Ink, "M 50 4 L 50 62"),
    shape(GOLD, "B 24 66 30 61 70 61 76 66 70 70 30 70"),
    shape(Tone::Hex(0x7A3A34), "M 46 70 L 54 70 L 54 90 L 46 90"),
    line(0.8, GOLD, "M 46 75 L 54 78 M 46 81 L 54 84"),
    shape(GOLD, "E 50 94 6 5.4"),
];

pub(super) const BALL: &[Part] = &[
    shade("E 50 98 32 2.8"),
    shape(Tone::Hex(0xFBFAF6), "E 50 58 40 40"),
    flat(DARK, "M 50 44 L 63 53 L 58 68 L 42 68 L 37 53"),
    flat(
        DARK,
        "M 50 18 L 60 22 L 56 28 L 44 28 L 40 22 M 88 48 L 90 60 L 84 64 L 79 54 L 82 46 M 12 48 L 10 60 L 16 64 L 21 54 L 18 46 M 68 92 L 76 85 L 74 78 L 65 80 L 61 88 M 32 92 L 24 85 L 26 78 L 35 80 L 39 88",
    ),
    line(1.0, Tone::Ink, "M 50 44 L 50 28 M 63 53 L 79 54 M 58 68 L 65 80 M 42 68 L 35 80 M 37 53 L 21 54"),
];

pub(super) const HEART: &[Part] = &[
    shade("E 50 99 16 2.2"),
    shape(
        Tone::Hex(0xE4485C),
        "M 50 98 C 22 74 2 56 6 34 C 10 12 38 8 50 32 C 62 8 90 12 94 34 C 98 56 78 74 50 98",
    ),
    flat(Tone::Hex(0xFFD8DC), "W 18 34 5 22 24 6 32 22 2"),
];

pub(super) const GIFT: &[Part] = &[
    shade("E 50 98.5 42 3"),
    shape(Tone::Accent, "M 12 48 L 88 48 L 86 98 L 14 98"),
    shape(Tone::Accent, "M 6 36 L 94 36 L 94 50 L 6 50"),
    shape(Tone::Second, "M 43 36 L 57 36 L 57 98 L 43 98"),
    shape(Tone::Second, "B 50 34 38 12 18 10 22 28"),
    shape(Tone::Second, "B 50 34 62 12 82 10 78 28"),
    shape(Tone::Second, "E 50 33 6 5"),
];

pub(super) const GLASSES: &[Part] = &[
    shape(DARK, "W 8 58 3 2 46 2.6 12 34 2.4 W 92 58 3 98 46 2.6 88 34 2.4"),
    shape(GLASS, "E 28 62 20 18"),
    shape(GLASS, "E 72 62 20 18"),
    line(
        3.4,
        DARK,
        "S 8 62 14 49 28 44 42 49 48 62 42 75 28 80 14 75 8 62 M 92 62 Q 92 44 72 44 Q 52 44 52 62 Q 52 80 72 80 Q 92 80 92 62 M 48 58 Q 50 54 52 58",
    ),
    flat(Tone::Hex(0xFFFFFF), "W 18 60 2 26 52 3 W 62 60 2 70 52 3"),
];

pub(super) const STAR: &[Part] = &[
    shape(
        Tone::Hex(0xFBD34E),
        "M 50 2 L 63 35 L 98 38 L 71 60 L 80 95 L 50 76 L 20 95 L 29 60 L 2 38 L 37 35",
    ),
    flat(Tone::Hex(0xFFF4C4), "M 50 14 L 57 40 L 50 52 L 43 40"),
];
