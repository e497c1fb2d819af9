//! Links to objects, for people without credentials.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_config::SdkConfig;
use aws_sdk_s3::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::presigning::PresigningConfig;
use time::OffsetDateTime;

use super::S3;
use crate::backends::archive::Link;

/// How long a link waits for the bucket's region, where no request has told it yet.
const REGION: Duration = Duration::from_secs(3);
/// Credentials that end sooner are asked for anew.
const FRESH: Duration = Duration::from_secs(15 * 60);
/// A session whose end nobody knows: the shortest that AWS gives unasked.
const UNKNOWN_SESSION: Duration = Duration::from_secs(60 * 60);

/// The credentials that sign links: a link dies with them.
#[derive(Debug)]
pub(super) struct Signer {
    provider: Option<SharedCredentialsProvider>,
    known: Mutex<Option<Credentials>>,
}

impl Signer {
    pub(super) fn new(aws: &SdkConfig) -> Signer {
        Signer { provider: aws.credentials_provider(), known: Mutex::new(None) }
    }

    /// Credentials, and for how long a link that they sign at `now` works if it shall work `valid_for`.
    async fn sign(
        &self,
        valid_for: Duration,
        now: OffsetDateTime,
    ) -> anyhow::Result<(Credentials, Duration)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = |known: &Credentials| life(known, now).is_some_and(|life| life > FRESH.min(valid_for));
        let credentials = match known.filter(fresh) {
            Some(known) => known,
            None => {
                let provider = self.provider.as_ref().context("there are no AWS credentials")?;
                let asked = provider.provide_credentials().await.context("there are no AWS credentials")?;
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked.clone());
                asked
            }
        };
        let life = match life(&credentials, now) {
            Some(life) => life,
            None if credentials.session_token().is_some() => UNKNOWN_SESSION,
            None => valid_for,
        };
        // Signatures count whole seconds.
        let life = Duration::from_secs(life.min(valid_for).as_secs());
        ensure!(!life.is_zero(), "the AWS credentials have expired");
        Ok((credentials, life))
    }
}

/// How long credentials last; `None` where that is not known, or for ever.
fn life(credentials: &Credentials, now: OffsetDateTime) -> Option<Duration> {
    let end = OffsetDateTime::from(credentials.expiry()?);
    Some(Duration::try_from(end - now).unwrap_or_default())
}

impl S3 {
    pub(in crate::backends::archive) async fn link(
        &self,
        key: &str,
        valid_for: Duration,
        now: OffsetDateTime,
    ) -> anyhow::Result<Link> {
        let context = || format!("cannot sign a link to {}", self.describe(key));
        // The signature needs no server: a link to one that does not answer works once it does.
        drop(tokio::time::timeout(REGION, self.connection.confirm_region()).await);
        let (credentials, life) = self.signer.sign(valid_for, now).await.with_context(context)?;
        let name = key.rsplit('/').next().unwrap_or(key);
        let times = PresigningConfig::builder().start_time(now.into()).expires_in(life).build();
        let signed = self
            .connection
            .client()
            .get_object()
            .bucket(&self.connection.bucket)
            .key(self.full(key))
            .response_content_disposition(format!("attachment; filename=\"{name}\""))
            .customize()
            .config_override(aws_sdk_s3::config::Builder::new().credentials_provider(credentials))
            .presigned(times.with_context(context)?)
            .await
            .with_context(context)?;
        Ok(Link { url: signed.uri().to_owned(), until: now + life })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_config::BehaviorVersion;
    use aws_credential_types::provider::future;
    use aws_sdk_s3::config::Region;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 14:48:58 UTC);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// A role, whose credentials live as many seconds as it is told, from [`NOW`].
    #[derive(Debug, Clone, Default)]
    struct Role(Arc<AtomicU64>);

    impl ProvideCredentials for Role {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let end = NOW + Duration::from_secs(self.0.load(Ordering::Relaxed));
            let token = Some("token".to_owned());
            let credentials = Credentials::new("key", "secret", token, Some(end.into()), "role");
            future::ProvideCredentials::ready(Ok(credentials))
        }
    }

    fn s3(provider: impl ProvideCredentials + 'static, bucket: &str) -> S3 {
        let aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(provider))
            .build();
        let s3 = S3::new(&aws, bucket, "");
        s3.connection.assume_region();
        s3
    }

    #[tokio::test]
    async fn a_link_is_promised_no_longer_than_its_credentials_live() {
        let role = Role::default();
        let s3 = s3(role.clone(), "pictures");
        for (lives, promised) in [(3_600, 3_600), (600, 600), (21_600, 21_600), (200_000, 86_400)] {
            role.0.store(lives, Ordering::Relaxed);
            s3.signer.known.lock().unwrap().take();
            let link = s3.link("a.png", DAY, NOW).await.unwrap();
            assert_eq!(link.until, NOW + Duration::from_secs(promised));
            assert!(link.url.contains(&format!("X-Amz-Expires={promised}&")), "{}", link.url);
        }
    }

    #[tokio::test]
    async fn credentials_that_end_soon_are_renewed_and_others_kept() {
        let role = Role::default();
        let s3 = s3(role.clone(), "pictures");
        role.0.store(3_600, Ordering::Relaxed);
        s3.link("a.png", DAY, NOW).await.unwrap();
        role.0.store(7_200, Ordering::Relaxed);
        for (later, until) in [(0, 3_600), (2_000, 3_600), (3_000, 7_200), (3_600, 7_200)] {
            let link = s3.link("a.png", DAY, NOW + Duration::from_secs(later)).await.unwrap();
            assert_eq!(link.until, NOW + Duration::from_secs(until), "after {later} s");
        }
        let late = s3.link("a.png", DAY, NOW + DAY).await.unwrap_err();
        assert!(format!("{late:#}").contains("the AWS credentials have expired"), "{late:#}");
    }

    #[tokio::test]
    async fn a_key_without_end_signs_for_as_long_as_is_wanted_and_a_session_for_an_hour() {
        let user = Credentials::new("key", "secret", None, None, "user");
        assert_eq!(s3(user, "pictures").link("a.png", DAY, NOW).await.unwrap().until, NOW + DAY);
        let session = Credentials::new("key", "secret", Some("token".to_owned()), None, "session");
        let link = s3(session, "pictures").link("a.png", DAY, NOW).await.unwrap();
        assert_eq!(link.until, NOW + UNKNOWN_SESSION);
    }

    #[tokio::test]
    async fn a_link_names_the_regions_own_host_and_keeps_a_dotted_bucket_out_of_its_name() {
        let user = Credentials::new("key", "secret", None, None, "user");
        for (bucket, start) in [
            ("pictures", "https://pictures.s3.eu-central-1.amazonaws.com/a.png?"),
            ("my.pictures.example", "https://s3.eu-central-1.amazonaws.com/my.pictures.example/a.png?"),
        ] {
            let link = s3(user.clone(), bucket).link("a.png", DAY, NOW).await.unwrap();
            assert!(link.url.starts_with(start), "{}", link.url);
        }
    }
}
