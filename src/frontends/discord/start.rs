//! What comes before the Gateway: how many connections Discord wants, and whether it lets them begin.

use std::time::Duration;

use anyhow::anyhow;
use serde_json::Value;

use crate::backends::discord_api::rest::{Fault, Rest};
use crate::backends::discord_api::retry::{Retry, wait};
use crate::config::{Shards, proxy_for};

/// Discord is asked again after this long at the least, whatever it says of its limit.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// Where Discord's Gateway is.
pub(crate) const GATEWAY: &str = "https://gateway.discord.gg";

/// serenity opens its WebSocket itself, and knows no proxy.
pub(crate) const NO_PROXY_FOR_THE_GATEWAY: &str = "the connection of `easel run` to Discord's Gateway cannot: it goes to gateway.discord.gg:443 directly. Where that is not allowed, run `easel serve`, to which Discord comes; else add discord.gg to NO_PROXY";

/// The connections that this process holds: those of `configured`, or all that Discord wants. Waits for as long as
/// Discord cannot be reached, and until it lets so many sessions begin: to begin one more costs the bot its token.
///
/// # Errors
/// A sentence: what no repetition mends.
pub(super) async fn allowed(discord: &Rest, configured: Option<Shards>) -> anyhow::Result<Shards> {
    let mut is_waiting = false;
    loop {
        let gateway = reached(discord).await?;
        if let Some(proxy) = gateway["url"].as_str().and_then(proxy_for)
            && !is_waiting
        {
            tracing::warn!("AWS and Discord's API are called through {proxy}; {NO_PROXY_FOR_THE_GATEWAY}");
        }
        let wanted = gateway["shards"].as_u64().and_then(|shards| u32::try_from(shards).ok());
        let total = wanted.unwrap_or(1).max(1);
        let shards = configured.unwrap_or(Shards { first: 0, last: total - 1, total });
        let Some(pause) = until_allowed(&gateway["session_start_limit"], shards) else {
            if is_waiting {
                tracing::info!("Discord lets the bot connect again");
            }
            return Ok(shards);
        };
        if !is_waiting {
            is_waiting = true;
            tracing::warn!(
                "Discord counts how often a bot connects, and lets it do so again in {} s; waiting",
                pause.as_secs_f64().ceil()
            );
        }
        wait(pause.max(SHORTEST_WAIT)).await;
    }
}

/// What Discord says of its Gateway, as soon as it says anything. Asking first also proves token and address: serenity
/// would fall back to Discord's own Gateway if it could not ask.
async fn reached(discord: &Rest) -> anyhow::Result<Value> {
    let mut retry = Retry::start();
    let mut is_waiting = false;
    let gateway = loop {
        let fault = match discord.get(&["gateway", "bot"]).await {
            Ok(gateway) => break gateway,
            // A proxy that only knows `/gateway`: one connection, as for any young bot.
            Err(Fault::Refused { status: 404, .. }) => break Value::Null,
            Err(fault) => fault,
        };
        let Some(pause) = retry.after(&fault) else { return Err(refused(fault)) };
        if !is_waiting {
            is_waiting = true;
            tracing::warn!(
                %fault,
                "Discord does not say how to connect; asking until it does. If that lasts, check the network and DISCORD_API_URL"
            );
        }
        wait(pause).await;
    };
    if is_waiting {
        tracing::info!("Discord answers again");
    }
    Ok(gateway)
}

fn refused(fault: Fault) -> anyhow::Error {
    if fault.is_dead_token() {
        return anyhow!("Discord refused the token. Copy it again from the Bot page into DISCORD_TOKEN");
    }
    anyhow!(fault).context("Discord does not let the bot connect; is DISCORD_API_URL right?")
}

/// How long until so many sessions may begin, if they may not at once.
fn until_allowed(limit: &Value, shards: Shards) -> Option<Duration> {
    let needed = u64::from(shards.last - shards.first) + 1;
    let remaining = limit["remaining"].as_u64()?;
    (remaining < needed).then(|| Duration::from_millis(limit["reset_after"].as_u64().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_many_sessions_as_shards_must_be_left() {
        let shards = Shards { first: 2, last: 3, total: 8 };
        for (limit, pause) in [
            (json!({ "total": 1000, "remaining": 2, "reset_after": 5000 }), None),
            (json!({ "total": 1000, "remaining": 1, "reset_after": 5000 }), Some(Duration::from_secs(5))),
            (json!({ "total": 1000, "remaining": 0 }), Some(Duration::ZERO)),
            (Value::Null, None),
        ] {
            assert_eq!(until_allowed(&limit, shards), pause, "{limit}");
        }
    }
}
