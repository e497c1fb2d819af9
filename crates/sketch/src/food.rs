//! What one eats and drinks.

use super::figures::{Part, Tone, flat, line, shade, shape};

const STALK: Tone = Tone::Hex(0x7A5634);
const GREEN: Tone = Tone::Hex(0x6FA84E);
const SHINE: Tone = Tone::Hex(0xFFF2E4);
const CREAM: Tone = Tone::Hex(0xFFF4E0);
const CRUST: Tone = Tone::Hex(0xD59A54);

pub(super) const APPLE: &[Part] = &[
    shade("E 50 98 26 2.6"),
    shape(STALK, "W 50 36 2 51 24 2.4 56 15 3.4"),
    shape(GREEN, "B 54 26 64 14 80 12 74 24 62 30"),
    shape(Tone::Hex(0xDE4A40), "B 50 34 62 27 80 32 87 52 80 80 64 97 50 94 36 97 20 80 13 52 20 32 38 27"),
    flat(SHINE, "W 26 44 5 23 56 6 26 68 2"),
];

pub(super) const PEAR: &[Part] = &[
    shade("E 50 98 24 2.6"),
    shape(STALK, "W 50 18 2 51 9 2.4 56 2 3.4"),
    shape(GREEN, "B 53 11 62 4 76 6 68 14"),
    shape(Tone::Hex(0xC9CF58), "B 50 14 60 20 62 38 78 58 80 80 66 96 50 97 34 96 20 80 22 58 38 38 40 20"),
    flat(SHINE, "W 32 62 4 28 74 5 34 86 2"),
];

pub(super) const BANANA: &[Part] = &[
    shade("E 52 96 34 2.6"),
    shape(Tone::Hex(0xF6D24A), "W 16 22 6 20 48 19 40 76 23 70 86 17 92 76 4"),
    line(1.2, Tone::Hex(0xC9982E), "S 20 32 28 60 50 80 82 82"),
    shape(Tone::Hex(0x6A5030), "W 16 24 6 13 13 6"),
    flat(Tone::Hex(0x6A5030), "E 92 76 2.6 3"),
];

pub(super) const ORANGE: &[Part] = &[
    shade("E 50 98 28 2.6"),
    shape(Tone::Hex(0xF59A32), "E 50 60 38 37"),
    flat(
        Tone::Hex(0xD97F22),
        "E 36 52 0.8 0.8 E 58 44 0.8 0.8 E 66 66 0.8 0.8 E 44 74 0.8 0.8 E 56 84 0.8 0.8 E 28 66 0.8 0.8 E 70 52 0.8 0.8 E 50 60 0.8 0.8",
    ),
    shape(GREEN, "B 50 24 60 10 80 8 72 20 58 26"),
    flat(STALK, "E 50 25 3.4 2.4"),
    flat(SHINE, "W 24 46 3 30 36 5 40 30 2"),
];

pub(super) const LEMON: &[Part] = &[
    shade("E 50 92 36 2.6"),
    shape(GREEN, "B 88 52 92 36 104 34 98 48"),
    shape(Tone::Hex(0xF8DC4A), "B 4 62 14 54 30 36 54 32 78 42 90 54 94 60 86 70 74 84 48 90 24 80 12 70"),
    flat(SHINE, "W 26 52 3 40 42 5 56 40 2"),
];

pub(super) const CHERRIES: &[Part] = &[
    shade("E 50 98 34 2.6"),
    shape(GREEN, "W 30 66 1.6 40 36 1.8 62 12 2.4 W 72 70 1.6 72 40 1.8 62 12 2.4"),
    shape(GREEN, "B 62 12 76 2 94 8 82 20 68 18"),
    shape(Tone::Hex(0xC9283C), "E 28 80 19 18"),
    shape(Tone::Hex(0xC9283C), "E 72 80 19 18"),
    flat(SHINE, "E 21 74 3.4 4.4 E 65 74 3.4 4.4"),
];

pub(super) const STRAWBERRY: &[Part] = &[
    shade("E 50 99 16 2.2"),
    shape(Tone::Hex(0xE0434E), "B 50 26 74 24 86 40 78 64 62 88 50 98 38 88 22 64 14 40 26 24"),
    flat(
        Tone::Hex(0xFBE08A),
        "E 34 44 1.4 2 E 50 42 1.4 2 E 66 44 1.4 2 E 42 57 1.4 2 E 58 57 1.4 2 E 72 56 1.4 2 E 28 57 1.4 2 E 50 70 1.4 2 E 38 72 1.4 2 E 62 72 1.4 2 E 50 84 1.4 2",
    ),
    shape(
        GREEN,
        "M 50 28 L 34 36 L 36 26 L 18 26 L 34 18 L 30 8 L 44 16 L 50 4 L 56 16 L 70 8 L 66 18 L 82 26 L 64 26 L 66 36",
    ),
];

pub(super) const GRAPES: &[Part] = &[
    shape(STALK, "W 50 34 2.6 51 18 3 58 5 4"),
    shape(GREEN, "B 54 20 62 6 82 4 88 18 76 26 62 26"),
    shape(Tone::Hex(0x7E4E9C), "E 28 36 11 11"),
    shape(Tone::Hex(0x7E4E9C), "E 72 36 11 11"),
    shape(Tone::Hex(0x8E5EAC), "E 50 34 11 11"),
    shape(Tone::Hex(0x7E4E9C), "E 38 52 11 11"),
    shape(Tone::Hex(0x8E5EAC), "E 61 52 11 11"),
    shape(Tone::Hex(0x7E4E9C), "E 49 68 11 11"),
    shape(Tone::Hex(0x8E5EAC), "E 70 66 9 9"),
    shape(Tone::Hex(0x8E5EAC), "E 30 66 9 9"),
    shape(Tone::Hex(0x7E4E9C), "E 58 82 9 9"),
    shape(Tone::Hex(0x8E5EAC), "E 42 83 9 9"),
    shape(Tone::Hex(0x7E4E9C), "E 50 94 7 7"),
    flat(SHINE, "E 46 30 2.4 2.4 E 24 32 2.4 2.4 E 34 48 2.4 2.4 E 57 48 2.4 2.4 E 46 64 2.4 2.4"),
];

pub(super) const CAKE: &[Part] = &[
    shade("E 50 98 44 3"),
    shape(Tone::Hex(0xF4F0EA), "B 4 92 50 86 96 92 86 99 14 99"),
    shape(Tone::Hex(0xE9B872), "M 14 58 L 14 88 Q 50 99 86 88 L 86 58"),
    flat(Tone::Accent, "W 14 76 5 50 84 5 86 76 5"),
    shape(
        Tone::Hex(0xF8B8C4),
        "M 14 56 C 14 44 86 44 86 56 L 86 66 Q 80 76 74 66 Q 68 60 63 70 Q 57 80 51 68 Q 46 62 40 70 Q 34 78 29 66 Q 22 60 14 68",
    ),
    shape(Tone::Hex(0xFBE6C4), "W 34 48 5 34 28 5"),
    shape(Tone::Hex(0xBFE0E8), "W 50 50 5 50 26 5"),
    shape(Tone::Hex(0xFBE6C4), "W 66 48 5 66 28 5"),
    flat(Tone::Hex(0xFFB84D), "B 34 14 38 22 34 27 30 22"),
    flat(Tone::Hex(0xFFB84D), "B 50 12 54 20 50 25 46 20"),
    flat(Tone::Hex(0xFFB84D), "B 66 14 70 22 66 27 62 22"),
    line(1.6, Tone::Second, "M 22 58 L 25 60 M 44 56 L 47 54 M 76 57 L 79 59 M 58 58 L 61 60"),
];

pub(super) const BREAD: &[Part] = &[
    shade("E 50 94 44 3"),
    shape(CRUST, "B 4 74 10 54 30 42 54 38 80 44 96 60 96 78 84 92 50 94 14 92"),
    flat(
        Tone::Hex(0xF3D9A4),
        "W 26 50 2 32 56 7 34 66 2 W 46 45 2 52 53 8 54 64 2 W 66 46 2 72 54 7 74 66 2",
    ),
    line(1.0, Tone::Ink, "M 24 48 Q 36 56 34 68 M 44 43 Q 56 52 54 66 M 64 44 Q 76 54 74 68"),
];

pub(super) const PIZZA: &[Part] = &[
    shade("E 50 99 12 2"),
    shape(CRUST, "B 6 22 28 10 50 7 72 10 94 22 90 30 50 24 10 30"),
    shape(Tone::Hex(0xF9D26A), "M 11 28 Q 50 16 89 28 L 52 98 L 48 98"),
    flat(Tone::Hex(0xF9D26A), "W 30 58 5 29 70 4 W 64 66 5 65 78 4"),
    shape(Tone::Hex(0xCE4438), "E 32 38 8 7"),
    shape(Tone::Hex(0xCE4438), "E 62 36 8.5 7.5"),
    shape(Tone::Hex(0xCE4438), "E 48 58 8 7.5"),
    shape(Tone::Hex(0xCE4438), "E 51 80 5 5"),
    flat(GREEN, "B 46 40 50 36 54 42 50 46"),
    flat(GREEN, "B 36 52 40 49 42 55 38 57 M 60 52 L 66 50 L 64 57"),
    flat(Tone::Hex(0x3A3038), "E 42 30 2.6 2 E 74 32 2.4 2 E 58 50 2 2"),
];

pub(super) const BURGER: &[Part] = &[
    shade("E 50 96 40 3"),
    shape(CRUST, "B 12 80 50 76 88 80 84 94 50 96 16 94"),
    shape(Tone::Hex(0x6E4430), "B 9 70 50 64 91 70 90 80 50 82 10 80"),
    shape(Tone::Hex(0xF8CC4A), "M 12 64 L 88 64 L 84 70 L 70 68 L 60 76 L 50 68 L 16 70"),
    shape(Tone::Hex(0xD8453C), "W 16 61 6 50 62 7 84 61 6"),
    shape(
        Tone::Hex(0x86BF58),
        "B 6 54 22 50 36 56 50 50 64 56 78 50 94 54 88 61 74 58 60 63 46 58 32 63 20 58 10 61",
    ),
    shape(CRUST, "B 9 50 14 28 34 16 50 14 66 16 86 28 91 50 50 54"),
    flat(
        CREAM,
        "E 36 26 2 1.3 E 52 22 2 1.3 E 66 28 2 1.3 E 44 34 2 1.3 E 60 36 2 1.3 E 28 36 2 1.3 E 76 38 2 1.3",
    ),
];

pub(super) const EGG: &[Part] = &[
    shade("E 50 98 22 2.6"),
    shape(Tone::Hex(0xFBEBD4), "B 50 14 66 24 78 50 78 74 66 92 50 97 34 92 22 74 22 50 34 24"),
    flat(Tone::Hex(0xFFFFFF), "W 34 40 4 29 54 5 30 68 2"),
];

pub(super) const CHEESE: &[Part] = &[
    shade("E 50 94 44 3"),
    shape(Tone::Hex(0xFBDC74), "M 6 58 L 62 22 Q 84 26 94 44 L 94 50"),
    shape(Tone::Hex(0xF4C244), "M 6 58 L 94 48 L 94 84 L 6 92"),
    shape(Tone::Hex(0xD69E2A), "E 28 74 7 6"),
    shape(Tone::Hex(0xD69E2A), "E 58 66 6 5"),
    shape(Tone::Hex(0xD69E2A), "E 80 74 7 6"),
    shape(Tone::Hex(0xD69E2A), "E 48 82 4 3.4"),
    shape(Tone::Hex(0xE8B23A), "E 62 36 6 3.4"),
];

pub(super) const CARROT: &[Part] = &[
    shade("E 50 99 12 2"),
    shape(GREEN, "W 50 28 5 36 14 5 26 4 2 W 50 28 5 50 8 6 48 -8 2 W 50 28 5 64 14 5 76 6 2"),
    shape(Tone::Hex(0xF0832E), "B 50 24 66 26 70 36 62 66 54 90 50 99 46 90 38 66 30 36 34 26"),
    line(
        1.2,
        Tone::Hex(0xC4601C),
        "M 34 40 L 44 42 M 66 48 L 56 50 M 40 60 L 48 62 M 60 68 L 54 70 M 46 80 L 51 81",
    ),
];

pub(super) const PUMPKIN: &[Part] = &[
    shade("E 50 97 40 3"),
    shape(Tone::Hex(0x6F8A3E), "W 50 36 9 50 24 7 60 14 6"),
    shape(Tone::Hex(0xE6802A), "B 24 34 40 44 40 86 24 95 6 82 4 52"),
    shape(Tone::Hex(0xE6802A), "B 76 34 60 44 60 86 76 95 94 82 96 52"),
    shape(Tone::Hex(0xF0933A), "B 36 34 48 42 48 90 36 97 20 84 18 52"),
    shape(Tone::Hex(0xF0933A), "B 64 34 52 42 52 90 64 97 80 84 82 52"),
    shape(Tone::Hex(0xF6A348), "B 50 34 64 46 64 84 50 97 36 84 36 46"),
];

pub(super) const TOMATO: &[Part] = &[
    shade("E 50 97 30 2.6"),
    shape(Tone::Hex(0xE14436), "B 50 34 72 30 90 46 90 72 74 92 50 96 26 92 10 72 10 46 28 30"),
    shape(
        GREEN,
        "M 50 38 L 36 46 L 40 36 L 24 34 L 40 30 L 38 20 L 50 28 L 58 14 L 60 29 L 76 30 L 62 36 L 66 46",
    ),
    flat(SHINE, "W 20 52 4 18 64 5 24 78 2"),
];
