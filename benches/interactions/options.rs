//! What the command line may ask for.

use anyhow::bail;

use crate::rig::Archive;
use crate::rig::options::{number, pairs};

pub(crate) struct Options {
    /// Interactions a second, each for a run of its own.
    pub(crate) rates: Vec<usize>,
    pub(crate) seconds: usize,
    pub(crate) archive: Archive,
}

impl Options {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let mut options = Options { rates: vec![200], seconds: 60, archive: Archive::Folder };
        for (option, value) in pairs(words)? {
            match option.as_str() {
                "--rate" => {
                    let numbers = value.split(',').map(|text| Ok(number(&option, text)?.max(1)));
                    options.rates = numbers.collect::<anyhow::Result<_>>()?;
                }
                "--seconds" => options.seconds = number(&option, &value)?.max(1),
                "--archive" => options.archive = Archive::named(&value)?,
                _ => bail!("`{option}` is unknown; there are --rate, --seconds and --archive"),
            }
        }
        Ok(options)
    }
}
