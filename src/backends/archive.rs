//! Where pictures and their records are kept. What lies under a key is never overwritten.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_config::SdkConfig;
use bytes::Bytes;
use time::{OffsetDateTime, UtcOffset};
use ulid::Ulid;

use crate::config::ArchiveUrl;
use crate::domain::image_format::ImageFormat;
use crate::domain::job::{Input, Job, Origin};
use crate::domain::session::SessionId;

mod folder;
mod record;
mod s3;

pub use folder::Folder;
pub use record::{Ending, GeneratedBy, PictureRecord, Prices, Record, RecordedModel, Times, Who};
pub use s3::{S3, own_endpoint};

#[derive(Debug)]
pub enum Archive {
    Folder(Folder),
    /// In Amazon S3.
    S3(Box<S3>),
}

/// An address from which anyone who has it can download what lies under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    /// When it stops working.
    pub until: OffsetDateTime,
}

impl Archive {
    /// The archive that `EASEL_ARCHIVE` names. Nothing is asked over the network.
    ///
    /// # Errors
    /// A folder that cannot be made, or a bucket without an AWS configuration.
    pub fn open(url: &ArchiveUrl, aws: Option<&SdkConfig>) -> anyhow::Result<Archive> {
        match url {
            ArchiveUrl::Folder(root) => Folder::open(root).map(Archive::Folder),
            ArchiveUrl::S3 { bucket, prefix } => {
                let aws = aws.context("EASEL_ARCHIVE: a bucket needs AWS credentials and a region")?;
                Ok(Archive::S3(Box::new(S3::new(aws, bucket, prefix))))
            }
        }
    }

    /// Stores an image file. The same bytes under the same key again are fine.
    ///
    /// `sha256` is the digest of `bytes` in hex; S3 checks the bytes that arrive against it.
    ///
    /// # Errors
    /// Other bytes under that key, which then stay as they are; or a place that cannot be written.
    pub async fn put_image(
        &self,
        key: &str,
        bytes: Bytes,
        format: ImageFormat,
        sha256: &str,
    ) -> anyhow::Result<()> {
        check(key)?;
        match self {
            Archive::Folder(folder) => folder.put_image(key, bytes).await,
            Archive::S3(s3) => s3.put_image(key, bytes, format, sha256).await,
        }
    }

    /// Stores a file that may be too large for memory, under a key that nothing was stored under before.
    ///
    /// # Errors
    /// A file that cannot be read, or a place that cannot be written.
    pub async fn put_large(&self, key: &str, file: &Path, content_type: &str) -> anyhow::Result<()> {
        check(key)?;
        match self {
            Archive::Folder(folder) => folder.put_large(key, file).await,
            Archive::S3(s3) => s3.put_large(key, file, content_type).await,
        }
    }

    /// Stores a record. If there is one under that key, it stands.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub async fn put_record(&self, key: &str, record: &Record) -> anyhow::Result<()> {
        check(key)?;
        let bytes = Bytes::from(serde_json::to_vec_pretty(record)?);
        match self {
            Archive::Folder(folder) => folder.put_record(key, bytes).await,
            Archive::S3(s3) => s3.put_record(key, bytes).await,
        }
    }

    /// What lies under a key, `None` when there is nothing.
    ///
    /// # Errors
    /// A place that cannot be read.
    pub async fn get(&self, key: &str) -> anyhow::Result<Option<Bytes>> {
        check(key)?;
        match self {
            Archive::Folder(folder) => folder.get(key).await,
            Archive::S3(s3) => s3.get(key).await,
        }
    }

    /// Removes whatever lies under keys that begin with this one, in all versions that a bucket keeps. Nothing there is
    /// fine.
    ///
    /// # Errors
    /// A place that cannot be written, or the permission that is missing.
    pub async fn remove(&self, beginning: &str) -> anyhow::Result<()> {
        check(beginning)?;
        match self {
            Archive::Folder(folder) => folder.remove(beginning).await,
            Archive::S3(s3) => s3.remove(beginning).await,
        }
    }

    /// Removes all that a job has here: its pictures, its record, and the pictures that were kept for it.
    ///
    /// # Errors
    /// As for [`Archive::remove`].
    pub async fn remove_job(&self, job: &Job) -> anyhow::Result<()> {
        // Ids are all of one length: no other one begins with this.
        self.remove(&format!("{}/{}", place(job), job.id)).await?;
        let Some(origin) = job.origin.discord() else { return Ok(()) };
        if let Some(session) = job.session() {
            self.remove_exports(origin.guild, session).await?;
        }
        self.remove_exports_of(origin.member).await
    }

    /// Removes what was packed of a member's pictures.
    ///
    /// # Errors
    /// As for [`Archive::remove`].
    pub async fn remove_exports_of(&self, member: u64) -> anyhow::Result<()> {
        // Every name begins with its moment, and so with a zero for centuries.
        self.remove(&format!("{}/0", ExportOf::Member(member).folder())).await
    }

    /// Removes what was packed of a session's pictures.
    async fn remove_exports(&self, guild: Option<u64>, session: SessionId) -> anyhow::Result<()> {
        self.remove(&ExportOf::Session { guild, id: session }.folder()).await
    }

    /// Removes all that a session has here beside the pictures that were ordered in it.
    ///
    /// # Errors
    /// As for [`Archive::remove`].
    pub async fn remove_session(&self, guild: Option<u64>, session: SessionId) -> anyhow::Result<()> {
        self.remove_exports(guild, session).await?;
        self.remove(&format!("sessions/{}/{session}", place_of(guild))).await
    }

    /// Whether it can say from where a file can be downloaded.
    pub fn gives_links(&self) -> bool {
        matches!(self, Archive::S3(_))
    }

    /// A link to what lies under a key, `None` for a folder.
    ///
    /// It ends with the credentials that sign it, if that is before `valid_for` is over (at most a week).
    ///
    /// # Errors
    /// No credentials, or a longer time than S3 allows.
    pub async fn link(
        &self,
        key: &str,
        valid_for: Duration,
        now: OffsetDateTime,
    ) -> anyhow::Result<Option<Link>> {
        check(key)?;
        match self {
            Archive::Folder(_) => Ok(None),
            Archive::S3(s3) => s3.link(key, valid_for, now).await.map(Some),
        }
    }

    /// Finds out, and logs, what a first picture would find out.
    pub async fn prepare(&self) {
        let Archive::S3(s3) = self else { return };
        if let Err(error) = s3.prepare().await {
            tracing::warn!(
                error = format!("{error:#}"),
                "EASEL_ARCHIVE cannot be used; pictures are shown all the same, and archived once it can"
            );
        }
    }

    /// Whether it can be written: stores a few bytes the way pictures are stored, and removes them.
    ///
    /// In S3 the removal may be forbidden; the bytes then stay under `PREFIX/.easel-check/`.
    ///
    /// # Errors
    /// The place, and why it cannot be written.
    pub async fn probe(&self, name: &str) -> anyhow::Result<()> {
        let key = format!(".easel-check/{name}");
        check(&key)?;
        match self {
            Archive::Folder(folder) => folder.probe(&key).await,
            Archive::S3(s3) => s3.probe(&key).await.context("EASEL_ARCHIVE"),
        }
    }

    /// What has turned out to be otherwise than configured or usual, for whoever runs Easel.
    pub fn findings(&self) -> Vec<String> {
        match self {
            Archive::Folder(_) => Vec::new(),
            Archive::S3(s3) => s3.findings(),
        }
    }

    /// Where a key lies, for people: `s3://bucket/prefix/key` or a path.
    pub fn describe(&self, key: &str) -> String {
        match self {
            Archive::Folder(folder) => folder.describe(key),
            Archive::S3(s3) => s3.describe(key),
        }
    }
}

/// The key of a job's `n`-th picture.
pub fn picture_key(job: &Job, n: u32, format: ImageFormat) -> String {
    format!("{}/{}-{n}.{}", place(job), job.id, format.extension())
}

pub fn record_key(job: &Job) -> String {
    format!("{}/{}.json", place(job), job.id)
}

/// The key of a picture that a job is made from and that does not stay where it was.
pub fn input_key(job: &Job, input: Input, format: ImageFormat) -> String {
    format!("{}/{}-from-{}.{}", place(job), job.id, input.name(), format.extension())
}

/// The key of a picture to start from that came with an order of the images API.
pub fn start_key(holder: &str, sha256: &str, format: ImageFormat) -> String {
    format!("starts/{holder}/{sha256}.{}", format.extension())
}

/// Whose pictures an export has.
#[derive(Debug, Clone, Copy)]
pub enum ExportOf {
    Session { guild: Option<u64>, id: SessionId },
    Member(u64),
}

impl ExportOf {
    /// The key of one of its exports.
    pub fn key(self, name: Ulid) -> String {
        format!("{}/{name}.zip", self.folder())
    }

    fn folder(self) -> String {
        match self {
            ExportOf::Session { guild, id } => format!("exports/{}/{id}", place_of(guild)),
            ExportOf::Member(id) => format!("exports/members/{id}"),
        }
    }
}

/// The key of a session's reference picture. The digest lets a session have another one later.
pub fn reference_key(guild: Option<u64>, session: SessionId, sha256: &str, format: ImageFormat) -> String {
    let digest = sha256.get(..12).unwrap_or(sha256);
    format!("sessions/{}/{session}/reference-{digest}.{}", place_of(guild), format.extension())
}

fn place_of(guild: Option<u64>) -> String {
    guild.map_or_else(|| "dm".to_owned(), |guild| guild.to_string())
}

fn place(job: &Job) -> String {
    let (server, channel) = match &job.origin {
        Origin::Discord(discord) => (place_of(discord.guild), discord.channel.to_string()),
        Origin::Shell => ("shell".to_owned(), "local".to_owned()),
        Origin::Api(origin) => ("api".to_owned(), origin.key.clone()),
    };
    let (year, month, day) = job.created.to_offset(UtcOffset::UTC).to_calendar_date();
    format!("{server}/{channel}/{year:04}/{:02}/{day:02}", u8::from(month))
}

/// Keys are ours, but they come back from a database and must not lead out of the archive.
fn check(key: &str) -> anyhow::Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.chars().all(fine);
    ensure!(key.split('/').all(part), "`{}` is not a key of the archive", key.escape_default());
    Ok(())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::record::tests::{discord_job, shell_job};
    use super::*;

    #[test]
    fn a_key_says_where_and_when_in_utc() {
        let mut job = discord_job();
        job.created = datetime!(2026-11-23 00:30 +02:00);
        let id = job.id;
        assert_eq!(
            picture_key(&job, 3, ImageFormat::Png),
            format!("200000000000000001/300000000000000001/2026/11/22/{id}-3.png")
        );
        assert_eq!(record_key(&job), format!("200000000000000001/300000000000000001/2026/11/22/{id}.json"));

        let Origin::Discord(discord) = &mut job.origin else { unreachable!() };
        discord.guild = None;
        assert_eq!(
            picture_key(&job, 0, ImageFormat::Webp),
            format!("dm/300000000000000001/2026/11/22/{id}-0.webp")
        );

        let job = shell_job();
        assert_eq!(
            picture_key(&job, 0, ImageFormat::Png),
            format!("shell/local/2026/11/22/{}-0.png", job.id)
        );
    }

    #[test]
    fn every_key_of_ours_passes_and_no_way_out_does() {
        for key in [
            picture_key(&discord_job(), 0, ImageFormat::Png),
            record_key(&shell_job()),
            ".easel-check/a".to_owned(),
        ] {
            check(&key).unwrap();
        }
        for key in ["", "/", "/etc/x", "a//b", "a/../b", "..", "a/.", "a\\b", "a b", "a/\0", "ä", "C:x"] {
            assert!(check(key).is_err(), "{key}");
        }
    }

    #[test]
    fn a_bucket_without_an_aws_configuration_is_refused() {
        let url = ArchiveUrl::S3 { bucket: "bucket".into(), prefix: String::new() };
        let said = Archive::open(&url, None).unwrap_err().to_string();
        assert!(said.contains("EASEL_ARCHIVE"), "{said}");
    }
}
