//! The pictures that a request is made from: fetched, checked, and brought into what the model takes.

use bytes::Bytes;

use super::Work;
use crate::backends::archive::input_key;
use crate::backends::discord_api::attachment;
use crate::backends::discord_api::permissions::Reader;
use crate::backends::engine::Inputs;
use crate::domain::catalogue::MOST_PIXELS;
use crate::domain::digest::sha256_hex;
use crate::domain::fit::{Fitted, MaskProblem, fit, mask_of_area, mask_of_picture};
use crate::domain::image_format::ImageFormat;
use crate::domain::job::{Input, JobId, MadeFrom};
use crate::domain::refusal::{Needed, Refusal};
use crate::domain::request::{Area, Edit, IMAGE_BYTES_LIMIT, ImageSource, Mask};
use crate::domain::services::{ImageLimits, Service, Takes};

/// Bytes that each of two pictures may have that go into one body: Bedrock takes 25,000,000 in base64.
const BYTES_LIMIT_OF_TWO: u64 = 9_000_000;

/// The pictures of a request, and those of them that do not stay where they were.
#[derive(Default)]
pub(super) struct Fetched {
    pub(super) inputs: Option<Inputs>,
    passing: Vec<Passing>,
}

/// A picture that somebody attached, as it was.
struct Passing {
    input: Input,
    key: String,
    bytes: Bytes,
    format: ImageFormat,
}

impl Work<'_> {
    /// The pictures of the request, if it has any and a model still has to be asked.
    pub(super) async fn inputs(&self) -> Result<Fetched, Refusal> {
        let request = &self.claim.job.request;
        let answered = self.claim.pictures.iter().all(|picture| picture.outcome.is_some());
        let Some(source) = request.source().filter(|_| !answered) else { return Ok(Fetched::default()) };
        let mut passing = Vec::new();
        let service = request.edit.as_ref().map(|edit| edit.service);
        let limits = service.map_or(ImageLimits::START, |service| service.spec().image);
        let is_one_of_two =
            service.is_some_and(|service| service.takes(Takes::Mask) || service.takes(Takes::StyleImage));
        let bytes_limit = if is_one_of_two { BYTES_LIMIT_OF_TWO } else { IMAGE_BYTES_LIMIT };
        let file = self.source(source, Input::Image, &mut passing).await?;
        let (image, fitted) = self.fitted(file, limits, bytes_limit).await?;
        let made_from = MadeFrom { fitting: fitted.fitting, ..MadeFrom::default() };
        let mut inputs = Inputs { image, size: fitted.size, mask: None, style_image: None, made_from };
        if let Some(edit) = &request.edit {
            check_result(edit, fitted.size)?;
            self.add_mask(edit, fitted.is_transparent, &mut inputs, &mut passing).await?;
            if let Some(source) = &edit.style_image {
                let file = self.source(source, Input::StyleImage, &mut passing).await?;
                inputs.style_image = Some(self.fitted(file, limits, bytes_limit).await?.0);
            }
        }
        inputs.made_from.kept = passing.iter().map(|passing| (passing.input, passing.key.clone())).collect();
        Ok(Fetched { inputs: Some(inputs), passing })
    }

    /// Puts what does not stay where it was into the archive, so that the pictures can be made again. Nobody waits for that
    /// longer than for the model.
    pub(super) async fn keep_passing(&self, fetched: &Fetched) {
        for Passing { key, bytes, format, .. } in &fetched.passing {
            let file = bytes.clone();
            let Ok(sha256) = tokio::task::spawn_blocking(move || sha256_hex(file)).await else { continue };
            if let Err(error) = self.app.archive.put_image(key, bytes.clone(), *format, &sha256).await {
                tracing::warn!(job = %self.claim.job.id, error = format!("{error:#}"), "a picture to start from could not be kept");
            }
        }
    }

    async fn add_mask(
        &self,
        edit: &Edit,
        is_transparent: bool,
        inputs: &mut Inputs,
        passing: &mut Vec<Passing>,
    ) -> Result<(), Refusal> {
        let size = inputs.size;
        match &edit.mask {
            None if edit.service.takes(Takes::Mask) && !is_transparent => {
                return Err(Refusal::Missing { what: Needed::Mask.into() });
            }
            None => {}
            Some(Mask::Area { area: Area { left, top, right, bottom } }) => {
                let corners = [*left, *top, *right, *bottom];
                let mask = self.apart(move || mask_of_area(size, corners)).await?;
                inputs.mask = Some(mask.map_err(|error| self.unreadable(&error))?);
            }
            Some(Mask::Image { source }) => {
                let file = self.source(source, Input::Mask, passing).await?;
                let (mask, resized) = self.apart(move || mask_of_picture(&file, size)).await?.map_err(
                    |problem| match problem {
                        MaskProblem::Empty => Refusal::EmptyMask,
                        MaskProblem::Unreadable(error) => self.unreadable(&error),
                    },
                )?;
                inputs.mask = Some(mask);
                inputs.made_from.mask_from = resized;
            }
        }
        Ok(())
    }

    async fn fitted(
        &self,
        file: Bytes,
        limits: ImageLimits,
        bytes_limit: u64,
    ) -> Result<(Bytes, Fitted), Refusal> {
        let picture = file.clone();
        let fitted = self.apart(move || fit(&picture, &limits, bytes_limit)).await?;
        let fitted = fitted.map_err(|error| self.unreadable(&error))?;
        Ok((fitted.changed.clone().unwrap_or(file), fitted))
    }

    /// The bytes of a picture whose header was checked.
    async fn source(
        &self,
        source: &ImageSource,
        input: Input,
        passing: &mut Vec<Passing>,
    ) -> Result<Bytes, Refusal> {
        let bytes = match source {
            ImageSource::File { path } => tokio::fs::read(path).await.map_err(|_| attachment::gone())?.into(),
            ImageSource::Attachment { url, .. } => self.app.attached(url).await?,
            ImageSource::Message { channel, message, roles } => {
                self.check_reader(*channel, roles).await?;
                self.app.in_message(*channel, *message).await?
            }
            ImageSource::Kept { key } => self.kept(key, None).await?,
            ImageSource::Archive { key, picture } => self.kept(key, *picture).await?,
        };
        let format = attachment::check_bytes(&bytes)?;
        if let ImageSource::Attachment { .. } | ImageSource::Message { .. } = source {
            let key = input_key(&self.claim.job, input, format);
            passing.push(Passing { input, key, bytes: bytes.clone(), format });
        }
        Ok(bytes)
    }

    /// Refuses a message of a channel that the member cannot read, as if there were none.
    async fn check_reader(&self, channel: u64, roles: &[u64]) -> Result<(), Refusal> {
        let origin = self.claim.job.origin.discord();
        let Some((origin, guild)) = origin.and_then(|origin| Some((origin, origin.guild?))) else {
            return Ok(());
        };
        if origin.channel == channel || roles.is_empty() {
            return Ok(());
        }
        let reader = Reader { guild, member: origin.member, roles };
        match self.app.is_readable(channel, reader).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refusal::UnknownMessage),
            Err(fault) => {
                tracing::warn!(job = %self.claim.job.id, %fault, "who can read a channel could not be looked up");
                Err(Refusal::UnknownMessage)
            }
        }
    }

    /// Works on pixels away from the tasks that must stay quick.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _permit = self.app.picture_limiter.enter().await;
        tokio::task::spawn_blocking(work).await.map_err(|error| self.unreadable(&error.into()))
    }

    fn unreadable(&self, error: &anyhow::Error) -> Refusal {
        tracing::warn!(job = %self.claim.job.id, error = format!("{error:#}"), "a picture to start from cannot be decoded");
        attachment::not_a_picture()
    }

    async fn kept(&self, key: &str, picture: Option<(JobId, u32)>) -> Result<Bytes, Refusal> {
        let kept = self.app.kept(key, picture).await;
        kept.unwrap_or_else(|error| {
            tracing::error!(job = %self.claim.job.id, error = format!("{error:#}"), "a kept picture could not be read");
            None
        })
        .ok_or(Refusal::PictureGone)
    }
}

/// Refuses what would become larger than Easel handles.
fn check_result(edit: &Edit, sent: (u32, u32)) -> Result<(), Refusal> {
    let [left, right, up, down] = edit.growth(sent);
    let Some((width, height)) = edit.service.spec().output.size(sent, (left + right, up + down)) else {
        return Ok(());
    };
    if edit.service == Service::Outpaint && u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Refusal::ResultTooLarge { width, height, most: MOST_PIXELS });
    }
    Ok(())
}
