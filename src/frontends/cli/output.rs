//! What programs print. A stream that cannot be written ends a program with code 1, never with a panic.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;

use anyhow::ensure;
use thiserror::Error;

use super::in_words;

/// What was to be printed is lost, and with it what the program was for.
#[derive(Debug, Error)]
#[error("cannot write to stdout")]
struct Unwritable(#[source] io::Error);

/// Prints a line on stdout.
///
/// # Errors
/// Nobody can read it.
pub(super) fn say(line: fmt::Arguments<'_>) -> anyhow::Result<()> {
    ensure!(!is_closed(), "stdout is closed, so nobody can read what this program has to say");
    Ok(writeln!(io::stdout(), "{line}").map_err(Unwritable)?)
}

/// Prints a line on stderr, if it can be written: there is no other place left to say that it cannot.
pub(super) fn note(line: fmt::Arguments<'_>) {
    drop(writeln!(io::stderr(), "easel: {line}"));
}

/// Says on stderr why a program ends, in one sentence without a stack. A reader that has gone, as `head` does, knows.
pub fn complain(error: &anyhow::Error) {
    let unwritable = error.chain().next().and_then(|error| error.downcast_ref::<Unwritable>());
    if unwritable.is_some_and(|Unwritable(cause)| cause.kind() == io::ErrorKind::BrokenPipe) {
        return;
    }
    for line in in_words(error).lines() {
        note(format_args!("{line}"));
    }
}

/// Whether what is printed goes nowhere.
pub(super) fn is_discarded() -> bool {
    opened(1).is_some_and(|stdout| stdout.is_null)
}

/// Whether whoever started the process closed stdout. Rust's start-up puts `/dev/null` there, open for reading too,
/// which nobody asks for by `>/dev/null`; where stderr goes there as well, nobody wants to read anything.
fn is_closed() -> bool {
    static CLOSED: OnceLock<bool> = OnceLock::new();
    *CLOSED.get_or_init(|| {
        let [stdout, stderr] = [1, 2].map(opened);
        stdout.is_some_and(|stdout| stdout.is_null && stdout.is_read)
            && !stderr.is_some_and(|stderr| stderr.is_null)
    })
}

struct Opened {
    is_null: bool,
    is_read: bool,
}

/// Where one of this process's descriptors goes; `None` where the system does not tell (it is not Linux).
fn opened(descriptor: u32) -> Option<Opened> {
    let target = std::fs::read_link(format!("/proc/self/fd/{descriptor}")).ok()?;
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{descriptor}")).ok()?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?.trim();
    // O_ACCMODE: 0 to read, 1 to write, 2 for both.
    let access = u32::from_str_radix(flags, 8).ok()? & 3;
    Some(Opened { is_null: target == Path::new("/dev/null"), is_read: access == 2 })
}
