//! The whole bot with its store in a table of DynamoDB, on a stand-in that `tests/run` starts.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, TimeToLiveSpecification,
};
use easel::backends::store::{Dynamo, Store};
use easel::domain::limits::AdmissionLimits;
use easel::domain::usage::Totals;
use easel_emulator::discord::{InteractionBuilder, Route, When};

use crate::archive::{aws, server};
use crate::backends::ledger;
use crate::backends::orders::{NOW, PRICE, Worker, order};
use crate::s3_faults::{Fault, Proxy};
use crate::support::{Setup, World, in_time};

mod costs;

/// A table on ministack, and how a world is told of it.
pub(crate) async fn table_on_ministack() -> (Setup, SdkConfig, String) {
    let address = server("EASEL_TEST_S3_MINISTACK");
    let (aws, table) = (aws(&address), format!("easel-{}", ulid::Ulid::new()));
    Dynamo::new(&aws, &table).create_table().await.unwrap();
    (with_store_in(&table, address), aws, table)
}

pub(crate) fn with_store_in(table: &str, address: String) -> Setup {
    let variables = vec![
        // The tables of ministack belong to a region and to an account, which it takes from the key.
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", address),
        ("EASEL_STORE", format!("dynamodb:{table}")),
    ];
    Setup { variables, ..Setup::default() }
}

#[tokio::test]
async fn killed_and_started_again_the_bot_brings_one_picture_and_a_right_ledger_on_ministack() {
    let (setup, aws, table) = table_on_ministack().await;
    let mut world = World::with(setup).await;
    let held = world.discord.hold(Route::Callback, When::After);
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill_and_restart().await;
    in_time(interaction.picture()).await;
    world.ask_to_stop();
    assert_eq!(world.ended().await, 0, "{}", world.log());
    assert_eq!((world.pictures_for(&interaction).len(), world.bedrock.calls().len()), (1, 1));
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
async fn two_frontends_share_a_members_rate_on_ministack() {
    let (setup, _, table) = table_on_ministack().await;
    let again = with_store_in(&table, server("EASEL_TEST_S3_MINISTACK"));
    let frontends = [World::serving(setup).await, World::serving(again).await];
    let cat = || InteractionBuilder::command("imagine").option("prompt", "a cat");
    for frontend in [0, 1, 0] {
        in_time(frontends[frontend].ask(cat()).await.picture()).await;
    }
    for mut frontend in frontends {
        assert!(frontend.refused(cat()).await.starts_with("That was quick! You can send 3 requests at once"));
        in_time(frontend.ask(cat().by(8).in_guild(4)).await.picture()).await;
        frontend.ask_to_stop();
        assert_eq!(frontend.ended().await, 0, "{}", frontend.log());
        assert_eq!(frontend.discord.violations(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_check_knows_a_table_that_is_there_and_one_that_is_not_on_ministack() {
    for (made, told) in [(true, "0 open job(s)"), (false, "does it exist, in this region")] {
        let (setup, _, made_one) = table_on_ministack().await;
        let absent = ("absent", with_store_in("absent", server("EASEL_TEST_S3_MINISTACK")));
        let (table, setup) = if made { (made_one.as_str(), setup) } else { absent };
        let world = World::without_bot(setup).await;
        let (_, said, _) = world.run(&["check"]).await;
        let line = said.lines().find(|line| line.contains(" store ")).unwrap();
        let marked = if made { "ok" } else { "FAIL" };
        assert!(line.starts_with(marked) && line.contains(told) && line.contains(table), "{said}");
    }
}

#[tokio::test]
async fn a_table_that_was_made_otherwise_is_told_with_the_remedy_on_moto_and_on_ministack() {
    for variable in ["EASEL_TEST_S3_MOTO", "EASEL_TEST_S3_MINISTACK"] {
        let (aws, table) = (aws(&server(variable)), format!("easel-{}", ulid::Ulid::new()));
        let (store, client) = (Dynamo::new(&aws, &table), Client::new(&aws));
        store.create_table().await.unwrap();
        store.check_table().await.unwrap();
        let off =
            TimeToLiveSpecification::builder().attribute_name("expires").enabled(false).build().unwrap();
        let live = client.update_time_to_live().table_name(&table).time_to_live_specification(off);
        live.send().await.unwrap();
        let said = store.check_table().await.unwrap_err().to_string();
        assert!(said.contains("switch its time to live on"), "{said}");
        let remove = DeleteGlobalSecondaryIndexAction::builder().index_name("queue").build().unwrap();
        let remove = GlobalSecondaryIndexUpdate::builder().delete(remove).build();
        let update = client.update_table().table_name(&table).global_secondary_index_updates(remove);
        update.send().await.unwrap();
        let said = store.check_table().await.unwrap_err().to_string();
        assert!(said.contains("has no index `queue`; add it"), "{said}");
    }
}

#[tokio::test]
async fn an_order_that_was_taken_back_on_its_way_is_never_admitted_on_moto_and_on_ministack() {
    for variable in ["EASEL_TEST_S3_MOTO", "EASEL_TEST_S3_MINISTACK"] {
        let (aws, table) = (aws(&server(variable)), format!("easel-{}", ulid::Ulid::new()));
        Dynamo::new(&aws, &table).create_table().await.unwrap();
        let store = Store::dynamo(&aws, &table);
        assert!(store.cancel_soon(order(1).id(), false, NOW).await.unwrap());
        assert!(store.admit(&order(1).job(), PRICE, &AdmissionLimits::default(), NOW).await.is_err());
        assert_eq!(store.totals().await.unwrap(), Totals::default());
        assert_eq!(store.find(order(1).id()).await.unwrap(), None);
    }
}

/// moto takes the same transaction twice, as AWS does once it has forgotten the first.
#[tokio::test]
async fn what_was_written_though_the_answer_was_lost_is_written_once_on_moto() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    let table = format!("easel-{}", ulid::Ulid::new());
    Dynamo::new(&aws(&upstream), &table).create_table().await.unwrap();
    // Each step looks, writes, writes again, and looks again.
    let step = [Fault::Nothing, Fault::LoseAnswer, Fault::Nothing, Fault::Nothing];
    let (_proxy, address, _server) = Proxy::start(upstream, &[step; 3].concat()).await;
    let store = Store::dynamo(&aws(&address), &table);
    assert!(order(1).fits(&store, &AdmissionLimits::default()).await, "it is not its own duplicate");
    let worker = Worker::takes(&store, order(1).id(), NOW).await.expect("its own lease");
    worker.call(0).await;
    let once = Totals { open: 1, attempted: 1, attempted_micros: PRICE, ..Totals::default() };
    assert_eq!(store.totals().await.unwrap(), once);
}
