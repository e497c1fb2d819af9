//! What heads, tails and coats of animals are made of, each in the units of where it belongs.

use super::super::figures::{Part, Tone, flat, line, shape};

pub(super) const INNER: Tone = Tone::Hex(0xE8A0A0);
pub(super) const IVORY: Tone = Tone::Hex(0xF6ECD6);

pub(super) const HOOF: Part = shape(Tone::Metal, "B -0.4 -5 0.4 -5 0.62 0 -0.5 0");
pub(super) const BRUSH: &[Part] = &[
    shape(Tone::Coat, "W 0 3 5 -10 8 11 -18 18 13 -24 31 4"),
    flat(Tone::Hex(0xFFF6EA), "W -20.5 23 10 -24 31 4"),
];
pub(super) const FAR_WING: Part = shape(
    Tone::Hex(0x3F7448),
    "M 58 56 C 58 38 54 20 40 4 C 36 12 32 16 26 18 C 30 24 30 30 26 36 C 36 40 46 46 58 56",
);
pub(super) const WING: &[Part] = &[
    shape(
        Tone::Hex(0x8CC489),
        "M 52 58 C 50 40 44 22 26 8 C 24 16 20 20 14 22 C 18 26 18 32 14 38 C 20 39 24 44 24 50 C 32 48 42 52 52 58",
    ),
    line(1.0, Tone::Ink, "M 52 58 Q 44 34 26 8 M 52 58 Q 38 38 14 22 M 52 58 Q 36 46 14 38"),
];
pub(super) const STRIPES: &[Part] = &[flat(
    Tone::Metal,
    "W 0.06 0.04 0.04 0.1 0.3 0.11 0.03 0.62 0.02 W 0.24 0.04 0.04 0.28 0.24 0.11 0.21 0.48 0.02 \
     W 0.43 0.04 0.04 0.47 0.3 0.11 0.4 0.62 0.02 W 0.62 0.04 0.04 0.66 0.24 0.11 0.59 0.48 0.02 \
     W 0.8 0.04 0.04 0.84 0.3 0.11 0.77 0.62 0.02 W 0.98 0.04 0.04 1.02 0.24 0.11 0.95 0.48 0.02",
)];
pub(super) const SPOTS: &[Part] = &[flat(
    Tone::Metal,
    "E 0.08 0.3 0.1 0.17 E 0.3 0.22 0.09 0.15 E 0.28 0.62 0.1 0.16 E 0.55 0.28 0.1 0.17 E 0.52 0.68 0.08 0.14 \
     E 0.8 0.2 0.09 0.15 E 0.82 0.6 0.1 0.16 E 1.02 0.35 0.08 0.13",
)];
pub(super) const NECK_SPOTS: Part = flat(
    Tone::Metal,
    "E 0.2 -0.15 0.14 0.05 E 0.22 -0.34 0.13 0.045 E 0.56 -0.48 0.13 0.045 E 0.6 -0.7 0.12 0.04 E 0.36 -0.55 0.1 0.035",
);
pub(super) const PATCHES: &[Part] = &[flat(
    Tone::Metal,
    "B -0.06 0.28 0.1 0.06 0.26 0.1 0.32 0.4 0.18 0.54 0.02 0.5 \
     B 0.34 0.3 0.52 0.04 0.74 0.08 0.78 0.42 0.6 0.6 0.44 0.52 B 0.28 0.8 0.44 0.68 0.56 0.78 0.5 0.94 0.34 0.94",
)];
pub(super) const HORNS: &[Part] = &[
    shape(IVORY, "W -0.5 -0.7 0.36 -0.9 -1.4 0.28 -0.8 -2.05 0.08"),
    shape(IVORY, "W 0.35 -0.7 0.36 0.65 -1.4 0.28 0.55 -2.05 0.08"),
];
pub(super) const ANTLERS: Part = shape(
    Tone::Hex(0x8A623E),
    "W -0.6 -0.8 0.34 -0.7 -2 0.3 -2 -3.2 0.14 W -0.95 -2 0.22 -0.3 -3 0.12 W -1.4 -2.6 0.22 -1.2 -3.8 0.12 \
     W 0.3 -0.8 0.34 0.5 -2 0.3 1.8 -3.2 0.14 W 0.75 -2 0.22 0.1 -3 0.12 W 1.2 -2.6 0.22 1.1 -3.8 0.12",
);
pub(super) const HORN: Part = shape(Tone::Hex(0xF7D774), "M 0.13 -0.9 L 1.2 -3.3 L 0.73 -0.75");
pub(super) const KNOBS: Part =
    shape(Tone::Hex(0x8A623E), "W -0.2 -0.8 0.3 -0.4 -1.8 0.5 W 0.35 -0.8 0.3 0.45 -1.8 0.5");
pub(super) const TRUNK: &[Part] = &[
    shape(Tone::Coat, "W 0.38 0.25 1.06 0.94 1.12 0.75 1 2.25 0.53 1.2 3.1 0.44 1.56 2.94 0.34"),
    shape(IVORY, "W 0.38 0.94 0.31 0.7 1.56 0.25 1.25 1.56 0.05"),
];
pub(super) const FACE_STRIPES: Part =
    flat(Tone::Metal, "W -0.5 -0.8 0.2 -0.2 -0.2 0.05 W -0.8 0.2 0.2 -0.1 0.3 0.05");
pub(super) const EYE: &[Part] = &[
    flat(Tone::Hex(0xFFFFFF), "E 0 0 2.6 2.8"),
    flat(Tone::Ink, "E 0.5 0 1.8 2.2"),
    flat(Tone::Hex(0xFFFFFF), "E 0 -0.8 0.6 0.7"),
];
pub(super) const WHITE_CHIN: Part = flat(Tone::Hex(0xFFF4E6), "B -1.1 0.9 -0.5 0.1 -0.05 0.3 -0.5 0.9");
pub(super) const SNOUT: &[Part] =
    &[shape(Tone::Hex(0xEE9AA4), "E -1 0 3.6 0.95"), flat(Tone::Ink, "E -2 0 0.8 0.22 E 0.4 0 0.8 0.22")];
pub(super) const MOUTH: Part = line(0.8, Tone::Ink, "M -0.1 0.4 Q -0.3 0.8 -0.55 0.35");
pub(super) const POINTED: &[Part] = &[
    shape(Tone::Coat, "M -1.02 -0.55 Q -0.93 -1.3 -0.7 -1.85 L -0.3 -0.7"),
    shape(Tone::Coat, "M -0.17 -0.55 Q -0.08 -1.3 0.15 -1.85 L 0.55 -0.7"),
];
pub(super) const ROUND: &[Part] = &[
    shape(Tone::Coat, "E -0.65 -0.8 0.38 0.4"),
    shape(Tone::Coat, "E 0.25 -0.95 0.36 0.38"),
    flat(INNER, "E -0.65 -0.8 0.18 0.2"),
];
pub(super) const DISH: &[Part] = &[
    shape(Tone::Coat, "E 0.4 -1.1 0.7 0.75"),
    shape(Tone::Coat, "E -0.75 -0.95 0.75 0.8"),
    flat(INNER, "E -0.75 -0.95 0.48 0.52"),
];
pub(super) const LONG: &[Part] = &[
    shape(Tone::Coat, "W -0.75 -0.5 0.46 -0.87 -1.6 0.62 -0.98 -2.7 0.23"),
    flat(INNER, "W -0.75 -0.6 0.22 -0.87 -1.6 0.32 -0.98 -2.6 0.1"),
    shape(Tone::Coat, "W -0.05 -0.5 0.46 -0.17 -1.6 0.62 -0.28 -2.7 0.23"),
    flat(INNER, "W -0.05 -0.6 0.22 -0.17 -1.6 0.32 -0.28 -2.6 0.1"),
];
pub(super) const FLOPPY: &[Part] =
    &[shape(Tone::CoatDark, "B -0.7 -0.75 -0.15 -0.6 -0.25 0.35 -0.75 0.85 -1.1 0.1")];
pub(super) const FAN: &[Part] =
    &[shape(Tone::Coat, "B -0.2 -0.7 0.1 0.2 -0.5 1.2 -1.3 0.9 -1.55 -0.1 -1 -0.8")];
pub(super) const RAISED: &[Part] = &[shape(Tone::Coat, "W 0 4 6 -10 0 4.5 -16 -10 3 -15 -20 2")];
pub(super) const HAIR: &[Part] = &[shape(Tone::Metal, "W 0 2 4 -7 0 8 -12 18 10 -11 40 2")];
pub(super) const TUFT: &[Part] =
    &[shape(Tone::Coat, "W 0 2 3.4 -8 10 2.4 -9 30 2"), shape(Tone::Hex(0x5A3A28), "E -9 33 3 5")];
pub(super) const CURL: &[Part] = &[line(2.4, Tone::Hex(0xD98890), "S 0 8 -7 0 -9 7 -4 6 -9 -2")];
pub(super) const STUB: &[Part] = &[shape(Tone::Hex(0xF4EADC), "E -4 12 5 5.4")];
pub(super) const THIN: &[Part] = &[shape(Tone::Coat, "W 0 14 4 -12 18 3 -22 10 2.4 -27 2 1.6")];
pub(super) const UDDER: &[Part] = &[shape(Tone::Metal, "E 0.3 1.07 0.13 0.16")];
