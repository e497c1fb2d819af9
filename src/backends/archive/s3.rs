//! The archive in Amazon S3.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_types::service_config::ServiceConfigKey;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::domain::digest::{from_hex, hex};
use crate::domain::image_format::ImageFormat;

/// Three of these and the pauses between them (at most 1 s and 2 s) tell within 9 s that nobody is there.
const CONNECT: Duration = Duration::from_secs(2);
/// A picture of 3 MB at 1.2 Mbit/s.
const ATTEMPT: Duration = Duration::from_secs(20);
/// Two attempts to their end and most of a third: the picture is in the spool and can wait for a better minute.
const OPERATION: Duration = Duration::from_secs(60);
/// The SDK's five seconds cut off a slow disk behind a stand-in.
const STALLED: Duration = Duration::from_secs(20);
const ATTEMPTS: u32 = 3;
/// An export may take most of the fifteen minutes in which its link can be told.
const LARGE: Duration = Duration::from_secs(12 * 60);

/// Our name for the digest among an object's metadata.
const DIGEST: &str = "sha256";

/// A bucket and what comes before every key.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Put {
    Stored,
    Taken,
}

impl S3 {
    /// `prefix` is without slashes at its ends and may be empty.
    pub fn new(aws: &SdkConfig, bucket: &str, prefix: &str) -> S3 {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let config = aws_sdk_s3::config::Builder::from(aws)
            .force_path_style(has_own_endpoint(aws))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .retry_classifier(RetryConflicts)
            .timeout_config(timeouts)
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(STALLED).build())
            .build();
        S3 { client: Client::from_conf(config), bucket: bucket.to_owned(), prefix: prefix.to_owned() }
    }

    pub(super) async fn put_image(
        &self,
        key: &str,
        bytes: Bytes,
        format: ImageFormat,
        sha256: &str,
    ) -> anyhow::Result<()> {
        let digest: [u8; 32] =
            from_hex(sha256).with_context(|| format!("`{sha256}` is not a SHA-256 in hex"))?;
        let length = bytes.len();
        match self.put(key, bytes, format.content_type(), &digest).await? {
            Put::Stored => Ok(()),
            Put::Taken => self.compare(key, length, &digest).await,
        }
    }

    pub(super) async fn put_large(&self, key: &str, file: &Path, content_type: &str) -> anyhow::Result<()> {
        let context = || format!("cannot write {}", self.describe(key));
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(LARGE)
            .operation_timeout(LARGE)
            .build();
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(self.full(key))
            .content_type(content_type)
            .body(ByteStream::from_path(file).await.with_context(context)?)
            .customize()
            .config_override(aws_sdk_s3::config::Builder::new().timeout_config(timeouts))
            .send()
            .await
            .map(drop)
            .with_context(context)
    }

    pub(super) async fn put_record(&self, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        let digest = Sha256::digest(&bytes);
        self.put(key, bytes, "application/json", &digest).await.map(drop)
    }

    pub(super) async fn get(&self, key: &str) -> anyhow::Result<Option<Bytes>> {
        let context = || format!("cannot read {}", self.describe(key));
        let asked = self.client.get_object().bucket(&self.bucket).key(self.full(key)).send().await;
        match asked {
            Ok(found) => Ok(Some(found.body.collect().await.with_context(context)?.into_bytes())),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(error).with_context(context),
        }
    }

    pub(super) async fn link(&self, key: &str, valid_for: Duration) -> anyhow::Result<String> {
        let context = || format!("cannot sign a link to {}", self.describe(key));
        let name = key.rsplit('/').next().unwrap_or(key);
        let signed = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(self.full(key))
            .response_content_disposition(format!("attachment; filename=\"{name}\""))
            .presigned(PresigningConfig::expires_in(valid_for).with_context(context)?)
            .await
            .with_context(context)?;
        Ok(signed.uri().to_owned())
    }

    pub(super) async fn probe(&self, key: &str) -> anyhow::Result<()> {
        let bytes = Bytes::from_static(b"easel check\n");
        let digest = Sha256::digest(&bytes);
        // Taken is good news as well: S3 looks at permissions first.
        self.put(key, bytes, "text/plain", &digest).await?;
        // Least privilege has no DeleteObject.
        let _ = self.client.delete_object().bucket(&self.bucket).key(self.full(key)).send().await;
        Ok(())
    }

    pub(super) fn describe(&self, key: &str) -> String {
        format!("s3://{}/{}", self.bucket, self.full(key))
    }

    fn full(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) }
    }

    /// Stores what nothing has been stored under before.
    ///
    /// S3 checks the bytes against the digest, a header that is signed. So the SDK need not hash them once more
    /// for the signature, nor for a checksum of its own.
    async fn put(&self, key: &str, bytes: Bytes, content_type: &str, digest: &[u8]) -> anyhow::Result<Put> {
        let sent = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.full(key))
            .if_none_match("*")
            .content_type(content_type)
            .checksum_sha256(BASE64_STANDARD.encode(digest))
            .metadata(DIGEST, hex(digest))
            .body(ByteStream::new(SdkBody::from(bytes)))
            .customize()
            .disable_payload_signing()
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Put::Stored),
            Err(error) if status(&error) == Some(412) => Ok(Put::Taken),
            Err(error) => Err(error).with_context(|| format!("cannot write {}", self.describe(key))),
        }
    }

    /// A taken key is fine if it holds the same picture: an earlier attempt got through without our hearing of it.
    async fn compare(&self, key: &str, length: usize, digest: &[u8]) -> anyhow::Result<()> {
        let head = self.client.head_object().bucket(&self.bucket).key(self.full(key)).send().await;
        let found =
            head.with_context(|| format!("cannot compare {} with the picture", self.describe(key)))?;
        let found_digest = found.metadata().and_then(|metadata| metadata.get(DIGEST));
        let found_length = found.content_length().and_then(|length| usize::try_from(length).ok());
        if found_digest != Some(&hex(digest)) || found_length != Some(length) {
            bail!("{} already holds another picture", self.describe(key));
        }
        Ok(())
    }
}

/// Stand-ins do not answer to `BUCKET.HOST`.
fn has_own_endpoint(aws: &SdkConfig) -> bool {
    let of_s3 =
        ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let named = of_s3.ok().and_then(|key| aws.service_config()?.load_config(key));
    named.is_some() || aws.endpoint_url().is_some()
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

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn only_amazons_own_servers_are_asked_by_the_buckets_name() {
        let plain = SdkConfig::builder().build();
        let of_all = SdkConfig::builder().endpoint_url("http://localhost:4566").build();
        let of_s3 = SdkConfig::builder().service_config(Environment).build();
        assert_eq!([&plain, &of_all, &of_s3].map(has_own_endpoint), [false, true, true]);
    }
}
