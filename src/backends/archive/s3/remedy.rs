//! What whoever runs Easel can do about an answer of S3.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::connection::{Connection, ELSEWHERE, status};

/// What was tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried<'a> {
    /// Such as `cannot write`.
    pub(super) what: &'static str,
    /// The permissions that it takes.
    pub(super) needs: &'static str,
    /// `s3://bucket/prefix/key`
    pub(super) place: &'a str,
    /// What they have to be allowed on: `bucket` or `bucket/prefix/*`.
    pub(super) on: &'a str,
}

impl Connection {
    /// The error with the place and, where it is known, the remedy in front.
    pub(super) fn explained<E>(&self, tried: Tried<'_>, error: SdkError<E>) -> anyhow::Error
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let Tried { what, place, .. } = tried;
        let words = match self.remedy(tried, &error) {
            Some(remedy) => format!("{what} {place}: {remedy}"),
            None => format!("{what} {place}"),
        };
        anyhow::Error::new(error).context(words)
    }

    fn remedy<E: ProvideErrorMetadata>(&self, tried: Tried<'_>, error: &SdkError<E>) -> Option<String> {
        if let SdkError::TimeoutError(_) = error {
            return Some(self.out_of_reach());
        }
        if let SdkError::DispatchFailure(failure) = error {
            return (failure.is_io() || failure.is_timeout()).then(|| self.out_of_reach());
        }
        let bucket = &self.bucket;
        let at = self.endpoint.as_ref().map_or_else(String::new, |endpoint| format!(" at {endpoint}"));
        Some(match (error.code().unwrap_or_default(), status(error)?) {
            ("NoSuchBucket", _) | ("NotFound", 404) => format!("there is no bucket `{bucket}`{at}; make it, or correct EASEL_ARCHIVE"),
            ("InvalidBucketName", _) => format!("`{bucket}` cannot be a bucket's name; correct EASEL_ARCHIVE"),
            (code, status) if ELSEWHERE.contains(&code) || matches!(status, 301 | 307) => format!(
                "the bucket `{bucket}` is not in {}, and the server does not say where; set AWS_REGION to the bucket's region",
                self.configured_region()
            ),
            ("InvalidAccessKeyId", _) => format!(
                "the server{at} does not know this access key; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, of the account that has the bucket"
            ),
            ("SignatureDoesNotMatch", _) => {
                "the secret does not belong to the access key; copy AWS_SECRET_ACCESS_KEY again, whole and without quotes".to_owned()
            }
            ("ExpiredToken" | "InvalidToken" | "TokenRefreshRequired", _) => {
                "the AWS credentials have expired; sign in again (`aws sso login`) or renew AWS_SESSION_TOKEN".to_owned()
            }
            ("RequestTimeTooSkewed" | "RequestExpired", _) => {
                "this machine's clock is more than 15 minutes wrong; set it, and let NTP keep it right".to_owned()
            }
            (code, _) if code.starts_with("KMS.") => {
                "the key of the bucket cannot be used; enable it in KMS, and allow kms:GenerateDataKey and kms:Decrypt on it".to_owned()
            }
            ("AccountProblem" | "NotSignedUp", _) => {
                "AWS serves this account no longer; its billing page in the AWS console says why".to_owned()
            }
            ("QuotaExceeded" | "StorageQuotaExceeded" | "XMinioStorageFull", _) | (_, 507) => {
                format!("the storage{at} is full; make room there")
            }
            ("SlowDown" | "TooManyRequests" | "RequestLimitExceeded" | "ServiceUnavailable", _) | (_, 429 | 503) => {
                "the server is too busy; Easel tries again later".to_owned()
            }
            (_, 501) => format!("the server{at} does not know what Easel asks for; take another one, or a folder with EASEL_ARCHIVE=file:DIR"),
            (_, 403) => format!(
                "access is denied; allow {} on arn:aws:s3:::{} to these credentials, in their policy and in that of the bucket and its key",
                tried.needs, tried.on
            ),
            _ => return None,
        })
    }

    fn out_of_reach(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => {
                format!("{endpoint} does not answer; is the server up, and AWS_ENDPOINT_URL_S3 right?")
            }
            None => "S3 does not answer; check the network, a proxy and AWS_REGION".to_owned(),
        }
    }
}
