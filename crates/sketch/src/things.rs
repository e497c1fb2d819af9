//! More drawings: houses, vessels, plants and passers-by.

use super::figures::{Part, Tone, flat, line, shade, shape};

const WALL: Tone = Tone::Hex(0xF6E7CF);
const WOOD: Tone = Tone::Hex(0x9A6848);
const SAIL: Tone = Tone::Hex(0xFFF4E0);
const GLASS: Tone = Tone::Hex(0x9ED2DC);

pub(super) const HOUSE: &[Part] = &[
    shade("E 52 99 46 3.4"),
    shape(Tone::Leaf, "M 4 99 C -2 88 4 80 11 81 C 14 74 24 76 25 84 C 32 86 31 96 28 99"),
    shape(WALL, "M 20 54 L 80 54 L 79 99 L 21 99"),
    shape(Tone::Hex(0xB8735A), "M 63 16 L 71 16 L 71 38 L 63 34"),
    shape(Tone::Accent, "M 12 57 L 31 24 L 70 24 L 89 57"),
    line(0.6, Tone::Ink, "M 20 50 L 80 50"),
    line(0.6, Tone::Ink, "M 25 42 L 76 42"),
    line(0.6, Tone::Ink, "M 29 33 L 73 33"),
    shape(WOOD, "M 44 99 L 44 76 Q 50 68 56 76 L 56 99"),
    flat(Tone::Second, "E 53.6 87 1.1 1.1"),
    shape(Tone::Lamp, "M 26 66 L 38 66 L 38 80 L 26 80"),
    line(0.8, Tone::Ink, "M 32 66 L 32 80"),
    line(0.8, Tone::Ink, "M 26 73 L 38 73"),
    shape(Tone::Lamp, "M 62 66 L 74 66 L 74 80 L 62 80"),
    line(0.8, Tone::Ink, "M 68 66 L 68 80"),
    line(0.8, Tone::Ink, "M 62 73 L 74 73"),
    shape(Tone::Leaf, "M 74 99 C 72 90 80 84 86 88 C 92 82 102 88 99 99"),
    line(1.0, Tone::Hex(0xF4F0EA), "M 67 12 C 64 6 72 4 69 -3 C 66 -9 74 -12 77 -18"),
];

pub(super) const TREE: &[Part] = &[
    shade("E 50 99 30 3"),
    shape(
        WOOD,
        "M 41 99 C 46 90 46 76 44 62 L 38 50 L 42 49 L 48 58 L 54 44 L 58 45 L 55 62 C 54 78 55 90 61 99",
    ),
    shape(
        Tone::Leaf,
        "M 22 58 C 6 58 2 40 16 34 C 12 18 30 8 40 14 C 48 0 70 2 73 16 C 90 14 100 32 88 42 C 94 56 78 64 68 57 C 60 66 48 62 45 56 C 38 64 28 64 22 58",
    ),
    line(0.8, Tone::Ink, "M 26 42 C 30 46 35 46 39 42"),
    line(0.8, Tone::Ink, "M 52 28 C 56 33 63 33 67 28"),
    line(0.8, Tone::Ink, "M 62 47 C 66 51 72 51 75 47"),
    line(0.8, Tone::Ink, "M 36 24 C 39 28 43 28 46 25"),
    shape(Tone::Accent, "E 30 50 2.4 2.4"),
    shape(Tone::Accent, "E 60 38 2.4 2.4"),
    shape(Tone::Accent, "E 79 34 2.4 2.4"),
    shape(Tone::Second, "E 45 40 2.4 2.4"),
    shape(Tone::Second, "E 24 34 2.4 2.4"),
    shape(Tone::Accent, "E 55 16 2.4 2.4"),
];

pub(super) const BOAT: &[Part] = &[
    shade("E 50 98 44 4"),
    line(1.8, WOOD, "M 50 82 L 51 6"),
    shape(SAIL, "M 54 10 C 74 30 84 54 84 74 Q 68 70 54 74 C 56 52 56 30 54 10"),
    shape(Tone::Accent, "M 48 18 C 42 40 30 60 18 74 Q 34 71 48 74 C 50 54 50 36 48 18"),
    shape(Tone::Second, "M 51 6 Q 58 3 64 7 Q 58 9 51.4 11"),
    shape(WOOD, "M 10 80 Q 50 86 92 78 C 90 90 84 97 76 98 L 26 98 C 18 96 12 90 10 80"),
    flat(Tone::Hex(0xF6E7CF), "M 11 83.4 Q 50 89.4 91 81.8 L 90.2 84.8 Q 50 92.4 12.4 86.4"),
];

pub(super) const FLOWER: &[Part] = &[
    shape(Tone::Leaf, "W 50 40 3.6 52 60 3.2 48 80 3.2 50 100 3.6"),
    shape(Tone::Leaf, "M 50 78 C 60 62 76 62 84 66 C 78 78 64 84 50 82"),
    shape(Tone::Leaf, "M 49 90 C 38 76 24 76 16 80 C 24 92 36 96 49 93"),
    shape(Tone::Accent, "M 50 31 C 38 22 38 6 50 1 C 62 6 62 22 50 31"),
    shape(Tone::Accent, "M 50 31 C 50 16 64 7 75 13 C 78 26 66 34 50 31"),
    shape(Tone::Accent, "M 50 31 C 64 25 78 32 79 44 C 69 53 56 45 50 31"),
    shape(Tone::Accent, "M 50 31 C 61 41 60 56 50 61 C 40 56 39 41 50 31"),
    shape(Tone::Accent, "M 50 31 C 44 45 31 53 21 44 C 22 32 36 25 50 31"),
    shape(Tone::Accent, "M 50 31 C 34 34 22 26 25 13 C 36 7 50 16 50 31"),
    shape(Tone::Second, "E 50 31 9 9"),
    line(0.7, Tone::Ink, "M 46 30 L 47 31"),
    line(0.7, Tone::Ink, "M 52 27 L 53 28"),
    line(0.7, Tone::Ink, "M 51 34 L 52 35"),
];

pub(super) const ROCKET: &[Part] = &[
    flat(Tone::Hex(0xFFB84D), "M 40 82 C 36 94 46 98 50 112 C 54 98 64 94 60 82"),
    flat(Tone::Hex(0xFFE8A8), "M 45 82 C 43 90 48 93 50 101 C 52 93 57 90 55 82"),
    shape(Tone::Accent, "M 35 56 C 22 62 20 74 22 86 Q 30 78 38 77"),
    shape(Tone::Accent, "M 65 56 C 78 62 80 74 78 86 Q 70 78 62 77"),
    shape(Tone::Hex(0xF3EDE4), "M 50 0 C 68 16 72 46 63 79 L 37 79 C 28 46 32 16 50 0"),
    shape(Tone::Accent, "M 50 0 C 57 6 62 14 64.6 22 Q 50 27 35.4 22 C 38 14 43 6 50 0"),
    shape(Tone::Second, "E 50 40 9 9"),
    shape(GLASS, "E 50 40 6.4 6.4"),
    flat(Tone::Hex(0xFFFFFF), "E 48 37.6 1.6 1.6"),
    shape(Tone::MetalDark, "M 38 79 L 62 79 L 60 84 L 40 84"),
];

pub(super) const LIGHTHOUSE: &[Part] = &[
    shape(Tone::Hex(0x7A7380), "M 2 101 C 8 90 18 90 26 84 C 40 78 64 78 74 85 C 86 88 94 92 100 101"),
    shape(Tone::Hex(0xF8EEDF), "M 40 26 L 60 26 L 66 84 L 34 84"),
    flat(Tone::Accent, "M 38.4 38 L 61.6 38 L 63 50 L 37 50"),
    flat(Tone::Accent, "M 35.8 63 L 64.2 63 L 65.4 75 L 34.6 75"),
    line(0.9, Tone::Ink, "M 38.4 38 L 61.6 38"),
    line(0.9, Tone::Ink, "M 37 50 L 63 50"),
    line(0.9, Tone::Ink, "M 35.8 63 L 64.2 63"),
    shape(Tone::MetalDark, "M 36 22.6 L 64 22.6 L 63 27 L 37 27"),
    shape(Tone::Lamp, "M 43 11 L 57 11 L 57 22.6 L 43 22.6"),
    line(0.8, Tone::Ink, "M 50 11 L 50 22.6"),
    shape(Tone::Accent, "M 40 11.4 Q 50 -4 60 11.4"),
];

pub(super) const BALLOON: &[Part] = &[
    line(0.7, Tone::Ink, "M 34 62 L 43 86"),
    line(0.7, Tone::Ink, "M 66 62 L 57 86"),
    shape(Tone::Accent, "M 44 73 C 8 54 6 2 50 0 C 94 2 92 54 56 73"),
    flat(Tone::Second, "M 46 73 C 22 52 24 4 50 0 C 76 4 78 52 54 73"),
    flat(Tone::Hex(0xFFF4E0), "M 48.6 73 C 40 50 40 8 50 0 C 60 8 60 50 51.4 73"),
    line(0.7, Tone::Ink, "M 46 73 C 22 52 24 4 50 0"),
    line(0.7, Tone::Ink, "M 54 73 C 78 52 76 4 50 0"),
    shape(WOOD, "M 42 85 L 58 85 L 56.6 99 L 43.4 99"),
    line(0.6, Tone::Ink, "M 42.6 90 L 57.4 90"),
];

pub(super) const STROLLER: &[Part] = &[
    shade("E 50 99.6 20 1.6"),
    flat(Tone::Ink, "M 44 78 L 49.4 78 L 47.6 99 L 42 99"),
    flat(Tone::Ink, "M 51 78 L 57 78 L 60 97 L 55 99"),
    shape(Tone::Hex(0x3A4663), "M 43 48 C 36 58 37 72 35.6 84 Q 50 88 63 84 C 62 70 63 58 57 48"),
    flat(Tone::Hex(0xE9B998), "E 50 42 5.6 6.4"),
    flat(Tone::Ink, "M 43.6 43 C 42 33 58 33 56.6 43 C 56 38 46 38 43.6 43"),
    line(1.0, Tone::Ink, "M 54 66 L 54 18"),
    shape(
        Tone::Accent,
        "M 14 38 C 16 12 40 4 53 6 C 70 5 90 16 92 38 Q 85 33 79 37 Q 72 32 66 37 Q 59 31 53 36 Q 46 31 40 37 Q 33 32 27 37 Q 21 33 14 38",
    ),
    line(0.7, Tone::Ink, "M 53 6 C 44 14 40 26 40 37"),
    line(0.7, Tone::Ink, "M 53 6 C 62 14 66 26 66 37"),
    shape(Tone::Hex(0x3A4663), "M 56 53 C 62 57 61 64 55 68 L 52 65 C 56 62 56 58 53 56"),
];
