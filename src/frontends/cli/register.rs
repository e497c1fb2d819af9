//! `easel register`: declares the commands to Discord.

use std::process::ExitCode;

use crate::app;
use crate::app::clock::Clock;
use crate::backends::discord_api::rest::Rest;
use crate::backends::http::Http;
use crate::backends::secrets;
use crate::config::{Config, Need, Token};
use crate::frontends::cli::say;
use crate::frontends::discord::register::{Commands, Place};

/// Declares the commands, to everybody or to `DISCORD_GUILD_ID`, and takes them away from where they would show twice.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    config.require(&[Need::Token])?;
    let http = Http::default();
    let aws = match &config.token {
        Some(Token::InSecret(_)) => Some(app::aws_config(&http).await),
        _ => None,
    };
    let token = secrets::reveal(config.token.as_ref(), aws.as_ref()).await?;
    let discord = Rest::new(&config.discord_url, token, &http);
    let today = Clock::System.now().date();
    let catalogue = app::catalogue(&config, today)?;
    let commands = Commands::new(&discord, &catalogue, config.guild, today).await?;
    let changed = commands.declare().await?.changed;
    let place =
        config.guild.map_or_else(|| "everywhere the bot is".to_owned(), |guild| format!("in server {guild}"));
    let mut removed = Vec::new();
    for other in commands.other_places().await? {
        if commands.remove(&other).await? {
            removed.push(other);
        }
    }
    match (changed, removed.is_empty()) {
        (true, _) => say(format_args!("The commands are declared {place}.")),
        (false, true) => say(format_args!("The commands were declared {place} already; nothing to change.")),
        (false, false) => say(format_args!("The commands were declared {place} already.")),
    }?;
    for other in removed {
        let other = match other {
            Place::Everywhere => "everywhere else".to_owned(),
            Place::Server { id, name } => format!("{name} ({id})"),
        };
        say(format_args!("Those from before are taken away from {other}."))?;
    }
    Ok(ExitCode::SUCCESS)
}
