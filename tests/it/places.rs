//! Where people ask from, and how many of them at once.

use easel::emulator::discord::Ask;
use futures_util::future::join_all;

use crate::support::{Setup, World, in_time};

fn ask() -> Ask {
    Ask::command("imagine").option("prompt", "a cat")
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
        world.ask(Ask::command("imagine").option("prompt", format!("wish {member}")).by(1000 + member))
    });
    let tickets = join_all(asked).await;
    let messages = in_time(join_all(tickets.iter().map(|ticket| ticket.picture()))).await;
    for (member, message) in messages.iter().enumerate() {
        assert_eq!(message.attachments.len(), 1);
        assert!(message.content.starts_with(&format!("> wish {member}\n")), "{}", message.content);
    }
    world.settled().await;
    assert_eq!(world.bedrock.calls().len(), 100);
    world.delivered_equals_archived(&messages);
    assert!(tickets.iter().all(|ticket| ticket.edits() == 1 && ticket.followups().is_empty()));
    world.end().await;
}

#[tokio::test]
async fn the_built_in_engine_serves_a_channel_too() {
    let variables = vec![("EASEL_ENGINE", "sketch".to_owned())];
    let mut world = World::with(Setup { variables, ..Setup::default() }).await;
    let message = in_time(world.ask(ask().option("style", "anime").option("seed", 7)).await.picture()).await;
    assert!(message.content.contains("`sketch` · 1:1 · anime · seed 7"), "{}", message.content);
    let said = world.refused(Ask::command("help")).await;
    assert!(said.contains("`sketch` $0.00 a picture"), "{said}");
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    world.stop().await;
    assert!(world.bedrock.calls().is_empty());
    world.is_tidy();
}
