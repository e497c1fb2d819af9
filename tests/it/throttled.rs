//! The whole bot while DynamoDB is throttled: what takes too long is refused in time, everything else happens once.

use std::sync::Arc;

use aws_config::SdkConfig;
use easel::backends::store::Store;
use easel::domain::usage::Totals;
use easel_emulator::discord::{InteractionBuilder, TestInteraction};
use tokio::task::JoinSet;

use crate::archive::server;
use crate::backends::ledger;
use crate::dynamodb::{table_on_ministack, with_store_in};
use crate::s3_faults::Proxy;
use crate::support::{World, in_time};

/// A bot whose calls to its table go through a proxy.
struct Busy {
    world: World,
    proxy: Arc<Proxy>,
    aws: SdkConfig,
    table: String,
    _server: JoinSet<()>,
}

impl Busy {
    async fn new() -> Busy {
        let (_, aws, table) = table_on_ministack().await;
        let (proxy, address, server) = Proxy::start(server("EASEL_TEST_S3_MINISTACK"), &[]).await;
        let world = World::with(with_store_in(&table, address)).await;
        in_time(world.discord.registered(None)).await;
        Busy { world, proxy, aws, table, _server: server }
    }

    fn store(&self) -> Store {
        Store::dynamo(&self.aws, &self.table)
    }

    /// The ledger is right and says that so many pictures came, each paid once; nobody is owed anything.
    async fn ends_with(mut self, pictures: &[TestInteraction]) {
        self.world.ask_to_stop();
        assert_eq!(self.world.ended().await, 0, "{}", self.world.log());
        for interaction in pictures {
            assert_eq!(self.world.pictures_for(interaction).len(), 1);
        }
        let count = pictures.len();
        assert_eq!((self.world.bedrock.calls().len(), self.world.archived("png").len()), (count, count));
        for [reserved, spent, ordered, delivered, used, taken] in
            ledger::agrees(&self.aws, &self.table).await.into_values()
        {
            assert_eq!((reserved, ordered, usize::try_from(delivered).unwrap()), (0, 0, count));
            assert_eq!((spent, delivered), (used, taken));
        }
        let totals = self.store().totals().await.unwrap();
        assert_eq!((totals.open, totals.attempted as usize, totals.delivered as usize), (0, count, count));
        assert_eq!(self.world.discord.violations(), Vec::<String>::new());
        assert_eq!(self.world.bedrock.violations(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn of_three_calls_two_are_throttled_and_each_picture_comes_once_on_ministack() {
    let busy = Busy::new().await;
    busy.proxy.throttle(|_, number| number % 3 > 0);
    let mut pictures = Vec::new();
    for _ in 0..2 {
        let interaction = busy.world.imagine("a fox").await;
        in_time(interaction.picture()).await;
        pictures.push(interaction);
    }
    in_time(busy.world.until_said(async || busy.store().totals().await.unwrap().open == 0)).await;
    busy.ends_with(&pictures).await;
}

#[tokio::test]
async fn throttled_for_too_long_an_order_is_refused_in_time_and_costs_nothing_on_ministack() {
    let busy = Busy::new().await;
    // First every call, then only what counts requests, then only what writes the order down.
    let kinds: [fn(&str, usize) -> bool; 3] = [
        |_, _| true,
        |operation, _| operation == "UpdateItem",
        |operation, _| operation == "TransactWriteItems",
    ];
    for throttled in kinds {
        busy.proxy.throttle(throttled);
        let refused =
            busy.world.refused(InteractionBuilder::command("imagine").option("prompt", "a fox")).await;
        assert!(refused.contains("Nothing was charged"), "{refused}");
        busy.proxy.mend();
    }
    assert_eq!(busy.store().totals().await.unwrap(), Totals::default());
    let interaction = busy.world.imagine("an owl").await;
    in_time(interaction.picture()).await;
    in_time(busy.world.until_said(async || busy.store().totals().await.unwrap().open == 0)).await;
    busy.ends_with(&[interaction]).await;
}
