//! Where people ask from, and how many of them at once.

use easel_emulator::discord::InteractionBuilder;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Setup, World, in_time};

fn ask() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

#[tokio::test]
async fn private_conversations_and_brought_along_bots_get_pictures_too() {
    for (ask, folder) in [
        (ask().in_dm(99), "dm/99"),
        (ask().user_install(), "3/5"),
        (ask().user_install().in_dm(98), "dm/98"),
        (ask().in_guild(30).in_channel(50), "30/50"),
    ] {
        let world = World::new().await;
        let message = in_time(world.ask(ask).await.picture()).await;
        world.settled().await;
        assert!(world.path("data/archive").join(folder).is_dir(), "{folder}");
        world.delivered_equals_archived(&[message]);
        world.end().await;
    }
}

#[tokio::test]
async fn a_hundred_members_at_once_get_one_picture_each() {
    let world = World::new().await;
    let asked = (0..100).map(|member| {
        world.ask(
            InteractionBuilder::command("imagine")
                .option("prompt", format!("prompt {member}"))
                .by(1000 + member),
        )
    });
    let interactions = join_all(asked).await;
    let messages = in_time(join_all(interactions.iter().map(|interaction| interaction.picture()))).await;
    for (member, message) in messages.iter().enumerate() {
        assert_eq!(message.attachments.len(), 1);
        assert!(message.content.starts_with(&format!("> prompt {member}\n")), "{}", message.content);
    }
    world.settled().await;
    assert_eq!(world.bedrock.calls().len(), 100);
    world.delivered_equals_archived(&messages);
    for interaction in &interactions {
        assert_eq!((world.pictures_for(interaction).len(), interaction.followups().len()), (1, 0));
    }
    world.end().await;
}

#[tokio::test]
async fn the_built_in_engine_serves_a_channel_too() {
    let variables = vec![("EASEL_ENGINE", "sketch".to_owned())];
    let mut world = World::with(Setup { variables, ..Setup::default() }).await;
    let message = in_time(world.ask(ask().option("style", "anime").option("seed", 7)).await.picture()).await;
    assert!(message.content.contains("`sketch` · 1:1 · anime · seed 7"), "{}", message.content);
    let said = world.said(InteractionBuilder::command("help")).await;
    assert!(said.contains("`sketch` $0.00 a picture"), "{said}");
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    world.stop().await;
    assert!(world.bedrock.calls().is_empty());
    world.is_tidy();
}

#[tokio::test]
async fn a_command_of_another_version_is_answered_whatever_its_options_point_at() {
    let mut world = World::without_bot(Setup::default()).await;
    let option = |kind: u64, name: &str| json!({ "type": kind, "name": name, "description": "d" });
    let pointing = [option(8, "role"), option(7, "channel"), option(6, "user"), option(9, "whom")];
    let set = json!({ "type": 1, "name": "set", "description": "d", "options": pointing });
    let limits = json!({ "type": 2, "name": "limits", "description": "d", "options": [set] });
    let canvas = json!({
        "name": "canvas", "description": "d", "default_member_permissions": "32", "options": [limits],
    });
    world.discord.declare(Some(3), vec![canvas]);
    world.discord.add_channel(5, 3, false);
    world.discord.add_thread(52, 5);
    world.start().await;
    let set = InteractionBuilder::command("canvas limits set")
        .role_option("role", 90)
        .channel_option("channel", 52);
    let set = set.user_option("user", 7).role_option("whom", 3).in_channel(52).override_permissions();
    let said = world.refused(set).await;
    assert!(said.starts_with("Easel does not know `/canvas`."), "{said}");
    world.end().await;
}
