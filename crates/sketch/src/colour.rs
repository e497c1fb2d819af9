//! Colours and the palettes a prompt can steer to.

/// Red, green and blue in `0.0..=1.0`, gamma-encoded as in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rgb(pub(super) [f32; 3]);

impl Rgb {
    pub(super) const WHITE: Self = Self([1.0; 3]);

    pub(super) const fn hex(code: u32) -> Self {
        Self([
            ((code >> 16) & 255) as f32 / 255.0,
            ((code >> 8) & 255) as f32 / 255.0,
            (code & 255) as f32 / 255.0,
        ])
    }

    pub(super) fn mix(self, other: Self, t: f32) -> Self {
        self.zip(other, |a, b| a + (b - a) * t)
    }

    pub(super) fn scale(self, by: f32) -> Self {
        Self(self.0.map(|c| c * by))
    }

    /// Adds light without burning out.
    pub(super) fn screen(self, light: Self, t: f32) -> Self {
        self.zip(light, |a, b| 1.0 - (1.0 - a) * (1.0 - (b * t).min(1.0)))
    }

    pub(super) fn multiply(self, other: Self, t: f32) -> Self {
        self.zip(other, |a, b| a * (1.0 - t + t * b))
    }

    pub(super) fn luma(self) -> f32 {
        let [r, g, b] = self.0;
        0.30 * r + 0.59 * g + 0.11 * b
    }

    pub(super) fn saturate(self, by: f32) -> Self {
        let grey = self.luma();
        Self(self.0.map(|c| grey + (c - grey) * by))
    }

    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        Self([f(a, x), f(b, y), f(c, z)])
    }
}

/// The colours of one mood; everything in a picture is mixed from them.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    pub(super) sky: [Rgb; 3],
    pub(super) light: Rgb,
    pub(super) far: Rgb,
    pub(super) near: Rgb,
    pub(super) ground: Rgb,
    pub(super) accent: Rgb,
    pub(super) second: Rgb,
    pub(super) ink: Rgb,
}

const fn palette(c: [u32; 10]) -> Palette {
    Palette {
        sky: [Rgb::hex(c[0]), Rgb::hex(c[1]), Rgb::hex(c[2])],
        light: Rgb::hex(c[3]),
        far: Rgb::hex(c[4]),
        near: Rgb::hex(c[5]),
        ground: Rgb::hex(c[6]),
        accent: Rgb::hex(c[7]),
        second: Rgb::hex(c[8]),
        ink: Rgb::hex(c[9]),
    }
}

type Hues = [u32; 10];
// top of the sky, middle, horizon | light | far | near | ground | accent | second accent | ink
const DAWN: Hues =
    [0x7D9CC0, 0xE9C3C0, 0xFBE6CB, 0xFFF3D6, 0xA7B3CB, 0x4A5A78, 0x8C9A6B, 0xE2725B, 0xF2B872, 0x2E3248];
const NOON: Hues =
    [0x5FA6CF, 0xA9D4E2, 0xF3F0DC, 0xFFF8DC, 0x9CBFCB, 0x3F7474, 0x86AE5E, 0xE85D4A, 0xF4B942, 0x26383F];
const SUNSET: Hues =
    [0x3B3A72, 0xD9647A, 0xFFC27A, 0xFFE9B0, 0xA8658A, 0x352C54, 0x5C4763, 0xF25F4C, 0xFFB84D, 0x231B38];
const EMBER: Hues =
    [0x5A2A3C, 0xC8553D, 0xF6B05A, 0xFFE2A0, 0xA85A4A, 0x3B1E2B, 0x6B3A34, 0xF2542D, 0xFFC857, 0x2A1420];
const NIGHT: Hues =
    [0x0E1633, 0x23346B, 0x5A6FA8, 0xFFF2C9, 0x3C4F86, 0x111A38, 0x1E2C4A, 0xFFC145, 0xF28482, 0x080D20];
const SEA: Hues =
    [0x3E8FB8, 0x8FCBD4, 0xF6EBD0, 0xFFF6D8, 0x7FB0BF, 0x1F5F78, 0xE6CF9F, 0xEE6C4D, 0xFFD166, 0x163645];
const FOREST: Hues =
    [0x8FB8A8, 0xC7D8B8, 0xF3EBCB, 0xFFF4CF, 0x93B5A0, 0x1E4238, 0x5E7F4A, 0xD9653B, 0xE9B44C, 0x15291F];
const WINTER: Hues =
    [0x8CA9C9, 0xC4D5E6, 0xF4EAE6, 0xFFF6E8, 0xAFC3D8, 0x496A8C, 0xEAF0F5, 0xC8475B, 0xE7A977, 0x2A3950];
const DESERT: Hues =
    [0x5AA0A8, 0xF0CFA0, 0xFBE3B5, 0xFFF3CC, 0xD79B6E, 0x8F4A36, 0xE0A964, 0xC8452F, 0x2F7F86, 0x43221C];
const COSMOS: Hues =
    [0x0B0A26, 0x2E1F5E, 0x86418F, 0xFFE3C2, 0x6A4BA0, 0x140F33, 0x2A2358, 0xFF7F6B, 0x4FD1C5, 0x070616];
const BLOSSOM: Hues =
    [0x9EC5E0, 0xE4D3E6, 0xFCE6DF, 0xFFF6E3, 0xC5B7D6, 0x6A6F9C, 0x8DB277, 0xEF6F8C, 0xF7C04A, 0x3A2F4C];
const CREAM: Hues =
    [0xA8D0CF, 0xF3DCC8, 0xFFEEDB, 0xFFF8E6, 0xB9C9B4, 0x5C8276, 0x9DBB78, 0xF0737A, 0xF5B85C, 0x4A302E];
const STORM: Hues =
    [0x38485C, 0x6F8394, 0xC4C7C0, 0xF2EFE2, 0x7C8D9C, 0x2B3844, 0x55645C, 0xD8573C, 0xE3B04B, 0x182028];
const NEON: Hues =
    [0x0D0524, 0x3A0E66, 0xD4279B, 0xFFB3F0, 0x5B1E99, 0x12072F, 0x1E0F4A, 0x19F0E8, 0xFF3FA4, 0x07021A];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Dawn,
    Noon,
    Sunset,
    Ember,
    Night,
    Sea,
    Forest,
    Winter,
    Desert,
    Cosmos,
    Blossom,
    Cream,
    Storm,
    Neon,
}

impl Mood {
    pub(super) fn palette(self) -> Palette {
        palette(match self {
            Self::Dawn => DAWN,
            Self::Noon => NOON,
            Self::Sunset => SUNSET,
            Self::Ember => EMBER,
            Self::Night => NIGHT,
            Self::Sea => SEA,
            Self::Forest => FOREST,
            Self::Winter => WINTER,
            Self::Desert => DESERT,
            Self::Cosmos => COSMOS,
            Self::Blossom => BLOSSOM,
            Self::Cream => CREAM,
            Self::Storm => STORM,
            Self::Neon => NEON,
        })
    }

    /// Dark enough for stars and lit windows.
    pub(super) fn is_dark(self) -> bool {
        matches!(self, Self::Night | Self::Cosmos | Self::Neon)
    }
}
