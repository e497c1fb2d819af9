//! What the command line may ask for.

use anyhow::{Context, bail};

use super::rig::Archive;

/// Less than everything, for a quick look.
#[derive(Default)]
pub(crate) struct Options {
    only: Vec<usize>,
    pub(crate) archive: Option<Archive>,
    pub(crate) runs: Option<usize>,
}

impl Options {
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> anyhow::Result<Options> {
        let mut options = Options::default();
        while let Some(word) = words.next() {
            // Cargo says it to every benchmark.
            if word == "--bench" {
                continue;
            }
            let value = words.next().with_context(|| format!("`{word}` needs a value"))?;
            let number = |text: &str| text.trim().parse::<usize>().with_context(|| format!("{word} {text}"));
            match word.as_str() {
                "--only" => options.only = value.split(',').map(number).collect::<Result<_, _>>()?,
                "--runs" => options.runs = Some(number(&value)?.max(1)),
                "--archive" => options.archive = Some(archive(&value)?),
                _ => bail!("`{word}` is unknown; there are --only, --archive and --runs"),
            }
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, in_flight: usize) -> bool {
        self.only.is_empty() || self.only.contains(&in_flight)
    }
}

fn archive(name: &str) -> anyhow::Result<Archive> {
    match name {
        "s3" => Ok(Archive::S3),
        "folder" => Ok(Archive::Folder),
        _ => bail!("--archive is `s3` or `folder`, not `{name}`"),
    }
}
