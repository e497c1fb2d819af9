//! The variables for archive, store and queue.

use std::path::{Path, PathBuf};

use url::Url;

use super::paths::{behind, expanded};
use super::table;

/// `EASEL_ARCHIVE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveUrl {
    /// `file:DIR`
    Folder(PathBuf),
    /// `s3://BUCKET/PREFIX`
    S3 {
        bucket: String,
        /// Comes before every key, without slashes at its ends; may be empty.
        prefix: String,
    },
}

/// `EASEL_STORE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`
    Sqlite(PathBuf),
    /// `dynamodb:TABLE`
    Dynamo(String),
}

/// `EASEL_QUEUE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueUrl {
    /// `local`: this process generates the images itself.
    Local,
    /// `sqs:URL`: `easel worker` generates them.
    Sqs(Url),
}

impl StoreUrl {
    pub const FORM: &str = table::EASEL_STORE.allowed;

    pub fn parse(text: &str) -> Option<StoreUrl> {
        let Some(table) = text.strip_prefix("dynamodb:") else {
            return behind(text, "sqlite:").map(StoreUrl::Sqlite);
        };
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let named = (3..=255).contains(&table.len()) && table.chars().all(fine);
        named.then(|| StoreUrl::Dynamo(table.to_owned()))
    }

    /// With the path that is meant; see [`expanded`].
    ///
    /// # Errors
    /// A sentence on a path that cannot be that of a database.
    pub fn meant(self, home: Option<&Path>) -> Result<StoreUrl, String> {
        let StoreUrl::Sqlite(path) = self else { return Ok(self) };
        let path = expanded(path, home)?;
        let text = path.to_string_lossy();
        if text.ends_with('/') || path.file_name().is_none() {
            return Err(format!("`{text}` names a folder; name a file in it, such as easel.db"));
        }
        if text.contains('?') || text.starts_with(':') {
            return Err(format!("`{text}` is more than a path; write the path of a file alone"));
        }
        Ok(StoreUrl::Sqlite(path))
    }
}

impl ArchiveUrl {
    /// With the path that is meant; see [`expanded`].
    pub(super) fn meant(self, home: Option<&Path>) -> Result<ArchiveUrl, String> {
        match self {
            ArchiveUrl::Folder(path) => expanded(path, home).map(ArchiveUrl::Folder),
            bucket @ ArchiveUrl::S3 { .. } => Ok(bucket),
        }
    }
}

pub(super) fn archive_url(text: &str) -> Option<ArchiveUrl> {
    let Some(place) = text.strip_prefix("s3://") else {
        return behind(text, "file:").map(ArchiveUrl::Folder);
    };
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let named = (3..=63).contains(&bucket.len()) && bucket.chars().all(fine);
    named.then(|| ArchiveUrl::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
}

pub(super) fn queue_url(text: &str) -> Option<QueueUrl> {
    if text == "local" {
        return Some(QueueUrl::Local);
    }
    let url = Url::parse(text.strip_prefix("sqs:")?).ok()?;
    let named = url.path_segments()?.next_back().is_some_and(|name| !name.is_empty());
    let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    (named && plain && !url.path().ends_with(".fifo")).then_some(QueueUrl::Sqs(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_as_amazon_names_tables() {
        let table = StoreUrl::Dynamo("Easel_2.prod".into());
        assert_eq!(StoreUrl::parse("dynamodb:Easel_2.prod"), Some(table));
        for wrong in ["dynamodb:", "dynamodb:ab", "dynamodb:my table", "dynamodb:a/b/c", "easel"] {
            assert_eq!(StoreUrl::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_database_is_a_file_of_its_own() {
        let meant = |text: &str| StoreUrl::parse(text).unwrap().meant(Some(Path::new("/home/ann")));
        for (text, path) in
            [("sqlite:~/easel.db", "/home/ann/easel.db"), ("sqlite:///srv/easel.db", "/srv/easel.db")]
        {
            assert_eq!(meant(text), Ok(StoreUrl::Sqlite(path.into())), "{text}");
        }
        for (wrong, needle) in [
            ("sqlite:data/", "names a folder"),
            ("sqlite:..", "names a folder"),
            ("sqlite::memory:", "more than a path"),
            ("sqlite:easel.db?mode=rwc", "more than a path"),
            ("sqlite:~bob/easel.db", "another user's home"),
        ] {
            let said = meant(wrong).unwrap_err();
            assert!(said.contains(needle), "{said}");
        }
    }

    #[test]
    fn a_bucket_may_have_a_prefix() {
        assert_eq!(
            archive_url("s3://my-bucket/easel/pictures/"),
            Some(ArchiveUrl::S3 { bucket: "my-bucket".into(), prefix: "easel/pictures".into() })
        );
    }

    #[test]
    fn a_queue_is_local_or_an_address() {
        let url = "https://sqs.us-west-2.amazonaws.com/123456789012/easel";
        assert_eq!(queue_url("local"), Some(QueueUrl::Local));
        assert_eq!(queue_url(&format!("sqs:{url}")), Some(QueueUrl::Sqs(Url::parse(url).unwrap())));
        for wrong in ["sqs", "sqs:", "sqs:easel", "sqs:https://host/", "sqs:ftp://host/a/b", url] {
            assert_eq!(queue_url(wrong), None, "{wrong}");
        }
        assert_eq!(queue_url(&format!("sqs:{url}.fifo")), None);
    }
}
