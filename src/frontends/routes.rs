//! All that is served over HTTP: Discord's interactions and, for the holders of keys, the images API.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get};
use time::OffsetDateTime;

use crate::app::App;
use crate::config::Config;
use crate::domain::signature::PublicKey;
use crate::frontends::api::{self, Keys};
use crate::frontends::discord::http;

const WITHOUT_DISCORD: &str =
    "Discord is not set up here: DISCORD_PUBLIC_KEY is not set. Only the images API is served.\n";
/// How long the store may take to say that it is there.
const READY_TIME: Duration = Duration::from_secs(2);

/// What the routes need beside everything else.
#[derive(Debug)]
pub struct Routes {
    /// Discord's, if it is served.
    key: Option<PublicKey>,
    keys: Option<Keys>,
}

impl Routes {
    /// Reads what `config` names.
    ///
    /// # Errors
    /// A sentence that names what is missing, or what is wrong with the keys of the images API.
    pub fn read(config: &Config, now: OffsetDateTime) -> anyhow::Result<Routes> {
        config.require_for_serving()?;
        let keys = config.api_keys_file.as_deref().map(|file| Keys::open(file, now)).transpose()?;
        Ok(Routes { key: config.public_key.clone(), keys })
    }

    /// The router. Without keys there is no images API; with them alone there is nothing else.
    pub fn open(self, app: Arc<App>) -> Router {
        let page = index(self.key.is_some(), self.keys.is_some());
        let ready = {
            let app = app.clone();
            move || async move { is_ready(&app).await }
        };
        let common = Router::new()
            .route("/", get(async move || page))
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(ready));
        let discord = match self.key {
            Some(key) => http::router(app.clone(), key),
            None => {
                Router::new().route("/interactions", any(async || (StatusCode::NOT_FOUND, WITHOUT_DISCORD)))
            }
        };
        match self.keys {
            Some(keys) => common.merge(discord).merge(api::router(app, keys)),
            None => common.merge(discord),
        }
    }
}

/// What this is, for whoever looks.
fn index(discord: bool, api: bool) -> String {
    let mut page = "Easel generates pictures from words.\n\n".to_owned();
    page += if discord {
        "/interactions           Discord posts its interactions here\n"
    } else {
        "/interactions           Discord is not set up here\n"
    };
    page += if api {
        "/images                 programs order and fetch pictures here, with `Authorization: Bearer KEY`\n\
         /models                 what they may order, and for how much\n\
         /v1/images/generations  the same in the shape of OpenAI's API; the base URL is /v1\n\
         /openapi.json           the document that describes all of it\n"
    } else {
        "/images                 the images API is off here: EASEL_API_KEYS_FILE is not set\n"
    };
    page + "/healthz /readyz        for a load balancer\n"
}

/// Whether this process takes requests: it is not about to stop, and its store answers.
async fn is_ready(app: &App) -> (StatusCode, &'static str) {
    if app.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match tokio::time::timeout(READY_TIME, app.store.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}
