//! How Discord comes to know the commands.

use easel_emulator::discord::Route;

use crate::support::{Setup, World, in_time};

const GUILD: u64 = 123_456_789_012_345_678;
const COMMANDS: [&str; 6] = ["imagine", "session", "usage", "prefer", "help", "easel"];

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
