//! The OpenAPI 3.1 document, made from the types and handlers that serve.

use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{edits, images, models, openai};

#[derive(OpenApi)]
#[openapi(
    info(title = "Easel", description = "Order pictures and look at them."),
    servers((url = "/", description = "Where this document comes from")),
    tags(
        (name = "images", description = "Orders and their pictures"),
        (name = "models", description = "What may be ordered"),
        (name = "openai", description = "The same in the shape of OpenAI's API: with its clients, the base URL is this server's `/v1`"),
    ),
    paths(
        images::order_images, images::list_images, images::show_image, images::delete_image, images::show_picture, edits::edit_upload,
        edits::edit_image, models::list,
        openai::generate, openai::edit, openai::list_models, openai::show_model,
    ),
    modifiers(&Bearer)
)]
struct Described;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

pub(super) fn document() -> Document {
    Described::openapi()
}
