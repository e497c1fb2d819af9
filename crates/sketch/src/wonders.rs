//! Parts of a landscape and of the sky that a prompt can name.

use super::figures::{Part, Tone, flat, line, shade, shape};

const ROCK: Tone = Tone::Hex(0x8A828C);
const WATER: Tone = Tone::Hex(0xBFE4F2);
const FOAM: Tone = Tone::Hex(0xF4FBFE);

pub(super) const PARASOL: &[Part] = &[
    shade("E 56 99 54 3"),
    shape(Tone::Hex(0xF4EEE2), "W 38 14 2.4 52 98 2.6"),
    shape(
        Tone::Accent,
        "M -6 44 C -2 12 22 6 36 8 C 54 6 78 16 90 38 Q 78 34 68 40 Q 58 34 46 41 Q 34 36 22 43 Q 10 38 -6 44",
    ),
    flat(
        Tone::Hex(0xFFF6E6),
        "M 22 43 Q 22 18 36 8 Q 30 22 46 41 Q 34 36 22 43 M 68 40 Q 58 16 36 8 Q 74 14 90 38 Q 78 34 68 40",
    ),
    line(0.8, Tone::Ink, "M 36 8 Q 22 18 22 43 M 36 8 Q 44 22 46 41 M 36 8 Q 58 16 68 40"),
    shape(Tone::Second, "M 60 92 L 112 90 L 120 97 L 62 99"),
    flat(
        Tone::Hex(0xFFF6E6),
        "M 74 91.6 L 82 91.2 L 86 98.4 L 76 98.6 M 96 90.8 L 104 90.4 L 110 97.6 L 100 98",
    ),
    shape(Tone::Hex(0xF8F4F0), "E 18 90 10 9"),
    flat(Tone::Accent, "M 18 81 Q 30 88 18 99 Q 24 90 18 81 M 18 81 Q 4 86 10 96 Q 10 88 18 81"),
];

pub(super) const ISLAND: &[Part] = &[
    flat(Tone::Hex(0xE6F6FA), "E 50 94 74 6"),
    shape(Tone::Hex(0xEBD4A0), "B -14 92 6 78 34 70 60 70 92 78 114 92 50 98"),
    flat(Tone::Hex(0x7DB46C), "B 10 80 34 72 62 71 86 79 50 84"),
    shape(Tone::Hex(0xA87E52), "W 46 78 7 50 54 5 62 32 4"),
    shape(Tone::Hex(0x4E9A58), "W 62 32 4 46 22 8 28 32 1"),
    shape(Tone::Hex(0x4E9A58), "W 62 32 4 80 24 8 98 36 1"),
    shape(Tone::Hex(0x5FAE66), "W 62 32 4 52 14 7 36 14 1"),
    shape(Tone::Hex(0x5FAE66), "W 62 32 4 74 14 7 90 16 1"),
    shape(Tone::Hex(0x5FAE66), "W 62 32 4 50 38 7 40 52 1"),
    shape(Tone::Hex(0x5FAE66), "W 62 32 4 76 40 7 84 52 1"),
    shape(Tone::Hex(0x8A5A34), "E 58 36 3 3 E 65 37 3 3"),
    shape(ROCK, "B 80 84 86 76 94 80 98 88 84 88"),
];

pub(super) const WATERFALL: &[Part] = &[
    shape(ROCK, "B -30 102 -26 50 -20 16 4 2 32 8 38 24 34 60 30 102"),
    shape(ROCK, "B 130 102 126 46 118 12 98 0 70 6 62 24 66 60 70 102"),
    flat(Tone::Leaf, "B -24 18 -8 4 14 0 34 8 20 16 0 14 M 64 10 L 70 4 L 96 -2 L 122 14 L 104 14 L 84 10"),
    shape(WATER, "M 32 12 Q 50 4 68 12 C 66 40 68 70 72 94 L 28 94 C 32 70 34 40 32 12"),
    line(1.6, FOAM, "S 40 14 39 50 36 90 M 47 12 Q 48 50 46 92 M 54 12 Q 53 52 56 92 M 61 14 Q 60 52 64 90"),
    shape(Tone::Hex(0x7FB8CE), "B -36 98 0 90 30 92 50 94 70 92 104 90 136 98 100 108 50 110 0 108"),
    flat(FOAM, "E 30 92 9 5 E 42 95 10 6 E 56 95 11 6 E 69 92 9 5"),
    line(
        0.8,
        Tone::Ink,
        "M 6 30 Q 12 34 18 30 M -6 56 Q 2 62 12 56 M 82 32 Q 92 36 98 30 M 88 62 Q 98 68 106 62 M 4 78 Q 10 82 18 78",
    ),
];

pub(super) const VOLCANO: &[Part] = &[
    flat(Tone::Hex(0x8A8088), "B 50 12 40 -6 22 -16 30 -36 54 -40 78 -34 86 -18 66 -6"),
    flat(Tone::Hex(0xA89EA4), "B 48 -2 36 -16 44 -30 62 -30 72 -18 58 -6"),
    shape(Tone::Hex(0x6A5054), "M -40 99 C -6 80 20 44 34 14 Q 50 22 66 14 C 80 44 106 80 140 99"),
    shape(
        Tone::Hex(0xFF9A3C),
        "M 34 14 Q 50 22 66 14 Q 68 26 62 32 Q 66 50 58 60 Q 54 46 52 36 Q 46 56 42 74 Q 36 50 40 34 Q 34 28 34 14",
    ),
    flat(Tone::Hex(0xFFE08A), "M 40 18 Q 50 23 60 18 Q 60 28 55 30 Q 50 26 46 32 Q 42 28 40 18"),
    line(2.2, Tone::Hex(0xFF9A3C), "S 44 14 38 -2 26 -4 M 56 14 Q 62 -4 76 -2 M 50 14 Q 48 -6 54 -18"),
    line(
        0.8,
        Tone::Ink,
        "M 20 56 Q 26 62 22 70 M 78 60 Q 74 68 80 76 M 2 84 Q 10 86 14 92 M 96 84 Q 90 88 92 94",
    ),
];

pub(super) const SUN: &[Part] = &[
    flat(Tone::Hex(0xFFE9A0), "E 50 50 46 46"),
    shape(
        Tone::Hex(0xFFB93C),
        "M 50 -8 L 56 12 L 44 12 M 50 108 L 44 88 L 56 88 M -8 50 L 12 44 L 12 56 M 108 50 L 88 56 L 88 44 M 9 9 L 27 19 L 19 27 M 91 9 L 81 27 L 73 19 M 9 91 L 19 73 L 27 81 M 91 91 L 73 81 L 81 73",
    ),
    shape(Tone::Hex(0xFFD24A), "E 50 50 32 32"),
    flat(Tone::Ink, "E 39 45 3 4 E 61 45 3 4"),
    flat(Tone::Hex(0xF59A4C), "E 31 56 5 3.4 E 69 56 5 3.4"),
    line(1.6, Tone::Ink, "M 38 58 Q 50 70 62 58"),
];

pub(super) const MOON: &[Part] = &[
    shape(
        Tone::Hex(0xFFF0B8),
        "M 62 4 C 22 8 6 40 14 66 C 24 96 62 106 88 82 C 62 88 42 74 38 52 C 34 30 46 12 62 4",
    ),
    flat(Tone::Hex(0xE6CF8C), "E 26 50 4 5 E 34 76 5 4 E 54 88 3 2.6 E 36 26 2.6 3"),
    shape(
        Tone::Hex(0xFFF0B8),
        "M 78 22 L 81 30 L 89 31 L 83 36 L 85 44 L 78 40 L 71 44 L 73 36 L 67 31 L 75 30",
    ),
];

pub(super) const CLOUD: &[Part] = &[
    shape(
        Tone::Hex(0xFBFBFE),
        "B -6 74 -14 60 -4 46 14 46 20 28 42 18 60 28 66 36 84 32 98 44 112 50 112 68 98 76 50 80 10 78",
    ),
    line(
        1.2,
        Tone::Hex(0x9AA8BE),
        "M 14 46 Q 24 44 30 52 M 60 28 Q 52 32 50 40 M 84 32 Q 76 36 76 46 M 20 66 Q 40 72 60 66",
    ),
];

pub(super) const RAINBOW: &[Part] = &[
    line(8.0, Tone::Hex(0xE4574C), "S -40 98 -30 46 4 10 50 -4 96 10 130 46 140 98"),
    line(8.0, Tone::Hex(0xF5A03C), "S -32 98 -23 50 9 18 50 5 91 18 123 50 132 98"),
    line(8.0, Tone::Hex(0xF9DE58), "S -24 98 -16 54 14 26 50 14 86 26 116 54 124 98"),
    line(8.0, Tone::Hex(0x74BE62), "S -16 98 -9 58 19 34 50 23 81 34 109 58 116 98"),
    line(8.0, Tone::Hex(0x559CD8), "S -8 98 -2 62 24 42 50 32 76 42 102 62 108 98"),
    line(8.0, Tone::Hex(0x8662B4), "S 0 98 5 66 29 50 50 41 71 50 95 66 100 98"),
    shape(Tone::Hex(0xFBFBFE), "B -48 98 -44 86 -30 84 -20 76 -4 80 6 88 12 96 -10 102 -36 102"),
    shape(Tone::Hex(0xFBFBFE), "B 88 98 92 86 106 84 116 76 132 80 142 88 148 96 126 102 100 102"),
];

pub(super) const LIGHTNING: &[Part] = &[
    shape(Tone::Hex(0xFFE05A), "M 58 26 L 34 66 L 50 66 L 38 102 L 76 54 L 58 54 L 70 26"),
    shape(
        Tone::Hex(0x67708A),
        "B -6 34 -8 18 8 12 18 -2 40 -8 58 -2 74 -6 92 4 98 14 110 20 108 36 80 42 40 42 10 42",
    ),
];
