//! `--out`: copies of the pictures, in the format that their name says.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;

use crate::domain::image_format::ImageFormat;
use crate::domain::job::Claim;
use crate::domain::shrink::copy_as;

/// Where copies go.
pub(super) enum Out {
    /// Each as the model sent it, under a name of its own.
    Folder(PathBuf),
    File {
        path: PathBuf,
        format: ImageFormat,
        /// There are several, each with its number in its name.
        numbered: bool,
    },
}

impl Out {
    /// A place for `count` copies that can be written.
    ///
    /// # Errors
    /// What is wrong with it, and what is allowed.
    pub(super) fn open(path: PathBuf, count: usize) -> anyhow::Result<Out> {
        let shown = path.display();
        if path.is_dir() {
            let probe = path.join(format!(".easel-{}", std::process::id()));
            touch(&probe).with_context(|| format!("--out: cannot write into `{shown}`"))?;
            return Ok(Out::Folder(path));
        }
        let folder = path.parent().map_or(path.as_path(), |parent| {
            if parent.as_os_str().is_empty() { Path::new(".") } else { parent }
        });
        ensure!(folder.is_dir(), "--out: `{shown}` is no folder, nor a file in one; make the folder first");
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let Some(format) = ImageFormat::from_extension(&ending) else {
            bail!("--out: `{shown}` is no folder, and as a file it must end with .png, .jpg, .jpeg or .webp");
        };
        let out = Out::File { path, format, numbered: count > 1 };
        for n in 0..count {
            let file = out.path(n, "", format);
            touch(&file).with_context(|| format!("--out: cannot write `{}`", file.display()))?;
        }
        Ok(out)
    }

    /// Writes a copy of the picture `n`; its path, and its format if that is not the original's.
    pub(super) async fn write(
        &self,
        done: &Claim,
        n: u32,
        original: Bytes,
    ) -> anyhow::Result<(PathBuf, Option<ImageFormat>)> {
        let format = done.format(n);
        let path = self.path(n as usize, &done.job.id.to_string(), format);
        let (bytes, other) = match self {
            Out::File { format: wanted, .. } if *wanted != format => {
                let wanted = *wanted;
                let copy = tokio::task::spawn_blocking(move || copy_as(&original, wanted)).await?;
                (copy.context("--out: the picture cannot be converted")?, Some(wanted))
            }
            _ => (original, None),
        };
        std::fs::write(&path, bytes).with_context(|| format!("--out: cannot write `{}`", path.display()))?;
        Ok((path, other))
    }

    fn path(&self, n: usize, job: &str, format: ImageFormat) -> PathBuf {
        match self {
            Out::Folder(folder) => folder.join(format!("{job}-{n}.{}", format.extension())),
            Out::File { path, numbered: false, .. } => path.clone(),
            Out::File { path, .. } => {
                let part =
                    |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
                path.with_file_name(format!("{}-{n}.{}", part(path.file_stem()), part(path.extension())))
            }
        }
    }
}

/// Finds out whether a file can be written, and leaves everything as it was.
fn touch(path: &Path) -> io::Result<()> {
    let was_there = path.exists();
    File::options().write(true).create(true).truncate(false).open(path)?;
    if was_there { Ok(()) } else { std::fs::remove_file(path) }
}
