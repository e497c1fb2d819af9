//! How Discord comes to know the commands.

use easel_emulator::discord::{LoggedRequest, Route};
use serde_json::{Value, json};

use crate::support::{Setup, World, in_time};

const GUILD: u64 = 123_456_789_012_345_678;
const OTHER: u64 = 223_456_789_012_345_678;
const COMMANDS: [&str; 15] = [
    "imagine",
    "edit",
    "show",
    "gallery",
    "export",
    "session",
    "usage",
    "prefer",
    "forget-me",
    "help",
    "easel",
    "Edit picture",
    "Start from this picture",
    "Make again",
    "Remove picture",
];

fn puts(world: &World) -> usize {
    world.discord.requests().iter().filter(|request| request.method == "PUT").count()
}

#[tokio::test]
async fn registering_twice_changes_nothing_the_second_time() {
    let world = World::without_bot(Setup::default()).await;
    let (code, out, err) = world.run(&["register"]).await;
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (0, "The commands are declared everywhere the bot is.\n", "")
    );
    let names: Vec<_> =
        world.discord.commands().iter().map(|command| command["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, COMMANDS);
    let (code, out, _) = world.run(&["register"]).await;
    assert_eq!((code, puts(&world)), (0, 1));
    assert!(out.contains("nothing to change"), "{out}");
    assert_eq!(world.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn one_server_can_have_them_alone() {
    let variables = vec![("DISCORD_GUILD_ID", GUILD.to_string())];
    let world = World::without_bot(Setup { variables, ..Setup::default() }).await;
    world.discord.add_channel(5, GUILD, false);
    for said in [format!("are declared in server {GUILD}"), "nothing to change".to_owned()] {
        let (code, out, err) = world.run(&["register"]).await;
        assert!(code == 0 && out.contains(&said), "{out}{err}");
    }
    assert_eq!(
        (world.discord.guild_commands(GUILD).len(), world.discord.commands().len()),
        (COMMANDS.len(), 0)
    );
    assert_eq!((puts(&world), world.discord.violations()), (1, Vec::new()));
}

/// Names of commands, in Discord's order.
fn names(commands: &[Value]) -> Vec<&str> {
    commands.iter().map(|command| command["name"].as_str().unwrap()).collect()
}

/// `easel check` finds one fault, which says this of the commands.
async fn check_says(world: &World, fault: &str) {
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let failed: Vec<_> = out.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert_eq!(failed, [format!("FAIL  commands     {fault}: run `easel register`")], "{out}");
}

#[tokio::test]
async fn commands_from_before_are_found_and_taken_away() {
    let mut world = World::without_bot(Setup::default()).await;
    world.discord.add_channel(5, GUILD, false);
    world.discord.add_channel(6, OTHER, false);
    let server = format!("in server {GUILD}");
    for (guild, place, left_in, from, fault) in [
        (Some(GUILD), server.as_str(), None, "everywhere else".to_owned(), format!("show twice {server}")),
        (
            Some(GUILD),
            &server,
            Some(OTHER),
            format!("guild ({OTHER})"),
            format!("also show in guild ({OTHER})"),
        ),
        (
            None,
            "everywhere the bot is",
            Some(GUILD),
            format!("guild ({GUILD})"),
            format!("show twice in guild ({GUILD})"),
        ),
    ] {
        world.set("DISCORD_GUILD_ID", guild.map_or_else(String::new, |guild| guild.to_string()));
        assert_eq!(world.run(&["register"]).await.0, 0);
        assert_eq!(world.run(&["check"]).await.0, 0);
        world.discord.declare(left_in, vec![json!({ "name": "imagine", "description": "as it was" })]);
        check_says(&world, &format!("commands {fault}")).await;
        let (code, out, err) = world.run(&["register"]).await;
        let said = format!(
            "The commands were declared {place} already.\nThose from before are taken away from {from}.\n"
        );
        assert_eq!((code, out, err.as_str()), (0, said, ""));
        let (_, out, _) = world.run(&["register"]).await;
        assert_eq!(out, format!("The commands were declared {place} already; nothing to change.\n"));
        assert_eq!(world.run(&["check"]).await.0, 0);
    }
    let left = [GUILD, OTHER].map(|guild| world.discord.guild_commands(guild).len());
    assert_eq!((left, world.discord.commands().len()), ([0, 0], COMMANDS.len()));
    assert_eq!(world.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn the_start_takes_the_commands_for_everywhere_away_from_a_bot_of_one_server() {
    let mut world = World::registered().await;
    world.stop().await;
    world.set("DISCORD_GUILD_ID", GUILD.to_string());
    world.start().await;
    // A look and a declaration in the server, a look and a removal everywhere, after the two of the first start.
    in_time(world.discord.requested(Route::Commands, 6)).await;
    world.stop().await;
    assert_eq!(world.discord.commands(), Vec::<Value>::new());
    assert_eq!(names(&world.discord.guild_commands(GUILD)), COMMANDS);
    world.set("DISCORD_GUILD_ID", "");
    world.start().await;
    in_time(world.discord.requested(Route::Commands, 8)).await;
    world.stop().await;
    assert_eq!(names(&world.discord.commands()), COMMANDS);
    let asked_around = |request: &LoggedRequest| request.path.ends_with("/users/@me/guilds");
    assert!(!world.discord.requests().iter().any(asked_around), "a start looks through no servers");
    world.end().await;
}

#[tokio::test]
async fn the_entry_point_of_an_activity_stays_as_it_is() {
    let mut world = World::without_bot(Setup::default()).await;
    world.discord.add_channel(5, GUILD, false);
    let launch = json!({
        "type": 4, "name": "launch", "description": "Draw together", "handler": 2, "contexts": [0, 2],
        "integration_types": [0, 1], "name_localizations": { "de": "starten" },
    });
    world.discord.declare(None, vec![json!({ "name": "old", "description": "d" }), launch]);
    let entry_point = |world: &World| {
        let commands = world.discord.commands();
        let mut found = commands.into_iter().find(|command| command["type"] == 4).unwrap();
        found["version"].take();
        found
    };
    let before = entry_point(&world);
    for (guild, others) in [("", &COMMANDS[..]), (&GUILD.to_string(), &[]), ("", &COMMANDS)] {
        world.set("DISCORD_GUILD_ID", guild);
        for changes in [true, false] {
            let known = puts(&world);
            let (code, out, err) = world.run(&["register"]).await;
            assert_eq!((code, puts(&world) > known), (0, changes), "{out}{err}");
        }
        assert_eq!(entry_point(&world), before);
        assert_eq!(names(&world.discord.commands()), [others, &["launch"]].concat());
        assert_eq!(world.run(&["check"]).await.0, 0);
    }
    assert_eq!(world.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_keeps_the_commands_from_discord_is_said_with_its_remedy() {
    let elsewhere = "http://127.0.0.1:9".to_owned();
    for (variable, value, needle) in [
        ("DISCORD_TOKEN", "this-is-not-the-bots-token".to_owned(), "copy it again from the Bot page"),
        ("DISCORD_TOKEN", String::new(), "DISCORD_TOKEN is not set"),
        ("DISCORD_API_URL", elsewhere, "check the network and DISCORD_API_URL"),
    ] {
        let world =
            World::without_bot(Setup { variables: vec![(variable, value)], ..Setup::default() }).await;
        let (code, out, err) = world.run(&["register"]).await;
        assert_eq!((code, out.as_str(), err.lines().count()), (1, "", 1), "{err}");
        assert!(err.starts_with("easel: ") && err.contains(needle), "{err}");
    }
}

#[tokio::test]
async fn the_bot_declares_its_commands_when_they_differ_and_only_then() {
    let mut world = World::new().await;
    assert_eq!(in_time(world.discord.registered(None)).await.len(), COMMANDS.len());
    world.stop().await;
    assert_eq!(puts(&world), 1);
    world.start().await;
    // Two looks and one declaration between them.
    in_time(world.discord.requested(Route::Commands, 3)).await;
    world.stop().await;
    assert_eq!(puts(&world), 1, "nothing differed");
    world.set("EASEL_ENGINE", "sketch");
    world.start().await;
    in_time(world.discord.requested(Route::Commands, 5)).await;
    world.stop().await;
    assert_eq!(puts(&world), 2, "the built-in engine has no `image` and no `strength`");
    world.end().await;
}
