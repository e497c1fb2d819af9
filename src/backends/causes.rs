//! What an error says of itself: its causes.

use std::error::Error;

/// An error, what caused it, and so on.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and its causes, in one line.
pub(crate) fn in_own_words(error: &(dyn Error + 'static)) -> String {
    let all = causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}
