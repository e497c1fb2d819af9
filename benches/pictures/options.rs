//! What the command line may ask for.

use anyhow::bail;

use crate::rig::options::{number, pairs};
use crate::rig::{Archive, Way};

/// Less than everything, for a quick look.
#[derive(Default)]
pub(crate) struct Options {
    only: Vec<usize>,
    pub(crate) archive: Option<Archive>,
    pub(crate) runs: Option<usize>,
    pub(crate) way: Way,
}

impl Options {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let mut options = Options::default();
        for (option, value) in pairs(words)? {
            match option.as_str() {
                "--only" => {
                    let numbers = value.split(',').map(|text| number(&option, text));
                    options.only = numbers.collect::<Result<_, _>>()?;
                }
                "--runs" => options.runs = Some(number(&option, &value)?.max(1)),
                "--archive" => options.archive = Some(Archive::named(&value)?),
                _ if options.way.take(&option, &value)? => {}
                _ => bail!("`{option}` is unknown; there are --only, --archive, --runs, --bot and --tls"),
            }
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, in_flight: usize) -> bool {
        self.only.is_empty() || self.only.contains(&in_flight)
    }
}
