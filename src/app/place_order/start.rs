//! A picture to start from that comes with the order itself: kept in the archive, where every worker finds it.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::app::App;
use crate::backends::archive::start_key;
use crate::backends::discord_api::attachment;
use crate::domain::digest::sha256_hex;
use crate::domain::image_format::ImageFormat;
use crate::domain::refusal::Refusal;
use crate::domain::request::ImageSource;

/// How long the archive may take for it.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A picture whose header was checked.
#[derive(Debug)]
pub(crate) struct StartPicture {
    /// Its key in the archive: the same picture of the same key's holder is kept once.
    key: String,
    sha256: String,
    format: ImageFormat,
    bytes: Bytes,
}

impl StartPicture {
    /// The picture that the holder of this key sent.
    ///
    /// # Errors
    /// It is none that a model takes.
    pub(crate) fn checked(holder: &str, bytes: Bytes) -> Result<StartPicture, Refusal> {
        let format = attachment::check_bytes(&bytes)?;
        let sha256 = sha256_hex(&bytes);
        Ok(StartPicture { key: start_key(holder, &sha256, format), sha256, format, bytes })
    }

    pub(crate) fn source(&self) -> ImageSource {
        ImageSource::Archive { key: self.key.clone(), picture: None }
    }

    /// Puts it into the archive; how long that took.
    pub(super) async fn keep(&self, app: &App) -> Result<Duration, Refusal> {
        let began = Instant::now();
        let put = app.archive.put_image(&self.key, self.bytes.clone(), self.format, &self.sha256);
        match tokio::time::timeout(TIMEOUT, put).await {
            Ok(Ok(())) => Ok(began.elapsed()),
            Ok(Err(error)) => {
                tracing::error!(error = format!("{error:#}"), "a picture to start from could not be kept");
                Err(Refusal::StoreSlow)
            }
            Err(_) => Err(Refusal::StoreSlow),
        }
    }
}
