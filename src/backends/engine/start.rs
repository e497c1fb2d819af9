//! The image that a request starts from, as both model families take it.

use base64_simd::STANDARD;

#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'a> {
    pub(super) bytes: &'a [u8],
    /// 0 keeps the image, 1 ignores it.
    pub(super) strength: f64,
}

impl Start<'_> {
    pub(super) fn base64(&self) -> String {
        STANDARD.encode_to_string(self.bytes)
    }
}
