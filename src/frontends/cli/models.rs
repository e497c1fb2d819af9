//! `easel models`: the catalogue as a table.

use std::process::ExitCode;

use crate::app;
use crate::app::clock::Clock;
use crate::config::Config;
use crate::domain::catalogue::{Model, Task};
use crate::frontends::cli::say;

/// Prints every model with price and state.
///
/// # Errors
/// `EASEL_MODELS_FILE` or `EASEL_MODEL` is wrong.
pub fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let today = Clock::System.now().date();
    let catalogue = app::catalogue(config, today)?;
    let head = ["NAME", "PRICE", "STATE", "DOES", "ID"].map(str::to_owned);
    let rows: Vec<[String; 5]> = catalogue
        .models()
        .iter()
        .map(|model| {
            let default = if model.name == catalogue.default_name() { " (default)" } else { "" };
            let state = match model.ended {
                Some(ended) if !model.is_alive(today) => format!("ended {ended}"),
                _ => "living".to_owned(),
            };
            [format!("{model}{default}"), model.price.to_string(), state, abilities(model), model.id.clone()]
        })
        .collect();
    let width = |column: usize| {
        rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), width(3)];
    for row in std::iter::once(&head).chain(&rows) {
        let cells: Vec<_> = widths.iter().zip(row).map(|(width, cell)| format!("{cell:<width$}")).collect();
        say(format_args!("{}  {}", cells.join("  "), row[4]))?;
    }
    say(format_args!(
        "\nPrices are dollars a call, before tax. What `edits` is of no use yet: /edit comes with a later version. Add your own with EASEL_MODELS_FILE."
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn abilities(model: &Model) -> String {
    let mut does = vec![if model.task == Task::Generate { "paints" } else { "edits" }];
    if model.task == Task::Generate && model.abilities.image_to_image {
        does.push("from a picture");
    }
    if model.task == Task::Generate && model.abilities.presets {
        does.push("presets");
    }
    if model.abilities.cfg.is_some() {
        does.push("cfg, steps");
    }
    does.join(", ")
}
