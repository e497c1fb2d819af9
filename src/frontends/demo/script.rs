//! Plays a conversation from a file, and writes down what people read.

mod answer;
mod blocks;
mod command;
mod find;
mod html;
mod inline;
mod markdown;
mod names;
mod parse;
mod place;
mod play;
mod transcript;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::time::timeout;

use self::parse::{Line, Wrong};
use self::transcript::Transcript;
use super::{Playground, begin_session};

/// For the bot to connect and to declare its commands.
const START: Duration = Duration::from_secs(60);

/// A script that can be played, as far as its lines tell.
#[derive(Debug)]
pub struct Script {
    path: PathBuf,
    lines: Vec<Line>,
}

/// What was done and answered.
#[derive(Debug)]
pub struct Conversation(Transcript);

impl Script {
    /// # Errors
    /// It cannot be read, or a sentence with the line that cannot be followed.
    pub fn read(path: PathBuf) -> anyhow::Result<Script> {
        let text = std::fs::read_to_string(&path);
        let text = text.with_context(|| format!("--script: cannot read `{}`", path.display()))?;
        let lines = parse::parse(&text).map_err(|wrong| in_words(&path, &wrong))?;
        Ok(Script { path, lines })
    }

    /// Plays it in a playground without a page.
    ///
    /// # Errors
    /// A sentence with the line that cannot be followed, and what is allowed there.
    pub async fn play(&self, playground: &Playground) -> anyhow::Result<Conversation> {
        let begun = timeout(START, begin_session(&playground.hub)).await;
        begun.map_err(|_| anyhow!("the bot did not connect in {} seconds", START.as_secs()))?;
        let played = play::play(&playground.hub, &self.lines).await;
        played.map(Conversation).map_err(|wrong| in_words(&self.path, &wrong))
    }

    /// What a page of it is called.
    fn title(&self) -> String {
        self.path
            .file_stem()
            .map_or_else(|| "Conversation".into(), |name| name.to_string_lossy())
            .into_owned()
    }
}

impl Conversation {
    /// As Markdown, with links to files in `folder`.
    pub fn markdown(&self, folder: &str) -> String {
        markdown::markdown(&self.0, folder)
    }

    /// As one page with all files in it.
    pub fn html(&self, script: &Script) -> String {
        html::html(&self.0, &script.title())
    }

    /// Writes the files that [`Conversation::markdown`] links to; there may be none.
    ///
    /// # Errors
    /// A sentence with what cannot be written.
    pub fn write_files(&self, folder: &Path) -> anyhow::Result<()> {
        if self.0.files.is_empty() {
            return Ok(());
        }
        let made = std::fs::create_dir_all(folder);
        made.with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        self.0.files.iter().try_for_each(|file| {
            let path = folder.join(&file.name);
            std::fs::write(&path, &file.bytes).with_context(|| format!("cannot write `{}`", path.display()))
        })
    }
}

fn in_words(path: &Path, wrong: &Wrong) -> anyhow::Error {
    let Wrong { number, text, reason } = wrong;
    anyhow!("{}, line {number}: `{text}`: {reason}", path.display())
}
