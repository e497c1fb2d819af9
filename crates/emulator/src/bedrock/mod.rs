//! A strict fake of Amazon Bedrock: `InvokeModel`, `ApplyGuardrail`, and the few calls of the control plane and of STS
//! that a readiness check makes.
//!
//! The real SDK reaches it by `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, `AWS_ENDPOINT_URL_BEDROCK` and
//! `AWS_ENDPOINT_URL_STS`. It refuses what the service is known to refuse, and where the documents differ, what any of
//! them says is refused. A prompt with `[[filter-prompt]]`, `[[filter-output]]`, `[[filter-input]]` or
//! `[[inference-error]]` gets the answer of that name.

mod auth;
mod call_log;
mod catalog;
mod control;
mod fault;
mod fields;
mod guardrail;
mod input;
mod invoke;
mod options;
mod picture;
mod rejection;
mod renderer;
mod reply;
mod schema;
mod server;
mod shared;
#[cfg(test)]
mod tests;

pub use self::call_log::{Call, Check};
pub use self::catalog::{Endpoint, RequestFormat};
pub use self::fault::{HeldCall, ModelFault, Standing};
pub use self::options::BedrockOptions;
pub use self::picture::Picture;
pub use self::renderer::{RenderRequest, Renderer};
pub use self::server::Bedrock;
pub use self::shared::Guardrail;
