//! What AWS says is wrong, and what the operator does about it.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_bedrock::operation::get_foundation_model::GetFoundationModelError;
use aws_sdk_bedrock::operation::get_foundation_model_availability::GetFoundationModelAvailabilityError;
use aws_sdk_bedrockruntime::error::{ErrorMetadata, ProvideErrorMetadata};
use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailError;
use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelError;

use crate::backends::causes::{causes, in_own_words};
use crate::config::AwsVariables;

mod credentials;
mod errors;

pub use credentials::{no_credentials, unused_profile};
pub(crate) use errors::{Trouble, known};

/// What the operator does about an error that has one of AWS among its causes, if that is known.
pub fn remedy(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(why) = causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        let is_set_up = !matches!(why, CredentialsError::CredentialsNotLoaded(_));
        return Some(no_credentials(&AwsVariables::from_environment(), is_set_up, &in_own_words(error)));
    }
    let error = metadata(error)?;
    let (trouble, remedy) = known(error.code(), error.message())?;
    (trouble != Trouble::Language).then(|| remedy.to_owned())
}

/// Whether no policy of the caller allows what was asked.
pub fn is_denied(error: &(dyn Error + 'static)) -> bool {
    let code = metadata(error).and_then(ErrorMetadata::code);
    matches!(code, Some("AccessDeniedException" | "AccessDenied"))
}

/// Code and text of an error of AWS. Errors that an operation declares carry them in a type of their own, the others
/// have them among their causes.
fn metadata<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a ErrorMetadata> {
    causes(error).find_map(|cause| {
        let invoking = || cause.downcast_ref::<InvokeModelError>().map(ProvideErrorMetadata::meta);
        let guarding = || cause.downcast_ref::<ApplyGuardrailError>().map(ProvideErrorMetadata::meta);
        let asking =
            || cause.downcast_ref::<GetFoundationModelAvailabilityError>().map(ProvideErrorMetadata::meta);
        let looking = || cause.downcast_ref::<GetFoundationModelError>().map(ProvideErrorMetadata::meta);
        let whole = cause.downcast_ref::<ErrorMetadata>();
        whole.or_else(invoking).or_else(guarding).or_else(asking).or_else(looking)
    })
}
