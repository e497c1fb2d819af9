//! The only sources of randomness: a `SplitMix64` stream and value noise, both fixed by their seed.

/// A `SplitMix64` stream.
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.0)
    }

    /// Uniform in `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    pub(super) fn range(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    pub(super) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    pub(super) fn pick<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[(self.next() % N as u64) as usize]
    }

    /// A seed for a noise function.
    pub(super) fn seed(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }
}

/// The finisher of `SplitMix64`: every input bit reaches every output bit.
pub(super) fn scramble(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// White noise at a lattice point, in `0.0..1.0`.
pub(super) fn speck(x: i32, y: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x85EB_CA6B) ^ (y as u32).wrapping_mul(0xC2B2_AE35) ^ seed;
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    ((h ^ (h >> 15)) >> 8) as f32 / (1u32 << 24) as f32
}

/// Smooth value noise with features one unit wide, in `0.0..1.0`.
pub(super) fn value(x: f32, y: f32, seed: u32) -> f32 {
    let (ix, iy) = (floor(x), floor(y));
    let (fx, fy) = (ease(x - ix as f32), ease(y - iy as f32));
    let top = lerp(speck(ix, iy, seed), speck(ix + 1, iy, seed), fx);
    let low = lerp(speck(ix, iy + 1, seed), speck(ix + 1, iy + 1, seed), fx);
    lerp(top, low, fy)
}

/// Fractal sum of [`value`], in `0.0..1.0`.
pub(super) fn fbm(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total, mut f) = (0.0, 1.0, 0.0, 1.0);
    for octave in 0..octaves {
        sum += weight * value(x * f, y * f, seed.wrapping_add(octave * 1013));
        total += weight;
        weight *= 0.5;
        f *= 2.03;
    }
    sum / total
}

/// `f32::floor` without the call into the C library that the baseline x86-64 target makes of it.
fn floor(x: f32) -> i32 {
    let cut = x as i32;
    cut - i32::from(x < cut as f32)
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

pub(super) fn smooth(t: f32) -> f32 {
    ease(t.clamp(0.0, 1.0))
}

pub(super) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// A function sampled every `step` pixels and read back with linear interpolation: slow noise, made cheap.
pub(super) struct Field {
    cols: usize,
    rows: usize,
    per_pixel: f32,
    values: Vec<f32>,
}

impl Field {
    pub(super) fn new(w: usize, h: usize, step: usize, f: impl Fn(f32, f32) -> f32) -> Self {
        let (cols, rows) = (w / step + 2, h / step + 2);
        let at = |i: usize| f(((i % cols) * step) as f32, ((i / cols) * step) as f32);
        Self { cols, rows, per_pixel: 1.0 / step as f32, values: (0..cols * rows).map(at).collect() }
    }

    #[inline(always)]
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (gx, gy) = ((x * self.per_pixel).max(0.0), (y * self.per_pixel).max(0.0));
        let (ix, iy) = ((gx as usize).min(self.cols - 2), (gy as usize).min(self.rows - 2));
        let (fx, fy) = ((gx - ix as f32).min(1.0), (gy - iy as f32).min(1.0));
        let i = iy * self.cols + ix;
        let (v, w) = (&self.values[i..i + 2], &self.values[i + self.cols..i + self.cols + 2]);
        lerp(lerp(v[0], v[1], fx), lerp(w[0], w[1], fx), fy)
    }
}
