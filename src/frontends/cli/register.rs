//! `easel register`: declares the commands to Discord.

use std::process::ExitCode;

use crate::app;
use crate::app::clock::Clock;
use crate::backends::discord_api::rest::Rest;
use crate::backends::secrets;
use crate::config::{Config, Need, Token};
use crate::frontends::cli::say;
use crate::frontends::discord::register::register;

/// Declares the commands, to everybody or to `DISCORD_GUILD_ID`.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    config.require(&[Need::Token])?;
    let aws = match &config.token {
        Some(Token::InSecret(_)) => Some(app::aws_config().await),
        _ => None,
    };
    let token = secrets::reveal(config.token.as_ref(), aws.as_ref()).await?;
    let discord = Rest::new(&config.discord_url, token)?;
    let today = Clock::System.now().date();
    let catalogue = app::catalogue(&config, today)?;
    let changed = register(&discord, &catalogue, config.guild, today).await?;
    let place =
        config.guild.map_or_else(|| "everywhere the bot is".to_owned(), |guild| format!("in server {guild}"));
    if changed {
        say(format_args!("The commands are declared {place}."));
    } else {
        say(format_args!("The commands were declared {place} already; nothing to change."));
    }
    Ok(ExitCode::SUCCESS)
}
