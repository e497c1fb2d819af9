//! What goes for good: in a bucket that keeps versions, each of them.

use anyhow::{Context, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;

use super::S3;
use super::connection::status;

/// One version of an object, or a mark that it was deleted.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    key: String,
    /// `None` where versions are not asked for.
    id: Option<String>,
}

/// Why versions cannot be listed.
enum Unlisted {
    /// The server knows none.
    Unknown,
    Denied(anyhow::Error),
}

impl S3 {
    /// Removes all versions of everything whose key begins with `prefix`.
    ///
    /// # Errors
    /// The permission that is missing. Without the one to list versions the latest ones are gone all the same.
    pub(in crate::backends::archive) async fn remove(&self, prefix: &str) -> anyhow::Result<()> {
        let mut before = Vec::new();
        loop {
            let versions = match self.versions(prefix).await? {
                Ok(versions) => versions,
                Err(Unlisted::Unknown) => return self.remove_latest(prefix).await,
                Err(Unlisted::Denied(denied)) => {
                    self.remove_latest(prefix).await?;
                    return Err(denied.context("earlier versions may be left"));
                }
            };
            if versions.is_empty() {
                return Ok(());
            }
            self.delete_all(prefix, &versions, &before).await?;
            before = versions;
        }
    }

    /// Removes what is there without asking for versions.
    async fn remove_latest(&self, prefix: &str) -> anyhow::Result<()> {
        let mut before = Vec::new();
        loop {
            let objects = self.objects(prefix).await?;
            if objects.is_empty() {
                return Ok(());
            }
            self.delete_all(prefix, &objects, &before).await?;
            before = objects;
        }
    }

    /// The first of all versions, a thousand at most.
    async fn versions(&self, prefix: &str) -> anyhow::Result<Result<Vec<Version>, Unlisted>> {
        let (bucket, full) = (&self.connection.bucket, self.full(prefix));
        let list = |client: Client| client.list_object_versions().bucket(bucket).prefix(&full).send();
        let page = match self.connection.ask(list).await {
            Ok(page) => page,
            Err(error) if matches!(status(&error), Some(405 | 501)) => return Ok(Err(Unlisted::Unknown)),
            Err(error) => {
                let is_denied = error.code() == Some("AccessDenied");
                let what = "cannot list the versions of";
                let error = self.explained_of_bucket(what, "s3:ListBucketVersions", prefix, error);
                return if is_denied { Ok(Err(Unlisted::Denied(error))) } else { Err(error) };
            }
        };
        let kept = page.versions().iter().map(|version| (version.key(), version.version_id()));
        let marks = page.delete_markers().iter().map(|mark| (mark.key(), mark.version_id()));
        let version = |(key, id): (Option<&str>, Option<&str>)| {
            let key = key.context("S3 listed a version without its key")?.to_owned();
            Ok(Version { key, id: id.map(str::to_owned) })
        };
        kept.chain(marks).map(version).collect::<anyhow::Result<_>>().map(Ok)
    }

    /// The first of all objects, a thousand at most.
    async fn objects(&self, prefix: &str) -> anyhow::Result<Vec<Version>> {
        let (bucket, full) = (&self.connection.bucket, self.full(prefix));
        let list = |client: Client| client.list_objects_v2().bucket(bucket).prefix(&full).send();
        let page = self.connection.ask(list).await.map_err(|error| {
            self.explained_of_bucket("cannot look what lies under", "s3:ListBucket", prefix, error)
        })?;
        let latest = |key: Option<&str>| {
            let key = key.context("S3 listed an object without its key")?.to_owned();
            Ok(Version { key, id: None })
        };
        page.contents().iter().map(|object| latest(object.key())).collect()
    }

    /// Deletes these; the ones `before` them were others, or nothing is ever deleted.
    async fn delete_all(&self, prefix: &str, these: &[Version], before: &[Version]) -> anyhow::Result<()> {
        ensure!(
            these != before,
            "what lies under {} stays though S3 says that it deletes it",
            self.describe(prefix)
        );
        for version in these {
            self.delete(version).await?;
        }
        Ok(())
    }

    async fn delete(&self, Version { key, id }: &Version) -> anyhow::Result<()> {
        let bucket = &self.connection.bucket;
        let delete =
            |client: Client| client.delete_object().bucket(bucket).key(key).set_version_id(id.clone()).send();
        let needs = if id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
        match self.connection.ask(delete).await {
            Err(error) if !matches!(error.code(), Some("NoSuchKey" | "NoSuchVersion")) => {
                let key = key.strip_prefix(&self.prefix).unwrap_or(key);
                Err(self.explained("cannot remove", needs, key, error))
            }
            _ => Ok(()),
        }
    }
}
