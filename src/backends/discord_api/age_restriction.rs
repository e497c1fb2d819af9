//! Whether a channel is age-restricted. serenity loses that field of an interaction, so Discord is asked, once in a
//! while for each channel.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use crate::backends::discord_api::rest::Rest;

/// How long an answer is believed.
const FRESH: time::Duration = time::Duration::minutes(5);
/// How long Discord may take, of the three seconds of the first response.
const TIMEOUT: Duration = Duration::from_millis(700);
/// Channels that are remembered at a time.
const CAPACITY: usize = 10_000;

/// By channel: whether it is age-restricted, and until when that is believed.
#[derive(Debug, Default)]
pub struct AgeRestrictionCache(Mutex<HashMap<u64, (bool, OffsetDateTime)>>);

impl AgeRestrictionCache {
    /// Where Discord does not say in time, the stricter rules hold: `false`.
    pub(crate) async fn is_age_restricted(&self, discord: &Rest, channel: u64, now: OffsetDateTime) -> bool {
        if let Some((known, until)) = self.lock().get(&channel).copied()
            && now < until
        {
            return known;
        }
        let id = channel.to_string();
        let path = ["channels", id.as_str()];
        let Ok(Ok(answer)) = tokio::time::timeout(TIMEOUT, discord.get(&path)).await else { return false };
        let restricted = answer["nsfw"].as_bool().unwrap_or_default();
        let mut known = self.lock();
        if known.len() >= CAPACITY {
            known.retain(|_, (_, until)| now < *until);
        }
        if known.len() < CAPACITY {
            known.insert(channel, (restricted, now + FRESH));
        }
        restricted
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, (bool, OffsetDateTime)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
