//! `easel api-key`: makes a key for the images API.

use std::process::ExitCode;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::digest::sha256_hex;
use crate::frontends::api::is_name;
use crate::frontends::cli::output::{is_discarded, say};

/// For whom.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The key's name in the ledger: a-z, 0-9 and -, at most 40 characters
    name: String,
}

/// Prints a key, which nothing keeps, and the lines for `EASEL_API_KEYS_FILE`.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let name = &arguments.name;
    ensure!(is_name(name), "the name of a key must have 1 to 40 characters of a-z, 0-9 and -");
    let key = format!("easel_{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    let hash = sha256_hex(&key);
    ensure!(!is_discarded(), "no key was made, since nobody could read it: stdout goes to /dev/null");
    say(format_args!(
        "The key, for whoever will use it; it is shown only here:\n\n{key}\n\nFor EASEL_API_KEYS_FILE, with the limits that you want:\n\n[[key]]\nname = \"{name}\"\nsha256 = \"{hash}\"\nrequests_per_minute = 6\nmonthly_budget_usd = 5"
    ))
    .context("no key was made, since nobody could read it")?;
    Ok(ExitCode::SUCCESS)
}
