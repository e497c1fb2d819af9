//! The form of `POST /v1/images/edits`: a picture, a prompt, and with a mask what is to be made anew.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use bytes::Bytes;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::failure::Failure;
use super::generation::{ResponseFormat, among, response_format};
use crate::app::StartPicture;
use crate::domain::fit::mask_of_transparency;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, EditAsk, ImageSource};
use crate::domain::services::Service;
use crate::frontends::api::order::Asked;
use crate::frontends::api::problem::Problem;

/// Bytes that a field of words may have.
const WORDS_LIMIT: usize = 64 * 1024;

/// What to do with a picture. `model` is an image service of Easel's, such as `replace`, or a model that starts from a
/// picture; without it a mask means `inpaint`.
#[derive(Debug, Default, ToSchema)]
pub(super) struct EditForm {
    /// The picture: PNG, JPEG or WebP of at most 16 MiB.
    #[schema(value_type = String, format = Binary)]
    image: Option<Bytes>,
    /// What the result shows.
    prompt: Option<String>,
    /// What is to be changed: transparent where it is, or white in a picture without transparent parts.
    #[schema(value_type = Option<String>, format = Binary)]
    mask: Option<Bytes>,
    /// An image service or a model.
    model: Option<String>,
    /// 1: a service makes one picture of another.
    n: Option<String>,
    /// What `replace` looks for and `recolor` recolours.
    search: Option<String>,
    /// How the picture comes: `b64_json`, which is the default, or `url` where pictures are archived in S3.
    response_format: Option<String>,
    /// `png`: pictures come as the service made them.
    output_format: Option<String>,
    /// Makes no difference here, as `quality`, `user`, `background`, `input_fidelity` and `output_compression`.
    #[expect(dead_code, reason = "taken, and of no use here")]
    size: Option<String>,
}

/// What a form asks for, from the holder of the key of this name.
///
/// # Errors
/// The field that cannot be, with what it can be.
pub(super) async fn read(
    mut form: Multipart,
    holder: String,
    now: OffsetDateTime,
) -> Result<(Asked, ResponseFormat), Failure> {
    let mut fields = EditForm::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        fields.take(field).await?;
    }
    let read = tokio::task::spawn_blocking(move || fields.read(&holder, now)).await;
    read.unwrap_or_else(|_| Err(Problem::later("The order could not be read.").into()))
}

impl EditForm {
    async fn take(&mut self, field: Field<'_>) -> Result<(), Failure> {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "image" | "image[]" => once(&mut self.image, &name, field.bytes().await.map_err(broken)?),
            "mask" => once(&mut self.mask, &name, field.bytes().await.map_err(broken)?),
            "prompt" => once(&mut self.prompt, &name, words(&name, field).await?),
            "model" => once(&mut self.model, &name, words(&name, field).await?),
            "n" => once(&mut self.n, &name, words(&name, field).await?),
            "search" | "select" => once(&mut self.search, &name, words(&name, field).await?),
            "response_format" => once(&mut self.response_format, &name, words(&name, field).await?),
            "output_format" => once(&mut self.output_format, &name, words(&name, field).await?),
            "size" | "quality" | "user" | "background" | "input_fidelity" | "output_compression" => {
                words(&name, field).await.map(drop)
            }
            _ => Err(Failure::of(&name, format!("`{name}` is not known here: leave it out."))),
        }
    }

    fn read(self, holder: &str, now: OffsetDateTime) -> Result<(Asked, ResponseFormat), Failure> {
        among("n", self.n.as_deref(), &["1"])?;
        among("output_format", self.output_format.as_deref(), &["png"])?;
        let format = response_format(self.response_format.as_deref())?;
        let refused = |refusal: Refusal| Failure::from(Problem::refused(&refusal, now));
        let mut pictures = Vec::new();
        let mut keep = |bytes: Bytes| -> Result<ImageSource, Failure> {
            let picture = StartPicture::checked(holder, bytes).map_err(refused)?;
            let source = picture.source();
            pictures.push(picture);
            Ok(source)
        };
        let missing = || Failure::of("image", "`image` is missing: send the picture that is to be edited.");
        let image = Some(keep(self.image.ok_or_else(missing)?)?);
        let mask = self.mask.map(|mask| keep(mask_of_transparency(&mask).unwrap_or(mask))).transpose()?;
        let named = self.model.filter(|model| !model.trim().is_empty());
        let service = match named.as_deref() {
            Some(name) => Service::from_name(name),
            None => mask.is_some().then_some(Service::Inpaint),
        };
        if service.is_none() && mask.is_some() {
            let detail =
                "Only an image service takes a mask: leave `model` out, or name `inpaint` or `erase`.";
            return Err(Failure::of("mask", detail));
        }
        let edit =
            service.map(|service| Box::new(EditAsk { mask, target: self.search, ..EditAsk::new(service) }));
        let model = named.filter(|_| edit.is_none());
        let ask = Ask { prompt: self.prompt.unwrap_or_default(), model, image, edit, ..Ask::default() };
        Ok((Asked { ask, pictures }, format))
    }
}

fn once<T>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), Failure> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Failure::of(name, format!("`{name}` is there twice: one picture is made of one."))),
    }
}

async fn words(name: &str, field: Field<'_>) -> Result<String, Failure> {
    let text = field.text().await.map_err(broken)?;
    if text.len() > WORDS_LIMIT {
        return Err(Failure::of(name, format!("`{name}` has more than {WORDS_LIMIT} bytes.")));
    }
    Ok(text)
}

fn broken(error: MultipartError) -> Failure {
    let status = error.status();
    Problem::new(status, format!("The form cannot be read: {}.", error.body_text())).into()
}
