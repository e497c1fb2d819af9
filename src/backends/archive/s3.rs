//! The archive in Amazon S3, or in a server that speaks its language.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::domain::digest::{from_hex, hex};
use crate::domain::image_format::ImageFormat;

mod abilities;
mod connection;
mod link;
mod remedy;
mod remove;

use abilities::{Abilities, Trial, Turns};
use connection::{CONNECT, Connection, status};
use link::Signer;
use remedy::Tried;

/// The server that the environment names in place of Amazon's.
pub fn own_endpoint(aws: &SdkConfig) -> Option<String> {
    connection::own_endpoint(aws)
}

/// An export may take most of the fifteen minutes in which its link can be told.
const LARGE: Duration = Duration::from_secs(12 * 60);

/// Our name for the digest among an object's metadata.
const DIGEST: &str = "sha256";
/// What a check and a trial store.
const PROBE: Bytes = Bytes::from_static(b"easel check\n");

/// A bucket and what comes before every key.
#[derive(Debug)]
pub struct S3 {
    connection: Connection,
    prefix: String,
    signer: Signer,
    abilities: OnceCell<Abilities>,
    turns: Turns,
}

#[derive(Debug, PartialEq, Eq)]
enum Put {
    Stored,
    Taken,
}

/// What is stored, and as what.
struct Object<'a> {
    key: &'a str,
    bytes: Bytes,
    content_type: &'a str,
    /// Its SHA-256.
    digest: &'a [u8],
}

impl S3 {
    /// `prefix` is without slashes at its ends and may be empty.
    pub fn new(aws: &SdkConfig, bucket: &str, prefix: &str) -> S3 {
        S3 {
            connection: Connection::new(aws, bucket),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            signer: Signer::new(aws),
            abilities: OnceCell::new(),
            turns: Turns::new(),
        }
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
        let object = Object { key, bytes, content_type: format.content_type(), digest: &digest };
        match self.put(&object).await? {
            Put::Stored => Ok(()),
            Put::Taken => self.compare(key, length, &digest).await,
        }
    }

    pub(super) async fn put_large(&self, key: &str, file: &Path, content_type: &str) -> anyhow::Result<()> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(LARGE)
            .operation_timeout(LARGE)
            .build();
        // Its body can be sent only once.
        drop(self.connection.confirm_region().await);
        let body = ByteStream::from_path(file).await;
        self.connection
            .client()
            .put_object()
            .bucket(&self.connection.bucket)
            .key(self.full(key))
            .content_type(content_type)
            .body(body.with_context(|| format!("cannot write {}", self.describe(key)))?)
            .customize()
            .config_override(aws_sdk_s3::config::Builder::new().timeout_config(timeouts))
            .send()
            .await
            .map(drop)
            .map_err(|error| self.explained("cannot write", "s3:PutObject", key, error))
    }

    pub(super) async fn put_record(&self, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        let digest = Sha256::digest(&bytes);
        let object = Object { key, bytes, content_type: "application/json", digest: &digest };
        self.put(&object).await.map(drop)
    }

    pub(super) async fn get(&self, key: &str) -> anyhow::Result<Option<Bytes>> {
        let bucket = &self.connection.bucket;
        let get = |client: aws_sdk_s3::Client| client.get_object().bucket(bucket).key(self.full(key)).send();
        match self.connection.ask(get).await {
            Ok(found) => {
                let body = found.body.collect().await;
                let bytes = body.with_context(|| format!("cannot read {}", self.describe(key)))?;
                Ok(Some(bytes.into_bytes()))
            }
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(self.explained("cannot read", "s3:GetObject", key, error)),
        }
    }

    /// Finds out what a first picture would: where the bucket is, and what its server understands.
    pub(super) async fn prepare(&self) -> anyhow::Result<()> {
        let region = self.connection.confirm_region().await;
        region.map_err(|error| self.explained("cannot use", "s3:PutObject", "", error))?;
        let abilities = self.abilities().await;
        abilities.map(drop).map_err(|error| self.explained("cannot write", "s3:PutObject", "", error))
    }

    pub(super) async fn probe(&self, key: &str) -> anyhow::Result<()> {
        let digest = Sha256::digest(PROBE);
        let object = Object { key, bytes: PROBE, content_type: "text/plain", digest: &digest };
        // Taken is good news as well: S3 looks at permissions first.
        self.put(&object).await?;
        // Only programs that remove what people delete need to be allowed that.
        let delete = self.connection.client().delete_object().bucket(&self.connection.bucket);
        let _ = delete.key(self.full(key)).send().await;
        Ok(())
    }

    /// What has turned out to be otherwise than configured or usual.
    pub(super) fn findings(&self) -> Vec<String> {
        let moved = self.connection.other_region().map(|region| {
            format!(
                "the bucket is in {region} and not in {}; Easel uses {region} for the archive",
                self.connection.configured_region()
            )
        });
        let looks_first = self.abilities.get().filter(|abilities| !abilities.condition);
        let looks_first = looks_first.map(|_| {
            "the server does not heed If-None-Match, so Easel looks whether a key is free before it writes".to_owned()
        });
        moved.into_iter().chain(looks_first).collect()
    }

    pub(super) fn describe(&self, key: &str) -> String {
        format!("s3://{}/{}", self.connection.bucket, self.full(key))
    }

    fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    fn explained<E>(
        &self,
        what: &'static str,
        needs: &'static str,
        key: &str,
        error: SdkError<E>,
    ) -> anyhow::Error
    where
        E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let place = self.describe(key);
        let on = format!("{}/{}*", self.connection.bucket, self.prefix);
        self.connection.explained(Tried { what, needs, place: &place, on: &on }, error)
    }

    /// As [`S3::explained`], of what is asked of the bucket and not of an object in it.
    fn explained_of_bucket<E>(
        &self,
        what: &'static str,
        needs: &'static str,
        key: &str,
        error: SdkError<E>,
    ) -> anyhow::Error
    where
        E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let place = self.describe(key);
        self.connection.explained(Tried { what, needs, place: &place, on: &self.connection.bucket }, error)
    }

    /// Stores what nothing has been stored under before.
    async fn put(&self, object: &Object<'_>) -> anyhow::Result<Put> {
        let explained = |error| self.explained("cannot write", "s3:PutObject", object.key, error);
        let abilities = self.abilities().await.map_err(explained)?;
        if abilities.condition {
            return self.send(object, abilities).await.map_err(explained);
        }
        let _turn = self.turns.of(object.key).await;
        if self.exists(object.key).await? {
            return Ok(Put::Taken);
        }
        self.send(object, abilities).await.map_err(explained)
    }

    /// What the server understands. Only one of another maker has to be asked.
    async fn abilities(&self) -> Result<Abilities, SdkError<PutObjectError>> {
        if self.connection.endpoint.is_none() {
            return Ok(Abilities::ALL);
        }
        self.abilities.get_or_try_init(|| self.try_out()).await.copied()
    }

    async fn try_out(&self) -> Result<Abilities, SdkError<PutObjectError>> {
        let mut refused = None;
        for wanted in Abilities::TRIED {
            match self.trial(wanted).await {
                Trial::Answered(abilities) => {
                    if !abilities.condition {
                        tracing::warn!(
                            "EASEL_ARCHIVE: the server of the bucket `{}` does not heed If-None-Match; Easel looks whether a key is free before it writes",
                            self.connection.bucket
                        );
                    }
                    return Ok(abilities);
                }
                Trial::NotUnderstood(error) => refused = refused.or(Some(error)),
                Trial::Failed(error) => return Err(error),
            }
        }
        refused.map_or(Ok(Abilities::ALL), Err)
    }

    /// Stores the same bytes under the same key twice: a server that heeds the condition refuses that.
    async fn trial(&self, wanted: Abilities) -> Trial {
        let digest = Sha256::digest(PROBE);
        let key = ".easel-check/if-none-match";
        let object = Object { key, bytes: PROBE, content_type: "text/plain", digest: &digest };
        for _ in 0..2 {
            match self.send(&object, wanted).await {
                Ok(Put::Taken) => return Trial::Answered(wanted),
                Ok(Put::Stored) => {}
                Err(error) => return Trial::failed(error),
            }
        }
        Trial::Answered(Abilities { condition: false, ..wanted })
    }

    /// S3 checks the bytes against the digest, a header that is signed. So the SDK need not hash them once more for
    /// the signature, nor for a checksum of its own; a server without such a header checks the signature's hash.
    async fn send(&self, object: &Object<'_>, abilities: Abilities) -> Result<Put, SdkError<PutObjectError>> {
        let put = |client: aws_sdk_s3::Client| {
            let sum = abilities.checksum.then(|| BASE64_STANDARD.encode(object.digest));
            let request = client
                .put_object()
                .bucket(&self.connection.bucket)
                .key(self.full(object.key))
                .set_if_none_match(abilities.condition.then(|| "*".to_owned()))
                .content_type(object.content_type)
                .set_checksum_sha256(sum)
                .metadata(DIGEST, hex(object.digest))
                .body(ByteStream::new(SdkBody::from(object.bytes.clone())))
                .customize();
            if abilities.checksum { request.disable_payload_signing() } else { request }.send()
        };
        match self.connection.ask(put).await {
            Ok(_) => Ok(Put::Stored),
            Err(error) if status(&error) == Some(412) => Ok(Put::Taken),
            Err(error) => Err(error),
        }
    }

    async fn exists(&self, key: &str) -> anyhow::Result<bool> {
        let bucket = &self.connection.bucket;
        let head =
            |client: aws_sdk_s3::Client| client.head_object().bucket(bucket).key(self.full(key)).send();
        match self.connection.ask(head).await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(self.explained(
                "cannot look whether anything lies under",
                "s3:GetObject and s3:ListBucket",
                key,
                error,
            )),
        }
    }

    /// A taken key is fine if it holds the same picture: an earlier attempt got through without our hearing of it.
    async fn compare(&self, key: &str, length: usize, digest: &[u8]) -> anyhow::Result<()> {
        let bucket = &self.connection.bucket;
        let head =
            |client: aws_sdk_s3::Client| client.head_object().bucket(bucket).key(self.full(key)).send();
        let found =
            self.connection.ask(head).await.map_err(|error| {
                self.explained("cannot compare the picture with", "s3:GetObject", key, error)
            })?;
        let found_digest = found.metadata().and_then(|metadata| metadata.get(DIGEST));
        let found_length = found.content_length().and_then(|length| usize::try_from(length).ok());
        if found_digest != Some(&hex(digest)) || found_length != Some(length) {
            bail!("{} already holds another picture", self.describe(key));
        }
        Ok(())
    }
}
