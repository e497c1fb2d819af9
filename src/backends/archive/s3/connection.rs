//! The way to a bucket: which server, which region, which credentials.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::head_bucket::HeadBucketError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_types::service_config::ServiceConfigKey;

/// Three of these and the pauses between them (at most 1 s and 2 s) tell within 9 s that nobody is there.
pub(super) const CONNECT: Duration = Duration::from_secs(2);
/// A picture of 3 MB at 1.2 Mbit/s.
const ATTEMPT: Duration = Duration::from_secs(20);
/// Two attempts to their end and most of a third: the picture is in the spool and can wait for a better minute.
const OPERATION: Duration = Duration::from_secs(60);
/// The SDK's five seconds cut off a slow disk behind a stand-in.
const STALLED: Duration = Duration::from_secs(20);
const ATTEMPTS: u32 = 3;

/// What servers say to a request that was signed for another region than the bucket's.
pub(super) const ELSEWHERE: [&str; 4] = [
    "PermanentRedirect",
    "TemporaryRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
];

/// A client that goes where the bucket is.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) bucket: String,
    /// The server, if it is not Amazon's.
    pub(super) endpoint: Option<String>,
    /// The region that the environment names.
    configured: Option<Region>,
    client: RwLock<Client>,
    /// A server has taken the client's region.
    confirmed: AtomicBool,
}

impl Connection {
    pub(super) fn new(aws: &SdkConfig, bucket: &str) -> Connection {
        let endpoint = own_endpoint(aws);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let mut config = aws_sdk_s3::config::Builder::from(aws)
            // Servers of other makers do not answer to `BUCKET.HOST`.
            .force_path_style(endpoint.is_some())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .retry_classifier(RetryConflicts)
            .timeout_config(timeouts)
            .stalled_stream_protection(
                StalledStreamProtectionConfig::enabled().grace_period(STALLED).build(),
            );
        if endpoint.is_some() {
            // Some of them refuse the checksums that the SDK adds by itself.
            config.set_request_checksum_calculation(Some(
                aws.request_checksum_calculation().unwrap_or(RequestChecksumCalculation::WhenRequired),
            ));
            config.set_response_checksum_validation(Some(
                aws.response_checksum_validation().unwrap_or(ResponseChecksumValidation::WhenRequired),
            ));
        }
        Connection {
            bucket: bucket.to_owned(),
            endpoint,
            configured: aws.region().cloned(),
            client: RwLock::new(Client::from_conf(config.build())),
            confirmed: AtomicBool::new(false),
        }
    }

    /// For the region where the bucket is, as far as that is known.
    pub(super) fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a call; a second time if the server says that the bucket is in another region.
    pub(super) async fn ask<T, E, F>(&self, call: impl Fn(Client) -> F) -> Result<T, SdkError<E>>
    where
        E: ProvideErrorMetadata,
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        let client = self.client();
        let mut asked = call(client.clone()).await;
        if let Err(error) = &asked
            && self.follow(&client, error)
        {
            asked = call(self.client()).await;
        }
        let taken = match &asked {
            Ok(_) => true,
            Err(error) => status(error).is_some_and(|status| status < 500) && named_region(error).is_none(),
        };
        self.confirmed.fetch_or(taken, Ordering::Relaxed);
        asked
    }

    /// Asks for the bucket's region, if no request of this process has told it yet. A server that denies the rest
    /// answers this all the same.
    ///
    /// # Errors
    /// The server says nothing, or that there is no such bucket.
    pub(super) async fn confirm_region(&self) -> Result<(), SdkError<HeadBucketError>> {
        if self.confirmed.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.ask(|client| client.head_bucket().bucket(&self.bucket).send()).await {
            Err(error) if !matches!(status(&error), Some(400 | 403)) => Err(error),
            _ => Ok(()),
        }
    }

    #[cfg(test)]
    pub(super) fn assume_region(&self) {
        self.confirmed.store(true, Ordering::Relaxed);
    }

    /// The bucket's region, if it is not the one that the environment names.
    pub(super) fn other_region(&self) -> Option<String> {
        let region = self.client().config().region().cloned();
        region.filter(|region| Some(region) != self.configured.as_ref()).map(|region| region.to_string())
    }

    pub(super) fn configured_region(&self) -> &str {
        self.configured.as_ref().map_or("none", Region::as_ref)
    }

    /// Whether another try would go to another region than `sent_by` went to.
    fn follow<E: ProvideErrorMetadata>(&self, sent_by: &Client, error: &SdkError<E>) -> bool {
        let Some(region) = named_region(error) else { return false };
        if sent_by.config().region() == Some(&region) {
            return false;
        }
        let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
        if client.config().region() != Some(&region) {
            tracing::warn!(
                "EASEL_ARCHIVE: the bucket `{}` is in {region} and not in {}; Easel uses {region} for the archive",
                self.bucket,
                self.configured_region()
            );
            *client = Client::from_conf(client.config().to_builder().region(region).build());
        }
        true
    }
}

/// The bucket's region, where an answer names it as another one than was asked.
fn named_region<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<Region> {
    let answer = error.raw_response()?;
    let told = match answer.headers().get("x-amz-bucket-region") {
        Some(region) => region,
        None if error.code().is_some_and(|code| ELSEWHERE.contains(&code)) => {
            let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
            body.split_once("<Region>")?.1.split_once("</Region>")?.0
        }
        None => return None,
    };
    // It becomes a part of the host's name.
    let is_name = (2..=32).contains(&told.len())
        && told.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let elsewhere = !matches!(answer.status().as_u16(), 404 | 412 | 500..);
    (is_name && elsewhere).then(|| Region::new(told.to_owned()))
}

pub(super) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

pub(super) fn own_endpoint(aws: &SdkConfig) -> Option<String> {
    let of_s3 =
        ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let named = of_s3.ok().and_then(|key| aws.service_config()?.load_config(key));
    named.or_else(|| aws.endpoint_url().map(str::to_owned))
}

/// 409: another conditional write to the key is under way. Asked again, S3 knows which one won.
#[derive(Debug)]
struct RetryConflicts;

impl ClassifyRetry for RetryConflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().map(|response| response.status().as_u16()) {
            Some(409) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "conflicting writes"
    }
}

#[cfg(test)]
mod tests {
    use aws_config::BehaviorVersion;
    use aws_types::service_config::LoadServiceConfig;

    use super::*;

    /// `AWS_ENDPOINT_URL_S3`, as `aws_config` hands it over.
    #[derive(Debug)]
    struct Environment;

    impl LoadServiceConfig for Environment {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            let name = format!("{}_{}", key.env(), key.service_id().to_uppercase());
            (name == "AWS_ENDPOINT_URL_S3").then(|| "http://minio:9000".to_owned())
        }
    }

    fn checksums(aws: &SdkConfig) -> Option<RequestChecksumCalculation> {
        let client = Connection::new(aws, "pictures").client();
        client.config().request_checksum_calculation().cloned()
    }

    #[test]
    fn only_amazons_own_servers_are_asked_by_the_buckets_name() {
        let plain = SdkConfig::builder().build();
        let of_all = SdkConfig::builder().endpoint_url("http://localhost:4566").build();
        let of_s3 = SdkConfig::builder().service_config(Environment).build();
        let named = [&plain, &of_all, &of_s3].map(own_endpoint);
        let wanted = [None, Some("http://localhost:4566"), Some("http://minio:9000")];
        assert_eq!(named.each_ref().map(Option::as_deref), wanted);
    }

    #[test]
    fn other_makers_servers_get_no_checksums_that_nobody_asked_for() {
        let of_s3 =
            || SdkConfig::builder().behavior_version(BehaviorVersion::latest()).service_config(Environment);
        let wished = of_s3().request_checksum_calculation(RequestChecksumCalculation::WhenSupported).build();
        assert_eq!(checksums(&of_s3().build()), Some(RequestChecksumCalculation::WhenRequired));
        assert_eq!(checksums(&wished), Some(RequestChecksumCalculation::WhenSupported));
    }
}
