//! All that is served over HTTP: Discord's interactions and, for the holders of keys, the images API.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use time::OffsetDateTime;

use crate::app::App;
use crate::config::{Config, Need};
use crate::domain::signature::PublicKey;
use crate::frontends::api::{self, Keys};
use crate::frontends::discord::http;

/// What the routes need beside everything else.
#[derive(Debug)]
pub struct Routes {
    key: PublicKey,
    keys: Option<Keys>,
}

impl Routes {
    /// Reads what `config` names.
    ///
    /// # Errors
    /// A sentence that names what is missing, or what is wrong with the keys of the images API.
    pub fn read(config: &Config, now: OffsetDateTime) -> anyhow::Result<Routes> {
        let key = config.public_key.clone().context(Need::PublicKey.remedy())?;
        let keys = config.api_keys_file.as_deref().map(|file| Keys::open(file, now)).transpose()?;
        Ok(Routes { key, keys })
    }

    /// The router. Without keys there is no images API.
    pub fn open(self, app: Arc<App>) -> Router {
        let interactions = http::router(app.clone(), self.key);
        match self.keys {
            Some(keys) => interactions.merge(api::router(app, keys)),
            None => interactions,
        }
    }
}
