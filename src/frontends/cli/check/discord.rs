//! The part of `easel check` that asks Discord.

use anyhow::{Context, anyhow, bail};
use serde_json::Value;
use time::Date;

use super::{Finding, Report};
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::config::{Config, Need};
use crate::domain::catalogue::Catalogue;
use crate::domain::signature::PublicKey;
use crate::frontends::discord::register::{Commands, Place};

/// View Channel, Send Messages, Attach Files, Read Message History: what an answer after fifteen minutes needs.
const PERMISSIONS: [(u64, &str); 4] = [
    (1 << 10, "View Channel"),
    (1 << 11, "Send Messages"),
    (1 << 15, "Attach Files"),
    (1 << 16, "Read Message History"),
];
/// Create Public Threads, Send Messages in Threads: what a session in a thread needs besides.
const THREADS: u64 = 1 << 35 | 1 << 38;

pub(super) async fn check(
    report: &mut Report,
    config: &Config,
    discord: &Rest,
    catalogue: Option<&Catalogue>,
    today: Date,
) {
    if config.token.is_none() {
        return report.line("token", Err(anyhow!(Need::Token.remedy())));
    }
    let me = discord.get(&["users", "@me"]).await;
    let token_works = me.is_ok();
    report.line("token", me.map(|me| format!("the bot is {}", text(&me["username"]))).map_err(explained));
    if !token_works {
        return;
    }
    let application = match discord.get(&["applications", "@me"]).await {
        Ok(application) => application,
        Err(fault) => return report.line("application", Err(explained(fault))),
    };
    report.line("application", endpoint(&application, config.public_key.is_some()));
    if let Some(key) = &config.public_key {
        report.line("public key", public_key(&application, key));
    }
    report.line("permissions", permissions(discord, &application).await);
    if let Some(catalogue) = catalogue {
        report.line("commands", commands(discord, catalogue, config.guild, today).await);
    }
}

fn explained(fault: Fault) -> anyhow::Error {
    match fault {
        Fault::Refused { status: 401, .. } => {
            anyhow!(
                "Discord refused DISCORD_TOKEN: reset the token on your application's Bot page and copy it again"
            )
        }
        Fault::Lost(cause) => {
            anyhow!("Discord cannot be reached ({cause}): check the network and DISCORD_API_URL")
        }
        other => anyhow!(other),
    }
}

/// Interactions come one way or the other; `over_http` is the one that is wanted.
fn endpoint(application: &Value, over_http: bool) -> Finding {
    let named = format!("{} ({})", text(&application["name"]), text(&application["id"]));
    match application["interactions_endpoint_url"].as_str().filter(|url| !url.is_empty()) {
        Some(url) if over_http => Ok(format!("{named}, interactions go to {url}")),
        Some(url) => bail!(
            "interactions go to {url} and not to `easel run`: empty Interactions Endpoint URL on the General Information page, or set DISCORD_PUBLIC_KEY for `easel serve`"
        ),
        None => Ok(named),
    }
}

fn public_key(application: &Value, ours: &PublicKey) -> Finding {
    let theirs = text(&application["verify_key"]);
    if PublicKey::from_hex(theirs).as_ref() != Some(ours) {
        bail!(
            "DISCORD_PUBLIC_KEY is not this application's, so `easel serve` would refuse all that Discord posts: set it to {theirs}, Public Key on the General Information page"
        );
    }
    Ok("DISCORD_PUBLIC_KEY is the application's".into())
}

async fn permissions(discord: &Rest, application: &Value) -> Finding {
    let servers = discord.get(&["users", "@me", "guilds"]).await.map_err(explained)?;
    let servers = servers.as_array().context("Discord sent no list of servers")?;
    if servers.is_empty() {
        return Ok(format!(
            "in no server yet; invite the bot: https://discord.com/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions={}",
            text(&application["id"]),
            PERMISSIONS.iter().fold(THREADS, |all, (bit, _)| all | bit)
        ));
    }
    let missing: Vec<String> = servers.iter().filter_map(missing_permissions).collect();
    if !missing.is_empty() {
        bail!(
            "{}: give them to the bot's role in Server Settings, or late pictures go to members in private",
            missing.join("; ")
        );
    }
    Ok(format!("enough in {} server(s)", servers.len()))
}

fn missing_permissions(server: &Value) -> Option<String> {
    let held: u64 = server["permissions"].as_str()?.parse().ok()?;
    let administrator = held & (1 << 3) != 0;
    let missing: Vec<_> =
        PERMISSIONS.iter().filter(|(bit, _)| held & bit == 0).map(|(_, name)| *name).collect();
    (!administrator && !missing.is_empty())
        .then(|| format!("{} lacks {}", text(&server["name"]), missing.join(", ")))
}

async fn commands(discord: &Rest, catalogue: &Catalogue, guild: Option<u64>, today: Date) -> Finding {
    let commands = Commands::new(discord, catalogue, guild, today).await?;
    if !commands.is_declared().await? {
        bail!("Discord does not have them as this version declares them: run `easel register`")
    }
    let mut left_over = Vec::new();
    for place in commands.other_places().await? {
        if commands.are_in(&place).await? {
            left_over.push(match (place, guild) {
                (Place::Everywhere, Some(guild)) => format!("commands show twice in server {guild}"),
                (Place::Server { id, name }, None) => format!("commands show twice in {name} ({id})"),
                (Place::Server { id, name }, Some(_)) => format!("commands also show in {name} ({id})"),
                (Place::Everywhere, None) => continue,
            });
        }
    }
    if !left_over.is_empty() {
        bail!("{}: run `easel register`", left_over.join(", "));
    }
    Ok("declared as in this version".into())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}
