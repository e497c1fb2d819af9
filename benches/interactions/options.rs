//! What the command line may ask for.

use anyhow::bail;

use crate::rig::options::{number, pairs};
use crate::rig::{Archive, Way};

pub(crate) struct Options {
    /// Interactions a second, each for a run of its own.
    pub(crate) rates: Vec<usize>,
    pub(crate) seconds: usize,
    pub(crate) archive: Archive,
    pub(crate) way: Way,
}

impl Options {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let (rates, archive) = (vec![200], Archive::Folder);
        let mut options = Options { rates, seconds: 60, archive, way: Way::default() };
        for (option, value) in pairs(words)? {
            match option.as_str() {
                "--rate" => {
                    let numbers = value.split(',').map(|text| Ok(number(&option, text)?.max(1)));
                    options.rates = numbers.collect::<anyhow::Result<_>>()?;
                }
                "--seconds" => options.seconds = number(&option, &value)?.max(1),
                "--archive" => options.archive = Archive::named(&value)?,
                _ if options.way.take(&option, &value)? => {}
                _ => bail!("`{option}` is unknown; there are --rate, --seconds, --archive, --bot and --tls"),
            }
        }
        Ok(options)
    }
}
