//! What somebody typed behind `easel imagine`: the words of the prompt without quotes, and every flag that Discord's
//! prompt line knows.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use crate::config::EngineChoice;
use crate::domain::request::{Ask, FOREIGN_FLAGS, ImageSource};
use crate::frontends::cli::path;

/// Flags of other bots that take no value.
const BARE: [&str; 5] = ["fast", "raw", "relax", "tile", "turbo"];

/// What to generate.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to paint, with or without quotes; flags such as --ar 16:9 inside the quotes work too
    #[arg(required = true, value_name = "PROMPT", allow_negative_numbers = true)]
    prompt: Vec<String>,
    /// Which engine paints, instead of `EASEL_ENGINE`; `sketch` needs no account
    #[arg(long)]
    pub(super) engine: Option<EngineChoice>,
    /// A model's name or id, see `easel models`
    #[arg(long)]
    model: Option<String>,
    /// 16:9 1:1 21:9 2:3 3:2 4:5 5:4 9:16 9:21
    #[arg(long, visible_alias = "ar")]
    aspect: Option<String>,
    /// A look, such as anime or line-art
    #[arg(long)]
    style: Option<String>,
    /// What to leave out
    #[arg(long)]
    negative: Option<String>,
    /// What to leave out: all words up to the next flag, as in Discord
    #[arg(long, value_name = "WORDS", num_args = 1.., conflicts_with = "negative")]
    no: Vec<String>,
    /// The same seed makes the same picture again
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<i64>,
    /// How many pictures, 1 to 4
    #[arg(long, visible_alias = "n", allow_negative_numbers = true)]
    count: Option<i64>,
    /// How closely to follow the prompt
    #[arg(long, allow_negative_numbers = true)]
    cfg: Option<f64>,
    /// How long to refine
    #[arg(long, allow_negative_numbers = true)]
    steps: Option<i64>,
    /// Start from this picture
    #[arg(long, value_parser = path())]
    image: Option<PathBuf>,
    /// How far to go from it, 0 to 1
    #[arg(long, allow_negative_numbers = true)]
    strength: Option<f64>,
    /// Copy the picture to this folder, or to this file as what its name says: .png, .jpg or .webp
    #[arg(long, value_parser = path())]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    foreign: ForeignFlags,
}

impl Arguments {
    /// The order. Flags of other bots go where Discord's prompts have them: whoever reads the prompt leaves them out
    /// and says so.
    pub(super) fn into_ask(self) -> anyhow::Result<Ask> {
        let mut prompt = self.prompt.join(" ");
        for flag in &self.foreign.0 {
            prompt = format!("{prompt} --{flag}");
        }
        let is_raw = |style: &String| style.eq_ignore_ascii_case("raw");
        if self.style.as_ref().is_some_and(is_raw) {
            prompt.push_str(" --style raw");
        }
        Ok(Ask {
            prompt,
            negative: self.negative.or_else(|| (!self.no.is_empty()).then(|| self.no.join(" "))),
            model: self.model,
            aspect: self.aspect,
            style: self.style.filter(|style| !is_raw(style)),
            count: self.count,
            seed: self.seed,
            image: self.image.map(|path| file_source(path, "--image")).transpose()?,
            strength: self.strength,
            cfg: self.cfg,
            steps: self.steps,
            ..Ask::default()
        })
    }
}

/// The file of the argument `name`.
pub(in crate::frontends::cli) fn file_source(path: PathBuf, name: &str) -> anyhow::Result<ImageSource> {
    let path = std::path::absolute(&path).with_context(|| format!("{name}: `{}`", path.display()))?;
    let file =
        std::fs::File::open(&path).with_context(|| format!("{name}: cannot read `{}`", path.display()))?;
    ensure!(file.metadata()?.is_file(), "{name}: `{}` is not a file", path.display());
    Ok(ImageSource::File { path })
}

/// Flags that only other bots have, with their values, as a prompt would have them behind `--`.
#[derive(Debug)]
struct ForeignFlags(Vec<String>);

impl clap::Args for ForeignFlags {
    fn augment_args(command: Command) -> Command {
        let flag = |name: &'static str| {
            let values = if BARE.contains(&name) { 0..=0 } else { 0..=1 };
            // Only a value has a place among what was typed, even an empty one.
            let flag = Arg::new(name).long(name).num_args(values).default_missing_value("");
            flag.action(ArgAction::Append).hide(true)
        };
        command.args(FOREIGN_FLAGS.map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        ForeignFlags::augment_args(command)
    }
}

impl FromArgMatches for ForeignFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<ForeignFlags, clap::Error> {
        let is_typed = |name: &&str| matches.value_source(name) == Some(ValueSource::CommandLine);
        let mut typed: Vec<_> = FOREIGN_FLAGS.into_iter().filter(is_typed).collect();
        typed.sort_by_key(|name| matches.index_of(name));
        let in_words = |name: &str| {
            let values = matches.get_many::<String>(name).into_iter().flatten();
            let words = std::iter::once(name).chain(values.map(String::as_str));
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        Ok(ForeignFlags(typed.into_iter().map(in_words).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = ForeignFlags::from_arg_matches(matches)?;
        Ok(())
    }
}
