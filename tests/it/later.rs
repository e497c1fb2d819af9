//! What holds a long time after it was said.

use easel_emulator::discord::InteractionBuilder;
use time::Duration;

use crate::support::inside::Inside;
use crate::support::{admin, in_time};

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

#[tokio::test]
async fn a_year_later_the_button_works_and_the_day_is_a_new_one() {
    let bot = Inside::new().await;
    let world = &bot.world;
    world.said(admin("limits set").option("daily", 1)).await;
    let message = in_time(world.ask(cat()).await.picture()).await;
    world.settled().await;
    assert!(world.refused(cat()).await.contains(" a day here"));

    bot.pass(Duration::days(365));
    let ids = message.custom_ids();
    let details = ids.iter().find(|id| id.starts_with("v1:details:")).unwrap();
    assert!(world.said(InteractionBuilder::click(&message, details)).await.contains("model: **"));
    in_time(world.ask(cat()).await.picture()).await;
    bot.end().await;
}
