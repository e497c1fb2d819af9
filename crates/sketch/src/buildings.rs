//! Buildings, and plants that stand like them.

use super::figures::{Part, Tone, flat, line, shade, shape};

const STONE: Tone = Tone::Hex(0xC9C2B8);
const STONE_DARK: Tone = Tone::Hex(0xA8A096);
const WALL: Tone = Tone::Hex(0xF6E7CF);
const WOOD: Tone = Tone::Hex(0x9A6848);
const DARK: Tone = Tone::Hex(0x4A3E44);

pub(super) const CASTLE: &[Part] = &[
    shade("E 50 99 52 3"),
    line(1.2, WOOD, "M 50 8 L 50 -14"),
    shape(Tone::Accent, "M 50 -14 L 68 -9 L 50 -4"),
    shape(
        STONE,
        "M 36 34 L 36 16 L 41 16 L 41 20 L 46 20 L 46 16 L 54 16 L 54 20 L 59 20 L 59 16 L 64 16 L 64 34",
    ),
    shape(Tone::Second, "M 34 17 L 50 -2 L 66 17"),
    shape(
        STONE,
        "M 14 50 L 14 44 L 22 44 L 22 50 L 30 50 L 30 44 L 38 44 L 38 50 L 46 50 L 46 44 L 54 44 L 54 50 L 62 50 L 62 44 L 70 44 L 70 50 L 78 50 L 78 44 L 86 44 L 86 99 L 14 99",
    ),
    flat(STONE, "M 37 30 L 63 30 L 63 46 L 37 46"),
    shape(STONE_DARK, "M -4 99 L -2 36 L 22 36 L 24 99"),
    shape(STONE_DARK, "M 76 99 L 78 36 L 102 36 L 104 99"),
    shape(Tone::Accent, "M -7 37 L 10 6 L 27 37"),
    shape(Tone::Accent, "M 73 37 L 90 6 L 107 37"),
    shape(DARK, "M 38 99 L 38 78 Q 50 62 62 78 L 62 99"),
    line(1.0, STONE, "M 44 72 L 44 99 M 50 69 L 50 99 M 56 72 L 56 99 M 38 84 L 62 84"),
    flat(Tone::Lamp, "E 10 52 3 5 E 90 52 3 5 E 50 30 3 5 E 30 66 3 5 E 70 66 3 5"),
    line(
        0.7,
        Tone::Ink,
        "M 2 70 L 8 70 M 12 80 L 18 80 M 84 72 L 90 72 M 92 84 L 98 84 M 26 88 L 32 88 M 68 90 L 74 90",
    ),
];

pub(super) const CHURCH: &[Part] = &[
    shade("E 52 99 48 3"),
    shape(WALL, "M 36 60 L 96 60 L 96 99 L 36 99"),
    shape(Tone::Accent, "M 32 62 L 44 40 L 92 40 L 102 62"),
    shape(WALL, "M 12 34 L 40 34 L 40 99 L 12 99"),
    shape(Tone::Accent, "M 8 36 L 26 -6 L 44 36"),
    line(2.0, Tone::Ink, "M 26 -6 L 26 -22 M 20 -16 L 32 -16"),
    shape(Tone::Hex(0xFFF6E0), "E 26 46 7 7"),
    line(1.0, Tone::Ink, "M 26 46 L 26 41 M 26 46 L 30 48"),
    shape(WOOD, "M 19 99 L 19 82 Q 26 70 33 82 L 33 99"),
    shape(Tone::Lamp, "M 50 90 L 50 76 Q 55 68 60 76 L 60 90"),
    shape(Tone::Second, "M 74 90 L 74 76 Q 79 68 84 76 L 84 90"),
];

pub(super) const TOWER: &[Part] = &[
    shade("E 50 99 26 3"),
    shape(STONE, "M 32 99 L 36 26 L 64 26 L 68 99"),
    shape(STONE, "M 30 28 L 30 8 L 38 8 L 38 15 L 46 15 L 46 8 L 54 8 L 54 15 L 62 15 L 62 8 L 70 8 L 70 28"),
    shape(WOOD, "M 43 99 L 43 84 Q 50 74 57 84 L 57 99"),
    shape(Tone::Lamp, "M 46 48 L 46 40 Q 50 34 54 40 L 54 48"),
    shape(Tone::Lamp, "M 46 68 L 46 60 Q 50 54 54 60 L 54 68"),
    line(
        0.7,
        Tone::Ink,
        "M 38 38 L 43 38 M 58 54 L 63 54 M 36 62 L 42 62 M 58 74 L 65 74 M 35 82 L 40 82 M 37 50 L 40 50 M 60 34 L 63 34",
    ),
    line(1.4, Tone::Leaf, "S 68 99 66 84 62 74 64 60 M 66 84 L 71 80 M 62 74 L 57 72"),
];

pub(super) const BRIDGE: &[Part] = &[
    shape(
        Tone::Accent,
        "W -42 64 2 -18 46 2 0 16 2 W 0 16 2 24 42 2 50 50 2 76 42 2 100 16 2 W 100 16 2 118 46 2 142 64 2",
    ),
    line(
        0.9,
        Tone::Accent,
        "M 12 32 L 12 64 M 24 42 L 24 64 M 36 48 L 36 64 M 50 50 L 50 64 M 64 48 L 64 64 M 76 42 L 76 64 M 88 32 L 88 64 M -14 40 L -14 64 M -26 54 L -26 64 M 114 40 L 114 64 M 126 54 L 126 64",
    ),
    shape(Tone::Accent, "M -4 99 L -4 10 L 4 10 L 4 99"),
    shape(Tone::Accent, "M 96 99 L 96 10 L 104 10 L 104 99"),
    shape(STONE, "M -9 99 L -7 84 L 7 84 L 9 99"),
    shape(STONE, "M 91 99 L 93 84 L 107 84 L 109 99"),
    shape(Tone::Hex(0x8A8088), "M -46 63 L 146 63 L 146 70 L -46 70"),
];

pub(super) const WINDMILL: &[Part] = &[
    shade("E 50 99 30 3"),
    shape(WALL, "M 34 99 L 40 42 L 60 42 L 66 99"),
    shape(Tone::Accent, "B 37 44 40 30 50 26 60 30 63 44"),
    shape(WOOD, "M 45 99 L 45 84 Q 50 77 55 84 L 55 99"),
    shape(Tone::Lamp, "E 50 62 4 5"),
    shape(
        Tone::Hex(0xFFF6E4),
        "M 50 40 L 84 18 L 91 28 L 54 46 M 50 40 L 28 6 L 18 13 L 46 44 M 50 40 L 16 62 L 9 52 L 46 34 M 50 40 L 72 74 L 82 67 L 54 36",
    ),
    line(1.8, WOOD, "M 14 60 L 87 20 M 26 8 L 75 72"),
    flat(WOOD, "E 50 40 4 4"),
];

pub(super) const TENT: &[Part] = &[
    shade("E 50 98 50 3"),
    shape(Tone::Second, "M 50 26 L 72 22 L 112 92 L 96 98"),
    shape(Tone::Accent, "M 50 26 L 96 98 L 4 98"),
    shape(DARK, "M 50 34 L 66 98 L 38 98"),
    shape(Tone::Hex(0xFBE6C4), "M 50 34 L 38 98 L 26 98"),
    line(1.4, WOOD, "M 50 28 L 46 18 M 50 28 L 54 18"),
    line(0.8, Tone::Ink, "M 4 98 L -8 100 M 112 92 L 122 97"),
];

pub(super) const PYRAMID: &[Part] = &[
    shape(Tone::Hex(0xE2B668), "M 44 10 L 96 99 L -22 99"),
    shape(Tone::Hex(0xB88A48), "M 44 10 L 122 96 L 96 99"),
    line(
        0.7,
        Tone::Ink,
        "M 34 26 L 53 26 M 24 42 L 62 42 M 12 58 L 71 58 M 0 76 L 82 76 M -12 90 L 90 90 M 40 26 L 38 42 M 52 42 L 54 58 M 30 58 L 27 76 M 58 76 L 60 90 M 8 76 L 4 90",
    ),
    flat(DARK, "M 40 99 L 42 88 L 52 88 L 54 99"),
    shape(Tone::Hex(0xD8A858), "M 128 62 L 150 99 L 104 99"),
    shape(Tone::Hex(0xB08040), "M 128 62 L 162 98 L 150 99"),
];

pub(super) const PALM: &[Part] = &[
    shade("E 52 99 24 2.6"),
    shape(Tone::Hex(0xB48A5C), "W 46 99 10 50 76 8 58 50 7 60 28 6"),
    line(
        1.0,
        Tone::Ink,
        "M 43 90 L 51 91 M 45 80 L 53 81 M 48 70 L 55 71 M 51 60 L 58 61 M 54 50 L 60 50 M 56 40 L 62 40",
    ),
    shape(Tone::Hex(0x4E9A58), "W 60 28 5 36 14 11 10 30 2"),
    shape(Tone::Hex(0x4E9A58), "W 60 28 5 84 12 11 108 30 2"),
    shape(Tone::Hex(0x5FAE66), "W 60 28 5 42 4 9 22 4 2"),
    shape(Tone::Hex(0x5FAE66), "W 60 28 5 78 2 9 98 4 2"),
    shape(Tone::Hex(0x4E9A58), "W 60 28 5 38 34 9 26 56 2"),
    shape(Tone::Hex(0x4E9A58), "W 60 28 5 82 34 9 92 56 2"),
    shape(Tone::Hex(0x8A5A34), "E 55 32 4 4 E 64 33 4 4 E 59 37 4 4"),
];

pub(super) const FIR: &[Part] = &[
    shade("E 50 99 24 2.6"),
    shape(WOOD, "M 45 86 L 55 86 L 56 99 L 44 99"),
    shape(Tone::Hex(0x3F7A54), "M 50 44 Q 70 68 86 88 Q 68 92 50 88 Q 32 92 14 88 Q 30 68 50 44"),
    shape(Tone::Hex(0x4A8A5E), "M 50 22 Q 66 46 79 64 Q 64 68 50 65 Q 36 68 21 64 Q 34 46 50 22"),
    shape(Tone::Hex(0x569A6A), "M 50 0 Q 60 22 71 40 Q 60 44 50 41 Q 40 44 29 40 Q 40 22 50 0"),
    line(
        0.9,
        Tone::Ink,
        "M 38 34 L 42 37 M 56 32 L 60 35 M 34 58 L 38 61 M 58 56 L 63 59 M 44 52 L 47 55 M 28 82 L 33 85 M 62 80 L 67 83 M 46 76 L 50 79",
    ),
];

pub(super) const CACTUS: &[Part] = &[
    shade("E 50 98.5 26 2.6"),
    shape(Tone::Hex(0x5E9A58), "W 50 60 12 26 58 13 24 32 11"),
    shape(Tone::Hex(0x5E9A58), "W 50 72 12 74 68 13 77 44 11"),
    shape(Tone::Hex(0x6BAA62), "W 50 98 22 50 50 24 50 10 17"),
    line(0.9, Tone::Hex(0x3E6E40), "M 44 10 L 43 96 M 50 6 L 50 97 M 56 10 L 57 96"),
    line(
        0.9,
        Tone::Hex(0xF6F0D0),
        "M 40 30 L 36 28 M 60 40 L 64 38 M 40 56 L 36 54 M 60 62 L 64 60 M 40 80 L 36 78 M 60 84 L 64 82 M 22 40 L 18 38 M 80 52 L 84 50",
    ),
    shape(Tone::Hex(0xF08AAE), "B 50 2 58 -4 62 4 54 8 46 8 38 4 42 -4"),
];

pub(super) const MUSHROOM: &[Part] = &[
    shade("E 50 98.5 24 2.6"),
    shape(Tone::Hex(0xFBF0DC), "B 40 54 60 54 62 76 68 94 50 99 32 94 38 76"),
    shape(Tone::Hex(0xD9443C), "M 8 56 C 8 22 30 10 50 10 C 70 10 92 22 92 56 Q 70 64 50 64 Q 30 64 8 56"),
    flat(
        Tone::Hex(0xFFF8EC),
        "E 30 36 7 6 E 54 26 7 5.5 E 74 42 6.4 5.6 E 48 48 5.4 4.4 E 20 50 4 3.4 E 78 54 3 2.4",
    ),
    line(0.9, Tone::Ink, "M 42 64 L 43 70 M 50 65 L 50 71 M 58 64 L 57 70"),
];

pub(super) const ROSE: &[Part] = &[
    shape(Tone::Leaf, "W 50 48 3.4 52 72 3 49 100 3.4"),
    shape(Tone::Leaf, "B 51 74 64 62 82 62 78 76 62 80"),
    shape(Tone::Leaf, "B 50 88 38 76 20 78 26 90 40 94"),
    line(1.2, Tone::Leaf, "M 51 62 L 56 58 M 51 84 L 57 82 M 50 68 L 45 65"),
    shape(Tone::Hex(0x4E8A4A), "M 36 46 L 50 56 L 64 46 L 58 60 L 50 58 L 42 60"),
    shape(Tone::Hex(0xD23A54), "B 22 24 34 8 50 12 66 8 78 24 74 44 60 56 50 56 40 56 26 44"),
    shape(Tone::Hex(0xE04A62), "B 30 22 50 16 70 22 66 42 50 50 34 42"),
    line(
        1.4,
        Tone::Hex(0x8E1F38),
        "S 50 32 46 28 50 24 56 27 57 34 50 39 42 36 41 27 48 20 58 20 M 34 26 Q 36 44 50 48 M 66 24 Q 66 40 54 46 M 26 30 Q 32 48 46 54",
    ),
];

pub(super) const SUNFLOWER: &[Part] = &[
    shape(Tone::Leaf, "W 50 40 4 52 70 3.6 50 100 4"),
    shape(Tone::Leaf, "B 51 76 64 60 84 62 80 76 64 84"),
    shape(Tone::Leaf, "B 50 88 36 74 16 78 22 90 38 96"),
    shape(
        Tone::Hex(0xF7B52C),
        "M 50 -4 L 57 10 L 70 1 L 70 16 L 84 16 L 78 28 L 92 34 L 79 41 L 84 54 L 70 52 L 69 66 L 57 57 L 50 70 L 43 57 L 31 66 L 30 52 L 16 54 L 21 41 L 8 34 L 22 28 L 16 16 L 30 16 L 30 1 L 43 10",
    ),
    shape(
        Tone::Hex(0xFBCB46),
        "M 50 6 L 56 16 L 66 10 L 66 21 L 77 23 L 71 32 L 79 40 L 68 43 L 69 54 L 58 50 L 50 60 L 42 50 L 31 54 L 32 43 L 21 40 L 29 32 L 23 23 L 34 21 L 34 10 L 44 16",
    ),
    shape(Tone::Hex(0x6A4226), "E 50 33 16 16"),
    flat(
        Tone::Hex(0x9A6A3A),
        "E 44 28 1.5 1.5 E 50 25 1.5 1.5 E 56 29 1.5 1.5 E 42 35 1.5 1.5 E 50 33 1.5 1.5 E 58 36 1.5 1.5 E 46 41 1.5 1.5 E 54 42 1.5 1.5",
    ),
];

pub(super) const TULIP: &[Part] = &[
    shape(Tone::Leaf, "W 50 44 3.6 51 72 3.2 50 100 3.6"),
    shape(Tone::Leaf, "B 50 98 60 76 74 56 74 74 62 94"),
    shape(Tone::Leaf, "B 49 98 38 80 26 62 26 78 38 95"),
    shape(Tone::Hex(0xE0567A), "B 50 8 60 22 60 44 50 50 40 44 40 22"),
    shape(Tone::Hex(0xEE6C8E), "B 30 10 44 24 50 50 38 50 28 38 26 22"),
    shape(Tone::Hex(0xEE6C8E), "B 70 10 56 24 50 50 62 50 72 38 74 22"),
];
