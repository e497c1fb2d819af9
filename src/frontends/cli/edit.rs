//! `easel edit SERVICE FILE`: one edit from the shell, on the same path as the bot's.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgMatches, Command, FromArgMatches, value_parser};

use crate::config::Config;
use crate::domain::request::{Ask, EditAsk};
use crate::domain::services::{NumberName, Service};
use crate::frontends::cli::imagine::{self, Order, file_source};
use crate::frontends::cli::{Signals, path};

/// What to do with which picture.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to do, see `easel models`
    #[arg(value_parser = service())]
    service: Service,
    /// The picture: PNG, JPEG or WebP
    #[arg(value_parser = path())]
    file: PathBuf,
    /// What the result shows
    #[arg(long)]
    prompt: Option<String>,
    /// What to leave out
    #[arg(long)]
    negative: Option<String>,
    /// For replace: what to look for
    #[arg(long, visible_alias = "select", value_name = "WORDS")]
    search: Option<String>,
    /// A picture of what to change (white) and what to keep (black)
    #[arg(long, value_parser = path(), value_name = "FILE")]
    mask: Option<PathBuf>,
    /// In place of a mask: left top right bottom, in percent of the picture
    #[arg(long, value_name = "\"10 20 60 80\"")]
    area: Option<String>,
    /// For style-transfer: the picture whose style is taken
    #[arg(long, value_parser = path(), value_name = "FILE")]
    style_image: Option<PathBuf>,
    /// For outpaint, in place of left, right, up and down: how many times as large it becomes
    #[arg(long, allow_negative_numbers = true)]
    zoom: Option<f64>,
    /// A look, such as anime or line-art
    #[arg(long)]
    style: Option<String>,
    /// 16:9 1:1 21:9 2:3 3:2 4:5 5:4 9:16 9:21
    #[arg(long, visible_alias = "ar")]
    aspect: Option<String>,
    /// The same seed makes the same picture again
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<i64>,
    #[command(flatten)]
    numbers: Numbers,
    /// Copy the picture to this folder, or to this file as what its name says: .png, .jpg or .webp
    #[arg(long, value_parser = path())]
    out: Option<PathBuf>,
}

/// Edits the picture and prints where the result is.
///
/// # Errors
/// What was asked for cannot be done, or could not be.
pub async fn run(config: Config, arguments: Arguments, signals: Signals) -> anyhow::Result<ExitCode> {
    let out = arguments.out.clone();
    imagine::order(config, Order { ask: arguments.into_ask()?, out }, signals).await
}

impl Arguments {
    fn into_ask(self) -> anyhow::Result<Ask> {
        let source = |path: Option<PathBuf>, flag| path.map(|path| file_source(path, flag)).transpose();
        let edit = EditAsk {
            service: self.service,
            mask: source(self.mask, "--mask")?,
            area: self.area,
            style_image: source(self.style_image, "--style-image")?,
            target: self.search,
            numbers: self.numbers.0,
            zoom: self.zoom,
        };
        Ok(Ask {
            prompt: self.prompt.unwrap_or_default(),
            negative: self.negative,
            style: self.style,
            aspect: self.aspect,
            seed: self.seed,
            image: Some(file_source(self.file, "FILE")?),
            edit: Some(Box::new(edit)),
            ..Ask::default()
        })
    }
}

fn service() -> impl TypedValueParser<Value = Service> {
    let names = Service::ALL.iter().map(|service| service.name());
    PossibleValuesParser::new(names)
        .try_map(|name| Service::from_name(&name).ok_or("there is no such service"))
}

/// The name as shells write it.
fn flag(name: NumberName) -> &'static str {
    match name {
        NumberName::ControlStrength => "control-strength",
        NumberName::GrowMask => "grow-mask",
        NumberName::CompositionFidelity => "composition-fidelity",
        NumberName::StyleStrength => "style-strength",
        NumberName::ChangeStrength => "change-strength",
        name => name.name(),
    }
}

/// The options that are numbers, each under its own name.
#[derive(Debug)]
struct Numbers(BTreeMap<NumberName, f64>);

impl clap::Args for Numbers {
    fn augment_args(command: Command) -> Command {
        let argument = |name: NumberName| {
            let takers =
                Service::ALL.iter().filter(|service| service.numbers().any(|number| number.name == name));
            let takers = takers.map(|service| service.name()).collect::<Vec<_>>().join(", ");
            Arg::new(name.name())
                .long(flag(name))
                .value_parser(value_parser!(f64))
                .allow_negative_numbers(true)
                .help(format!("For {takers}: {}", name.help()))
        };
        command.args(NumberName::ALL.map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Numbers::augment_args(command)
    }
}

impl FromArgMatches for Numbers {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Numbers, clap::Error> {
        let typed = |name: NumberName| Some((name, *matches.get_one::<f64>(name.name())?));
        Ok(Numbers(NumberName::ALL.into_iter().filter_map(typed).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Numbers::from_arg_matches(matches)?;
        Ok(())
    }
}
