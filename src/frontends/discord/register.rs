//! Declares the commands to Discord, when they differ from what it has.

use anyhow::Context;
use serde_json::{Value, json};
use time::Date;

use crate::app::App;
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::domain::catalogue::Catalogue;
use crate::frontends::discord::commands;

/// Declares the commands to everybody, or to one server, if they differ from what Discord has; whether they did.
pub async fn register(
    discord: &Rest,
    catalogue: &Catalogue,
    guild: Option<u64>,
    today: Date,
) -> anyhow::Result<bool> {
    let (path, declared, known) = compare(discord, catalogue, guild, today).await?;
    if same_commands(&declared, &known) {
        return Ok(false);
    }
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    discord.put_commands(&path, &declared).await.map_err(explained).context("declaring the commands")?;
    Ok(true)
}

/// Declares the commands if they differ from what Discord knows; the bot works without that.
pub async fn declare(app: &App) {
    if let Err(error) = register(&app.discord, &app.catalogue, app.config.guild, app.now().date()).await {
        tracing::warn!(
            error = format!("{error:#}"),
            "the commands could not be compared with Discord's; run `easel register`"
        );
    }
}

/// Whether Discord has the commands as this version declares them.
pub async fn is_registered(
    discord: &Rest,
    catalogue: &Catalogue,
    guild: Option<u64>,
    today: Date,
) -> anyhow::Result<bool> {
    let (_, declared, known) = compare(discord, catalogue, guild, today).await?;
    Ok(same_commands(&declared, &known))
}

async fn compare(
    discord: &Rest,
    catalogue: &Catalogue,
    guild: Option<u64>,
    today: Date,
) -> anyhow::Result<(Vec<String>, Value, Value)> {
    let application = discord
        .get(&["applications", "@me"])
        .await
        .map_err(explained)
        .context("asking Discord for the application")?;
    let id = application["id"].as_str().context("Discord sent an application without id")?;
    let mut path = vec!["applications".to_owned(), id.to_owned()];
    if let Some(guild) = guild {
        path.extend(["guilds".to_owned(), guild.to_string()]);
    }
    path.push("commands".to_owned());
    let parts: Vec<_> = path.iter().map(String::as_str).collect();
    let known = match discord.get(&parts).await {
        // Nothing to read there: what is wrong, if anything, declaring them will tell.
        Err(Fault::Refused { status: 404 | 405, .. }) => json!([]),
        known => known.map_err(explained).context("asking Discord for the commands")?,
    };
    let mut declared = commands::declared(catalogue, today);
    if guild.is_some() {
        declared.iter_mut().for_each(remove_places);
    }
    Ok((path, json!(declared), known))
}

/// A command of one server may not say where else it can be used.
fn remove_places(command: &mut Value) {
    if let Some(fields) = command.as_object_mut() {
        fields.retain(|name, _| name != "contexts" && name != "integration_types");
    }
}

fn explained(fault: Fault) -> anyhow::Error {
    let remedy = match &fault {
        Fault::Refused { status: 401, .. } => {
            "Discord refused the token; copy it again from the Bot page into DISCORD_TOKEN"
        }
        Fault::Refused { status: 403 | 404, .. } => {
            "Discord does not let this bot do that; is DISCORD_GUILD_ID a server that the bot was invited to?"
        }
        Fault::Limited { .. } => "Discord wants you to wait a little; try again",
        Fault::Lost(_) => "Discord cannot be reached; check the network and DISCORD_API_URL",
        Fault::Refused { .. } => "Discord refused the commands",
    };
    anyhow::Error::new(fault).context(remedy)
}

/// Whether Discord has just these commands. It adds fields of its own, and leaves out those that say nothing.
fn same_commands(declared: &Value, known: &Value) -> bool {
    let (Some(declared), Some(known)) = (declared.as_array(), known.as_array()) else { return false };
    declared.len() == known.len()
        && declared
            .iter()
            .all(|ours| known.iter().any(|theirs| theirs["name"] == ours["name"] && covers(theirs, ours)))
}

/// Whether `theirs` says at least what `ours` says.
fn covers(theirs: &Value, ours: &Value) -> bool {
    match ours {
        Value::Object(fields) => fields.iter().all(|(name, value)| covers(&theirs[name], value)),
        Value::Array(items) => {
            let empty = Vec::new();
            let known = theirs.as_array().unwrap_or(&empty);
            items.len() == known.len() && items.iter().zip(known).all(|(ours, theirs)| covers(theirs, ours))
        }
        // Permissions are asked for as a number and told as a string.
        Value::Number(number) if theirs.is_string() => theirs.as_str() == Some(number.to_string().as_str()),
        Value::Number(number) => theirs.as_f64() == number.as_f64(),
        Value::Null | Value::Bool(false) => theirs.is_null() || theirs == ours,
        _ => theirs == ours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_declared_again_only_when_they_differ() {
        let ours = json!([{ "name": "help", "description": "x", "options": [], "nsfw": false, "min": 1 }]);
        assert!(same_commands(
            &ours,
            &json!([{ "id": "1", "name": "help", "description": "x", "min": 1.0, "version": "3" }])
        ));
        assert!(!same_commands(&ours, &json!([{ "name": "help", "description": "y" }])));
        assert!(!same_commands(&ours, &json!([])));
    }
}
