//! The picture to start from, out of an order's JSON.

use base64_simd::forgiving_decode_to_vec;
use time::OffsetDateTime;

use super::problem::Problem;
use crate::app::StartPicture;
use crate::backends::discord_api::attachment;
use crate::domain::refusal::Refusal;
use crate::domain::request::IMAGE_BYTES_LIMIT;

/// The picture of the member `name`, in base64 or as a data URL, for the holder of the key of this name.
///
/// # Errors
/// 400 for something else, and the refusal for a file that is no picture that can be used.
pub(super) fn read(
    name: &str,
    image: &str,
    holder: &str,
    now: OffsetDateTime,
) -> Result<StartPicture, Problem> {
    let refused = |refusal: Refusal| Problem::refused(&refusal, now);
    let base64 = match image.split_once(',') {
        Some((head, base64)) if is_base64_url(head) => base64,
        Some(_) => return Err(no_base64(name)),
        None => image,
    };
    // Before it is decoded: three bytes are four letters, and line ends are left out.
    if base64.len() as u64 / 4 * 3 > IMAGE_BYTES_LIMIT * 102 / 100 {
        return Err(refused(attachment::too_large()));
    }
    let bytes = forgiving_decode_to_vec(base64.as_bytes()).map_err(|_| no_base64(name))?;
    StartPicture::checked(holder, bytes.into()).map_err(refused)
}

/// Whether this is what stands before the comma of a data URL in base64.
fn is_base64_url(head: &str) -> bool {
    let is = |text: &str, wanted: &str| text.trim().eq_ignore_ascii_case(wanted);
    let scheme = head.get(..5).is_some_and(|scheme| is(scheme, "data:"));
    scheme && head.rsplit(';').next().is_some_and(|last| is(last, "base64"))
}

fn no_base64(name: &str) -> Problem {
    Problem::bad_request(format!(
        "`{name}` must be a picture in base64, or a data URL such as `data:image/png;base64,…`. Easel fetches nothing from an address."
    ))
}
