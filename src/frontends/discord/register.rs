//! Declares the commands to Discord, when they differ from what it has, in one place and in no other.

use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use time::Date;

use crate::app::App;
use crate::app::messages::help::CommandIds;
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::backends::discord_api::retry::{Retry, wait};
use crate::domain::catalogue::Catalogue;
use crate::frontends::discord::commands;

/// How long a declaration may go on once the process is told to stop.
const GOODBYE: Duration = Duration::from_secs(3);

/// The type of the command that opens an application's Activity. Discord refuses to replace commands by such that do
/// not include it.
const ENTRY_POINT: u64 = 4;

/// What of a command that stays as it is has to be sent again, or it is gone.
const KEPT_FIELDS: [&str; 11] = [
    "id",
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "default_member_permissions",
    "contexts",
    "integration_types",
    "handler",
    "nsfw",
];

/// Where commands are declared: everywhere, or in one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    Server { id: u64, name: String },
}

/// The commands as this version declares them, and what Discord has of them.
pub struct Commands<'a> {
    discord: &'a Rest,
    application: String,
    guild: Option<u64>,
    declared: Vec<Value>,
}

/// What came of a declaration.
pub struct Declaration {
    /// Whether Discord had other commands before.
    pub changed: bool,
    /// As Discord has them, with their ids.
    commands: Vec<Value>,
}

/// Declares the commands if they differ from what Discord knows; the bot works without that.
///
/// What is under way when the process is told to stop has some seconds: half a declaration would show commands twice.
pub async fn declare(app: &App) {
    let stopped = async {
        app.stopping.cancelled().await;
        wait(GOODBYE).await;
    };
    let declared = tokio::select! {
        declared = declare_once(app) => declared,
        () = stopped => return,
    };
    if let Err(error) = declared {
        tracing::warn!(
            error = format!("{error:#}"),
            "the commands could not be compared with Discord's; run `easel register`"
        );
    }
}

/// Of the places without commands only that is looked at which needs no list of servers.
async fn declare_once(app: &App) -> anyhow::Result<()> {
    let commands = Commands::new(&app.discord, &app.catalogue, app.config.guild, app.now().date()).await?;
    remember_ids(app, &commands.declare().await?.commands);
    if app.config.guild.is_some() && commands.remove(&Place::Everywhere).await? {
        tracing::info!(
            "the commands were declared for everywhere too, and are only in DISCORD_GUILD_ID from here on"
        );
    }
    Ok(())
}

/// Asks Discord for the ids of the commands, for messages that mention them.
pub(super) async fn learn_ids(app: &App, application: u64) {
    let path = path(&application.to_string(), app.config.guild);
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    match app.discord.commands(&path).await {
        Ok(commands) => remember_ids(app, commands.as_array().map(Vec::as_slice).unwrap_or_default()),
        Err(fault) => tracing::debug!(%fault, "the ids of the commands are not known"),
    }
}

/// The first to tell the ids does: a command that is declared again keeps its own.
fn remember_ids(app: &App, commands: &[Value]) {
    let id =
        |command: &Value| Some((command["name"].as_str()?.to_owned(), command["id"].as_str()?.parse().ok()?));
    drop(app.command_ids.set(CommandIds::new(commands.iter().filter_map(id))));
}

impl<'a> Commands<'a> {
    /// The commands for everywhere, or for one server.
    ///
    /// # Errors
    /// Discord does not say which application this is.
    pub async fn new(
        discord: &'a Rest,
        catalogue: &Catalogue,
        guild: Option<u64>,
        today: Date,
    ) -> anyhow::Result<Commands<'a>> {
        let application = discord
            .get(&["applications", "@me"])
            .await
            .map_err(explained)
            .context("asking Discord for the application")?;
        let application = application["id"].as_str().context("Discord sent an application without id")?;
        let mut declared = commands::declared(catalogue, today);
        if guild.is_some() {
            declared.iter_mut().for_each(remove_places);
        }
        Ok(Commands { discord, application: application.to_owned(), guild, declared })
    }

    /// Whether Discord has the commands as this version declares them.
    pub async fn is_declared(&self) -> anyhow::Result<bool> {
        let (known, _) = self.known(self.guild).await?;
        Ok(same_commands(&self.declared, &known))
    }

    /// Declares the commands if they differ from what Discord has.
    pub async fn declare(&self) -> anyhow::Result<Declaration> {
        let (known, entry_points) = self.known(self.guild).await?;
        if same_commands(&self.declared, &known) {
            return Ok(Declaration { changed: false, commands: known });
        }
        let all = [self.declared.as_slice(), &entry_points].concat();
        let commands = self.replace(self.guild, all).await.context("declaring the commands")?;
        Ok(Declaration { changed: true, commands: commands.as_array().cloned().unwrap_or_default() })
    }

    /// The places where commands would show beside those that are declared here, among them the first 200 servers.
    pub async fn other_places(&self) -> anyhow::Result<Vec<Place>> {
        let servers = self.discord.get(&["users", "@me", "guilds"]).await.map_err(explained)?;
        let servers = servers.as_array().context("Discord sent no list of servers")?;
        let servers = servers.iter().filter_map(|server| {
            let id = server["id"].as_str()?.parse().ok()?;
            let name = server["name"].as_str().unwrap_or_default().to_owned();
            (Some(id) != self.guild).then_some(Place::Server { id, name })
        });
        Ok(self.guild.map(|_| Place::Everywhere).into_iter().chain(servers).collect())
    }

    /// Whether commands are declared in a place.
    pub async fn are_in(&self, place: &Place) -> anyhow::Result<bool> {
        Ok(!self.known(place.guild()).await?.0.is_empty())
    }

    /// Takes the commands away from a place where they are not declared any more; whether there were any.
    pub async fn remove(&self, place: &Place) -> anyhow::Result<bool> {
        let (known, entry_points) = self.known(place.guild()).await?;
        if known.is_empty() {
            return Ok(false);
        }
        self.replace(place.guild(), entry_points).await.context("taking away commands that show twice")?;
        Ok(true)
    }

    /// The commands that Discord has in a place, and apart from them the Entry Point command as it has to be sent again.
    async fn known(&self, guild: Option<u64>) -> anyhow::Result<(Vec<Value>, Vec<Value>)> {
        let path = self.path(guild);
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        let known = match Retry::once().until_taken(|| self.discord.commands(&path)).await {
            // Nothing to read there: what is wrong, if anything, declaring them will tell.
            Err(Fault::Refused { status: 404 | 405, .. }) => json!([]),
            // A server that invited the bot without its commands.
            Err(Fault::Refused { status: 403, .. }) if guild != self.guild => json!([]),
            known => known.map_err(explained).context("asking Discord for the commands")?,
        };
        let known = known.as_array().context("Discord sent no list of commands")?;
        let (entry_points, others): (Vec<_>, Vec<_>) =
            known.iter().cloned().partition(|command| command["type"].as_u64() == Some(ENTRY_POINT));
        Ok((others, entry_points.into_iter().map(kept).collect()))
    }

    async fn replace(&self, guild: Option<u64>, commands: Vec<Value>) -> anyhow::Result<Value> {
        let (path, commands) = (self.path(guild), json!(commands));
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        Retry::once().until_taken(|| self.discord.put_commands(&path, &commands)).await.map_err(explained)
    }

    fn path(&self, guild: Option<u64>) -> Vec<String> {
        path(&self.application, guild)
    }
}

fn path(application: &str, guild: Option<u64>) -> Vec<String> {
    let application = ["applications".to_owned(), application.to_owned()];
    let guild = guild.map(|guild| ["guilds".to_owned(), guild.to_string()]);
    application.into_iter().chain(guild.into_iter().flatten()).chain(["commands".to_owned()]).collect()
}

impl Place {
    fn guild(&self) -> Option<u64> {
        match self {
            Place::Everywhere => None,
            Place::Server { id, .. } => Some(*id),
        }
    }
}

/// A command with what Discord has to be sent of it to leave it as it is.
fn kept(mut command: Value) -> Value {
    if let Some(fields) = command.as_object_mut() {
        fields.retain(|name, value| KEPT_FIELDS.contains(&name.as_str()) && !value.is_null());
    }
    command
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
fn same_commands(declared: &[Value], known: &[Value]) -> bool {
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
        let ours = [json!({ "name": "help", "description": "x", "options": [], "nsfw": false, "min": 1 })];
        let known = json!({ "id": "1", "name": "help", "description": "x", "min": 1.0, "version": "3" });
        assert!(same_commands(&ours, &[known]));
        assert!(!same_commands(&ours, &[json!({ "name": "help", "description": "y" })]));
        assert!(!same_commands(&ours, &[]));
    }
}
