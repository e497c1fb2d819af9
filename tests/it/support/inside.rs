//! The bot in the story's own process, so that the story moves its clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use easel::app::App;
use easel::app::clock::Clock;
use easel::app::sessions;
use easel::app::worker;
use easel::config::Config;
use easel::frontends::discord::gateway;
use easel::frontends::discord::watchdog::Watchdog;

use super::{Setup, TIMEOUT, World, in_time};

/// A bot with the built-in engine, connected to the Gateway of its world.
pub(crate) struct Inside {
    pub(crate) world: World,
    app: Arc<App>,
    clock: Clock,
}

impl Inside {
    pub(crate) async fn new() -> Inside {
        let world = World::without_bot(Setup::default()).await;
        let path = |below: &str| world.path(below).display().to_string();
        let values = [
            ("DISCORD_TOKEN", world.discord.token().to_owned()),
            ("DISCORD_API_URL", world.discord.base_url()),
            ("EASEL_ENGINE", "sketch".to_owned()),
            ("EASEL_STORE", format!("sqlite:{}", path("data/easel.db"))),
            ("EASEL_ARCHIVE", format!("file:{}", path("data/archive"))),
        ];
        let values: HashMap<_, _> =
            values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let clock = Clock::ahead(time::Duration::ZERO);
        let app = App::open(Config::read(values, None).unwrap(), clock.clone()).await.unwrap();
        app.spawn(worker::run(app.clone()));
        let frontend = gateway::run(app.clone(), Watchdog::default());
        app.spawn(async { frontend.await.unwrap() });
        in_time(world.discord.connected()).await;
        Inside { world, app, clock }
    }

    /// So much time passes. What runs by itself once in a while then has its next round.
    pub(crate) fn pass(&self, time: time::Duration) {
        self.clock.advance(time);
        self.app.spawn(sessions::sweep(self.app.clone()));
    }

    /// The bot stops; then what must be true after any story.
    pub(crate) async fn end(self) {
        self.world.settled().await;
        in_time(self.app.finish(TIMEOUT - Duration::from_secs(5))).await;
        assert_eq!(self.world.discord.violations(), Vec::<String>::new());
        self.world.is_tidy();
    }
}
