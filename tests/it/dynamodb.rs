//! The whole bot with its books in a table of DynamoDB, on a stand-in that `tests/run` starts.

use easel::emulator::discord::{Route, When};
use easel::store::Dynamo;

use crate::archive::{aws, server};
use crate::backends::ledger;
use crate::support::{Setup, World, in_time};

/// A world whose books lie in a table on ministack, which is there unless `made` is false.
async fn world_on_ministack(made: bool, bot: bool) -> (World, aws_config::SdkConfig, String) {
    let address = server("EASEL_TEST_S3_MINISTACK");
    let (aws, table) = (aws(&address), format!("easel-{}", ulid::Ulid::new()));
    if made {
        Dynamo::new(&aws, &table).create_table().await.unwrap();
    }
    let mut setup = Setup::default();
    // The tables of ministack belong to a region and to an account, which it takes from the key.
    setup.variables.push(("AWS_REGION", "us-east-1".to_owned()));
    setup.variables.push(("AWS_ENDPOINT_URL_DYNAMODB", address));
    setup.variables.push(("EASEL_STORE", format!("dynamodb:{table}")));
    let world = if bot { World::with(setup).await } else { World::without_bot(setup).await };
    (world, aws, table)
}

#[tokio::test]
async fn killed_and_started_again_the_bot_brings_one_picture_and_right_books_on_ministack() {
    let (mut world, aws, table) = world_on_ministack(true, true).await;
    let held = world.discord.hold(Route::Callback, When::After);
    let ticket = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill_and_restart().await;
    in_time(ticket.picture()).await;
    world.ask_to_stop();
    assert_eq!(world.ended().await, 0, "{}", world.log());
    assert_eq!((world.pictures_for(&ticket).len(), world.bedrock.calls().len()), (1, 1));
    let accounts = ledger::agrees(&aws, &table).await;
    assert_eq!(accounts.len(), 5, "everybody's, the server's, and three of the member: {accounts:?}");
    for held in accounts.into_values() {
        let [reserved, spent, ordered, delivered, used, taken] = held;
        assert_eq!((reserved, ordered, delivered), (0, 0, 1));
        assert!(spent > 0 && (spent, delivered) == (used, taken));
    }
    assert_eq!(world.discord.violations(), Vec::<String>::new());
    assert_eq!(world.archived("png").len(), 1);
    let spool: Vec<_> = std::fs::read_dir(world.path("data/spool")).into_iter().flatten().collect();
    assert!(spool.is_empty(), "left in the spool: {spool:?}");
}

#[tokio::test]
async fn the_check_knows_a_table_that_is_there_and_one_that_is_not_on_ministack() {
    for (made, told) in [(true, "0 open job(s)"), (false, "does it exist, in this region")] {
        let (world, _, table) = world_on_ministack(made, false).await;
        let (_, said, _) = world.run(&["check"]).await;
        let line = said.lines().find(|line| line.contains(" store ")).unwrap();
        let marked = if made { "ok" } else { "FAIL" };
        assert!(line.starts_with(marked) && line.contains(told) && line.contains(&table), "{said}");
    }
}
